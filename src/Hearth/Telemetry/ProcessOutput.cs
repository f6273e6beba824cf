using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hearth.Telemetry;

/// <summary>
/// Standard output and error. Output is optional for a server: neither stream keeps the process from running or from ending. For a
/// command whose output is its work, output that cannot be written is a failure.
/// </summary>
internal sealed class ProcessOutput : IDisposable
{
    /// <summary>How long the end of the process waits for readers of each stream, once somebody asked it to end or for what is optional.</summary>
    public static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(1);

    /// <summary>Results of commands: writers wait for the reader.</summary>
    public OutputWriter Out { get; } = new(StandardStreams.OpenOutput, StandardStreams.Encoding) { WaitsForRoom = true };

    /// <summary>Standard output for what may be lost, such as the banner.</summary>
    public OutputWriter Notices { get; } = new(StandardStreams.OpenOutput, StandardStreams.Encoding);

    /// <summary>Progress, errors and logs.</summary>
    public OutputWriter Error { get; } = new(StandardStreams.OpenError, StandardStreams.Encoding);

    /// <summary>Somebody asked the process to end: from now on nobody waits for a reader.</summary>
    public void Release() => Out.Release();

    /// <summary>Writes what still waits, and returns the exit code for a command that ended with <paramref name="code"/>.</summary>
    public int End(int code)
    {
        Out.Finish(LongestEnd);
        Notices.Finish(LongestEnd);
        if (code == 0 && Out.Failure is { } failure)
        {
            // A stream that is closed is what the runtime opened in its place, which may not be written.
            Error.WriteLine($"Standard output cannot be written: {(failure is UnauthorizedAccessException ? "it is closed" : failure.Message)}.");
            code = 1;
        }

        Error.Finish(LongestEnd);
        return code;
    }

    public void Dispose()
    {
        Out.Dispose();
        Notices.Dispose();
        Error.Dispose();
    }
}

/// <summary>The process's streams as bytes.</summary>
internal static class StandardStreams
{
    private const int OutputDescriptor = 1;

    /// <summary>How the terminal reads characters, without a mark at the beginning.</summary>
    public static Encoding Encoding { get; } =
        Console.OutputEncoding is { CodePage: var page } other && page != Encoding.UTF8.CodePage ? other : new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

    public static Stream OpenError() => Console.OpenStandardError();

    /// <summary>
    /// Standard output. The console's own stream is silent about a reader that has left, so pipes are written as files, which are not;
    /// files are not, because several streams may share one position.
    /// </summary>
    public static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
            return Console.OpenStandardOutput();
        SafeFileHandle handle = new(OutputDescriptor, ownsHandle: false);
        FileStream stream = new(handle, FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? Console.OpenStandardOutput() : new PipeStream(stream);
    }

    /// <summary>A pipe whose reader may leave, or be slower than a pipe that does not wait.</summary>
    private sealed class PipeStream(FileStream pipe) : Stream
    {
        /// <summary>Up to here a pipe takes all or nothing (POSIX: at least 512, Linux and macOS: 4096 and 512).</summary>
        private const int PieceBytes = 512;

        /// <summary>Between two looks at a full pipe that does not let its writers wait.</summary>
        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

        private readonly ManualResetEventSlim _never = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        private static int BrokenPipe => 32;

        private static int WouldBlock => OperatingSystem.IsMacOS() ? 35 : 11;

        public override void Write(byte[] buffer, int offset, int count)
        {
            for (int piece; count > 0; offset += piece, count -= piece)
            {
                piece = Math.Min(count, PieceBytes);
                while (!TryWrite(buffer.AsSpan(offset, piece)))
                    _never.Wait(Pause);
            }
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                _never.Dispose();
            base.Dispose(disposing);
        }

        // The runtime gives the system's error number as the result code.
        private bool TryWrite(ReadOnlySpan<byte> piece)
        {
            try
            {
                pipe.Write(piece);
                return true;
            }
            catch (IOException e) when (e.HResult == BrokenPipe)
            {
                throw new ReaderGoneException(e);
            }
            catch (IOException e) when (e.HResult == WouldBlock)
            {
                return false;
            }
        }
    }
}
