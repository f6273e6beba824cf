using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// GLM 4.5 to 5 and Ling: <c>&lt;tool_call&gt;NAME&lt;arg_key&gt;KEY&lt;/arg_key&gt;&lt;arg_value&gt;VALUE&lt;/arg_value&gt;&lt;/tool_call&gt;</c>,
/// with or without line ends between the tags.
/// </summary>
public sealed class GlmFormat : IOutputFormat
{
    internal const string CallOpen = "<tool_call>";
    internal const string CallClose = "</tool_call>";
    internal const string KeyOpen = "<arg_key>";
    internal const string KeyClose = "</arg_key>";
    internal const string ValueOpen = "<arg_value>";
    internal const string ValueClose = "</arg_value>";

    internal static readonly IReadOnlyList<string> AllMarkers =
        [CallOpen, CallClose, KeyOpen, KeyClose, ValueOpen, ValueClose, "<think>", "</think>"];

    /// <inheritdoc/>
    public string Name => "glm";

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers => AllMarkers;

    /// <inheritdoc/>
    public bool OpensThinking(ReadOnlySpan<char> prompt) => ThinkingMarkers.Think.AreOpenAfter(prompt);

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) => new GlmParser(settings);
}
