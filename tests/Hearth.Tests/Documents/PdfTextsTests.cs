using Hearth.Chat;
using Hearth.Children;
using Hearth.Documents;
using Hearth.Tests.Children;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests.Documents;

/// <summary>PDF files are read by children, once, and what becomes of those has words.</summary>
public sealed class PdfTextsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task The_executable_itself_reads_a_file_as_its_child()
    {
        var dotnet = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        await using ChildPool children = new(
            new ChildProgram(dotnet, [Path.Combine(AppContext.BaseDirectory, "hearth.dll")]), PdfReader.Work, new ChildLimits(), TimeProvider.System, NullLogger.Instance);

        Assert.Equal("[page 1]\ncopper river", (await ReadAsync(new PdfTexts(children), Convert.FromBase64String(PdfFiles.WithPages("copper river")))).Text?.Text);
    }

    [Fact]
    public async Task The_latest_files_are_read_once()
    {
        await using var children = OddJobs.Pool();
        PdfTexts pdfs = new(children) { CharactersRemembered = 100 };
        var first = (await ReadAsync(pdfs, "\u0001first")).Text;

        Assert.Same(first, (await ReadAsync(pdfs, "\u0001first")).Text);
        var second = (await ReadAsync(pdfs, "\u0001second")).Text;
        await ReadAsync(pdfs, "\u0001first");
        await ReadAsync(pdfs, "\u0001" + new string('x', 90));

        Assert.Same(first, (await ReadAsync(pdfs, "\u0001first")).Text);
        Assert.NotSame(second, (await ReadAsync(pdfs, "\u0001second")).Text);
        Assert.Equal("second", second!.Text);
    }

    [Theory]
    [InlineData("spin", "The PDF specified takes too long to read.")]
    [InlineData("heap", "The PDF specified has more in it than can be read.")]
    [InlineData("flood:2000000", "The PDF specified has more in it than can be read.")]
    [InlineData("fail", "The PDF specified was not valid.")]
    public async Task What_ends_a_child_is_said_in_words_that_clients_know(string job, string sentence)
    {
        await using var children = OddJobs.Pool(new ChildLimits
        {
            Processor = job == "spin" ? TimeSpan.FromSeconds(1) : Patience,
            Time = Patience,
            HeapBytes = 64 * 1024 * 1024,
            OutputBytes = 1_000_000,
        });

        Assert.Equal(sentence, (await ReadAsync(new PdfTexts(children), job)).Text?.Error);
    }

    [Fact]
    public async Task What_is_not_the_files_fault_is_no_error_of_the_file()
    {
        await using ChildPool missing = new(null, PdfReader.Work, new ChildLimits(), TimeProvider.System, NullLogger.Instance);
        await using var busy = OddJobs.Pool(new ChildLimits { Children = 0, Waiting = 0 });

        Assert.Equal(ChatErrorKind.Unavailable, (await ReadAsync(new PdfTexts(missing), "file")).Refusal?.Kind);
        Assert.Equal(ChatErrorKind.Overloaded, (await ReadAsync(new PdfTexts(busy), "file")).Refusal?.Kind);
    }

    private static Task<PdfReading> ReadAsync(PdfTexts pdfs, string job) => ReadAsync(pdfs, OddJobs.Bytes(job));

    private static Task<PdfReading> ReadAsync(PdfTexts pdfs, byte[] file) => pdfs.ReadAsync(file, Patience, TestContext.Current.CancellationToken);
}
