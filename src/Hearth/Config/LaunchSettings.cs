using Hearth.Engine;

namespace Hearth.Config;

/// <summary>
/// What the person who starts Hearth decided, gathered from flags, environment and <c>hearth.toml</c>. Null means that Hearth
/// chooses what fits the machine. Token counts are KV cells.
/// </summary>
internal sealed record LaunchSettings
{
    /// <summary>A GGUF file, or null for the bundled model.</summary>
    public string? Model { get; init; }

    /// <summary>A Jinja file or the name of one of Hearth's templates, or null for the model's own.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>The name of the format of calls and thinking, or null for the one that the template writes.</summary>
    public string? Format { get; init; }

    /// <summary>Whether the thinking of earlier answers stays in the prompt; null where the template may decide that it can.</summary>
    public bool? KeepThinking { get; init; }

    /// <summary>Most tokens (prompt and answer) of one request.</summary>
    public int? Context { get; init; }

    /// <summary>Tokens that all requests together may hold.</summary>
    public int? Pool { get; init; }

    /// <summary>Most requests that run at once.</summary>
    public int? Parallel { get; init; }

    /// <summary>Megabytes for KV kept outside the pool.</summary>
    public int? CacheRam { get; init; }

    /// <summary>Megabytes of disk for KV that survives a restart.</summary>
    public int? CacheDisk { get; init; }

    /// <summary>Whether KV is neither written to disk nor read from it; wins over <see cref="CacheDisk"/>.</summary>
    public bool NoDiskCache { get; init; }

    /// <summary>Number format of the KV cells.</summary>
    public KvType? KvType { get; init; }

    /// <summary>Threads that compute.</summary>
    public int? Threads { get; init; }

    /// <summary>Layers computed on the GPU; -1 means all.</summary>
    public int? GpuLayers { get; init; }

    /// <summary>Which build of the native library runs; the launcher script fetches it.</summary>
    public GpuChoice Gpu { get; init; }

    /// <summary>An IP address, <c>localhost</c>, or <c>*</c> for every network of the machine.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port; 0 lets the system choose. 4327 is HEAR on a phone.</summary>
    public int Port { get; init; } = 4327;

    /// <summary>What clients must send as their API key, or null when any key will do.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Least severe log line that is written; null leaves it to the command.</summary>
    public LogLevel? LogLevel { get; init; }

    /// <summary>Whether logs may contain the text of prompts and answers.</summary>
    public bool LogPrompts { get; init; }

    /// <summary>Whether the terminal output stays free of colours, frames and animation.</summary>
    public bool NoColor { get; init; }

    /// <summary>Prints the settings without the secret among them.</summary>
    public override string ToString() => $"{nameof(LaunchSettings)} {{ Model = {Model}, Host = {Host}, Port = {Port} }}";
}

/// <summary>Where the model is computed.</summary>
internal enum GpuChoice
{
    /// <summary>The best that the machine has.</summary>
    Auto,

    /// <summary>Processor only.</summary>
    Cpu,

    /// <summary>NVIDIA cards.</summary>
    Cuda,

    /// <summary>Any card with a Vulkan driver.</summary>
    Vulkan,

    /// <summary>Apple silicon.</summary>
    Metal,
}
