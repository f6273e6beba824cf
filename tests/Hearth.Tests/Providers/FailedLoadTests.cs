using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests.Providers;

/// <summary>Runs alone, because threads are counted.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ThreadCountCollection
{
    public const string Name = "Thread count";
}

/// <summary>A load that fails after its weights were read leaves nothing behind.</summary>
[Collection(ThreadCountCollection.Name)]
public sealed class FailedLoadTests
{
    [Theory]
    [InlineData("cache")]
    [InlineData("prompt")]
    public async Task A_load_that_fails_after_its_engine_was_made_ends_the_engine(string step)
    {
        NativeLibraryFixture.Require();
        if (!OperatingSystem.IsLinux())
            Assert.Skip("Threads are counted by their names in /proc.");
        using TemporaryFolder home = new();
        var before = OurThreads();

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => new LocalModelLoader(home.Path).LoadAsync(
            new LaunchSettings { Context = 512, Pool = 512, Gpu = GpuChoice.Cpu, CacheDisk = 64 },
            new Progress<LoadStep>(),
            new FailingLoggers(step),
            TestContext.Current.CancellationToken));

        Assert.Equal(step, failure.Message);

        // Disposal waits for the engine's thread to have let go of everything; the thread itself ends just after.
        SpinWait.SpinUntil(() => OurThreads() <= before, TimeSpan.FromSeconds(30));
        Assert.Equal(before, OurThreads());
    }

    private static int OurThreads() => Directory.GetDirectories("/proc/self/task").Count(t => NameOf(t) is "hearth-engine" or "hearth-disk");

    private static string NameOf(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    /// <summary>Stands for any failure at the step that asks for this logger.</summary>
    private sealed class FailingLoggers(string step) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public ILogger CreateLogger(string categoryName) =>
            categoryName == step ? throw new InvalidOperationException(step) : NullLogger.Instance;

        public void Dispose()
        {
        }
    }
}
