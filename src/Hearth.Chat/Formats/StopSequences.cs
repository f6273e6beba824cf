using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Watches an answer's visible text for the request's stop sequences, across the borders of deltas. Text before the earliest match
/// passes; the match itself and what follows never does. Thinking and tool arguments are not searched.
/// </summary>
public sealed class StopSequences(IReadOnlyList<string> sequences)
{
    private readonly MarkerSplitter _splitter = new([.. sequences.Where(s => s.Length > 0)]);
    private readonly List<SplitPiece> _pieces = [];

    /// <summary>The sequence that ended the answer, or null.</summary>
    public string? Matched { get; private set; }

    /// <summary>Passes <paramref name="item"/> on as far as it is certain; false once a stop sequence has matched.</summary>
    public bool Pass(ChatEvent item, ICollection<ChatEvent> output)
    {
        if (Matched is not null)
            return false;
        if (item is TextDelta delta)
            _splitter.Push(delta.Text, _pieces);
        else
            _splitter.Flush(_pieces);
        if (!Release(output))
            return false;
        if (item is not TextDelta)
            output.Add(item);
        return true;
    }

    /// <summary>The answer ended: releases text that was held back as a possible beginning of a stop sequence.</summary>
    public void Flush(ICollection<ChatEvent> output)
    {
        if (Matched is not null)
            return;
        _splitter.Flush(_pieces);
        Release(output);
    }

    private bool Release(ICollection<ChatEvent> output)
    {
        foreach (SplitPiece piece in _pieces)
        {
            if (piece.IsMarker)
            {
                Matched = piece.Text;
                break;
            }

            output.Add(new TextDelta(piece.Text));
        }

        _pieces.Clear();
        return Matched is null;
    }
}
