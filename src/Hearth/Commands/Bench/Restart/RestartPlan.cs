using Hearth.Engine;

namespace Hearth.Commands.Bench.Restart;

/// <summary>How much to measure. Sizes in tokens.</summary>
/// <param name="Lengths">Prompts whose first token is measured cold and restored.</param>
/// <param name="Turns">Turns of one session, with a restart between each; 0 leaves it out.</param>
/// <param name="Pairs">Pairs of streams beside a finished prompt that is written or not; 0 leaves them out.</param>
/// <param name="HasSegments">Whether ranges of several lengths and compression are measured.</param>
/// <param name="Threads">Threads that compute.</param>
internal sealed record RestartPlan(IReadOnlyList<int> Lengths, int Turns, int Pairs, bool HasSegments, int Threads)
{
    /// <summary>The session's first prompt, what each turn adds, and its answer.</summary>
    public const int FirstPrompt = 600;
    public const int TurnText = 60;
    public const int TurnAnswer = 12;

    /// <summary>The prompt that is written while a stream runs, and the stream's length.</summary>
    public const int WrittenPrompt = 2048;
    public const int StreamTokens = 160;

    /// <summary>The folder is the benchmark's own, so that nothing else can be in it.</summary>
    public static readonly UInt128 Identity = 1;

    private const int TextIds = 256;
    private const long DiskBytes = 16L << 30;

    /// <summary>What is wrong with it, or null.</summary>
    public string? Error => this switch
    {
        { Lengths.Count: 0 } => "--lengths needs at least one number, like 2000,6000.",
        _ when Lengths.Any(l => l < 1) => "--lengths must be at least 1 each.",
        { Turns: < 0 } or { Pairs: < 0 } => "--turns and --pairs must not be negative.",
        { Threads: < 1 } => "--threads must be at least 1.",
        _ => null,
    };

    private int Window
    {
        get
        {
            var longest = Math.Max(Lengths.Max(), Turns == 0 ? 0 : FirstPrompt + (Turns * (TurnText + TurnAnswer)));
            return (Math.Max(longest, Pairs > 0 || HasSegments ? WrittenPrompt : 0) + StreamTokens + 511) / 256 * 256;
        }
    }

    /// <summary>An engine's settings; without a folder it keeps nothing on disk.</summary>
    public EngineSettings Settings(string model, string? folder, bool onGpu) => new([model], Window, Window + 1024, 4)
    {
        SequenceIds = 16,
        Threads = Threads,
        BatchThreads = Threads,
        GpuLayers = onGpu ? -1 : 0,
        DiskCache = folder is null ? null : new DiskCacheSettings(folder, Identity, Path.GetFileName(model), DiskBytes),
    };

    /// <summary>Tokens that no other seed gives.</summary>
    public static int[] Tokens(int seed, int count, int vocabularySize)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(Math.Min(vocabularySize, TextIds)))];
    }
}
