using System.Security.Cryptography;
using System.Text;
using Hearth.Chat;

namespace Hearth.Http;

/// <summary>
/// Who reads the explanations of requests, and what of other people's text may be shown. Numbers are for whoever has the key. A prompt's
/// text is for its own session, whose name is the secret that several people behind one key do not share; and a cached prompt's text only
/// where that session has the cached prompt as well, or guessing how a prompt begins would read how another one goes on.
/// </summary>
/// <param name="Session">The session that the reader says it is, as requests do in <see cref="SessionHeader"/>.</param>
/// <param name="IsAlone">One person's machine: no key, and nobody else reaches the server.</param>
/// <param name="WantsText">The one person asks for everybody's text, because all of it is that person's.</param>
internal sealed record RequestReader(string? Session, bool IsAlone, bool WantsText)
{
    /// <summary>The switch: <c>?text=true</c>.</summary>
    public const string TextParameter = "text";

    /// <summary>Digits of a session's name that tell sessions apart and lead back to none.</summary>
    private const int DigestDigits = 12;

    public static RequestReader Of(HttpRequest request, HttpOptions options)
    {
        // What a proxy on this machine forwards may come from anywhere.
        bool isForwarded = request.Headers.ContainsKey("x-forwarded-for") || request.Headers.ContainsKey("forwarded");
        bool isAlone = options is { ApiKey: null, IsLoopback: true } && !isForwarded;
        return new RequestReader(SessionHeader.Of(request.Headers), isAlone, string.Equals(request.Query[TextParameter], "true", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The name of a request's session; to others only something that tells it from further ones.</summary>
    public string? NameOf(string? session) => session is null || IsAlone || session == Session
        ? session
        : "#" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(session)))[..DigestDigits];

    /// <summary>What of the two texts may be shown.</summary>
    public PartingWire Show(PartingTexts texts, string? session)
    {
        bool all = IsAlone && WantsText;
        bool isOwn = session is not null && session == Session;
        return new PartingWire(all || (isOwn && texts.IsOfSameSession) ? texts.Cached : null, all || isOwn ? texts.Own : null);
    }
}
