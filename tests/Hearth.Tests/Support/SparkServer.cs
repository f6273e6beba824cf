using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hearth.Tests.Support;

/// <summary>One server with the bundled model for all tests that only ask it things.</summary>
[CollectionDefinition(Name)]
public sealed class SparkServerCollection : ICollectionFixture<SparkServer>
{
    public const string Name = "Spark server";
}

/// <summary>The real server with the bundled model, and every line it has logged.</summary>
public sealed class SparkServer : IAsyncLifetime
{
    private readonly CollectedLines _lines = new();
    private ServerUnderTest? _server;

    public IReadOnlyCollection<string> Lines => _lines.Lines;

    internal ServerUnderTest Server => _server ?? throw new InvalidOperationException("The server has not started.");

    public async ValueTask InitializeAsync()
    {
        NativeLibraryFixture.Require();
        _server = await StartAsync(new LaunchSettings { Context = 4096, Pool = 16384, Parallel = 8 }, _lines);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
            await _server.DisposeAsync();
    }

    /// <summary>A server with the model that <paramref name="settings"/> name; only one with a <paramref name="home"/> keeps anything on disk.</summary>
    internal static async Task<ServerUnderTest> StartAsync(LaunchSettings settings, ILoggerProvider? logs = null, string? home = null)
    {
        var loggers = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace));
        if (logs is not null)
            loggers.AddProvider(logs);
        var load = await new LocalModelLoader(home).LoadAsync(settings, new Progress<LoadStep>(), loggers, CancellationToken.None);
        var loaded = Assert.IsType<ModelLoad.Loaded>(load);
        return await ServerUnderTest.StartAsync(loaded.Model, settings, loggers: loggers);
    }
}
