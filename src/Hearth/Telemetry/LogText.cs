using System.Globalization;
using System.Text;

namespace Hearth.Telemetry;

/// <summary>
/// Writes text so that it can do nothing but be read: what moves a cursor, breaks a line, changes a direction or cannot be seen is
/// written as its number, such as <c>\u001b</c>.
/// </summary>
internal static class LogText
{
    /// <summary>Writes <paramref name="text"/> without anything that acts on a terminal or on whoever reads lines.</summary>
    public static void Write(TextWriter writer, ReadOnlySpan<char> text)
    {
        int plain = 0;
        for (int at = 0; at < text.Length;)
        {
            bool isWhole = Rune.DecodeFromUtf16(text[at..], out Rune rune, out int length) == System.Buffers.OperationStatus.Done;
            if (!isWhole || Acts(rune))
            {
                writer.Write(text[plain..at]);
                writer.Write(isWhole ? Escape(rune.Value) : Escape(text[at]));
                plain = at + length;
            }

            at += length;
        }

        writer.Write(text[plain..]);
    }

    private static bool Acts(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private static string Escape(int value) =>
        value <= 0xFFFF ? $"\\u{value.ToString("x4", CultureInfo.InvariantCulture)}" : $"\\U{value.ToString("x8", CultureInfo.InvariantCulture)}";
}
