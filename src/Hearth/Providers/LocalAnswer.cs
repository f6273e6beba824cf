using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Engine;

namespace Hearth.Providers;

/// <summary>
/// One answer of the local model: tokens become text and special tokens (9), those become events (10). It owns its generation from the
/// moment in which the engine accepted it: a cancellation, or disposing, frees what that holds within one step, read or not.
/// </summary>
internal sealed class LocalAnswer : IAsyncDisposable
{
    private readonly LocalModel _model;
    private readonly ChatRequest _request;
    private readonly PreparedPrompt _prompt;
    private readonly Generation _generation;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly Detokenizer _detokenizer;
    private readonly IOutputParser _parser;
    private readonly StopSequences _stops;
    private readonly List<DetokenizedPiece> _pieces = [];
    private readonly List<ChatEvent> _parsed = [];
    private readonly List<ChatEvent> _ready = [];
    private readonly List<int> _sampled = [];
    private readonly AnswerContents _contents = new();
    private int _promptTokens;
    private int _reusedTokens;
    private int _outputTokens;
    private int _thinkingTokens;
    private bool _hasCalls;
    private AnswerFinished? _ended;

    public LocalAnswer(LocalModel model, ChatRequest request, PreparedPrompt prompt, Generation generation, CancellationToken cancellation)
    {
        (_model, _request, _prompt, _generation, _cancellation) = (model, request, prompt, generation, cancellation);
        _detokenizer = model.CreateDetokenizer();
        IReadOnlyList<ToolDefinition> tools = request.ToolChoice.Kind == ToolChoiceKind.None ? [] : request.CallableTools();
        _parser = model.Format.CreateParser(new OutputParserSettings(
            tools, model.Format.OpensThinking(prompt.Rendered.Text.Text), model.TokenMarkers, NewCallId));
        _stops = new StopSequences(request.StopSequences);
        _registration = cancellation.Register(generation.Cancel);
    }

    /// <summary>The conversation that it belongs to; null when nobody named one.</summary>
    public string? Session { get; init; }

    private ChatUsage Usage => new(_promptTokens - _reusedTokens, _reusedTokens, _outputTokens, _thinkingTokens);

    /// <summary>
    /// Reads the answer once. Leaving it early frees what it holds. A cancelled answer still ends in its terminal event, which comes
    /// within one step and says where the time went.
    /// </summary>
    public async IAsyncEnumerable<ChatEvent> ReadAsync()
    {
        using Generation generation = _generation;
        await foreach (GenerationEvent item in generation.Events.ReadAllAsync(CancellationToken.None))
        {
            ChatEvent? terminal = Read(item);
            if (!_cancellation.IsCancellationRequested)
            {
                foreach (ChatEvent ready in _ready)
                    yield return ready;
            }

            _ready.Clear();
            if (terminal is null)
                continue;
            yield return terminal;
            yield break;
        }
    }

    /// <summary>May come at any time, from any thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _generation.Dispose();
        await _registration.DisposeAsync();
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
                if (_ended is null)
                    ReadToken(token.Token);
                return null;
            case GenerationFinished finished:
                return Finish(finished);
            case GenerationFailed:
                return _ended ?? (ChatEvent)new AnswerFailed(ModelTroubles.InAnswer(_model.Engine.Health));
            default:
                throw new InvalidOperationException($"Unknown event {item}.");
        }
    }

    /// <summary>An answer that ends here ends its generation too, and is complete when that has said so.</summary>
    private void ReadToken(int token)
    {
        _outputTokens++;
        _sampled.Add(token);
        if (_parser.IsThinking)
            _thinkingTokens++;
        _detokenizer.Add(token, _pieces);
        Parse();
        _ended = Pass();
        if (_ended is not null)
            _generation.Cancel();
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
            _contents.Add(parsed);
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

    private ChatEvent Finish(GenerationFinished finished)
    {
        bool isCutOff = _ended is null && finished.Stop == GenerationStop.Cancelled;
        AnswerFinished ended = _ended ?? Finish(finished.Stop);
        if (!isCutOff)
            _model.Remembering.Begin(Session, () => Remember(ended.Reason));
        (_promptTokens, _reusedTokens) = (finished.Stats.PromptTokens, finished.Stats.Prefix.ReusedTokens);
        AnswerReport report = Explanation.Of(finished.Stats, Usage, _prompt.Tokens, _model.Tokenizer);
        return isCutOff
            ? new AnswerFailed(ModelTroubles.CutOff) { Report = report }
            : ended with { Usage = Usage, Report = report };
    }

    /// <summary>The history of the next request is to be what was sampled.</summary>
    private void Remember(FinishReason reason)
    {
        bool isOwn = _model.Sampled.Record(_prompt.Encoded, _sampled, _stops.Matched);
        if (reason is FinishReason.EndOfTurn or FinishReason.ToolCalls)
            _model.RememberAnswer(_request, _prompt, _sampled, _contents.Message, isOwn);
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
