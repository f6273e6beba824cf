using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>Collects text with its origins; appending is amortised constant per character.</summary>
internal sealed class OriginBuilder(int limitChars = JinjaLimits.TextChars)
{
    private readonly StringBuilder _text = new();
    private readonly List<int> _flips = [];
    private bool _startsTrusted = true;
    private bool _endsTrusted = true;

    /// <summary>Characters so far.</summary>
    public int Length => _text.Length;

    public OriginBuilder Append(ReadOnlySpan<char> text, bool trusted)
    {
        if (text.Length == 0)
            return this;
        if (text.Length > limitChars - _text.Length)
            throw new JinjaException("LimitError", $"the text is longer than {limitChars} characters");
        if (_text.Length == 0)
            _startsTrusted = _endsTrusted = trusted;
        else if (trusted != _endsTrusted)
            _flips.Add(_text.Length);
        _endsTrusted = trusted;
        _text.Append(text);
        return this;
    }

    /// <summary>Text that the template wrote, or punctuation that a filter adds.</summary>
    public OriginBuilder Append(string trustedText) => Append(trustedText, trusted: true);

    public OriginBuilder Append(OriginString text) => Append(text, 0, text.Length);

    public OriginBuilder Append(OriginString text, int start, int length)
    {
        int end = start + length;
        bool trusted = text.StartsTrusted;
        foreach (int flip in text.Flips)
        {
            if (flip > start && start < end)
            {
                int stop = Math.Min(flip, end);
                Append(text.Text.AsSpan(start, stop - start), trusted);
                start = stop;
            }

            trusted = !trusted;
        }

        return start < end ? Append(text.Text.AsSpan(start, end - start), trusted) : this;
    }

    public OriginString ToOriginString() => new(_text.ToString(), _startsTrusted, [.. _flips]);
}
