using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Hearth.Chat.Formats.Reading;

/// <summary>Reads a Python literal and writes it as JSON, strings as they come.</summary>
internal sealed class PythonValueReader(AnswerInput input, AnswerWriter output)
{
    private readonly StringBuilder _text = new();
    private int _quotes;

    /// <summary>What was read last is a whole value.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Reads one value, white space before it included.</summary>
    public IEnumerable<Wait> Read() => Read(0);

    /// <summary>The JSON of a text that is one literal; null where it is none.</summary>
    public static string? ToJson(string text)
    {
        AnswerInput input = new();
        input.Add(new SplitPiece(text.Trim(), IsMarker: false));
        input.End(truncated: false);
        AnswerWriter output = new(() => "", name => name, keepsSpaceBesideCalls: true);
        output.OpenCall("");
        PythonValueReader reader = new(input, output);
        foreach (Wait _ in reader.Read())
            return null;
        List<ChatEvent> events = [];
        output.Flush(events);
        return reader.IsComplete && input.IsAtEnd ? string.Concat(events.OfType<ToolCallArguments>().Select(a => a.Json)) : null;
    }

    private IEnumerable<Wait> Read(int depth)
    {
        IsComplete = false;
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        // The value stands in the object of all arguments.
        bool isTooDeep = depth >= ParameterWriter.MostDepth && input.Character is '[' or '(' or '{';
        if (isTooDeep || input.IsAtEnd)
            yield break;
        IEnumerable<Wait> value = input.Character switch
        {
            '"' or '\'' => ReadString(),
            '[' => ReadSequence(']', depth),
            '(' => ReadSequence(')', depth),
            '{' => ReadDictionary(depth),
            _ => ReadWord(),
        };
        foreach (Wait wait in value)
            yield return wait;
    }

    private IEnumerable<Wait> ReadSequence(char close, int depth)
    {
        input.Advance();
        output.WriteArguments("[");
        for (bool isFirst = true; ; isFirst = false)
        {
            foreach (Wait wait in input.SkipSpace())
                yield return wait;
            if (input.Character == close)
                break;
            if (!isFirst)
                output.WriteArguments(", ");
            foreach (Wait wait in ReadElement(close, depth))
                yield return wait;
            if (!IsComplete)
                yield break;
        }

        input.Advance();
        output.WriteArguments("]");
        IsComplete = true;
    }

    private IEnumerable<Wait> ReadDictionary(int depth)
    {
        input.Advance();
        output.WriteArguments("{");
        for (bool isFirst = true; ; isFirst = false)
        {
            IsComplete = false;
            foreach (Wait wait in input.SkipSpace())
                yield return wait;
            if (input.Character == '}')
                break;
            if (!isFirst)
                output.WriteArguments(", ");
            if (input.Character is not ('"' or '\''))
                yield break;
            foreach (Wait wait in ReadString())
                yield return wait;
            foreach (Wait wait in input.SkipSpace())
                yield return wait;
            IsComplete &= input.Character == ':';
            if (!IsComplete)
                yield break;
            input.Advance();
            output.WriteArguments(": ");
            foreach (Wait wait in ReadElement('}', depth))
                yield return wait;
            if (!IsComplete)
                yield break;
        }

        input.Advance();
        output.WriteArguments("}");
        IsComplete = true;
    }

    /// <summary>Reads a value and the comma behind it; stays at <paramref name="close"/>.</summary>
    private IEnumerable<Wait> ReadElement(char close, int depth)
    {
        foreach (Wait wait in Read(depth + 1))
            yield return wait;
        if (!IsComplete)
            yield break;
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        if (input.Character == ',')
            input.Advance();
        else
            IsComplete = input.Character == close;
    }

