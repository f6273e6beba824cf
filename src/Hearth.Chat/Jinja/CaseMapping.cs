using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>
/// Upper, lower and title case as Python has them: one character may become several, and a final sigma has its own form. Every result
/// keeps the origin of the character that it comes from.
/// </summary>
internal static class CaseMapping
{
    /// <summary>Each character followed by its upper case, where .NET's simple mapping has another.</summary>
    private const string UpperCases =
        "ßSS ıI ŉ\u02bcN ſS ǰJ\u030c ΐΙ\u0308\u0301 ΰΥ\u0308\u0301 ևԵՒ ẖH\u0331 ẗT\u0308 ẘW\u030a ẙY\u030a ẚA\u02be ὐΥ\u0313 "
        + "ὒΥ\u0313\u0300 ὔΥ\u0313\u0301 ὖΥ\u0313\u0342 ᾀἈΙ ᾁἉΙ ᾂἊΙ ᾃἋΙ ᾄἌΙ ᾅἍΙ ᾆἎΙ ᾇἏΙ ᾈἈΙ ᾉἉΙ ᾊἊΙ ᾋἋΙ ᾌἌΙ ᾍἍΙ ᾎἎΙ ᾏἏΙ ᾐἨΙ ᾑἩΙ "
        + "ᾒἪΙ ᾓἫΙ ᾔἬΙ ᾕἭΙ ᾖἮΙ ᾗἯΙ ᾘἨΙ ᾙἩΙ ᾚἪΙ ᾛἫΙ ᾜἬΙ ᾝἭΙ ᾞἮΙ ᾟἯΙ ᾠὨΙ ᾡὩΙ ᾢὪΙ ᾣὫΙ ᾤὬΙ ᾥὭΙ ᾦὮΙ ᾧὯΙ ᾨὨΙ ᾩὩΙ ᾪὪΙ ᾫὫΙ ᾬὬΙ ᾭὭΙ ᾮὮΙ "
        + "ᾯὯΙ ᾲᾺΙ ᾳΑΙ ᾴΆΙ ᾶΑ\u0342 ᾷΑ\u0342Ι ᾼΑΙ ῂῊΙ ῃΗΙ ῄΉΙ ῆΗ\u0342 ῇΗ\u0342Ι ῌΗΙ ῒΙ\u0308\u0300 ΐΙ\u0308\u0301 ῖΙ\u0342 "
        + "ῗΙ\u0308\u0342 ῢΥ\u0308\u0300 ΰΥ\u0308\u0301 ῤΡ\u0313 ῦΥ\u0342 ῧΥ\u0308\u0342 ῲῺΙ ῳΩΙ ῴΏΙ ῶΩ\u0342 ῷΩ\u0342Ι ῼΩΙ "
        + "\ufb00FF \ufb01FI \ufb02FL \ufb03FFI \ufb04FFL \ufb05ST \ufb06ST \ufb13ՄՆ \ufb14ՄԵ \ufb15ՄԻ \ufb16ՎՆ \ufb17ՄԽ";

    /// <summary>Each character followed by its title case, where that is not .NET's upper case.</summary>
    private const string TitleCases =
        "ßSs ıI ŉ\u02bcN ſS Ǆǅ ǅǅ ǆǅ Ǉǈ ǈǈ ǉǈ Ǌǋ ǋǋ ǌǋ ǰJ\u030c Ǳǲ ǲǲ ǳǲ ΐΙ\u0308\u0301 ΰΥ\u0308\u0301 ևԵւ ẖH\u0331 ẗT\u0308 "
        + "ẘW\u030a ẙY\u030a ẚA\u02be ὐΥ\u0313 ὒΥ\u0313\u0300 ὔΥ\u0313\u0301 ὖΥ\u0313\u0342 ᾲᾺ\u0345 ᾴΆ\u0345 ᾶΑ\u0342 "
        + "ᾷΑ\u0342\u0345 ῂῊ\u0345 ῄΉ\u0345 ῆΗ\u0342 ῇΗ\u0342\u0345 ῒΙ\u0308\u0300 ΐΙ\u0308\u0301 ῖΙ\u0342 ῗΙ\u0308\u0342 "
        + "ῢΥ\u0308\u0300 ΰΥ\u0308\u0301 ῤΡ\u0313 ῦΥ\u0342 ῧΥ\u0308\u0342 ῲῺ\u0345 ῴΏ\u0345 ῶΩ\u0342 ῷΩ\u0342\u0345 \ufb00Ff "
        + "\ufb01Fi \ufb02Fl \ufb03Ffi \ufb04Ffl \ufb05St \ufb06St \ufb13Մն \ufb14Մե \ufb15Մի \ufb16Վն \ufb17Մխ";

