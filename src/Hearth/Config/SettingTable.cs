using Hearth.Engine;

namespace Hearth.Config;

/// <summary>Every setting there is, in the order help and documentation list them.</summary>
internal static class SettingTable
{
    /// <summary>Far above any model's window; keeps token counts clear of integer overflow.</summary>
    private const int MaximumTokens = 1 << 26;

    /// <summary>The native library's limit on sequences, less one that the engine keeps for itself.</summary>
    private const int MaximumParallel = 255;

    /// <summary>Far above any machine's memory and disk.</summary>
    private const int MaximumMegabytes = 1 << 26;

    /// <summary>Less than this holds no agent's prompt.</summary>
    private const int LeastDiskMegabytes = 64;

    /// <summary>The native library's limit on threads (GGML_MAX_N_THREADS).</summary>
    private const int MaximumThreads = 512;

    /// <summary>Far above any model's depth.</summary>
    private const int MaximumLayers = 10_000;

    /// <summary>The setting that decides which model's table counts.</summary>
    public static Setting Model { get; } = new TextSetting("model", "FILE", "the bundled model", "GGUF file to run; of a split model, its first file",
        (s, v) => s with { Model = v })
    { IsPath = true };

    public static IReadOnlyList<Setting> All { get; } =
    [
        Model,
        new TextSetting("chat-template", "FILE|NAME", "the model's own", "Jinja file to use as the chat template, or one of: chatml, gemma, llama3, mistral",
            (s, v) => s with { ChatTemplate = v }) { IsPath = true, OfModel = true },
        new TextSetting("format", "NAME", "what the template writes", "Format of tool calls and thinking, such as hermes or qwen-xml; hearth show tells what was found",
            (s, v) => s with { Format = v }) { OfModel = true },
        new ChoiceSetting<bool?>("keep-thinking", "auto", "Whether the thinking of earlier answers stays in the prompt",
            [("auto", null), ("always", true), ("template", false)], (s, v) => s with { KeepThinking = v }) { OfModel = true },
        new NumberSetting("context", "TOKENS", "what fits", "Most tokens (prompt and answer) of one request",
            16, MaximumTokens, (s, v) => s with { Context = v }) { OfModel = true },
        new NumberSetting("pool", "TOKENS", "what fits", "Tokens that all requests together may hold, at least --context",
            16, MaximumTokens, (s, v) => s with { Pool = v }) { OfModel = true },
        new NumberSetting("parallel", "N", "what fits", "Most requests that run at once",
            1, MaximumParallel, (s, v) => s with { Parallel = v }) { OfModel = true },
        new NumberSetting("cache-ram", "MB", "what is left, at most 16384", "Memory for prompt prefixes that leave the pool; 0 keeps none",
            0, MaximumMegabytes, (s, v) => s with { CacheRam = v }),
        new NumberSetting("cache-disk", "MB", "a tenth of the free disk, at most 20480", "Disk space for prompt prefixes that survive a restart",
            LeastDiskMegabytes, MaximumMegabytes, (s, v) => s with { CacheDisk = v }),
        new SwitchSetting("no-disk-cache", "Write no prompt prefixes to disk, and read none", (s, v) => s with { NoDiskCache = v }),
        new ChoiceSetting<KvType>("kv-type", "what fits", "Number format of the KV cache; q8 halves its memory",
            [("f16", KvType.F16), ("q8", KvType.Q8)], (s, v) => s with { KvType = v }) { OfModel = true },
        new NumberSetting("threads", "N", "the cores, less some for the server", "Threads that compute",
            1, MaximumThreads, (s, v) => s with { Threads = v }),
        new NumberSetting("gpu-layers", "N", "what fits", "Layers of the model computed on the GPU; -1 means all",
            -1, MaximumLayers, (s, v) => s with { GpuLayers = v }) { OfModel = true },
        new ChoiceSetting<GpuChoice>("gpu", "auto", "Which native library runs the model; it is fetched on first use",
            [("auto", GpuChoice.Auto), ("cpu", GpuChoice.Cpu), ("cuda", GpuChoice.Cuda), ("vulkan", GpuChoice.Vulkan), ("metal", GpuChoice.Metal)],
            (s, v) => s with { Gpu = v }),
        new TextSetting("host", "ADDRESS", "127.0.0.1", "IP address to listen on; * is every network of this machine",
            (s, v) => s with { Host = v }) { ServerOnly = true },
        new NumberSetting("port", "PORT", "4327", "TCP port to listen on; 0 picks a free one",
            0, 65535, (s, v) => s with { Port = v }) { ServerOnly = true },
        new TextSetting("api-key", "KEY", "any key will do", "What clients must send as their API key",
            (s, v) => s with { ApiKey = v }) { ServerOnly = true, Secret = true },
        new ChoiceSetting<LogLevel>("log-level", "info, for questions warn", "Least severe log line that is written to standard error",
            [("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("info", LogLevel.Information), ("warn", LogLevel.Warning), ("error", LogLevel.Error)],
            (s, v) => s with { LogLevel = v }),
        new SwitchSetting("log-prompts", "Let logs contain the text of prompts and answers", (s, v) => s with { LogPrompts = v }),
        new SwitchSetting("no-color", "Plain lines on the terminal: no colours, no animation", (s, v) => s with { NoColor = v }),
    ];

    public static Setting? Find(string name) => All.FirstOrDefault(s => s.Name == name);
}
