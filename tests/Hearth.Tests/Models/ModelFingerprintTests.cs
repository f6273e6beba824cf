using System.Text;
using Hearth.Models;
using Hearth.Models.Gguf;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

/// <summary>A model is known by its content, wherever it lies, and by little reading.</summary>
public sealed class ModelFingerprintTests : IDisposable
{
    /// <summary>Floats of a tensor that is sampled rather than read.</summary>
    private const int LargeTensor = 16 * 1024;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_content_is_the_same_model_wherever_and_whenever_it_was_written()
    {
        var path = Write("a.gguf");
        var copy = Path.Combine(_folder.Path, "b.gguf");
        File.Copy(path, copy);
        File.SetLastWriteTimeUtc(copy, DateTime.UnixEpoch);

        Assert.Equal(Of(path), Of(copy));
        Assert.Equal(Of(path), ModelFingerprint.Of(GgufFile.Open(path).File!.WithId("another name")));
    }

    [Fact]
    public void What_is_changed_in_the_metadata_is_another_model() => Assert.NotEqual(Of(Write("a.gguf")), Of(Write("b.gguf", name: "Ship")));

    [Fact]
    public void A_renamed_tensor_is_another_model() => Assert.NotEqual(Of(Write("a.gguf")), Of(Write("b.gguf", tensor: "large.weighu")));

    [Theory]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(LargeTensor * 2)]
    public void One_byte_in_the_beginning_or_middle_of_a_tensor_is_another_model(int at)
    {
        var path = Write("a.gguf");
        var before = Of(path);

        Change(path, "large.weight", at);

        Assert.NotEqual(before, Of(path));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void Small_tensors_are_read_whole(int at)
    {
        var path = Write("a.gguf");
        var before = Of(path);

        Change(path, "token_embd.weight", at);

        Assert.NotEqual(before, Of(path));
    }

    [Fact]
    public void A_file_of_another_length_is_another_model()
    {
        var path = Write("a.gguf");
        var before = Of(path);

        File.AppendAllText(path, "x");

        Assert.NotEqual(before, Of(path));
    }

    [Fact]
    public void A_split_model_is_all_of_its_files()
    {
        Write("big-00001-of-00002.gguf");
        var second = WritePart("big-00002-of-00002.gguf");
        var before = Of(Path.Combine(_folder.Path, "big-00001-of-00002.gguf"));

        Change(second, "more.weight", 7);

        Assert.NotEqual(before, Of(Path.Combine(_folder.Path, "big-00001-of-00002.gguf")));
    }

    [Fact]
    public void A_file_that_was_cut_since_it_was_opened_is_an_error_of_reading()
    {
        var path = Write("a.gguf");
        var file = GgufFile.Open(path).File!;
        using (var stream = File.OpenWrite(path))
            stream.SetLength(stream.Length / 2);

        Assert.ThrowsAny<IOException>(() => ModelFingerprint.Of(file));
    }

    [Fact]
    public void Factors_for_long_contexts_make_the_pools_size_matter()
    {
        Assert.False(Open(Write("a.gguf")).RopeDependsOnPool);
        Assert.True(Open(Write("b.gguf", tensor: "rope_factors_long.weight")).RopeDependsOnPool);
        Assert.True(Open(Write("c.gguf", scaling: "longrope")).RopeDependsOnPool);
        Assert.False(Open(Write("d.gguf", scaling: "yarn")).RopeDependsOnPool);
    }

    private static GgufFile Open(string path)
    {
        var (file, error) = GgufFile.Open(path);
        Assert.Null(error);
        return file!;
    }

    private static UInt128 Of(string path) => ModelFingerprint.Of(Open(path));

    /// <summary>Flips a byte of a tensor's data, found by the reader's own books.</summary>
    private static void Change(string path, string tensor, long at)
    {
        var header = GgufReader.Read(path).Header!;
        using var stream = File.Open(path, FileMode.Open);
        stream.Position = header.DataStart + header.Tensors.Single(t => t.Name == tensor).Offset + at;
        var value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 1));
    }

    private string Write(string file, string name = "Boat", string tensor = "large.weight", string scaling = "none")
    {
        GgufWriter writer = new();
        writer.Add("general.architecture", "llama");
        writer.Add("general.name", name);
        writer.Add("llama.block_count", 1u);
        writer.Add("llama.embedding_length", 64u);
        writer.Add("llama.rope.scaling.type", scaling);
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.tokens", ["a"]);
        writer.AddTensor("token_embd.weight", TensorFormats.F32, [64, 1], Fill);
        writer.AddTensor(tensor, TensorFormats.F32, [64, LargeTensor / 64], Fill);
        return Write(file, writer);
    }

    private string WritePart(string file)
    {
        GgufWriter writer = new();
        writer.AddTensor("more.weight", TensorFormats.F32, [64], Fill);
        return Write(file, writer);
    }

    private string Write(string file, GgufWriter writer)
    {
        var path = Path.Combine(_folder.Path, file);
        using var stream = File.Create(path);
        writer.WriteTo(stream, progress: null, TestContext.Current.CancellationToken);
        return path;
    }

    private static void Fill(Span<byte> piece) => Encoding.ASCII.GetBytes(new string('w', piece.Length), piece);
}
