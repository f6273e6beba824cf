using System.Text;
using Hearth.Chat;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>
/// Tells of prompts that cannot fit before they are rendered and tokenised, which would take seconds and gigabytes for a body of 32 MB.
/// Only what every template writes counts: texts of the user, of the system and of tools. Immutable.
/// </summary>
internal sealed class PromptFloor(Tokenizer tokenizer)
{
    /// <summary>A text with fewer bytes than this for each token that may be is tokenised as a whole; nearly all that fit have fewer.</summary>
    private const int BytesPerToken = 16;

    /// <summary>What is tokenised at a time: some milliseconds.</summary>
    private const int PieceChars = 32 * 1024;

    /// <summary>Tokens that two halves of a word may have more than the word, generously.</summary>
    private const int TokensPerCut = 16;

    /// <summary>
    /// At least so many tokens has the prompt of <paramref name="request"/>, where that is more than <paramref name="maximum"/>; otherwise
    /// null, which promises nothing.
    /// </summary>
    /// <param name="request">A request.</param>
    /// <param name="maximum">Most tokens that fit.</param>
    /// <param name="ofAll">Answers and thinking count too, though not every template writes all of them.</param>
    /// <param name="cancellation">Ends the look early.</param>
    public int? Above(ChatRequest request, int maximum, bool ofAll, CancellationToken cancellation)
    {
        string[] texts = [.. request.Messages.SelectMany(m => Texts(m, ofAll))];
        long bytes = 0;
        foreach (string text in texts)
        {
            cancellation.ThrowIfCancellationRequested();
            bytes += Encoding.UTF8.GetByteCount(text.AsSpan().Trim());
        }

        bool maySettle = ofAll ? bytes > maximum : bytes > (long)maximum * BytesPerToken;
        if (!maySettle || tokenizer.LongestTokenBytes == 0)
            return null;
        long least = bytes / tokenizer.LongestTokenBytes;
        return least > maximum ? (int)Math.Min(least, int.MaxValue) : Count(texts, maximum, cancellation);
    }

    private int? Count(string[] texts, int maximum, CancellationToken cancellation)
    {
        int count = 0;
        foreach (string text in texts)
        {
            ReadOnlyMemory<char> rest = text.AsMemory().Trim();
            while (rest.Length > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                int length = Math.Min(PieceChars, rest.Length);
                if (length < rest.Length && char.IsHighSurrogate(rest.Span[length - 1]))
                    length--;
                count += Math.Max(0, tokenizer.Encode([new TextRun(rest[..length], Trusted: false)]).Length - TokensPerCut);
                if (count > maximum)
                    return count;
                rest = rest[length..];
            }
        }

        return null;
    }

    private static IEnumerable<string> Texts(ChatMessage message, bool ofAll)
    {
        if (message.Role == ChatRole.Assistant && !ofAll)
            return [];
        return message.Content.SelectMany(c => c switch
        {
            TextContent text => [text.Text],
            ThinkingContent thinking when ofAll => [thinking.Text],
            ToolResultContent result => result.Content.OfType<TextContent>().Select(t => t.Text),
            ToolCallContent call when ofAll => [call.Arguments.GetRawText()],
            _ => Enumerable.Empty<string>(),
        });
    }
}
