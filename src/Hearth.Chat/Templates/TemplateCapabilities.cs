namespace Hearth.Chat.Templates;

/// <summary>What a template does with a conversation, found out by rendering probes.</summary>
/// <param name="SystemRole">A leading system message is rendered.</param>
/// <param name="SystemAnywhere">A system message after a user message is rendered in its place.</param>
/// <param name="Tools">Tool definitions, calls and results are rendered.</param>
/// <param name="ArgumentsAsText">Call arguments must be given as JSON text instead of an object.</param>
public sealed record TemplateCapabilities(bool SystemRole, bool SystemAnywhere, bool Tools, bool ArgumentsAsText)
{
    /// <summary>An answer with two calls is refused, or only its first call rendered: each call needs an answer of its own.</summary>
    public bool SingleCalls { get; init; }
}
