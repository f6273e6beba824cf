using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>
/// Turns an answer's events into those of the Messages API: a state machine with at most one open block. Streams write the events as
/// they come; a whole message is the same events folded by <see cref="MessageFold"/>.
/// </summary>
internal sealed class MessagesStream(string messageId, string model, bool omitsThinking, bool hasContextManagement, CacheLifetime cache)
{
    private enum Block
    {
        None,
        Text,
        Thinking,
        Tool,
    }

    private static readonly JsonElement EmptyObject = JsonDocument.Parse("{}").RootElement;

    private readonly System.Text.StringBuilder _thinking = new();
    private Block _open;
    private int _index = -1;

    private ContextManagementWire? Edits => hasContextManagement ? new ContextManagementWire() : null;

    /// <summary>Appends the events that <paramref name="item"/> becomes.</summary>
    public void Add(ChatEvent item, ICollection<StreamEventWire> output)
    {
        switch (item)
        {
            case AnswerStarted started:
                output.Add(new StreamEventWire("message_start") { Message = Start(started.Usage) });
                output.Add(Ping);
                break;
            case TextDelta text:
                Open(Block.Text, new BlockWire("text") { Text = "" }, output);
                output.Add(Delta(new DeltaWire("text_delta") { Text = text.Text }));
                break;
            case ThinkingDelta thinking:
                AddThinking(thinking.Text, output);
                break;
            case ToolCallStarted call:
                Close(output);
                Open(Block.Tool, new BlockWire("tool_use") { Id = call.Id, Name = call.Name, Input = EmptyObject }, output);
                break;
            case ToolCallArguments arguments:
                output.Add(Delta(new DeltaWire("input_json_delta") { PartialJson = arguments.Json }));
                break;
            case ToolCallFinished:
                Close(output);
                break;
            case ToolCallDropped:
                Close(output, isDropped: true);
                break;
            case AnswerFinished finished:
                Finish(finished, output);
                break;
            case AnswerFailed failed:
                output.Add(Failure(failed.Error));
                break;
        }
    }

    /// <summary>Keeps the connection alive; may stand anywhere.</summary>
    public static StreamEventWire Ping { get; } = new("ping");

    /// <summary>Ends a stream that broke.</summary>
    public static StreamEventWire Failure(ChatError error) => new("error") { Error = Errors.ToWire(error) };

    /// <summary>Everything that is computed goes into the cache. It is reported as such to clients that ask for a cache, and as input to others.</summary>
    private UsageWire Usage(ChatUsage usage, int outputTokens)
    {
        int created = cache == CacheLifetime.None ? 0 : usage.InputTokens;
        return new UsageWire
        {
            InputTokens = usage.InputTokens - created,
            CacheCreationInputTokens = created,
            CacheReadInputTokens = usage.CachedTokens,
            CacheCreation = cache == CacheLifetime.OneHour ? new CacheCreationWire(0, created) : new CacheCreationWire(created, 0),
            OutputTokens = outputTokens,
            OutputTokensDetails = usage.ThinkingTokens > 0 ? new OutputDetailsWire(usage.ThinkingTokens) : null,
        };
    }

    private static string StopReason(FinishReason reason) => reason switch
    {
        FinishReason.EndOfTurn => "end_turn",
        FinishReason.MaxTokens => "max_tokens",
        FinishReason.StopSequence => "stop_sequence",
        FinishReason.ToolCalls => "tool_use",
        _ => "model_context_window_exceeded",
    };

    private MessageWire Start(ChatUsage usage) => new()
    {
        Id = messageId,
        Model = model,
        Content = [],
        Usage = Usage(usage, outputTokens: 1),
    };

    private void AddThinking(string text, ICollection<StreamEventWire> output)
    {
        Open(Block.Thinking, new BlockWire("thinking") { Thinking = "", Signature = "" }, output);
        _thinking.Append(text);
        if (!omitsThinking)
            output.Add(Delta(new DeltaWire("thinking_delta") { Thinking = text }));
    }

    private void Finish(AnswerFinished finished, ICollection<StreamEventWire> output)
    {
        Close(output);
        output.Add(new StreamEventWire("message_delta")
        {
            Delta = new DeltaWire(Type: null) { StopReason = StopReason(finished.Reason), StopSequence = finished.StopSequence },
            Usage = Usage(finished.Usage, finished.Usage.OutputTokens),
            ContextManagement = Edits,
        });
        output.Add(new StreamEventWire("message_stop"));
    }

    private void Open(Block block, BlockWire start, ICollection<StreamEventWire> output)
    {
        if (_open == block)
            return;
        Close(output);
        _open = block;
        _index++;
        output.Add(new StreamEventWire("content_block_start") { Index = _index, ContentBlock = start });
    }

    private void Close(ICollection<StreamEventWire> output, bool isDropped = false)
    {
        if (_open == Block.None)
            return;
        if (_open == Block.Thinking)
        {
            output.Add(Delta(new DeltaWire("signature_delta") { Signature = ThinkingSignature.Of(_thinking.ToString()) }));
            _thinking.Clear();
        }

        output.Add(new StreamEventWire("content_block_stop") { Index = _index, IsDropped = isDropped });
        _open = Block.None;
    }

    private StreamEventWire Delta(DeltaWire delta) => new("content_block_delta") { Index = _index, Delta = delta };
}
