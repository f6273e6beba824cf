using Hearth.Engine;
using Hearth.Engine.Cache.Disk;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>Sampled answers outlive the process, and a damaged file costs only what is damaged.</summary>
public sealed class AnswerFileTests : IDisposable
{
    private const int MostBytes = 4096;

    private readonly TemporaryFolder _folder = new();
    private readonly BoundedMemo<RunChain, SampledAnswer> _remembered = new(MostBytes);

    private string FullPath => Path.Combine(_folder.Path, SegmentNames.Folder(7), SegmentNames.Answers);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Answers_come_back_in_the_order_in_which_they_were_written()
    {
        AnswerFile file = Open();
        Append(file, Answer(1, 3), Answer(2, 0), Answer(3, 40));

        Assert.Equal([1, 2, 3], Ends(Open().Read()));
        Assert.Equal([0, 1, 2], Open().Read()[0].Tokens);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FullPath));
    }

    [Fact]
    public void A_torn_or_overwritten_record_is_passed_over()
    {
        Append(Open(), Answer(1, 3), Answer(2, 5), Answer(3, 7), Answer(4, 2));
        byte[] bytes = File.ReadAllBytes(FullPath);
        int second = AnswerFile.RecordBytes(Answer(1, 3));
        for (int at = second; at < second + AnswerFile.RecordBytes(Answer(2, 5)); at++)
        {
            byte[] damaged = [.. bytes[..^3]];
            damaged[at] ^= 0x5A;
            File.WriteAllBytes(FullPath, damaged);

            Assert.Equal([1, 3], Ends(Open().Read()));
        }
    }

    [Fact]
    public void A_file_never_grows_beyond_its_limit_and_keeps_what_was_used_last()
    {
        AnswerFile file = Open();
        for (int i = 0; i < 200; i++)
        {
            Append(file, Answer(i, 50));
            Assert.InRange(new FileInfo(FullPath).Length, 1, MostBytes);
        }

        int[] ends = Ends(Open().Read());
        Assert.Equal(199, ends[^1]);
        Assert.Equal(ends.Order(), ends);
        Assert.Equal([SegmentNames.Answers], Directory.EnumerateFiles(Path.GetDirectoryName(FullPath)!).Select(f => Path.GetFileName(f)));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_costs_nothing_but_the_file()
    {
        File.WriteAllText(Path.Combine(_folder.Path, SegmentNames.Folder(7)), "in the way");
        AnswerFile file = Open();
        Append(file, Answer(1, 3));

        Assert.Empty(Open().Read());
    }

    [Fact]
    public void A_pipe_in_the_files_place_is_never_opened_and_gives_way()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such pipes in folders.");
            return;
        }

        Append(Open(), Answer(1, 3));
        Pipes.Replace(FullPath);
        Assert.Empty(Open().Read());

        Append(Open(), Answer(2, 5));
        Assert.Equal([2], Ends(Open().Read()));
    }

    private AnswerFile Open() => new(new DiskCacheSettings(_folder.Path, 7, "m", 0), MostBytes, NullLogger.Instance);

    private void Append(AnswerFile file, params SampledAnswer[] answers)
    {
        foreach (SampledAnswer answer in answers)
        {
            _remembered.Set(answer.End, answer, AnswerFile.RecordBytes(answer));
            file.Append(answer, _remembered);
        }
    }

    private static SampledAnswer Answer(int end, int tokens) => new(RunChain.Start, new RunChain((UInt128)end), [.. Enumerable.Range(0, tokens)]);

    private static int[] Ends(IReadOnlyList<SampledAnswer> answers) => [.. answers.Select(a => (int)a.End.Value)];
}
