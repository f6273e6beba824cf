using System.Runtime.CompilerServices;
using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>One answer of the local model: tokens become text and special tokens (9), those become events (10).</summary>
internal sealed class LocalAnswer
{
    private readonly LocalModel _model;
    private readonly ChatRequest _request;
    private readonly Generation _generation;
    private readonly Detokenizer _detokenizer;
    private readonly IOutputParser _parser;
    private readonly StopSequences _stops;
    private readonly List<DetokenizedPiece> _pieces = [];
    private readonly List<ChatEvent> _parsed = [];
    private readonly List<ChatEvent> _ready = [];
    private int _promptTokens;
    private int _reusedTokens;
    private int _outputTokens;
    private int _thinkingTokens;
    private bool _hasCalls;

    public LocalAnswer(LocalModel model, ChatRequest request, bool opensThinking, Generation generation)
    {
        (_model, _request, _generation) = (model, request, generation);
        _detokenizer = model.CreateDetokenizer();
        bool toolsOffered = request.Tools.Count > 0 && request.ToolChoice.Kind != ToolChoiceKind.None;
        _parser = model.Format.CreateParser(new OutputParserSettings(toolsOffered, opensThinking, model.TokenMarkers, NewCallId));
        _stops = new StopSequences(request.StopSequences);
    }

    private ChatUsage Usage => new(_promptTokens - _reusedTokens, _reusedTokens, _outputTokens, _thinkingTokens);

    /// <summary>Reads the answer once. Leaving it early, or cancelling, frees what the request holds.</summary>
    public async IAsyncEnumerable<ChatEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        using Generation generation = _generation;
        await using CancellationTokenRegistration registration = cancellation.Register(generation.Cancel);
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(cancellation))
        {
            ChatEvent? terminal = Read(item);
            foreach (ChatEvent ready in _ready)
                yield return ready;
            _ready.Clear();
            if (terminal is null)
                continue;
            yield return terminal;
            yield break;
        }
    }

    private static string NewCallId() => "toolu_" + Guid.NewGuid().ToString("N");

    /// <summary>Collects what the event makes ready; returns the answer's end when this is it.</summary>
    private ChatEvent? Read(GenerationEvent item)
    {
        switch (item)
        {
            case GenerationStarted started:
                (_promptTokens, _reusedTokens) = (started.PromptTokens, started.ReusedTokens);
                _ready.Add(new AnswerStarted(Usage));
                return null;
            case TokenGenerated token:
                return ReadToken(token.Token);
            case GenerationFinished finished:
                return Finish(finished.Stop);
            case GenerationFailed failed:
                return new AnswerFailed(new ChatError(ChatErrorKind.Internal, failed.Message));
            default:
                throw new InvalidOperationException($"Unknown event {item}.");
        }
    }

    private ChatEvent? ReadToken(int token)
    {
        _outputTokens++;
        if (_parser.IsThinking)
            _thinkingTokens++;
        _detokenizer.Add(token, _pieces);
        Parse();
        return Pass();
    }

    private void Parse()
    {
        foreach (DetokenizedPiece piece in _pieces)
        {
            if (piece.Text is { } text)
                _parser.Text(text, _parsed);
            else
                _parser.Special(_model.Tokenizer.SpecialText(piece.SpecialToken), _parsed);
        }

        _pieces.Clear();
    }

    /// <summary>Passes parsed events on; an end when a stop sequence or the one allowed call ends the answer here.</summary>
    private AnswerFinished? Pass()
    {
        foreach (ChatEvent parsed in _parsed)
        {
            if (!_stops.Pass(parsed, _ready))
                return End(FinishReason.StopSequence);
            if (parsed is not ToolCallFinished)
                continue;
            _hasCalls = true;
            if (!_request.ToolChoice.AllowParallel)
                return End(FinishReason.ToolCalls);
        }

        _parsed.Clear();
        return null;
    }

    private AnswerFinished Finish(GenerationStop stop)
    {
        bool truncated = stop is not GenerationStop.EndOfGeneration;
        _detokenizer.Flush(_pieces);
        Parse();
        _parser.Finish(truncated, _parsed);
        if (Pass() is { } ended)
            return ended;
        _stops.Flush(_ready);
        return End(stop switch
        {
            GenerationStop.EndOfGeneration => _hasCalls ? FinishReason.ToolCalls : FinishReason.EndOfTurn,
            GenerationStop.MaxTokens when _outputTokens >= _request.MaxTokens => FinishReason.MaxTokens,
            _ => FinishReason.ContextFull,
        });
    }

    private AnswerFinished End(FinishReason reason) => new(reason, _stops.Matched, Usage);
}
