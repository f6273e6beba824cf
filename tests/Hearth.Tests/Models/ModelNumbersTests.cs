using Hearth.Models;
using Hearth.Models.Gguf;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

/// <summary>Numbers on which the library would end the process are refused by their name, and honest ones are not.</summary>
public sealed class ModelNumbersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_of_usual_numbers_is_accepted() => Assert.Null(ErrorOf("llama", [], []));

    [Theory]
    [InlineData("attention.key_length", 0u, "its llama.attention.key_length is 0, and it must be 1 at least")]
    [InlineData("attention.value_length", 0u, "its llama.attention.value_length is 0, and it must be 1 at least")]
    [InlineData("block_count", 513u, "its llama.block_count is 513, and llama.cpp takes 512 at most")]
    [InlineData("nextn_predict_layers", 3u, "its llama.nextn_predict_layers is 3, and the model has 2 layers")]
    [InlineData("full_attention_interval", 0u, "its llama.full_attention_interval is 0, and it must be 1 at least")]
    [InlineData("expert_count", uint.MaxValue, "its llama.expert_count is 4294967295, and llama.cpp takes 1024 at most")]
    [InlineData("expert_count", 4u, "its llama.expert_used_count is missing, and none of 4 experts would be used")]
    [InlineData("expert_used_count", uint.MaxValue, "its llama.expert_used_count is 4294967295, and the model has 0 experts")]
    [InlineData("expert_group_count", 1u, "its llama.expert_group_count is 1, and the model has 0 experts")]
    [InlineData("rope.dimension_count", 3u, "its llama.rope.dimension_count is 3, and it must be even and no more than the 16 values of a head")]
    [InlineData("rope.dimension_count", 32u, "its llama.rope.dimension_count is 32, and it must be even and no more than the 16 values of a head")]
    [InlineData("attention.head_count", 0x7fffffffu, "its llama.attention.head_count is 2147483647, and the 64 rows of blk.1.attn_q.weight do not divide by it")]
    [InlineData("attention.head_count", 0u, "its llama.attention.head_count is 0, and the 64 rows of blk.1.attn_q.weight do not divide by it")]
    [InlineData("attention.head_count_kv", 3u, "its llama.attention.head_count_kv is 3, and the 32 rows of blk.1.attn_k.weight do not divide by it")]
    public void A_whole_number_that_ends_the_library_is_refused(string key, uint value, string expected) =>
        Assert.Contains(expected, ErrorOf("llama", [(key, value)], []), StringComparison.Ordinal);

    [Theory]
    [InlineData("attention.layer_norm_rms_epsilon", -1f)]
    [InlineData("attention.layer_norm_epsilon", float.NaN)]
    [InlineData("attention.group_norm_epsilon", float.PositiveInfinity)]
    public void An_epsilon_that_is_no_number_from_0_on_is_refused(string key, float value) =>
        Assert.Contains($"its llama.{key} is ", ErrorOf("llama", [(key, value)], []), StringComparison.Ordinal);

    [Theory]
    [InlineData(8u, 2u, 3u, 1u, "expert_group_count is 3, and 8 experts do not divide by it")]
    [InlineData(8u, 2u, 8u, 1u, "expert_group_count is 8, and the model has 8 experts")]
    [InlineData(8u, 2u, 4u, 0u, "expert_group_used_count is 0, and the model has 4 groups")]
    [InlineData(8u, 2u, 4u, 4u, "expert_group_used_count is 4, and the model has 4 groups")]
    [InlineData(8u, 0u, 0u, 0u, "expert_used_count is 0, and none of 8 experts would be used")]
    [InlineData(8u, 2u, 4u, 2u, null)]
    [InlineData(8u, 8u, 1u, 0u, null)]
    [InlineData(0u, 0u, 0u, 0u, null)]
    public void Experts_and_their_groups_fit_each_other(uint experts, uint used, uint groups, uint usedGroups, string? expected)
    {
        var error = ErrorOf(
            "deepseek2", [("expert_count", experts), ("expert_used_count", used), ("expert_group_count", groups), ("expert_group_used_count", usedGroups)], []);

        if (expected is null)
            Assert.Null(error);
        else
            Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_with_a_number_of_its_own_is_named_by_it()
    {
        Assert.Null(ErrorOf("llama", [("attention.head_count_kv", new[] { 0, 2 })], []));
        Assert.Contains(
            "its llama.attention.head_count_kv has 7 in it, and the 32 rows of blk.1.attn_k.weight do not divide by it",
            ErrorOf("llama", [("attention.head_count_kv", new[] { 0, 7 })], []), StringComparison.Ordinal);
        Assert.Contains("its qwen3moe.expert_used_count has", ErrorOf("qwen3moe", [("expert_count", 4u), ("expert_used_count", new[] { 2, 9 })], []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("qwen2vl", new[] { 255, 1, 1, 1 }, true)]
    [InlineData("qwen2vl", new[] { 0, 0, 0, 0 }, true)]
    [InlineData("qwen2vl", new[] { 8, -1, 1, 1 }, true)]
    [InlineData("qwen2vl", new[] { 2, 3, 3, 0 }, false)]
    [InlineData("glm4", new[] { 0, 0, 0, 0 }, false)]
    public void Sections_of_positions_fit_a_head(string architecture, int[] sections, bool isRefused)
    {
        var error = ErrorOf(architecture, [("rope.dimension_sections", sections)], []);

        if (isRefused)
            Assert.Contains($"its {architecture}.rope.dimension_sections are {string.Join(", ", sections)}, and a head has 16 values", error, StringComparison.Ordinal);
        else
            Assert.Null(error);
    }

    [Fact]
    public void Sections_without_dimensions_are_refused() =>
        Assert.Contains(
            "its qwen35.rope.dimension_count is 0, and its positions have sections",
            ErrorOf("qwen35", [("rope.dimension_count", 0u), ("rope.dimension_sections", new[] { 2, 3, 3, 0 })], []), StringComparison.Ordinal);

    [Theory]
    [InlineData("ssm.inner_size", 3u, "its qwen35.ssm.inner_size is 3, and 4 heads of 8 values make 32")]
    [InlineData("ssm.state_size", 0u, "its qwen35.ssm.state_size is 0")]
    [InlineData("ssm.group_count", 3u, "its qwen35.ssm.group_count is 3, and 4 heads do not divide by it")]
    [InlineData("ssm.group_count", 2u, null)]
    public void Sizes_of_a_recurrent_state_fit_each_other(string key, uint value, string? expected)
    {
        Dictionary<string, uint> sizes = new()
        {
            ["ssm.conv_kernel"] = 4,
            ["ssm.state_size"] = 8,
            ["ssm.group_count"] = 2,
            ["ssm.time_step_rank"] = 4,
            ["ssm.inner_size"] = 32,
        };
        sizes[key] = value;
        var error = ErrorOf("qwen35", [.. sizes.Select(s => (s.Key, (object)s.Value))], []);

        if (expected is null)
            Assert.Null(error);
        else
            Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scaling_that_the_library_does_not_know_is_refused() =>
        Assert.Contains(
            "its llama.rope.scaling.type is 'wild', and llama.cpp v0.5.0 knows none, linear, yarn, longrope",
            ErrorOf("llama", [("rope.scaling.type", "wild")], []), StringComparison.Ordinal);

    [Theory]
    [InlineData("blk.0.ffn_gate_inp.bias")]
    [InlineData("output_norm.weight")]
    public void A_vector_in_a_format_that_the_processor_does_not_add_is_refused(string name) =>
        Assert.Contains($"its tensor {name} is f16, and llama.cpp computes with f32 there", ErrorOf("llama", [], [(name, 1)]), StringComparison.Ordinal);

    [Theory]
    [InlineData("SmolLM2-135M-Instruct.Q4_1.gguf")]
    [InlineData("tiny-gemma3-swa.gguf")]
    [InlineData("tiny-gpt-oss-swa-moe.gguf")]
    [InlineData("tiny-lfm2-hybrid.gguf")]
    [InlineData("tiny-qwen3-full.gguf")]
    [InlineData("tiny-qwen35-hybrid.gguf")]
    public void Honest_models_are_accepted(string name) => Assert.Null(GgufFile.Open(RepositoryPaths.RequireShared("models", name)).Error);

    /// <summary>What is said of a model of two layers with four heads of 16 values, and these keys and vectors.</summary>
    private string? ErrorOf(string architecture, (string Key, object Value)[] keys, (string Name, int Format)[] vectors)
    {
        Dictionary<string, object> all = new()
        {
            ["block_count"] = 2u,
            ["embedding_length"] = 64u,
            ["attention.head_count"] = 4u,
            ["attention.head_count_kv"] = 2u,
        };
        foreach (var (key, value) in keys)
            all[key] = value;
        GgufWriter writer = new();
        writer.Add("general.architecture", architecture);
        foreach (var (key, value) in all)
            Add(writer, $"{architecture}.{key}", value);
        writer.Add("tokenizer.ggml.model", "gpt2");
        writer.Add("tokenizer.ggml.tokens", ["a"]);
        AddTensor(writer, "token_embd.weight", TensorFormats.F32, [64, 1]);
        AddTensor(writer, "blk.1.attn_q.weight", TensorFormats.F32, [64, 64]);
        AddTensor(writer, "blk.1.attn_k.weight", TensorFormats.F32, [64, 32]);
        foreach (var (name, format) in vectors)
            AddTensor(writer, name, format, [64]);
        var path = Path.Combine(_folder.Path, $"{Guid.NewGuid():N}.gguf");
        using (var stream = File.Create(path))
            writer.WriteTo(stream, progress: null, TestContext.Current.CancellationToken);
        return GgufFile.Open(path).Error;
    }

    private static void AddTensor(GgufWriter writer, string name, int format, long[] shape) => writer.AddTensor(name, format, shape, _ => { });

    private static void Add(GgufWriter writer, string key, object value)
    {
        switch (value)
        {
            case uint number: writer.Add(key, number); break;
            case float number: writer.Add(key, number); break;
            case string text: writer.Add(key, text); break;
            default: writer.Add(key, (int[])value); break;
        }
    }
}
