using System.Buffers.Binary;
using Hearth.Models.Gguf;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

/// <summary>
/// A model with one number changed answers or is refused in a sentence; the process never dies of it. Each try is a process of its own,
/// so only a few run by default; HEARTH_FUZZ_MINUTES makes it a laboratory.
/// </summary>
public sealed class ChangedModelsTests(ITestOutputHelper output) : IDisposable
{
    private const int Tries = 4;

    /// <summary>Tensors are many and alike, the keys are where models differ.</summary>
    private const double ShareOfKeys = 0.75;

    private static readonly long[] OddNumbers = [0, 1, 2, 3, 7, 255, -1, 0x7fffffff, 0xffffffff];

    private static readonly double[] OddFractions = [0, 1, 3, -1, double.NaN, double.PositiveInfinity, 255, 1e-30];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_model_with_an_odd_number_answers_or_is_refused_in_a_sentence()
    {
        NativeLibraryFixture.Require();
        string[] models = [.. Models()];
        Dictionary<string, int> tally = [];
        foreach (var seed in FuzzRounds.Seeds(Tries))
        {
            Random random = new(seed);
            var (path, change) = Change(models[random.Next(models.Length)], random);
            var (code, _, error) = await HearthProcess.RunAsync(
                $"exec $HEARTH ask --model '{path}' --threads 1 --gpu cpu --no-disk-cache --context 256 --pool 256 Hi", _folder.Path);

            var said = error.TrimEnd('\n').Split('\n')[^1];
            Assert.True(code is 0 or 1, $"seed {seed}, {change}: exit code {code}, {said}");
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
            var outcome = code == 0 ? "answers" : said.StartsWith("llama.cpp cannot go on", StringComparison.Ordinal) ? "asserts" : "refused";
            tally[outcome] = tally.GetValueOrDefault(outcome) + 1;
            if (outcome == "asserts")
                output.WriteLine($"seed {seed}, {change}: {said}");
        }

        output.WriteLine(string.Join(", ", tally.Select(t => $"{t.Value} {t.Key}")));
    }

    private static IEnumerable<string> Models()
    {
        yield return RepositoryPaths.BundledModel;
        var shared = Path.Combine(RepositoryPaths.Shared ?? "", "models");
        if (!Directory.Exists(shared))
            yield break;
        foreach (var path in Directory.GetFiles(shared, "tiny-*.gguf").Order(StringComparer.Ordinal))
            yield return path;
    }

    private (string Path, string Change) Change(string model, Random random)
    {
        var bytes = File.ReadAllBytes(model);
        var (keys, tensors) = GgufPlaces.Find(bytes);
        var places = random.NextDouble() < ShareOfKeys ? keys : tensors;
        var place = places[random.Next(places.Count)];
        var target = bytes.AsSpan(place.Offset, place.Size);
        var number = OddNumbers[random.Next(OddNumbers.Length)];
        var fraction = OddFractions[random.Next(OddFractions.Length)];
        switch (place.Type)
        {
            case GgufValueType.Float32:
                BinaryPrimitives.WriteSingleLittleEndian(target, (float)fraction);
                break;
            case GgufValueType.Float64:
                BinaryPrimitives.WriteDoubleLittleEndian(target, fraction);
                break;
            default:
                Span<byte> whole = stackalloc byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(whole, number);
                whole[..place.Size].CopyTo(target);
                break;
        }

        var path = Path.Combine(_folder.Path, "changed.gguf");
        File.WriteAllBytes(path, bytes);
        return (path, $"{Path.GetFileName(model)}: {place.Name} = {Convert.ToHexString(target)}");
    }
}
