using System.Buffers;

namespace Hearth.Chat.Jinja;

/// <summary>Collects text with its origins; appending is amortised constant per character. Its memory is lent until the text is made.</summary>
internal sealed class OriginBuilder(int limitChars = JinjaLimits.TextChars)
{
    private const int FirstChars = 256;

    private readonly List<int> _flips = [];
    private char[] _text = [];
    private bool _startsTrusted = true;
    private bool _endsTrusted = true;

    /// <summary>Characters so far.</summary>
    public int Length { get; private set; }

    public OriginBuilder Append(ReadOnlySpan<char> text, bool trusted)
    {
        if (text.Length == 0)
            return this;
        if (text.Length > limitChars - Length)
            throw JinjaException.Limit($"the text is longer than {limitChars} characters");
        if (Length == 0)
            _startsTrusted = _endsTrusted = trusted;
        else if (trusted != _endsTrusted)
            _flips.Add(Length);
        _endsTrusted = trusted;
        if (text.Length > _text.Length - Length)
            Grow(text.Length);
        text.CopyTo(_text.AsSpan(Length));
        Length += text.Length;
        return this;
    }

    /// <summary>Text that the template wrote, or punctuation that a filter adds.</summary>
    public OriginBuilder Append(string trustedText) => Append(trustedText, trusted: true);

    public OriginBuilder Append(OriginString text)
    {
        if (text.Halves is null)
            return Append(text, 0, text.Length);
        foreach (OriginString part in text.Parts())
            Append(part, 0, part.Length);
        return this;
    }

    public OriginBuilder Append(OriginString text, int start, int length)
    {
        int end = start + length;
        ReadOnlySpan<int> flips = text.Flips;
        for (int next = text.FlipsUpTo(start); start < end; next++)
        {
            int stop = next < flips.Length ? Math.Min(flips[next], end) : end;
            Append(text.Text.AsSpan(start, stop - start), text.StartsTrusted ^ (next % 2 == 1));
            start = stop;
        }

        return this;
    }

    /// <summary>The text so far, after which nothing can be appended.</summary>
    public OriginString ToOriginString()
    {
        OriginString text = new(new string(_text.AsSpan(0, Length)), _startsTrusted, [.. _flips]);
        GiveBack();
        _text = [];
        return text;
    }

    private void Grow(int room)
    {
        char[] larger = ArrayPool<char>.Shared.Rent(Math.Max(FirstChars, Math.Max(Length + room, 2 * _text.Length)));
        _text.AsSpan(0, Length).CopyTo(larger);
        GiveBack();
        _text = larger;
    }

    private void GiveBack()
    {
        if (_text.Length > 0)
            ArrayPool<char>.Shared.Return(_text);
    }
}
