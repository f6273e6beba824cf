using System.Security.Cryptography;
using Hearth.Chat;
using Hearth.Children;

namespace Hearth.Documents;

/// <summary>A file's text, or why none can be read at present, and what reading took.</summary>
internal readonly record struct PdfReading(PdfText? Text, ChatError? Refusal, TimeSpan Spent);

/// <summary>
/// The texts of PDF files, read by child processes. A conversation sends its files with every turn, so the latest are remembered by their
/// content. Thread-safe.
/// </summary>
/// <param name="children">Processes that do <see cref="PdfReader.Work"/>.</param>
internal sealed class PdfTexts(ChildPool children)
{
    /// <summary>Enough for the files of a few conversations.</summary>
    private const int Remembered = 64;

    private readonly Lock _lock = new();
    private readonly List<(string Key, PdfText Text)> _latest = [];
    private long _characters;

    /// <summary>Reading all files of one request together: half as much again as one may take.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>Of all remembered texts together: the longest one, and as much again.</summary>
    public long CharactersRemembered { get; init; } = 2 * PdfReader.CharacterLimit;

    /// <summary>The text of a file, in <paramref name="time"/> at the most.</summary>
    public async Task<PdfReading> ReadAsync(ReadOnlyMemory<byte> file, TimeSpan time, CancellationToken cancellation)
    {
        string key = Convert.ToHexString(SHA256.HashData(file.Span));
        if (Find(key) is { } known)
            return new PdfReading(known, null, TimeSpan.Zero);
        if (time <= TimeSpan.Zero)
            return new PdfReading(PdfText.TooSlow, null, TimeSpan.Zero);
        ChildOutcome outcome = await children.AskAsync(file, time, cancellation);
        if (outcome is ChildOutcome.Answered answered)
        {
            PdfText text = PdfText.FromBytes(answered.Answer.Span);
            Remember(key, text);
            return new PdfReading(text, null, outcome.Spent);
        }

        // Not remembered: it may not have been the file's fault.
        return ((ChildOutcome.Failed)outcome).Fault switch
        {
            ChildFault.Busy => Refused(ChatErrorKind.Overloaded, "Too many documents are being read; try again."),
            ChildFault.CannotStart => Refused(ChatErrorKind.Unavailable, "PDF files cannot be read at present; the server's log says why."),
            ChildFault.TimeLimit => new PdfReading(PdfText.TooSlow, null, outcome.Spent),
            ChildFault.MemoryLimit or ChildFault.OutputLimit => new PdfReading(PdfText.TooMuch, null, outcome.Spent),
            _ => new PdfReading(PdfText.Invalid, null, outcome.Spent),
        };
    }

    private static PdfReading Refused(ChatErrorKind kind, string sentence) => new(null, new ChatError(kind, sentence), TimeSpan.Zero);

    private PdfText? Find(string key)
    {
        lock (_lock)
        {
            int index = _latest.FindIndex(l => l.Key == key);
            if (index < 0)
                return null;
            (string Key, PdfText Text) found = _latest[index];
            _latest.RemoveAt(index);
            _latest.Add(found);
            return found.Text;
        }
    }

    private void Remember(string key, PdfText text)
    {
        lock (_lock)
        {
            if (text.Text.Length > CharactersRemembered || _latest.Exists(l => l.Key == key))
                return;
            _latest.Add((key, text));
            _characters += text.Text.Length;
            while (_latest.Count > Remembered || _characters > CharactersRemembered)
            {
                _characters -= _latest[0].Text.Text.Length;
                _latest.RemoveAt(0);
            }
        }
    }
}
