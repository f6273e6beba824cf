using System.Text;
using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>Folds a stream's events into the message they describe.</summary>
internal sealed class MessageFold
{
    private readonly List<BlockWire> _blocks = [];
    private readonly StringBuilder _text = new();
    private BlockWire? _open;
    private MessageWire? _message;

    /// <summary>The whole message; null while the stream has not ended well.</summary>
    public MessageWire? Message { get; private set; }

    /// <summary>The error that ended the stream, or null.</summary>
    public ErrorWire? Error { get; private set; }

    public void Add(StreamEventWire item)
    {
        switch (item.Type)
        {
            case "message_start":
                _message = item.Message;
                break;
            case "content_block_start":
                _open = item.ContentBlock;
                break;
            case "content_block_delta":
                AddDelta(item.Delta!);
                break;
            case "content_block_stop" when item.IsDropped:
                _text.Clear();
                _open = null;
                break;
            case "content_block_stop":
                CloseBlock();
                break;
            case "message_delta":
                _message = _message! with
                {
                    Content = _blocks,
                    StopReason = item.Delta!.StopReason,
                    StopSequence = item.Delta.StopSequence,
                    Usage = item.Usage!,
                    ContextManagement = item.ContextManagement,
                };
                break;
            case "message_stop":
                Message = _message;
                break;
            case "error":
                Error = item.Error;
                break;
        }
    }

    private void AddDelta(DeltaWire delta)
    {
        if (delta.Signature is { } signature)
            _open = _open! with { Signature = signature };
        else
            _text.Append(delta.Text ?? delta.Thinking ?? delta.PartialJson);
    }

    private void CloseBlock()
    {
        string text = _text.ToString();
        _text.Clear();
        _blocks.Add(_open!.Type switch
        {
            "text" => _open with { Text = text },
            "thinking" => _open with { Thinking = text },
            _ => _open with { Input = ParseInput(text) },
        });
        _open = null;
    }

    private static JsonElement ParseInput(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json.Length == 0 ? "{}" : json, new JsonDocumentOptions { MaxDepth = JsonDepth.MostOfBody });
        return document.RootElement.Clone();
    }
}
