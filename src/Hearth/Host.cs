using System.Net;
using System.Net.Sockets;
using Hearth.Children;
using Hearth.Config;
using Hearth.Documents;
using Hearth.Http;
using Hearth.Providers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Hearth;

/// <summary>Either a running host or the sentence that says why there is none.</summary>
internal sealed record HostStart(Host? Host, string? Error);

/// <summary>The web server around a loaded model, and the only place with a dependency container.</summary>
internal sealed class Host
{
    /// <summary>How long running answers may go on after the first Ctrl+C: most end by then, and nobody waits longer for a prompt.</summary>
    public const int DrainSeconds = 10;

    /// <summary>How long the web server waits for connections on which everything was said: their clients may be slow to close them.</summary>
    private static readonly TimeSpan LongestClosing = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;
    private readonly LoadedModel _model;
    private readonly ServerShutdown _shutdown;
    private readonly TimeProvider _time;

    private Host(WebApplication app, LoadedModel model, ServerShutdown shutdown, TimeProvider time)
    {
        (_app, _model, _shutdown, _time) = (app, model, shutdown, time);
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        Address = new Uri(bound!.Addresses.First());
    }

    /// <summary>Where the server listens, with the real port.</summary>
    public Uri Address { get; }

    /// <summary>Starts to listen.</summary>
    /// <param name="settings">What the person wants.</param>
    /// <param name="model">What answers; the host's to stop.</param>
    /// <param name="listen">Where to listen.</param>
    /// <param name="time">The clock.</param>
    /// <param name="loggers">Where lines go.</param>
    /// <param name="children">How child processes are started; by default as this process was.</param>
    public static async Task<HostStart> StartAsync(
        LaunchSettings settings, LoadedModel model, ListenAddress listen, TimeProvider time, ILoggerFactory loggers, ChildProgram? children = null)
    {
        LeaveThreadsForHangUps();
        var shutdown = new ServerShutdown();
        var app = Build(settings, model, listen, shutdown, time, loggers, children ?? ChildProgram.OfProcess());
        try
        {
            await app.StartAsync();
            return new HostStart(new Host(app, model, shutdown, time), null);
        }
        catch (IOException e) when (e.GetBaseException() is SocketException or AddressInUseException)
        {
            var socketError = e.GetBaseException() as SocketException ?? new SocketException((int)SocketError.AddressAlreadyInUse);
            var sentence = await PortCheck.DescribeAsync(listen, socketError);
            await app.DisposeAsync();
            shutdown.Dispose();
            return new HostStart(null, sentence);
        }
    }

    /// <summary>
    /// Refuses what is new, gives running answers <see cref="DrainSeconds"/> to end, ends the rest and tells their clients so, closes the
    /// port and frees the model. <paramref name="now"/> cuts the wait short. Takes the drain and <see cref="ServerShutdown.LastWord"/>
    /// twice at most, whatever clients do, beside what the model's own end takes.
    /// </summary>
    public async Task StopAsync(CancellationToken now)
    {
        _shutdown.Drain();
        if (!await IsIdleWithinAsync(TimeSpan.FromSeconds(DrainSeconds), now))
        {
            await _shutdown.EndAsync();
            if (!await IsIdleWithinAsync(2 * ServerShutdown.LastWord, CancellationToken.None))
            {
                await _shutdown.BreakAsync();
                await IsIdleWithinAsync(ServerShutdown.LastWord, CancellationToken.None);
            }
        }

        using (var closed = new CancellationTokenSource(LongestClosing, _time))
            await _app.StopAsync(closed.Token);
        await _model.Stop(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _shutdown.Dispose();
    }

    private async Task<bool> IsIdleWithinAsync(TimeSpan limit, CancellationToken now)
    {
        using var deadline = new CancellationTokenSource(limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(now, deadline.Token);
        return await _shutdown.WhenIdleAsync(either.Token);
    }

    /// <summary>
    /// The pool starts with as many threads as there are cores, and prompts may take them all. That a client has left, or a signal came,
    /// is heard on the pool too, and must not wait until the pool notices that it is short of threads.
    /// </summary>
    private static void LeaveThreadsForHangUps()
    {
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, (2 * Environment.ProcessorCount) + 2), completions);
    }

    private static WebApplication Build(
        LaunchSettings settings, LoadedModel model, ListenAddress listen, ServerShutdown shutdown, TimeProvider time, ILoggerFactory loggers, ChildProgram? program)
    {
        // Without defaults: no settings files are read, and none watched.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "hearth", ContentRootPath = AppContext.BaseDirectory });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        // From a factory, so that the container ends the children with the host.
        builder.Services.AddSingleton(_ => new ChildPool(program, PdfReader.Work, new ChildLimits(), time, loggers.CreateLogger("documents")));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            Endpoints.Configure(kestrel);
            kestrel.Listen(listen.Ip, listen.Port);
        });
        builder.Services.AddSingleton<SocketTransportFactory>();
        builder.Services.AddSingleton<IConnectionListenerFactory>(services => new PatientListeners(
            services.GetRequiredService<SocketTransportFactory>(), OpenFiles.Measure().Connections, loggers.CreateLogger("http")));
        var app = builder.Build();
        var options = new HttpOptions(settings.ApiKey, IPAddress.IsLoopback(listen.Ip));
        var pdfs = new PdfTexts(app.Services.GetRequiredService<ChildPool>());
        Endpoints.Map(app, new ProviderCatalog([model.Provider]), pdfs, options, shutdown, time, loggers.CreateLogger("http"));
        return app;
    }

    /// <summary>Signals are the command's business, so the host neither listens to them nor prints about them.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
