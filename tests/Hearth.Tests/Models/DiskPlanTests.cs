using Hearth.Models;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

public sealed class DiskPlanTests
{
    private const long Gigabyte = 1L << 30;

    [Theory]
    [InlineData(123, 0, 12.3)]
    [InlineData(111, 12, 12.3)]
    [InlineData(1000, 0, 20)]
    [InlineData(1, 0, 0.1)]
    public void A_tenth_of_the_disk_is_used_as_though_the_cache_were_empty_and_never_more_than_20_GB(int free, int held, double expected)
    {
        var plan = DiskPlan.Make(new DiskRoom("/h/kv", free * Gigabyte, held * Gigabyte), megabytes: null);

        Assert.Equal(expected, plan.Bytes / (double)Gigabyte, 6);
        Assert.Matches(@"^prefixes are kept on disk, up to [\d.]+ [GM]B \(--cache-disk\) in /h/kv$", plan.Explanation);
    }

    [Fact]
    public void What_the_person_decides_is_kept() =>
        Assert.Equal(100 * Gigabyte, DiskPlan.Make(new DiskRoom("/h/kv", 50 * Gigabyte, 0), megabytes: 100 * 1024).Bytes);

    [Theory]
    [InlineData(null)]
    [InlineData(100)]
    public void A_disk_that_is_nearly_full_is_left_alone(int? megabytes) =>
        Assert.Equal(
            new DiskPlan(0, "no prefixes are kept on disk: only 1000 MB are free for /h/kv, and 1.0 GB are needed"),
            DiskPlan.Make(new DiskRoom("/h/kv", 900L << 20, 100L << 20), megabytes));

    [Fact]
    public void A_disk_that_says_nothing_is_used_only_by_decision()
    {
        DiskRoom unknown = new("/h/kv", null, 0);

        Assert.Equal(0, DiskPlan.Make(unknown, null).Bytes);
        Assert.Equal(Gigabyte, DiskPlan.Make(unknown, 1024).Bytes);
    }

    [Fact]
    public void Measuring_counts_what_is_there_and_creates_nothing()
    {
        using TemporaryFolder folder = new();
        var kv = Path.Combine(folder.Path, "home", "kv");

        Assert.Equal(0, DiskRoom.Measure(kv).HeldBytes);
        Assert.InRange(DiskRoom.Measure(kv).FreeBytes!.Value, 1, long.MaxValue);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "home")));

        Directory.CreateDirectory(Path.Combine(kv, "a"));
        File.WriteAllBytes(Path.Combine(kv, "a", "b"), new byte[1000]);
        Assert.Equal(1000, DiskRoom.Measure(kv).HeldBytes);
    }
}
