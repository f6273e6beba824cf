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
    private readonly List<TemplateMessage> _messages = [];

    /// <summary>Calls of the last answer. Nothing is added behind that answer before they have their results.</summary>
    private readonly List<ToolCallContent> _open = [];

    /// <summary>Instructions that came while calls were open.</summary>
    private readonly List<string> _held = [];

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
        return conversation._messages;
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
        if (_messages.Count == 0 ? _capabilities.SystemRole : _capabilities.SystemAnywhere)
            _messages.Add(new TemplateMessage("system", text));
        else
            AddUser($"<system-reminder>\n{text}\n</system-reminder>");
    }

    private void AddUserMessage(ChatMessage message)
    {
        List<ToolResultContent> results = [.. message.Content.OfType<ToolResultContent>()];
        bool hasResults = results.Count > 0;
        Answer(results);
        IEnumerable<string> strays = results.Select(_text.OfStray);
        string text = ContentText.Join([.. strays, _text.Of(message.Content.Where(c => c is not ToolResultContent))]);
        if (text.Length == 0 && hasResults)
            return;
        AddUser(text);
    }

    /// <summary>Strict templates want alternating roles, so neighbouring user texts become one message.</summary>
    private void AddUser(string text)
    {
        if (_messages is [.., { Role: "user" } last])
            _messages[^1] = last with { Content = ContentText.Join([last.Content, text]) };
        else
            _messages.Add(new TemplateMessage("user", text));
    }

    /// <summary>
    /// Gives the open calls their results, taken from <paramref name="results"/> and put in the order of the calls, whatever order the
    /// client finished them in. What remains in <paramref name="results"/> answers no open call.
    /// </summary>
    private void Answer(List<ToolResultContent> results)
    {
        if (_open.Count == 0)
            return;
        List<(ToolCallContent Call, string Text)> answers = [];
        foreach (ToolCallContent call in _open)
        {
            int index = results.FindIndex(r => r.CallId == call.Id);
            answers.Add((call, index < 0 ? NoResult : _text.Of(results[index])));
            if (index >= 0)
                results.RemoveAt(index);
        }

        _open.Clear();
        if (_capabilities.Tools)
            _messages.AddRange(answers.Select(ToolMessage));
        else
            answers.ForEach(a => AddUser(ToolPrompt.WriteResult(a.Text)));
        _held.ForEach(AddSystem);
        _held.Clear();
    }

    private static TemplateMessage ToolMessage((ToolCallContent Call, string Text) answer) => new("tool", answer.Text) { Answers = answer.Call };

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
        TemplateMessage before = new("assistant", "");
        if (_messages is [.., { Role: "assistant" } last])
        {
            _messages.RemoveAt(_messages.Count - 1);
            before = last;
        }

        string text = _text.Of(message.Content.Where(c => c is not (ToolCallContent or ThinkingContent)));
        string reasoning = ContentText.Join(
            [before.Reasoning ?? "", .. message.Content.OfType<ThinkingContent>().Select(t => t.Text)]);
        _messages.Add(new TemplateMessage(
            "assistant", ContentText.Join([before.Content, text, .. _capabilities.Tools ? [] : calls.Select(ToolPrompt.WriteCall)]))
        {
            Reasoning = reasoning.Length == 0 ? null : reasoning,
            ToolCalls = _capabilities.Tools ? [.. before.ToolCalls, .. calls] : [],
        });
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
        if (_messages.TrueForAll(m => m.Role == "system"))
            _messages.Add(new TemplateMessage("user", ""));
    }

    /// <summary>Calls at the very end stay open, unless instructions follow them or the template cannot write them together.</summary>
    private void End()
    {
        if (_held.Count > 0 || (_capabilities is { Tools: true, ParallelCalls: false } && _open.Count > 1))
            Answer([]);
        EnsureUser();
    }
}
