using System.Diagnostics;
using System.Globalization;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>Servers on one folder that are killed while they write lose what they were writing, and nothing else.</summary>
public sealed class KillDuringWritesTests(ITestOutputHelper output)
{
    private const int Rounds = 100;
    private const int ChildrenOfRound = 2;
    private const int MostWritesBeforeKill = 10;
    private const int MostSpins = 200_000;
    private const int RoundsBetweenCleanings = 10;

    [Fact]
    public void Whatever_was_being_written_when_a_process_was_killed_every_state_reads_as_it_was_stored_or_not_at_all()
    {
        using var root = new TemporaryFolder();
        var random = new Random(20_260_101);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var folder = States.Folder(root.Path, time: time);
        var unfinished = 0;
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var reported = RunAndKill(root.Path, round, random);
            unfinished += Directory.GetFiles(folder.FullPath, "*.tmp").Length;
            time.Advance(TimeSpan.FromHours(1));
            var found = folder.Scan(new HashSet<string>());

            Assert.Empty(Directory.GetFiles(folder.FullPath, "*.tmp"));
            Assert.Subset(found.Select(s => States.Number(s.Key)).ToHashSet(), reported);
            foreach (var state in found)
            {
                var number = States.Number(state.Key);
                var result = folder.Read(state.Key);
                Assert.Equal(States.Key(number), state.Key);
                Assert.Equal(ReadOutcome.Ok, result.Outcome);
                Assert.True(NativeBlocks.Read(result.Payload).AsSpan().SequenceEqual(States.Bytes(number)));
                read++;
            }

            if (round % RoundsBetweenCleanings == RoundsBetweenCleanings - 1) Assert.All(found, state => Assert.True(folder.Delete(state.Key)));
        }

        output.WriteLine($"{Rounds * ChildrenOfRound} kills, {unfinished} of them in the middle of a write; {read} states read.");
        Assert.Equal(0, folder.Discarded);
        Assert.NotEqual(0, unfinished);
    }

    /// <summary>Kills children somewhere in a write, or between two, and returns what they said they had written.</summary>
    private static HashSet<int> RunAndKill(string root, int round, Random random)
    {
        Process[] children = [.. Enumerable.Range(0, ChildrenOfRound).Select(i => Process.Start(Child(root, (round * ChildrenOfRound) + i))!)];
        try
        {
            HashSet<int> written = [];
            foreach (var child in children) Assert.Equal(WritingChild.Ready, child.StandardOutput.ReadLine());
            foreach (var child in children)
            {
                for (var left = random.Next(MostWritesBeforeKill); left > 0; left--) written.Add(int.Parse(child.StandardOutput.ReadLine()!));
                Thread.SpinWait(random.Next(MostSpins));
                child.Kill();
            }

            foreach (var child in children)
            {
                child.WaitForExit();
                // A line goes through the pipe as a whole.
                while (child.StandardOutput.ReadLine() is { } line) written.Add(int.Parse(line));
            }

            return written;
        }
        finally
        {
            foreach (var child in children)
            {
                if (!child.HasExited) child.Kill();
                child.Dispose();
            }
        }
    }

    private static ProcessStartInfo Child(string root, int seed)
    {
        // The tests run as a program of their own, or as a library of the dotnet command.
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet") start.ArgumentList.Add(typeof(KillDuringWritesTests).Assembly.Location);
        start.ArgumentList.Add(WritingChild.Argument);
        start.ArgumentList.Add(root);
        start.ArgumentList.Add(seed.ToString(CultureInfo.InvariantCulture));
        return start;
    }
}
