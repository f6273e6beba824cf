using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>An answer in the words of the Messages API.</summary>
internal sealed class MessagesDialect(MessagesStream stream) : IAnswerDialect
{
    private readonly List<StreamEventWire> _events = [];
    private readonly MessageFold _fold = new();

    public void Write(ChatEvent item, Sse output)
    {
        _events.Clear();
        stream.Add(item, _events);
        foreach (StreamEventWire made in _events)
            output.Write(made.Type, made, MessagesJson.Default.StreamEventWire);
    }

    public void WritePing(Sse output) => output.Write(MessagesStream.Ping.Type, MessagesStream.Ping, MessagesJson.Default.StreamEventWire);

    public void Fold(ChatEvent item)
    {
        _events.Clear();
        stream.Add(item, _events);
        _events.ForEach(_fold.Add);
    }

    public Task ReplyAsync(HttpContext context) => JsonReply.WriteAsync(context, _fold.Message!, MessagesJson.Default.MessageWire);

    public Task RefuseAsync(HttpContext context, ChatError error) => Errors.WriteAsync(context, error);
}
