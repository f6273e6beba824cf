using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Reads what GLM 4.5 to 5 and Ling write,
/// <c>&lt;tool_call&gt;NAME&lt;arg_key&gt;KEY&lt;/arg_key&gt;&lt;arg_value&gt;VALUE&lt;/arg_value&gt;&lt;/tool_call&gt;</c>, with or without line
/// ends between the tags: a name, then pairs of a key and a value, each in its own tags. A value is raw text that may contain any
/// marker but the one that closes it; where that is missing, the call's end closes it, or another parameter that the tool has.
/// </summary>
internal sealed class GlmParser(OutputParserSettings settings)
    : MarkedParser(settings, AllMarkers, ThinkingMarkers.Think)
{
    private const string CallOpen = "<tool_call>";
    private const string CallClose = "</tool_call>";
    private const string KeyOpen = "<arg_key>";
    private const string KeyClose = "</arg_key>";
    private const string ValueOpen = "<arg_value>";
    private const string ValueClose = "</arg_value>";

    private readonly StringBuilder _text = new();
    private string? _key;
    private bool _hasEnded;
    private bool _isWhole;

    /// <summary>Every marker.</summary>
    public static IReadOnlyList<string> AllMarkers { get; } =
        [CallOpen, CallClose, KeyOpen, KeyClose, ValueOpen, ValueClose, .. ThinkingMarkers.Think.All];

    /// <inheritdoc/>
    protected override bool Announces(string marker) => marker == CallOpen;

    /// <inheritdoc/>
    protected override bool IsStray(string marker) => marker == CallClose && Output.IsAtLineStart;

    /// <inheritdoc/>
    protected override IEnumerable<Wait> ReadCalls()
    {
        Input.Advance();
        foreach (Wait wait in ReadText(_text))
            yield return wait;
        string name = _text.ToString().Trim();
        bool isName = name.Length > 0 && !name.Any(char.IsWhiteSpace) && MayCall(name);
        if (!isName || !(Input.Marker is KeyOpen or CallClose || (IsOver && Offers(name))))
            yield break;
        ParameterWriter parameters = new(Output, Tool(name));
        parameters.Open(name);
        (_key, _hasEnded, _isWhole) = (null, false, true);
        while (!_hasEnded && _isWhole && (_key is not null || Input.Marker == KeyOpen))
        {
            foreach (Wait wait in ReadParameter(parameters))
                yield return wait;
        }

        if (!_isWhole)
            yield break;
        if (!_hasEnded && Input.Marker == CallClose)
            Input.Advance();
        else if (!_hasEnded && Input.Marker != CallOpen && !IsOver)
            yield break;
        parameters.Close();
        CloseCall();
    }

    private IEnumerable<Wait> ReadParameter(ParameterWriter parameters)
    {
        _isWhole = false;
        if (_key is null)
        {
            Input.Advance();
            foreach (Wait wait in ReadText(_text))
                yield return wait;
            _key = _text.ToString().Trim();
        }

        string key = _key;
        _key = null;
        if (Input.Marker == KeyClose)
        {
            Input.Advance();
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
        }

        if (Input.Marker != ValueOpen)
            yield break;
        Input.Advance();
        parameters.Begin(key);
        foreach (Wait wait in ReadValue(parameters))
            yield return wait;
        if (!_isWhole)
            yield break;
        parameters.End();
        if (_hasEnded || _key is not null)
            yield break;
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
    }

    /// <summary>Reads up to the closing tag, to the call's where that ends it, or to the key of another parameter of the tool.</summary>
    private IEnumerable<Wait> ReadValue(ParameterWriter parameters)
    {
        while (!_isWhole)
        {
            foreach (Wait wait in ReadText(parameters))
                yield return wait;
            if (Input.Marker is not { } marker)
                yield break;
            Input.Advance();
            StringBuilder raw = new(marker);
            if (marker == CallClose)
            {
                foreach (Wait wait in Input.SkipSpace(raw))
                    yield return wait;
                _hasEnded = Input.Marker == CallOpen || IsOver;
            }
            else if (marker == KeyOpen)
            {
                foreach (Wait wait in ReadText(_text))
                    yield return wait;
                raw.Append(_text);
                string key = _text.ToString().Trim();
                if (Input.Marker == KeyClose && parameters.Types.Knows(key) && !parameters.Has(key))
                    _key = key;
            }

            _isWhole = marker == ValueClose || _hasEnded || _key is not null;
            if (!_isWhole)
                parameters.Write(raw.ToString());
        }
    }
}
