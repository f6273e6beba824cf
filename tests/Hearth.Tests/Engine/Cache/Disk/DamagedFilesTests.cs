using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Support;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>Whatever happens to a stored state's file, it restores what was stored or nothing.</summary>
public sealed class DamagedFilesTests : IDisposable
{
    private const int PayloadBytes = 60_000;

    private static readonly HashSet<string> NothingKnown = [];
    private static readonly StateKey Key = States.Key(4);

    private readonly TemporaryFolder _root = new();
    private readonly SegmentFolder _folder;
    private readonly byte[] _sound;

    public DamagedFilesTests()
    {
        _folder = States.Folder(_root.Path);
        _folder.Write(Key, TimeSpan.FromSeconds(1), States.Bytes(4, PayloadBytes));
        _sound = File.ReadAllBytes(PathOf(Key));
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void A_file_that_ends_early_is_thrown_away_wherever_it_ends()
    {
        foreach (var length in Enumerable.Range(0, 300).Concat(Enumerable.Range(1, _sound.Length / 1000).Select(k => k * 1000)).Append(_sound.Length - 1))
            IsThrownAway(_sound[..length]);
    }

    [Fact]
    public void A_file_that_goes_on_behind_its_end_is_thrown_away() => IsThrownAway([.. _sound, 0]);

    [Fact]
    public void A_file_of_zeros_is_thrown_away() => IsThrownAway(new byte[_sound.Length]);

    [Fact]
    public void A_flipped_bit_anywhere_is_noticed()
    {
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var damaged = _sound.ToArray();
            var at = i % 2 == 0 ? random.Next(damaged.Length) : random.Next(1200);
            damaged[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(PathOf(Key), damaged);

            Assert.Equal(ReadOutcome.Discarded, _folder.Read(Key).Outcome);
            Assert.False(File.Exists(PathOf(Key)));
        }

        Assert.Equal(300, _folder.Discarded);
    }

    [Fact]
    public void The_content_of_another_state_is_never_restored()
    {
        var others = Enumerable.Range(10, 40).Select(States.Key)
            .Append(Key with { Tokens = Key.Tokens.ToArray().Skip(1).Append(1).ToArray() })
            .Append(Key with { Kind = StateKind.Checkpoint })
            .Append(Key with { Chain = Key.Chain + 1 })
            .Append(Key with { Start = Key.Start + TokenChain.Block });
        foreach (var other in others)
        {
            File.WriteAllBytes(PathOf(other), _sound);
            Assert.Equal(ReadOutcome.Discarded, _folder.Read(other).Outcome);

            File.WriteAllBytes(PathOf(other), _sound);
            Assert.DoesNotContain(_folder.Scan(NothingKnown), state => !state.Key.Equals(Key));
            Assert.False(File.Exists(PathOf(other)));
        }

        Assert.Equal(ReadOutcome.Ok, _folder.Read(Key).Outcome);
    }

    [Fact]
    public void What_another_model_or_another_version_wrote_is_thrown_away()
    {
        var other = States.Folder(_root.Path, States.Identity + 1);
        other.Write(Key, TimeSpan.Zero, States.Bytes(1, 10));
        IsThrownAway(File.ReadAllBytes(Path.Combine(other.FullPath, SegmentFile.Name(Key))));

        IsThrownAway([.. _sound[..8], (byte)(SegmentFile.Version + 1), .. _sound[9..]]);
        Assert.Equal(ReadOutcome.Ok, other.Read(Key).Outcome);
    }

    [Fact]
    public void A_check_of_everything_names_what_is_damaged_and_deletes_nothing()
    {
        var damaged = _sound.ToArray();
        damaged[^1] ^= 1;
        _folder.Write(States.Key(5), TimeSpan.Zero, []);
        _folder.Write(States.Key(7), TimeSpan.Zero, States.Bytes(7, 600_000));
        Assert.Equal((3, 0), (Verify().Intact, Verify().Faults.Count));

        File.WriteAllBytes(PathOf(Key), damaged);
        File.WriteAllBytes(PathOf(States.Key(6)), _sound[..50_000]);

        Assert.Equal(2, Verify().Intact);
        Assert.Equal(
            [(SegmentFile.Name(Key), SegmentFault.Corrupt), (SegmentFile.Name(States.Key(6)), SegmentFault.Torn)],
            Verify().Faults.Select(f => (f.Name, f.Fault)).OrderBy(f => f.Fault == SegmentFault.Torn));
        Assert.Equal(4, Directory.GetFiles(_folder.FullPath).Length);
    }

    private ArchiveCheck Verify() => SegmentArchive.Verify(_root.Path, States.Identity);

    /// <summary>A file with these bytes is not restored, nor, where the header or the length tells, found.</summary>
    private void IsThrownAway(byte[] bytes)
    {
        var before = _folder.Discarded;
        File.WriteAllBytes(PathOf(Key), bytes);
        var read = _folder.Read(Key);
        Assert.Equal((ReadOutcome.Discarded, 0), (read.Outcome, read.Payload.Length));
        Assert.False(File.Exists(PathOf(Key)));

        File.WriteAllBytes(PathOf(Key), bytes);
        Assert.Empty(_folder.Scan(NothingKnown));
        Assert.False(File.Exists(PathOf(Key)));
        Assert.Equal(before + 2, _folder.Discarded);
    }

    private string PathOf(StateKey key) => Path.Combine(_folder.FullPath, SegmentFile.Name(key));
}
