using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;
using Hearth.Tests.Support;
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

    private static async Task<IReadOnlyList<string>> ExplanationAsync(string? home, LaunchSettings settings)
    {
        NativeLibraryFixture.Require();
        var load = await new LocalModelLoader(home).LoadAsync(
            settings with { Context = 512, Pool = 512, Gpu = GpuChoice.Cpu }, new Progress<LoadStep>(), NullLoggerFactory.Instance, TestContext.Current.CancellationToken);
        var model = Assert.IsType<ModelLoad.Loaded>(load).Model;
        await model.Stop(new CancellationToken(canceled: true));
        return model.Explanation;
    }
}
