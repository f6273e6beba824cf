using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>Either why there is no prompt, or its text and its tokens.</summary>
internal sealed record PreparedPrompt(ChatError? Error, RenderedPrompt Rendered, EncodedPrompt Encoded)
{
    /// <summary>The prompt's tokens.</summary>
    public int[] Tokens => Encoded.Tokens;
}
