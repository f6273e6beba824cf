using System.Text;
using Hearth.Chat;
using Hearth.Config;
using Hearth.Providers;
using Hearth.Tests.Providers;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary>Who leaves stops costing at once, at whatever moment.</summary>
public sealed class HangUpTests
{
    private const int Clients = 300;

    private const string Body = """{"STREAM"max_tokens": 900, "messages": [{"role": "user", "content": "hi"}]}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_leaves_between_acceptance_and_headers_leaves_nothing_running(bool streams)
    {
        await using ScriptedModel model = new(string.Concat(Enumerable.Repeat("one two three ", 50)));
        HeldProvider held = new(model.Provider);
        await using var server = await ServerUnderTest.StartAsync(held);
        await using var client = await RawClient.ConnectAsync(server.Client.BaseAddress!);
        await client.SendAsync("/v1/messages", Json(streams));
        await held.Asked;

        client.Leave(resets: false);
        await held.Left.WaitAsync(TestContext.Current.CancellationToken);
        held.Release();

        await IdleAsync(() => model.Provider.Status);
        Assert.InRange(model.Counters.Steps, 0, 899);
    }

    [Fact]
    public async Task A_client_that_closes_its_sending_side_is_taken_for_gone()
    {
        // Kestrel does not tell one from the other, and most clients that leave say no more than this.
        HeldProvider held = new(ScriptedProvider.Answering(new AnswerStarted(new ChatUsage(1, 0, 0, 0))));
        await using var server = await ServerUnderTest.StartAsync(held);
        await using var client = await RawClient.ConnectAsync(server.Client.BaseAddress!);
        await client.SendAsync("/v1/messages", Json(streams: true));
        await held.Asked;

        client.CloseSending();

        await held.Left.WaitAsync(TestContext.Current.CancellationToken);
        held.Release();
        Assert.Equal(0, await client.ReadAsync(1));
    }

    [Theory]
    [InlineData("/v1/messages/count_tokens")]
    [InlineData("/api/render")]
    public async Task Nothing_is_prepared_for_a_client_that_has_left(string path)
    {
        HeldProvider held = new();
        await using var server = await ServerUnderTest.StartAsync(held);
        await using var client = await RawClient.ConnectAsync(server.Client.BaseAddress!);
        await client.SendAsync(path, Json(streams: false));
        await held.Asked;

        client.Leave(resets: true);

        await held.Cancelled.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Three_hundred_clients_that_leave_at_any_moment_leave_nothing_running_and_the_next_one_is_answered()
    {
        NativeLibraryFixture.Require();
        LocalModelLoader loader = new(home: null);
        using var loggers = Microsoft.Extensions.Logging.LoggerFactory.Create(_ => { });
        var load = await loader.LoadAsync(
            new LaunchSettings { Context = 2048, Pool = 8192, Parallel = 4, Threads = 1 }, new Progress<Hearth.Telemetry.LoadStep>(), loggers, CancellationToken.None);
        var loaded = Assert.IsType<ModelLoad.Loaded>(load).Model;
        await using var server = await ServerUnderTest.StartAsync(loaded);
        Random random = new(16);
        string[] bodies = [.. Enumerable.Range(0, Clients).Select(_ => Long(random.Next(10, 900), streams: random.Next(3) > 0))];
        int[] spins = [.. bodies.Select(_ => random.Next(200))];

        // The moment is a number of turns of the pool, so that a slow machine is met at the same points as a fast one.
        await Parallel.ForAsync(0, Clients, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, _) =>
        {
            await using var client = await RawClient.ConnectAsync(server.Client.BaseAddress!);
            await client.SendAsync("/v1/messages", bodies[i]);
            for (var turn = 0; turn < spins[i]; turn++)
                await Task.Yield();
            client.Leave(resets: i % 2 == 0);
        });

        await IdleAsync(() => loaded.Provider.Status);
        var (status, body) = await server.PostForJsonAsync("/v1/messages", """{"max_tokens": 4, "messages": [{"role": "user", "content": "hi"}]}""");
        Assert.Equal((200, "message"), (status, body.GetProperty("type").GetString()));
    }

    private static string Json(bool streams) => Body.Replace("STREAM\"", streams ? "stream\": true, \"" : "", StringComparison.Ordinal);

    private static string Long(int words, bool streams)
    {
        StringBuilder text = new("w");
        for (var i = 0; i < words; i++)
            text.Append(" word").Append(i % 97);
        return Json(streams).Replace("hi", text.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Ends only when nothing waits, runs or holds a cell; a leak is a time-out of the test run.</summary>
    private static async Task IdleAsync(Func<ProviderStatus?> status)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        while (status() is not { Waiting: 0, Running: 0, LeasedCells: 0 })
        {
            Assert.False(patience.IsCancellationRequested, $"Still {status()}");
            await Task.Yield();
        }
    }
}
