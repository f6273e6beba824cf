using System.Text;
using CsCheck;
using Hearth.Models;
using Hearth.Models.Gguf;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

/// <summary>What is wrong with a model is one sentence that says what to do, before native code sees the file.</summary>
public sealed class GgufFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_bundled_model_is_accepted_and_described()
    {
        var (file, error) = GgufFile.Open(RepositoryPaths.BundledModel);

        Assert.Null(error);
        Assert.Equal(4096, file!.VocabularySize);
        Assert.InRange(file.WeightBytes, 1_000_000, new FileInfo(RepositoryPaths.BundledModel).Length);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.Contains("none.gguf", ErrorOf(Path.Combine(_folder.Path, "none.gguf")), StringComparison.Ordinal);

    [Fact]
    public void An_empty_file_and_one_of_another_kind_are_told_apart()
    {
        Assert.Contains("is empty", ErrorOf(Write("empty.gguf", [])), StringComparison.Ordinal);
        Assert.Contains("is not a GGUF file", ErrorOf(Write("text.gguf", Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\n"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_anywhere_is_damaged_and_never_accepted()
    {
        var whole = File.ReadAllBytes(RepositoryPaths.BundledModel);
        for (var length = 1; length < whole.Length; length += Math.Max(1, length / 3))
            Assert.DoesNotContain('\n', ErrorOf(Write("cut.gguf", whole[..length])));

        // Fewer bytes may be the padding behind the last tensor.
        Assert.Contains("bytes shorter", ErrorOf(Write("cut.gguf", whole[..^64])), StringComparison.Ordinal);
    }

    [Fact]
    public void Any_flipped_bytes_of_a_header_give_a_file_or_a_sentence_and_nothing_else()
    {
        var whole = File.ReadAllBytes(RepositoryPaths.BundledModel);
        var header = whole.AsSpan().LastIndexOf("output_norm.weight"u8) is > 0 and var end ? end : 4096;
        Gen.Select(Gen.Int[0, header], Gen.Byte).Array[1, 4].Sample(
            flips =>
            {
                byte[] bytes = [.. whole];
                foreach (var (at, value) in flips)
                    bytes[at] = value;
                var (file, error) = GgufFile.Open(Write($"{Guid.NewGuid():N}.gguf", bytes));
                Assert.True(file is null != error is null);
            },
            iter: 60,
            threads: 1);
    }

    [Theory]
    [InlineData("frobnicator", "does not know its architecture 'frobnicator'")]
    [InlineData("bert", "does not write text token by token")]
    public void An_architecture_that_cannot_answer_says_why(string architecture, string expected)
    {
        GgufWriter writer = new();
        writer.Add("general.architecture", architecture);
        using (var stream = File.Create(Path.Combine(_folder.Path, "other.gguf")))
            writer.WriteTo(stream, progress: null, TestContext.Current.CancellationToken);

        Assert.Contains(expected, ErrorOf(Path.Combine(_folder.Path, "other.gguf")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_part_of_a_split_model_is_named()
    {
        var first = Path.Combine(_folder.Path, "big-00001-of-00002.gguf");
        File.Copy(RepositoryPaths.BundledModel, first);

        Assert.Contains("big-00002-of-00002.gguf is missing", ErrorOf(first), StringComparison.Ordinal);
    }

    private static string ErrorOf(string path)
    {
        var (file, error) = GgufFile.Open(path);
        Assert.Null(file);
        return error!;
    }

    private string Write(string name, byte[] bytes)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
