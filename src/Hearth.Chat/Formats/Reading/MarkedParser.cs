namespace Hearth.Chat.Formats.Reading;

/// <summary>
/// The parser of families that announce a call with a marker, in the middle of text. What follows a marker and is no call after all is
/// text, all of it; where the answer was cut off in a call, the rest of it is nothing.
/// </summary>
internal abstract class MarkedParser(
    OutputParserSettings settings,
    IEnumerable<string> markers,
    ThinkingMarkers thinking,
    bool keepsSpaceBesideCalls = false,
    string? inlineToken = null)
    : FamilyParser(settings, markers, keepsSpaceBesideCalls, inlineToken)
{
    /// <summary>All that was read since the last marker or call is understood and not to be shown.</summary>
    protected bool IsUnderstood { get; set; }

    /// <summary>Characters at which a call may begin without a marker, at the start of a line.</summary>
    protected virtual string BareStarts => "";

    /// <inheritdoc/>
    protected override IEnumerable<Wait> Read()
    {
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.IsAtEnd)
                yield break;
            if (MayBegin())
            {
                foreach (Wait wait in TryCalls())
                    yield return wait;
            }
            else if (Input.Marker is { } marker)
            {
                bool wasThinking = Output.IsThinking;
                Input.Advance();
                ReadMarker(marker);
                if (wasThinking || !Output.IsThinking)
                    continue;
                foreach (Wait wait in AfterThinkingOpens())
                    yield return wait;
            }
            else
            {
                Output.Write(Input.TakeUntil(BareStarts));
                TakeStart();
            }
        }
    }

    /// <summary>True for a marker that announces calls.</summary>
    protected abstract bool Announces(string marker);

    /// <summary>True for a marker that belongs to calls and is not shown where it stands alone.</summary>
    protected virtual bool IsStray(string marker) => false;

    /// <summary>Reads what stands at the beginning of thinking and is not a part of it.</summary>
    protected virtual IEnumerable<Wait> AfterThinkingOpens() => [];

    /// <summary>Reads calls, beginning with what announces them. Leaves where something stands that does not belong to them.</summary>
    protected abstract IEnumerable<Wait> ReadCalls();

    /// <summary>The open call is complete, and all that was read of it understood.</summary>
    protected void CloseCall()
    {
        Output.CloseCall();
        IsUnderstood = true;
        Input.StartRecording();
    }

    private bool MayBegin() => HasTools && (Input.Marker is { } marker
        ? Announces(marker)
        : !Output.IsThinking && Output.IsAtLineStart && BareStarts.Contains(Input.Character, StringComparison.Ordinal));

    /// <summary>A character that may begin a call does not where it stands within a line.</summary>
    private void TakeStart()
    {
        if (Input.NeedsMore || Input.IsAtEnd || Input.Marker is not null || MayBegin())
            return;
        if (BareStarts.Contains(Input.Character, StringComparison.Ordinal))
        {
            Output.Write(Input.Symbol);
            Input.Advance();
        }
    }

    private IEnumerable<Wait> TryCalls()
    {
        Input.StartRecording();
        IsUnderstood = false;
        foreach (Wait wait in ReadCalls())
            yield return wait;
        string raw = Input.StopRecording();
        if (!IsUnderstood || Output.IsInCall)
            GiveUp(raw);
    }

    private void ReadMarker(string marker)
    {
        if (!Output.IsThinking && thinking.Opens(marker))
            Output.BeginThinking();
        else if (Output.IsThinking && thinking.Closes(marker))
            Output.EndThinking();
        else if (!IsStray(marker) && !(thinking.Closes(marker) && Output.IsAtLineStart))
            Output.Write(marker);
    }
}
