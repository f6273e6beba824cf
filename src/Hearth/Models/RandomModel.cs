using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Hearth.Models.Gguf;

namespace Hearth.Models;

/// <summary>
/// Writes models of random weights in the shape of real ones, so that speed can be measured without a download. What they say is
/// noise; what a step costs is what it costs a real model of that shape.
/// </summary>
internal sealed record RandomModel(int Layers, int Width, int Heads, int KvHeads, int FeedForward, int Vocabulary, int Context)
{
    /// <summary>Standard deviation about that of trained weights, so that activations stay finite: 4.6 is that of a random nibble.</summary>
    private const float Scale = 0.02f / 4.6f;
    private const int TextTokens = 256;
    private const int UnusedToken = 5;
    private const int ControlToken = 3;
    private const int NormalToken = 1;

    /// <summary>Qwen2.5-0.5B.</summary>
    public static RandomModel HalfBillion { get; } = new(24, 896, 14, 2, 4864, 151_936, 32_768);

    private int KvWidth => Width / Heads * KvHeads;

    /// <summary>
    /// The model of this shape and <paramref name="seed"/> in <paramref name="folder"/>; written first where it is missing. The same
    /// seed gives the same bytes on every machine.
    /// </summary>
    public string Provide(string folder, ulong seed, IProgress<double>? progress, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, $"random-{Layers}x{Width}-q4_0-{seed}.gguf");
        if (File.Exists(path))
            return path;
        Directory.CreateDirectory(folder);
        var unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var file = File.Create(unfinished))
                Describe(new Noise(seed)).WriteTo(file, progress, cancellation);
            File.Move(unfinished, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(unfinished);
        }
    }

    private GgufWriter Describe(Noise noise)
    {
        GgufWriter writer = new();
        writer.Add("general.architecture", "qwen2");
        writer.Add("general.name", $"Random weights, {Layers} layers of {Width}");
        writer.Add("qwen2.block_count", (uint)Layers);
        writer.Add("qwen2.context_length", (uint)Context);
        writer.Add("qwen2.embedding_length", (uint)Width);
        writer.Add("qwen2.feed_forward_length", (uint)FeedForward);
        writer.Add("qwen2.attention.head_count", (uint)Heads);
        writer.Add("qwen2.attention.head_count_kv", (uint)KvHeads);
        writer.Add("qwen2.attention.layer_norm_rms_epsilon", 1e-6f);
        writer.Add("qwen2.rope.freq_base", 1_000_000f);
        AddVocabulary(writer);
        AddMatrix(writer, noise, "token_embd", Width, Vocabulary);
        AddNorm(writer, "output_norm");
        for (var layer = 0; layer < Layers; layer++)
            AddLayer(writer, noise, $"blk.{layer}.");
        return writer;
    }

    /// <summary>One token per byte, one merge because the format wants some, the two of ChatML, and nothing but padding after them.</summary>
    private void AddVocabulary(GgufWriter writer)
    {
        List<string> tokens = [.. ByteLetters().Select(c => c.ToString()), "ab", "<|im_start|>", "<|im_end|>"];
        List<int> types = [.. Enumerable.Repeat(NormalToken, TextTokens + 1), ControlToken, ControlToken];
        for (var i = tokens.Count; i < Vocabulary; i++)
        {
            tokens.Add($"<unused{i}>");
            types.Add(UnusedToken);
        }

        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.pre", "qwen2");
        writer.Add("tokenizer.ggml.tokens", tokens);
        writer.Add("tokenizer.ggml.token_type", types);
        writer.Add("tokenizer.ggml.merges", ["a b"]);
        writer.Add("tokenizer.ggml.eos_token_id", (uint)(TextTokens + 2));
        writer.Add("tokenizer.ggml.add_bos_token", false);
    }

    /// <summary>Byte-level BPE writes every byte as a visible letter (GPT-2's table): itself where it is one, else one from U+0100 on.</summary>
    private static IEnumerable<char> ByteLetters()
    {
        var next = 0x100;
        for (var value = 0; value < TextTokens; value++)
        {
            var isVisible = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE;
            yield return (char)(isVisible ? value : next++);
        }
    }

    private void AddLayer(GgufWriter writer, Noise noise, string prefix)
    {
        AddNorm(writer, prefix + "attn_norm");
        AddMatrix(writer, noise, prefix + "attn_q", Width, Width);
        AddMatrix(writer, noise, prefix + "attn_k", Width, KvWidth);
        AddMatrix(writer, noise, prefix + "attn_v", Width, KvWidth);
        AddVector(writer, prefix + "attn_q.bias", Width, 0);
        AddVector(writer, prefix + "attn_k.bias", KvWidth, 0);
        AddVector(writer, prefix + "attn_v.bias", KvWidth, 0);
        AddMatrix(writer, noise, prefix + "attn_output", Width, Width);
        AddNorm(writer, prefix + "ffn_norm");
        AddMatrix(writer, noise, prefix + "ffn_gate", Width, FeedForward);
        AddMatrix(writer, noise, prefix + "ffn_up", Width, FeedForward);
        AddMatrix(writer, noise, prefix + "ffn_down", FeedForward, Width);
    }

    private void AddNorm(GgufWriter writer, string name) => AddVector(writer, name + ".weight", Width, 1);

    private static void AddVector(GgufWriter writer, string name, int length, float value) =>
        writer.AddTensor(name, TensorFormats.F32, [length], piece => MemoryMarshal.Cast<byte, float>(piece).Fill(value));

    /// <summary>Q4_0: per 32 values a 16-bit scale and 16 bytes of two nibbles each.</summary>
    private static void AddMatrix(GgufWriter writer, Noise noise, string name, int columns, int rows) =>
        writer.AddTensor(name + ".weight", TensorFormats.Q4Zero, [columns, rows], piece =>
        {
            noise.Fill(piece);
            for (var block = 0; block < piece.Length; block += 18)
                BinaryPrimitives.WriteHalfLittleEndian(piece[block..], (Half)Scale);
        });

    /// <summary>SplitMix64.</summary>
    private sealed class Noise(ulong seed)
    {
        private ulong _state = seed;

        public void Fill(Span<byte> bytes)
        {
            for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, Next());
            for (var last = Next(); bytes.Length > 0; bytes = bytes[1..], last >>= 8)
                bytes[0] = (byte)last;
        }

        private ulong Next()
        {
            var mixed = _state += 0x9E3779B97F4A7C15;
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
            return mixed ^ (mixed >> 31);
        }
    }
}
