using System.Runtime.InteropServices;
using Hearth.Llama.Native;
using Microsoft.Extensions.Logging;

namespace Hearth.Llama;

/// <summary>
/// The native library, loaded once per process: a second <see cref="Load"/> returns the first one, and another package needs another
/// process. Everything else in this project needs it loaded.
/// </summary>
public sealed class LlamaLibrary
{
    /// <summary>The libraries this process has loaded, by import name: the operating system keeps them per process as well.</summary>
    private static readonly Dictionary<string, nint> Handles = [];

    /// <summary>At most one.</summary>
    private static readonly List<LlamaLibrary> Loaded = [];

    static LlamaLibrary() => NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, (name, _, _) => Handles.GetValueOrDefault(name));

    private LlamaLibrary(InstalledPackage installed) => Installed = installed;

    /// <summary>Which package was loaded, and from where.</summary>
    public InstalledPackage Installed { get; }

    /// <summary>What the processor and the library can do, in llama.cpp's words.</summary>
    public string SystemInfo => ReadSystemInfo();

    /// <summary>The devices that can compute, with their free memory now.</summary>
    public IReadOnlyList<LlamaDevice> Devices => ReadDevices();

    /// <summary>Loads the libraries, their kernels, and checks that they are what this project's structs were written for.</summary>
    /// <exception cref="LlamaException">A library is missing, cannot be loaded, or has another version or layout.</exception>
    public static LlamaLibrary Load(InstalledPackage installed, ILogger log)
    {
        lock (Loaded)
        {
            if (Loaded.FirstOrDefault() is { } loaded)
            {
                return loaded.Installed == installed
                    ? loaded
                    : throw new LlamaException($"{loaded.Installed.Package.Folder} is already loaded; another backend needs another process.");
            }

            LoadFresh(installed, log);
            Loaded.Add(new LlamaLibrary(installed));
            return Loaded[0];
        }
    }

    /// <summary>
    /// What to do when an assert in the library fails, which ends the process when the handler returns. It gets the place and the assert,
    /// on a thread of the library's. One per process: the last one counts.
    /// </summary>
    public static void OnAbort(Action<string> handler) => NativeAbort.Handle(handler);

    private static void LoadFresh(InstalledPackage installed, ILogger log)
    {
        // In the order of their dependencies, so that each finds the ones before it already loaded on every platform.
        Handles[GgmlNative.Base] = LoadFile(installed.Folder, installed.Package.GgmlBase);
        Handles[GgmlNative.Registry] = LoadFile(installed.Folder, installed.Package.Ggml);
        Handles[LlamaNative.Library] = LoadFile(installed.Folder, installed.Package.Llama);
        LayoutTable.Check(installed);
        NativeLog.Install(log);
        NativeAbort.Install();
        GgmlNative.ggml_backend_load_all_from_path(installed.Folder);
        LlamaNative.llama_backend_init();
    }

    private static nint LoadFile(string folder, string file)
    {
        string path = Path.Combine(Path.GetFullPath(folder), file);
        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new LlamaException($"{path} cannot be loaded: {e.Message}", e);
        }
    }

    private static unsafe string ReadSystemInfo() => Utf8.Read(LlamaNative.llama_print_system_info());

    private static unsafe LlamaDevice[] ReadDevices()
    {
        LlamaDevice[] devices = new LlamaDevice[(int)GgmlNative.ggml_backend_dev_count()];
        for (int i = 0; i < devices.Length; i++)
        {
            nint device = GgmlNative.ggml_backend_dev_get((nuint)i);
            nuint free, total;
            GgmlNative.ggml_backend_dev_memory(device, &free, &total);
            devices[i] = new LlamaDevice(
                Utf8.Read(GgmlNative.ggml_backend_dev_name(device)),
                Utf8.Read(GgmlNative.ggml_backend_dev_description(device)),
                (LlamaDeviceKind)GgmlNative.ggml_backend_dev_type(device),
                (long)free,
                (long)total);
        }

        return devices;
    }
}
