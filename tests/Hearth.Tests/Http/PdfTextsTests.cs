using Hearth.Http.Anthropic;
using Hearth.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Hearth.Tests.Http;

/// <summary>PDF files are read once and within bounds.</summary>
public sealed class PdfTextsTests
{
    private readonly PdfTexts _pdfs = new(TimeProvider.System);

    [Fact]
    public void As_many_pages_as_the_api_takes_are_read()
    {
        string[] pages = [.. Enumerable.Range(1, PdfTexts.PageLimit).Select(n => $"text of page {n}")];

        PdfText read = Read(_pdfs, PdfFiles.WithPages(pages));

        Assert.Null(read.Error);
        Assert.EndsWith("\n\n[page 600]\ntext of page 600", read.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_page_more_is_refused() =>
        Assert.Equal("A maximum of 600 PDF pages may be provided.", Read(_pdfs, PdfFiles.WithPages(new string[PdfTexts.PageLimit + 1].Select(_ => "").ToArray())).Error);

    [Fact]
    public void A_small_file_that_unpacks_to_much_is_refused_and_one_that_does_not_is_read()
    {
        string bomb = PdfFiles.Unpacking(megabytes: (PdfFilters.UnpackedLimit / 1024 / 1024) + 1);

        Assert.True(bomb.Length < 2_000_000, $"The file has {bomb.Length} characters.");
        Assert.Equal("The PDF specified has more in it than can be read.", Read(_pdfs, bomb).Error);
        Assert.Equal("[page 1]\n[no text: this model cannot see images]", Read(_pdfs, PdfFiles.Unpacking(megabytes: 1)).Text);
    }

    [Fact]
    public void More_text_than_the_limit_is_refused() =>
        Assert.Equal("The PDF specified has more in it than can be read.", Read(new PdfTexts(TimeProvider.System) { CharacterLimit = 20 }, PdfFiles.WithPages("more text than there is room for")).Error);

    [Fact]
    public void A_file_that_takes_too_long_is_refused()
    {
        FakeTimeProvider slow = new() { AutoAdvanceAmount = TimeSpan.FromMinutes(1) };

        Assert.Equal("The PDF specified takes too long to read.", Read(new PdfTexts(slow), PdfFiles.WithPages("a", "b")).Error);
    }

    [Fact]
    public void The_latest_files_are_read_once()
    {
        string[] files = [.. Enumerable.Range(0, 9).Select(n => PdfFiles.WithPages($"file {n}"))];
        PdfText first = Read(_pdfs, files[0]);

        Assert.Same(first, Read(_pdfs, files[0]));
        PdfText second = Read(_pdfs, files[1]);
        Read(_pdfs, files[0]);
        foreach (string file in files[2..])
            Read(_pdfs, file);

        Assert.Same(first, Read(_pdfs, files[0]));
        Assert.NotSame(second, Read(_pdfs, files[1]));
        Assert.Equal("[page 1]\nfile 1", second.Text);
    }

    private static PdfText Read(PdfTexts pdfs, string base64) => pdfs.Read(Convert.FromBase64String(base64));
}
