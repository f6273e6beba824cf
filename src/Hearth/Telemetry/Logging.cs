using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Hearth.Telemetry;

/// <summary>Makes the process's loggers. They write to standard error on a thread of their own.</summary>
internal static class Logging
{
    /// <summary>Lines that wait for a slow terminal; when there are more, lines are dropped rather than the engine held up.</summary>
    private const int QueuedLines = 2500;

    /// <summary>Marks an entry that is wanted whole however long it is, such as a prompt with <c>--log-prompts</c>.</summary>
    public static EventId WholeText { get; } = new(1, nameof(WholeText));

    /// <summary>Loggers that write lines of at least <paramref name="level"/>; the framework's own only from warnings on.</summary>
    public static ILoggerFactory ToStandardError(LogLevel level, bool colored, TimeProvider time)
    {
        var options = new ConsoleLoggerOptions
        {
            FormatterName = LineFormatter.FormatterName,
            LogToStandardErrorThreshold = LogLevel.Trace,
            MaxQueueLength = QueuedLines,
            QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite,
        };
        var provider = new ConsoleLoggerProvider(new FixedOptions<ConsoleLoggerOptions>(options), [new LineFormatter(time, colored)]);
        return new LoggerFactory([provider], Filters(level));
    }

    private static LoggerFilterOptions Filters(LogLevel level)
    {
        var filters = new LoggerFilterOptions { MinLevel = level };
        if (level > LogLevel.Debug)
            filters.AddFilter("Microsoft", LogLevel.Warning);
        return filters;
    }

    /// <summary>Options that never change.</summary>
    private sealed class FixedOptions<T>(T value) : IOptionsMonitor<T>
    {
        public T CurrentValue => value;

        public T Get(string? name) => value;

        public IDisposable? OnChange(Action<T, string?> listener) => null;
    }
}
