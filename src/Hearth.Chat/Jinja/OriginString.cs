namespace Hearth.Chat.Jinja;

/// <summary>
/// Immutable text that knows which of its characters the template wrote (trusted) and which came from outside. Stored as the text and
/// the places where that changes, so the common text of one origin costs nothing extra. A long sum of two texts stays two texts until
/// somebody looks into it, because most are only written out.
/// </summary>
public sealed class OriginString : IEquatable<OriginString>
{
    /// <summary>Sums shorter than this are cheaper to make than to put off.</summary>
    private const int ShortestPutOff = 256;

    // Null while the text stands in its halves.
    private string? _text;
    private int[] _flips;

    // Made when first asked for; two threads would write the same number.
    private int _codePoints = -1;
    private int _hash;

    internal OriginString(string text, bool startsTrusted, int[] flips) =>
        (_text, Length, StartsTrusted, _flips) = (text, text.Length, startsTrusted, flips);

    private OriginString(OriginString left, OriginString right) =>
        (Halves, Length, StartsTrusted, _flips) = (new Pair(left, right), left.Length + right.Length, left.StartsTrusted, []);

    /// <summary>No characters.</summary>
    public static OriginString Empty { get; } = Trusted("");

    /// <summary>The characters.</summary>
    public string Text
    {
        get
        {
            if (_text is null)
                Join();
            return _text!;
        }
    }

    /// <summary>Number of characters (UTF-16 units).</summary>
    public int Length { get; }

    /// <summary>The texts whose sum this is, or null; one thread makes and joins a sum.</summary>
    internal Pair? Halves { get; private set; }

    /// <summary>Number of code points, which is what Python counts; a surrogate pair is one.</summary>
    internal int CodePoints
    {
        get
        {
            if (_codePoints < 0)
                _codePoints = Length - CountPairs(0, Length);
            return _codePoints;
        }
    }

    /// <summary>The runs of equal origin, in order, covering the whole text; empty for an empty text.</summary>
    public IEnumerable<OriginRun> Runs
    {
        get
        {
            int start = 0;
            bool trusted = StartsTrusted;
            foreach (int flip in FlipArray)
            {
                yield return new OriginRun(start, flip - start, trusted);
                (start, trusted) = (flip, !trusted);
            }

            if (start < Length)
                yield return new OriginRun(start, Length - start, trusted);
        }
    }

    internal bool StartsTrusted { get; }

    /// <summary>Marked by <c>safe</c> or <c>escape</c>: adding plain text to it escapes that text for HTML, as Python's Markup does.</summary>
    internal bool IsMarkup { get; private init; }

    internal OriginString AsMarkup() => new(Text, StartsTrusted, FlipArray) { IsMarkup = true };

    internal OriginString AsPlain() => IsMarkup ? new(Text, StartsTrusted, FlipArray) : this;

    internal ReadOnlySpan<int> Flips => FlipArray;

    private int[] FlipArray
    {
        get
        {
            if (_text is null)
                Join();
            return _flips;
        }
    }

    /// <summary>Text that the template wrote.</summary>
    public static OriginString Trusted(string text) => new(text, startsTrusted: true, []);

    /// <summary>Text from outside.</summary>
    public static OriginString Untrusted(string text) => new(text, startsTrusted: false, []);

    /// <summary>This text followed by <paramref name="other"/>.</summary>
    public OriginString Concat(OriginString other)
    {
        if (Length == 0)
            return other;
        if (other.Length == 0)
            return this;
        return Length + other.Length is >= ShortestPutOff and <= JinjaLimits.TextChars
            ? new OriginString(this, other)
            : new OriginBuilder().Append(this).Append(other).ToOriginString();
    }

    /// <summary>The texts that make up this one, in order; none of them is a sum.</summary>
    internal IEnumerable<OriginString> Parts()
    {
        // Sums of sums can be as deep as a loop is long.
        Stack<OriginString> rest = new([this]);
        while (rest.TryPop(out OriginString? text))
        {
            if (text.Halves is not { } halves)
            {
                yield return text;
                continue;
            }

            rest.Push(halves.Right);
            rest.Push(halves.Left);
        }
    }

    private void Join()
    {
        OriginString joined = new OriginBuilder().Append(this).ToOriginString();
        LiveMemory? memory = Halves?.Memory;
        (_text, _flips, Halves) = (joined._text, joined._flips, null);
        memory?.Add(this);
    }

    /// <summary>A part of the text with its origins.</summary>
    public OriginString Slice(int start, int length)
    {
        if (start == 0 && length == Length)
            return this;
        return Flips.Length == 0
            ? new OriginString(Text.Substring(start, length), StartsTrusted, [])
            : new OriginBuilder().Append(this, start, length).ToOriginString();
    }

    /// <summary>Where code point <paramref name="codePoint"/> begins in <see cref="Text"/>.</summary>
    internal int UnitOf(int codePoint)
    {
        if (CodePoints == Length)
            return codePoint;
        int unit = 0;
        for (; codePoint > 0; codePoint--)
            unit += IsPair(unit) ? 2 : 1;
        return unit;
    }

    /// <summary>Which code point begins at <paramref name="unit"/> of <see cref="Text"/>.</summary>
    internal int CodePointOf(int unit) => CodePoints == Length ? unit : unit - CountPairs(0, unit);

    /// <summary>The code points from <paramref name="start"/> on with their origins.</summary>
    internal OriginString SliceCodePoints(int start, int count)
    {
        int first = UnitOf(start);
        return Slice(first, UnitOf(start + count) - first);
    }

    /// <summary>Where each code point begins, and the end.</summary>
    internal List<int> CodePointStarts()
    {
        List<int> starts = new(Length + 1);
        for (int unit = 0; unit < Length; unit += IsPair(unit) ? 2 : 1)
            starts.Add(unit);
        starts.Add(Length);
        return starts;
    }

    private bool IsPair(int unit) => unit + 1 < Length && char.IsSurrogatePair(Text[unit], Text[unit + 1]);

    private int CountPairs(int from, int to)
    {
        int count = 0;
        while (Text.AsSpan(from, to - from).IndexOfAnyInRange('\ud800', '\udbff') is var found && found >= 0)
        {
            from += found;
            count += IsPair(from) ? 1 : 0;
            from++;
        }

        return count;
    }

    /// <summary>Every character replaced by another one, origins kept.</summary>
    internal OriginString Map(Func<string, string> sameLength)
    {
        string mapped = sameLength(Text);
        return mapped.Length == Text.Length ? new OriginString(mapped, StartsTrusted, FlipArray) : Untrusted(mapped);
    }

    /// <summary>The origin of the character at <paramref name="index"/>.</summary>
    internal bool IsTrustedAt(int index) => StartsTrusted ^ (FlipsUpTo(index) % 2 == 1);

    /// <summary>How often the origin changes up to and with the character at <paramref name="index"/>.</summary>
    internal int FlipsUpTo(int index)
    {
        int flip = Flips.BinarySearch(index);
        return flip >= 0 ? flip + 1 : ~flip;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Texts are equal when their characters are; origins do not count.</summary>
    public bool Equals(OriginString? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OriginString);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_hash == 0)
            _hash = Text.GetHashCode(StringComparison.Ordinal);
        return _hash;
    }

    /// <summary>A sum that was put off.</summary>
    internal sealed record Pair(OriginString Left, OriginString Right)
    {
        /// <summary>Where the sum counts once it takes the memory of a text of its own, or null.</summary>
        public LiveMemory? Memory { get; set; }
    }
}

/// <summary>A run of characters of one origin.</summary>
public readonly record struct OriginRun(int Start, int Length, bool IsTrusted);
