using Hearth.Engine;
using Hearth.Engine.Decoding;

namespace Hearth.Tests.Engine.Decoding;

/// <summary>Runs a test's code on the engine thread before each step; what it returns, if anything, is the step's outcome.</summary>
internal sealed class HookedDecoder(IDecoder inner, Func<StepPlan, DecodeOutcome?> beforeStep) : IDecoder
{
    public DecoderLimits Limits => inner.Limits;

    public DecodeOutcome Decode(StepPlan plan) => beforeStep(plan) ?? inner.Decode(plan);

    public bool HoldsWindow(int sequenceId, int position) => inner.HoldsWindow(sequenceId, position);

    public Span<float> Logits(int tokenIndex) => inner.Logits(tokenIndex);

    public void Dispose() => inner.Dispose();
}

/// <summary>Stops the engine thread before each step until the test lets it go on.</summary>
internal sealed class StepGate : IDisposable
{
    // A step takes microseconds; this is only reached when the engine hangs, which is what the test then says.
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _mayGo = new(0);
    private volatile bool _isOpen;

    /// <summary>The plan of the step that waits at the gate; stays as it is while it waits.</summary>
    public StepPlan? Plan { get; private set; }

    /// <summary>For <see cref="HookedDecoder"/>.</summary>
    public DecodeOutcome? Pass(StepPlan plan)
    {
        if (_isOpen) return null;
        Plan = plan;
        _arrived.Release();
        _mayGo.Wait();
        return null;
    }

    /// <summary>Completes when the engine thread stands at the gate.</summary>
    public async Task<StepPlan> Arrival()
    {
        Assert.True(await _arrived.WaitAsync(Patience), "the engine made no step");
        return Plan!;
    }

    /// <summary>Lets the waiting step run and waits for the next one.</summary>
    public Task<StepPlan> NextStep()
    {
        _mayGo.Release();
        return Arrival();
    }

    /// <summary>Nobody is stopped any more.</summary>
    public void Open()
    {
        _isOpen = true;
        _mayGo.Release();
    }

    public void Dispose()
    {
        _arrived.Dispose();
        _mayGo.Dispose();
    }
}
