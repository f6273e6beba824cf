using System.Security.Cryptography;
using System.Text;
using Hearth.Chat;

namespace Hearth.Http;

/// <summary>Who may ask: whoever has the key.</summary>
internal static class Auth
{
    private const string BearerPrefix = "Bearer ";

    /// <summary>
    /// True when no key is configured, or when either header carries it. Clients send the key as <c>x-api-key</c> or as a bearer token,
    /// some both with different values.
    /// </summary>
    public static bool IsAllowed(HttpRequest request, string? apiKey)
    {
        if (apiKey is null)
            return true;
        string bearer = request.Headers.Authorization.ToString();
        string token = bearer.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase) ? bearer[BearerPrefix.Length..].Trim() : "";
        return Matches(request.Headers["x-api-key"].ToString(), apiKey) | Matches(token, apiKey);
    }

    /// <summary>
    /// Whose request it is, once it is allowed: a hash of the key that let it in. Without a key of its own a server has one owner,
    /// whatever clients send.
    /// </summary>
    public static string Identity(string? apiKey) => apiKey is null ? "" : Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(apiKey)));

    public static ChatError Refusal { get; } = new(ChatErrorKind.Authentication, "invalid x-api-key: this Hearth was started with an API key of its own");

    /// <summary>Hashes first, so that the comparison takes the same time for every length.</summary>
    private static bool Matches(string given, string expected) => CryptographicOperations.FixedTimeEquals(
        SHA256.HashData(Encoding.UTF8.GetBytes(given)), SHA256.HashData(Encoding.UTF8.GetBytes(expected)));
}
