using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Hearth.Commands.Cache;
using Hearth.Commands.Show;
using Hearth.Config;

namespace Hearth.Commands;

/// <summary>Every command on one page. The first words decide; without a command, <c>serve</c> is meant.</summary>
internal static class CommandLine
{
    /// <summary>Runs what <paramref name="args"/> say and returns the exit code.</summary>
    public static Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, StopRequests stop, CommandParts parts)
    {
        var root = Build(terminal, stop, parts);
        var parsed = root.Parse(WithDefaultCommand(args), new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            return Task.FromResult(terminal.Fail(Mistake(parsed)));
        return parsed.InvokeAsync(new InvocationConfiguration
        {
            Output = terminal.Out,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    /// <summary>The tree of commands.</summary>
    public static RootCommand Build(Terminal terminal, StopRequests stop, CommandParts parts)
    {
        var root = new RootCommand("Hearth runs a model on your own machine and answers the Claude API, so that Claude Code works offline.")
        {
            ServeCommand.Create(terminal, stop, parts),
            AskCommand.Create(terminal, stop, parts),
            ShowCommand.Create(terminal, stop),
            CacheCommand.Create(terminal),
            ParseCommand.Create(terminal, stop),
            VersionCommand.Create(terminal),
        };
        if (parts.Benchmarks.Count > 0)
        {
            var bench = new Command("bench", "Measure this machine");
            foreach (var benchmark in parts.Benchmarks)
                bench.Subcommands.Add(benchmark);
            root.Subcommands.Add(bench);
        }

        foreach (var option in root.Options)
        {
            if (option is VersionOption version)
                version.Action = new PrintVersion(terminal);
            else if (option is HelpOption help)
                help.Action = new HelpWithExamples((HelpAction)help.Action!, terminal);
        }

        return root;
    }

    /// <summary><c>hearth</c> and <c>hearth --port 80</c> mean <c>hearth serve</c>; help and version belong to the root.</summary>
    private static IReadOnlyList<string> WithDefaultCommand(IReadOnlyList<string> args)
    {
        var first = args.Count > 0 ? args[0] : null;
        var isOption = first is null || first.StartsWith('-');
        return isOption && first is not ("--help" or "-h" or "-?" or "--version") ? ["serve", .. args] : args;
    }

    /// <summary>The first mistake in one line, with what was probably meant.</summary>
    private static string Mistake(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var help = $"See '{Path(command)} --help'.";
        if (parsed.UnmatchedTokens.Count == 0)
            return $"{parsed.Errors[0].Message.TrimEnd('.')}. {help}";

        var word = parsed.UnmatchedTokens[0];
        var isOption = word.StartsWith('-');
        if (SettingTable.All.Any(s => s.Flag == word && s.ServerOnly))
            return $"The option '{word}' is for 'hearth serve' only. {help}";
        IEnumerable<string> known = isOption ? command.Options.Select(o => o.Name) : command.Subcommands.Select(c => c.Name);
        var meant = Suggestion.For(word, known);
        var what = isOption ? "option" : command.Subcommands.Count > 0 ? "command" : "argument";
        return $"Unknown {what} '{word}'.{(meant is null ? "" : $" Did you mean '{meant}'?")} {help}";
    }

    /// <summary>The words that name a command, for example <c>hearth cache purge</c>.</summary>
    private static string Path(Command command) => command is RootCommand
        ? "hearth"
        : $"{Path(command.Parents.OfType<Command>().Single())} {command.Name}";

    private sealed class PrintVersion(Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            terminal.Out.WriteLine(VersionCommand.Text);
            return ExitCodes.Success;
        }
    }

    /// <summary>The usual help page and, after it, the examples of the command.</summary>
    private sealed class HelpWithExamples(HelpAction help, Terminal terminal) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            var examples = Examples(parseResult.CommandResult.Command);
            if (examples.Count > 0)
                terminal.Out.WriteLine("Examples:");
            foreach (var example in examples)
                terminal.Out.WriteLine("  " + example);
            return code;
        }

        private static IReadOnlyList<string> Examples(Command command) => command switch
        {
            RootCommand =>
            [
                "hearth                                  serve the bundled model on http://127.0.0.1:4327",
                "hearth --model ~/models/qwen.gguf       serve another model ('serve' is the default command)",
                "hearth ask \"Why is the sky blue?\"       answer one question",
                "hearth show ~/models/qwen.gguf          what a model is and can do",
                "hearth serve --help                     all settings",
            ],
            { Name: "serve" } => ServeCommand.Examples,
            { Name: "ask" } => AskCommand.Examples,
            { Name: "show" } => ShowCommand.Examples,
            { Name: "parse" } => ParseCommand.Examples,
            { Name: "cache" or "purge" } => CacheCommand.Examples,
            _ => [],
        };
    }
}

/// <summary>What the commands are made of besides this room; <c>Program.cs</c> puts it together.</summary>
/// <param name="LoadModel">Loads the model that the settings ask for.</param>
/// <param name="Benchmarks">The commands under <c>hearth bench</c>.</param>
internal sealed record CommandParts(Providers.ModelLoader LoadModel, IReadOnlyList<Command> Benchmarks);
