using System.Globalization;
using System.Text.RegularExpressions;
using Hearth.Config;
using Hearth.Models.Gguf;

namespace Hearth.Models;

/// <summary>A checked model: one GGUF file, or all files of a split one. What it says of itself, in tokens, layers and bytes.</summary>
internal sealed partial class GgufFile
{
    /// <summary>The first file's, which describes the whole model.</summary>
    private readonly GgufHeader _header;

    private GgufFile(IReadOnlyList<string> paths, IReadOnlyList<GgufHeader> headers)
    {
        (Paths, Headers, _header) = (paths, headers, headers[0]);
        WeightBytes = headers.SelectMany(h => h.Tensors).Sum(t => t.Bytes);
        Architecture = _header.Text("general.architecture");
        Id = IdOf(paths[0]);
        LastWritten = new DateTimeOffset(File.GetLastWriteTimeUtc(paths[0]), TimeSpan.Zero);
    }

    /// <summary>The files, in order.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>What each file says before its weights, in the order of <see cref="Paths"/>.</summary>
    public IReadOnlyList<GgufHeader> Headers { get; }

    /// <summary>The name clients use.</summary>
    public string Id { get; private init; }

    /// <summary>The name people read.</summary>
    public string DisplayName => _header.Text("general.name") is { Length: > 0 } name ? name : Id;

    /// <summary>When the first file was written.</summary>
    public DateTimeOffset LastWritten { get; }

    /// <summary>The architecture's name in llama.cpp.</summary>
    public string Architecture { get; }

    /// <summary>Size of all tensors.</summary>
    public long WeightBytes { get; }

    /// <summary>Number of layers.</summary>
    public int Layers => (int)Number("block_count");

    /// <summary>Width of the residual stream.</summary>
    public int EmbeddingLength => (int)Number("embedding_length");

    /// <summary>Context length the model was trained on; 0 where the file does not say.</summary>
    public int TrainedContext => (int)Math.Min(Number("context_length"), int.MaxValue);

    /// <summary>Number of tokens.</summary>
    public int VocabularySize => (int)((_header.Values.GetValueOrDefault("tokenizer.ggml.tokens") as GgufArray)?.Count ?? 0);

    /// <summary>The chat template in the file, or null.</summary>
    public string? ChatTemplate => _header.Text("tokenizer.chat_template") is { Length: > 0 } template ? template : null;

    /// <summary>Number of parameters.</summary>
    public long Parameters => Headers.SelectMany(h => h.Tensors).Sum(t => t.Shape.Aggregate(1L, (product, size) => product * size));

    /// <summary>The number format of most weights, by bytes.</summary>
    public string WeightFormat => Headers.SelectMany(h => h.Tensors).GroupBy(t => t.Format.Name).MaxBy(g => g.Sum(t => t.Bytes))?.Key ?? "";

    /// <summary>Sequences carry recurrent states besides KV cells.</summary>
    public bool IsRecurrent => Architectures.IsRecurrent(Architecture);

    /// <summary>
    /// The cell pool's size chooses among factors by which positions turn keys (LongRoPE), so cells of one pool are wrong in another.
    /// </summary>
    public bool RopeDependsOnPool =>
        _header.Text($"{Architecture}.rope.scaling.type") == "longrope"
        || Headers.SelectMany(h => h.Tensors).Any(t => t.Name.Contains("rope_factors_long", StringComparison.Ordinal));

    /// <summary>Values in one KV cell, keys and values of all layers together.</summary>
    public long ValuesPerCell
    {
        get
        {
            long headLength = Number("attention.head_count") is > 0 and var heads ? EmbeddingLength / heads : 0;
            long perHead = Number("attention.key_length", headLength) + Number("attention.value_length", headLength);
            return KvHeads().Sum() * perHead;
        }
    }

    /// <summary>Bytes of one recurrent state of one sequence, in 32-bit numbers; 0 without recurrent layers.</summary>
    public long StateBytes
    {
        get
        {
            if (!IsRecurrent)
                return 0;
            long inner = Number("ssm.inner_size", EmbeddingLength * 2L);
            long state = Number("ssm.state_size", 1);
            long convolution = Math.Max(Number("ssm.conv_kernel", 4), Number("shortconv.l_cache", 3)) * (inner + (2 * state * Number("ssm.group_count", 1)));
            return Layers * 4L * ((inner * state) + convolution);
        }
    }

