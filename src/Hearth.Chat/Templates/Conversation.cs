using System.Text.Json;

namespace Hearth.Chat.Templates;

/// <summary>
/// Turns a request's messages into what a template accepts, in order and with nothing lost. How a message is turned depends only on
/// what stands before it, so a growing conversation keeps its prefix.
/// </summary>
internal sealed class Conversation
{
    /// <summary>The result of a call that the conversation goes on without: templates want one for each.</summary>
    private const string NoResult = "[no result]";

    private readonly TemplateCapabilities _capabilities;
    private readonly ContentText _text;
    private readonly List<Turn> _turns = [];

    /// <summary>Calls of the last answer. Nothing is added behind that answer before they have their results.</summary>
    private readonly List<ToolCallContent> _open = [];

    /// <summary>Instructions that came while calls were open.</summary>
    private readonly List<string> _held = [];

    /// <summary>There is more than instructions.</summary>
    private bool _hasBegun;

    private Conversation(TemplateCapabilities capabilities, IReadOnlyList<ToolDefinition> tools) =>
        (_capabilities, _text) = (capabilities, new ContentText(tools, capabilities.Tools));

    /// <summary><paramref name="messages"/> for a template with <paramref name="capabilities"/>.</summary>
    public static IReadOnlyList<TemplateMessage> Build(
        IReadOnlyList<ChatMessage> messages, IReadOnlyList<ToolDefinition> tools, TemplateCapabilities capabilities)
    {
        Conversation conversation = new(capabilities, tools);
        string toolPrompt = tools.Count > 0 && !capabilities.Tools ? ToolPrompt.Describe(tools) : "";
        if (messages is not [{ Role: ChatRole.System }, ..])
            conversation.AddSystem(toolPrompt);
        for (int i = 0; i < messages.Count; i++)
            conversation.Add(messages[i], i == 0 ? toolPrompt : "");
        conversation.End();
        return [.. conversation._turns.Select(t => t.ToMessage())];
    }

    private void Add(ChatMessage message, string toolPrompt)
    {
        switch (message.Role)
        {
            case ChatRole.System:
                string instructions = ContentText.Join([_text.Of(message.Content), toolPrompt]);
                if (_open.Count > 0)
                    _held.Add(instructions);
                else
                    AddSystem(instructions);
                break;
            case ChatRole.User:
                AddUserMessage(message);
                break;
            default:
                AddAssistant(message);
                break;
        }
    }

    /// <summary>Instructions in their place, or as a marked text of the user. Empty ones would still be a turn, so they are none.</summary>
    private void AddSystem(string text)
    {
        if (text.Length == 0)
            return;
        if (_turns.Count == 0 ? _capabilities.SystemRole : _capabilities.SystemAnywhere)
            _turns.Add(new Turn("system", text));
        else
            AddUser($"<system-reminder>\n{text}\n</system-reminder>");
    }

    private void AddUserMessage(ChatMessage message)
    {
        ToolResultContent[] results = [.. message.Content.OfType<ToolResultContent>()];
        bool hasResults = results.Length > 0;
        IEnumerable<string> strays = Answer(results).Select(_text.OfStray);
        string text = ContentText.Join([.. strays, _text.Of(message.Content.Where(c => c is not ToolResultContent))]);
        if (text.Length == 0 && hasResults)
            return;
        AddUser(text);
    }

    /// <summary>Strict templates want alternating roles, so neighbouring user texts become one message.</summary>
    private void AddUser(string text)
    {
        if (_turns is [.., { Role: "user" } last])
            last.Texts.Add(text);
        else
            AddTurn(new Turn("user", text));
    }

    /// <summary>
    /// Gives the open calls their results, taken from <paramref name="results"/> and put in the order of the calls, whatever order the
    /// client finished them in. What it returns answers no open call.
    /// </summary>
    private IReadOnlyList<ToolResultContent> Answer(IReadOnlyList<ToolResultContent> results)
    {
        if (_open.Count == 0)
            return results;
        Dictionary<string, Queue<ToolResultContent>> byCall = results.GroupBy(r => r.CallId, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => new Queue<ToolResultContent>(g), StringComparer.Ordinal);
        HashSet<ToolResultContent> taken = new(ReferenceEqualityComparer.Instance);
        foreach (ToolCallContent call in _open)
        {
            string text = NoResult;
            if (byCall.GetValueOrDefault(call.Id)?.TryDequeue(out ToolResultContent? result) == true)
            {
                taken.Add(result);
                text = _text.Of(result);
            }

            if (_capabilities.Tools)
                AddTurn(new Turn("tool", text) { Answers = call });
            else
                AddUser(ToolPrompt.WriteResult(text));
        }

        _open.Clear();
        _held.ForEach(AddSystem);
        _held.Clear();
        return [.. results.Where(r => !taken.Contains(r))];
    }

    /// <summary>Neighbouring answers are one answer, as neighbouring user texts are.</summary>
    private void AddAssistant(ChatMessage message)
    {
        if (_held.Count > 0)
            Answer([]);
        if (_capabilities.NeedsUserFirst)
            EnsureUser();
        ToolCallContent[] calls = [.. message.Content.OfType<ToolCallContent>().Select(WithObject)];
        _text.Note(calls);
        _open.AddRange(calls);
        if (_turns is not [.., { Role: "assistant" }])
            AddTurn(new Turn("assistant"));
        Turn turn = _turns[^1];
        turn.Texts.Add(_text.Of(message.Content.Where(c => c is not (ToolCallContent or ThinkingContent))));
        turn.Thoughts.AddRange(message.Content.OfType<ThinkingContent>().Select(t => t.Text));
        if (_capabilities.Tools)
            turn.Calls.AddRange(calls);
        else
            turn.Texts.AddRange(calls.Select(ToolPrompt.WriteCall));
    }

    private void AddTurn(Turn turn)
    {
        _turns.Add(turn);
        _hasBegun = true;
    }

    /// <summary>Templates take arguments apart by name, and a client may send back anything that a model once wrote.</summary>
    private static ToolCallContent WithObject(ToolCallContent call) => call.Arguments.ValueKind switch
    {
        JsonValueKind.Object => call,
        JsonValueKind.Undefined or JsonValueKind.Null => call with { Arguments = ToolJson.EmptyObject },
        _ => call with { Arguments = ToolJson.Wrap("input", call.Arguments) },
    };

    /// <summary>A conversation begins with the user; many templates refuse it otherwise.</summary>
    private void EnsureUser()
    {
        if (!_hasBegun)
            AddTurn(new Turn("user", ""));
    }

    /// <summary>Calls at the very end stay open, unless instructions follow them or the template cannot write them together.</summary>
    private void End()
    {
        if (_held.Count > 0 || (_capabilities is { Tools: true, ParallelCalls: false } && _open.Count > 1))
            Answer([]);
        EnsureUser();
    }

    /// <summary>A message while it still grows.</summary>
    private sealed class Turn(string role, params List<string> texts)
    {
        public string Role => role;

        public List<string> Texts => texts;

        public List<string> Thoughts { get; } = [];

        public List<ToolCallContent> Calls { get; } = [];

        public ToolCallContent? Answers { get; init; }

        public TemplateMessage ToMessage() => new(role, ContentText.Join(texts))
        {
            Reasoning = ContentText.Join(Thoughts) is { Length: > 0 } reasoning ? reasoning : null,
            ToolCalls = Calls,
            Answers = Answers,
        };
    }
}
