using Hearth.Config;
using Hearth.Telemetry;

namespace Hearth.Providers;

/// <summary>Loads the model that the settings ask for. A model that cannot run here is a value, not an exception.</summary>
internal delegate Task<ModelLoad> ModelLoader(
    LaunchSettings settings, IProgress<LoadStep> progress, ILoggerFactory loggers, CancellationToken cancellation);

/// <summary>The outcome of loading a model.</summary>
internal abstract record ModelLoad
{
    /// <summary>The model answers.</summary>
    public sealed record Loaded(LoadedModel Model) : ModelLoad;

    /// <summary>It cannot run here; <paramref name="Sentence"/> says why and what to do.</summary>
    public sealed record Failed(string Sentence) : ModelLoad;
}

/// <summary>A model in memory.</summary>
/// <param name="Provider">Answers requests.</param>
/// <param name="Window">Most tokens of one request.</param>
/// <param name="CellPool">Tokens that all requests together may hold.</param>
/// <param name="Parallel">Most requests that run at once.</param>
/// <param name="Explanation">How the memory is used and why, in lines to print at start.</param>
/// <param name="Stop">Refuses new requests, lets running ones end until the token is cancelled, then frees everything. Called once.</param>
internal sealed record LoadedModel(
    IProvider Provider, int Window, int CellPool, int Parallel, IReadOnlyList<string> Explanation, Func<CancellationToken, Task> Stop);
