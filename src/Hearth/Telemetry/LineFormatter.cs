using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Hearth.Telemetry;

/// <summary>
/// One line per log entry: time, level, the last word of the category, message; an exception follows, indented. Whatever a message says
/// and whoever wrote it, it stays one line of bounded length in which nothing acts on the terminal (<see cref="LogText"/>).
/// </summary>
internal sealed class LineFormatter(TimeProvider time, bool colored) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "line";

    /// <summary>Longest message: no line of ours comes near, so what does is somebody else's text. <see cref="Logging.WholeText"/> is spared.</summary>
    public const int LongestMessage = 2048;

    /// <summary>Longest exception, some hundred frames.</summary>
    public const int LongestException = 16 * 1024;

    private static readonly char[] LineEnds = ['\r', '\n'];

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var (level, color) = Level(logEntry.LogLevel);
        textWriter.Write($"{time.GetLocalNow():HH:mm:ss.fff} ");
        textWriter.Write(colored && color.Length > 0 ? $"\u001b[{color}m{level}\u001b[0m" : level);
        textWriter.Write(' ');
        textWriter.Write(logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..]);
        textWriter.Write(": ");
        LogText.Write(textWriter, SingleLine(logEntry.EventId == Logging.WholeText ? message : Excerpt.Of(message, LongestMessage)));
        textWriter.WriteLine();
        if (logEntry.Exception is { } exception)
            WriteException(textWriter, Excerpt.Of(exception.ToString(), LongestException));
    }

    private static void WriteException(TextWriter textWriter, string exception)
    {
        foreach (string line in exception.Split(LineEnds, StringSplitOptions.RemoveEmptyEntries))
        {
            textWriter.Write("    ");
            LogText.Write(textWriter, line);
            textWriter.WriteLine();
        }
    }

    private static string SingleLine(string message) =>
        message.AsSpan().TrimEnd().ContainsAny(LineEnds) ? message.TrimEnd().ReplaceLineEndings(" | ") : message.TrimEnd();

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
