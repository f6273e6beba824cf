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
    /// <summary>What was announced last is no call, so that what ends it is text too.</summary>
    private bool _hasGivenUp;

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

    /// <summary>Reads a JSON list of calls, to behind its bracket where it has one.</summary>
    protected IEnumerable<Wait> ReadList(JsonCallReader reader)
    {
        Input.Advance();
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        while (Input.Character == '{')
        {
            IsUnderstood = false;
            foreach (Wait wait in reader.ReadCall())
                yield return wait;
            if (!reader.IsComplete)
                yield break;
            CloseCall();
            foreach (Wait wait in SkipBetween(",;"))
                yield return wait;
        }

        if (Input.Character != ']')
            yield break;
        IsUnderstood = true;
        Input.Advance();
    }

    /// <summary>Skips white space and what may stand between calls.</summary>
    protected IEnumerable<Wait> SkipBetween(string separators)
    {
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (!Input.IsWhiteSpace && (Input.Character == '\0' || !separators.Contains(Input.Character, StringComparison.Ordinal)))
                yield break;
            Input.Advance();
        }
    }

    /// <summary>
    /// True for a name that may be called here. Only an offered tool is sure to be meant where no marker announces the call, and while the
    /// model thinks, which may only think of a call.
    /// </summary>
    protected bool MayCall(string name, bool isAnnounced = true) => (isAnnounced && !Output.IsThinking) || Offers(name);

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
        _hasGivenUp = !IsUnderstood || Output.IsInCall;
        if (_hasGivenUp)
            GiveUp(raw);
    }

    private void ReadMarker(string marker)
    {
        if (!Output.IsThinking && thinking.Opens(marker))
            Output.BeginThinking();
        else if (Output.IsThinking && thinking.Closes(marker))
            Output.EndThinking();
        else if ((_hasGivenUp || !IsStray(marker)) && !(thinking.Closes(marker) && Output.IsAtLineStart))
            Output.Write(marker);
    }
}
