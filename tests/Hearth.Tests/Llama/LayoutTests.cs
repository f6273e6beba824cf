using System.ComponentModel;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hearth.Llama;
using Hearth.Llama.Native;
using Hearth.Tests.Support;

namespace Hearth.Tests.Llama;

/// <summary>Structures and constants against the headers of the pinned library, and functions against the library itself.</summary>
public sealed class LayoutTests
{
    private const string HeadersVariable = "HEARTH_LLAMA_HEADERS";

    private static readonly Dictionary<string, long> Constants = new(StringComparer.Ordinal)
    {
        ["GGML_TYPE_F32"] = (long)GgmlType.F32,
        ["GGML_TYPE_F16"] = (long)GgmlType.F16,
        ["GGML_TYPE_Q8_0"] = (long)GgmlType.Q8Zero,
        ["LLAMA_FLASH_ATTN_TYPE_AUTO"] = (long)FlashAttention.Auto,
        ["LLAMA_FLASH_ATTN_TYPE_DISABLED"] = (long)FlashAttention.Disabled,
        ["LLAMA_FLASH_ATTN_TYPE_ENABLED"] = (long)FlashAttention.Enabled,
        ["LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY"] = (long)StateFlags.PartialOnly,
        ["LLAMA_STATE_SEQ_FLAGS_ON_DEVICE"] = (long)StateFlags.OnDevice,
        ["GGML_BACKEND_DEVICE_TYPE_CPU"] = (long)LlamaDeviceKind.Cpu,
        ["GGML_BACKEND_DEVICE_TYPE_GPU"] = (long)LlamaDeviceKind.Gpu,
        ["GGML_BACKEND_DEVICE_TYPE_IGPU"] = (long)LlamaDeviceKind.IntegratedGpu,
        ["GGML_BACKEND_DEVICE_TYPE_ACCEL"] = (long)LlamaDeviceKind.Accelerator,
        ["GGML_BACKEND_DEVICE_TYPE_META"] = (long)LlamaDeviceKind.Meta,
        ["LLAMA_VOCAB_TYPE_NONE"] = (long)VocabKind.None,
        ["LLAMA_VOCAB_TYPE_SPM"] = (long)VocabKind.SentencePiece,
        ["LLAMA_VOCAB_TYPE_BPE"] = (long)VocabKind.BytePair,
        ["LLAMA_VOCAB_TYPE_WPM"] = (long)VocabKind.WordPiece,
        ["LLAMA_VOCAB_TYPE_UGM"] = (long)VocabKind.Unigram,
        ["LLAMA_VOCAB_TYPE_RWKV"] = (long)VocabKind.Rwkv,
        ["LLAMA_VOCAB_TYPE_PLAMO2"] = (long)VocabKind.Plamo2,
        ["LLAMA_TOKEN_ATTR_UNKNOWN"] = (long)TokenAttributes.Unknown,
        ["LLAMA_TOKEN_ATTR_UNUSED"] = (long)TokenAttributes.Unused,
        ["LLAMA_TOKEN_ATTR_NORMAL"] = (long)TokenAttributes.Normal,
        ["LLAMA_TOKEN_ATTR_CONTROL"] = (long)TokenAttributes.Control,
        ["LLAMA_TOKEN_ATTR_USER_DEFINED"] = (long)TokenAttributes.UserDefined,
        ["LLAMA_TOKEN_ATTR_BYTE"] = (long)TokenAttributes.Byte,
        ["LLAMA_TOKEN_ATTR_NORMALIZED"] = (long)TokenAttributes.Normalized,
        ["LLAMA_TOKEN_ATTR_LSTRIP"] = (long)TokenAttributes.StripLeft,
        ["LLAMA_TOKEN_ATTR_RSTRIP"] = (long)TokenAttributes.StripRight,
        ["LLAMA_TOKEN_ATTR_SINGLE_WORD"] = (long)TokenAttributes.SingleWord,
    };

