using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>Reads the formats of <see cref="JsonDialect"/>.</summary>
internal sealed class JsonParser(OutputParserSettings settings, JsonDialect dialect)
    : MarkedParser(settings, dialect.Markers, dialect.Thinking, dialect.KeepsSpace)
{
    private bool _hasMarker;

    /// <inheritdoc/>
    protected override string BareStarts => dialect.AllowsBareObjects ? "{" : "";

    /// <inheritdoc/>
    protected override bool Announces(string marker) => dialect.Opens.Contains(marker);

    /// <inheritdoc/>
    protected override bool IsStray(string marker) => dialect.Hidden.Contains(marker) || (dialect.Closes.Contains(marker) && Output.IsAtLineStart);

    /// <inheritdoc/>
    protected override IEnumerable<Wait> ReadCalls()
    {
        _hasMarker = Input.Marker is not null;
        if (_hasMarker)
            Input.Advance();
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        bool isArray = _hasMarker && Input.Character == '[';
        if (isArray)
            Input.Advance();
        JsonCallReader reader = new(Input, Output, MayCall);
        do
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (Input.Character != '{')
                break;
            IsUnderstood = false;
            foreach (Wait wait in dialect.NamesAreKeys ? reader.ReadNamedArguments() : reader.ReadCall())
                yield return wait;
            if (!reader.IsComplete)
                yield break;
            foreach (Wait wait in EndCall(isArray))
                yield return wait;
        }
        while (!Output.IsInCall);
        foreach (Wait wait in EndCalls(isArray))
            yield return wait;
    }

    private bool MayCall(string name) => (_hasMarker && !Output.IsThinking) || Offers(name);

    /// <summary>A call in an array is complete with its object; any other when something follows, or when the answer was not cut off.</summary>
    private IEnumerable<Wait> EndCall(bool isArray)
    {
        if (isArray)
            CloseCall();
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        if (!isArray && !Input.IsTruncated)
            CloseCall();
        while (Input.Character is ',' or ';' || (Input.Character == '}' && !isArray && _hasMarker))
        {
            Input.Advance();
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
        }
    }

    private IEnumerable<Wait> EndCalls(bool isArray)
    {
        if (isArray && Input.Character == ']')
        {
            IsUnderstood = true;
            Input.Advance();
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
        }

        if (IsUnderstood && Input.Marker is { } marker && dialect.Closes.Contains(marker))
        {
            Input.Advance();
            Output.DropSpace();
        }
    }
}
