using Hearth.Chat;
using Hearth.Chat.Formats;
using Hearth.Chat.Templates;
using Hearth.Engine;
using Hearth.Models;
using Microsoft.Extensions.Logging.Abstractions;
using LocalEngine = Hearth.Engine.Engine;

namespace Hearth.Providers;

/// <summary>Everything that belongs to one loaded model: engine, vocabulary, template, format and recommended sampling.</summary>
internal sealed class LocalModel
{
    public LocalModel(ProviderModel description, LocalEngine engine, ChatTemplate template, IOutputFormat format, SamplingSettings sampling, ILogger? log = null)
    {
        (Description, Engine, Template, Format, Sampling) = (description, engine, template, format, sampling);
        Tokenizer = new Tokenizer(engine.Model!.Vocab);
        Floor = new PromptFloor(Tokenizer);
        Sampled = new SampledRuns(Tokenizer, engine.Settings.DiskCache, log);
        Remembering = new AnswerMemory(log ?? NullLogger.Instance);
        TokenMarkers = format.Markers.Where(Tokenizer.SpecialTokens.ContainsKey).ToHashSet(StringComparer.Ordinal);
        MarkerIds = TokenMarkers.Select(m => Tokenizer.SpecialTokens[m]).ToHashSet();
    }

    public ProviderModel Description { get; }

    public LocalEngine Engine { get; }

    /// <summary>What the machine's memory is used for.</summary>
    public MemoryLedger Memory { get; init; } = MemoryLedger.Nothing;

    /// <summary>What is known of the model's file and template.</summary>
    public ModelCard? Card { get; init; }

    public ChatTemplate Template { get; }

    public IOutputFormat Format { get; }

    public SamplingSettings Sampling { get; }

    public Tokenizer Tokenizer { get; }

    /// <summary>Tells of prompts that cannot fit.</summary>
    public PromptFloor Floor { get; }

    /// <summary>Turns prompts into tokens, with those that this model sampled where its own answers come back.</summary>
    public SampledRuns Sampled { get; }

    /// <summary>What the answers that have just ended still tell <see cref="Sampled"/> and <see cref="Calls"/>.</summary>
    public AnswerMemory Remembering { get; }

    /// <summary>The calls that this model made.</summary>
    public SampledCalls Calls { get; } = new();

    /// <summary>The format's markers that are single tokens of the vocabulary.</summary>
    public IReadOnlySet<string> TokenMarkers { get; }

    /// <summary>Their ids.</summary>
    public IReadOnlySet<int> MarkerIds { get; }

    /// <summary>
    /// Remembers a whole answer where its tokens and those of its history differ: calls and thinking are written by the template, text
    /// only where its tokens <paramref name="areOwn"/> of the tokenizer.
    /// </summary>
    public void RememberAnswer(ChatRequest request, PreparedPrompt prompt, IReadOnlyList<int> sampled, ChatMessage answer, bool areOwn)
    {
        Calls.Remember(answer);
        if (areOwn && answer.Content.All(c => c is TextContent))
            return;
        string next = Guid.NewGuid().ToString("N");
        if (Template.RenderAnswered(request, answer, next, prompt.Now) is not { } history)
            return;
        IEnumerable<string> shown = answer.Content.Select(c => c switch { TextContent text => text.Text, ThinkingContent thinking => thinking.Text, _ => "" });
        Sampled.RememberAnswer(prompt.Encoded, sampled, PreparedPrompt.Runs(history), shown.Select(s => s.Trim()), next);
    }

    /// <summary>A detokenizer for one answer.</summary>
    public Detokenizer CreateDetokenizer() => new(Tokenizer, MarkerIds);
}
