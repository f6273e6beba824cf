using Hearth.Chat;

namespace Hearth.Http;

/// <summary>How one answer looks in one API. One request's, used by one thread at a time.</summary>
internal interface IAnswerDialect
{
    /// <summary>Writes what an event becomes in a stream; it leaves when the caller sends it. The last event, good or bad, ends the stream.</summary>
    void Write(ChatEvent item, Sse output);

    /// <summary>Writes what keeps a silent stream alive.</summary>
    void WritePing(Sse output);

    /// <summary>Takes an event of an answer that becomes one object.</summary>
    void Fold(ChatEvent item);

    /// <summary>Answers with that object. Called after an <see cref="AnswerFinished"/> only.</summary>
    Task ReplyAsync(HttpContext context);

    /// <summary>Answers with an error, before anything else was sent.</summary>
    Task RefuseAsync(HttpContext context, ChatError error);
}
