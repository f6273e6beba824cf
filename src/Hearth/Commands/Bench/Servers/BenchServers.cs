using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;

namespace Hearth.Commands.Bench.Servers;

/// <summary>The servers that a benchmark asks, its own first. Disposing ends the own one.</summary>
internal sealed class BenchServers : IAsyncDisposable
{
    private readonly List<MessagesClient> _all = [];
    private Host? _own;
    private ILoggerFactory? _loggers;

    public IReadOnlyList<MessagesClient> All => _all;

    /// <summary>Most tokens of one request to the own server; null without one.</summary>
    public int? OwnWindow { get; private set; }

    /// <summary>Where the own server's requests are answered; null without one.</summary>
    public IProvider? OwnProvider { get; private set; }

    /// <summary>Starts the own server where the choice has one. A model that cannot run here is a sentence.</summary>
    public static async Task<(BenchServers? Servers, string? Error)> StartAsync(
        ServerChoice choice, Terminal terminal, StopRequests stop, ModelLoader loadModel)
    {
        BenchServers servers = new();
        if (choice.Own is { } settings && await servers.StartOwnAsync(settings, terminal, stop, loadModel) is { } error)
        {
            await servers.DisposeAsync();
            return (null, error);
        }

        foreach (var (name, address) in choice.Addresses)
            servers._all.Add(new MessagesClient(name, address, terminal.Time));
        return (servers, null);
    }

    /// <summary>The first server that says which tokens a conversation becomes; the others run the same model. Null when none does.</summary>
    public async Task<MessagesClient?> FindRendererAsync(CancellationToken cancellation)
    {
        var probe = Conversation.Begin(null, "probe").Say("hello");
        foreach (var server in _all)
        {
            if (await server.RenderAsync(probe, cancellation) is not null)
                return server;
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _all)
            server.Dispose();
        if (_own is not null)
            await _own.StopAsync(new CancellationToken(canceled: true));
        _loggers?.Dispose();
    }

    private async Task<string?> StartOwnAsync(LaunchSettings settings, Terminal terminal, StopRequests stop, ModelLoader loadModel)
    {
        var loggers = Logging.To(terminal.Error, settings.LogLevel ?? LogLevel.Warning, terminal.RichError, terminal.Time);
        _loggers = loggers;
        var load = await LoadProgress.ShowAsync(
            terminal, ServeCommand.ModelName(settings), progress => loadModel(settings, progress, loggers, stop.Finish));
        if (load is not ModelLoad.Loaded { Model: var model })
            return ((ModelLoad.Failed)load).Sentence;
        var start = await Host.StartAsync(settings, model, ListenAddress.Of(settings)!, terminal.Time, loggers);
        if (start.Host is not { } host)
        {
            await model.Stop(new CancellationToken(canceled: true));
            return start.Error;
        }

        _own = host;
        OwnWindow = model.Window;
        OwnProvider = model.Provider;
        _all.Add(new MessagesClient("hearth", host.Address, terminal.Time));
        return null;
    }
}
