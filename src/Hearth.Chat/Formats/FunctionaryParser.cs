using System.Text;
using Hearth.Chat.Formats.Reading;

namespace Hearth.Chat.Formats;

/// <summary>
/// Reads what Functionary 3.2 writes: messages to a recipient, <c>&gt;&gt;&gt;all</c> and text in the next lines, or
/// <c>&gt;&gt;&gt;NAME</c> and a JSON object. The prompt ends with the first <c>&gt;&gt;&gt;</c>, so an answer begins with a recipient.
/// Within a line, where text may hold anything, only an offered tool is one.
/// </summary>
internal sealed class FunctionaryParser(OutputParserSettings settings) : FamilyParser(settings, AllMarkers)
{
    private const string Recipient = ">>>";
    private const string Everybody = "all";

    private readonly StringBuilder _name = new();

    /// <summary>Every marker.</summary>
    public static IReadOnlyList<string> AllMarkers { get; } = [Recipient];

    /// <inheritdoc/>
    protected override IEnumerable<Wait> Read()
    {
        foreach (Wait wait in ReadMessage())
            yield return wait;
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (Input.IsAtEnd)
                yield break;
            if (Input.Marker == Recipient)
            {
                foreach (Wait wait in ReadMessage())
                    yield return wait;
            }
            else if (Input.Marker is { } other)
            {
                Output.Write(other);
                Input.Advance();
            }
            else
            {
                Output.Write(Input.TakeText());
            }
        }
    }

    /// <summary>Reads a recipient, and the call where it is a tool. What goes to everybody is left.</summary>
    private IEnumerable<Wait> ReadMessage()
    {
        Input.StartRecording();
        if (Input.NeedsMore)
            yield return Wait.Input;
        bool hasMarker = Input.Marker == Recipient;
        if (hasMarker)
            Input.Advance();
        foreach (Wait wait in ReadName())
            yield return wait;
        string name = _name.ToString();
        bool isRecipient = Input.Character == '\n' && name.Length > 0;
        if (isRecipient && name == Everybody && Output.IsAtLineStart)
        {
            Input.Advance();
            Input.StopRecording();
            yield break;
        }

        JsonCallReader reader = new(Input, Output, MayCall);
        if (isRecipient && MayCall(name))
        {
            foreach (Wait wait in ReadCall(name, reader))
                yield return wait;
        }

        string raw = Input.StopRecording();
        if (reader.IsComplete)
            Output.CloseCall();
        else if (Output.IsInCall || hasMarker)
            GiveUp(raw);
        else
            Output.Write(raw);
    }

    private IEnumerable<Wait> ReadCall(string name, JsonCallReader reader)
    {
        foreach (Wait wait in Input.SkipSpace())
            yield return wait;
        if (Input.Character != '{')
            yield break;
        Output.OpenCall(name);
        foreach (Wait wait in reader.ReadArguments())
            yield return wait;
    }

    private bool MayCall(string name) => HasTools && (Output.IsAtLineStart || Offers(name));

    private IEnumerable<Wait> ReadName()
    {
        _name.Clear();
        while (true)
        {
            if (Input.NeedsMore)
                yield return Wait.Input;
            if (!char.IsLetterOrDigit(Input.Character) && Input.Character is not ('_' or '-' or '.'))
                break;
            _name.Append(Input.Character);
            Input.Advance();
        }

        while (Input.Character is ' ' or '\r')
        {
            Input.Advance();
            if (Input.NeedsMore)
                yield return Wait.Input;
        }
    }
}
