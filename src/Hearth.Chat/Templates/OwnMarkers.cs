using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>
/// Markers in what Hearth itself says about tools. A template is given them as texts that nobody outside can write, because what stands
/// in a message is from outside to it; in the prompt they become what a template would have written, which may be control tokens.
/// </summary>
internal static class OwnMarkers
{
    /// <summary>Unicode sets these aside for use inside a program; they are no characters of any text.</summary>
    private const char Start = '\uFDD2';
    private const char End = '\uFDD3';

    private static readonly string Secret = Guid.NewGuid().ToString("N");

    private static readonly string[] Names = ["<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"];

    private static readonly string[] Stands = [.. Names.Select((_, i) => $"{Start}{Secret}{i}{End}")];

    public static string CallOpen => Stands[0];

    public static string CallClose => Stands[1];

    public static string ResultOpen => Stands[2];

    public static string ResultClose => Stands[3];

    /// <summary>The prompt with the markers.</summary>
    public static OriginString Reveal(OriginString prompt)
    {
        int next = prompt.Text.IndexOf(Start, StringComparison.Ordinal);
        if (next < 0)
            return prompt;
        OriginBuilder revealed = new();
        int at = 0;
        for (; next >= 0; next = prompt.Text.IndexOf(Start, next + 1))
        {
            int marker = Array.FindIndex(Stands, s => prompt.Text.AsSpan(next).StartsWith(s));
            if (marker < 0)
                continue;
            revealed.Append(prompt, at, next - at).Append(Names[marker]);
            at = next + Stands[marker].Length;
        }

        return revealed.Append(prompt, at, prompt.Length - at).ToOriginString();
    }
}
