using System.Globalization;
using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>
/// Gives each answer its thinking: at the place where the template looks for it where it writes it, else as a placeholder at the
/// beginning of the text, which is replaced in the prompt by what the template would have written. Text alone would not do: templates
/// cut tags out of it, and tags in it would be the client's characters, never control tokens.
/// </summary>
internal sealed class HistoryThinking
{
    /// <summary>Unicode sets these aside for use inside a program; they are no characters of any text.</summary>
    private const char PlaceholderOpen = '\uFDD0';
    private const char PlaceholderClose = '\uFDD1';

    private readonly List<HeldThought> _held = [];

    private HistoryThinking(IReadOnlyList<TemplateMessage> messages, TemplateCapabilities capabilities, bool keepsAll)
    {
        ThinkingCapabilities thinking = capabilities.Thinking;
        int lastUser = LastIndex(messages, "user");
        int lastAnswer = LastIndex(messages, "assistant");
        bool canHold = !messages.Any(m => m.Content.Contains(PlaceholderOpen));
        Messages = [.. messages.Select((message, i) =>
        {
            if (message.Role != "assistant" || thinking.Place is null)
                return message with { Reasoning = null };
            bool isShown = thinking.Kept switch
            {
                KeptThinking.Everything => true,
                KeptThinking.SinceUser => i > lastUser,
                KeptThinking.LastAnswer => i == lastAnswer,
                _ => false,
            };
            bool isExcluded = thinking.ExcludesText && message is { Content.Length: > 0, ToolCalls.Count: > 0 };
            bool isText = thinking.Place.Kind == ThinkingPlaceKind.Content;
            if (isShown && !isText)
                return isExcluded ? message with { Reasoning = null } : message;
            return (isShown || keepsAll) && canHold && !isExcluded && thinking.Text is { } text ? Hold(message, text) : message with { Reasoning = null };
        })];
    }

    /// <summary>The conversation with all thinking where it belongs, or gone.</summary>
    public IReadOnlyList<TemplateMessage> Messages { get; }

    /// <summary>Places the thinking of <paramref name="messages"/>.</summary>
    /// <param name="messages">A conversation.</param>
    /// <param name="capabilities">What the template does.</param>
    /// <param name="keepsAll">Whether thinking stays that the template would drop.</param>
    public static HistoryThinking Place(IReadOnlyList<TemplateMessage> messages, TemplateCapabilities capabilities, bool keepsAll) =>
        new(messages, capabilities, keepsAll);

    /// <summary>The prompt with the placeholders replaced: marks are the template's, thoughts are from outside.</summary>
    public OriginString Reveal(OriginString prompt)
    {
        if (_held.Count == 0)
            return prompt;
        OriginBuilder revealed = new();
        int at = 0;
        int next = 0;
        for (int found = Find(0); found >= 0; found = Find(Math.Max(at, found + 1)))
        {
            // Where one placeholder is gone, others still are in their order.
            int index = NumberAt(prompt.Text.AsSpan(found + 1));
            if (index < next || index >= _held.Count)
                continue;
            HeldThought held = _held[index];
            next = index + 1;
            int end = prompt.Text.AsSpan(at, found - at).EndsWith(held.Dropped) ? found - held.Dropped.Length : found;
            revealed.Append(prompt, at, end - at).Append(held.Open).Append(OriginString.Untrusted(held.Thought)).Append(held.Close);
            at = found + held.Placeholder.Length;
            if (prompt.Text.AsSpan(at).StartsWith(held.Gap))
                at += held.Gap.Length;
        }

        return revealed.Append(prompt, at, prompt.Length - at).ToOriginString();

        int Find(int from) => prompt.Text.IndexOf(PlaceholderOpen, from);
    }

    /// <summary>The number of the placeholder whose opening mark stands before <paramref name="text"/>, or -1.</summary>
    private static int NumberAt(ReadOnlySpan<char> text)
    {
        int digits = text.IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && text[digits] == PlaceholderClose && int.TryParse(text[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            ? number
            : -1;
    }

    private TemplateMessage Hold(TemplateMessage message, ThinkingText text)
    {
        bool isBareCall = message.Content.Length == 0 && message.ToolCalls.Count > 0;
        string? close = isBareCall ? text.CloseBeforeCall : text.Close;
        if (close is null || (message.Reasoning is null && text.Absent == text.Dropped))
            return message with { Reasoning = null };
        string placeholder = PlaceholderOpen + _held.Count.ToString(CultureInfo.InvariantCulture) + PlaceholderClose;
        string gap = isBareCall ? text.GapBeforeCall : "";
        _held.Add(message.Reasoning is { } thought
            ? new HeldThought(placeholder, text.Dropped, text.Open, thought, close, gap)
            : new HeldThought(placeholder, text.Dropped, text.Absent, "", "", gap));
        return message with { Reasoning = null, Content = placeholder + message.Content };
    }

    private static int LastIndex(IReadOnlyList<TemplateMessage> messages, string role)
    {
        int index = messages.Count - 1;
        while (index >= 0 && messages[index].Role != role)
            index--;
        return index;
    }

    /// <param name="Placeholder">What stands for it in the prompt.</param>
    /// <param name="Dropped">What the template writes before the placeholder instead of the thinking.</param>
    /// <param name="Open">What is written before the thought.</param>
    /// <param name="Thought">The thought.</param>
    /// <param name="Close">What is written after it.</param>
    /// <param name="Gap">What the template writes after the placeholder, because it takes it for a text.</param>
    private sealed record HeldThought(string Placeholder, string Dropped, string Open, string Thought, string Close, string Gap);
}
