using System.Runtime.InteropServices;

namespace Hearth.Llama.Native;

/// <summary>ggml-backend.h: backends and devices. The registry lives in libggml, the devices' own functions in libggml-base.</summary>
internal static unsafe partial class GgmlNative
{
    internal const string Registry = "ggml";
    internal const string Base = "ggml-base";

    [LibraryImport(Registry, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ggml_backend_load_all_from_path(string folder);

    [LibraryImport(Registry)]
    internal static partial nuint ggml_backend_dev_count();

    [LibraryImport(Registry)]
    internal static partial nint ggml_backend_dev_get(nuint index);

    [LibraryImport(Registry)]
    internal static partial nint ggml_backend_dev_by_type(int type);

    [LibraryImport(Base)]
    internal static partial nint ggml_set_abort_callback(delegate* unmanaged[Cdecl]<byte*, void> callback);

    [LibraryImport(Base)]
    internal static partial nint ggml_backend_dev_backend_reg(nint device);

    [LibraryImport(Base, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint ggml_backend_reg_get_proc_address(nint registry, string name);

    [LibraryImport(Base)]
    internal static partial void ggml_threadpool_params_init(byte* parameters, int threads);

    [LibraryImport(Base)]
    internal static partial byte* ggml_backend_dev_name(nint device);

    [LibraryImport(Base)]
    internal static partial byte* ggml_backend_dev_description(nint device);

    [LibraryImport(Base)]
    internal static partial int ggml_backend_dev_type(nint device);

    [LibraryImport(Base)]
    internal static partial void ggml_backend_dev_memory(nint device, nuint* free, nuint* total);
}
