using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Reads lists of calls as Python writes them, <c>[name(key=value), ...]</c>, from Llama 4 and LFM2; any of them may be a JSON object
/// instead. Without a marker, a list is calls only where its first one names an offered tool.
/// </summary>
internal sealed class PythonParser(OutputParserSettings settings, IEnumerable<string> markers, string open, string close, bool allowsBare)
    : MarkedParser(settings, markers, ThinkingMarkers.Think, keepsSpaceBesideCalls: true)
{
    private readonly StringBuilder _name = new();

    /// <inheritdoc/>
    protected override string BareStarts => allowsBare ? "[{" : "";

    /// <inheritdoc/>
    protected override bool Announces(string marker) => marker == open;

    /// <inheritdoc/>
    protected override bool IsStray(string marker) => marker == close;

    /// <inheritdoc/>
    protected override IEnumerable<Wait> ReadCalls()
    {
        bool hasMarker = Input.Marker is not null;
        if (hasMarker)
            Input.Advance();
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        bool isList = Input.Character == '[';
        if (isList)
            Input.Advance();
        JsonCallReader json = new(Input, Output, name => MayCall(name, hasMarker));
        bool hasMore = true;
        while (hasMore)
        {
            IsUnderstood = false;
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            foreach (Wait wait in Input.Character == '{' ? ReadObject(json) : ReadCall(hasMarker))
                yield return wait;
            if (!IsUnderstood)
                yield break;
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            hasMore = TryTake(',');
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            hasMore &= Input.Character != ']';
        }

        if (isList && TryTake(']'))
            Input.StartRecording();
        else if (isList)
            IsUnderstood = Input.IsAtEnd || Input.Marker is not null;
        if (!hasMarker)
            yield break;
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        if (Input.Marker == close)
            Input.Advance();
    }

    /// <summary>Both families write JSON where they are asked for it.</summary>
    private IEnumerable<Wait> ReadObject(JsonCallReader json)
    {
        foreach (Wait wait in json.ReadCall())
            yield return wait;
        if (json.IsComplete)
            CloseCall();
    }

    private IEnumerable<Wait> ReadCall(bool isAnnounced)
    {
        foreach (Wait wait in ReadName(".-_"))
            yield return wait;
        string name = _name.ToString();
        if (name.Length == 0 || !TryTake('(') || !MayCall(name, isAnnounced))
            yield break;
        Output.OpenCall(name);
        Output.WriteArguments("{");
        PythonValueReader values = new(Input, Output);
        for (bool isFirst = true; ; isFirst = false)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (TryTake(')'))
                break;
            foreach (Wait wait in ReadName("_"))
                yield return wait;
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (_name.Length == 0 || !TryTake('='))
                yield break;
            Output.WriteArguments($"{(isFirst ? "" : ", ")}{JsonString.Quote(_name.ToString())}: ");
            foreach (Wait wait in values.Read())
                yield return wait;
            if (!values.IsComplete)
                yield break;
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (!TryTake(',') && Input.Character != ')')
                yield break;
        }

        Output.WriteArguments("}");
        CloseCall();
    }

    private IEnumerable<Wait> ReadName(string punctuation)
    {
        _name.Clear();
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (!char.IsLetterOrDigit(Input.Character) && (Input.Character == '\0' || !punctuation.Contains(Input.Character, StringComparison.Ordinal)))
                yield break;
            _name.Append(Input.Character);
            Input.Advance();
        }
    }

    private bool TryTake(char expected)
    {
        if (Input.Character != expected)
            return false;
        Input.Advance();
        return true;
    }
}
