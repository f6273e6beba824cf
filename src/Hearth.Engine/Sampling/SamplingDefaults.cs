using System.Globalization;

namespace Hearth.Engine.Sampling;

/// <summary>What a model file recommends for sampling: GGUF's <c>general.sampling.*</c> (llama.cpp's llama-arch.cpp).</summary>
public static class SamplingDefaults
{
    /// <summary>
    /// The settings of a file; where it is silent or malformed, those of <see cref="SamplingSettings"/>. Mirostat and XTC are not
    /// sampled and therefore not read.
    /// </summary>
    /// <param name="metadata">Gives the value of a key as text, or null.</param>
    public static SamplingSettings FromMetadata(Func<string, string?> metadata)
    {
        SamplingSettings library = new();
        return new SamplingSettings(
            Temperature: Number("temp", library.Temperature, 0, 100),
            TopK: (int)Number("top_k", library.TopK, 0, 1_000_000),
            TopP: Number("top_p", library.TopP, 0, 1),
            MinP: Number("min_p", library.MinP, 0, 1),
            RepeatPenalty: Number("penalty_repeat", library.RepeatPenalty, 0.01f, 100),
            PenaltyLastN: (int)Number("penalty_last_n", library.PenaltyLastN, 0, 65536));

        float Number(string key, float fallback, float least, float most) =>
            float.TryParse(metadata("general.sampling." + key), NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            && value >= least && value <= most
                ? value
                : fallback;
    }
}
