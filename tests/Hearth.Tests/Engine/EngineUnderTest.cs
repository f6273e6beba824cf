using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Tests.Engine.Decoding;
using Hearth.Tests.Engine.Scheduling;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Tests.Engine;

/// <summary>An engine over scripted decoders, with a gate before its steps unless the test opens it.</summary>
internal sealed class EngineUnderTest : IAsyncDisposable
{
    public const int VocabularySize = SchedulerDrive.VocabularySize;

    private int _decodersMade;

    public EngineUnderTest(
        int window = 100,
        int cells = 400,
        int sequences = 4,
        int queue = 64,
        int microBatch = 16,
        bool isGated = true,
        Func<StepPlan, DecodeOutcome?>? beforeStep = null,
        Func<int, IDecoder>? createDecoder = null)
    {
        if (!isGated) Gate.Open();
        createDecoder ??= _ => new ScriptedDecoder(new DecoderLimits(cells, sequences, 64, microBatch, VocabularySize));
        Engine = new LocalEngine(
            new EngineSettings(["none"], window, cells, sequences) { QueueCapacity = queue },
            ScriptedDecoder.Vocabulary(VocabularySize),
            () => new HookedDecoder(
                createDecoder(Interlocked.Increment(ref _decodersMade)), plan => Gate.Pass(plan) ?? beforeStep?.Invoke(plan)),
            Time,
            NullLogger.Instance);
    }

    public LocalEngine Engine { get; }

    public StepGate Gate { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public int DecodersMade => Volatile.Read(ref _decodersMade);

    /// <summary>A prompt whose answer has exactly <paramref name="answer"/> tokens before the script ends it.</summary>
    public static int[] PromptWithAnswer(int length, int answer) => Enumerable.Range(0, 100_000)
        .Select(number => Enumerable.Range(0, length).Select(i => 1 + ((number >> (i % 4 * 4)) % 15)).ToArray())
        .First(prompt => ScriptedDecoder.Answer(prompt, answer + 1, VocabularySize) is { Ended: true } it && it.Tokens.Count == answer);

    public Generation Accept(int[] prompt, int maxTokens) =>
        Assert.IsType<Submission.Accepted>(Submit(prompt, maxTokens)).Generation;

    public Submission Submit(int[] prompt, int maxTokens) =>
        Engine.Submit(new GenerationRequest(prompt, maxTokens, SamplingSettings.Greedy));

    /// <summary>All events of a request, and the check that the last and only the last is terminal.</summary>
    public static async Task<List<GenerationEvent>> AllEvents(Generation generation)
    {
        using var patience = new CancellationTokenSource(StepGate.Patience);
        var events = new List<GenerationEvent>();
        await foreach (var happened in generation.Events.ReadAllAsync(patience.Token)) events.Add(happened);
        Assert.Equal(events.Count - 1, events.FindIndex(e => e is GenerationFinished or GenerationFailed));
        return events;
    }

    public static async Task<GenerationStop> StopOf(Generation generation) =>
        Assert.IsType<GenerationFinished>((await AllEvents(generation))[^1]).Stop;

    public static async Task<string> FailureOf(Generation generation) =>
        Assert.IsType<GenerationFailed>((await AllEvents(generation))[^1]).Message;

    public static async Task<List<int>> TokensOf(Generation generation) =>
        [.. (await AllEvents(generation)).OfType<TokenGenerated>().Select(e => e.Token)];

    /// <summary>Fails instead of hanging.</summary>
    public static Task Patiently(Task task) => task.WaitAsync(StepGate.Patience);

    /// <summary>Checks that nothing leaked once the engine has nothing to do. The engine checks it too, and faults if not.</summary>
    public async Task CheckIdle()
    {
        await Patiently(Engine.DrainAsync(StepGate.Patience));
        var counters = Engine.Counters;
        Assert.Equal((0, 0), (counters.Waiting, counters.Running));
        Assert.Equal(0, counters.LeasedCells);
    }

    public async ValueTask DisposeAsync()
    {
        Gate.Open();
        await Engine.DisposeAsync();
        Gate.Dispose();
    }
}
