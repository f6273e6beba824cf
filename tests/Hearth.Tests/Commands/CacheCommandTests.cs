using Hearth.Config;
using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;

namespace Hearth.Tests.Commands;

/// <summary>What is on disk can be looked at, checked and deleted, without a model.</summary>
public sealed class CacheCommandTests
{
    private const int PayloadBytes = 3 << 20;

    private static readonly UInt128 Boat = UInt128.MaxValue / 3;
    private static readonly UInt128 Ship = 1;

    [Theory]
    [InlineData("list", "0 files, 0 MB in ")]
    [InlineData("verify", "0 files, 0 MB intact, 0 not, in ")]
    [InlineData("purge", "freed 0 files, 0 MB in ")]
    public async Task Without_a_cache_the_folder_is_named_and_nothing_is_created(string command, string line)
    {
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("cache", command));
        Assert.Equal($"{line}{Kv(run)}\n", run.Out);
        Assert.Empty(Directory.GetFileSystemEntries(run.Home));
    }

    [Fact]
    public async Task The_list_has_models_with_the_last_used_first_and_a_sum()
    {
        using var run = new CommandRun();
        Store(run, Boat, "Boat 7B", start: 0, hoursAgo: 48);
        Store(run, Boat, "Boat 7B", start: 256, hoursAgo: 30);
        Store(run, Ship, "Ship", start: 0, hoursAgo: 1);

        Assert.Equal(0, await run.RunAsync("cache", "list"));
        var lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Matches(@"^model +identity +files +size +last used$", lines[0]);
        Assert.Matches(@"^Ship +00000000 +1 +3 MB +\d{4}-\d\d-\d\d \d\d:\d\d$", lines[1]);
        Assert.Matches(@"^Boat 7B +55555555 +2 +6 MB +\d{4}-\d\d-\d\d \d\d:\d\d$", lines[2]);
        Assert.Equal($"3 files, 9 MB in {Kv(run)}", lines[3]);
    }

    [Fact]
    public async Task Verify_deletes_what_is_damaged_and_says_so_with_exit_code_1_once()
    {
        using var run = new CommandRun();
        Store(run, Boat, "Boat 7B", start: 0);
        var damaged = Store(run, Boat, "Boat 7B", start: 256);
        var torn = Store(run, Ship, "Ship", start: 0);
        var bytes = await File.ReadAllBytesAsync(damaged, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(damaged, bytes, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(torn, bytes[..^100], TestContext.Current.CancellationToken);

        Assert.Equal(1, await run.RunAsync("cache", "verify"));
        Assert.Contains($"Boat 7B 55555555 {Path.GetFileName(damaged)}: its bytes are not those that were written; deleted\n", run.Out, StringComparison.Ordinal);
        Assert.Contains($"{Path.GetFileName(torn)}: ", run.Out, StringComparison.Ordinal);
        Assert.EndsWith($"1 file, 3 MB intact, 2 not, in {Kv(run)}\n", run.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(damaged) || File.Exists(torn));

        Assert.Equal(0, await run.RunAsync("cache", "verify"));
        Assert.EndsWith($"1 file, 3 MB intact, 0 not, in {Kv(run)}\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Purge_without_options_deletes_all_states_and_nothing_that_is_not_ours()
    {
        using var run = new CommandRun();
        Store(run, Boat, "Boat 7B", start: 0);
        Store(run, Ship, "Ship", start: 0);
        var note = Path.Combine(Kv(run), "note.txt");
        await File.WriteAllTextAsync(note, "mine", TestContext.Current.CancellationToken);

        Assert.Equal(0, await run.RunAsync("cache", "purge"));
        Assert.Contains("Boat 7B 55555555: 1 file, 3 MB\n", run.Out, StringComparison.Ordinal);
        Assert.EndsWith($"freed 2 files, 6 MB in {Kv(run)}\n", run.Out, StringComparison.Ordinal);
        Assert.Equal([note], Directory.GetFileSystemEntries(Kv(run)));
    }

    [Theory]
    [InlineData("boat", false, true)]
    [InlineData("5555", false, true)]
    [InlineData("SHIP", true, false)]
    [InlineData("plane", true, true)]
    public async Task Purge_of_a_model_takes_a_part_of_its_name_or_identity(string name, bool keepsBoat, bool keepsShip)
    {
        using var run = new CommandRun();
        var boat = Store(run, Boat, "Boat 7B", start: 0);
        var ship = Store(run, Ship, "Ship", start: 0);

        Assert.Equal(0, await run.RunAsync("cache", "purge", "--model", name));
        Assert.Equal((keepsBoat, keepsShip), (File.Exists(boat), File.Exists(ship)));
    }

    [Fact]
    public async Task Purge_by_age_keeps_what_was_used_since()
    {
        using var run = new CommandRun();
        var old = Store(run, Boat, "Boat 7B", start: 0, hoursAgo: 13);
        var recent = Store(run, Boat, "Boat 7B", start: 256, hoursAgo: 11);

        Assert.Equal(0, await run.RunAsync("cache", "purge", "--older-than", "12h"));
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(recent));
    }

    [Fact]
    public async Task An_age_that_is_none_deletes_nothing()
    {
        using var run = new CommandRun();
        var file = Store(run, Boat, "Boat 7B", start: 0);

        Assert.Equal(1, await run.RunAsync("cache", "purge", "--older-than", "soon"));
        Assert.Equal("--older-than expects days or hours such as 7d or 12h, not 'soon'.\n", run.Error);
        Assert.True(File.Exists(file));
    }

    private static string Kv(CommandRun run) => HearthHome.KvFolder(run.Home);

    /// <summary>Stores one segment as a server does, used some hours ago, and gives the path of its file.</summary>
    private static string Store(CommandRun run, UInt128 identity, string model, int start, double hoursAgo = 0)
    {
        SegmentFolder folder = new(Kv(run), identity, model, TimeProvider.System);
        folder.Open();
        StateKey key = new(StateKind.Segment, 7, start, new[] { 1, 2, 3 });
        var stored = folder.Write(key, TimeSpan.FromSeconds(1), new byte[PayloadBytes]);
        folder.Touch(key, TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(hoursAgo));
        return Path.Combine(folder.FullPath, stored.Name);
    }
}
