using System.Text.Json.Serialization;
using Hearth.Chat;
using Hearth.Documents;
using Hearth.Http.Anthropic;
using Hearth.Providers;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hearth.Http;

/// <summary>The answer of a healthy server; the second field tells another start of Hearth who holds the port.</summary>
internal sealed record HealthWire(string Status, string Server);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HealthWire))]
internal sealed partial class HealthJson : JsonSerializerContext;

/// <summary>Every route on one page.</summary>
internal static class Endpoints
{
    /// <summary>Limits of the web server: large bodies, and streams that may be silent while a long prompt is computed.</summary>
    public static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = JsonBody.DiscardLimitBytes;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
    }

    /// <summary>Maps everything onto <paramref name="app"/>.</summary>
    public static void Map(WebApplication app, ProviderCatalog catalog, PdfTexts pdfs, HttpOptions options, TimeProvider time, ILogger log)
    {
        RequestHistory history = new();
        Messages messages = new(catalog, pdfs, history, time, log);
        CountTokens countTokens = new(catalog, pdfs);
        ModelList models = new(catalog);
        Render render = new(catalog, pdfs);
        Requests requests = new(history);
        EngineStatus engine = new(catalog);
        ModelCards cards = new(catalog);

        app.Use(next => context => RequestPipeline.RunAsync(context, next, options, time, log));

        app.MapPost("/v1/messages", messages.HandleAsync);
        app.MapPost("/v1/messages/count_tokens", countTokens.HandleAsync);
        app.MapGet("/v1/models", models.ListAsync);
        app.MapGet("/v1/models/{id}", models.GetAsync);
        app.MapPost("/api/render", render.HandleAsync);
        app.MapPost("/api/parse", Parse.HandleAsync);
        app.MapGet("/api/requests", requests.ListAsync);
        app.MapGet("/api/requests/{id}", requests.GetAsync);
        app.MapGet("/api/models/{id}", cards.GetAsync);
        app.MapGet("/api/engine", engine.HandleAsync);

        app.MapGet("/health", context => HealthAsync(context, catalog));
        app.MapMethods("/", ["HEAD", "GET"], Hello);
        app.MapMethods("/api/hello", ["HEAD", "GET"], Hello);
    }

    private static Task Hello(HttpContext context) => Task.CompletedTask;

    private static Task HealthAsync(HttpContext context, ProviderCatalog catalog)
    {
        if (catalog.Providers[0].Unhealthy is { } reason)
            return Errors.WriteAsync(context, new ChatError(ChatErrorKind.Unavailable, reason));
        return JsonReply.WriteAsync(context, new HealthWire("ok", "hearth"), HealthJson.Default.HealthWire);
    }
}
