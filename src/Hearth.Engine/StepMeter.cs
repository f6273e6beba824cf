using System.Runtime.InteropServices;

namespace Hearth.Engine;

/// <summary>What steps cost on this machine, learned while they run. All times in timestamps.</summary>
internal sealed class StepMeter
{
    /// <summary>Weight of the newest step: speed changes with the length of the prompts, and single steps are noisy.</summary>
    private const double Newest = 0.2;

    /// <summary>A wider batch must give at least this share of the best rate: below it, everybody waits longer and nobody gains.</summary>
    private const double LeastGain = 0.97;

    /// <summary>Saving beside running requests takes at most one part in so many of the time.</summary>
    private const int SavingPart = 25;

    /// <summary>Most states in one step, so that nobody waits long for all of them together.</summary>
    private const int MostSaves = 8;

    /// <summary>Nobody notices a wait as short as this, and any disk answers within it when nothing is wrong: a seek and a block.</summary>
    private const double LeastPatienceSeconds = 0.05;

    /// <summary>Every so many steps the full width is tried again, because what it costs changes with the prompts.</summary>
    private const int StepsBetweenTrials = 256;

    private readonly SchedulerLimits _limits;
    private readonly double[] _decodeByWidth;
    private double _prefillPerToken;
    private LearnedCost _restorePerByte;
    private LearnedCost _readPerByte;
    private double _savePerState;
    private long _savedAt;
    private int _steps;

    /// <summary>Knows nothing yet.</summary>
    public StepMeter(SchedulerLimits limits)
    {
        _limits = limits;
        _decodeByWidth = new double[limits.Running + 1];
    }

    /// <summary>A step was computed.</summary>
    /// <param name="decodes">Sequences that decoded one token.</param>
    /// <param name="prefilled">Prompt tokens that were computed.</param>
    /// <param name="ticks">How long it took, without restoring.</param>
    public void Observe(int decodes, int prefilled, long ticks)
    {
        _steps++;
        if (prefilled == 0) Learn(ref _decodeByWidth[decodes], ticks);
        else if (prefilled >= SchedulerLimits.LeastChunk) Learn(ref _prefillPerToken, Math.Max(0, ticks - DecodeTicks(decodes)) / prefilled);
    }

    /// <summary>Saved states were brought back. They are copied as a whole, however little of them is needed.</summary>
    public void ObserveRestore(long bytes, long ticks, long now)
    {
        if (bytes > 0) _restorePerByte.Learn((double)ticks / bytes, now, _limits.TicksPerSecond);
    }

    /// <summary>Prompt tokens that fit a step of the target's length beside so many decodes.</summary>
    public int Chunk(int decodes)
    {
        if (_prefillPerToken <= 0) return Math.Min(SchedulerLimits.FirstChunk, _limits.MicroBatchTokens);
        var tokens = (_limits.StepTargetTicks - DecodeTicks(decodes)) / _prefillPerToken;
        return (int)Math.Clamp(tokens, Math.Min(SchedulerLimits.LeastChunk, _limits.MicroBatchTokens), _limits.MicroBatchTokens);
    }

    /// <summary>How many of <paramref name="wanted"/> sequences decode in the next step: as many as still gain tokens per second.</summary>
    public int Width(int wanted)
    {
        if (wanted <= 1 || _steps % StepsBetweenTrials == 0) return wanted;
        double best = 0;
        for (var width = 1; width < _decodeByWidth.Length; width++)
        {
            if (_decodeByWidth[width] > 0) best = Math.Max(best, width / _decodeByWidth[width]);
        }

        var gaining = wanted;
        while (gaining > 1 && _decodeByWidth[gaining] > 0 && gaining / _decodeByWidth[gaining] < best * LeastGain) gaining--;
        return gaining;
    }

    /// <summary>A file was read.</summary>
    public void ObserveRead(long bytes, long ticks, long now)
    {
        if (bytes > 0) _readPerByte.Learn((double)ticks / bytes, now, _limits.TicksPerSecond);
    }

    /// <summary>So many states were copied out of the cells in a step that ended now.</summary>
    public void ObserveSave(int states, long ticks, long now)
    {
        if (states == 0) return;
        Learn(ref _savePerState, (double)ticks / states);
        _savedAt = now;
    }

    /// <summary>How many states can be copied out in this step beside running requests: more after a long step.</summary>
    public int Saves(long now) =>
        _savePerState <= 0 ? 1 : (int)Math.Clamp((now - _savedAt) / (_savePerState * SavingPart), 0, MostSaves);

    /// <summary>What computing a prompt's token costs, in seconds; 0 while unknown.</summary>
    public double SecondsPerToken => _prefillPerToken / _limits.TicksPerSecond;

    /// <summary>True while bringing tokens back costs less than computing them, as far as is known.</summary>
    /// <param name="cost">What it takes.</param>
    /// <param name="now">The time.</param>
    public bool RestorePays(RestoreCost cost, long now)
    {
        var compute = ComputeTicks(cost.Tokens, cost.ComputeSeconds);
        var reading = cost.FileBytes > 0 ? cost.SilentTicks + ((cost.FileBytes + cost.QueuedBytes) * _readPerByte.At(now, _limits.TicksPerSecond)) : 0;
        return compute <= 0 || (cost.Bytes * _restorePerByte.At(now, _limits.TicksPerSecond)) + reading < compute;
    }

    /// <summary>How long a read is waited for before the tokens that it would spare are computed.</summary>
    /// <param name="tokens">How many.</param>
    /// <param name="computeSeconds">What computing them did cost once; counts while nothing was computed here.</param>
    public long Patience(int tokens, double computeSeconds) =>
        Math.Max((long)ComputeTicks(tokens, computeSeconds), (long)(LeastPatienceSeconds * _limits.TicksPerSecond));

    /// <summary>Bytes of saved states that can be brought back within the target of one step, which cannot be interrupted meanwhile.</summary>
    public long RestoreBudget => _restorePerByte.Last <= 0 ? 1 : Math.Max(1, (long)(_limits.StepTargetTicks / _restorePerByte.Last));

    private double ComputeTicks(int tokens, double computeSeconds) =>
        _prefillPerToken > 0 ? tokens * _prefillPerToken : computeSeconds * _limits.TicksPerSecond;

    // Of a width never seen alone: what the next narrower one that was took.
    private double DecodeTicks(int width)
    {
        while (width > 0 && _decodeByWidth[width] <= 0) width--;
        return width > 0 ? _decodeByWidth[width] : 0;
    }

    private static void Learn(ref double value, double observed) => value = value <= 0 ? observed : value + ((observed - value) * Newest);
}

/// <summary>What bringing saved states back takes, and what it spares.</summary>
/// <param name="Tokens">Tokens that are not computed then.</param>
/// <param name="ComputeSeconds">What computing them did cost once; counts while nothing was computed here.</param>
/// <param name="Bytes">Bytes that are copied into cells.</param>
/// <param name="FileBytes">Bytes that have to be read first.</param>
/// <param name="QueuedBytes">Bytes that are read before those.</param>
/// <param name="SilentTicks">For how long the disk owes an answer already: it will owe the next one as long, as far as anybody knows.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RestoreCost(
    int Tokens, double ComputeSeconds, long Bytes, long FileBytes, long QueuedBytes, long SilentTicks);
