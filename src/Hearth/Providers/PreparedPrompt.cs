using Hearth.Chat;
using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>Either why there is no prompt, or its text and its tokens.</summary>
internal sealed record PreparedPrompt(ChatError? Error, RenderedPrompt Rendered, EncodedPrompt Encoded)
{
    /// <summary>No prompt.</summary>
    public static PreparedPrompt Refused(ChatError error) => new(error, new RenderedPrompt(error, OriginString.Empty), EncodedPrompt.Empty);

    /// <summary>The prompt's tokens.</summary>
    public int[] Tokens => Encoded.Tokens;

    /// <summary>The time that the template may have written.</summary>
    public DateTimeOffset Now { get; init; }

    /// <summary>A prompt's text as the tokenizer takes it.</summary>
    public static TextRun[] Runs(OriginString prompt) => [.. prompt.Runs.Select(r => new TextRun(prompt.Text.AsMemory(r.Start, r.Length), r.IsTrusted))];
}
