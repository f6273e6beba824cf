using Hearth.Commands.Cache;

namespace Hearth.Tests.Commands;

public sealed class AgeTests
{
    [Theory]
    [InlineData("7d", 7 * 24)]
    [InlineData("12h", 12)]
    [InlineData("0h", 0)]
    [InlineData("36500d", 36_500 * 24)]
    public void Days_and_hours_are_read(string text, int hours) => Assert.Equal(TimeSpan.FromHours(hours), Age.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("d")]
    [InlineData("-1d")]
    [InlineData("1.5d")]
    [InlineData("7w")]
    [InlineData("36501d")]
    [InlineData("99999999999h")]
    public void Anything_else_is_no_age(string text) => Assert.Null(Age.Parse(text));
}
