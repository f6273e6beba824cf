using Hearth.Chat;
using Hearth.Chat.Formats;

namespace Hearth.Tests.Chat.Formats;

/// <summary>Feeds a parser and merges equal neighbours, so that chunkings can be compared.</summary>
internal static class ParserHarness
{
    public static List<ChatEvent> Parse(
        IOutputFormat format, IEnumerable<string> chunks, bool truncated = false, bool tools = true, bool thinking = false, bool tokens = false)
    {
        int calls = 0;
        HashSet<string> tokenMarkers = tokens ? [.. format.Markers] : [];
        IOutputParser parser = format.CreateParser(new OutputParserSettings(tools ? [Tool("x"), Tool("f")] : [], thinking, tokenMarkers, () => $"call_{++calls}"));
        List<ChatEvent> events = [];
        foreach (string chunk in chunks)
        {
            if (tokenMarkers.Contains(chunk))
                parser.Special(chunk, events);
            else
                parser.Text(chunk, events);
        }

        parser.Finish(truncated, events);
        return Merge(events);
    }

    /// <summary>A tool of that name that says nothing of its parameters.</summary>
    public static ToolDefinition Tool(string name) => new(name, "", default);

    public static List<ChatEvent> Merge(IEnumerable<ChatEvent> events)
    {
        List<ChatEvent> merged = [];
        foreach (ChatEvent item in events)
        {
            ChatEvent? joined = (merged.LastOrDefault(), item) switch
            {
                (TextDelta a, TextDelta b) => new TextDelta(a.Text + b.Text),
                (ThinkingDelta a, ThinkingDelta b) => new ThinkingDelta(a.Text + b.Text),
                (ToolCallArguments a, ToolCallArguments b) => new ToolCallArguments(a.Json + b.Json),
                _ => null,
            };
            if (joined is null)
                merged.Add(item);
            else
                merged[^1] = joined;
        }

        return merged;
    }

    /// <summary>Cuts a text at the given places.</summary>
    public static IEnumerable<string> Chunk(string text, IEnumerable<int> sizes)
    {
        int start = 0;
        foreach (int size in sizes)
        {
            if (start >= text.Length)
                yield break;
            int length = Math.Min(size, text.Length - start);
            yield return text.Substring(start, length);
            start += length;
        }

        if (start < text.Length)
            yield return text[start..];
    }
}
