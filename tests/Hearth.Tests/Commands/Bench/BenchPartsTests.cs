using System.Text.Json;
using Hearth.Commands;
using Hearth.Commands.Bench;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Tests.Commands.Bench;

public sealed class BenchPartsTests
{
    [Theory]
    [InlineData("peer=http://127.0.0.1:8089", "peer", "http://127.0.0.1:8089/")]
    [InlineData("http://127.0.0.1:8089", "127.0.0.1:8089", "http://127.0.0.1:8089/")]
    [InlineData("http://host/?a=b", "host", "http://host/?a=b")]
    public void A_server_has_a_name_and_an_address(string text, string name, string address) =>
        Assert.Equal(new ServerAddress(name, new Uri(address)), ServerAddress.Parse(text));

    [Theory]
    [InlineData("peer")]
    [InlineData("peer=127.0.0.1:8089")]
    [InlineData("ftp://host")]
    [InlineData("")]
    public void Anything_else_is_no_server(string text) => Assert.Null(ServerAddress.Parse(text));

    [Fact]
    public void Texts_are_the_same_for_the_same_label_and_differ_from_the_first_words_for_another()
    {
        PseudoText text = new(1, 2);

        Assert.Equal(text.Words("a", 50), new PseudoText(1, 2).Words("a", 50));
        Assert.NotEqual(text.Words("a", 5), text.Words("b", 5));
        Assert.NotEqual(text.Words("a", 5), new PseudoText(2, 2).Words("a", 5));
        Assert.Equal(50, text.Tokens("a", 100).Split(' ').Length);
    }

    [Fact]
    public void Tables_align_numbers_to_the_right_and_show_what_is_missing_as_a_dash()
    {
        TextTable table = new("what", "ms");
        table.Add("a", TextTable.Cell(1.25, "0.0"));
        table.Add("longer", TextTable.Cell(null, "0.0"));

        Assert.Equal("what     ms\na       1.3\nlonger    -\n", table.ToString());
    }

    [Theory]
    [InlineData(2.0, 5.0, 2.5)]
    [InlineData(0.0, 5.0, null)]
    [InlineData(null, 5.0, null)]
    [InlineData(2.0, null, null)]
    public void Ratios_need_something_to_divide_by(double? first, double? other, double? ratio) =>
        Assert.Equal(ratio, ServerTable.Ratio(first, other));

    [Theory]
    [InlineData(0.5, 3)]
    [InlineData(0.95, 4.8)]
    [InlineData(1, 5)]
    public void A_quantile_lies_between_its_neighbours(double share, double value) => Assert.Equal(value, Quantiles.At([5, 4, 3, 2, 1], share)!.Value, 9);

    [Fact]
    public void Nothing_has_no_quantile() => Assert.Null(Quantiles.At([], 0.5));

    [Fact]
    public void Gaps_lie_between_arrivals_and_the_first_token_is_the_first_of_them()
    {
        Reply reply = new("abc", TokenCounts.None, true, [Ms(10), Ms(12), Ms(17)], Ms(20));

        Assert.Equal([2, 5], reply.GapsMs);
        Assert.Equal(Ms(10), reply.FirstToken);
        Assert.Equal(Ms(20), (reply with { Arrivals = [] }).FirstToken);
    }

    [Theory]
    [InlineData("""{"waiting":0,"running":0,"leased_cells":0,"steps":7,"state":"ready"}""", true)]
    [InlineData("""{"waiting":0,"running":0,"leased_cells":32}""", false)]
    [InlineData("""{"waiting":1,"running":0}""", false)]
    public void Books_with_work_in_them_are_not_idle(string json, bool isIdle)
    {
        using var document = JsonDocument.Parse(json);

        Assert.Equal(isIdle, EngineBooks.Of(document.RootElement).IsIdle);
    }

    [Fact]
    public void A_conversation_alternates_and_an_earlier_one_stays_as_it_was()
    {
        var first = Conversation.Begin("system", "s").Say("one");
        var second = first.Hear("").Say("two");

        Assert.Equal(["one"], first.Messages);
        Assert.Equal(["one", "ok", "two"], second.Messages);
        Assert.Equal(["user", "assistant", "user"], second.Wire(1).Messages.Select(m => m.Role));
        Assert.Throws<InvalidOperationException>(() => second.Say("three"));
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
