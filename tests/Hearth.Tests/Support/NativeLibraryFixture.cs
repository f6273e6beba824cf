using Hearth.Llama;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests.Support;

/// <summary>The native library for tests that compute; skips, saying why, where it is not installed.</summary>
internal static class NativeLibraryFixture
{
    public static LlamaLibrary Require()
    {
        try
        {
            return LlamaLibrary.Load(NativePackages.Find(backend: NativeBackend.Cpu), NullLogger.Instance);
        }
        catch (LlamaException e) when (e.Message.Contains("not installed", StringComparison.Ordinal))
        {
            Assert.Skip(e.Message);
            throw;
        }
    }

    /// <summary>The bundled model, all of it on the CPU.</summary>
    public static LlamaModel LoadSpark() => LoadModel(RepositoryPaths.BundledModel);

    public static LlamaModel LoadModel(string path, bool vocabularyOnly = false)
    {
        Require();
        return LlamaModel.Load(new LlamaModelOptions([path]) { VocabularyOnly = vocabularyOnly });
    }
}
