namespace Hearth.Tests;

/// <summary>What the limit of open files means for a server.</summary>
public sealed class OpenFilesTests
{
    [Theory]
    [InlineData("Max open files            200                  4096                 files     ", 200)]
    [InlineData("Max open files            unlimited            unlimited            files     ", int.MaxValue)]
    [InlineData("Max processes             63000                63000                processes ", int.MaxValue)]
    public void The_limit_that_holds_is_read_where_the_system_writes_it(string line, int expected) =>
        Assert.Equal(expected, OpenFiles.LimitIn(["Limit                     Soft Limit           Hard Limit           Units     ", line]));

    [Fact]
    public void Too_few_files_for_the_runtime_alone_are_one_sentence_with_advice()
    {
        Assert.Matches("needs 256 open files at least, and this process may have 64: .*ulimit -n", new OpenFiles(64, 60).WhyNot);
        Assert.Null(new OpenFiles(256, 60).WhyNot);
    }

    [Fact]
    public void Connections_get_what_is_left_besides_a_reserve_and_never_nothing()
    {
        Assert.Equal(4096 - 190 - OpenFiles.Reserve, new OpenFiles(4096, 190).Connections);
        Assert.InRange(new OpenFiles(256, 250).Connections, 1, 16);
    }

    [Fact]
    public void This_process_is_within_its_limit()
    {
        var now = OpenFiles.Measure();

        Assert.InRange(now.Used, 0, now.Limit);
    }
}
