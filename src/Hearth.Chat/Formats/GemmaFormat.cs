using System.Text;
using System.Text.Json;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Gemma 4: <c>&lt;|tool_call&gt;call:NAME{key:value,...}&lt;tool_call|&gt;</c> with bare keys and strings between <c>&lt;|"|&gt;</c>;
/// thinking stands in <c>&lt;|channel&gt;thought</c>.
/// </summary>
public sealed class GemmaFormat : IOutputFormat
{
    internal const string CallOpen = "<|tool_call>";
    internal const string CallClose = "<tool_call|>";
    internal const string Quote = "<|\"|>";
    internal const string ChannelOpen = "<|channel>";

    internal static readonly ThinkingMarkers Thinking = new((ChannelOpen, "<channel|>"));
    internal static readonly IReadOnlyList<string> AllMarkers = [CallOpen, CallClose, Quote, .. Thinking.All];

    /// <inheritdoc/>
    public string Name => "gemma4";

    /// <inheritdoc/>
    public IReadOnlyList<string> Markers => AllMarkers;

    /// <inheritdoc/>
    public bool OpensThinking(ReadOnlySpan<char> prompt) => prompt.TrimEnd().EndsWith(ChannelOpen + "thought");

    /// <inheritdoc/>
    public IOutputParser CreateParser(OutputParserSettings settings) => new GemmaParser(settings);
}

