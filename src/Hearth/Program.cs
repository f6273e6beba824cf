using Hearth.Commands;
using Hearth.Providers;

var terminal = Terminal.OfProcess();
using var stop = StopRequests.OfProcess();
var parts = new CommandParts(LocalModelLoader.LoadAsync, []);
return await CommandLine.RunAsync(args, terminal, stop, parts);
