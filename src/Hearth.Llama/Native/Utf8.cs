using System.Runtime.InteropServices;

namespace Hearth.Llama.Native;

/// <summary>C strings.</summary>
internal static unsafe class Utf8
{
    /// <summary>The text of a C string; empty for a null pointer.</summary>
    public static string Read(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";
}