    /// <summary>Opens and checks a model; the error is one sentence that says what to do.</summary>
    public static (GgufFile? File, string? Error) Open(string path)
    {
        if (Directory.Exists(path))
            return (null, $"{path} is a folder, not a GGUF file.");
        if (!File.Exists(path))
            return (null, $"{path} does not exist.");
        if (RegularFile.IsEmpty(path))
            return (null, $"{path} is empty, or a pipe or a device: name a GGUF file, or download it again.");
        (IReadOnlyList<string> paths, string? missing) = Parts(path);
        if (missing is not null)
            return (null, missing);
        List<GgufHeader> headers = [];
        foreach (string part in paths)
        {
            (GgufHeader? header, string? error) = GgufReader.Read(part);
            if (header is null)
                return (null, error);
            headers.Add(header);
        }

        string? problem = Problem(headers);
        return problem is not null
            ? (null, $"{path} cannot be used: {problem}.")
            : (new GgufFile(paths, headers), null);
    }

    /// <summary>The texts of the vocabulary by id; reads the file again.</summary>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public IReadOnlyList<string> ReadVocabulary() => GgufReader.ReadTexts(Paths[0], (GgufArray)_header.Values["tokenizer.ggml.tokens"]);

    /// <summary>The id that the metadata gives a special token, for example <c>bos</c>; null where it gives none.</summary>
    public int? SpecialToken(string name) => _header.Integer($"tokenizer.ggml.{name}_token_id") is >= 0 and var id && id < VocabularySize ? (int)id : null;

    /// <summary>The same model under another name.</summary>
    public GgufFile WithId(string id) => new(Paths, Headers) { Id = id };

    /// <summary>A file name without folder, ending and split suffix.</summary>
    public static string IdOf(string path) => SplitName().Replace(Path.GetFileNameWithoutExtension(path), "");

    private static (IReadOnlyList<string> Paths, string? Missing) Parts(string path)
    {
        Match match = SplitName().Match(Path.GetFileNameWithoutExtension(path));
        if (!match.Success)
            return ([path], null);
        int count = int.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture);
        string prefix = Path.Combine(Path.GetDirectoryName(path) ?? "", IdOf(path));
        string[] paths = [.. Enumerable.Range(1, count).Select(i => $"{prefix}-{i:00000}-of-{count:00000}.gguf")];
        return paths.FirstOrDefault(p => !File.Exists(p)) is { } missing
            ? ([], $"{missing} is missing: all {count} parts must lie in one folder.")
            : (paths, null);
    }

    private static string? Problem(List<GgufHeader> headers)
    {
        GgufHeader first = headers[0];
        string architecture = first.Text("general.architecture");
        HashSet<string> tensors = [.. headers.SelectMany(h => h.Tensors).Select(t => t.Name)];
        if (first.Text("general.type") is "adapter" or "mmproj" or "imatrix")
            return $"it is not a model but an {first.Text("general.type")}";
        if (architecture.Length == 0)
            return "it does not name an architecture";
        if (Architectures.WhyNot(architecture) is { } why)
            return why;
        if (tensors.Count == 0)
            return "it holds a vocabulary and no weights";
        if (headers.Sum(h => h.Tensors.Count) != tensors.Count)
            return "its parts hold the same tensors twice";
        if (first.Integer("split.tensors.count") is { } expected && expected != tensors.Count)
            return $"its parts hold {tensors.Count} tensors instead of {expected}";
        return Essentials(first, architecture, tensors) ?? ModelNumbers.WhyNot(first, architecture, [.. headers.SelectMany(h => h.Tensors)]);
    }

    private static string? Essentials(GgufHeader first, string architecture, HashSet<string> tensors)
    {
        foreach (string key in new[] { "block_count", "embedding_length" })
        {
            if (first.Integer($"{architecture}.{key}") is not (> 0 and < 1 << 24))
                return $"its {architecture}.{key} is missing or senseless";
        }

        if (first.Text("tokenizer.ggml.model").Length == 0 || first.Values.GetValueOrDefault("tokenizer.ggml.tokens") is not GgufArray { Count: > 0 } vocabulary)
            return "it has no vocabulary";
        if (vocabulary.ElementType != GgufValueType.String)
            return "its vocabulary is not made of texts";
        if (!tensors.Contains("token_embd.weight"))
            return "it has no token embeddings";
        return first.Values.GetValueOrDefault("tokenizer.ggml.token_type") is GgufArray types && types.Count != vocabulary.Count
            ? "its vocabulary and its token types differ in length"
            : null;
    }

    private long Number(string key, long fallback = 0) => _header.Integer($"{Architecture}.{key}") ?? fallback;

    private IEnumerable<long> KvHeads()
    {
        string key = $"{Architecture}.attention.head_count_kv";
        if (_header.Values.GetValueOrDefault(key) is GgufArray { Integers: { } perLayer })
            return perLayer;
        long heads = Number("attention.head_count_kv", Number("attention.head_count"));
        long every = IsRecurrent ? Number("full_attention_interval", 1) : 1;
        return Enumerable.Repeat(heads, (int)(Layers / Math.Max(1, every)));
    }

    [GeneratedRegex(@"-(?<index>\d{5})-of-(?<count>\d{5})$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SplitName();
}
