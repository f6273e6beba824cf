using System.Globalization;
using Hearth.Models.Gguf;

namespace Hearth.Models;

/// <summary>
/// The numbers of a model on which llama.cpp v0.5.0 ends the process instead of refusing the file: its asserts when it reads them
/// (llama-model.cpp, load_hparams), and those of the operations that are computed with them (ggml.c, ggml-cpu/ops.cpp). What the library
/// itself refuses is left to it.
/// </summary>
internal sealed class ModelNumbers
{
    /// <summary><c>LLAMA_MAX_LAYERS</c> and <c>LLAMA_MAX_EXPERTS</c>.</summary>
    private const long MostLayers = 512;
    private const long MostExperts = 1024;

    private static readonly string[] RopeScalings = ["none", "linear", "yarn", "longrope"];

    private readonly GgufHeader _header;
    private readonly string _architecture;
    private readonly IReadOnlyList<GgufTensor> _tensors;

    private ModelNumbers(GgufHeader header, string architecture, IReadOnlyList<GgufTensor> tensors) =>
        (_header, _architecture, _tensors) = (header, architecture, tensors);

    /// <summary>What is wrong, to stand after "cannot be used:", or null.</summary>
    /// <param name="header">The metadata.</param>
    /// <param name="architecture">The prefix of its keys.</param>
    /// <param name="tensors">The tensors of all parts.</param>
    public static string? WhyNot(GgufHeader header, string architecture, IReadOnlyList<GgufTensor> tensors)
    {
        ModelNumbers numbers = new(header, architecture, tensors);
        return numbers.Layers() ?? numbers.Experts() ?? numbers.Epsilons() ?? numbers.Heads() ?? numbers.Rope() ?? numbers.Recurrence() ?? numbers.Vectors();
    }

    private string? Layers()
    {
        long layers = Number("block_count") ?? 0;
        if (layers > MostLayers)
            return Wrong("block_count", $"llama.cpp takes {MostLayers} at most");
        if (Number("nextn_predict_layers") > layers)
            return Wrong("nextn_predict_layers", $"the model has {layers} layers");
        return Number("full_attention_interval") == 0 ? Wrong("full_attention_interval", "it must be 1 at least") : null;
    }

    private string? Experts()
    {
        long experts = Number("expert_count") ?? 0;
        long used = Numbers("expert_used_count").DefaultIfEmpty(0).Max();
        long groups = Number("expert_group_count") ?? 0;
        if (experts > MostExperts)
            return Wrong("expert_count", $"llama.cpp takes {MostExperts} at most");

        // The library takes a single expert of these for none.
        if (_architecture is "hunyuan_vl" or "hunyuan-dense" && experts <= 1)
            (experts, used) = (0, 0);
        if (used > experts)
            return Wrong("expert_used_count", $"the model has {experts} experts");
        if (experts > 0 && used == 0)
            return Wrong("expert_used_count", $"none of {experts} experts would be used", "0");
        if (groups > 0 && groups >= experts)
            return Wrong("expert_group_count", $"the model has {experts} experts");
        if (groups <= 1)
            return null;
        if (experts % groups != 0)
            return Wrong("expert_group_count", $"{experts} experts do not divide by it");
        return Number("expert_group_used_count") is not { } usedGroups || usedGroups == 0 || usedGroups >= groups
            ? Wrong("expert_group_used_count", $"the model has {groups} groups of experts", "0")
            : null;
    }

    private string? Epsilons()
    {
        foreach (string key in new[] { "attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon", "attention.group_norm_epsilon" })
        {
            if (Value(key) is double epsilon && !(epsilon >= 0 && double.IsFinite(epsilon)))
                return Wrong(key, "it must be a number from 0 on");
        }

        return null;
    }

    private string? Heads()
    {
        if (Numbers("attention.head_count").DefaultIfEmpty(0).Max() == 0 && !Has("attn_q.weight"))
            return null;
        foreach (string key in new[] { "attention.key_length", "attention.value_length", "attention.key_length_swa", "attention.value_length_swa" })
        {
            if (Number(key) == 0)
                return Wrong(key, "it must be 1 at least");
        }

        return Shared("attn_q.weight", "attention.head_count") ?? Shared("attn_k.weight", "attention.head_count_kv");
    }

