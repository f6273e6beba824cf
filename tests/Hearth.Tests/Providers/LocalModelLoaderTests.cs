using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests.Providers;

/// <summary>What the loader decides about the disk, with the bundled model.</summary>
public sealed class LocalModelLoaderTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task The_explanation_says_how_much_disk_prefixes_may_take_and_where() =>
        Assert.Contains(
            $"prefixes are kept on disk, up to 64 MB (--cache-disk) in {HearthHome.KvFolder(_home.Path)}",
            await ExplanationAsync(_home.Path, new LaunchSettings { CacheDisk = 64 }));

    [Fact]
    public async Task Nothing_is_said_or_kept_when_the_person_wants_no_disk_cache_or_there_is_no_home()
    {
        var without = await ExplanationAsync(_home.Path, new LaunchSettings { CacheDisk = 64, NoDiskCache = true });
        var homeless = await ExplanationAsync(null, new LaunchSettings { CacheDisk = 64 });

        Assert.DoesNotContain(without.Concat(homeless), line => line.Contains("on disk", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(_home.Path));
    }

    [Fact]
    public async Task A_template_that_cannot_be_used_is_said_before_any_weights_are_read()
    {
        NativeLibraryFixture.Require();
        var path = Path.Combine(_home.Path, "broken.jinja");
        await File.WriteAllTextAsync(path, "{% if", TestContext.Current.CancellationToken);
        Steps steps = new();
        var load = await LoadAsync(_home.Path, new LaunchSettings { ChatTemplate = path }, steps, NullLoggerFactory.Instance);

        Assert.StartsWith("The model's chat template cannot be used: ", Assert.IsType<ModelLoad.Failed>(load).Sentence);
        Assert.Equal([LoadStage.Plan], steps.Seen);
    }

    [Fact]
    public async Task A_load_that_is_cancelled_before_its_weights_reads_none()
    {
        NativeLibraryFixture.Require();
        using CancellationTokenSource stop = new();
        Steps steps = new() { OnPlan = stop.Cancel };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LoadAsync(_home.Path, new LaunchSettings(), steps, NullLoggerFactory.Instance, stop.Token));
        Assert.Equal([LoadStage.Plan], steps.Seen);
        Assert.Empty(Directory.GetFileSystemEntries(_home.Path));
    }

    private static Task<ModelLoad> LoadAsync(
        string? home, LaunchSettings settings, IProgress<LoadStep> steps, ILoggerFactory loggers, CancellationToken? cancellation = null) =>
        new LocalModelLoader(home).LoadAsync(
            settings with { Context = 512, Pool = 512, Gpu = GpuChoice.Cpu }, steps, loggers, cancellation ?? TestContext.Current.CancellationToken);

    private static async Task<IReadOnlyList<string>> ExplanationAsync(string? home, LaunchSettings settings)
    {
        NativeLibraryFixture.Require();
        var load = await new LocalModelLoader(home).LoadAsync(
            settings with { Context = 512, Pool = 512, Gpu = GpuChoice.Cpu }, new Progress<LoadStep>(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        var model = Assert.IsType<ModelLoad.Loaded>(load).Model;
        await model.Stop(new CancellationToken(canceled: true));
        return model.Explanation;
    }

    /// <summary>The stages that a load went through.</summary>
    private sealed class Steps : IProgress<LoadStep>
    {
        private readonly List<LoadStage> _seen = [];

        public IEnumerable<LoadStage> Seen => _seen.Distinct();

        public Action OnPlan { get; init; } = () => { };

        public void Report(LoadStep value)
        {
            _seen.Add(value.Stage);
            if (value.Stage == LoadStage.Plan)
                OnPlan();
        }
    }
}
