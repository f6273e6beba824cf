using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// gpt-oss: messages with a header that names a channel and, for calls, a recipient, which may stand in the role or in the channel. The
/// analysis channel is thinking, final and commentary are text, a recipient <c>functions.NAME</c> is a call.
/// </summary>
public sealed class HarmonyFormat : IOutputFormat
{
    internal const string Start = "<|start|>";
    internal const string Channel = "<|channel|>";
    internal const string Message = "<|message|>";
    internal const string Constrain = "<|constrain|>";
    internal const string Call = "<|call|>";

    internal static readonly IReadOnlyList<string> AllMarkers =
        [Start, Channel, Message, Constrain, Call, "<|end|>", "<|return|>"];

    /// <inheritdoc/>
    public string Name => "harmony";

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers => AllMarkers;

    /// <inheritdoc/>
    public bool OpensThinking(ReadOnlySpan<char> prompt) => prompt.EndsWith($"{Channel}analysis{Message}");

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) => new HarmonyParser(settings);
}

/// <summary>Reads <see cref="HarmonyFormat"/>. The prompt ends in the header of the first message.</summary>
internal sealed class HarmonyParser(OutputParserSettings settings) : FamilyParser(settings, HarmonyFormat.AllMarkers, keepsSpaceBesideCalls: true)
{
    private const string To = "to=";

    private readonly StringBuilder _role = new();
    private readonly StringBuilder _channel = new();
    private readonly StringBuilder _part = new();

    /// <inheritdoc/>
    protected override IEnumerable<Wait> Read()
    {
        while (true)
        {
            foreach (Wait wait in ReadHeader())
                yield return wait;
            if (Input.IsAtEnd)
                yield break;
            if (Input.Marker != HarmonyFormat.Message)
            {
                Input.Advance();
                continue;
            }

            Input.Advance();
            string? recipient = Recipient(_channel) ?? Recipient(_role);
            foreach (Wait wait in CallOf(recipient) is { } name ? ReadCall(name) : ReadMessage(recipient))
                yield return wait;
        }
    }

    /// <summary>What stands behind <c>to=</c> in a part of a header, or null.</summary>
    private static string? Recipient(StringBuilder part)
    {
        string text = part.ToString();
        int at = text.IndexOf(To, StringComparison.Ordinal);
        if (at < 0)
            return null;
        string name = text[(at + To.Length)..];
        int end = name.AsSpan().IndexOfAny(" \t\r\n");
        return end < 0 ? name : name[..end];
    }

    /// <summary>Reads up to what ends the header; a second channel replaces the first.</summary>
    private IEnumerable<Wait> ReadHeader()
    {
        _role.Clear();
        _channel.Clear();
        StringBuilder at = _role;
        while (true)
        {
            foreach (Wait wait in ReadText(_part))
                yield return wait;
            at.Append(_part);
            switch (Input.Marker)
            {
                case HarmonyFormat.Start:
                    _role.Clear();
                    at = _role;
                    break;
                case HarmonyFormat.Channel:
                    _channel.Clear();
                    at = _channel;
                    break;
                case HarmonyFormat.Constrain:
                    at.Append(' ');
                    break;
                default:
                    // An answer without any header is text.
                    if (Input.IsAtEnd && _channel.Length == 0 && !_role.ToString().Contains(To, StringComparison.Ordinal))
                        Output.Write(_role.ToString());
                    yield break;
            }

            Input.Advance();
        }
    }

    private string? CallOf(string? recipient)
    {
        if (recipient is null || !HasTools)
            return null;
        return recipient.StartsWith(NameSpace, StringComparison.Ordinal) ? recipient[NameSpace.Length..] : Tool(recipient)?.Name;
    }

    /// <summary>What is sent to a tool of the model's own, which nobody runs here, is not shown.</summary>
    private IEnumerable<Wait> ReadMessage(string? recipient)
    {
        bool isShown = recipient is null or "assistant" or "all" or "user" || recipient.StartsWith(NameSpace, StringComparison.Ordinal);
        bool isThinking = isShown && _channel.ToString().AsSpan().TrimStart().StartsWith("analysis");
        if (isThinking && !Output.IsThinking)
            Output.BeginThinking();
        else if (!isThinking && Output.IsThinking)
            Output.EndThinking();
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.IsAtEnd || Input.Marker == HarmonyFormat.Start)
                yield break;
            if (Input.Marker is not null)
            {
                Input.Advance();
                yield break;
            }

            ReadOnlySpan<char> text = Input.TakeText();
            if (isShown)
                Output.Write(text);
        }
    }

    private IEnumerable<Wait> ReadCall(string name)
    {
        Input.StartRecording();
        Output.OpenCall(name);
        JsonCallReader reader = new(Input, Output, _ => true);
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        bool isEmpty = IsOver || Input.Marker == HarmonyFormat.Call;
        if (isEmpty)
            Output.WriteArguments("{}");
        foreach (Wait wait in isEmpty ? [] : reader.ReadArguments())
            yield return wait;
        if (reader.IsComplete)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
        }

        string raw = Input.StopRecording();
        if ((isEmpty || reader.IsComplete) && !Input.IsCutOff)
        {
            Output.CloseCall();
            yield break;
        }

        GiveUp(raw);
        foreach (Wait wait in ReadMessage(recipient: null))
            yield return wait;
    }
}