    private IEnumerable<Wait> ReadString()
    {
        char quote = input.Character;
        IsComplete = false;
        output.WriteArguments("\"");
        foreach (Wait wait in SkipQuotes(quote, most: 3))
            yield return wait;
        int closing = _quotes == 3 ? 3 : 1;
        bool isOpen = _quotes != 2;
        while (isOpen)
        {
            if (input.NeedsMore)
                yield return Wait.Input;
            if (input.IsAtEnd)
                yield break;
            if (input.Marker is { } marker)
            {
                output.WriteEscaped(marker);
                input.Advance();
            }
            else if (input.Character == quote)
            {
                foreach (Wait wait in SkipQuotes(quote, closing))
                    yield return wait;
                isOpen = _quotes < closing;
                if (isOpen)
                    output.WriteEscaped(new string(quote, _quotes));
            }
            else if (input.Character == '\\')
            {
                input.Advance();
                foreach (Wait wait in ReadEscape())
                    yield return wait;
            }
            else
            {
                output.WriteEscaped(input.TakeUntil([quote, '\\']));
            }
        }

        output.WriteArguments("\"");
        IsComplete = true;
    }

    /// <summary>Skips quotes and counts them: three stand around a text of several lines.</summary>
    private IEnumerable<Wait> SkipQuotes(char quote, int most)
    {
        for (_quotes = 0; _quotes < most; _quotes++)
        {
            if (input.NeedsMore)
                yield return Wait.Input;
            if (input.Character != quote)
                yield break;
            input.Advance();
        }
    }

    private IEnumerable<Wait> ReadEscape()
    {
        if (input.NeedsMore)
            yield return Wait.Input;
        char c = input.Character;
        int digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits == 0)
        {
            output.WriteEscaped(Unescape(c));
            if (input.Marker is null)
                input.Advance();
            yield break;
        }

        input.Advance();
        _text.Clear();
        while (_text.Length < digits)
        {
            if (input.NeedsMore)
                yield return Wait.Input;
            if (!char.IsAsciiHexDigit(input.Character))
                break;
            _text.Append(input.Character);
            input.Advance();
        }

        bool isScalar = int.TryParse(_text.ToString(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int scalar)
            && _text.Length == digits && scalar is >= 0 and <= 0x10FFFF;
        if (isScalar && scalar is < 0xD800 or > 0xDFFF)
            output.WriteEscaped(char.ConvertFromUtf32(scalar));
        else if (isScalar)
            output.WriteArguments($"\\u{scalar:x4}");
        else
            output.WriteEscaped($"\\{c}{_text}");
    }

    private static string Unescape(char c) => c switch
    {
        'n' => "\n",
        't' => "\t",
        'r' => "\r",
        'b' => "\b",
        'f' => "\f",
        'a' => "\a",
        'v' => "\v",
        '0' => "\0",
        '\n' => "",
        '\0' => "\\",
        '\\' or '\'' or '"' => c.ToString(),
        _ => $"\\{c}",
    };

    /// <summary>Reads a number, a truth value or None.</summary>
    private IEnumerable<Wait> ReadWord()
    {
        _text.Clear();
        while (true)
        {
            if (input.NeedsMore)
                yield return Wait.Input;
            if (!char.IsAsciiLetterOrDigit(input.Character) && input.Character is not ('+' or '-' or '.' or '_'))
                break;
            _text.Append(input.Character);
            input.Advance();
        }

        string? json = _text.ToString() switch
        {
            "True" or "true" => "true",
            "False" or "false" => "false",
            "None" or "null" => "null",
            var number => Number(number),
        };
        IsComplete = json is not null;
        output.WriteArguments(json);
    }

    /// <summary>The number as JSON writes it: Python allows <c>.5</c>, <c>1.</c>, <c>+1</c> and <c>1_000</c>.</summary>
    private static string? Number(string text)
    {
        string number = text.Replace("_", "", StringComparison.Ordinal).TrimStart('+');
        if (number.StartsWith('.') || number.StartsWith("-.", StringComparison.Ordinal))
            number = number.Replace(".", "0.", StringComparison.Ordinal);
        if (number.EndsWith('.'))
            number += "0";
        return JsonString.KindOf(number) == JsonValueKind.Number ? number : null;
    }
}
