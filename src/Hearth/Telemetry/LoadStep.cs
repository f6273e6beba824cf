namespace Hearth.Telemetry;

/// <summary>How far the loading of a model is.</summary>
/// <param name="Stage">What is being done.</param>
/// <param name="Fraction">How much of that stage is done, 0 to 1.</param>
internal sealed record LoadStep(LoadStage Stage, double Fraction);

/// <summary>The stages of loading, in order.</summary>
internal enum LoadStage
{
    /// <summary>The file is checked and a plan made that fits the memory.</summary>
    Plan,

    /// <summary>The weights are read.</summary>
    Weights,

    /// <summary>The context with its KV cache is made.</summary>
    Context,
}
