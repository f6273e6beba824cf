namespace Hearth.Llama;

/// <summary>What to load and where to put it.</summary>
/// <param name="Paths">The GGUF file, or all files of a split one in order.</param>
public sealed record LlamaModelOptions(IReadOnlyList<string> Paths)
{
    /// <summary>Layers computed on the GPU; negative means all.</summary>
    public int GpuLayers { get; init; }

    /// <summary>Only the vocabulary, no weights: no context can be made of it.</summary>
    public bool VocabularyOnly { get; init; }
}
