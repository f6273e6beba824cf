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

    private static string Format(LogLevel level, string message, Exception? exception, bool colored)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 7, 4, 9, 5, 3, 250, TimeSpan.Zero));
        using var writer = new StringWriter { NewLine = "\n" };
        var entry = new LogEntry<string>(level, "Hearth.Http.Endpoints", default, message, exception, (state, _) => state);
        new LineFormatter(time, colored).Write(entry, null, writer);
        return writer.ToString();
    }
}
