using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Sessions;

/// <summary>Something that coding agents do, as a script. Every scenario has its own texts and shares nothing with the others.</summary>
internal sealed record Scenario(string Name, Func<ScenarioRun, Task> Run)
{
    private const int Parallel = 4;
    private const int SubAgentTurns = 3;
    private const int TitlePromptTokens = 60;
    private const int Repeats = 2;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("two sessions alternate", AlternateAsync),
        new("sub-agent and back", SubAgentAsync),
        new("four at once", TogetherAsync),
        new("rewind and return", RewindAsync),
        new("title between turns", TitleAsync),
        new("same prompt again", AgainAsync),
    ];

    /// <summary>Two sessions with one system prompt take turns.</summary>
    private static async Task AlternateAsync(ScenarioRun run)
    {
        Conversation[] sessions = [run.Begin("a"), run.Begin("b")];
        for (var turn = 0; turn < run.Plan.Turns; turn++)
        {
            for (var i = 0; i < sessions.Length; i++)
                sessions[i] = await run.TurnAsync(sessions[i]);
        }
    }

    /// <summary>A sub-agent with a system prompt of its own works while the main conversation waits.</summary>
    private static async Task SubAgentAsync(ScenarioRun run)
    {
        var main = await run.TurnsAsync(run.Begin("main"), run.Plan.Turns / 2);
        var agent = Conversation.Begin(run.Texts.Tokens(run.Label("agent system"), run.Plan.Prefix / 2), main.Session, run.Label("agent"));
        for (var turn = 0; turn < SubAgentTurns; turn++)
            agent = await run.TurnAsync(agent, RequestKind.SubAgent);
        await run.TurnsAsync(main, run.Plan.Turns - (run.Plan.Turns / 2));
    }

    /// <summary>Several conversations with one system prompt begin at the same moment and go on so.</summary>
    private static async Task TogetherAsync(ScenarioRun run)
    {
        IReadOnlyList<Conversation> all = [.. Enumerable.Range(0, Parallel).Select(i => run.Begin($"{i}"))];
        for (var turn = 0; turn < 2; turn++)
        {
            all = await run.Meter.SayTogetherAsync(
                [.. all.Select(c => (c, run.Texts.Tokens($"{c.Session} turn {turn}", run.Plan.Text)))], RequestKind.Together);
        }
    }

    /// <summary>Back to the second turn, on from there, and back to what was left.</summary>
    private static async Task RewindAsync(ScenarioRun run)
    {
        var early = await run.TurnAsync(run.Begin("main"));
        var late = await run.TurnsAsync(early, run.Plan.Turns - 1);
        var branch = await run.Meter.SayAsync(early, run.Texts.Tokens(run.Label("branch"), run.Plan.Text), RequestKind.Rewind);
        await run.TurnsAsync(branch, 1);
        await run.TurnAsync(late, RequestKind.Return);
    }

    /// <summary>The client asks for a title of the conversation between two turns.</summary>
    private static async Task TitleAsync(ScenarioRun run)
    {
        var main = await run.TurnAsync(run.Begin("main"));
        var title = Conversation.Begin(run.Texts.Tokens(run.Label("title system"), TitlePromptTokens), main.Session);
        await run.Meter.SayAsync(title, main.Messages[0], RequestKind.Title);
        await run.TurnsAsync(main, 2);
    }

    /// <summary>A client that gave up sends what it sent before.</summary>
    private static async Task AgainAsync(ScenarioRun run)
    {
        var begun = run.Begin("main");
        var text = run.Texts.Tokens(run.Label("first"), run.Plan.First);
        await run.Meter.SayAsync(begun, text, RequestKind.First);
        for (var i = 0; i < Repeats; i++)
            await run.Meter.SayAsync(begun, text, RequestKind.Again);
    }
}

/// <summary>A scenario's means: texts that are its own, and the server it runs on.</summary>
internal sealed record ScenarioRun(string Name, SessionsPlan Plan, PseudoText Texts, SessionMeter Meter)
{
    public string Label(string what) => $"{Name}: {what}";

    /// <summary>A conversation with the scenario's system prompt.</summary>
    public Conversation Begin(string session) =>
        Conversation.Begin(Texts.Tokens(Label("system"), Plan.Prefix), Label(session));

    /// <summary>One more turn: a long first message, then short ones.</summary>
    public Task<Conversation> TurnAsync(Conversation conversation, RequestKind? kind = null)
    {
        var isFirst = conversation.Messages.Count == 0;
        var text = Texts.Tokens($"{conversation.Session} {conversation.Agent} {conversation.Messages.Count}", isFirst ? Plan.First : Plan.Text);
        return Meter.SayAsync(conversation, text, kind ?? (isFirst ? RequestKind.First : RequestKind.Turn));
    }

    public async Task<Conversation> TurnsAsync(Conversation conversation, int turns)
    {
        for (var turn = 0; turn < turns; turn++)
            conversation = await TurnAsync(conversation);
        return conversation;
    }
}
