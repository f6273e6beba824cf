using Hearth.Engine;
using Hearth.Llama;
using Hearth.Models;

namespace Hearth.Tests.Models;

/// <summary>State of another meaning has another name, and what does not change its meaning does not change the name.</summary>
public sealed class CacheIdentityTests
{
    private static readonly EngineSettings Settings = new(["/m/a.gguf"], Window: 4096, CellPool: 16384, MaxSequences: 4);

    private static readonly CacheIdentity Identity = new(
        7, Settings.ToContextOptions(), "v0.5.0", "linux-x64-cpu", IsOnGpu: false, PoolMatters: false);

    [Fact]
    public void The_same_ingredients_always_give_the_same_identity() =>
        Assert.Equal("2b115f1fb69f53bf35b240802fc8656e", Identity.Value.ToString("x32"));

    [Fact]
    public void Another_model_is_another_identity() => AssertOther(Identity with { Model = 8 });

    [Fact]
    public void Another_number_format_is_another_identity()
    {
        AssertOther(Identity with { Context = (Settings with { KvType = KvType.Q8 }).ToContextOptions() });
        AssertOther(Identity with { Context = Identity.Context with { KeyType = GgmlType.Q8Zero } });
        AssertOther(Identity with { Context = Identity.Context with { ValueType = GgmlType.Q8Zero } });
    }

    [Fact]
    public void Another_library_is_another_identity() => AssertOther(Identity with { Library = "v0.5.1" });

    [Fact]
    public void Another_backend_is_another_identity() => AssertOther(Identity with { Backend = "linux-x64-cuda" });

    [Fact]
    public void Layers_on_a_gpu_are_another_identity() => AssertOther(Identity with { IsOnGpu = true });

    [Fact]
    public void Another_attention_is_another_identity() =>
        AssertOther(Identity with { Context = Identity.Context with { FlashAttention = FlashAttention.Disabled } });

    [Fact]
    public void Cut_windows_are_another_identity() => AssertOther(Identity with { Context = Identity.Context with { SwaFull = false } });

    [Fact]
    public void Divided_cells_are_another_identity() => AssertOther(Identity with { Context = Identity.Context with { KvUnified = false } });

    [Fact]
    public void The_pools_size_matters_only_where_the_model_says_so()
    {
        var larger = (Settings with { CellPool = 32768 }).ToContextOptions();
        var longRope = Identity with { PoolMatters = true };

        Assert.Equal(Identity.Value, (Identity with { Context = larger }).Value);
        AssertOther(longRope);
        Assert.NotEqual(longRope.Value, (longRope with { Context = larger }).Value);
    }

    [Fact]
    public void Threads_sequences_and_batches_do_not_matter()
    {
        var other = Settings with { Window = 2048, Threads = 3, BatchThreads = 5, SequenceIds = 99, BatchTokens = 64, MicroBatchTokens = 32 };

        Assert.Equal(Identity.Value, (Identity with { Context = other.ToContextOptions() }).Value);
    }

    private static void AssertOther(CacheIdentity other) => Assert.NotEqual(Identity.Value, other.Value);
}
