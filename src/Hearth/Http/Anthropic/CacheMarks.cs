using System.Text.Json;

namespace Hearth.Http.Anthropic;

/// <summary>How long a client asks for its prompt to be kept.</summary>
internal enum CacheLifetime
{
    /// <summary>It does not ask.</summary>
    None,

    /// <summary>The API's default.</summary>
    FiveMinutes,

    /// <summary>Its longer choice.</summary>
    OneHour,
}

/// <summary>Finds the last <c>cache_control</c> of a request. Marks are accounting: the prefix cache keeps what it can without them.</summary>
internal static class CacheMarks
{
    /// <summary>What the mark nearest to the prompt's end says. A prompt has tools, then system, then messages; a mark on the request is on its last block.</summary>
    public static CacheLifetime Last(MessagesRequestWire wire)
    {
        CacheLifetime found = Read(wire.CacheControl);
        for (int i = (wire.Messages?.Count ?? 0) - 1; i >= 0 && found == CacheLifetime.None; i--)
            found = LastOfBlocks(wire.Messages![i]?.Content ?? default);
        if (found == CacheLifetime.None)
            found = LastOfBlocks(wire.System);
        for (int i = (wire.Tools?.Count ?? 0) - 1; i >= 0 && found == CacheLifetime.None; i--)
            found = Read(wire.Tools![i]?.CacheControl ?? default);
        return found;
    }

    private static CacheLifetime LastOfBlocks(JsonElement content)
    {
        CacheLifetime last = CacheLifetime.None;
        if (content.ValueKind != JsonValueKind.Array)
            return last;
        foreach (JsonElement block in content.EnumerateArray())
        {
            if (block.ValueKind == JsonValueKind.Object && OfBlock(block) is not CacheLifetime.None and var found)
                last = found;
        }

        return last;
    }

    /// <summary>Results of tools have blocks of their own, no deeper than that.</summary>
    private static CacheLifetime OfBlock(JsonElement block)
    {
        if (block.TryGetProperty("cache_control", out JsonElement mark) && Read(mark) is not CacheLifetime.None and var found)
            return found;
        if (!block.TryGetProperty("content", out JsonElement inner) || inner.ValueKind != JsonValueKind.Array)
            return CacheLifetime.None;
        return inner.EnumerateArray()
            .Select(b => b.ValueKind == JsonValueKind.Object && b.TryGetProperty("cache_control", out JsonElement m) ? Read(m) : CacheLifetime.None)
            .LastOrDefault(l => l != CacheLifetime.None);
    }

    private static CacheLifetime Read(JsonElement mark)
    {
        if (mark.ValueKind != JsonValueKind.Object)
            return CacheLifetime.None;
        bool isHour = mark.TryGetProperty("ttl", out JsonElement ttl) && ttl.ValueKind == JsonValueKind.String && ttl.ValueEquals("1h");
        return isHour ? CacheLifetime.OneHour : CacheLifetime.FiveMinutes;
    }
}
