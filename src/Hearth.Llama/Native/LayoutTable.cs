namespace Hearth.Llama.Native;

/// <summary>
/// What this project's structs were written for: libllama of one major version. Its default parameters are read back through our
/// structs and compared, so a library with another layout is refused before it can be fed garbage.
/// </summary>
internal static unsafe class LayoutTable
{
    /// <summary>Without the suffix that prebuilt packages add, for example <c>-dev</c>.</summary>
    private const string LibraryVersion = "0.5.0";

    /// <summary>Refuses a library that is not the one the structs describe.</summary>
    /// <exception cref="LlamaException">The version or a default differs.</exception>
    public static void Check(InstalledPackage installed)
    {
        string version = ReadVersion(installed);
        if (version.Split('-')[0] != LibraryVersion)
            throw new LlamaException($"{installed.Folder} holds llama.cpp {version}, but Hearth was built for {LibraryVersion}: reinstall the package.");
        if (Difference() is { } difference)
            throw new LlamaException($"{installed.Folder} is not laid out as llama.cpp {LibraryVersion} should be ({difference}).");
    }

    private static string ReadVersion(InstalledPackage installed)
    {
        try
        {
            return Utf8.Read(LlamaNative.llama_version());
        }
        catch (EntryPointNotFoundException e)
        {
            throw new LlamaException($"{installed.Folder} holds a llama.cpp that cannot tell its version.", e);
        }
    }

    private static string? Difference()
    {
        ModelParams model = LlamaNative.llama_model_default_params();
        ContextParams context = LlamaNative.llama_context_default_params();
        (string Name, bool Same)[] checks =
        [
            ("n_gpu_layers", model.GpuLayers == -1),
            ("split_mode", model.SplitMode == 1),
            ("load_mode", model.LoadMode == -1),
            ("lazy_mode", model.LazyMode == 1),
            ("use_extra_bufts", model is { UseExtraBufts: 1, VocabOnly: 0, CheckTensors: 0, NoHost: 0, NoAlloc: 0, LoadMtp: 0 }),
            ("n_ctx", context is { Ctx: 512, Batch: 2048, Ubatch: 512, SeqMax: 1 }),
            ("n_outputs_max", context is { RsSeq: 0, OutputsMax: 0, OutputsMaxPerSeq: 1 }),
            ("flash_attn_type", context is { FlashAttnType: -1, RopeScalingType: -1, PoolingType: -1, AttentionType: -1 }),
            ("yarn_ext_factor", context is { YarnExtFactor: -1f, YarnBetaSlow: -1f, DefragThold: -1f }),
            ("type_k", context is { TypeK: (int)GgmlType.F16, TypeV: (int)GgmlType.F16 }),
            ("kv_unified", context is { Embeddings: 0, OffloadKqv: 1, NoPerf: 1, OpOffload: 1, SwaFull: 1, KvUnified: 0 }),
            ("samplers", context.Samplers == 0 && context.SamplerCount == 0 && context.CtxOther == 0),
        ];
        return checks.FirstOrDefault(c => !c.Same).Name;
    }
}
