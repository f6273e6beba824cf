using System.Net;
using Hearth.Config;
using Hearth.Tests.Commands;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task A_second_host_on_a_port_says_so_in_one_sentence()
    {
        using var run = new CommandRun();
        var first = await StartAsync(run, 0);
        try
        {
            var port = first.Host!.Address.Port;

            var second = await StartAsync(run, port);

            Assert.Null(second.Host);
            Assert.StartsWith($"Port {port} is already in use", second.Error);
            Assert.EndsWith("choose another port with --port N.", second.Error);
        }
        finally
        {
            await first.Host!.StopAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Stopping_closes_the_port_and_frees_the_model()
    {
        using var run = new CommandRun();
        var start = await StartAsync(run, 0);
        var port = start.Host!.Address.Port;

        await start.Host.StopAsync(TestContext.Current.CancellationToken);

        Assert.True(run.Stopped);
        Assert.Null(await PortCheck.WhyNotAsync(new ListenAddress(IPAddress.Loopback, port)));
    }

    private static Task<HostStart> StartAsync(CommandRun run, int port) =>
        Host.StartAsync(
            new LaunchSettings { Port = port }, run.Model(), new ListenAddress(IPAddress.Loopback, port), TimeProvider.System, NullLoggerFactory.Instance);
}
