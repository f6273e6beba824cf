using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Reads the formats of <see cref="XmlDialect"/>. A value may contain any marker: a closing tag ends it only where the format goes on
/// behind it. The other way round, a value whose closing tag is missing ends where the next parameter or the call's end stands.
/// </summary>
internal sealed class XmlParser(OutputParserSettings settings, XmlDialect dialect)
    : MarkedParser(settings, dialect.Markers, dialect.Thinking, inlineToken: dialect.InlineToken)
{
    private readonly StringBuilder _tag = new();
    private readonly StringBuilder _held = new();
    private bool _isSelfClosing;
    private ValueEnd _end;

    /// <summary>What ended a value, or a call.</summary>
    private enum ValueEnd
    {
        /// <summary>Nothing: the answer is over, or does not follow the format.</summary>
        None,

        /// <summary>Its own closing tag. What goes on is looked at.</summary>
        Itself,

        /// <summary>The call's closing tag, which is taken.</summary>
        Invoke,

        /// <summary>The section's closing tag, which is taken.</summary>
        Section,
    }

    /// <inheritdoc/>
    protected override bool Announces(string marker) =>
        dialect.SectionOpens.Contains(marker) || (dialect.AllowsBareInvoke && dialect.InvokeOpens.Contains(marker) && !Output.IsThinking);

    /// <inheritdoc/>
    protected override bool IsStray(string marker) => dialect.SectionCloses.Contains(marker) && Output.IsAtLineStart;

    /// <inheritdoc/>
    protected override IEnumerable<Wait> ReadCalls()
    {
        bool hasSection = !Is(Input.Marker, dialect.InvokeOpens);
        if (hasSection)
            Input.Advance();
        do
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            _end = ValueEnd.None;
            if (Is(Input.Marker, dialect.InvokeOpens))
            {
                foreach (Wait wait in ReadInvoke())
                    yield return wait;
            }
            else if (Is(Input.Marker, dialect.SectionCloses))
            {
                Input.Advance();
                Output.DropSpace();
            }
        }
        while (_end == ValueEnd.Invoke);
    }

    private IEnumerable<Wait> ReadInvoke()
    {
        IsUnderstood = false;
        foreach (Wait wait in ReadTag())
            yield return wait;
        if (Name() is not { Length: > 0 } name || !MayCall(name))
            yield break;
        ParameterWriter parameters = new(Output, Tool(name));
        parameters.Open(name);
        _end = _isSelfClosing ? ValueEnd.Invoke : ValueEnd.Itself;
        while (_end == ValueEnd.Itself)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (Is(Input.Marker, dialect.ParameterOpens))
            {
                foreach (Wait wait in ReadParameter(parameters))
                    yield return wait;
            }
            else if (Is(Input.Marker, dialect.InvokeCloses))
            {
                Input.Advance();
                _end = ValueEnd.Invoke;
            }
            else if (Is(Input.Marker, dialect.SectionCloses))
            {
                Input.Advance();
                _end = ValueEnd.Section;
            }
            else
            {
                _end = IsOver && Offers(name) ? ValueEnd.Section : ValueEnd.None;
            }
        }

        if (_end == ValueEnd.None)
            yield break;
        parameters.Close();
        CloseCall();
    }

    /// <summary>What an attribute says of the value; null where there is none.</summary>
    private static bool? IsText(string tag) => tag.Contains("string=\"true\"", StringComparison.Ordinal) ? true
        : tag.Contains("string=\"false\"", StringComparison.Ordinal) ? false
        : null;

    private IEnumerable<Wait> ReadParameter(ParameterWriter parameters)
    {
        _end = ValueEnd.None;
        foreach (Wait wait in ReadTag())
            yield return wait;
        if (Name() is not { } key)
            yield break;
        parameters.Begin(key, IsText(_tag.ToString()));
        foreach (Wait wait in ReadValue(parameters))
            yield return wait;
    }

    /// <summary>Reads from the marker that opens a tag to the end of the tag.</summary>
    private IEnumerable<Wait> ReadTag()
    {
        Input.Advance();
        return ReadTag(new StringBuilder());
    }

    /// <summary>Reads to the end of the tag, and into <paramref name="raw"/> too.</summary>
    private IEnumerable<Wait> ReadTag(StringBuilder raw)
    {
        _tag.Clear();
        _isSelfClosing = false;
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.Marker is not null || Input.IsAtEnd || Input.Character == '\n')
            {
                _tag.Clear();
                yield break;
            }

            char c = Input.Character;
            Input.Advance();
            raw.Append(c);
            if (c == '>')
                break;
            _tag.Append(c);
        }

        _isSelfClosing = dialect.QuotesNames && _tag is [.., '/'];
    }

    /// <summary>The name in the tag that was read, or null.</summary>
    private string? Name()
    {
        string tag = _tag.ToString();
        if (!dialect.QuotesNames)
            return tag.Length > 0 ? tag.Trim(' ', '"', '\'') : null;
        int end = tag.IndexOf('"', StringComparison.Ordinal);
        return end < 0 ? null : tag[..end];
    }

    private IEnumerable<Wait> ReadValue(ParameterWriter parameters)
    {
        _held.Clear();
        _end = ValueEnd.None;
        for (bool isFirst = true; _end == ValueEnd.None; isFirst = false)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.IsAtEnd)
                yield break;
            if (Input.Marker is { } marker && MayEnd(marker))
            {
                foreach (Wait wait in TryEnd(parameters))
                    yield return wait;
            }
            else if (Input.Character == '\n' && dialect.HasValuesOnLines)
            {
                Release(parameters);
                if (!isFirst)
                    _held.Append('\n');
                Input.Advance();
            }
            else if (Input.Marker is not null)
            {
                Release(parameters);
                parameters.Write(Input.Symbol);
                Input.Advance();
            }
            else
            {
                Release(parameters);
                parameters.Write(Input.TakeUntil(dialect.HasValuesOnLines ? "\n" : ""));
            }
        }
    }

    private bool MayEnd(string marker) => Is(marker, dialect.ParameterCloses) || Is(marker, dialect.ParameterOpens) || Is(marker, dialect.InvokeCloses)
        || Is(marker, dialect.SectionCloses);

    /// <summary>Looks behind a marker that may end the value. Where it does not, it is a part of it.</summary>
    private IEnumerable<Wait> TryEnd(ParameterWriter parameters)
    {
        string marker = Input.Marker!;
        StringBuilder raw = new(marker);
        Input.Advance();
        if (Is(marker, dialect.ParameterOpens))
        {
            foreach (Wait wait in ReadTag(raw))
                yield return wait;
            if (Name() is { } key && parameters.Types.Knows(key) && !parameters.Has(key))
            {
                parameters.End();
                parameters.Begin(key);
                foreach (Wait wait in ReadValue(parameters))
                    yield return wait;
                yield break;
            }
        }
        else
        {
            foreach (Wait wait in Input.SkipSpace(raw))
                yield return wait;
            _end = EndAt(marker);
        }

        if (_end != ValueEnd.None)
        {
            parameters.End();
            yield break;
        }

        Release(parameters);
        parameters.Write(raw.ToString());
    }

    /// <summary>What <paramref name="marker"/> ends, by what stands behind it.</summary>
    private ValueEnd EndAt(string marker)
    {
        string? next = Input.Marker;
        bool isEnd = IsOver || Is(next, dialect.SectionOpens) || Is(next, dialect.SectionCloses);
        if (Is(marker, dialect.ParameterCloses))
            return isEnd || Is(next, dialect.ParameterOpens) || Is(next, dialect.InvokeCloses) ? ValueEnd.Itself : ValueEnd.None;
        if (Is(marker, dialect.InvokeCloses))
            return isEnd || Is(next, dialect.InvokeOpens) ? ValueEnd.Invoke : ValueEnd.None;
        return isEnd ? ValueEnd.Section : ValueEnd.None;
    }

    private static bool Is(string? marker, IReadOnlyList<string> markers) => marker is not null && markers.Contains(marker);

    private void Release(ParameterWriter parameters)
    {
        parameters.Write(_held.ToString());
        _held.Clear();
    }
}
