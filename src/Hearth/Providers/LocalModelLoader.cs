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
    private volatile bool _isLeftBehind;

    /// <summary>A model was stopped whose engine did not end.</summary>
    public bool IsLeftBehind => _isLeftBehind;

    public Task<ModelLoad> LoadAsync(
        LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation) =>
        Task.Run(() => LoadHereAsync(settings, progress, loggers, cancellation), cancellation);

    /// <summary>Cheap things first: whatever can be wrong with a template, the plan or the disk is said before weights are read.</summary>
    private async Task<ModelLoad> LoadHereAsync(
        LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation)
    {
        progress.Report(new LoadStep(LoadStage.Plan, 0));
        (GgufFile? file, TemplateSource? source, string? problem) = ModelCard.Choose(settings);
        if (file is null || source is null)
            return new ModelLoad.Failed(problem!);
        try
        {
            TemplateTokens tokens = ModelCard.ReadTokens(file);
            ModelCard card = ModelCard.Of(file, source, tokens, settings, cancellation);
            cancellation.ThrowIfCancellationRequested();
            LlamaLibrary library = LlamaLibrary.Load(NativePackages.Find(Backend(settings.Gpu)), loggers.CreateLogger("llama"));
            PlannedMemory plan = MemoryPlan.Make(file, Machine.Measure(), library.Devices, Overrides(settings));
            if (plan is not { Settings: { } engineSettings, Ledger: { } ledger })
                return new ModelLoad.Failed(plan.Error!);
            (DiskCacheSettings? disk, IReadOnlyList<string> diskLines) = DiskCache(file, engineSettings, library.Installed.Package, settings);
            cancellation.ThrowIfCancellationRequested();
            ModelPlan model = new(card, tokens, engineSettings with { DiskCache = disk }, ledger, [.. plan.Explanation, .. diskLines]);
            return await LoadAsync(model, settings, progress, loggers, cancellation);
        }
        catch (Exception e) when (e is LlamaException or IOException or UnauthorizedAccessException)
        {
            return new ModelLoad.Failed(e.Message);
        }
        catch (JinjaException e)
        {
            return new ModelLoad.Failed($"The model's chat template cannot be used: {e.Describe()}");
        }
    }

    /// <summary>What may be kept on disk, and the lines that say so. A model that cannot be told from others keeps nothing.</summary>
    private (DiskCacheSettings? Disk, IReadOnlyList<string> Lines) DiskCache(
        GgufFile file, EngineSettings engineSettings, NativePackage package, LaunchSettings settings)
    {
        if (home is null || settings.NoDiskCache)
            return (null, []);
        DiskPlan plan = DiskPlan.Make(DiskRoom.Measure(HearthHome.KvFolder(home)), settings.CacheDisk);
        if (plan.Bytes == 0)
            return (null, [plan.Explanation]);
        try
        {
            string? open = HearthHome.Create(home);
            CacheIdentity identity = new(
                ModelFingerprint.Of(file), engineSettings.ToContextOptions(), NativePackages.Version, package.Folder,
                engineSettings.GpuLayers != 0, file.RopeDependsOnPool);
            DiskCacheSettings disk = new(HearthHome.KvFolder(home), identity.Value, file.DisplayName, plan.Bytes);
            return (disk, open is null ? [plan.Explanation] : [plan.Explanation, open]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, [$"no prefixes are kept on disk: {e.Message}"]);
        }
    }

    private async Task<ModelLoad> LoadAsync(
        ModelPlan plan, LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation)
    {
        LocalEngine engine = LocalEngine.Load(plan.Settings, loggers.CreateLogger("engine"), TimeProvider.System, fraction =>
        {
            // All weights are read: what follows is the context.
            progress.Report(fraction < 1 ? new LoadStep(LoadStage.Weights, fraction) : new LoadStep(LoadStage.Context, 0));
            return !cancellation.IsCancellationRequested;
        });
        try
        {
            cancellation.ThrowIfCancellationRequested();
            return Describe(engine, plan, settings, loggers, cancellation);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }
    }

    private ModelLoad.Loaded Describe(
        LocalEngine engine, ModelPlan plan, LaunchSettings settings, ILoggerFactory loggers, CancellationToken cancellation)
    {
        LlamaModel model = engine.Model!;
        GgufFile file = plan.Card.File;
        ProviderModel description = new(
            file.Id, file.DisplayName, file.LastWritten, engine.LongestPrompt, plan.Settings.Window - 1);

        // The library knows tokens that a file leaves to the kind of its vocabulary.
        TemplateTokens tokens = new(Text(model, model.Vocab.Bos), Text(model, model.Vocab.Eos));
        ModelCard card = tokens == plan.Tokens ? plan.Card : ModelCard.Of(file, plan.Card.Source, tokens, settings, cancellation);
        LocalModel local = new(description, engine, card.Template, card.Format, SamplingDefaults.FromMetadata(model.Metadata), loggers.CreateLogger("cache"))
        {
            Memory = plan.Ledger,
            Card = card,
        };
        LocalProvider provider = new(local, TimeProvider.System, loggers.CreateLogger("prompt"), settings.LogPrompts);
        return new ModelLoad.Loaded(new LoadedModel(
            provider, plan.Settings.Window, plan.Settings.CellPool, plan.Settings.MaxSequences, [.. plan.Explanation, .. card.Warnings],
            stop => StopAsync(local, stop)));
    }

    private static string Text(LlamaModel model, int? token) => token is { } id ? model.Vocab.Text(id) : "";

    private async Task StopAsync(LocalModel model, CancellationToken stop)
    {
        TaskCompletionSource now = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(now.SetResult))
            await Task.WhenAny(model.Engine.DrainAsync(Timeout.InfiniteTimeSpan), now.Task);
        await model.Remembering.WhenDone(null);
        await model.Engine.DisposeAsync();
        _isLeftBehind |= model.Engine.IsLeftBehind;
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

    /// <summary>Everything that was decided before any weights are read.</summary>
    private sealed record ModelPlan(ModelCard Card, TemplateTokens Tokens, EngineSettings Settings, MemoryLedger Ledger, IReadOnlyList<string> Explanation);
}
