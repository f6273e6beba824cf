using System.Text.Json.Serialization;
using Hearth.Chat;
using Hearth.Chat.Templates;
using Hearth.Models;
using Hearth.Providers;

namespace Hearth.Http;

/// <summary><c>GET /api/models/{id}</c>: what a model is and what its template is capable of.</summary>
internal sealed class ModelCards(ProviderCatalog catalog)
{
    public Task GetAsync(HttpContext context)
    {
        string id = (string?)context.Request.RouteValues["id"] ?? "";
        return catalog.Find(id) is { Card: { } card } provider
            ? JsonReply.WriteAsync(context, ModelCardWire.Of(card, provider.Model.Id), ModelCardJson.Default.ModelCardWire)
            : Errors.WriteAsync(context, new ChatError(ChatErrorKind.NotFound, $"model: {id}"));
    }
}

/// <summary>A model on one page. Sizes are in bytes, lengths in tokens.</summary>
internal sealed record ModelCardWire
{
    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Architecture { get; init; }

    public required IReadOnlyList<string> Files { get; init; }

    public required long Parameters { get; init; }

    public required string WeightFormat { get; init; }

    public required long WeightBytes { get; init; }

    public required int Layers { get; init; }

    public required int EmbeddingLength { get; init; }

    public required int ContextLength { get; init; }

    public required int VocabularySize { get; init; }

    public required string Format { get; init; }

    public required string ChatTemplate { get; init; }

    public required IReadOnlyList<string> Repairs { get; init; }

    public required CapabilitiesWire Capabilities { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }

    public static ModelCardWire Of(ModelCard card, string id)
    {
        GgufFile file = card.File;
        return new ModelCardWire
        {
            Id = id,
            Name = file.DisplayName,
            Architecture = file.Architecture,
            Files = [.. file.Paths.Select(p => Path.GetFileName(p))],
            Parameters = file.Parameters,
            WeightFormat = file.WeightFormat,
            WeightBytes = file.WeightBytes,
            Layers = file.Layers,
            EmbeddingLength = file.EmbeddingLength,
            ContextLength = file.TrainedContext,
            VocabularySize = file.VocabularySize,
            Format = card.Format.Name,
            ChatTemplate = card.Source.Origin,
            Repairs = [.. card.Template.Repairs.Select(r => r.Name)],
            Capabilities = CapabilitiesWire.Of(card.Template),
            Warnings = card.Warnings,
        };
    }
}

/// <summary>What a template does with a conversation.</summary>
internal sealed record CapabilitiesWire(
    bool SystemRole,
    LaterSystem LaterSystem,
    string? DefaultSystem,
    bool NeedsSystem,
    bool NeedsAlternation,
    bool NeedsUserFirst,
    PartRoles PartsOnly,
    bool ToolDefinitions,
    bool ToolCalls,
    bool ToolResults,
    bool ParallelCalls,
    bool TextBesideCalls,
    bool UserAfterResult,
    bool ArgumentsAsText,
    bool NoContentBesideCalls,
    int? ToolCallIdLength,
    bool WritesDate,
    HistoryRewrites RewritesHistory,
    ThinkingCardWire Thinking)
{
    public static CapabilitiesWire Of(ChatTemplate template)
    {
        TemplateCapabilities found = template.Capabilities;
        return new CapabilitiesWire(
            found.SystemRole, found.LaterSystem, found.DefaultSystem, found.NeedsSystem, found.NeedsAlternation, found.NeedsUserFirst, found.PartsOnly,
            found.ToolDefinitions, found.ToolCalls, found.ToolResults, found.ParallelCalls, found.TextBesideCalls, found.UserAfterResult,
            found.ArgumentsAsText, found.NoContentBesideCalls, found.ToolCallIdLength, found.WritesDate, found.Rewrites, ThinkingCardWire.Of(template));
    }
}

/// <summary>What a template does with thinking.</summary>
/// <param name="Switch">The variable that switches it; <c>system prompt</c> where a text there does; null without a switch.</param>
/// <param name="OnByDefault">Whether it is on when nothing is said.</param>
/// <param name="Effort">The variable for its effort.</param>
/// <param name="ChangesPrefix">Switching changes the beginning of the prompt.</param>
/// <param name="PromptOpens">The end of the prompt opens the thinking block.</param>
/// <param name="Key">Where it looks for the thinking of earlier answers.</param>
/// <param name="Kept">Whose thinking the template writes.</param>
/// <param name="KeepsAll">Whether Hearth keeps all of it.</param>
/// <param name="Open">The mark before it.</param>
/// <param name="Close">The mark after it.</param>
internal sealed record ThinkingCardWire(
    string? Switch, bool? OnByDefault, string? Effort, bool ChangesPrefix, bool PromptOpens, string? Key, KeptThinking Kept, bool KeepsAll, string? Open, string? Close)
{
    public static ThinkingCardWire Of(ChatTemplate template)
    {
        ThinkingCapabilities thinking = template.Capabilities.Thinking;
        return new ThinkingCardWire(
            thinking.Switch is { } known ? known.Variable ?? "system prompt" : null, thinking.OnByDefault, thinking.EffortVariable, thinking.ChangesPrefix,
            thinking.PromptOpens, thinking.Place?.Name, thinking.Kept, template.KeepsAllThinking, thinking.Text?.Open.Trim(), thinking.Text?.Close?.Trim());
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(SnakeCase<LaterSystem>), typeof(SnakeCase<PartRoles>), typeof(SnakeCase<HistoryRewrites>), typeof(SnakeCase<KeptThinking>)])]
[JsonSerializable(typeof(ModelCardWire))]
internal sealed partial class ModelCardJson : JsonSerializerContext;

/// <summary>Enums as words such as <c>in_place</c>; sets of flags with commas between them.</summary>
internal sealed class SnakeCase<T>() : JsonStringEnumConverter<T>(System.Text.Json.JsonNamingPolicy.SnakeCaseLower)
    where T : struct, Enum;
