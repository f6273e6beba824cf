using Hearth.Commands;
using Hearth.Commands.Bench;
using Hearth.Providers;

var terminal = Terminal.OfProcess();
using var stop = StopRequests.OfProcess();
var parts = new CommandParts(LocalModelLoader.LoadAsync, [RawBenchmark.Create(terminal, stop)]);
return await CommandLine.RunAsync(args, terminal, stop, parts);