/// <summary>Reads <see cref="GemmaFormat"/>.</summary>
internal sealed class GemmaParser(OutputParserSettings settings)
    : MarkedParser(settings, GemmaFormat.AllMarkers, GemmaFormat.Thinking, keepsSpaceBesideCalls: true)
{
    private const string ChannelName = "thought";
    private const string NamePrefix = "call:";

    private readonly StringBuilder _text = new();
    private bool _isBroken;

    /// <inheritdoc/>
    protected override bool Announces(string marker) => marker == GemmaFormat.CallOpen;

    /// <summary>The channel's name stands in the first line of thinking.</summary>
    protected override IEnumerable<Wait> AfterThinkingOpens()
    {
        int at = 0;
        foreach (char expected in ChannelName)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.Character != expected)
                break;
            Input.Advance();
            at++;
        }

        if (at < ChannelName.Length)
            Output.Write(ChannelName.AsSpan(0, at));
    }

    /// <inheritdoc/>
    protected override IEnumerable<Wait> ReadCalls()
    {
        Input.Advance();
        foreach (Wait wait in ReadUntil("{"))
            yield return wait;
        string header = _text.ToString().Trim();
        bool isNamed = header.StartsWith(NamePrefix, StringComparison.Ordinal);
        string name = isNamed ? header[NamePrefix.Length..].TrimStart() : header;
        bool isEmpty = Input.Marker == GemmaFormat.CallClose && Offers(name);
        if (!(Input.Character == '{' || isEmpty) || !(isNamed || Offers(name)) || name.Length == 0 || name.Any(char.IsWhiteSpace))
            yield break;
        Output.OpenCall(name);
        _isBroken = false;
        if (isEmpty)
            Output.WriteArguments("{}");
        foreach (Wait wait in isEmpty ? [] : ReadObject(0))
            yield return wait;
        if (_isBroken)
            yield break;
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        if (Input.Marker == GemmaFormat.CallClose)
            Input.Advance();
        else if (Input.IsTruncated)
            yield break;
        CloseCall();
    }

    private IEnumerable<Wait> ReadObject(int depth)
    {
        Input.Advance();
        Output.WriteArguments("{");
        for (bool isFirst = true; ; isFirst = false)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (Input.Character == '}')
                break;
            foreach (Wait wait in ReadKey())
                yield return wait;
            if (_isBroken)
                yield break;
            string key = _text.ToString().Trim();
            Output.WriteArguments($"{(isFirst ? "" : ", ")}{JsonString.Quote(JsonString.Unquote(key) ?? key)}: ");
            foreach (Wait wait in ReadElement('}', depth))
                yield return wait;
            if (_isBroken)
                yield break;
        }

        Input.Advance();
        Output.WriteArguments("}");
    }

    private IEnumerable<Wait> ReadArray(int depth)
    {
        Input.Advance();
        Output.WriteArguments("[");
        for (bool isFirst = true; ; isFirst = false)
        {
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
            if (Input.Character == ']')
                break;
            if (!isFirst)
                Output.WriteArguments(", ");
            foreach (Wait wait in ReadElement(']', depth))
                yield return wait;
            if (_isBroken)
                yield break;
        }

        Input.Advance();
        Output.WriteArguments("]");
    }

    /// <summary>Reads a key, quoted or bare, and its colon.</summary>
    private IEnumerable<Wait> ReadKey()
    {
        if (Input.Marker == GemmaFormat.Quote)
        {
            Input.Advance();
            foreach (Wait wait in ReadText(_text))
                yield return wait;
            _isBroken = Input.Marker != GemmaFormat.Quote;
            Input.Advance();
            foreach (Wait wait in Input.SkipSpace())
                yield return wait;
        }
        else
        {
            foreach (Wait wait in ReadUntil(":"))
                yield return wait;
        }

        _isBroken |= Input.Character != ':';
        if (!_isBroken)
            Input.Advance();
    }

    /// <summary>Reads a value and the comma behind it; stays at <paramref name="close"/>.</summary>
    private IEnumerable<Wait> ReadElement(char close, int depth)
    {
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        _isBroken = Input.IsAtEnd || (depth >= ParameterWriter.MostDepth && Input.Character is '{' or '[');
        if (_isBroken)
            yield break;
        IEnumerable<Wait> value = Input.Marker == GemmaFormat.Quote ? ReadString()
            : Input.Character == '{' ? ReadObject(depth + 1)
            : Input.Character == '[' ? ReadArray(depth + 1)
            : Input.Character is '"' or '\'' ? ReadPlainString()
            : ReadBare();
        foreach (Wait wait in value)
            yield return wait;
        if (_isBroken)
            yield break;
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        if (Input.Character == ',')
            Input.Advance();
        else
            _isBroken = Input.Character != close;
    }

    /// <summary>Reads a string between the quotes of other languages.</summary>
    private IEnumerable<Wait> ReadPlainString()
    {
        PythonValueReader reader = new(Input, Output);
        foreach (Wait wait in reader.Read())
            yield return wait;
        _isBroken = !reader.IsComplete;
    }

    private IEnumerable<Wait> ReadString()
    {
        Input.Advance();
        Output.WriteArguments("\"");
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.IsAtEnd || Input.Marker == GemmaFormat.Quote)
                break;
            if (Input.Marker is { } marker)
            {
                Output.WriteEscaped(marker);
                Input.Advance();
            }
            else
            {
                Output.WriteEscaped(Input.TakeText());
            }
        }

        _isBroken = Input.IsAtEnd;
        Input.Advance();
        Output.WriteArguments("\"");
    }

    /// <summary>Reads a number or a word; anything else is a string without its quotes.</summary>
    private IEnumerable<Wait> ReadBare()
    {
        foreach (Wait wait in ReadUntil(",}]"))
            yield return wait;
        string value = _text.ToString().Trim();
        value = ParameterTypes.PythonWord(value) ?? value;
        _isBroken = Input.IsAtEnd || value.Length == 0;
        Output.WriteArguments(JsonString.KindOf(value) is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null
            ? value
            : JsonString.Quote(value));
    }

    private IEnumerable<Wait> ReadUntil(string stops)
    {
        _text.Clear();
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.Marker is not null || Input.IsAtEnd || stops.Contains(Input.Character, StringComparison.Ordinal))
                yield break;
            _text.Append(Input.TakeUntil(stops));
        }
    }
}
