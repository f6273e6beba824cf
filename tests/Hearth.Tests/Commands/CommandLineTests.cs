using Hearth.Config;

namespace Hearth.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("Unknown option '--prot'. Did you mean '--port'? See 'hearth serve --help'.", "serve", "--prot", "80")]
    [InlineData("Unknown option '--modle'. Did you mean '--model'? See 'hearth serve --help'.", "--modle", "x")]
    [InlineData("Unknown command 'srve'. Did you mean 'serve'? See 'hearth --help'.", "srve")]
    [InlineData("Unknown command 'dance'. See 'hearth --help'.", "dance")]
    [InlineData("The option '--port' is for 'hearth serve' only. See 'hearth ask --help'.", "ask", "x", "--port", "80")]
    [InlineData("Unknown command 'prune'. Did you mean 'purge'? See 'hearth cache --help'.", "cache", "prune")]
    [InlineData("Unknown option '--modle'. Did you mean '--model'? See 'hearth cache purge --help'.", "cache", "purge", "--modle", "x")]
    [InlineData("Required command was not provided. See 'hearth cache --help'.", "cache")]
    [InlineData("Unknown argument 'blue?'. See 'hearth ask --help'.", "ask", "sky", "blue?")]
    public async Task A_mistake_is_one_line_with_a_suggestion_and_exit_code_1(string line, params string[] args)
    {
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync(args));
        Assert.Equal(line + "\n", run.Error);
        Assert.Equal("", run.Out);
    }

    [Fact]
    public async Task An_option_without_its_value_is_one_line_and_exit_code_1()
    {
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync("serve", "--port"));
        Assert.Single(run.Error.TrimEnd('\n').Split('\n'));
        Assert.Contains("--port", run.Error);
    }

    [Theory]
    [InlineData]
    [InlineData("--context", "4096")]
    [InlineData("serve")]
    public async Task Without_a_command_serve_is_meant(params string[] args)
    {
        using var run = new CommandRun { LoadFailure = "stop here", Environment = { ["HEARTH_PORT"] = "0" } };

        Assert.Equal(1, await run.RunAsync(args));
        Assert.Equal(args.Contains("--context") ? 4096 : null, run.Settings!.Context);
        Assert.EndsWith("stop here\n", run.Error);
    }

    [Fact]
    public async Task Help_of_serve_names_every_setting_with_its_default_and_examples()
    {
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("serve", "--help"));
        var flat = string.Join(' ', run.Out.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var setting in SettingTable.All)
        {
            Assert.Contains(setting.Flag, flat);
            Assert.Contains($"(default: {setting.Default})", flat);
        }

        Assert.Contains("Examples: hearth serve", flat);
    }

    [Fact]
    public async Task Help_of_hearth_names_the_commands()
    {
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync("--help"));
        foreach (var word in new[] { "serve", "ask", "cache", "version", "http://127.0.0.1:4327" })
            Assert.Contains(word, run.Out);
    }

    [Theory]
    [InlineData("version")]
    [InlineData("--version")]
    public async Task Version_is_one_line(string word)
    {
        using var run = new CommandRun();

        Assert.Equal(0, await run.RunAsync(word));
        Assert.Matches(@"^Hearth \d+\.\d+\.\d+ \(\.NET .+\)\n$", run.Out);
    }

    [Fact]
    public async Task Settings_come_from_the_file_in_the_home_folder_and_its_warnings_are_printed()
    {
        using var run = new CommandRun { LoadFailure = "stop here" };
        await File.WriteAllTextAsync(Path.Combine(run.Home, "hearth.toml"), "parallel = 7\nprot = 1", TestContext.Current.CancellationToken);

        await run.RunAsync("ask", "x", "--log-prompts");

        Assert.Equal(7, run.Settings!.Parallel);
        Assert.True(run.Settings.LogPrompts);
        Assert.Contains("did you mean 'port'?", run.Error);
    }

    [Fact]
    public async Task Another_settings_file_can_be_named()
    {
        using var run = new CommandRun { LoadFailure = "stop here" };
        var path = Path.Combine(run.Home, "team.toml");
        await File.WriteAllTextAsync(path, "threads = 3", TestContext.Current.CancellationToken);

        await run.RunAsync("ask", "x", "--config", path);
        Assert.Equal(3, run.Settings!.Threads);

        Assert.Equal(1, await run.RunAsync("ask", "x", "--config", path + "x"));
        Assert.EndsWith($"The settings file {path}x does not exist.\n", run.Error);
    }
}