    private static readonly Dictionary<string, string[]> Structures = new(StringComparer.Ordinal)
    {
        ["llama_model_params"] = Layout<ModelParams>(),
        ["llama_context_params"] = Layout<ContextParams>(),
        ["llama_batch"] = Layout<NativeBatch>(),
        ["llama_perf_context_data"] = Layout<PerfContextData>(),
    };

    [Fact]
    public void Structures_and_constants_are_those_of_the_pinned_headers()
    {
        var probe = RunProbe();
        var structures = probe.Where(line => line[0] == "struct").ToDictionary(line => line[1], line => line, StringComparer.Ordinal);
        Assert.Equal(Structures.Keys.Order(StringComparer.Ordinal), structures.Keys.Order(StringComparer.Ordinal));
        foreach (var (name, ours) in Structures)
            Assert.Equal(NativeLayout(probe, name), ours);

        var values = probe.Where(line => line[0] == "value").ToDictionary(line => line[1], line => long.Parse(line[2]), StringComparer.Ordinal);
        Assert.Equal(Constants.OrderBy(c => c.Key, StringComparer.Ordinal), values.OrderBy(v => v.Key, StringComparer.Ordinal));
    }

    [Fact]
    public void Every_function_that_is_declared_is_in_the_library()
    {
        var installed = NativeLibraryFixture.Require().Installed;
        var libraries = new Dictionary<string, nint>(StringComparer.Ordinal)
        {
            [LlamaNative.Library] = NativeLibrary.Load(Path.Combine(installed.Folder, installed.Package.Llama)),
            [GgmlNative.Registry] = NativeLibrary.Load(Path.Combine(installed.Folder, installed.Package.Ggml)),
            [GgmlNative.Base] = NativeLibrary.Load(Path.Combine(installed.Folder, installed.Package.GgmlBase)),
        };
        var imports = new[] { typeof(LlamaNative), typeof(GgmlNative) }
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.NonPublic))
            .Select(method => (method.Name, Import: method.GetCustomAttribute<LibraryImportAttribute>()))
            .Where(method => method.Import is not null)
            .ToList();

        Assert.NotEmpty(imports);
        Assert.All(imports, method => Assert.True(NativeLibrary.TryGetExport(libraries[method.Import!.LibraryName], method.Name, out _), method.Name));
    }

    /// <summary>Size, then offset and size of each field, in the order of the declaration.</summary>
    private static string[] Layout<T>()
        where T : unmanaged
    {
        var fields = typeof(T).GetFields(BindingFlags.Instance | BindingFlags.Public)
            .Select(field => (Offset: (int)Marshal.OffsetOf<T>(field.Name), Size: SizeOf(field.FieldType)))
            .OrderBy(field => field.Offset);
        return [$"{Unsafe.SizeOf<T>()}", .. fields.Select(field => $"{field.Offset} {field.Size}")];
    }

    private static int SizeOf(Type type) =>
        type.IsPointer || type.IsFunctionPointer || type.IsUnmanagedFunctionPointer || type == typeof(nint) || type == typeof(nuint)
            ? nint.Size
            : Marshal.SizeOf(type);

    private static string[] NativeLayout(string[][] probe, string name)
    {
        var start = Array.FindIndex(probe, line => line[0] == "struct" && line[1] == name);
        var fields = probe.Skip(start + 1).TakeWhile(line => line[0] == "field").Select(line => $"{line[2]} {line[3]}");
        return [probe[start][2], .. fields];
    }

    private static string[][] RunProbe()
    {
        var headers = Environment.GetEnvironmentVariable(HeadersVariable);
        if (string.IsNullOrEmpty(headers))
            Assert.Skip($"{HeadersVariable} is not set: native/abi-probe.sh prints the folder to set it to.");
        using var folder = new TemporaryFolder();
        var program = Path.Combine(folder.Path, "abi_probe");
        Run("cc", "-std=c11", "-I", headers, "-o", program, Path.Combine(RepositoryPaths.Root, "native", "abi_probe.c"));
        return [.. Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))];
    }

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} ended with exit code {process.ExitCode}.");
            return output;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"There is no '{program}' on this machine to compile the probe with.");
            throw;
        }
    }
}
