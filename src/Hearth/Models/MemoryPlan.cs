using Hearth.Engine;
using Hearth.Llama;

namespace Hearth.Models;

/// <summary>What the person decided; null leaves the choice to the plan. Sizes in tokens.</summary>
internal sealed record PlanOverrides(int? Window, int? Pool, int? Sequences, KvType? KvType, int? Threads, int? GpuLayers, int? SavedMegabytes)
{
    public static PlanOverrides None { get; } = new(null, null, null, null, null, null, null);
}

/// <summary>Either settings with the reasons for them, or one sentence that says why the model does not fit.</summary>
internal sealed record PlannedMemory(EngineSettings? Settings, MemoryLedger? Ledger, IReadOnlyList<string> Explanation, string? Error);

/// <summary>Chooses window, cell pool, number format, threads and GPU layers to fit the memory. Pure: everything it knows is handed in.</summary>
internal sealed class MemoryPlan
{
    /// <summary>Share of the free memory that a model may take: the rest is for the system, the browser and the agent's own tools.</summary>
    private const double MemoryShare = 0.85;

    /// <summary>A coding agent's first request is 12,000 to 25,000 tokens; below this window it cannot work.</summary>
    private const int AgentWindow = 32_768;

    /// <summary>Longer windows are chosen only when asked for: they cost memory that most sessions never use.</summary>
    private const int WindowCap = 131_072;
    private const int SmallestWindow = 512;

    /// <summary>A pool of more windows than this is rarely full before the processor is.</summary>
    private const int WindowsInPool = 4;
    private const int DefaultSequences = 16;

    /// <summary>Running requests and cached conversations; each id costs a row of logits in the library's buffers.</summary>
    private const int DefaultSequenceIds = 64;

    /// <summary>The library's limit, less the one id that the decoder keeps for itself.</summary>
    private const int MostSequences = 255;

    /// <summary>On processors a token reads every cell at the speed of memory, and a copy out and back costs as much as two tokens do.</summary>
    private const double IdleShareOnProcessors = 0.5;

    /// <summary>More saved KV than this is older than what agents come back to.</summary>
    private const long MostSavedBytes = 16L << 30;

    /// <summary>Up to here every core computes; from here one is left to the web server.</summary>
    private const int SmallMachineCores = 4;

    private readonly GgufFile _file;
    private readonly Machine _machine;
    private readonly PlanOverrides _overrides;
    private readonly LlamaDevice? _gpu;

    private MemoryPlan(GgufFile file, Machine machine, IReadOnlyList<LlamaDevice> devices, PlanOverrides overrides)
    {
        (_file, _machine, _overrides) = (file, machine, overrides);
        _gpu = devices.Where(d => d.Kind is LlamaDeviceKind.Gpu or LlamaDeviceKind.IntegratedGpu).MaxBy(d => d.FreeBytes);
    }

    private long BufferBytes => ((long)_file.VocabularySize * 4 * 2 * DefaultSequenceIds) + (_file.EmbeddingLength * 512L * 4 * 12) + (64L << 20);

    /// <summary>The plan for one model on one machine.</summary>
    public static PlannedMemory Make(GgufFile file, Machine machine, IReadOnlyList<LlamaDevice> devices, PlanOverrides overrides) =>
        new MemoryPlan(file, machine, devices, overrides).Make();

    private static PlannedMemory Fail(string error) => new(null, null, [], error);

    private PlannedMemory Make()
    {
        long budget = (long)(((_gpu is { Kind: LlamaDeviceKind.Gpu } gpu ? gpu.FreeBytes : 0) + _machine.AvailableBytes) * MemoryShare);
        int ids = SequenceIds(budget);
        long forCells = budget - _file.WeightBytes - BufferBytes - (ids * _file.StateBytes);
        int trained = _file.TrainedContext > 0 ? _file.TrainedContext : AgentWindow;
        KvType kvType = _overrides.KvType ?? ChooseKvType(forCells, trained);
        long fits = Math.Max(0, forCells) / Math.Max(1, CellBytes(kvType));

        int window = _overrides.Window ?? (_overrides.Pool is { } asked ? Math.Min(trained, asked) : (int)Math.Min(Math.Min(trained, WindowCap), fits / 256 * 256));
        int pool = _overrides.Pool ?? (int)Math.Clamp(fits, window, (long)window * WindowsInPool);
        if (window < SmallestWindow && _overrides.Window is null)
            return Fail(TooLarge(SmallestWindow, kvType, ids, "choose a smaller model or a smaller quantisation"));
        if (window > pool)
            return Fail($"A window of {window:N0} tokens does not fit a pool of {pool:N0}: raise --pool or lower --context.");
        if (pool > fits)
            return Fail(TooLarge(pool, kvType, ids, "lower --context or --pool, or choose --kv-type q8"));

        long left = forCells - (pool * CellBytes(kvType));
        EngineSettings settings = new(_file.Paths, window, pool, _overrides.Sequences ?? Math.Min(DefaultSequences, ids))
        {
            SequenceIds = ids,
            SavedBytes = _overrides.SavedMegabytes is { } megabytes ? (long)megabytes << 20 : Math.Clamp(left / 2, 0, MostSavedBytes),
            IdleShare = _gpu is null ? IdleShareOnProcessors : double.PositiveInfinity,
            StepTarget = TimeSpan.FromMilliseconds(_gpu is null ? 200 : 50),
            KvType = kvType,
            Threads = Threads(),
            BatchThreads = Threads(),
            GpuLayers = GpuLayers(pool, kvType),
        };
        MemoryLedger ledger = new(
            budget, _file.WeightBytes, pool * CellBytes(kvType), ids * _file.StateBytes, BufferBytes, settings.SavedBytes);
        return new PlannedMemory(settings, ledger, Explain(settings, trained), null);
    }

