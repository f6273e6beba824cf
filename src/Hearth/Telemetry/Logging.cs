using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Telemetry;

/// <summary>Makes the process's loggers.</summary>
internal static class Logging
{
    /// <summary>Marks an entry that is wanted whole however long it is, such as a prompt with <c>--log-prompts</c>.</summary>
    public static EventId WholeText { get; } = new(1, nameof(WholeText));

    /// <summary>
    /// Loggers that write lines of at least <paramref name="level"/>; the framework's own only from warnings on. An entry is one write to
    /// <paramref name="writer"/>, which must hold nobody up.
    /// </summary>
    public static ILoggerFactory To(TextWriter writer, LogLevel level, bool colored, TimeProvider time) =>
        new LoggerFactory([new LineProvider(writer, new LineFormatter(time, colored))], Filters(level));

    private static LoggerFilterOptions Filters(LogLevel level)
    {
        var filters = new LoggerFilterOptions { MinLevel = level };
        if (level > LogLevel.Debug)
            filters.AddFilter("Microsoft", LogLevel.Warning);
        return filters;
    }

    private sealed class LineProvider(TextWriter writer, LineFormatter formatter) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, writer, formatter);

        public void Dispose()
        {
        }
    }

    private sealed class LineLogger(string category, TextWriter writer, LineFormatter lines) : ILogger
    {
        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel))
                return;
            using StringWriter entry = new() { NewLine = writer.NewLine };
            lines.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), null, entry);
            writer.Write(entry.ToString());
        }
    }
}
