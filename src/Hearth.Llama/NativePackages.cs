using System.Runtime.InteropServices;

namespace Hearth.Llama;

/// <summary>Which kernels compute.</summary>
public enum NativeBackend
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>NVIDIA GPUs.</summary>
    Cuda,

    /// <summary>Any GPU with a Vulkan driver.</summary>
    Vulkan,

    /// <summary>Apple GPUs.</summary>
    Metal,
}

/// <summary>One prebuilt llama.cpp: where it comes from and what its libraries are called.</summary>
/// <param name="Platform">Operating system and processor, for example <c>linux-x64</c>.</param>
/// <param name="Backend">Which kernels it holds.</param>
/// <param name="PackageName">Name of the npm package.</param>
/// <param name="Llama">File name of libllama.</param>
/// <param name="Ggml">File name of libggml.</param>
/// <param name="GgmlBase">File name of libggml-base.</param>
public sealed record NativePackage(string Platform, NativeBackend Backend, string PackageName, string Llama, string Ggml, string GgmlBase)
{
    /// <summary>Folder below native/ that pins the package.</summary>
    public string Folder => $"{Platform}-{Backend.ToString().ToLowerInvariant()}";

    /// <summary>Folder of the libraries, relative to <see cref="Folder"/>, once the package is installed.</summary>
    public string LibraryFolder => Path.Combine("node_modules", "@node-llama-cpp", PackageName, "bins", PackageName);
}

/// <summary>
/// The packages of npm's <c>@node-llama-cpp</c> 3.22.1, which hold llama.cpp v0.5.0. The names follow from its build: libllama and
/// libggml carry the suffix <c>[backend.]v0.5.0</c>, libggml-base carries none. Looked into: linux-x64 (CPU, CUDA, Vulkan) and
/// linux-arm64; the others follow the same rule.
/// </summary>
public static class NativePackages
{
    /// <summary>Environment variable that names a folder with the libraries and so overrides the search.</summary>
    public const string FolderVariable = "HEARTH_NATIVE";

    /// <summary>Version of llama.cpp in every package.</summary>
    public const string Version = "v0.5.0";

    /// <summary>Every package.</summary>
    public static IReadOnlyList<NativePackage> All { get; } =
    [
        Linux("linux-x64", NativeBackend.Cpu),
        Linux("linux-x64", NativeBackend.Cuda),
        Linux("linux-x64", NativeBackend.Vulkan),
        Linux("linux-arm64", NativeBackend.Cpu),
        Mac("mac-arm64", NativeBackend.Metal),
        Mac("mac-x64", NativeBackend.Cpu),
        Windows("win-x64", NativeBackend.Cpu),
        Windows("win-x64", NativeBackend.Cuda),
        Windows("win-x64", NativeBackend.Vulkan),
        Windows("win-arm64", NativeBackend.Cpu),
    ];

    /// <summary>The platform this process runs on, in the packages' spelling.</summary>
    public static string CurrentPlatform { get; } =
        $"{(OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "mac" : "linux")}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>
    /// Finds installed libraries for this platform: in the folder that <see cref="FolderVariable"/> names, else below native/ in one of
    /// <paramref name="roots"/> or a folder above the application. With no <paramref name="backend"/> asked for, a GPU package that is
    /// installed wins over the CPU's.
    /// </summary>
    /// <exception cref="LlamaException">Nothing fitting is installed; the message says how to install it.</exception>
    public static InstalledPackage Find(NativeBackend? backend, params IReadOnlyList<string> roots)
    {
        NativePackage[] candidates =
        [
            .. All.Where(p => p.Platform == CurrentPlatform && (backend is null || p.Backend == backend)).OrderByDescending(p => p.Backend),
        ];
        if (candidates.Length == 0)
            throw new LlamaException($"There is no {backend?.ToString() ?? "prebuilt"} library for {CurrentPlatform}.");
        return Folders(candidates, roots).FirstOrDefault(i => File.Exists(Path.Combine(i.Folder, i.Package.Llama)))
            ?? throw new LlamaException(
                $"The llama.cpp library for {candidates[^1].Folder} is not installed: start Hearth with ./hearth, which fetches it, or run "
                + $"'npm ci --ignore-scripts' in native/{candidates[^1].Folder}.");
    }

    private static IEnumerable<InstalledPackage> Folders(NativePackage[] candidates, IReadOnlyList<string> roots)
    {
        if (Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder)
            return candidates.Select(p => new InstalledPackage(p, folder));
        return
            from package in candidates
            from root in roots.Concat(Ancestors(AppContext.BaseDirectory))
            select new InstalledPackage(package, Path.Combine(root, "native", package.Folder, package.LibraryFolder));
    }

    private static IEnumerable<string> Ancestors(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
            yield return folder.FullName;
    }

    private static NativePackage Linux(string platform, NativeBackend backend) => Make(platform, backend, "lib", ".so");

    private static NativePackage Mac(string platform, NativeBackend backend) => Make(platform, backend, "lib", ".dylib");

    private static NativePackage Windows(string platform, NativeBackend backend) => Make(platform, backend, "", ".dll");

    private static NativePackage Make(string platform, NativeBackend backend, string prefix, string extension)
    {
        string variant = backend == NativeBackend.Cpu ? "" : backend.ToString().ToLowerInvariant();
        string suffix = (variant.Length == 0 ? "" : variant + ".") + Version + extension;
        return new NativePackage(
            platform, backend, variant.Length == 0 ? platform : $"{platform}-{variant}",
            $"{prefix}llama.{suffix}", $"{prefix}ggml.{suffix}", $"{prefix}ggml-base{extension}");
    }
}

/// <summary>A package and the folder its libraries lie in.</summary>
public sealed record InstalledPackage(NativePackage Package, string Folder);
