namespace Hearth.Chat.Jinja;

/// <summary>
/// Immutable text that knows which of its characters the template wrote (trusted) and which came from outside. Stored as the text and
/// the places where that changes, so the common text of one origin costs nothing extra.
/// </summary>
public sealed class OriginString : IEquatable<OriginString>
{
    private readonly int[] _flips;

    internal OriginString(string text, bool startsTrusted, int[] flips) => (Text, StartsTrusted, _flips) = (text, startsTrusted, flips);

    /// <summary>No characters.</summary>
    public static OriginString Empty { get; } = Trusted("");

    /// <summary>The characters.</summary>
    public string Text { get; }

    /// <summary>Number of characters (UTF-16 units).</summary>
    public int Length => Text.Length;

    /// <summary>The runs of equal origin, in order, covering the whole text; empty for an empty text.</summary>
    public IEnumerable<OriginRun> Runs
    {
        get
        {
            int start = 0;
            bool trusted = StartsTrusted;
            foreach (int flip in _flips)
            {
                yield return new OriginRun(start, flip - start, trusted);
                (start, trusted) = (flip, !trusted);
            }

            if (start < Text.Length)
                yield return new OriginRun(start, Text.Length - start, trusted);
        }
    }

    internal bool StartsTrusted { get; }

    /// <summary>Marked by <c>safe</c> or <c>escape</c>: adding plain text to it escapes that text for HTML, as Python's Markup does.</summary>
    internal bool IsMarkup { get; private init; }

    internal OriginString AsMarkup() => new(Text, StartsTrusted, _flips) { IsMarkup = true };

    internal ReadOnlySpan<int> Flips => _flips;

    /// <summary>Text that the template wrote.</summary>
    public static OriginString Trusted(string text) => new(text, startsTrusted: true, []);

    /// <summary>Text from outside.</summary>
    public static OriginString Untrusted(string text) => new(text, startsTrusted: false, []);

    /// <summary>This text followed by <paramref name="other"/>.</summary>
    public OriginString Concat(OriginString other)
    {
        if (Length == 0)
            return other;
        return other.Length == 0 ? this : new OriginBuilder().Append(this).Append(other).ToOriginString();
    }

    /// <summary>A part of the text with its origins.</summary>
    public OriginString Slice(int start, int length)
    {
        if (start == 0 && length == Length)
            return this;
        return _flips.Length == 0
            ? new OriginString(Text.Substring(start, length), StartsTrusted, [])
            : new OriginBuilder().Append(this, start, length).ToOriginString();
    }

    /// <summary>Every character replaced by another one, origins kept.</summary>
    internal OriginString Map(Func<string, string> sameLength)
    {
        string mapped = sameLength(Text);
        return mapped.Length == Text.Length ? new OriginString(mapped, StartsTrusted, _flips) : Untrusted(mapped);
    }

    /// <summary>The origin of the character at <paramref name="index"/>.</summary>
    internal bool IsTrustedAt(int index)
    {
        int flip = Array.BinarySearch(_flips, index);
        int passed = flip >= 0 ? flip + 1 : ~flip;
        return StartsTrusted ^ (passed % 2 == 1);
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Texts are equal when their characters are; origins do not count.</summary>
    public bool Equals(OriginString? other) => other is not null && Text == other.Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as OriginString);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}

/// <summary>A run of characters of one origin.</summary>
public readonly record struct OriginRun(int Start, int Length, bool IsTrusted);
