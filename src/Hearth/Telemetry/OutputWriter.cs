using System.Text;

namespace Hearth.Telemetry;

/// <summary>
/// Text for a stream that a thread of its own writes, so that a reader that is slow, gone or never was there holds nobody up. What the
/// stream refuses is dropped and counted, and the count is said as soon as the stream takes something again. Any thread may write.
/// </summary>
/// <param name="open">Opens the stream, on the writing thread.</param>
/// <param name="encoding">How characters become bytes.</param>
internal sealed class OutputWriter(Func<Stream> open, Encoding encoding) : TextWriter
{
    /// <summary>Characters that wait for a slow reader: a thousand screens, or a minute of a talkative log.</summary>
    public const int MostWaiting = 1 << 20;

    /// <summary>What a flush waits: long enough for a reader that reads, and only the order of two streams hangs on it.</summary>
    private static readonly TimeSpan FlushPatience = TimeSpan.FromMilliseconds(200);

    private readonly Lock _starting = new();
    private readonly object _gate = new();
    private readonly Queue<string> _waiting = [];
    private readonly CancellationTokenSource _readerGone = new();
    private readonly Encoder _encoder = encoding.GetEncoder();
    private Thread? _thread;
    private Stream? _stream;
    private int _characters;
    private long _overflowed;
    private bool _isWriting;

    // Of the writing thread alone.
    private long _lost;
    private bool _isReleased;
    private bool _isEnded;

    /// <summary>
    /// Whether a writer waits where there is no room, as the output of a command needs; what else is said is rather dropped than waited for.
    /// </summary>
    public bool WaitsForRoom { get; init; }

    /// <summary>The first reason why something could not be written, or null. A reader that left is none.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Cancelled when the reader has left: whatever is written from then on is for nobody.</summary>
    public CancellationToken ReaderGone => _readerGone.Token;

    public override Encoding Encoding => encoding;

    public override void Write(char value) => Add(value.ToString());

    public override void Write(string? value) => Add(value ?? "");

    public override void Write(char[] buffer, int index, int count) => Add(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Add(new string(buffer));

    public override void WriteLine(string? value) => Add(value + NewLine);

    public override Task WriteAsync(ReadOnlyMemory<char> buffer, CancellationToken cancellationToken = default)
    {
        if (!HasRoom(buffer.Length))
            return Task.Run(() => Write(buffer.Span), cancellationToken);
        Write(buffer.Span);
        return Task.CompletedTask;
    }

    /// <summary>Waits a moment for the thread, so that what another stream says next comes after it.</summary>
    public override void Flush() => AwaitWritten(FlushPatience, isPatient: false);

    /// <summary>From now on nobody waits for the reader.</summary>
    public void Release()
    {
        lock (_gate)
        {
            _isReleased = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Takes no more, and waits until all is written: <paramref name="limit"/> at most, unless writers wait for room and nobody has
    /// released them.
    /// </summary>
    public void Finish(TimeSpan limit)
    {
        AwaitWritten(limit, WaitsForRoom);
        lock (_gate)
        {
            _isEnded = true;
            Monitor.PulseAll(_gate);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // The thread may still write what it had taken, and then cancels the token.
        if (disposing)
            Finish(TimeSpan.Zero);
        base.Dispose(disposing);
    }

    private static int Lines(string text) => Math.Max(1, text.AsSpan().Count('\n'));

    private string Missing(long lines) => $"({lines} {(lines == 1 ? "line" : "lines")} could not be written here){NewLine}";

    private bool HasRoom(int characters)
    {
        lock (_gate)
            return !WaitsForRoom || Fits(characters);
    }

    // A text longer than all the room goes in alone.
    private bool Fits(int characters) => _waiting.Count == 0 || _characters + characters <= MostWaiting;

    private void Add(string text)
    {
        if (text.Length == 0)
            return;
        Start();
        lock (_gate)
        {
            while (WaitsForRoom && !_isReleased && !_isEnded && !Fits(text.Length))
                Monitor.Wait(_gate);
            if (_isEnded || !Fits(text.Length))
            {
                _overflowed += Lines(text);
                return;
            }

            if (_overflowed > 0)
                (text, _overflowed) = (Missing(_overflowed) + text, 0);
            _waiting.Enqueue(text);
            _characters += text.Length;
            Monitor.PulseAll(_gate);
        }
    }

    private void Start()
    {
        lock (_starting)
        {
            if (_thread is not null)
                return;
            _thread = new Thread(Run) { IsBackground = true, Name = "hearth-output" };
            _thread.Start();
        }
    }

    private void Run()
    {
        while (Take() is { } text)
        {
            WriteOrDrop(text);
            lock (_gate)
            {
                _isWriting = false;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>The next text, or null at the end.</summary>
    private string? Take()
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && _overflowed == 0)
            {
                if (_isEnded)
                    return null;
                Monitor.Wait(_gate);
            }

            _isWriting = true;
            if (!_waiting.TryDequeue(out var text))
            {
                (text, _overflowed) = (Missing(_overflowed), 0);
                return text;
            }

            _characters -= text.Length;
            Monitor.PulseAll(_gate);
            return text;
        }
    }

    private void WriteOrDrop(string text)
    {
        try
        {
            _stream ??= open();

            // What was refused may have been cut in the middle of a line.
            if (_lost > 0)
                Send(NewLine + Missing(_lost));
            _lost = 0;
            Send(text);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException or ObjectDisposedException)
        {
            _lost += Lines(text);
            if (e is ReaderGoneException)
                _readerGone.Cancel();
            else
                Failure ??= e;
        }
    }

    private void Send(string text)
    {
        var bytes = new byte[_encoder.GetByteCount(text, flush: false)];
        var count = _encoder.GetBytes(text, bytes, flush: false);
        _stream!.Write(bytes, 0, count);
        _stream.Flush();
    }

    private void AwaitWritten(TimeSpan limit, bool isPatient)
    {
        long? start = null;
        lock (_gate)
        {
            while (_waiting.Count > 0 || _isWriting || (_overflowed > 0 && !_isEnded))
            {
                if (isPatient && !_isReleased)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                start ??= TimeProvider.System.GetTimestamp();
                var left = limit - TimeProvider.System.GetElapsedTime(start.Value);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                    return;
            }
        }
    }
}

/// <summary>Whoever read the stream has left.</summary>
internal sealed class ReaderGoneException(Exception cause) : IOException(cause.Message, cause);
