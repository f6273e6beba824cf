using System.Text;
using System.Text.Json;

namespace Hearth.Chat.Formats.Reading;

/// <summary>
/// Reads JSON as it comes: calls that are an object with a name and arguments in any order, and arguments alone. Arguments that are an
/// object go to the output while they are read, once the name is known; given as a string of JSON, or before the name, when it is.
/// </summary>
/// <param name="input">Stands at the value, white space before it allowed.</param>
/// <param name="output">Where calls go. A call that breaks off stays open; one that is complete does too.</param>
/// <param name="mayCall">Whether a name is one of a call.</param>
internal sealed class JsonCallReader(AnswerInput input, AnswerWriter output, Func<string, bool> mayCall)
{
    private readonly StringBuilder _value = new();
    private string? _name;
    private string? _early;
    private bool _hasArguments;

    /// <summary>What was read last is a whole call, or whole arguments.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>A call is an object whose only key is the tool's name.</summary>
    public bool NamesAreKeys { get; init; }

    /// <summary>Reads <c>{"name": ..., "arguments": {...}}</c>, or <c>{NAME: {...}}</c>.</summary>
    public IEnumerable<Wait> ReadCall() => NamesAreKeys ? ReadNamedArguments() : ReadNameAndArguments();

    /// <summary>Reads an object as the arguments of the call that is open.</summary>
    public IEnumerable<Wait> ReadArguments()
    {
        IsComplete = false;
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        if (input.Character != '{')
            yield break;
        foreach (Wait wait in ReadValue(streams: true))
            yield return wait;
    }

    private IEnumerable<Wait> ReadNameAndArguments()
    {
        (_name, _early, _hasArguments, IsComplete) = (null, null, false, false);
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        if (input.Character != '{')
            yield break;
        input.Advance();
        for (bool isFirst = true; ; isFirst = false)
        {
            foreach (Wait wait in input.SkipSpace())
                yield return wait;
            if (input.Character == '}')
                break;
            if (!isFirst)
            {
                if (input.Character != ',')
                    yield break;
                input.Advance();
            }

            foreach (Wait wait in ReadMember())
                yield return wait;
            if (!IsComplete)
                yield break;
            IsComplete = false;
        }

        input.Advance();
        IsComplete = Conclude();
    }

    private IEnumerable<Wait> ReadNamedArguments()
    {
        IsComplete = false;
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        if (input.Character != '{')
            yield break;
        input.Advance();
        foreach (Wait wait in ReadKey())
            yield return wait;
        if (!IsComplete || JsonString.Unquote(_value.ToString()) is not { } name || !mayCall(name))
        {
            IsComplete = false;
            yield break;
        }

        output.OpenCall(name);
        foreach (Wait wait in ReadArguments())
            yield return wait;
        if (!IsComplete)
            yield break;
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        IsComplete = input.Character == '}';
        if (IsComplete)
            input.Advance();
    }

    private IEnumerable<Wait> ReadMember()
    {
        foreach (Wait wait in ReadKey())
            yield return wait;
        if (!IsComplete)
            yield break;
        string? key = JsonString.Unquote(_value.ToString());
        bool isArguments = key is "arguments" or "parameters";
        bool streams = isArguments && _name is not null && !_hasArguments && input.Character == '{';
        if (streams)
            output.OpenCall(_name!);
        foreach (Wait wait in ReadValue(streams))
            yield return wait;
        if (IsComplete && !streams)
            IsComplete = Keep(key, isArguments);
        _hasArguments |= isArguments;
    }

    /// <summary>Reads a key and its colon, and goes to the value.</summary>
    private IEnumerable<Wait> ReadKey()
    {
        IsComplete = false;
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        if (input.Character != '"')
            yield break;
        foreach (Wait wait in ReadValue(streams: false))
            yield return wait;
        if (!IsComplete)
            yield break;
        IsComplete = false;
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        if (input.Character != ':')
            yield break;
        input.Advance();
        foreach (Wait wait in input.SkipSpace())
            yield return wait;
        IsComplete = !input.IsAtEnd;
    }

    private bool Keep(string? key, bool isArguments)
    {
        if (_name is null && key == "function" && _value[0] == '{')
            return KeepFunction();
        if (_name is null && key is "name" or "tool_name" or "function")
        {
            _name = JsonString.Unquote(_value.ToString());
            return _name is { Length: > 0 } && mayCall(_name);
        }

        if (isArguments && !_hasArguments)
            _early = _value.ToString();
        return true;
    }

    /// <summary>The value is a whole call, as APIs write it: <c>{"type": "function", "function": {"name": ..., "arguments": ...}}</c>.</summary>
    private bool KeepFunction()
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(_value.ToString(), new JsonDocumentOptions { MaxDepth = JsonDepth.Most });
            JsonElement function = document.RootElement;
            if (function.TryGetProperty("arguments", out JsonElement arguments) || function.TryGetProperty("parameters", out arguments))
                (_early, _hasArguments) = (arguments.GetRawText(), true);
            _name = function.TryGetProperty("name", out JsonElement name) ? JsonString.Unquote(name.GetRawText()) : null;
            return _name is { Length: > 0 } && mayCall(_name);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>The object has ended; true when it was a call.</summary>
    private bool Conclude()
    {
        if (output.IsInCall)
            return true;
        if (_name is null)
            return false;
        string arguments = _early switch
        {
            null or "null" or "\"\"" => "{}",
            ['"', ..] => JsonString.Unquote(_early) ?? "",
            _ => _early,
        };
        if (JsonString.KindOf(arguments) != JsonValueKind.Object)
            return false;
        output.OpenCall(_name);
        output.WriteArguments(arguments.Trim());
        return true;
    }

    /// <summary>
    /// Reads one value to its end. A marker within a string is a part of it; elsewhere no value goes on with one. A number or a word ends
    /// before what follows.
    /// </summary>
    private IEnumerable<Wait> ReadValue(bool streams)
    {
        JsonScanner scanner = new();
        _value.Clear();
        IsComplete = false;
        while (!scanner.IsDone)
        {
            if (input.NeedsMore)
                yield return Wait.Input;
            if (input.IsAtEnd || (input.Marker is not null && !scanner.IsInString))
                break;
            if (input.Marker is null && !scanner.IsInString && scanner.CanEnd && input.Character is ',' or '}' or ']')
                break;
            foreach (char c in input.Symbol)
            {
                bool isControl = scanner.IsInString && c < ' ';
                if (!scanner.Read(c))
                    yield break;
                Append(c, isControl, streams);
            }

            input.Advance();
        }

        IsComplete = scanner.CanEnd;
    }

    private void Append(char c, bool isControl, bool streams)
    {
        ReadOnlySpan<char> one = new(in c);
        if (!streams && isControl)
            JsonString.AppendEscaped(_value, one);
        else if (!streams)
            _value.Append(c);
        else if (isControl)
            output.WriteEscaped(one);
        else
            output.WriteArguments(one);
    }
}
