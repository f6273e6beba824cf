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
    /// <summary>Methods that read: HEAD is GET without the body.</summary>
    private static readonly string[] Read = ["GET", "HEAD"];

    /// <summary>Limits of the web server: large bodies that may come slowly but must come, and streams that may be silent while a long prompt is computed.</summary>
    public static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;

        // Bodies are counted as they are read (BodyBuffer), and those that are too long read to their end (BodyPace).
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(BodyPace.BytesPerSecond, TimeSpan.FromSeconds(BodyPace.GraceSeconds));
        kestrel.ConfigureEndpointDefaults(ServerErrors.Explain);
    }

    /// <summary>Maps everything onto <paramref name="app"/>.</summary>
    public static void Map(
        WebApplication app, ProviderCatalog catalog, PdfTexts pdfs, HttpOptions options, ServerShutdown shutdown, TimeProvider time, ILogger log)
    {
        RequestHistory history = new();
        Messages messages = new(catalog, pdfs, new AnswerPump(history, shutdown, time, log));
        CountTokens countTokens = new(catalog, pdfs);
        ModelList models = new(catalog);
        Render render = new(catalog, pdfs);
        Requests requests = new(history, options);
        EngineStatus engine = new(catalog);
        ModelCards cards = new(catalog);

        BodyBudget bodies = new();
        app.Use(next => context => RequestPipeline.RunAsync(context, next, options, bodies, time, log));
        app.Use(next => context => shutdown.AdmitAsync(context, next));

        app.MapPost("/v1/messages", messages.HandleAsync);
        app.MapPost("/v1/messages/count_tokens", countTokens.HandleAsync);
        app.MapMethods("/v1/models", Read, models.ListAsync);
        app.MapMethods("/v1/models/{id}", Read, models.GetAsync);
        app.MapPost("/api/render", render.HandleAsync);
        app.MapPost("/api/parse", Parse.HandleAsync);
        app.MapMethods("/api/requests", Read, requests.ListAsync);
        app.MapMethods("/api/requests/{id}", Read, requests.GetAsync);
        app.MapMethods("/api/models/{id}", Read, cards.GetAsync);
        app.MapMethods("/api/engine", Read, engine.HandleAsync);

        app.MapMethods("/health", Read, context => HealthAsync(context, catalog, shutdown));
        app.MapMethods("/", Read, Hello);
        app.MapMethods("/api/hello", Read, Hello);
    }

    private static Task Hello(HttpContext context) => Task.CompletedTask;

    private static Task HealthAsync(HttpContext context, ProviderCatalog catalog, ServerShutdown shutdown)
    {
        if ((shutdown.IsDraining ? ModelTroubles.Stopping : catalog.Providers[0].Unhealthy) is { } reason)
            return Errors.WriteAsync(context, new ChatError(ChatErrorKind.Unavailable, reason));
        return JsonReply.WriteAsync(context, new HealthWire("ok", "hearth"), HealthJson.Default.HealthWire);
    }
}