    /// <summary>The heads of a layer share the rows of its matrix equally.</summary>
    private string? Shared(string matrix, string key)
    {
        if (Value(key) is null)
            return null;
        IReadOnlyList<long> perLayer = Numbers(key);
        foreach (GgufTensor tensor in _tensors.Where(t => t.Shape.Count == 2 && t.Name.StartsWith("blk.", StringComparison.Ordinal) && t.Name.EndsWith("." + matrix, StringComparison.Ordinal)))
        {
            int layer = int.TryParse(tensor.Name.AsSpan(4, tensor.Name.Length - matrix.Length - 5), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
            if (perLayer.Count == 0)
                return null;
            long heads = perLayer.Count == 1 ? perLayer[0] : layer < perLayer.Count ? perLayer[layer] : 1;
            if (heads <= 0 || tensor.Shape[1] % heads != 0)
                return Wrong(key, $"the {tensor.Shape[1]} rows of {tensor.Name} do not divide by it", heads.ToString(CultureInfo.InvariantCulture));
        }

        return null;
    }

    private string? Rope()
    {
        string scaling = _header.Text(Key("rope.scaling.type"));
        if (scaling.Length > 0 && !RopeScalings.Contains(scaling))
            return $"its {Key("rope.scaling.type")} is '{scaling}', and llama.cpp v0.5.0 knows {string.Join(", ", RopeScalings)}";
        foreach (string key in new[] { "rope.dimension_count", "rope.dimension_count_swa" })
        {
            if (Number(key) is { } dimensions && (dimensions % 2 != 0 || (HeadLength is { } head && dimensions > head)))
                return Wrong(key, HeadLength is { } length ? $"it must be even and no more than the {length} values of a head" : "it must be even");
        }

        if (Value("rope.dimension_sections") is not GgufArray { Integers: { } sections })
            return null;
        bool areNeeded = _architecture.StartsWith("qwen", StringComparison.Ordinal);
        if (areNeeded && Number("rope.dimension_count") == 0)
            return Wrong("rope.dimension_count", "its positions have sections");
        return sections.Any(s => s < 0) || sections.Sum() > (HeadLength ?? long.MaxValue) || (areNeeded && sections.Sum() == 0)
            ? $"its {Key("rope.dimension_sections")} are {string.Join(", ", sections)}, and a head has {HeadLength} values"
            : null;
    }

    /// <summary>The sizes of a gated delta net, of which its matrices tell all but one.</summary>
    private string? Recurrence()
    {
        if (_architecture is not ("qwen35" or "qwen35moe" or "qwen3next" or "qwen4exp"))
            return null;
        foreach (string key in new[] { "ssm.conv_kernel", "ssm.state_size", "ssm.group_count", "ssm.time_step_rank", "ssm.inner_size" })
        {
            if (Number(key) == 0)
                return Wrong(key, "it must be 1 at least");
        }

        if (Number("ssm.inner_size") is not { } inner || Number("ssm.state_size") is not { } state || Number("ssm.time_step_rank") is not { } heads)
            return null;
        if (inner != state * heads)
            return Wrong("ssm.inner_size", $"{heads} heads of {state} values make {state * heads}");
        return Number("ssm.group_count") is { } groups && heads % groups != 0 ? Wrong("ssm.group_count", $"{heads} heads do not divide by it") : null;
    }

    /// <summary>What is added to or multiplied with activations: the processor does that in one number format only.</summary>
    private string? Vectors() =>
        _tensors.FirstOrDefault(t => t.Shape.Count == 1 && t.Format.Name != "f32" && (t.Name.EndsWith(".bias", StringComparison.Ordinal) || t.Name.EndsWith("norm.weight", StringComparison.Ordinal))) is { } vector
            ? $"its tensor {vector.Name} is {vector.Format.Name}, and llama.cpp computes with f32 there"
            : null;

    /// <summary>Values of one head's key, where the model says it.</summary>
    private long? HeadLength
    {
        get
        {
            if (Number("attention.key_length") is > 0 and { } length)
                return Math.Max(length, Number("attention.key_length_swa") ?? 0);
            return Numbers("attention.head_count").Where(h => h > 0).DefaultIfEmpty(0).Min() is > 0 and var heads ? (Number("embedding_length") ?? 0) / heads : null;
        }
    }

    private bool Has(string suffix) => _tensors.Any(t => t.Name.EndsWith("." + suffix, StringComparison.Ordinal));

    private string Key(string key) => $"{_architecture}.{key}";

    private object? Value(string key) => _header.Values.GetValueOrDefault(Key(key));

    private long? Number(string key) => Value(key) as long?;

    /// <summary>A number, or one per layer; none where the key is missing or something else.</summary>
    private IReadOnlyList<long> Numbers(string key) => Value(key) switch
    {
        long number => [number],
        GgufArray { Integers: { } perLayer } => perLayer,
        _ => [],
    };

    private string Wrong(string key, string why, string? value = null) => Value(key) switch
    {
        GgufArray => $"its {Key(key)} has {value ?? "a value"} in it, and {why}",
        null => $"its {Key(key)} is missing, and {why}",
        var found => $"its {Key(key)} is {Convert.ToString(found, CultureInfo.InvariantCulture)}, and {why}",
    };
}
