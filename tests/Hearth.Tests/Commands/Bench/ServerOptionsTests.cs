using System.CommandLine;
using Hearth.Commands;
using Hearth.Commands.Bench.Servers;
using Hearth.Config;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands.Bench;

public sealed class ServerOptionsTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("cache-disk = 100", true)]
    [InlineData("", false, "--cache-disk", "100")]
    [InlineData("", true, "--cache-disk", "100", "--no-disk-cache")]
    public void A_benchmarks_own_server_starts_cold_unless_its_command_line_gives_it_a_disk(string file, bool isCold, params string[] args)
    {
        var settings = Read(file, args);

        Assert.Equal(isCold, settings.NoDiskCache);
        Assert.Equal(file.Length > 0 || args.Length > 0 ? 100 : null, settings.CacheDisk);
    }

    [Theory]
    [InlineData("--no-disk-cache")]
    [InlineData("--threads 2 --no-disk-cache", "--threads", "2")]
    [InlineData("--cache-disk 100 --threads 2", "--threads", "2", "--cache-disk", "100")]
    [InlineData("--no-disk-cache --log-prompts", "--log-prompts", "--no-disk-cache")]
    public void A_server_in_a_process_of_its_own_is_told_what_the_command_line_says(string words, params string[] args) =>
        Assert.Equal(words.Split(' ').Order(), Choose("", args).OwnArguments.Order());

    private static LaunchSettings Read(string file, string[] args) => Choose(file, args).Own!;

    private static ServerChoice Choose(string file, string[] args)
    {
        using TemporaryFolder home = new();
        File.WriteAllText(Path.Combine(home.Path, SettingsFile.Name), file);
        Command command = new("measure");
        var options = ServerOptions.AddTo(command);
        var (choice, error) = options.Read(
            command.Parse(args), new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null, _ => null, home.Path, home.Path));
        Assert.Null(error);
        return choice!;
    }
}
