using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hearth.Llama.Native;

/// <summary>Hears of failed asserts in the library, after which it ends the process. Any thread of the library may call.</summary>
internal static unsafe class NativeAbort
{
    /// <summary>At most one: the library's callback has no place for state of ours.</summary>
    private static readonly List<Action<string>> Handlers = [];

    /// <summary>From now on <paramref name="handler"/> hears of asserts before the process ends.</summary>
    public static void Handle(Action<string> handler)
    {
        Handlers.Clear();
        Handlers.Add(handler);
    }

    /// <summary>Tells the library, once it is loaded.</summary>
    public static void Install() => GgmlNative.ggml_set_abort_callback(&Receive);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Receive(byte* message)
    {
        if (Handlers.Count > 0)
            Handlers[0](Reason(Utf8.Read(message)));
    }

    /// <summary>Without the folder on the machine that built the library: <c>ggml.c:4005: GGML_ASSERT(...) failed</c>.</summary>
    private static string Reason(string message)
    {
        int place = message.IndexOf(": ", StringComparison.Ordinal);
        return place < 0 ? message : message[(message.AsSpan(0, place).LastIndexOfAny('/', '\\') + 1)..];
    }
}
