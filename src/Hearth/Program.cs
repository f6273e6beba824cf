using Hearth.Children;
using Hearth.Commands;
using Hearth.Commands.Bench;
using Hearth.Commands.Bench.Forks;
using Hearth.Commands.Bench.Formats;
using Hearth.Commands.Bench.Latency;
using Hearth.Commands.Bench.Prompt;
using Hearth.Commands.Bench.Restart;
using Hearth.Commands.Bench.Sessions;
using Hearth.Commands.Bench.Soak;
using Hearth.Commands.Bench.Trace;
using Hearth.Documents;
using Hearth.Providers;

// A child of another Hearth: no terminal, no settings, no model.
if (args is [ChildCommand.Name, PdfReader.Work])
    return ChildCommand.Run(PdfReader.Answer);

var terminal = Terminal.OfProcess();
using var stop = StopRequests.OfProcess();
var loader = new LocalModelLoader(terminal.Home);
var parts = new CommandParts(
    loader.LoadAsync,
    [
        RawBenchmark.Create(terminal, stop),
        SessionsBenchmark.Create(terminal, stop, loader.LoadAsync),
        LatencyBenchmark.Create(terminal, stop, loader.LoadAsync),
        PromptBenchmark.Create(terminal, stop, loader.LoadAsync),
        FormatsBenchmark.Create(terminal, stop),
        ForksBenchmark.Create(terminal, stop),
        RestartBenchmark.Create(terminal, stop),
        TraceBenchmark.Create(terminal, stop),
        SoakBenchmark.Create(terminal, stop, loader.LoadAsync),
    ]);
return await CommandLine.RunAsync(args, terminal, stop, parts);
