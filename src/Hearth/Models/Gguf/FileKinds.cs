using System.Text;

namespace Hearth.Models.Gguf;

/// <summary>Recognises what people mistake for a GGUF file.</summary>
internal static class FileKinds
{
    /// <summary>What the file is instead of GGUF, or null when it is one. Leaves the file at its beginning.</summary>
    public static string? NotGguf(FileStream file)
    {
        byte[] start = new byte[64];
        int count = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        string text = Encoding.Latin1.GetString(start, 0, count);
        if (text.StartsWith("GGUF", StringComparison.Ordinal))
            return null;
        if (text.StartsWith("version https://git-lfs", StringComparison.Ordinal))
            return "a Git LFS pointer: run 'git lfs pull' where it came from, or download the file itself";
        if (text.TrimStart().StartsWith('<'))
            return "a web page: the download was refused or asked for a login";
        if (text.StartsWith("PK", StringComparison.Ordinal))
            return "a zip archive (a PyTorch checkpoint, perhaps): look for a GGUF version of the model";
        if (count > 9 && text[8] == '{')
            return "a safetensors file: look for a GGUF version of the model";
        return text.StartsWith("ggml", StringComparison.Ordinal) || text.StartsWith("tjgg", StringComparison.Ordinal)
            ? "an old GGML file: look for a GGUF version of the model"
            : "something else";
    }
}
