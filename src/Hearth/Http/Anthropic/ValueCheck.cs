using System.Runtime.InteropServices;
using System.Text.Json;
using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>What of a client's JSON no template could take: it is refused here, where the field has a name.</summary>
internal static class ValueCheck
{
    /// <summary>Most digits of a whole number, as many as Python reads and templates hold.</summary>
    public const int MostDigits = 4_200;

    /// <summary>What is wrong with the arguments of a call or with a schema, whatever it says; null where nothing is.</summary>
    public static ChatError? Find(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
            return null;
        Utf8JsonReader reader = new(JsonMarshal.GetRawUtf8Value(value), new JsonReaderOptions { MaxDepth = JsonDepth.MostOfBody });
        while (reader.Read())
        {
            bool opens = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            if (opens && reader.CurrentDepth >= JsonDepth.Most)
                return WireErrors.Invalid(path, $"Input should be nested at most {JsonDepth.Most} levels deep");
            if (reader.TokenType == JsonTokenType.Number && reader.ValueSpan.Length > MostDigits && !reader.ValueSpan.ContainsAny(".eE"u8))
                return WireErrors.Invalid(path, $"Input should have whole numbers of at most {MostDigits} digits");
        }

        return null;
    }
}