    /// <summary>Letters and numbers that count as lower case without being lower-case letters, as first and last of ranges.</summary>
    private const string OtherLower =
        "\u00aa\u00aa\u00ba\u00ba\u02b0\u02b8\u02c0\u02c1\u02e0\u02e4\u0345\u0345\u037a\u037a\u1d2c\u1d6a\u1d78\u1d78\u1d9b\u1dbf\u2071\u2071\u207f\u207f"
        + "\u2090\u209c\u2170\u217f\u24d0\u24e9\u2c7c\u2c7d\ua69c\ua69d\ua770\ua770\ua7f8\ua7f9\uab5c\uab5f";

    /// <summary>Most characters without case that are looked across for the letter beside a sigma; no word has more.</summary>
    private const int MostIgnored = 100;

    private static readonly FrozenDictionary<char, string> Uppers = Table(UpperCases);
    private static readonly FrozenDictionary<char, string> Titles = Table(TitleCases);

    private delegate void Mapping(StringBuilder result, string text, Rune rune, int at);

    public static OriginString Upper(OriginString text, RenderState state) => Map(text, state, t => t.ToUpperInvariant(), AppendUpper);

    public static OriginString Lower(OriginString text, RenderState state) => Map(text, state, t => t.ToLowerInvariant(), AppendLower);

    /// <summary>For comparisons without case: the lower case of the upper case.</summary>
    public static OriginString Fold(OriginString text, RenderState state) => Map(text, state, t => t.ToLowerInvariant(), (result, _, rune, _) =>
    {
        StringBuilder upper = new();
        AppendUpper(upper, "", Rune.ToLowerInvariant(rune), 0);
        result.Append(rune.Value switch { 'ı' => "ı", 'İ' => "i\u0307", _ => upper.ToString().ToLowerInvariant() });
    });

    public static OriginString Capitalize(OriginString text, RenderState state) => Map(text, state, null, (result, all, rune, at) =>
    {
        if (at == 0)
            AppendTitle(result, rune);
        else
            AppendLower(result, all, rune, at);
    });

    public static OriginString Title(OriginString text, RenderState state)
    {
        bool inWord = false;
        return Map(text, state, null, (result, all, rune, at) =>
        {
            if (inWord)
                AppendLower(result, all, rune, at);
            else
                AppendTitle(result, rune);
            inWord = IsCased(rune);
        });
    }

    public static OriginString Swap(OriginString text, RenderState state) => Map(text, state, null, (result, all, rune, at) =>
    {
        if (IsUpper(rune))
            AppendLower(result, all, rune, at);
        else if (IsLower(rune))
            AppendUpper(result, all, rune, at);
        else
            result.Append(rune);
    });

    public static bool IsUpper(Rune rune) => Rune.IsUpper(rune) || rune.Value is (>= 0x2160 and <= 0x216f) or (>= 0x24b6 and <= 0x24cf)
        or (>= 0x1f130 and <= 0x1f149) or (>= 0x1f150 and <= 0x1f169) or (>= 0x1f170 and <= 0x1f189);

    public static bool IsLower(Rune rune)
    {
        if (Rune.IsLower(rune))
            return true;
        for (int i = 0; i < OtherLower.Length; i += 2)
        {
            if (rune.Value >= OtherLower[i] && rune.Value <= OtherLower[i + 1])
                return true;
        }

        return rune.Value is 0x10780 or (>= 0x10783 and <= 0x10785) or (>= 0x10787 and <= 0x107b0) or (>= 0x107b2 and <= 0x107ba);
    }

