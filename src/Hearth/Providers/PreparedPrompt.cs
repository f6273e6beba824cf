using Hearth.Chat;
using Hearth.Chat.Templates;

namespace Hearth.Providers;

/// <summary>Either why there is no prompt, or its text and its tokens.</summary>
internal sealed record PreparedPrompt(ChatError? Error, RenderedPrompt Rendered, int[] Tokens);
