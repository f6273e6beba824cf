namespace Hearth.Commands;

/// <summary>What a failed check of the native library means for the person who runs it. It ends the process, so this is all that is said.</summary>
internal static class NativeAbort
{
    /// <summary>Sources of the library that speak to devices; what fails there is not the model's fault.</summary>
    private static readonly string[] DeviceSources = ["ggml-cuda", "ggml-vulkan", "ggml-metal"];

    /// <summary>One sentence or two for <paramref name="reason"/>, the library's own words: a place in its source and the check.</summary>
    public static string Describe(string reason) => Array.Exists(DeviceSources, s => reason.Contains(s, StringComparison.Ordinal))
        ? $"llama.cpp cannot go on with this GPU: {reason}. Its driver may be older than the library needs (the log above says more): update it, or start with --gpu cpu."
        : $"llama.cpp cannot go on with this model, whose file may be damaged: {reason}";
}
