using System.IO.Compression;
using Hearth.Engine;
using Hearth.Llama;

namespace Hearth.Commands.Bench.Restart;

/// <summary>
/// What cells cost to copy out and back in ranges of several lengths, and what compressing them would bring. Why a segment has the
/// length it has, and why it is stored as it is.
/// </summary>
internal static class SegmentSizes
{
    private const int Rounds = 5;
    private const int Tokens = 2048;
    private const int Sequence = 0;
    private const int Scratch = 1;
    private const int Copy = 2;
    private const double BytesPerMegabyte = 1e6;

    private static readonly int[] Lengths = [64, 128, 256, 512, 1024];

    public static string Measure(string path, EngineSettings settings, TimeProvider time)
    {
        using var model = LlamaModel.Load(new LlamaModelOptions([path]) { GpuLayers = settings.GpuLayers });
        using var context = model.CreateContext(settings.ToContextOptions() with { MaxSequences = 3 });
        Prefill(context, RestartPlan.Tokens(3, Tokens, model.Vocab.TokenCount));
        TextTable table = new("range, tokens", "bytes", "out, us/token", "back, us/token");
        byte[] state = [];
        foreach (var length in Lengths)
        {
            TimeSpan save = default, restore = default;
            for (var round = 0; round < Rounds; round++)
            {
                for (var from = 0; from < Tokens; from += length)
                {
                    var start = time.GetTimestamp();
                    context.SequenceCopy(Sequence, Scratch, from, from + length);
                    state = new byte[context.SequenceStateSize(Scratch)];
                    context.SequenceStateGet(state, Scratch);
                    context.SequenceRemove(Scratch);
                    save += time.GetElapsedTime(start);
                    start = time.GetTimestamp();
                    context.SequenceStateSet(state, Scratch);
                    context.SequenceCopy(Scratch, Copy, from, from + length);
                    context.SequenceRemove(Scratch);
                    restore += time.GetElapsedTime(start);
                }

                context.SequenceRemove(Copy);
            }

            table.Add($"{length}", $"{state.Length}", PerToken(save), PerToken(restore));
        }

        return $"{table}{Compression(state, time)}";
    }

    private static string? PerToken(TimeSpan took) => TextTable.Cell(took.TotalMicroseconds / (Rounds * Tokens), "0.00");

    private static void Prefill(LlamaContext context, int[] tokens)
    {
        using LlamaBatch batch = new(context.BatchTokens);
        for (var done = 0; done < tokens.Length; done += batch.Count)
        {
            batch.Clear();
            for (var i = done; i < tokens.Length && batch.Count < batch.Capacity; i++)
                batch.Add(tokens[i], i, Sequence, output: i == tokens.Length - 1);
            if (context.Decode(batch) is not DecodeStatus.Ok and var status)
                throw new LlamaException($"llama_decode: {status}.");
        }
    }

    private static string Compression(byte[] state, TimeProvider time)
    {
        TextTable table = new("compressed with", "size", "MB/s");
        foreach (var (name, bytes) in ((string, byte[])[])[("", state), (", bytes of numbers apart", Planes(state))])
        {
            Add($"deflate, fastest{name}", (to, mode) => new DeflateStream(to, mode), bytes);
            Add($"brotli, fastest{name}", (to, mode) => new BrotliStream(to, mode), bytes);
        }

        return table.ToString();

        void Add(string name, Func<Stream, CompressionLevel, Stream> create, byte[] bytes)
        {
            using MemoryStream compressed = new();
            var start = time.GetTimestamp();
            using (var stream = create(compressed, CompressionLevel.Fastest))
                stream.Write(bytes);
            var took = time.GetElapsedTime(start);
            table.Add(
                name, TextTable.Cell(100.0 * compressed.ToArray().Length / bytes.Length, "0") + " %",
                TextTable.Cell(bytes.Length / BytesPerMegabyte / took.TotalSeconds, "0"));
        }
    }

    /// <summary>All low bytes of the 16-bit numbers, then all high ones, which hold sign and exponent and repeat more.</summary>
    private static byte[] Planes(byte[] state)
    {
        var half = state.Length / 2;
        var planes = new byte[half * 2];
        for (var i = 0; i < half; i++)
            (planes[i], planes[half + i]) = (state[2 * i], state[(2 * i) + 1]);
        return planes;
    }
}
