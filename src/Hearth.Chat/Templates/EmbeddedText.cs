namespace Hearth.Chat.Templates;

/// <summary>Texts that are files of this folder in the repository and part of the assembly.</summary>
internal static class EmbeddedText
{
    /// <summary>The text of the file <paramref name="name"/>, which must exist.</summary>
    public static string Read(string name)
    {
        using Stream stream = typeof(EmbeddedText).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not part of the assembly.");
        using StreamReader reader = new(stream);
        return reader.ReadToEnd();
    }
}
