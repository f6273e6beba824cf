using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Hearth.Llama.Native;

/// <summary>Brings the library's log lines into an <see cref="ILogger"/>. Any thread of the library may call.</summary>
internal sealed unsafe class NativeLog
{
    /// <summary><c>GGML_LOG_LEVEL_CONT</c>: the text continues the line before.</summary>
    private const int Continue = 5;

    /// <summary>A line without an end would otherwise grow for ever.</summary>
    private const int LineLimitChars = 4096;

    private readonly ILogger _log;
    private readonly StringBuilder _line = new();
    private int _level;

    private NativeLog(ILogger log) => _log = log;

    /// <summary>From now on the library logs to <paramref name="log"/>; the library keeps the callback for the process's life.</summary>
    public static void Install(ILogger log) => LlamaNative.llama_log_set(&Receive, GCHandle.ToIntPtr(GCHandle.Alloc(new NativeLog(log))));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Receive(int level, byte* text, nint userData)
    {
        if (GCHandle.FromIntPtr(userData).Target is NativeLog log)
            log.Append(level, Utf8.Read(text));
    }

    private void Append(int level, string text)
    {
        lock (_line)
        {
            if (level != Continue)
                _level = level;
            _line.Append(text);
            if (!text.EndsWith('\n') && _line.Length < LineLimitChars)
                return;
            string line = _line.ToString().TrimEnd();
            _line.Clear();
            if (line.Length > 0)
                _log.Log(LevelOf(_level, line), "{NativeLine}", line);
        }
    }

    /// <summary>
    /// The library's information is our debugging: it prints hundreds of lines per model. It also takes the cells that many requests
    /// share for the context of one, and warns that this is longer than what the model was trained on. A decode that its caller
    /// interrupted is no failure (<c>GGML_STATUS_ABORTED</c> is 1, which <c>llama_decode</c> returns as 2).
    /// </summary>
    internal static LogLevel LevelOf(int level, string line) => level switch
    {
        3 or 4 when line.Contains("removing memory module entries", StringComparison.Ordinal) => LogLevel.Debug,
        4 when line.EndsWith("compute status: 1", StringComparison.Ordinal) => LogLevel.Debug,
        4 when line.EndsWith("failed with error 1", StringComparison.Ordinal) => LogLevel.Debug,
        4 when line.EndsWith("failed to decode, ret = 2", StringComparison.Ordinal) => LogLevel.Debug,
        4 => LogLevel.Error,
        3 when line.EndsWith("possible training context overflow", StringComparison.Ordinal) => LogLevel.Debug,
        3 => LogLevel.Warning,
        2 => LogLevel.Debug,
        _ => LogLevel.Trace,
    };
}
