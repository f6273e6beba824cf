using Hearth.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Telemetry;

public sealed class LineFormatterTests
{
    [Fact]
    public void An_entry_is_one_line_of_time_level_category_and_message() =>
        Assert.Equal("09:05:03.250 warn  Endpoints: two | lines\n", Format(LogLevel.Warning, "two\nlines\n", null, colored: false));

    [Fact]
    public void An_exception_follows_indented() =>
        Assert.Equal(
            "09:05:03.250 error Endpoints: broke\n    System.InvalidOperationException: why\n",
            Format(LogLevel.Error, "broke", new InvalidOperationException("why"), colored: false));

    [Fact]
    public void Only_the_level_is_coloured() =>
        Assert.Equal("09:05:03.250 \u001b[33mwarn \u001b[0m Endpoints: careful\n", Format(LogLevel.Warning, "careful", null, colored: true));

    [Theory]
    [InlineData("GET /a\u001b[31m 404", "GET /a\\u001b[31m 404")]
    [InlineData("null \0 bell \a tab \t delete \u007f", "null \\u0000 bell \\u0007 tab \\u0009 delete \\u007f")]
    [InlineData("C1 \u009b next line \u0085 end", "C1 \\u009b next line \\u0085 end")]
    [InlineData("lines \u2028 and \u2029 end", "lines \\u2028 and \\u2029 end")]
    [InlineData("embed \u202a override \u202e isolate \u2066 mark \u200f arabic \u061c", "embed \\u202a override \\u202e isolate \\u2066 mark \\u200f arabic \\u061c")]
    [InlineData("unseen \u200b \ufeff \U000e0041", "unseen \\u200b \\ufeff \\U000e0041")]
    [InlineData("plain: ü 中 😀 \\ \"", "plain: ü 中 😀 \\ \"")]
    public void What_would_act_on_a_terminal_or_on_lines_is_written_as_its_number(string message, string written)
    {
        Assert.Equal($"09:05:03.250 info  Endpoints: {written}\n", Format(LogLevel.Information, message, null, colored: false));
        Assert.Contains(written, Format(LogLevel.Error, "", new InvalidOperationException(message), colored: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Halves_of_characters_are_written_as_their_numbers() =>
        Assert.Equal("09:05:03.250 info  Endpoints: half \\ud83d of \\ude00\n", Format(LogLevel.Information, "half \ud83d of \ude00", null, colored: false));

    [Fact]
    public void An_exceptions_text_cannot_act_or_pass_for_a_line_of_its_own() =>
        Assert.Equal(
            "09:05:03.250 error Endpoints: broke\n    System.InvalidOperationException: a\\u001b[2J\n    09:05:03.250 info  fake\\u2028b\n",
            Format(LogLevel.Error, "broke", new InvalidOperationException("a\u001b[2J\n09:05:03.250 info  fake\u2028b"), colored: false));

    [Fact]
    public void A_message_is_cut_unless_it_is_wanted_whole()
    {
        var text = new string('x', 100_000);

        Assert.True(Format(LogLevel.Information, text, null, colored: false).Length < LineFormatter.LongestMessage + 100);
        Assert.True(Format(LogLevel.Error, "", new InvalidOperationException(text), colored: false).Length < LineFormatter.LongestException + 100);
        Assert.Contains(text, Format(LogLevel.Information, text, null, colored: false, Logging.WholeText), StringComparison.Ordinal);
    }

    private static string Format(LogLevel level, string message, Exception? exception, bool colored, EventId id = default)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 7, 4, 9, 5, 3, 250, TimeSpan.Zero));
        using var writer = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(level, "Hearth.Http.Endpoints", id, message, exception, (state, _) => state);
        new LineFormatter(time, colored).Write(entry, null, writer);
        return writer.ToString();
    }
}
