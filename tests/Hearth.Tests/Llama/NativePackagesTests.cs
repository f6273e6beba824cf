using Hearth.Llama;
using Hearth.Tests.Support;

namespace Hearth.Tests.Llama;

public sealed class NativePackagesTests
{
    [Theory]
    [InlineData("linux-x64", NativeBackend.Cpu, "libllama.v0.5.0.so", "libggml.v0.5.0.so", "libggml-base.so")]
    [InlineData("linux-x64", NativeBackend.Cuda, "libllama.cuda.v0.5.0.so", "libggml.cuda.v0.5.0.so", "libggml-base.so")]
    [InlineData("linux-x64", NativeBackend.Vulkan, "libllama.vulkan.v0.5.0.so", "libggml.vulkan.v0.5.0.so", "libggml-base.so")]
    [InlineData("linux-arm64", NativeBackend.Cpu, "libllama.v0.5.0.so", "libggml.v0.5.0.so", "libggml-base.so")]
    [InlineData("mac-arm64", NativeBackend.Metal, "libllama.metal.v0.5.0.dylib", "libggml.metal.v0.5.0.dylib", "libggml-base.dylib")]
    [InlineData("win-x64", NativeBackend.Cuda, "llama.cuda.v0.5.0.dll", "ggml.cuda.v0.5.0.dll", "ggml-base.dll")]
    public void A_package_names_its_libraries(string platform, NativeBackend backend, string llama, string ggml, string ggmlBase)
    {
        NativePackage package = Assert.Single(NativePackages.All, p => p.Platform == platform && p.Backend == backend);

        Assert.Equal((llama, ggml, ggmlBase), (package.Llama, package.Ggml, package.GgmlBase));
    }

    [Fact]
    public void Every_package_is_pinned_in_its_own_folder() =>
        Assert.All(NativePackages.All, package => Assert.Contains(
            $"\"@node-llama-cpp/{package.PackageName}\": \"3.22.1\"",
            File.ReadAllText(Path.Combine(RepositoryPaths.Root, "native", package.Folder, "package.json")),
            StringComparison.Ordinal));

    [Fact]
    public void Every_installed_package_holds_the_libraries_the_table_names()
    {
        string[] installed =
        [
            .. NativePackages.All.Where(p => Directory.Exists(Folder(p)))
                .SelectMany(p => new[] { p.Llama, p.Ggml, p.GgmlBase }.Select(file => Path.Combine(Folder(p), file))),
        ];
        if (installed.Length == 0)
            Assert.Skip("No native package is installed below native/.");

        Assert.All(installed, path => Assert.True(File.Exists(path), path));
    }

    private static string Folder(NativePackage package) =>
        Path.Combine(RepositoryPaths.Root, "native", package.Folder, package.LibraryFolder);
}
