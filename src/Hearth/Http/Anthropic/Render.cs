using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hearth.Chat;
using Hearth.Documents;
using Hearth.Providers;

namespace Hearth.Http.Anthropic;

/// <summary>A template to render instead of a conversation.</summary>
internal sealed record TemplateRequestWire(string? ChatTemplate, JsonElement Variables, string? Now);

/// <summary>What a model would be fed.</summary>
internal sealed record PromptWire(string Prompt)
{
    public IReadOnlyList<int>? Tokens { get; init; }

    public IReadOnlyDictionary<string, string>? Special { get; init; }

    public int? SpecialCount { get; init; }
}

[JsonSourceGenerationOptions(MaxDepth = JsonDepth.MostOfBody, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TemplateRequestWire))]
[JsonSerializable(typeof(PromptWire))]
[JsonSerializable(typeof(JsonDocument))]
internal sealed partial class RenderJson : JsonSerializerContext;

/// <summary><c>POST /api/render</c>: exactly what the model would be fed for a Messages body, or what a template makes of variables.</summary>
internal sealed class Render(ProviderCatalog catalog, PdfTexts pdfs)
{
    public async Task HandleAsync(HttpContext context)
    {
        using JsonDocument? body = await ReadAsync(context);
        if (body is null)
            return;
        try
        {
            CancellationToken stopped = RequestInfo.Of(context).Stopped;
            WireResult<PromptWire> result = body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("chat_template", out _)
                ? RenderTemplate(body.RootElement.Deserialize(RenderJson.Default.TemplateRequestWire)!, stopped)
                : await PreviewAsync(body.RootElement.Deserialize(MessagesJson.Default.MessagesRequestWire)!, stopped);
            await WriteAsync(context, result);
        }
        catch (JsonException e)
        {
            await Errors.WriteAsync(context, WireErrors.Invalid(JsonBody.PathOf(e), "Input has the wrong type"));
        }
    }

    private static async Task<JsonDocument?> ReadAsync(HttpContext context)
    {
        (JsonDocument? body, ChatError? error) = await JsonBody.ReadAsync(context.Request, RenderJson.Default.JsonDocument);
        if (error is not null)
            await Errors.WriteAsync(context, error);
        return body;
    }

    private static async Task WriteAsync(HttpContext context, WireResult<PromptWire> result)
    {
        if (result.Error is not null)
        {
            await Errors.WriteAsync(context, result.Error);
            return;
        }

        await JsonReply.WriteAsync(context, result.Value!, RenderJson.Default.PromptWire);
    }

    private async Task<WireResult<PromptWire>> PreviewAsync(MessagesRequestWire wire, CancellationToken stopped)
    {
        WireResult<ChatRequest> request = await RequestDocuments.ReadAsync(
            wire with { MaxTokens = null, Stream = null }, needsMaxTokens: false, pdfs, stopped);
        if (request.Error is not null)
            return request.Error;
        PromptPreview preview = await catalog.Resolve(request.Value!.Model).PreviewAsync(request.Value, stopped);
        if (preview.Error is not null)
            return preview.Error;
        return new PromptWire(preview.Prompt)
        {
            Tokens = preview.Tokens,
            Special = preview.Special.ToDictionary(s => s.Key.ToString(CultureInfo.InvariantCulture), s => s.Value),
            SpecialCount = preview.Tokens.Count(preview.Special.ContainsKey),
        };
    }

    private static WireResult<PromptWire> RenderTemplate(TemplateRequestWire wire, CancellationToken cancellation)
    {
        DateTimeOffset? now = null;
        if (wire.Now is not null)
        {
            if (!DateTimeOffset.TryParse(wire.Now, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset parsed))
                return WireErrors.Invalid("now", "Input should be a date and time such as 2026-07-04T09:05:03");
            now = parsed;
        }

        if (wire.ChatTemplate is null)
            return WireErrors.Invalid("chat_template", "Input should be a string");
        (string? text, string? error) = TemplateRenderer.Render(wire.ChatTemplate, wire.Variables, now, cancellation);
        return text is not null ? new PromptWire(text) : new ChatError(ChatErrorKind.InvalidRequest, error!, "chat_template");
    }
}
