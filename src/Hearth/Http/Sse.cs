using System.IO.Pipelines;
using System.Text;
using System.Text.Json.Serialization.Metadata;

namespace Hearth.Http;

/// <summary>Server-sent events on a response.</summary>
internal sealed class Sse(HttpResponse response)
{
    private readonly PipeWriter _writer = response.BodyWriter;

    /// <summary>Sends the headers at once, so that the client knows it is heard.</summary>
    public static async Task<Sse> BeginAsync(HttpResponse response, CancellationToken cancellation)
    {
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-cache";
        response.Headers["x-accel-buffering"] = "no";
        await response.StartAsync(cancellation);
        await response.BodyWriter.FlushAsync(cancellation);
        return new Sse(response);
    }

    /// <summary>Adds one event; it leaves with the next <see cref="FlushAsync"/>.</summary>
    public void Write<T>(string name, T data, JsonTypeInfo<T> type)
    {
        Encoding.UTF8.GetBytes("event: ", _writer);
        Encoding.UTF8.GetBytes(name, _writer);
        Encoding.UTF8.GetBytes("\ndata: ", _writer);
        JsonReply.Write(_writer, data, type);
        Encoding.UTF8.GetBytes("\n\n", _writer);
    }

    /// <summary>Sends what was written.</summary>
    public ValueTask FlushAsync(CancellationToken cancellation)
    {
        ValueTask<FlushResult> flush = _writer.FlushAsync(cancellation);
        return flush.IsCompletedSuccessfully ? ValueTask.CompletedTask : new ValueTask(flush.AsTask());
    }
}
