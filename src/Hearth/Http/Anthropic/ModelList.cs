using System.Globalization;
using Hearth.Chat;
using Hearth.Providers;

namespace Hearth.Http.Anthropic;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal sealed class ModelList(ProviderCatalog catalog)
{
    private const int DefaultLimit = 20;
    private const int MostPerPage = 1000;

    public Task ListAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        if (!TryReadLimit(query["limit"], out int limit))
            return Errors.WriteAsync(context, new ChatError(ChatErrorKind.InvalidRequest, $"limit: Input should be between 1 and {MostPerPage}", "limit"));
        List<ModelWire> all = [.. catalog.Providers.Select(p => Describe(p.Model))];
        int from = query["after_id"].ToString() is { Length: > 0 } after ? all.FindIndex(m => m.Id == after) + 1 : 0;
        int to = query["before_id"].ToString() is { Length: > 0 } before && all.FindIndex(m => m.Id == before) is >= 0 and var index ? index : all.Count;
        List<ModelWire> page = [.. all.Take(to).Skip(from).Take(limit)];
        ModelListWire list = new(page, to - from > page.Count, page.FirstOrDefault()?.Id, page.LastOrDefault()?.Id);
        return JsonReply.WriteAsync(context, list, ModelsJson.Default.ModelListWire);
    }

    public Task GetAsync(HttpContext context)
    {
        string id = (string?)context.Request.RouteValues["id"] ?? "";
        if (catalog.Find(id) is not { } provider)
            return Errors.WriteAsync(context, new ChatError(ChatErrorKind.NotFound, $"model: {id}"));
        return JsonReply.WriteAsync(context, Describe(provider.Model), ModelsJson.Default.ModelWire);
    }

    private static bool TryReadLimit(string? text, out int limit)
    {
        limit = DefaultLimit;
        return string.IsNullOrEmpty(text)
            || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostPerPage);
    }

    private static ModelWire Describe(ProviderModel model) => new()
    {
        Id = model.Id,
        DisplayName = model.DisplayName,
        CreatedAt = model.Created.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        MaxInputTokens = model.MaxInputTokens,
        MaxTokens = model.MaxOutputTokens,
        Created = model.Created.ToUnixTimeSeconds(),
    };
}
