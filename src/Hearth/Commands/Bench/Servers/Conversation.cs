namespace Hearth.Commands.Bench.Servers;

/// <summary>
/// What a client has said and heard so far. A value: an earlier one is the conversation rewound. Messages alternate and begin with the
/// user's.
/// </summary>
/// <param name="System">The system prompt, or null.</param>
/// <param name="Messages">User, assistant, user, ...</param>
/// <param name="Session">The client's name for its session.</param>
/// <param name="Agent">The sub-agent's name within the session; null for the main conversation.</param>
internal sealed record Conversation(string? System, IReadOnlyList<string> Messages, string Session, string? Agent = null)
{
    /// <summary>
    /// What stands for an answer without text: the API takes no empty message.
    /// </summary>
    private const string NoAnswer = "ok";

    public static Conversation Begin(string? system, string session, string? agent = null) => new(system, [], session, agent);

    /// <summary>Whether the user's message is the last.</summary>
    public bool WaitsForAnswer => Messages.Count % 2 == 1;

    public Conversation Say(string text) => WaitsForAnswer
        ? throw new InvalidOperationException("The last message is the user's already.")
        : this with { Messages = [.. Messages, text] };

    public Conversation Hear(string answer) => WaitsForAnswer
        ? this with { Messages = [.. Messages, string.IsNullOrWhiteSpace(answer) ? NoAnswer : answer] }
        : throw new InvalidOperationException("There is nothing to answer.");

    public AskWire Wire(int answerTokens) => new(
        "default", answerTokens, System, [.. Messages.Select((text, i) => new TurnWire(i % 2 == 0 ? "user" : "assistant", text))],
        Stream: true, Temperature: 0);
}
