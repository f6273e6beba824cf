using System.Net;
using System.Net.Sockets;

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
