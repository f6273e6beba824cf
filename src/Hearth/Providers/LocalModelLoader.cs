using Hearth.Chat.Jinja;
using Hearth.Chat.Templates;
using Hearth.Config;
using Hearth.Engine;
using Hearth.Engine.Sampling;
using Hearth.Llama;
using Hearth.Models;
using Hearth.Telemetry;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Providers;

/// <summary>
/// From settings to a model that answers: find the file, check it, plan the memory, load. What the person must change is a sentence,
/// never an exception.
/// </summary>
/// <param name="home">The folder that holds Hearth's state; null keeps nothing on disk.</param>
internal sealed class LocalModelLoader(string? home)
{
    public Task<ModelLoad> LoadAsync(
        LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation) =>
        Task.Run(() => Load(settings, progress, loggers, cancellation), cancellation);

    private ModelLoad Load(LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation)
    {
        progress.Report(new LoadStep(LoadStage.Plan, 0));
        (GgufFile? file, TemplateSource? source, string? problem) = ModelCard.Choose(settings);
        if (file is null || source is null)
            return new ModelLoad.Failed(problem!);
        try
        {
            LlamaLibrary library = LlamaLibrary.Load(NativePackages.Find(Backend(settings.Gpu)), loggers.CreateLogger("llama"));
            PlannedMemory plan = MemoryPlan.Make(file, Machine.Measure(), library.Devices, Overrides(settings));
            if (plan is not { Settings: { } engineSettings, Ledger: { } ledger })
                return new ModelLoad.Failed(plan.Error!);
            (DiskCacheSettings? disk, string? diskLine) = DiskCache(file, engineSettings, library.Installed.Package, settings);
            IReadOnlyList<string> explanation = diskLine is null ? plan.Explanation : [.. plan.Explanation, diskLine];
            return Load(file, source, engineSettings with { DiskCache = disk }, ledger, explanation, settings, progress, loggers, cancellation);
        }
        catch (LlamaException e)
        {
            return new ModelLoad.Failed(e.Message);
        }
        catch (JinjaException e)
        {
            return new ModelLoad.Failed($"The model's chat template cannot be used: {e.Describe()}");
        }
    }

    /// <summary>What may be kept on disk, and the line that says so. A model that cannot be told from others keeps nothing.</summary>
    private (DiskCacheSettings? Disk, string? Line) DiskCache(
        GgufFile file, EngineSettings engineSettings, NativePackage package, LaunchSettings settings)
    {
        if (home is null || settings.NoDiskCache)
            return (null, null);
        DiskPlan plan = DiskPlan.Make(DiskRoom.Measure(HearthHome.KvFolder(home)), settings.CacheDisk);
        if (plan.Bytes == 0)
            return (null, plan.Explanation);
        try
        {
            CacheIdentity identity = new(
                ModelFingerprint.Of(file), engineSettings.ToContextOptions(), NativePackages.Version, package.Folder,
                engineSettings.GpuLayers != 0, file.RopeDependsOnPool);
            return (new DiskCacheSettings(HearthHome.KvFolder(home), identity.Value, file.DisplayName, plan.Bytes), plan.Explanation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"no prefixes are kept on disk: {e.Message}");
        }
    }

    private static ModelLoad.Loaded Load(
        GgufFile file,
        TemplateSource source,
        EngineSettings engineSettings,
        MemoryLedger ledger,
        IReadOnlyList<string> explanation,
        LaunchSettings settings,
        IProgress<LoadStep> progress,
        ILoggerFactory loggers,
        CancellationToken cancellation)
    {
        LocalEngine engine = LocalEngine.Load(engineSettings, loggers.CreateLogger("engine"), TimeProvider.System, fraction =>
        {
            progress.Report(new LoadStep(LoadStage.Weights, fraction));
            return !cancellation.IsCancellationRequested;
        });
        progress.Report(new LoadStep(LoadStage.Context, 1));
        LlamaModel model = engine.Model!;
        ProviderModel description = new(
            file.Id, file.DisplayName, file.LastWritten, engine.LongestPrompt, engineSettings.Window - 1);
        TemplateTokens tokens = new(Text(model, model.Vocab.Bos), Text(model, model.Vocab.Eos));
        ModelCard card = ModelCard.Of(file, source, tokens, settings, cancellation);
        LocalModel local = new(description, engine, card.Template, card.Format, SamplingDefaults.FromMetadata(model.Metadata), loggers.CreateLogger("cache"))
        {
            Memory = ledger,
            Card = card,
        };
        LocalProvider provider = new(local, TimeProvider.System, loggers.CreateLogger("prompt"), settings.LogPrompts);
        return new ModelLoad.Loaded(new LoadedModel(
            provider, engineSettings.Window, engineSettings.CellPool, engineSettings.MaxSequences, [.. explanation, .. card.Warnings], stop => StopAsync(local, stop)));
    }

    private static string Text(LlamaModel model, int? token) => token is { } id ? model.Vocab.Text(id) : "";

    private static async Task StopAsync(LocalModel model, CancellationToken stop)
    {
        TaskCompletionSource now = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(now.SetResult))
            await Task.WhenAny(model.Engine.DrainAsync(Timeout.InfiniteTimeSpan), now.Task);
        await model.Remembering.WhenDone(null);
        await model.Engine.DisposeAsync();
    }

    /// <summary>Apple silicon has one package; on the processor alone it runs with no layers on the GPU.</summary>
    private static NativeBackend? Backend(GpuChoice choice) => choice switch
    {
        GpuChoice.Auto => null,
        GpuChoice.Cpu => NativePackages.CurrentPlatform == "mac-arm64" ? NativeBackend.Metal : NativeBackend.Cpu,
        GpuChoice.Cuda => NativeBackend.Cuda,
        GpuChoice.Vulkan => NativeBackend.Vulkan,
        _ => NativeBackend.Metal,
    };

    private static PlanOverrides Overrides(LaunchSettings settings) => new(
        settings.Context, settings.Pool, settings.Parallel, settings.KvType, settings.Threads,
        settings.Gpu == GpuChoice.Cpu ? settings.GpuLayers ?? 0 : settings.GpuLayers, settings.CacheRam);
}
