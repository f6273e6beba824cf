using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Kimi K3: elements whose tags stand between tokens, <c>&lt;|open|&gt;think&lt;|sep|&gt;...&lt;|close|&gt;think&lt;|sep|&gt;</c>: think,
/// response, and tools with a call element per call and an argument element per argument.
/// </summary>
public sealed class KimiXmlFormat : IOutputFormat
{
    internal const string Open = "<|open|>";
    internal const string Close = "<|close|>";
    internal const string Separator = "<|sep|>";

    internal static readonly IReadOnlyList<string> AllMarkers = [Open, Close, Separator];

    /// <inheritdoc/>
    public string Name => "kimi-k3";

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers => AllMarkers;

    /// <inheritdoc/>
    public bool OpensThinking(ReadOnlySpan<char> prompt) => prompt.EndsWith($"{Open}think{Separator}");

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) => new KimiXmlParser(settings);
}

/// <summary>Reads <see cref="KimiXmlFormat"/>. Values are raw text: a closing tag ends one only where another tag follows.</summary>
internal sealed class KimiXmlParser(OutputParserSettings settings) : FamilyParser(settings, KimiXmlFormat.AllMarkers)
{
    private readonly StringBuilder _tag = new();
    private bool _isWhole;
    private bool _isClosing;
    private string _opening = "";

    /// <inheritdoc/>
    protected override IEnumerable<Wait> Read()
    {
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.IsAtEnd)
                yield break;
            if (Input.Marker is null)
            {
                Output.Write(Input.TakeText());
                continue;
            }

            foreach (Wait wait in ReadTag())
                yield return wait;
            if (!_isWhole)
            {
                if (!Input.IsCutOff)
                    Output.Write(Raw());
                continue;
            }

            foreach (Wait wait in EnterElement())
                yield return wait;
        }
    }

    private IEnumerable<Wait> EnterElement()
    {
        string element = Element();
        switch (element)
        {
            case "think" when _isClosing && Output.IsThinking:
                Output.EndThinking();
                break;
            case "think" when !_isClosing && !Output.IsThinking:
                Output.BeginThinking();
                break;
            case "call" when !_isClosing && HasTools:
                return ReadCall();
            case "response" when !_isClosing && Output.IsThinking:
                Output.EndThinking();
                break;
            case "think" or "response" or "tools" or "message" or "call":
                Output.DropSpace();
                break;
            default:
                Output.Write(Raw());
                break;
        }

        return [];
    }

    private IEnumerable<Wait> ReadCall()
    {
        if (Attribute("tool") is not { Length: > 0 } name)
            yield break;
        Input.StartRecording();
        ParameterWriter parameters = new(Output, Tool(name));
        parameters.Open(name);
        while (true)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            foreach (Wait wait in ReadTag())
                yield return wait;
            if (!_isWhole || _isClosing || Element() != "argument" || Attribute("key") is not { } key)
                break;
            parameters.Begin(key, Attribute("type") is { } type ? type == "string" : null);
            foreach (Wait wait in ReadValue(parameters))
                yield return wait;
        }

        string raw = Input.StopRecording();
        if (_isWhole && _isClosing && Element() == "call")
        {
            parameters.Close();
            Output.CloseCall();
            yield break;
        }

        GiveUp(raw);
    }

    private IEnumerable<Wait> ReadValue(ParameterWriter parameters)
    {
        while (true)
        {
            foreach (Wait wait in ReadText(parameters))
                yield return wait;
            if (Input.IsAtEnd)
                yield break;
            foreach (Wait wait in ReadTag())
                yield return wait;
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (_isWhole && _isClosing && Element() == "argument" && Input.Marker is KimiXmlFormat.Open or KimiXmlFormat.Close)
            {
                parameters.End();
                yield break;
            }

            parameters.Write(Raw());
        }
    }

    /// <summary>Reads a tag from its opening marker to its separator; anything else up to the next marker.</summary>
    private IEnumerable<Wait> ReadTag()
    {
        _isWhole = false;
        _tag.Clear();
        _opening = Input.Marker ?? "";
        _isClosing = _opening == KimiXmlFormat.Close;
        if (Input.IsAtEnd || Input.Marker is null)
            yield break;
        Input.Advance();
        if (_opening == KimiXmlFormat.Separator)
            yield break;
        foreach (Wait wait in ReadText(_tag))
            yield return wait;
        _isWhole = Input.Marker == KimiXmlFormat.Separator;
        if (_isWhole)
            Input.Advance();
    }

    private string Raw() => $"{_opening}{_tag}{(_isWhole ? KimiXmlFormat.Separator : "")}";

    private string Element() => _tag.ToString().Split(' ')[0];

    private string? Attribute(string key)
    {
        string tag = _tag.ToString();
        int at = tag.IndexOf($" {key}=\"", StringComparison.Ordinal);
        if (at < 0)
            return null;
        string value = tag[(at + key.Length + 3)..];
        int end = value.IndexOf('"', StringComparison.Ordinal);
        return end < 0 ? null : value[..end]
            .Replace("&quot;", "\"", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal)
            .Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal);
    }
}
