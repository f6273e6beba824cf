using System.Text;
using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Providers;

/// <summary>Collects the events of an answer as the message that a client sends back. Used by one thread.</summary>
internal sealed class AnswerContents
{
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = JsonDepth.MostOfBody };

    private readonly List<ChatContent> _contents = [];
    private readonly StringBuilder _block = new();
    private ChatEvent? _open;

    /// <summary>The message so far.</summary>
    public ChatMessage Message
    {
        get
        {
            Close();
            return new ChatMessage(ChatRole.Assistant, [.. _contents]);
        }
    }

    /// <summary>Takes the next event.</summary>
    public void Add(ChatEvent next)
    {
        switch (next)
        {
            case TextDelta text:
                Continue(next, text.Text);
                break;
            case ThinkingDelta thinking:
                Continue(next, thinking.Text);
                break;
            case ToolCallStarted:
                Close();
                _open = next;
                break;
            case ToolCallArguments arguments:
                _block.Append(arguments.Json);
                break;
            case ToolCallFinished:
                Close();
                break;
            case ToolCallDropped:
                _block.Clear();
                _open = null;
                break;
        }
    }

    private void Continue(ChatEvent kind, string text)
    {
        if (_open?.GetType() != kind.GetType())
            Close();
        _open = kind;
        _block.Append(text);
    }

    private void Close()
    {
        string text = _block.ToString();
        _block.Clear();
        switch (_open)
        {
            case TextDelta:
                _contents.Add(new TextContent(text));
                break;
            case ThinkingDelta:
                _contents.Add(new ThinkingContent(text, ""));
                break;
            case ToolCallStarted call:
                using (JsonDocument arguments = JsonDocument.Parse(text, Deep))
                    _contents.Add(new ToolCallContent(call.Id, call.Name, arguments.RootElement.Clone()));
                break;
        }

        _open = null;
    }
}
