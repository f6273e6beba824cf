using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>What people see of the disk cache, and what they delete of it.</summary>
public sealed class SegmentArchiveTests : IDisposable
{
    private readonly TemporaryFolder _root = new();
    private readonly FakeTimeProvider _time = new(new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly DateTimeOffset _start;
    private readonly SegmentFolder _first;
    private readonly SegmentFolder _second;

    public SegmentArchiveTests()
    {
        _start = _time.GetUtcNow();
        _first = States.Folder(_root.Path, 1, _time);
        _second = States.Folder(_root.Path, 2, _time);
        for (var day = 0; day < 4; day++)
        {
            _first.Write(States.Key(day), TimeSpan.Zero, States.Bytes(day, 1000));
            _time.Advance(TimeSpan.FromDays(1));
        }

        Directory.CreateDirectory(Path.Combine(_root.Path, "models"));
        File.WriteAllText(Path.Combine(_root.Path, "hearth.toml"), "mine");
        File.WriteAllText(Path.Combine(_first.FullPath, "notes"), "mine");
    }

    public void Dispose() => _root.Dispose();

    [Fact]
    public void Every_model_has_a_line_and_what_is_not_ours_has_none()
    {
        var bytes = Directory.GetFiles(_first.FullPath, "*-*").Sum(f => new FileInfo(f).Length);

        Assert.Equal(
            [
                new(1, _first.FullPath, "spark", 4, bytes, _start, _start + TimeSpan.FromDays(3)),
                new(2, _second.FullPath, null, 0, 0, null, null),
            ],
            SegmentArchive.List(_root.Path));
        Assert.Empty(SegmentArchive.List(Path.Combine(_root.Path, "nothing")));
    }

    [Fact]
    public void The_models_name_comes_from_any_sound_file()
    {
        foreach (var file in Directory.GetFiles(_first.FullPath, "*-*").Order(StringComparer.Ordinal).Take(3)) File.WriteAllText(file, "damaged");

        Assert.Equal("spark", SegmentArchive.List(_root.Path)[0].ModelName);
    }

    [Fact]
    public void What_was_not_used_for_long_can_be_deleted()
    {
        _first.Touch(States.Key(0), _time.GetUtcNow());
        var removal = SegmentArchive.Purge(_root.Path, null, _start + TimeSpan.FromDays(2), _time);

        Assert.Equal(1, removal.Files);
        Assert.Equal(ReadOutcome.Gone, _first.Read(States.Key(1)).Outcome);
        Assert.All([0, 2, 3], kept => Assert.Equal(ReadOutcome.Ok, _first.Read(States.Key(kept)).Outcome));
    }

    [Fact]
    public void What_one_model_left_can_be_deleted_and_the_rest_stays()
    {
        _second.Write(States.Key(9), TimeSpan.Zero, []);
        var all = SegmentArchive.List(_root.Path)[0].Bytes;

        Assert.Equal(new(4, all), SegmentArchive.Purge(_root.Path, 1, null, _time));
        Assert.Equal(["notes"], FolderFiles.Names(_first.FullPath));
        Assert.Equal(ReadOutcome.Ok, _second.Read(States.Key(9)).Outcome);
    }

    [Fact]
    public void Folders_that_are_empty_then_go_and_abandoned_files_with_them_but_nothing_that_is_not_ours()
    {
        File.WriteAllText(Path.Combine(_second.FullPath, SegmentNames.Temporary(1, 2, 3)), "half");
        SegmentArchive.Purge(_root.Path, null, null, _time);

        Assert.False(Directory.Exists(_second.FullPath));
        Assert.Equal(["hearth.toml", "notes"], Directory.GetFiles(_root.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName).Order());
        Assert.True(Directory.Exists(Path.Combine(_root.Path, "models")));
    }
}
