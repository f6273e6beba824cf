using Hearth.Chat;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>
/// What clients are told of a model in trouble. The engine's own words are for the person who runs it and stand in the log: they may name
/// files, devices and sizes.
/// </summary>
internal static class ModelTroubles
{
    /// <summary>Said of a server that ends.</summary>
    public const string Stopping = "The server is stopping and takes no more requests; try again in a moment.";

    /// <summary>Ends an answer that the server does not finish. Clients take it for a reason to ask again.</summary>
    public static ChatError CutOff { get; } = new(ChatErrorKind.Overloaded, "The answer was cut off: the server is stopping. Try again.");

    /// <summary>Why requests are not accepted, or null when they are.</summary>
    public static string? Describe(EngineHealth health) => health.State switch
    {
        EngineState.Ready => null,
        EngineState.Reloading => "The model is made ready again after a failure; try again in a moment.",
        EngineState.Faulted => "The model has failed and takes no requests until the server is started again; its log says why.",
        _ => Stopping,
    };

    /// <summary>Why an answer broke off, as far as the engine's state tells.</summary>
    public static ChatError InAnswer(EngineHealth health) => health.State is EngineState.Draining or EngineState.Stopped
        ? CutOff
        : new ChatError(ChatErrorKind.Internal, "The model failed while it answered; the server's log says why.");
}
