using Hearth.Engine.Cache;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>What one folder of stored states does for its owner, and for several at once.</summary>
public sealed class SegmentFolderTests : IDisposable
{
    private static readonly HashSet<string> NothingKnown = [];
    private static readonly TimeSpan Cost = TimeSpan.FromMilliseconds(12.345);

    private readonly TemporaryFolder _root = new();

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData(StateKind.Segment, 1, 0)]
    [InlineData(StateKind.Segment, 256, 60_000)]
    [InlineData(StateKind.Checkpoint, 0, 1000)]
    [InlineData(StateKind.Checkpoint, 0, 0)]
    [InlineData(StateKind.Checkpoint, 256, 1)]
    internal void A_state_comes_back_as_it_was_written(StateKind kind, int tokens, int length)
    {
        var key = new StateKey(kind, 77, 512, Enumerable.Range(5, tokens).ToArray());
        var time = new FakeTimeProvider();
        var written = Folder(time).Write(key, Cost, States.Bytes(1, length));
        var folder = Folder(time);

        Assert.Equal(new(key, SegmentFile.Name(key), new FileInfo(PathOf(folder, key)).Length, Cost, time.GetUtcNow()), written);
        Assert.Equal([written], folder.Scan(NothingKnown));
        Read(folder, key, ReadOutcome.Ok, States.Bytes(1, length));
        Assert.Equal(0, folder.Discarded);
    }

    [Fact]
    public void The_same_key_again_replaces_what_was_there()
    {
        var folder = Folder();
        folder.Write(States.Key(1), Cost, States.Bytes(1, 5000));
        folder.Write(States.Key(1), Cost, States.Bytes(2, 400));

        Read(folder, States.Key(1), ReadOutcome.Ok, States.Bytes(2, 400));
        Assert.Single(Directory.GetFiles(folder.FullPath));
    }

    [Fact]
    public void A_use_is_remembered_and_a_use_of_what_is_gone_is_nothing()
    {
        var folder = Folder();
        folder.Write(States.Key(1), Cost, []);
        var used = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);
        folder.Touch(States.Key(1), used);
        folder.Touch(States.Key(2), used);

        Assert.Equal(used, Assert.Single(folder.Scan(NothingKnown)).LastUsed);
    }

    [Fact]
    public void What_one_process_writes_the_other_finds_and_what_one_deletes_is_gone_for_the_other()
    {
        SegmentFolder one = Folder(), two = Folder();
        var first = one.Write(States.Key(1), Cost, States.Bytes(1, 10));
        Assert.Equal([first.Name], two.Scan(NothingKnown).Select(s => s.Name));
        var second = one.Write(States.Key(2), Cost, States.Bytes(2, 10));

        Assert.Equal([second.Name], two.Scan(new HashSet<string> { first.Name }).Select(s => s.Name));
        Assert.True(one.Delete(first.Key));
        Assert.False(two.Delete(first.Key));
        Read(two, first.Key, ReadOutcome.Gone, []);
        Read(two, second.Key, ReadOutcome.Ok, States.Bytes(2, 10));
        Assert.Equal(0, two.Discarded);
    }

    [Fact]
    public void A_folder_that_vanishes_is_empty_and_comes_back_with_the_next_write()
    {
        var folder = Folder();
        folder.Write(States.Key(1), Cost, []);
        Directory.Delete(folder.FullPath, recursive: true);

        Assert.Empty(folder.Scan(NothingKnown));
        Assert.False(folder.Delete(States.Key(1)));
        Read(folder, States.Key(1), ReadOutcome.Gone, []);
        folder.Write(States.Key(1), Cost, States.Bytes(1, 10));
        Read(folder, States.Key(1), ReadOutcome.Ok, States.Bytes(1, 10));
    }

    [Fact]
    public void Abandoned_temporary_files_go_and_those_that_may_still_be_written_stay()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var folder = Folder(time);
        var temporary = Path.Combine(folder.FullPath, SegmentNames.Temporary(1, 2, 3));
        File.WriteAllText(temporary, "half");
        time.Advance(TimeSpan.FromMinutes(9));
        folder.Scan(NothingKnown);
        Assert.True(File.Exists(temporary));

        time.Advance(TimeSpan.FromMinutes(2));
        folder.Scan(NothingKnown);
        Assert.False(File.Exists(temporary));
        Assert.Equal(0, folder.Discarded);
    }

    [Fact]
    public void Files_that_are_not_ours_are_left_alone()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(100));
        var folder = Folder(time);
        string[] names = ["notes.seg", "notes.tmp", "README", SegmentFile.Name(States.Key(1)).ToUpperInvariant(), SegmentFile.Name(States.Key(1)) + ".bak"];
        foreach (var name in names) File.WriteAllText(Path.Combine(folder.FullPath, name), "mine");
        Directory.CreateDirectory(PathOf(folder, States.Key(1)));

        Assert.Empty(folder.Scan(NothingKnown));
        Read(folder, States.Key(1), ReadOutcome.Gone, []);
        Assert.Equal(0, folder.Discarded);
        Assert.Equal(names.Order(StringComparer.Ordinal), FolderFiles.Names(folder.FullPath));
    }

    [Fact]
    public void Pipes_and_links_under_our_names_are_never_opened_and_go()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such pipes in folders.");
            return;
        }

        var folder = Folder();
        var elsewhere = Path.Combine(_root.Path, "elsewhere");
        Pipes.Make(elsewhere);
        Pipes.Make(PathOf(folder, States.Key(1)));
        File.CreateSymbolicLink(PathOf(folder, States.Key(2)), elsewhere);
        File.CreateSymbolicLink(PathOf(folder, States.Key(3)), "/dev/zero");
        Assert.Empty(folder.Scan(NothingKnown));
        Assert.Equal(3, folder.Discarded);

        Pipes.Make(PathOf(folder, States.Key(1)));
        Assert.Single(SegmentArchive.Verify(_root.Path, States.Identity).Faults);
        Read(folder, States.Key(1), ReadOutcome.Discarded, []);
        Assert.Empty(FolderFiles.Names(folder.FullPath));
        Assert.True(File.Exists(elsewhere));
    }

    [Fact]
    public void Nobody_else_may_read_what_is_stored()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes; the folder lies in the user's profile.");
            return;
        }

        var root = Path.Combine(_root.Path, "cache");
        var folder = States.Folder(root);
        var state = folder.Write(States.Key(1), Cost, States.Bytes(1, 10));

        const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(root));
        Assert.Equal(Private | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.FullPath));
        Assert.Equal(Private, File.GetUnixFileMode(Path.Combine(folder.FullPath, state.Name)));
    }

    [Fact]
    public void Where_no_folder_can_be_opening_and_writing_fail()
    {
        var file = Path.Combine(_root.Path, "file");
        File.WriteAllText(file, "mine");
        var folder = new SegmentFolder(Path.Combine(file, "cache"), States.Identity, "spark", TimeProvider.System);

        Assert.ThrowsAny<IOException>(folder.Open);
        Assert.ThrowsAny<IOException>(() => folder.Write(States.Key(1), Cost, States.Bytes(1, 10)));
        Assert.Empty(folder.Scan(NothingKnown));
        Read(folder, States.Key(1), ReadOutcome.Gone, []);
        Assert.Equal([file], Directory.GetFileSystemEntries(_root.Path));
    }

    [Fact]
    public void A_folder_that_must_not_be_written_fails_and_stays_as_it_is()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("Modes do not hold whoever runs this.");
            return;
        }

        var folder = Folder();
        folder.Write(States.Key(1), Cost, States.Bytes(1, 10));
        File.SetUnixFileMode(folder.FullPath, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.SetUnixFileMode(_root.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Throws<UnauthorizedAccessException>(() => folder.Write(States.Key(2), Cost, States.Bytes(2, 10)));
            Assert.Throws<UnauthorizedAccessException>(new SegmentFolder(_root.Path, 1, "other", TimeProvider.System).Open);
        }
        finally
        {
            File.SetUnixFileMode(_root.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.SetUnixFileMode(folder.FullPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Assert.Single(Directory.GetFiles(_root.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_write_that_fails_at_its_end_leaves_no_file()
    {
        var folder = Folder();
        Directory.CreateDirectory(PathOf(folder, States.Key(1)));

        var error = Record.Exception(() => folder.Write(States.Key(1), Cost, States.Bytes(1, 10)));
        Assert.True(error is IOException or UnauthorizedAccessException, $"{error}");
        Assert.Empty(Directory.GetFiles(folder.FullPath));
    }

    private SegmentFolder Folder(TimeProvider? time = null) => States.Folder(_root.Path, time: time);

    private static string PathOf(SegmentFolder folder, StateKey key) => Path.Combine(folder.FullPath, SegmentFile.Name(key));

    private static void Read(SegmentFolder folder, StateKey key, ReadOutcome outcome, byte[] payload)
    {
        var read = folder.Read(key);
        Assert.Equal(outcome, read.Outcome);
        Assert.Equal(payload, NativeBlocks.Read(read.Payload));
        read.Payload.Dispose();
    }
}
