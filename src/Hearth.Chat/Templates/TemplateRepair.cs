using System.Text.Json.Serialization;

namespace Hearth.Chat.Templates;

/// <summary>A known fault of published templates and what takes it away.</summary>
/// <param name="Name">Its name in lists.</param>
/// <param name="Why">What goes wrong without the repair, in one sentence.</param>
/// <param name="When">Texts that a template must all have for the repair to be meant for it.</param>
/// <param name="Replace">What is replaced, everywhere in the template.</param>
public sealed record TemplateRepair(string Name, string Why, IReadOnlyList<string> When, IReadOnlyList<TextReplacement> Replace);

/// <summary>A text and what stands in its place.</summary>
public sealed record TextReplacement(string Find, string With);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<TemplateRepair>))]
internal sealed partial class TemplateRepairJson : JsonSerializerContext;
