using System.Runtime.InteropServices;
using System.Text.Json;
using Hearth.Chat;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>
/// Calls that the model made, by id. Clients send them back as their JSON library writes them: with keys in another order, 1 for 1.0. What
/// means the same is given back as it was sampled, so that the history stays the same text. Thread-safe.
/// </summary>
internal sealed class SampledCalls
{
    /// <summary>Most characters of all arguments: those of some hundred sessions, less where whole files are written.</summary>
    private const int MostChars = 4 * 1024 * 1024;

    private readonly BoundedMemo<string, ToolCallContent> _calls = new(MostChars);

    /// <summary>Remembers the calls of an answer.</summary>
    public void Remember(ChatMessage answer)
    {
        foreach (ToolCallContent call in answer.Content.OfType<ToolCallContent>())
            _calls.Set(call.Id, call, call.Id.Length + call.Arguments.GetRawText().Length);
    }

    /// <summary>The request with its calls as they were sampled, as far as they mean the same.</summary>
    public ChatRequest Restore(ChatRequest request) =>
        request.Messages.Any(m => m.Content.OfType<ToolCallContent>().Any(c => !ReferenceEquals(Sampled(c), c)))
            ? request with { Messages = [.. request.Messages.Select(m => m with { Content = [.. m.Content.Select(c => c is ToolCallContent call ? Sampled(call) : c)] })] }
            : request;

    private ToolCallContent Sampled(ToolCallContent call) =>
        _calls.Find(call.Id) is { } sampled
        && sampled.Name == call.Name
        && !JsonMarshal.GetRawUtf8Value(sampled.Arguments).SequenceEqual(JsonMarshal.GetRawUtf8Value(call.Arguments))
        && JsonElement.DeepEquals(sampled.Arguments, call.Arguments) ? sampled : call;
}
