using Hearth.Commands;
using Hearth.Providers;

var terminal = Terminal.OfProcess();
using var stop = StopRequests.OfProcess();
var parts = new CommandParts((_, _, _, _) => Task.FromResult<ModelLoad>(new ModelLoad.Failed("No engine is linked in.")), []);
return await CommandLine.RunAsync(args, terminal, stop, parts);
