using System.Net;
using System.Net.Sockets;
using Hearth.Commands;
using Hearth.Providers;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Commands;

public sealed class ServeCommandTests
{
    [Fact]
    public async Task A_port_in_use_is_one_sentence_before_any_model_is_read()
    {
        using var run = new CommandRun();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        Assert.Equal(1, await run.RunAsync("serve", "--port", $"{port}"));
        Assert.Equal($"Port {port} is already in use: stop that program, or choose another port with --port N.\n", run.Error);
        Assert.Null(run.Settings);
    }

    [Fact]
    public async Task A_host_that_is_no_address_is_one_sentence()
    {
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync("serve", "--host", "hearth.example"));
        Assert.Equal("--host expects an IP address such as 127.0.0.1, localhost or *, not 'hearth.example'.\n", run.Error);
    }

    [Fact]
    public async Task A_signal_while_the_model_loads_ends_serve_with_0_and_says_so()
    {
        using var run = new CommandRun { Load = Endless };
        var served = run.RunAsync("serve", "--port", "0");
        run.Stop.Signal();

        Assert.Equal(0, await served);
        Assert.EndsWith("Stopped while the model was loading.\n", run.Error);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task After_the_second_signal_nobody_waits_for_a_command_that_does_not_end()
    {
        using StopRequests stop = new();
        FakeTimeProvider time = new();
        var end = stop.EndOfAsync(new TaskCompletionSource<int>().Task, time);
        stop.Signal();
        Assert.False(end.IsCompleted);
        stop.Signal();
        while (!end.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(130, await end);
    }

    [Fact]
    public async Task A_command_that_ends_after_the_second_signal_keeps_its_own_exit_code()
    {
        using StopRequests stop = new();
        TaskCompletionSource<int> command = new();
        var end = stop.EndOfAsync(command.Task, new FakeTimeProvider());
        stop.Signal();
        stop.Signal();
        command.SetResult(0);

        Assert.Equal(0, await end);
    }

    private static async Task<ModelLoad> Endless(CancellationToken cancellation)
    {
        await cancellation.WhenCancelledAsync();
        throw new OperationCanceledException(cancellation);
    }

    [Fact]
    public async Task Serve_explains_the_memory_shows_the_banner_and_ends_with_0_on_Ctrl_C()
    {
        using var run = new CommandRun();
        run.Stop.Signal();

        Assert.Equal(0, await run.RunAsync("serve", "--port", "0"));
        Assert.Contains("weights: 5 MB\n", run.Error);
        Assert.Matches(@"address  http://127\.0\.0\.1:[1-9]\d+\n", run.Out);
        Assert.DoesNotContain('\u001b', run.Out + run.Error);
        Assert.Contains("Stopping; running answers get 10 seconds.", run.Error);
        Assert.True(run.Stopped);
    }
}
