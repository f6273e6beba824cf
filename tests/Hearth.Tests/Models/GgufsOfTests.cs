using Hearth.Models.Gguf;

namespace Hearth.Tests.Models;

/// <summary>Files that are models as far as their headers go.</summary>
internal static class GgufsOfTests
{
    /// <summary>A model with this vocabulary, whose first token begins a text, and no chat template.</summary>
    public static void Write(string path, IReadOnlyList<string> vocabulary)
    {
        GgufWriter writer = new();
        writer.Add("general.architecture", "llama");
        writer.Add("general.name", "Of tests");
        writer.Add("llama.block_count", 1u);
        writer.Add("llama.embedding_length", 32u);
        writer.Add("llama.context_length", 4096u);
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.tokens", vocabulary);
        writer.Add("tokenizer.ggml.bos_token_id", 0u);
        writer.AddTensor("token_embd.weight", TensorFormats.F32, [32, vocabulary.Count], _ => { });
        using FileStream file = File.Create(path);
        writer.WriteTo(file, null, TestContext.Current.CancellationToken);
    }
}
