using System.Buffers;
using System.Runtime.InteropServices;

namespace Hearth.Engine;

/// <summary>Text between two special tokens as it is sampled, with the tokens that say it.</summary>
internal sealed class SampledRun
{
    private readonly int _givenBytes;
    private readonly int _givenTokens;
    private readonly ArrayBufferWriter<byte> _text = new();
    private readonly List<int> _tokens;
    private readonly List<int> _ends = [];
    private int _length;

    /// <summary>A run that begins with the prompt's text and tokens.</summary>
    public SampledRun(ReadOnlySpan<byte> text, ReadOnlySpan<int> tokens)
    {
        (_givenBytes, _givenTokens, _length) = (text.Length, tokens.Length, text.Length);
        _text.Write(text);
        _tokens = [.. tokens];
    }

    /// <summary>The run's UTF-8 text.</summary>
    public ReadOnlySpan<byte> Text => _text.WrittenSpan[.._length];

    /// <summary>The run's tokens.</summary>
    public ReadOnlySpan<int> Tokens => CollectionsMarshal.AsSpan(_tokens);

    /// <summary>A token was sampled.</summary>
    public void Add(int token, Tokenizer tokenizer)
    {
        tokenizer.WriteText(token, _text);
        _length = _text.WrittenCount;
        _tokens.Add(token);
        _ends.Add(_length);
    }

    /// <summary>Ends the run where <paramref name="stop"/> first begins in what was sampled; false when no token ends there.</summary>
    public bool CutBefore(ReadOnlySpan<byte> stop)
    {
        int at = Text[_givenBytes..].IndexOf(stop);
        int kept = at < 0 ? -1 : _ends.BinarySearch(_givenBytes + at);
        if (kept < 0)
            return false;
        _tokens.RemoveRange(_givenTokens + kept + 1, _tokens.Count - _givenTokens - kept - 1);
        _length = _givenBytes + at;
        return true;
    }
}
