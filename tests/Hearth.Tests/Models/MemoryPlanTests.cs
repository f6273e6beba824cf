using Hearth.Engine;
using Hearth.Llama;
using Hearth.Models;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

/// <summary>Window, pool, number format, threads and layers fit the memory, and what does not fit is one sentence.</summary>
public sealed class MemoryPlanTests
{
    private const long Gigabyte = 1L << 30;

    [Fact]
    public void With_memory_to_spare_the_window_is_the_trained_one_and_the_pool_several()
    {
        var settings = Settings(32 * Gigabyte);

        Assert.Equal(Spark.TrainedContext, settings.Window);
        Assert.Equal(4 * settings.Window, settings.CellPool);
        Assert.Equal((16, 64, KvType.F16), (settings.MaxSequences, settings.SequenceIds, settings.KvType));
        Assert.Equal(TimeSpan.FromMilliseconds(200), settings.StepTarget);
    }

    [Theory]
    [InlineData(150)]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(2000)]
    public void Whatever_the_memory_the_parts_stay_within_the_budget(long megabytes)
    {
        var plan = Plan(megabytes << 20, PlanOverrides.None);
        if (plan.Settings is null)
        {
            Assert.Contains("needs about", plan.Error, StringComparison.Ordinal);
            return;
        }

        var ledger = plan.Ledger!;
        Assert.InRange(ledger.Weights + ledger.Cells + ledger.States + ledger.Buffers + ledger.Saved, 1, ledger.Budget);
        Assert.InRange(ledger.Budget, 1, megabytes << 20);
    }

    [Fact]
    public void Too_little_memory_is_a_sentence_with_numbers_and_advice()
    {
        var plan = Plan(20L << 20, PlanOverrides.None);

        Assert.Null(plan.Settings);
        Assert.Matches("needs about .* are available: choose a smaller model", plan.Error);
    }

    [Fact]
    public void What_the_person_decides_is_kept_and_what_cannot_fit_is_refused()
    {
        var settings = Settings(32 * Gigabyte, PlanOverrides.None with { Window = 1000, Pool = 3000, Sequences = 5, Threads = 3, SavedMegabytes = 7 });
        Assert.Equal((1000, 3000, 5, 3), (settings.Window, settings.CellPool, settings.MaxSequences, settings.Threads));
        Assert.Equal(7L << 20, settings.SavedBytes);

        Assert.Contains("--pool", Plan(32 * Gigabyte, PlanOverrides.None with { Window = 3000, Pool = 1000 }).Error, StringComparison.Ordinal);
        Assert.Contains("--kv-type q8", Plan(Gigabyte, PlanOverrides.None with { Window = 10_000_000 }).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(1_000_000)]
    public void A_pool_alone_does_not_widen_the_window_beyond_what_the_model_was_trained_on(int pool)
    {
        var plan = Plan(512 * Gigabyte, PlanOverrides.None with { Pool = pool });

        Assert.Equal((Spark.TrainedContext, pool), (plan.Settings!.Window, plan.Settings.CellPool));
        Assert.Contains(plan.Explanation, line => line.EndsWith("(the model's trained context)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_pool_smaller_than_the_trained_context_is_the_window()
    {
        var plan = Plan(32 * Gigabyte, PlanOverrides.None with { Pool = 1024 });

        Assert.Equal((1024, 1024), (plan.Settings!.Window, plan.Settings.CellPool));
        Assert.Contains(plan.Explanation, line => line.EndsWith("(the whole pool)", StringComparison.Ordinal));
    }

    [Fact]
    public void One_core_of_a_large_machine_is_left_to_the_server()
    {
        Assert.Equal(4, Settings(Gigabyte, cores: 4).Threads);
        Assert.Equal(15, Settings(Gigabyte, cores: 16).Threads);
    }

    [Fact]
    public void A_graphics_card_with_room_takes_all_layers_and_one_without_takes_some()
    {
        LlamaDevice large = new("GPU0", "Card", LlamaDeviceKind.Gpu, 8 * Gigabyte, 8 * Gigabyte);

        Assert.Equal(-1, MemoryPlan.Make(Spark, new Machine(8 * Gigabyte, 4), [large], PlanOverrides.None).Settings!.GpuLayers);
        Assert.Equal(0, MemoryPlan.Make(Spark, new Machine(8 * Gigabyte, 4), [large with { FreeBytes = 1 << 20 }], PlanOverrides.None).Settings!.GpuLayers);
        Assert.Equal(0, Settings(8 * Gigabyte).GpuLayers);
    }

    private static GgufFile Spark { get; } = GgufFile.Open(RepositoryPaths.BundledModel).File!;

    private static PlannedMemory Plan(long bytes, PlanOverrides overrides, int cores = 2) => MemoryPlan.Make(Spark, new Machine(bytes, cores), [], overrides);

    private static EngineSettings Settings(long bytes, PlanOverrides? overrides = null, int cores = 2)
    {
        var plan = Plan(bytes, overrides ?? PlanOverrides.None, cores);
        Assert.Null(plan.Error);
        return plan.Settings!;
    }
}