    /// <summary>Recurrent states are allocated for every id, so they may take a quarter of what the weights leave.</summary>
    private int SequenceIds(long budget)
    {
        int wanted = Math.Clamp(Math.Max(_overrides.Sequences ?? 1, DefaultSequenceIds), 1, MostSequences);
        if (_file.StateBytes == 0)
            return wanted;
        return Math.Max(_overrides.Sequences ?? 1, (int)Math.Clamp((budget - _file.WeightBytes) / 4 / _file.StateBytes, 1, wanted));
    }

    /// <summary>Half the memory per cell only where it decides whether an agent can work at all.</summary>
    private KvType ChooseKvType(long bytes, int trained)
    {
        long needed = Math.Min(trained, AgentWindow);
        return bytes / Math.Max(1, CellBytes(KvType.F16)) < needed && bytes / Math.Max(1, CellBytes(KvType.Q8)) >= needed ? KvType.Q8 : KvType.F16;
    }

    /// <summary>Q8 has 34 bytes for 32 values.</summary>
    private long CellBytes(KvType type) => type == KvType.F16 ? _file.ValuesPerCell * 2 : _file.ValuesPerCell * 34 / 32;

    private int Threads() => _overrides.Threads ?? (_machine.PhysicalCores <= SmallMachineCores ? _machine.PhysicalCores : _machine.PhysicalCores - 1);

    /// <summary>All layers when everything fits the device, otherwise as many as do; each carries its share of weights and cells.</summary>
    private int GpuLayers(int pool, KvType kvType)
    {
        if (_overrides.GpuLayers is { } wanted)
            return wanted;
        if (_gpu is null)
            return 0;
        double perLayer = (_file.WeightBytes + ((double)pool * CellBytes(kvType))) / (_file.Layers + 1);
        double room = (_gpu.FreeBytes * MemoryShare) - BufferBytes;
        int layers = (int)Math.Max(0, room / perLayer);
        return layers > _file.Layers ? -1 : layers;
    }

    private string TooLarge(int cells, KvType kvType, int ids, string advice)
    {
        double needed = (_file.WeightBytes + BufferBytes + (ids * _file.StateBytes) + ((double)cells * CellBytes(kvType))) / MemoryShare;
        return $"{_file.DisplayName} needs about {ByteSize.Text(needed)} for {cells:N0} tokens, and {ByteSize.Text(_machine.AvailableBytes)} are available: {advice}.";
    }

    private List<string> Explain(EngineSettings settings, int trained)
    {
        string why = _overrides.Window is not null ? "as asked"
            : settings.Window == trained ? "the model's trained context"
            : settings.Window == settings.CellPool && _overrides.Pool is not null ? "the whole pool"
            : settings.Window == WindowCap ? $"of {trained:N0} trained; --context raises it"
            : "what fits the memory";
        string type = settings.KvType == KvType.F16 ? "f16" : "q8";
        List<string> lines =
        [
            $"window {settings.Window:N0} tokens per request ({why})",
            $"pool {settings.CellPool:N0} tokens for all requests, {settings.MaxSequences} at once, {type}: "
                + ByteSize.Text((double)settings.CellPool * CellBytes(settings.KvType)),
            $"prefixes that leave the pool are kept in memory, up to {ByteSize.Text(settings.SavedBytes)} (--cache-ram)",
            $"weights {ByteSize.Text(_file.WeightBytes)}, memory available {ByteSize.Text(_machine.AvailableBytes)}, {settings.Threads} threads",
        ];
        if (_gpu is not null)
        {
            string layers = settings.GpuLayers < 0 ? "all" : $"{settings.GpuLayers}";
            lines.Add($"{layers} of {_file.Layers} layers on {_gpu.Description} with {ByteSize.Text(_gpu.FreeBytes)} free");
        }

        if (_file.TrainedContext > 0 && settings.Window > _file.TrainedContext)
            lines.Add($"the window is larger than the {_file.TrainedContext:N0} tokens the model was trained on: expect worse answers beyond them");
        return lines;
    }
}
