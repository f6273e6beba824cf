using Hearth.Config;
using Hearth.Tests.Support;

namespace Hearth.Tests.Config;

public sealed class HearthHomeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_home_that_is_made_is_for_nobody_else_to_enter()
    {
        if (OperatingSystem.IsWindows())
            return;
        var home = Path.Combine(_folder.Path, "parent", "home");

        Assert.Null(HearthHome.Create(home));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(home));
        Assert.Null(HearthHome.Create(home));
    }

    [Fact]
    public void A_home_that_others_may_enter_stays_so_and_is_said()
    {
        if (OperatingSystem.IsWindows())
            return;
        const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        var home = Directory.CreateDirectory(Path.Combine(_folder.Path, "open")).FullName;
        File.SetUnixFileMode(home, Open);

        Assert.Equal($"other users of this machine may enter {home} (mode 705); 'chmod 700' on it keeps them out", HearthHome.Create(home));
        Assert.Equal(Open, File.GetUnixFileMode(home));
    }

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
