using System.Text;
using Hearth.Engine;

namespace Hearth.Tests.Engine.Text;

public sealed class RunTextsTests
{
    [Fact]
    public void A_text_is_found_by_its_bytes_wherever_they_lie()
    {
        RunTexts texts = new();
        texts.Set("hello"u8, [1, 2]);

        Assert.Equal([1, 2], texts.Find(Encoding.UTF8.GetBytes("xhello").AsMemory(1))!);
        Assert.Null(texts.Find(Encoding.UTF8.GetBytes("hallo")));
        Assert.Null(texts.Find(Encoding.UTF8.GetBytes("hell")));
    }

    [Fact]
    public void What_is_kept_does_not_change_with_the_buffers_it_came_from()
    {
        RunTexts texts = new();
        byte[] text = [1, 2, 3];
        int[] tokens = [7];
        texts.Set(text, tokens);
        (text[0], tokens[0]) = (9, 9);

        Assert.Equal([7], texts.Find(new byte[] { 1, 2, 3 })!);
    }

    [Fact]
    public void Old_texts_make_room_for_new_ones()
    {
        RunTexts texts = new();
        texts.Set("first"u8, [1]);
        texts.Set(new byte[RunTexts.MostBytes / 2], []);
        texts.Set(new byte[(RunTexts.MostBytes / 2) - 1], []);

        Assert.Null(texts.Find(Encoding.UTF8.GetBytes("first")));
        texts.Set(new byte[RunTexts.MostBytes + 1], [1]);
        Assert.Null(texts.Find(new byte[RunTexts.MostBytes + 1]));
    }
}
