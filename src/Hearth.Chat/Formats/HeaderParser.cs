using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Reads the formats of <see cref="HeaderDialect"/>. What stands between the calls of a section is not shown; a section in which there is
/// something, but no call, is text, and so is what follows the last call of one that does not end. A call without arguments has none.
/// </summary>
internal sealed class HeaderParser(OutputParserSettings settings, HeaderDialect dialect)
    : MarkedParser(settings, dialect.Markers, dialect.Thinking, dialect.KeepsSpace)
{
    private readonly StringBuilder _part = new();

    /// <inheritdoc/>
    protected override bool Announces(string marker) => marker == dialect.CallOpen || dialect.SectionOpens.Contains(marker);

    /// <inheritdoc/>
    protected override bool IsStray(string marker) => dialect.SectionCloses.Contains(marker) || marker == dialect.CallClose;

    /// <inheritdoc/>
    protected override IEnumerable<Wait> ReadCalls()
    {
        bool hasSection = Input.Marker != dialect.CallOpen;
        if (hasSection)
            Input.Advance();
        bool hasNoise = false;
        bool hasCalls = false;
        while (true)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (Input.Marker == dialect.CallOpen)
            {
                foreach (Wait wait in ReadCall())
                    yield return wait;
                if (!IsUnderstood)
                    yield break;
                hasCalls = true;
            }
            else if (!hasSection || Input.IsAtEnd || dialect.SectionCloses.Count == 0)
            {
                yield break;
            }
            else
            {
                bool isClose = Input.Marker is { } marker && dialect.SectionCloses.Contains(marker);
                Input.Advance();
                IsUnderstood = isClose && (hasCalls || !hasNoise);
                if (isClose)
                    yield break;
                hasNoise = true;
            }
        }
    }

    private IEnumerable<Wait> ReadCall()
    {
        IsUnderstood = false;
        Input.Advance();
        List<string> header = [];
        foreach (Wait wait in ReadHeader(header))
            yield return wait;
        if (dialect.AllowsList && header is [var only] && string.IsNullOrWhiteSpace(only) && Input.Character == '[')
        {
            foreach (Wait wait in ReadList(new JsonCallReader(Input, Output, name => MayCall(name))))
                yield return wait;
            yield break;
        }

        if (dialect.NameOf(header) is not { Length: > 0 } name || !MayCall(name))
            yield break;
        if (Input.Marker is { } marker && marker == dialect.CallClose)
        {
            Output.OpenCall(name);
            Output.WriteArguments("{}");
        }
        else if (Input.Character == '{')
        {
            Output.OpenCall(name);
            JsonCallReader reader = new(Input, Output, _ => true);
            foreach (Wait wait in reader.ReadArguments())
                yield return wait;
            if (!reader.IsComplete)
                yield break;
        }
        else
        {
            yield break;
        }

        if (dialect.CallClose is not null)
        {
            foreach (Wait wait in SkipToClose())
                yield return wait;
        }

        if (dialect.CallClose is null || !Input.IsCutOff)
            CloseCall();
    }

    /// <summary>Reads the parts of a header up to where its arguments begin.</summary>
    private IEnumerable<Wait> ReadHeader(List<string> header)
    {
        _part.Clear();
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.Marker is null && !Input.IsAtEnd && Input.Character is not ('{' or '['))
            {
                _part.Append(Input.TakeUntil("{["));
                continue;
            }

            header.Add(_part.ToString());
            _part.Clear();
            if (Input.Marker is null || !dialect.Separators.Contains(Input.Marker))
                yield break;
            Input.Advance();
        }
    }

    /// <summary>Behind arguments there is white space, or the end of a fence, before the call's end.</summary>
    private IEnumerable<Wait> SkipToClose()
    {
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (!Input.IsWhiteSpace && Input.Character != '`')
                break;
            Input.Advance();
        }

        if (Input.Marker == dialect.CallClose)
            Input.Advance();
    }
}
