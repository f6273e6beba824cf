using Hearth.Children;
using Hearth.Commands;
using Hearth.Commands.Bench;
using Hearth.Commands.Bench.Faults;
using Hearth.Commands.Bench.Forks;
using Hearth.Commands.Bench.Formats;
using Hearth.Commands.Bench.Fuzz;
using Hearth.Commands.Bench.Latency;
using Hearth.Commands.Bench.Prompt;
using Hearth.Commands.Bench.Restart;
using Hearth.Commands.Bench.Sessions;
using Hearth.Commands.Bench.Soak;
using Hearth.Commands.Bench.Storm;
using Hearth.Commands.Bench.Trace;
using Hearth.Documents;
using Hearth.Llama;
using Hearth.Providers;
using Hearth.Telemetry;

// A child of another Hearth: no terminal, no settings, no model.
if (args is [ChildCommand.Name, PdfReader.Work])
    return ChildCommand.Run(PdfReader.Answer);

using var output = new ProcessOutput();
var terminal = Terminal.OfProcess(output);
using var stop = StopRequests.OfProcess();
using var released = stop.Finish.Register(output.Release);
LlamaLibrary.OnAbort(reason =>
{
    output.Error.WriteLine(NativeAbort.Describe(reason));
    ProcessEnd.AtOnce(output.End(ExitCodes.Failure));
});
var models = new LocalModelLoader(terminal.Home);
var loader = new AbandonableLoader(models.LoadAsync, terminal.Time);
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
        StormBenchmark.Create(terminal, stop),
        FuzzBenchmark.Create(terminal, stop),
        FaultsBenchmark.Create(terminal, stop),
    ]);
var command = Task.Run(() => CommandLine.RunAsync(args, terminal, stop, parts));
var code = output.End(await stop.EndOfAsync(command, terminal.Time));
if (!command.IsCompleted || loader.IsLeftBehind || models.IsLeftBehind)
    ProcessEnd.AtOnce(code);
return code;
