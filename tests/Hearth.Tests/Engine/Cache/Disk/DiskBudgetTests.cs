using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>One budget for all models and processes of a home, and what gives way to whom.</summary>
public sealed class DiskBudgetTests : IDisposable
{
    private const int Payload = 4000;
    private const int FileBytes = Payload + SegmentFile.MaxHeaderBytes;

    private readonly TemporaryFolder _root = new();
    private readonly FakeTimeProvider _time = new(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public void Dispose() => _root.Dispose();

    [Fact]
    public void What_is_worth_least_goes_first_whichever_model_it_is_of()
    {
        Process one = new(this, 1, 4 * FileBytes), other = new(this, 2, 4 * FileBytes);
        one.Write(Key(1), seconds: 9);
        other.Write(Key(2), seconds: 1);
        one.Write(Key(3), seconds: 5);
        other.Write(Key(4), seconds: 5);
        one.Write(Key(5), seconds: 5);
        Assert.Equal([1, 3, 5], one.Kept(1, 3, 5));
        Assert.Equal([4], other.Kept(2, 4));

        // Two days without use cost half.
        _time.Advance(TimeSpan.FromDays(4));
        one.Folder.Touch(Key(3), _time.GetUtcNow());
        one.Folder.Touch(Key(5), _time.GetUtcNow());
        Assert.Empty(one.Write(Key(6), seconds: 5));
        Assert.Equal([], other.Kept(2, 4));
        Assert.Equal([SegmentFile.Name(Key(1))], one.Write(Key(7), seconds: 5));
    }

    [Fact]
    public void What_others_continue_stays_and_so_does_what_the_new_file_continues()
    {
        Process one = new(this, 1, 3 * FileBytes);
        var blocks = Blocks(4);
        one.Write(blocks[0], seconds: 0.1);
        one.Write(blocks[1], seconds: 0.2);
        one.Write(Key(9), seconds: 5);

        Assert.Equal([SegmentFile.Name(Key(9))], one.Write(blocks[2], seconds: 0.3));
        Assert.Empty(one.Write(blocks[3], seconds: 0.4));
        Assert.Equal(3, one.Folder.List().Count);
    }

    [Fact]
    public void Processes_that_write_in_turn_never_exceed_the_budget_by_more_than_what_they_are_writing()
    {
        const long Limit = 10 * FileBytes;
        Process[] processes = [new(this, 1, Limit), new(this, 1, Limit), new(this, 2, Limit), new(this, 3, Limit)];
        for (var number = 0; number < 100; number++)
        {
            // Both make room before either writes: the worst that can happen.
            Process first = processes[number % 4], second = processes[(number + 1 + (number / 9 % 3)) % 4];
            first.MakeRoom(Key(number));
            second.MakeRoom(Key(1000 + number));
            first.Put(Key(number), 1);
            second.Put(Key(1000 + number), 1);
            Assert.InRange(SegmentArchive.List(_root.Path).Sum(f => f.Bytes), 1, Limit + FileBytes);
        }

        processes[0].MakeRoom(Key(5000));
        Assert.InRange(SegmentArchive.List(_root.Path).Sum(f => f.Bytes), 1, Limit - FileBytes);
    }

    [Fact]
    public async Task Threads_that_write_at_once_never_exceed_the_budget_by_more_than_a_file_each()
    {
        const long Limit = 10 * FileBytes;
        const int Writers = 4;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(n => Task.Run(() =>
        {
            Process process = new(this, (UInt128)(n % 2), Limit);
            for (var number = 0; number < 60; number++) process.Write(Key((1000 * n) + number), 1);
        })));
        var most = 0L;
        do most = Math.Max(most, SegmentArchive.List(_root.Path).Sum(f => f.Bytes));
        while (!writing.IsCompleted || most == 0);
        await writing;

        Assert.InRange(most, 1, Limit + (Writers * FileBytes));
    }

    [Fact]
    public void What_is_not_ours_neither_counts_nor_goes()
    {
        Process one = new(this, 1, 2 * FileBytes);
        var mine = Path.Combine(one.Folder.FullPath, "notes.seg");
        File.WriteAllBytes(mine, new byte[10 * FileBytes]);
        Directory.CreateDirectory(Path.Combine(_root.Path, "models"));
        for (var number = 0; number < 5; number++) one.Write(Key(number), 1);

        Assert.True(File.Exists(mine));
        Assert.Equal(2, one.Folder.List().Count);
    }

    [Fact]
    public void A_budget_that_became_smaller_holds_from_the_first_write_on()
    {
        Process before = new(this, 1, 1000 * FileBytes), after = new(this, 2, 10 * FileBytes);
        for (var number = 0; number < 200; number++) before.Put(Key(number), 1);
        after.Write(Key(1000), 1);

        Assert.InRange(SegmentArchive.List(_root.Path).Sum(f => f.Bytes), 1, 10 * FileBytes);
    }

    [Fact]
    public void Where_nothing_may_go_nothing_is_written()
    {
        Process one = new(this, 1, 2 * FileBytes);
        var blocks = Blocks(3);
        foreach (var block in blocks) Assert.Empty(one.Write(block, 1));

        Assert.Equal(2, one.Folder.List().Count);
    }

    private static StateKey Key(int number) => new(StateKind.Segment, (UInt128)(number + 1), 0, new[] { number });

    private static StateKey[] Blocks(int count)
    {
        var tokens = Enumerable.Range(0, count * TokenChain.Block).ToArray();
        var chain = TokenChain.Of(tokens);
        return [.. Enumerable.Range(0, count).Select(b => new StateKey(
            StateKind.Segment, chain[b], b * TokenChain.Block, tokens.AsMemory(b * TokenChain.Block, TokenChain.Block)))];
    }

    /// <summary>One process's folder and its look at the budget.</summary>
    private sealed class Process(DiskBudgetTests test, UInt128 identity, long budget)
    {
        public SegmentFolder Folder { get; } = States.Folder(test._root.Path, identity, test._time);

        public DiskBudget Budget { get; } = new(test._root.Path, identity, budget, test._time);

        public IReadOnlyList<string> MakeRoom(StateKey key) => Budget.MakeRoom(FileBytes, key.Chain);

        public void Put(StateKey key, double seconds) => Folder.Write(key, TimeSpan.FromSeconds(seconds), new byte[Payload]);

        public IReadOnlyList<string> Write(StateKey key, double seconds)
        {
            var gone = MakeRoom(key);
            if (Budget.HasRoom(FileBytes)) Put(key, seconds);
            return gone;
        }

        public int[] Kept(params int[] numbers) => [.. numbers.Where(n => Folder.Read(Key(n)).Outcome == ReadOutcome.Ok)];
    }
}
