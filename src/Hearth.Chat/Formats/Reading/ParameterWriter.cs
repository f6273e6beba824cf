using System.Text;

namespace Hearth.Chat.Formats.Reading;

/// <summary>
/// Writes the arguments of a call as JSON, parameter by parameter. A value that can only be a string is passed on while it is read; every
/// other when it is complete.
/// </summary>
internal sealed class ParameterWriter(AnswerWriter output, ToolDefinition? tool)
{
    /// <summary>Deepest nesting of a value, which stands in the object of all arguments.</summary>
    public const int MostDepth = JsonDepth.Most - 1;

    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);
    private readonly StringBuilder _text = new();
    private string _key = "";
    private ValueForm _form;
    private bool _isDuplicate;

    private enum ValueForm
    {
        Text,
        Json,
        BySchema,
    }

    /// <summary>The parameters' types.</summary>
    public ParameterTypes Types { get; } = new(tool);

    /// <summary>True for a parameter that was written.</summary>
    public bool Has(string key) => _keys.Contains(key);

    /// <summary>Announces the call.</summary>
    public void Open(string name)
    {
        output.OpenCall(name);
        output.WriteArguments("{");
    }

    /// <summary>Begins a parameter. A second one of the same name is left out: JSON has no place for it.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="isText">Whether the format itself says that its value is a string; null where it does not say.</param>
    public void Begin(string key, bool? isText = null)
    {
        _key = key;
        _text.Clear();
        _isDuplicate = !_keys.Add(key);
        _form = isText switch
        {
            true => ValueForm.Text,
            false => ValueForm.Json,
            null => Types.IsText(key) ? ValueForm.Text : ValueForm.BySchema,
        };
        if (_isDuplicate)
            return;
        output.WriteArguments($"{(_keys.Count > 1 ? ", " : "")}{JsonString.Quote(key)}: {(_form == ValueForm.Text ? "\"" : "")}");
    }

    /// <summary>The next piece of the value.</summary>
    public void Write(ReadOnlySpan<char> text)
    {
        if (_isDuplicate)
            return;
        if (_form == ValueForm.Text)
            output.WriteEscaped(text);
        else
            _text.Append(text);
    }

    /// <summary>The value is complete.</summary>
    public void End()
    {
        if (_isDuplicate)
            return;
        string text = _text.ToString();
        output.WriteArguments(_form switch
        {
            ValueForm.Text => "\"",
            ValueForm.Json when JsonString.KindOf(text, MostDepth) is not null => text.Trim(),
            ValueForm.Json => JsonString.Quote(text),
            _ => Types.ToJson(_key, text),
        });
    }

    /// <summary>All parameters are written.</summary>
    public void Close() => output.WriteArguments("}");
}
