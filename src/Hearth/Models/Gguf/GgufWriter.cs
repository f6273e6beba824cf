using System.Text;

namespace Hearth.Models.Gguf;

/// <summary>Fills a piece of a tensor's data; pieces come in order and hold whole blocks.</summary>
internal delegate void TensorFill(Span<byte> piece);

/// <summary>Writes a GGUF file (version 3) for made-up models: metadata first, then tensors in the order they were added.</summary>
internal sealed class GgufWriter
{
    private const uint Version = 3;
    private const int Alignment = 32;

    /// <summary>Blocks written at once: large enough for speed, small beside any model.</summary>
    private const int PieceBlocks = 1 << 15;

    private readonly List<Action<BinaryWriter>> _pairs = [];
    private readonly List<(GgufTensor Tensor, int Format, TensorFill Fill)> _tensors = [];

    public void Add(string key, string value) => Add(key, GgufValueType.String, w => WriteText(w, value));

    public void Add(string key, uint value) => Add(key, GgufValueType.UInt32, w => w.Write(value));

    public void Add(string key, float value) => Add(key, GgufValueType.Float32, w => w.Write(value));

    public void Add(string key, bool value) => Add(key, GgufValueType.Bool, w => w.Write(value));

    public void Add(string key, IReadOnlyList<string> values) => AddList(key, GgufValueType.String, values, WriteText);

    public void Add(string key, IReadOnlyList<int> values) => AddList(key, GgufValueType.Int32, values, (w, v) => w.Write(v));

    /// <summary>Adds a tensor; its format is a number of <see cref="TensorFormats"/>, its first dimension is contiguous.</summary>
    public void AddTensor(string name, int format, long[] shape, TensorFill fill)
    {
        var blocks = TensorFormats.Find(format) ?? throw new ArgumentOutOfRangeException(nameof(format), format, "Unknown format.");
        var elements = shape.Aggregate(1L, (product, size) => product * size);
        _tensors.Add((new GgufTensor(name, shape, blocks, elements / blocks.BlockValues * blocks.BlockBytes), format, fill));
    }

    /// <summary>Writes everything; <paramref name="progress"/> hears the share of the tensors that is done.</summary>
    public void WriteTo(Stream file, IProgress<double>? progress, CancellationToken cancellation)
    {
        using BinaryWriter writer = new(file, Encoding.UTF8, leaveOpen: true);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write((long)_tensors.Count);
        writer.Write((long)_pairs.Count);
        _pairs.ForEach(write => write(writer));
        WriteTensorTable(writer);
        WriteTensors(writer, progress, cancellation);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
    }

    private static long Aligned(long value) => (value + Alignment - 1) / Alignment * Alignment;

    private static void Pad(BinaryWriter writer)
    {
        writer.Flush();
        var position = writer.BaseStream.Position;
        writer.Write(stackalloc byte[(int)(Aligned(position) - position)]);
    }

    private void Add(string key, GgufValueType type, Action<BinaryWriter> write) => _pairs.Add(writer =>
    {
        WriteText(writer, key);
        writer.Write((uint)type);
        write(writer);
    });

    private void AddList<T>(string key, GgufValueType type, IReadOnlyList<T> values, Action<BinaryWriter, T> write) => Add(key, GgufValueType.Array, writer =>
    {
        writer.Write((uint)type);
        writer.Write((long)values.Count);
        foreach (var value in values)
            write(writer, value);
    });

    private void WriteTensorTable(BinaryWriter writer)
    {
        long offset = 0;
        foreach (var (tensor, format, _) in _tensors)
        {
            WriteText(writer, tensor.Name);
            writer.Write((uint)tensor.Shape.Count);
            foreach (var size in tensor.Shape)
                writer.Write(size);
            writer.Write((uint)format);
            writer.Write(offset);
            offset += Aligned(tensor.Bytes);
        }
    }

    private void WriteTensors(BinaryWriter writer, IProgress<double>? progress, CancellationToken cancellation)
    {
        double all = _tensors.Sum(t => t.Tensor.Bytes), done = 0;
        foreach (var (tensor, _, fill) in _tensors)
        {
            Pad(writer);
            var piece = new byte[Math.Min(tensor.Bytes, (long)PieceBlocks * tensor.Format.BlockBytes)];
            for (long left = tensor.Bytes; left > 0; left -= piece.Length)
            {
                cancellation.ThrowIfCancellationRequested();
                var next = piece.AsSpan(0, (int)Math.Min(left, piece.Length));
                fill(next);
                writer.Write(next);
                done += next.Length;
                progress?.Report(done / all);
            }
        }

        Pad(writer);
    }
}
