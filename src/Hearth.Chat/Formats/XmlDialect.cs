using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>The spellings of a format that writes calls as elements, with a parameter per element and its value as bare text.</summary>
internal sealed record XmlDialect(
    IReadOnlyList<string> SectionOpens,
    IReadOnlyList<string> SectionCloses,
    IReadOnlyList<string> InvokeOpens,
    IReadOnlyList<string> InvokeCloses,
    IReadOnlyList<string> ParameterOpens,
    IReadOnlyList<string> ParameterCloses)
{
    /// <summary>What stands behind a name: <c>&gt;</c>, or <c>"&gt;</c> for a quoted one. Attributes may stand between.</summary>
    public bool QuotesNames { get; init; }

    /// <summary>The line ends next to a value's tags belong to the format.</summary>
    public bool HasValuesOnLines { get; init; }

    /// <summary>An invocation may stand without a section around it.</summary>
    public bool AllowsBareInvoke { get; init; }

    /// <summary>Around thinking.</summary>
    public ThinkingMarkers Thinking { get; init; } = ThinkingMarkers.Think;

    /// <summary>A token of the vocabulary that is a part of markers, and none itself.</summary>
    public string? InlineToken { get; init; }

    /// <summary>Every marker.</summary>
    public IReadOnlyList<string> Markers =>
        [.. SectionOpens, .. SectionCloses, .. InvokeOpens, .. InvokeCloses, .. ParameterOpens, .. ParameterCloses, .. Thinking.All];
}
