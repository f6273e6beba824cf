namespace Hearth.Chat.Formats;

/// <summary>
/// Hermes and Qwen: each call is <c>{"name": ..., "arguments": {...}}</c> between <c>&lt;tool_call&gt;</c> and
/// <c>&lt;/tool_call&gt;</c>, thinking stands between <c>&lt;think&gt;</c> and <c>&lt;/think&gt;</c>.
/// </summary>
public sealed class HermesFormat : IOutputFormat
{
    internal const string CallOpen = "<tool_call>";
    internal const string CallClose = "</tool_call>";
    internal const string ThinkOpen = "<think>";
    internal const string ThinkClose = "</think>";

    /// <inheritdoc/>
    public string Name => "hermes";

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers { get; } = [CallOpen, CallClose, ThinkOpen, ThinkClose];

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) =>
        new HermesParser(settings, [.. Markers.Where(m => !settings.TokenMarkers.Contains(m))]);
}
