using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>
/// The messages of a conversation while it is read. Neighbours of one role are one message, as the API merges them; system messages keep
/// their own places.
/// </summary>
internal sealed class MergedMessages
{
    private readonly List<(ChatRole Role, List<ChatContent> Content)> _messages = [];

    /// <summary>Messages so far.</summary>
    public int Count => _messages.Count;

    /// <summary>The next message; instructions without content are none.</summary>
    public void Append(ChatMessage message)
    {
        if (message.Role == ChatRole.System && message.Content.Count == 0)
            return;
        if (message.Role != ChatRole.System && _messages is [.., var last] && last.Role == message.Role)
            last.Content.AddRange(message.Content);
        else
            _messages.Add((message.Role, [.. message.Content]));
    }

    /// <summary>Forgets the messages from <paramref name="start"/> on.</summary>
    public void RemoveFrom(int start) => _messages.RemoveRange(start, _messages.Count - start);

    /// <summary>The messages, to which nothing is appended any more.</summary>
    public ChatMessage[] ToMessages() => [.. _messages.Select(m => new ChatMessage(m.Role, m.Content))];
}