    public static bool IsTitle(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.TitlecaseLetter;

    /// <summary>Words begin with upper or title case and go on in lower case, and there is at least one.</summary>
    public static bool IsTitled(OriginString text, RenderState state)
    {
        bool isCased = false;
        bool inWord = false;
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            state.Unit();
            bool isUpper = IsUpper(rune) || IsTitle(rune);
            if (isUpper ? inWord : IsLower(rune) && !inWord)
                return false;
            inWord = isUpper || IsLower(rune);
            isCased |= inWord;
        }

        return isCased;
    }

    /// <summary>Some character has case, and all that have are of the wanted one.</summary>
    public static bool IsAll(OriginString text, bool upper, RenderState state)
    {
        bool isCased = false;
        foreach (Rune rune in text.Text.EnumerateRunes())
        {
            state.Unit();
            if (upper ? IsLower(rune) : IsUpper(rune))
                return false;
            if (IsTitle(rune))
                return false;
            isCased |= upper ? IsUpper(rune) : IsLower(rune);
        }

        return isCased;
    }

    private static bool IsCased(Rune rune) => IsUpper(rune) || IsLower(rune) || IsTitle(rune);

    private static OriginString Map(OriginString text, RenderState state, Func<string, string>? ascii, Mapping mapping)
    {
        state.Read(text);
        if (ascii is not null && System.Text.Ascii.IsValid(text.Text))
            return text.Map(ascii);
        OriginBuilder builder = new();
        StringBuilder result = new();
        foreach (OriginRun run in text.Runs)
        {
            int end = run.Start + run.Length;
            for (int i = run.Start; i < end;)
            {
                state.Unit();
                bool isWhole = Rune.TryGetRuneAt(text.Text, i, out Rune rune) && i + rune.Utf16SequenceLength <= end;
                if (isWhole)
                    mapping(result, text.Text, rune, i);
                else
                    result.Append(text.Text[i]);
                i += isWhole ? rune.Utf16SequenceLength : 1;
            }

            builder.Append(result.ToString(), run.IsTrusted);
            result.Clear();
        }

        return builder.ToOriginString();
    }

    private static void AppendUpper(StringBuilder result, string text, Rune rune, int at)
    {
        if (rune.IsBmp && Uppers.TryGetValue((char)rune.Value, out string? upper))
            result.Append(upper);
        else
            result.Append(Rune.ToUpperInvariant(rune));
    }

    private static void AppendTitle(StringBuilder result, Rune rune)
    {
        if (rune.IsBmp && Titles.TryGetValue((char)rune.Value, out string? title))
            result.Append(title);
        else
            result.Append(rune.Value is >= 0x10d0 and <= 0x10ff ? rune : Rune.ToUpperInvariant(rune));
    }

    private static void AppendLower(StringBuilder result, string text, Rune rune, int at)
    {
        if (rune.Value == 'Σ')
            result.Append(IsFinal(text, at) ? 'ς' : 'σ');
        else if (rune.Value == 'İ')
            result.Append("i\u0307");
        else
            result.Append(Rune.ToLowerInvariant(rune));
    }

    /// <summary>A letter stands before and none after, whatever marks are between.</summary>
    private static bool IsFinal(string text, int at)
    {
        int before = at - 1;
        while (before >= 0 && at - before < MostIgnored && IsIgnored(text[before]))
            before--;
        int after = at + 1;
        while (after < text.Length && after - at < MostIgnored && IsIgnored(text[after]))
            after++;
        return before >= 0 && IsCasedAt(text, before) && !(after < text.Length && IsCasedAt(text, after));
    }

    private static bool IsCasedAt(string text, int index)
    {
        int start = char.IsLowSurrogate(text[index]) && index > 0 ? index - 1 : index;
        return Rune.TryGetRuneAt(text, start, out Rune rune) && IsCased(rune);
    }

    private static bool IsIgnored(char c) => c is '\'' or '.' or ':' or '·' or '’' || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;

    private static FrozenDictionary<char, string> Table(string cases) => cases.Split(' ').ToFrozenDictionary(c => c[0], c => c[1..]);
}
