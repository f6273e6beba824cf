using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Reads what GLM 4.5 to 5 and Ling write,
/// <c>&lt;tool_call&gt;NAME&lt;arg_key&gt;KEY&lt;/arg_key&gt;&lt;arg_value&gt;VALUE&lt;/arg_value&gt;&lt;/tool_call&gt;</c>, with or without line
/// ends between the tags: a name, then pairs of a key and a value, each in its own tags. A value is raw text that may contain any
/// marker but the one that closes it; where that is missing, the call's end closes it.
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
    private bool _hasEnded;

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
        bool isName = name.Length > 0 && !name.Any(char.IsWhiteSpace) && (!Output.IsThinking || Offers(name));
        if (!isName || Input.Marker is not (KeyOpen or CallClose))
            yield break;
        ParameterWriter parameters = new(Output, Tool(name));
        parameters.Open(name);
        _hasEnded = false;
        while (!_hasEnded && Input.Marker == KeyOpen)
        {
            foreach (Wait wait in ReadParameter(parameters))
                yield return wait;
        }

        if (!_hasEnded && Input.Marker != CallClose)
            yield break;
        if (!_hasEnded)
            Input.Advance();
        parameters.Close();
        CloseCall();
    }

    private IEnumerable<Wait> ReadParameter(ParameterWriter parameters)
    {
        Input.Advance();
        foreach (Wait wait in ReadText(_text))
            yield return wait;
        string key = _text.ToString();
        if (Input.Marker != KeyClose)
            yield break;
        Input.Advance();
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        if (Input.Marker != ValueOpen)
            yield break;
        Input.Advance();
        parameters.Begin(key.Trim());
        foreach (Wait wait in ReadValue(parameters))
            yield return wait;
        if (_hasEnded)
            yield break;
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
    }

    private IEnumerable<Wait> ReadValue(ParameterWriter parameters)
    {
        while (true)
        {
            foreach (Wait wait in ReadText(parameters))
                yield return wait;
            if (Input.Marker is not { } marker)
                yield break;
            Input.Advance();
            if (marker == ValueClose)
            {
                parameters.End();
                yield break;
            }

            StringBuilder raw = new(marker);
            if (marker == CallClose)
            {
                foreach (Wait wait in Input.SkipSpace(raw))
                    yield return wait;
                _hasEnded = Input.Marker == CallOpen || Input is { IsAtEnd: true, IsTruncated: false };
            }

            if (_hasEnded)
            {
                parameters.End();
                yield break;
            }

            parameters.Write(raw.ToString());
        }
    }
}
