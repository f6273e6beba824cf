using System.Text.Json;
using Hearth.Chat.Jinja;

namespace Hearth.Http;

/// <summary>Renders a template that a client sends, with the members of a JSON object as its variables.</summary>
internal static class TemplateRenderer
{
    public static (string? Text, string? Error) Render(string template, JsonElement variables, DateTimeOffset? now, CancellationToken cancellation)
    {
        if (variables.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined))
            return (null, "variables must be a JSON object");
        try
        {
            JinjaDict values = variables.ValueKind == JsonValueKind.Object ? (JinjaDict)JsonText.Read(variables)! : new JinjaDict();
            RenderSettings settings = new(now ?? TimeProvider.System.GetLocalNow(), JinjaLimits.Default, cancellation);
            return (JinjaTemplate.Parse(template).Render(values, settings).Text, null);
        }
        catch (JinjaException e)
        {
            return (null, e.IsRaisedByTemplate ? e.Message : $"{e.Kind}: {e.Describe()}");
        }
    }
}
