using Hearth.Chat.Formats;
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
internal static class LocalModelLoader
{
    /// <summary>Used for models without a chat template: ChatML, which most instruction models without one were trained on.</summary>
    private const string FallbackTemplate =
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    public static Task<ModelLoad> LoadAsync(
        LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation) =>
        Task.Run(() => Load(settings, progress, loggers, cancellation), cancellation);

    private static ModelLoad Load(LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation)
    {
        progress.Report(new LoadStep(LoadStage.Plan, 0));
        LocatedModel located = ModelLocator.Find(settings.Model);
        if (located.File is not { } file)
            return new ModelLoad.Failed(located.Error!);
        try
        {
            LlamaLibrary library = LlamaLibrary.Load(NativePackages.Find(Backend(settings.Gpu)), loggers.CreateLogger("llama"));
            PlannedMemory plan = MemoryPlan.Make(file, Machine.Measure(), library.Devices, Overrides(settings));
            return plan is { Settings: { } engineSettings, Ledger: { } ledger }
                ? Load(file, engineSettings, ledger, plan.Explanation, settings, progress, loggers, cancellation)
                : new ModelLoad.Failed(plan.Error!);
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

    private static ModelLoad.Loaded Load(
        GgufFile file,
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
        LocalModel local = new(
            description, engine, Template(model, file), new HermesFormat(), SamplingDefaults.FromMetadata(model.Metadata))
        {
            Memory = ledger,
        };
        LocalProvider provider = new(local, TimeProvider.System, loggers.CreateLogger("prompt"), settings.LogPrompts);
        return new ModelLoad.Loaded(new LoadedModel(
            provider, engineSettings.Window, engineSettings.CellPool, engineSettings.MaxSequences, explanation, stop => StopAsync(engine, stop)));
    }

    private static ChatTemplate Template(LlamaModel model, GgufFile file)
    {
        TemplateTokens tokens = new(Text(model, model.Vocab.Bos), Text(model, model.Vocab.Eos));
        return ChatTemplate.Parse(model.ChatTemplate() ?? FallbackTemplate, file.Id, tokens);
    }

    private static string Text(LlamaModel model, int? token) => token is { } id ? model.Vocab.Text(id) : "";

    private static async Task StopAsync(LocalEngine engine, CancellationToken stop)
    {
        TaskCompletionSource now = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (stop.Register(now.SetResult))
            await Task.WhenAny(engine.DrainAsync(Timeout.InfiniteTimeSpan), now.Task);
        await engine.DisposeAsync();
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
