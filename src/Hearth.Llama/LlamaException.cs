namespace Hearth.Llama;

/// <summary>The native library could not be loaded, or refused a model or a context. The message is for the person who runs it.</summary>
public sealed class LlamaException : Exception
{
    /// <summary>An error without a message of its own.</summary>
    public LlamaException()
    {
    }

    /// <summary>An error that says what to do.</summary>
    public LlamaException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public LlamaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
