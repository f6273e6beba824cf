using Hearth.Chat;

namespace Hearth.Http.Anthropic;

/// <summary>Either a value or what is wrong with the request.</summary>
internal readonly record struct WireResult<T>(T? Value, ChatError? Error)
{
    public static implicit operator WireResult<T>(T value) => new(value, null);

    public static implicit operator WireResult<T>(ChatError error) => new(default, error);
}

/// <summary>Errors worded as the API words them: the path of the field, then what is wrong.</summary>
internal static class WireErrors
{
    public static ChatError Invalid(string path, string what) => new(ChatErrorKind.InvalidRequest, $"{path}: {what}", path);

    public static ChatError Required(string path) => Invalid(path, "Field required");
}
