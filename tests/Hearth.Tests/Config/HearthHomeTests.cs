using Hearth.Config;

namespace Hearth.Tests.Config;

public sealed class HearthHomeTests
{
    [Theory]
    [InlineData("Linux", "", "/home/ada/.local/share/hearth")]
    [InlineData("Linux", "XDG_DATA_HOME=/data", "/data/hearth")]
    [InlineData("Mac", "XDG_DATA_HOME=/data", "/home/ada/Library/Application Support/Hearth")]
    [InlineData("Windows", "", "/home/ada\\AppData\\Local\\Hearth")]
    [InlineData("Windows", "LOCALAPPDATA=D:\\Local", "D:\\Local\\Hearth")]
    [InlineData("Linux", "HEARTH_HOME=/srv/hearth", "/srv/hearth")]
    [InlineData("Mac", "HEARTH_HOME=/srv/hearth", "/srv/hearth")]
    [InlineData("Windows", "HEARTH_HOME=E:\\hearth", "E:\\hearth")]
    [InlineData("Linux", "HEARTH_HOME=", "/home/ada/.local/share/hearth")]
    public void Home_is_the_platforms_data_folder_unless_it_is_given(string platform, string variable, string expected)
    {
        var (name, value) = variable.Split('=') is [var n, var v] ? (n, v) : ("", "");

        var home = HearthHome.Path(Enum.Parse<Platform>(platform), asked => asked == name ? value : null, "/home/ada");

        Assert.Equal(expected, home);
    }
}
