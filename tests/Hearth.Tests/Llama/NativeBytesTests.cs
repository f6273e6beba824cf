using Hearth.Llama;

namespace Hearth.Tests.Llama;

public sealed class NativeBytesTests
{
    public static TheoryData<int> Lengths => [1, NativeBytes.LeastMapped - 1, NativeBytes.LeastMapped, (3 << 20) + 5];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Bytes_hold_what_was_written(int length)
    {
        using var bytes = NativeBytes.TryAllocate(length)!;
        Fill(bytes, 7);

        Assert.Equal(length, bytes.Length);
        Assert.True(IsAll(bytes, 7));
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void What_is_lent_stays_until_it_is_handed_back_and_then_nothing_can_be_borrowed(int length)
    {
        var bytes = NativeBytes.TryAllocate(length)!;
        Fill(bytes, 9);
        using (var lease = bytes.Lend())
        {
            bytes.Dispose();
            bytes.Dispose();
            Assert.False(bytes.IsClosed);
            Assert.Equal(length, lease.Span.Length);
            Assert.False(lease.Span.ContainsAnyExcept((byte)9));
        }

        Assert.True(bytes.IsClosed);
        using var late = bytes.Lend();
        Assert.True(late.Span.IsEmpty);
        Assert.Equal(length, bytes.Length);
    }

    [Fact]
    public void A_lease_is_handed_back_once_however_often_it_is_disposed_of()
    {
        var bytes = NativeBytes.TryAllocate(NativeBytes.LeastMapped)!;
        using (bytes)
        {
            var lease = bytes.Lend();
            lease.Dispose();
            lease.Dispose();
            Assert.True(lease.Span.IsEmpty);
            Assert.False(bytes.IsClosed);
        }

        Assert.True(bytes.IsClosed);
    }

    [Fact]
    public void No_bytes_take_nothing_and_too_many_are_none()
    {
        Assert.Same(NativeBytes.Empty, NativeBytes.TryAllocate(0));
        NativeBytes.Empty.Dispose();
        using var lease = NativeBytes.Empty.Lend();
        Assert.True(lease.Span.IsEmpty);
        Assert.Null(NativeBytes.TryAllocate((long)Array.MaxLength + 1));
    }

    // Half of it, because other tests run meanwhile.
    [Fact]
    public void The_system_has_large_bytes_back_at_once()
    {
        const int Large = 512 << 20;
        var before = Resident();
        var bytes = NativeBytes.TryAllocate(Large)!;
        Fill(bytes, 1);
        var during = Resident();
        bytes.Dispose();
        var after = Resident();

        Assert.InRange(during - before, Large / 2, long.MaxValue);
        Assert.InRange(during - after, Large / 2, long.MaxValue);
    }

    [Fact]
    public async Task Whoever_borrows_beside_the_owner_that_gives_back_has_the_bytes_or_none()
    {
        for (var round = 0; round < 200; round++)
        {
            var bytes = NativeBytes.TryAllocate(NativeBytes.LeastMapped * (1 + (round % 2)) - 1)!;
            Fill(bytes, (byte)round);
            using var start = new Barrier(3);
            var readers = Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    for (var i = 0; i < 20; i++) Assert.True(IsAll(bytes, (byte)round));
                },
                TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)).ToArray();
            start.SignalAndWait(TestContext.Current.CancellationToken);
            bytes.Dispose();
            await Task.WhenAll(readers);
            Assert.True(bytes.IsClosed);
        }
    }

    private static void Fill(NativeBytes bytes, byte value)
    {
        using var lease = bytes.Lend();
        lease.Span.Fill(value);
    }

    private static bool IsAll(NativeBytes bytes, byte value)
    {
        using var lease = bytes.Lend();
        return !lease.Span.ContainsAnyExcept(value);
    }

    private static long Resident()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}
