using Hearth.Engine.Cache.Disk;
using Microsoft.Extensions.Logging;

namespace Hearth.Engine;

/// <summary>
/// Answers of which a history shows something else than what was sampled: calls that a template writes with other spaces, thinking, text
/// in other tokens. Their name is how the history writes them and all that stands before, so an answer that a client changed has another.
/// Those of earlier processes are read from a file, which never grows beyond what is remembered. Thread-safe.
/// </summary>
internal sealed class SampledAnswers
{
    /// <summary>Most bytes of all answers: some thousand of a coding agent.</summary>
    public const int MostBytes = 8 * 1024 * 1024;

    private readonly BoundedMemo<RunChain, SampledAnswer> _answers = new(MostBytes);
    private readonly AnswerFile? _file;

    /// <summary>Reads what <paramref name="disk"/> has of earlier processes; null keeps nothing on disk.</summary>
    public SampledAnswers(DiskCacheSettings? disk, ILogger log)
    {
        if (disk is null)
            return;
        _file = new AnswerFile(disk, MostBytes, log);
        _file.ReadSoon(Add);
    }

    /// <summary>The answer that ends there, or null.</summary>
    public SampledAnswer? Find(RunChain end) => _answers.Find(end);

    /// <summary>Remembers an answer.</summary>
    public void Remember(SampledAnswer answer)
    {
        Add(answer);
        _file?.Append(answer, _answers);
    }

    private void Add(SampledAnswer answer) => _answers.Set(answer.End, answer, AnswerFile.RecordBytes(answer));
}
