using System.Text;

namespace Hearth.Children;

/// <summary>What a child writes to its standard error: the first line is kept, the rest (whole dumps of a stack) is read and forgotten.</summary>
internal sealed class LastWords
{
    private const int KeptBytes = 200;

    private readonly byte[] _kept = new byte[KeptBytes];
    private readonly TaskCompletionSource _overflow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _length;

    /// <summary>
    /// Completes when the runtime says that the stack overflowed. What it does next is to print each of its frames, for seconds.
    /// </summary>
    public Task StackOverflow => _overflow.Task;

    /// <summary>The first line, without control characters; empty when nothing was said.</summary>
    public string Line
    {
        get
        {
            string line = Encoding.UTF8.GetString(_kept, 0, _length).TrimStart().Split('\n')[0];
            return new string([.. line.Where(c => !char.IsControl(c))]).Trim();
        }
    }

    /// <summary>Reads to the end, which is the end of the process.</summary>
    public async Task ListenAsync(Stream error)
    {
        byte[] buffer = new byte[4096];
        try
        {
            for (int read = await error.ReadAsync(buffer); read > 0; read = await error.ReadAsync(buffer))
            {
                int more = Math.Min(read, KeptBytes - _length);
                buffer.AsSpan(0, more).CopyTo(_kept.AsSpan(_length));
                _length += more;
                if (Line.StartsWith("Stack overflow", StringComparison.Ordinal))
                    _overflow.TrySetResult();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process is gone.
        }
    }
}
