using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Hearth.Telemetry;

/// <summary>One line per log entry: time, level, the last word of the category, message; an exception follows, indented.</summary>
internal sealed class LineFormatter(TimeProvider time, bool colored) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var (level, color) = Level(logEntry.LogLevel);
        textWriter.Write($"{time.GetLocalNow():HH:mm:ss.fff} ");
        textWriter.Write(colored && color.Length > 0 ? $"\u001b[{color}m{level}\u001b[0m" : level);
        textWriter.Write(' ');
        textWriter.Write(logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..]);
        textWriter.Write(": ");
        textWriter.WriteLine(SingleLine(message));
        if (logEntry.Exception is { } exception)
            textWriter.WriteLine("    " + exception.ToString().ReplaceLineEndings(textWriter.NewLine + "    "));
    }

    private static string SingleLine(string message) =>
        message.AsSpan().TrimEnd().ContainsAny('\r', '\n') ? message.TrimEnd().ReplaceLineEndings(" | ") : message.TrimEnd();

    private static (string Text, string Color) Level(LogLevel level) => level switch
    {
        LogLevel.Trace => ("trace", "90"),
        LogLevel.Debug => ("debug", "90"),
        LogLevel.Information => ("info ", ""),
        LogLevel.Warning => ("warn ", "33"),
        LogLevel.Error => ("error", "31"),
        _ => ("fatal", "31;1"),
    };
}
