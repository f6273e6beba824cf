using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Chat.Templates;
using Hearth.Engine;
using Hearth.Engine.Decoding;
using Hearth.Providers;
using Hearth.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Tests.Providers;

/// <summary>The bundled model's vocabulary and template with a decoder that writes what the test says.</summary>
internal sealed class ScriptedModel : IAsyncDisposable
{
    private readonly LocalEngine _engine;

    /// <param name="answer">The text the model "writes"; its markers become the vocabulary's own tokens.</param>
    /// <param name="window">Tokens of a request.</param>
    public ScriptedModel(string answer, int window = 1024)
        : this([answer], window)
    {
    }

    /// <param name="pieces">The text the model "writes", each piece in the tokens that it has on its own.</param>
    /// <param name="window">Tokens of a request.</param>
    /// <param name="template">The chat template; null for the bundled model's.</param>
    /// <param name="disk">Where prefixes and answers are kept.</param>
    public ScriptedModel(string[] pieces, int window = 1024, string? template = null, DiskCacheSettings? disk = null)
    {
        var model = NativeLibraryFixture.LoadSpark();
        Tokenizer tokenizer = new(model.Vocab);
        int[] script = [.. pieces.SelectMany(p => tokenizer.Encode([new TextRun(p, true)])), tokenizer.SpecialTokens["<|im_end|>"]];
        EngineSettings settings = new(["none"], window, window, 1) { DiskCache = disk };
        _engine = new LocalEngine(
            settings, VocabularyFacts.Of(model.Vocab), () => new WritingDecoder(script, window, model.Vocab.TokenCount), TimeProvider.System,
            NullLogger.Instance, model);
        var parsed = ChatTemplate.Parse(template ?? model.ChatTemplate()!, "spark", new TemplateTokens("", "<|im_end|>"));
        Local = new LocalModel(
            new ProviderModel("spark", "Spark", DateTimeOffset.UnixEpoch, window, window), _engine, parsed, OutputFormats.Default, SamplingSettings.Greedy);
        Provider = new LocalProvider(Local, TimeProvider.System, NullLogger.Instance, logPrompts: false);
    }

    public LocalModel Local { get; }

    public LocalProvider Provider { get; }

    /// <summary>The tokens of a request's prompt.</summary>
    public async Task<int[]> PromptAsync(ChatRequest request)
    {
        PromptPreview preview = await Provider.PreviewAsync(request, TestContext.Current.CancellationToken);
        Assert.Null(preview.Error);
        return [.. preview.Tokens];
    }

    public EngineCounters Counters => _engine.Counters;

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    /// <summary>Ignores what it is fed: each output is the next token of the script.</summary>
    private sealed class WritingDecoder(int[] script, int cells, int vocabularySize) : IDecoder
    {
        private int _written;

        public DecoderLimits Limits { get; } = new(cells, 1, 512, 512, vocabularySize);

        public DecodeOutcome Decode(StepPlan plan) => DecodeOutcome.Completed;

        public bool HoldsWindow(int sequenceId, int position) => true;

        public Span<float> Logits(int tokenIndex)
        {
            var logits = new float[vocabularySize];
            logits[script[_written++ % script.Length]] = 1;
            return logits;
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}
