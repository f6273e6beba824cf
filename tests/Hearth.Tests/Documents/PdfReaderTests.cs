using Hearth.Documents;
using Hearth.Tests.Support;

namespace Hearth.Tests.Documents;

/// <summary>PDF files are read within bounds.</summary>
public sealed class PdfReaderTests
{
    private const string TooMuch = "The PDF specified has more in it than can be read.";

    [Fact]
    public void As_many_pages_as_the_api_takes_are_read()
    {
        string[] pages = [.. Enumerable.Range(1, PdfReader.PageLimit).Select(n => $"text of page {n}")];

        PdfText read = Read(PdfFiles.WithPages(pages));

        Assert.Null(read.Error);
        Assert.EndsWith("\n\n[page 600]\ntext of page 600", read.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_page_more_is_refused() =>
        Assert.Equal("A maximum of 600 PDF pages may be provided.", Read(PdfFiles.WithPages(new string[PdfReader.PageLimit + 1].Select(_ => "").ToArray())).Error);

    [Fact]
    public void A_small_file_that_unpacks_to_much_is_refused_and_one_that_does_not_is_read()
    {
        string bomb = PdfFiles.Unpacking(megabytes: (PdfFilters.UnpackedLimit / 1024 / 1024) + 1);

        Assert.True(bomb.Length < 2_000_000, $"The file has {bomb.Length} characters.");
        Assert.Equal(TooMuch, Read(bomb).Error);
        Assert.Equal("[page 1]\n[no text: this model cannot see images]", Read(PdfFiles.Unpacking(megabytes: 1)).Text);
    }

    [Fact]
    public void More_text_than_the_limit_is_refused() =>
        Assert.Equal(TooMuch, PdfReader.Read(Convert.FromBase64String(PdfFiles.WithPages("more text than there is room for")), characterLimit: 20).Error);

    [Fact]
    public void An_answer_between_processes_says_the_same_on_both_sides()
    {
        Assert.Equal(new PdfText("text: ü\n", null), PdfText.FromBytes(new PdfText("text: ü\n", null).ToBytes()));
        Assert.Equal(PdfText.TooMuch, PdfText.FromBytes(PdfText.TooMuch.ToBytes()));
    }

    private static PdfText Read(string base64) => PdfReader.Read(Convert.FromBase64String(base64));
}
