using System.Diagnostics;
using System.Text;
using Hearth.Children;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Children;

/// <summary>Whatever a child does, its job has an outcome, and the next job an answer.</summary>
public sealed class ChildPoolTests : IDisposable
{
    /// <summary>Far more than anything here takes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly CollectedLines _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_child_starts_with_the_first_job_and_stays_for_the_next()
    {
        await using var pool = OddJobs.Pool();
        Assert.Empty(pool.Processes);

        Assert.Equal("one", await AnswerAsync(pool, "one"));
        var child = Assert.Single(pool.Processes);
        Assert.Equal("two", await AnswerAsync(pool, "two"));

        Assert.Equal([child], pool.Processes);
    }

    [Theory]
    [InlineData("spin", "TimeLimit")]
    [InlineData("wait:600000", "TimeLimit")]
    [InlineData("heap", "MemoryLimit")]
    [InlineData("native", "MemoryLimit")]
    [InlineData("flood:2000000", "OutputLimit")]
    [InlineData("overflow", "Died")]
    [InlineData("fail", "Died")]
    public async Task A_job_that_goes_beyond_a_limit_fails_alone_and_in_one_line(string job, string fault)
    {
        ChildLimits limits = new()
        {
            Time = job.StartsWith("wait", StringComparison.Ordinal) ? TimeSpan.FromSeconds(1) : Patience,
            Processor = job == "spin" ? TimeSpan.FromSeconds(1) : Patience,
            HeapBytes = 64 * 1024 * 1024,
            MemoryBytes = 200 * 1024 * 1024,
            OutputBytes = 1_000_000,
        };
        await using var pool = OddJobs.Pool(limits, log: _log);

        var failed = Assert.IsType<ChildOutcome.Failed>(await AskAsync(pool, job));

        Assert.Equal(fault, failed.Fault.ToString());
        Assert.Contains(fault, Assert.Single(_log.Lines), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', _log.Lines.Single());
        Assert.Equal("after it", await AnswerAsync(pool, "after it"));
    }

    [Fact]
    public async Task The_line_about_a_death_has_its_first_words()
    {
        await using var pool = OddJobs.Pool(log: _log);

        await AskAsync(pool, "fail");

        Assert.EndsWith("the last words)", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_library_prints_is_no_answer()
    {
        await using var pool = OddJobs.Pool();

        Assert.Equal("printed", await AnswerAsync(pool, "print"));
    }

    [Fact]
    public async Task A_job_that_is_given_up_costs_nothing_from_then_on()
    {
        await using var pool = OddJobs.Pool(new ChildLimits { Children = 1 });
        await AnswerAsync(pool, "ready");
        using var child = Process.GetProcessById(pool.Processes.Single());
        using CancellationTokenSource leaving = new();
        var given = pool.AskAsync(OddJobs.Bytes("spin"), Patience, leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal("next", await AnswerAsync(pool, "next"));
    }

    [Fact]
    public async Task Jobs_beyond_the_bounds_are_refused()
    {
        await using var pool = OddJobs.Pool(new ChildLimits { Children = 1, Waiting = 1, Wait = TimeSpan.FromSeconds(1) });
        await AnswerAsync(pool, "ready");
        using CancellationTokenSource enough = new();
        var running = pool.AskAsync(OddJobs.Bytes("spin"), Patience, enough.Token);
        var waiting = AskAsync(pool, "waits");

        var refused = await AskAsync(pool, "refused");

        Assert.Equal(ChildFault.Busy, Assert.IsType<ChildOutcome.Failed>(refused).Fault);
        Assert.False(running.IsCompleted);
        Assert.Equal(ChildFault.Busy, Assert.IsType<ChildOutcome.Failed>(await waiting).Fault);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task There_are_never_more_children_than_the_limit()
    {
        await using var pool = OddJobs.Pool(new ChildLimits { Children = 2 });

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => AskAsync(pool, i % 3 == 0 ? "fail" : $"job {i}")));

        Assert.Equal(5, outcomes.OfType<ChildOutcome.Answered>().Count());
        Assert.InRange(pool.Processes.Count, 0, 2);
    }

    [Fact]
    public async Task A_child_without_work_ends()
    {
        FakeTimeProvider time = new();
        await using var pool = OddJobs.Pool(time: time);
        await AnswerAsync(pool, "work");
        using var child = Process.GetProcessById(pool.Processes.Single());

        time.Advance(pool.Limits.Idle);

        await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Equal("work again", await AnswerAsync(pool, "work again"));
    }

    [Fact]
    public async Task A_program_that_does_not_start_is_tried_again_only_later()
    {
        FakeTimeProvider time = new();
        var missing = new ChildProgram(Path.Combine(AppContext.BaseDirectory, "no-such-program"), []);
        await using ChildPool pool = new(missing, OddJobs.Work, new ChildLimits(), time, _log);

        foreach (var lines in (int[])[1, 1, 2, 2])
        {
            Assert.Equal(ChildFault.CannotStart, Assert.IsType<ChildOutcome.Failed>(await AskAsync(pool, "job")).Fault);
            Assert.Equal(lines, _log.Lines.Count);
            if (lines == 1) time.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Contains("cannot be started", _log.Lines.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_works_with_less_priority()
    {
        await using var pool = OddJobs.Pool();
        await AnswerAsync(pool, "work");
        using var child = Process.GetProcessById(pool.Processes.Single());

        using var self = Process.GetCurrentProcess();
        Assert.SkipUnless(self.PriorityClass == ProcessPriorityClass.Normal, "These tests themselves run with another priority.");
        Assert.Equal(ProcessPriorityClass.BelowNormal, child.PriorityClass);
    }

    [Fact]
    public async Task A_child_gets_nothing_of_its_parent()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells what a process has open.");
        NativeLibraryFixture.Require();
        using var server = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        server.Start();
        Environment.SetEnvironmentVariable("HEARTH_TEST_SECRET", "secret");
        await using var pool = OddJobs.Pool();

        var environment = (await AnswerAsync(pool, "environment")).Split('\n');
        var files = await AnswerAsync(pool, "files");
        var maps = await AnswerAsync(pool, "maps");

        Assert.Contains("PATH", environment);
        Assert.DoesNotContain(environment, name => name.StartsWith("HEARTH", StringComparison.OrdinalIgnoreCase) || name.Contains("KEY", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("socket", files, StringComparison.Ordinal);
        Assert.DoesNotContain(".gguf", files + maps, StringComparison.Ordinal);
        Assert.DoesNotContain("llama.so", maps, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_child_ends_with_its_parent_however_that_ends_and_whatever_it_does()
    {
        var program = ChildProgram.OfProcess()!;
        using var parent = Process.Start(new ProcessStartInfo(program.File, [.. program.Arguments, OddJobs.ParentArgument]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var id = await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken);
        using var child = Process.GetProcessById(int.Parse(id!));

        parent.Kill();

        await child.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.True(child.HasExited);
    }

    [Fact]
    public void A_program_is_started_again_as_it_was_started()
    {
        Assert.Equal("/opt/hearth [child]", Command(ChildProgram.Of("/opt/hearth", "/opt/hearth.dll")));
        Assert.Equal("/usr/bin/dotnet /opt/hearth.dll [child]", Command(ChildProgram.Of("/usr/bin/dotnet", "/opt/hearth.dll")));
        Assert.Null(ChildProgram.Of("/usr/bin/dotnet", ""));
        Assert.Null(ChildProgram.Of(null, "/opt/hearth.dll"));

        static string Command(ChildProgram? program) => string.Join(' ', [program!.File, .. program.Arguments, "[child]"]);
    }

    private static Task<ChildOutcome> AskAsync(ChildPool pool, string job) =>
        pool.AskAsync(OddJobs.Bytes(job), Patience, TestContext.Current.CancellationToken);

    private static async Task<string> AnswerAsync(ChildPool pool, string job) =>
        Encoding.UTF8.GetString(Assert.IsType<ChildOutcome.Answered>(await AskAsync(pool, job)).Answer.Span);
}
