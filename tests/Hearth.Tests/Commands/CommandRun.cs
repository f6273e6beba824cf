using Hearth.Chat;
using Hearth.Commands;
using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands;

/// <summary>Runs commands in a terminal made of strings, with a provider whose events the test writes.</summary>
internal sealed class CommandRun : IDisposable
{
    private readonly StringWriter _out = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("hearth-home-");

    public Dictionary<string, string> Environment { get; } = [];

    public string? Input { get; init; }

    /// <summary>What the model answers; or a refusal.</summary>
    public IAsyncEnumerable<ChatEvent> Events { get; init; } = AsyncEnumerable.Empty<ChatEvent>();

    public ChatError? Refusal { get; init; }

    /// <summary>Why the model does not load, or null.</summary>
    public string? LoadFailure { get; init; }

    /// <summary>Loads instead of the usual model at once; gets the token that cancels it.</summary>
    public Func<CancellationToken, Task<ModelLoad>>? Load { get; init; }

    public StopRequests Stop { get; } = new();

    /// <summary>Cancelled when nobody reads the output any more.</summary>
    public CancellationToken ReaderGone { get; init; }

    public List<ChatRequest> Requests { get; } = [];

    public LaunchSettings? Settings { get; private set; }

    public bool Stopped { get; private set; }

    public string Out => _out.ToString();

    public string Error => _error.ToString();

    public string Home => _home.FullName;

    public Task<int> RunAsync(params string[] args)
    {
        var terminal = new Terminal(
            new StringReader(Input ?? ""), _out, TextWriter.Synchronized(_error), name => Environment.GetValueOrDefault(name), Home, "/home/ada")
        {
            InputRedirected = Input is not null,
            ReaderGone = ReaderGone,
        };
        return CommandLine.RunAsync(args, terminal, Stop, new CommandParts(LoadAsync, []));
    }

    public LoadedModel Model() =>
        new(new ScriptedProvider(_ => Refusal is { } refusal ? ChatAnswer.Refused(refusal) : ChatAnswer.Streaming(Events), Requests), 8192, 16384, 4, ["weights: 5 MB"], _ =>
        {
            Stopped = true;
            return Task.CompletedTask;
        });

    public void Dispose()
    {
        Stop.Dispose();
        _home.Delete(recursive: true);
        _out.Dispose();
        _error.Dispose();
    }

    private Task<ModelLoad> LoadAsync(
        LaunchSettings settings, IProgress<LoadStep> progress, Microsoft.Extensions.Logging.ILoggerFactory loggers, CancellationToken cancellation)
    {
        Settings = settings;
        progress.Report(new LoadStep(LoadStage.Weights, 0.5));
        progress.Report(new LoadStep(LoadStage.Weights, 1));
        if (Load is not null)
            return Load(cancellation);
        return Task.FromResult<ModelLoad>(LoadFailure is { } sentence ? new ModelLoad.Failed(sentence) : new ModelLoad.Loaded(Model()));
    }
}
