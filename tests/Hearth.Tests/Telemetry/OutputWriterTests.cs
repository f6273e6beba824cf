using System.Globalization;
using System.Text;
using Hearth.Telemetry;

namespace Hearth.Tests.Telemetry;

/// <summary>Whoever writes never waits for a reader that is slow or gone, and what is lost is counted and said.</summary>
public sealed class OutputWriterTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FaultyStream _stream = new();

    public void Dispose() => _stream.Dispose();

    [Fact]
    public void What_is_written_arrives_in_order()
    {
        using var writer = Create();
        for (var i = 0; i < 1000; i++)
            writer.WriteLine($"line {i}");
        writer.Finish(Patience);

        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(i => $"line {i}\n")), _stream.Text);
        Assert.Null(writer.Failure);
    }

    [Fact]
    public void A_reader_that_does_not_read_holds_nobody_up_and_hears_later_how_much_it_missed()
    {
        using var writer = Create();
        _stream.Block();
        var line = new string('x', 1023);
        for (var i = 0; i < 3 * OutputWriter.MostWaiting / 1024; i++)
            writer.WriteLine(line);
        _stream.Unblock();
        writer.Flush();
        writer.Finish(Patience);

        var lines = _stream.Text.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Count(l => l == line), OutputWriter.MostWaiting / 1024, (OutputWriter.MostWaiting / 1024) + 1);
        var notices = lines.Where(l => l.EndsWith(" lines could not be written here)", StringComparison.Ordinal)).ToList();
        Assert.Equal(lines[^1], notices[^1]);
        Assert.Equal(
            3 * OutputWriter.MostWaiting / 1024,
            lines.Length - notices.Count + notices.Sum(n => int.Parse(n[1..n.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void A_disk_that_is_full_for_a_while_costs_the_lines_of_that_while()
    {
        using var writer = Create();
        writer.WriteLine("before");
        writer.Flush();
        _stream.Failure = new IOException("No space left on device");
        writer.WriteLine("lost");
        writer.WriteLine("lost too");
        writer.Flush();
        _stream.Failure = null;
        writer.WriteLine("after");
        writer.Finish(Patience);

        Assert.Equal("before\n\n(2 lines could not be written here)\nafter\n", _stream.Text);
        Assert.Equal("No space left on device", writer.Failure?.Message);
    }

    [Fact]
    public void The_end_waits_no_longer_than_its_limit()
    {
        using var writer = Create();
        _stream.Block();
        writer.WriteLine("for nobody");
        writer.Finish(TimeSpan.FromMilliseconds(1));
        writer.WriteLine("too late");
        _stream.Unblock();

        Assert.DoesNotContain("too late", _stream.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writers_of_results_wait_for_their_reader_until_somebody_releases_them()
    {
        using var writer = Create(waits: true);
        _stream.Block();
        var written = Task.Run(
            () =>
            {
                for (var i = 0; i < 3; i++)
                    writer.Write(new string('x', OutputWriter.MostWaiting));
            },
            TestContext.Current.CancellationToken);
        await _stream.Blocked.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.False(written.IsCompleted);
        writer.Release();
        await written.WaitAsync(Patience, TestContext.Current.CancellationToken);
        _stream.Unblock();
    }

    [Fact]
    public void A_reader_that_left_is_told_apart_from_a_failure()
    {
        using var writer = Create(waits: true);
        _stream.Failure = new ReaderGoneException(new IOException("Broken pipe"));
        writer.WriteLine("for nobody");
        writer.Finish(Patience);

        Assert.True(writer.ReaderGone.IsCancellationRequested);
        Assert.Null(writer.Failure);
    }

    private OutputWriter Create(bool waits = false) => new(() => _stream, new UTF8Encoding(false)) { WaitsForRoom = waits, NewLine = "\n" };

    /// <summary>A stream that blocks or fails when it is told to.</summary>
    private sealed class FaultyStream : MemoryStream
    {
        private readonly ManualResetEventSlim _gate = new(initialState: true);
        private readonly TaskCompletionSource _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile IOException? _failure;

        public IOException? Failure { get => _failure; set => _failure = value; }

        public Task Blocked => _blocked.Task;

        public string Text
        {
            get
            {
                lock (_gate)
                    return Encoding.UTF8.GetString(ToArray());
            }
        }

        public void Block() => _gate.Reset();

        public void Unblock() => _gate.Set();

        public override void Write(byte[] buffer, int offset, int count)
        {
            if (!_gate.IsSet)
                _blocked.TrySetResult();
            _gate.Wait();
            if (Failure is { } failure)
                throw failure;
            lock (_gate)
                base.Write(buffer, offset, count);
        }

        protected override void Dispose(bool disposing)
        {
            _gate.Set();
            base.Dispose(disposing);
        }
    }
}
