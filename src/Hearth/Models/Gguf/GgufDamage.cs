namespace Hearth.Models.Gguf;

/// <summary>What is wrong with a file, found deep inside the reader; never leaves <see cref="GgufReader"/>.</summary>
internal sealed class GgufDamage(string message) : Exception(message);
