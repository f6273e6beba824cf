using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>Reads the formats of <see cref="JsonDialect"/>.</summary>
internal sealed class JsonParser(OutputParserSettings settings, JsonDialect dialect)
    : MarkedParser(settings, dialect.Markers, dialect.Thinking, dialect.KeepsSpace)
{
    /// <inheritdoc/>
    protected override string BareStarts => dialect.AllowsBareCalls ? "{[" : "";

    /// <inheritdoc/>
    protected override bool Announces(string marker) => dialect.Opens.Contains(marker);

    /// <inheritdoc/>
    protected override bool IsStray(string marker) => dialect.Hidden.Contains(marker) || (dialect.Closes.Contains(marker) && Output.IsAtLineStart);

    /// <inheritdoc/>
    protected override IEnumerable<Wait> ReadCalls()
    {
        bool hasMarker = Input.Marker is not null;
        if (hasMarker)
            Input.Advance();
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        JsonCallReader reader = new(Input, Output, name => MayCall(name, hasMarker)) { NamesAreKeys = dialect.NamesAreKeys };
        bool isList = Input.Character == '[';
        foreach (Wait wait in isList ? ReadList(reader) : ReadObjects(reader, hasMarker))
            yield return wait;
        if (!IsUnderstood)
            yield break;
        if (isList)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
        }

        if (Input.Marker is not { } marker || !dialect.Closes.Contains(marker))
            yield break;
        Input.Advance();
        Output.DropSpace();
    }

    /// <summary>Reads calls that follow one another. One is complete when something follows, or when the answer was not cut off.</summary>
    private IEnumerable<Wait> ReadObjects(JsonCallReader reader, bool hasMarker)
    {
        while (Input.Character == '{')
        {
            IsUnderstood = false;
            foreach (Wait wait in reader.ReadCall())
                yield return wait;
            if (!reader.IsComplete)
                yield break;
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (Input.IsTruncated)
                yield break;
            CloseCall();
            foreach (Wait wait in SkipBetween(hasMarker ? ",;}" : ",;"))
                yield return wait;
        }
    }
}
