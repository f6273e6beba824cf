using System.Text;

namespace Hearth.Http.Anthropic;

/// <summary>
/// Signatures carry the thinking itself, so that a block that a client received without its text can still be given back to the model.
/// Signatures of other servers are not ours to read.
/// </summary>
internal static class ThinkingSignature
{
    private const string Prefix = "hearth1.";

    public static string Of(string thinking) => Prefix + Convert.ToBase64String(Encoding.UTF8.GetBytes(thinking));

    /// <summary>The thinking of a block from a client: its text, or else what its signature carries.</summary>
    public static string Recover(string? thinking, string? signature)
    {
        if (!string.IsNullOrEmpty(thinking) || signature?.StartsWith(Prefix, StringComparison.Ordinal) != true)
            return thinking ?? "";
        byte[] bytes = new byte[signature.Length];
        return Convert.TryFromBase64String(signature[Prefix.Length..], bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : "";
    }
}
