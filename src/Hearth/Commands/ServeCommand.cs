using System.CommandLine;
using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;

namespace Hearth.Commands;

/// <summary><c>hearth serve</c>: loads a model and answers until told to stop.</summary>
internal static class ServeCommand
{
    public static IReadOnlyList<string> Examples { get; } =
    [
        "hearth serve                                      the bundled model on http://127.0.0.1:4327",
        "hearth serve --model ~/models/qwen.gguf --context 32768",
        "hearth serve --gpu cuda --kv-type q8              NVIDIA card, KV cache in half the memory",
        "hearth serve --host '*' --api-key SECRET          for the whole network, with a key",
        "hearth serve --config team.toml                   settings from a file: model = \"...\", port = 4327",
    ];

    public static Command Create(Terminal terminal, StopRequests stop, CommandParts parts)
    {
        var command = new Command(
            "serve",
            "Load a model and answer the Claude API. Each setting can also stand in hearth.toml (port = 4327) or the environment (HEARTH_PORT).");
        var options = SettingOptions.AddTo(command, isServer: true);
        command.SetAction(async (parsed, _) =>
        {
            var resolved = options.Resolve(parsed, terminal);
            return resolved.Settings is { } settings
                ? await RunAsync(settings, terminal.With(settings), stop, parts)
                : terminal.Fail(resolved.Error!);
        });
        return command;
    }

    private static async Task<int> RunAsync(LaunchSettings settings, Terminal terminal, StopRequests stop, CommandParts parts)
    {
        if (OpenFiles.Measure().WhyNot is { } tooFew)
            return terminal.Fail(tooFew);

        // Before a large model is read: the usual mistake is a second server on the same port.
        if (ListenAddress.Of(settings) is not { } listen)
            return terminal.Fail($"--host expects an IP address such as 127.0.0.1, localhost or *, not '{settings.Host}'.");
        if (await PortCheck.WhyNotAsync(listen) is { } taken)
            return terminal.Fail(taken);

        using var loggers = Logging.To(terminal.Error, settings.LogLevel ?? LogLevel.Information, terminal.RichError, terminal.Time);
        try
        {
            var load = await LoadProgress.ShowAsync(
                terminal,
                ModelName(settings),
                progress => parts.LoadModel(settings, progress, loggers, stop.Finish));
            return load switch
            {
                ModelLoad.Loaded loaded => await ServeAsync(settings, loaded.Model, listen, terminal, stop, loggers),
                ModelLoad.Failed failed => terminal.Fail(failed.Sentence),
                _ => throw new InvalidOperationException($"Unknown outcome {load}."),
            };
        }
        catch (OperationCanceledException) when (stop.Finish.IsCancellationRequested)
        {
            terminal.Error.WriteLine("Stopped while the model was loading.");
            return ExitCodes.Success;
        }
    }

    private static async Task<int> ServeAsync(
        LaunchSettings settings, LoadedModel model, ListenAddress listen, Terminal terminal, StopRequests stop, ILoggerFactory loggers)
    {
        var start = await Host.StartAsync(settings, model, listen, terminal.Time, loggers);
        if (start.Host is not { } host)
        {
            await model.Stop(new CancellationToken(canceled: true));
            return terminal.Fail(start.Error!);
        }

        foreach (var line in model.Explanation)
            terminal.Error.WriteLine(line);
        new Banner(model.Provider.Model, model.Window, model.CellPool, model.Parallel, host.Address, settings.ApiKey is not null, terminal.PowerShell)
            .Show(terminal);

        await stop.Finish.WhenCancelledAsync();
        terminal.Error.WriteLine($"Stopping; running answers get {Host.DrainSeconds} seconds. Ctrl+C again stops at once.");
        await host.StopAsync(stop.Now);
        return ExitCodes.Success;
    }

    internal static string ModelName(LaunchSettings settings) =>
        settings.Model is { } path ? Path.GetFileName(path) : "the bundled model";
}
