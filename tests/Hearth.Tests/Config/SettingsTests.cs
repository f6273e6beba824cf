using Hearth.Config;
using Hearth.Engine;
using Hearth.Models;
using Microsoft.Extensions.Logging;

namespace Hearth.Tests.Config;

public sealed class SettingsTests
{
    /// <summary>Every setting with a value as flags and the environment spell it, the same in TOML, and the settings that mean it.</summary>
    public static TheoryData<string, string, string> Values => new()
    {
        { "model", "/m/a.gguf", "'/m/a.gguf'" },
        { "chat-template", "chatml", "'chatml'" },
        { "format", "kimi-k2", "'kimi-k2'" },
        { "keep-thinking", "always", "'always'" },
        { "context", "4096", "4096" },
        { "pool", "16384", "16384" },
        { "parallel", "3", "3" },
        { "cache-ram", "512", "512" },
        { "cache-disk", "2048", "2048" },
        { "no-disk-cache", "true", "true" },
        { "kv-type", "q8", "'q8'" },
        { "threads", "6", "6" },
        { "gpu-layers", "-1", "-1" },
        { "gpu", "vulkan", "'vulkan'" },
        { "host", "0.0.0.0", "'0.0.0.0'" },
        { "port", "8080", "8080" },
        { "api-key", "secret", "'secret'" },
        { "log-level", "debug", "'debug'" },
        { "log-prompts", "true", "true" },
        { "no-color", "true", "true" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Every_setting_is_the_same_as_flag_variable_and_key(string name, string text, string toml)
    {
        var expected = Expected(name);
        Assert.NotEqual(new LaunchSettings(), expected);

        Assert.Equal(expected, Resolve(flags: [(name, text)]).Settings);
        Assert.Equal(expected, Resolve(environment: [("HEARTH_" + name.ToUpperInvariant().Replace('-', '_'), text)]).Settings);
        Assert.Equal(expected, Resolve(file: $"{name} = {toml}").Settings);
    }

    [Fact]
    public void Every_setting_is_in_the_table_of_values() =>
        Assert.Equal(SettingTable.All.Select(s => s.Name), Values.Select(row => row.Data.Item1));

    [Fact]
    public void A_flag_beats_the_environment_which_beats_the_file_which_beats_the_default()
    {
        const string File = "port = 1001";
        (string, string)[] environment = [("HEARTH_PORT", "1002")];

        Assert.Equal(4327, Resolve().Settings!.Port);
        Assert.Equal(1001, Resolve(file: File).Settings!.Port);
        Assert.Equal(1002, Resolve(environment: environment, file: File).Settings!.Port);
        Assert.Equal(1003, Resolve([("port", "1003")], environment, File).Settings!.Port);
    }

    [Fact]
    public void An_empty_variable_is_not_set() => Assert.Equal(1001, Resolve(environment: [("HEARTH_PORT", "")], file: "port = 1001").Settings!.Port);

    [Theory]
    [InlineData("prot = 80", "hearth.toml, line 1: the unknown key 'prot' is ignored; did you mean 'port'?")]
    [InlineData("\nkv_type = 'q8'", "hearth.toml, line 2: the unknown key 'kv_type' is ignored; did you mean 'kv-type'?")]
    [InlineData("[server]\nprt = 80", "hearth.toml, line 2: the unknown key 'server.prt' is ignored; did you mean 'port'?")]
    [InlineData("colour-of-the-sky = 'blue'", "hearth.toml, line 1: the unknown key 'colour-of-the-sky' is ignored.")]
    public void An_unknown_key_is_warned_about_and_ignored(string file, string warning)
    {
        var resolved = Resolve(file: file);

        Assert.Equal([warning], resolved.Warnings);
        Assert.Equal(new LaunchSettings(), resolved.Settings);
    }

    [Theory]
    [InlineData("host = '::1'\nport = '80'", "hearth.toml, line 2: port expects a whole number from 0 to 65535, not a text.")]
    [InlineData("port = 70000", "hearth.toml, line 1: port expects a whole number from 0 to 65535, not '70000'.")]
    [InlineData("cache-disk = 63", "hearth.toml, line 1: cache-disk expects a whole number from 64 to 67108864, not '63'.")]
    [InlineData("port = 1.5", "hearth.toml, line 1: port expects a whole number from 0 to 65535, not a fraction.")]
    [InlineData("model = 7", "hearth.toml, line 1: model expects a text that is not empty, not a number.")]
    [InlineData("log-prompts = 'yes'", "hearth.toml, line 1: log-prompts expects true or false, not a text.")]
    [InlineData("gpu = 'rocm'", "hearth.toml, line 1: gpu expects one of auto, cpu, cuda, vulkan, metal, not 'rocm'.")]
    [InlineData("host = ['a']", "hearth.toml, line 1: host expects a text that is not empty, not a list.")]
    [InlineData("api-key = ' '", "hearth.toml, line 1: api-key expects a text that is not empty.")]
    public void A_wrong_value_in_the_file_is_one_sentence_with_its_line(string file, string error) => AssertError(error, Resolve(file: file));

    [Fact]
    public void A_wrong_value_elsewhere_is_one_sentence_with_its_source()
    {
        AssertError("--port expects a whole number from 0 to 65535, not 'abc'.", Resolve(flags: [("port", "abc")]));
        AssertError("HEARTH_PORT expects a whole number from 0 to 65535, not '-1'.", Resolve(environment: [("HEARTH_PORT", "-1")]));
    }

    [Theory]
    [InlineData("port = ")]
    [InlineData("port 80")]
    [InlineData("port = 80\nport = 81")]
    public void A_file_that_is_not_toml_is_one_sentence_with_a_line(string file)
    {
        var error = Resolve(file: file).Error;

        Assert.Matches(@"^hearth\.toml, line [12]: .+\.$", error);
        Assert.Single(error!.Split("\n"));
    }

    [Fact]
    public void A_pool_smaller_than_a_context_is_refused() =>
        AssertError(
            "The pool (1024 tokens) must hold at least one context (2048 tokens): raise --pool or lower --context.",
            Resolve(flags: [("context", "2048"), ("pool", "1024")]));

    [Fact]
    public void A_model_in_the_file_may_lie_beside_it_or_in_the_persons_folder()
    {
        var folder = Directory.CreateTempSubdirectory("hearth-");
        try
        {
            var path = Path.Combine(folder.FullName, "hearth.toml");
            File.WriteAllText(Path.Combine(folder.FullName, "a.gguf"), "");
            File.WriteAllText(path, "model = 'a.gguf'");
            var beside = SettingsResolver.Resolve(new Dictionary<string, string>(), _ => null, SettingsFile.Read(path, mustExist: true), "/home/ada", ModelLocator.NameOf);

            Assert.Equal(Path.Combine(folder.FullName, "a.gguf"), beside.Settings!.Model);
            Assert.Equal(Path.Combine("/home/ada", "m/b.gguf"), Resolve(file: "model = '~/m/b.gguf'").Settings!.Model);
            Assert.Equal("elsewhere.gguf", Resolve(file: "model = 'elsewhere.gguf'").Settings!.Model);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_missing_file_matters_only_when_it_was_asked_for()
    {
        var path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString(), "hearth.toml");

        Assert.Null(SettingsFile.Read(path, mustExist: false).Error);
        Assert.Equal($"The settings file {path} does not exist.", SettingsFile.Read(path, mustExist: true).Error);
    }

    [Theory]
    [InlineData("/m/Qwen3-0.6B.gguf", "always", 2048)]
    [InlineData("/m/qwen3-0.6b-00001-of-00002.gguf", "always", 2048)]
    [InlineData("/m/llama.gguf", "template", 1024)]
    [InlineData(null, "auto", 1024)]
    public void A_models_table_beats_the_rest_of_the_file_for_that_model_only(string? model, string keep, int context)
    {
        const string File = "[models.\"Qwen3-0.6B\"]\nkeep-thinking = 'always'\ncontext = 2048\n[models.llama]\nkeep-thinking = 'template'\n[server]\n";

        var resolved = Resolve(flags: model is null ? [] : [("model", model)], file: "context = 1024\n" + File);

        Assert.Equal((keep, context), (resolved.Settings!.KeepThinking switch { null => "auto", true => "always", false => "template" }, resolved.Settings.Context));
        Assert.Equal(4096, Resolve([("context", "4096"), ("model", model ?? "x")], file: File).Settings!.Context);
    }

    [Fact]
    public void The_table_of_the_model_in_the_file_counts_and_its_mistakes_are_told()
    {
        Assert.Equal("kimi-k2", Resolve(file: "model = '/m/k.gguf'\n[models.k]\nformat = 'kimi-k2'").Settings!.Format);
        Assert.Equal("hearth.toml, line 2: models.k.context expects a whole number from 16 to 67108864, not a text.", Resolve([("model", "k.gguf")], file: "[models.k]\ncontext = 'x'").Error);
        Assert.Equal(
            ["hearth.toml, line 2: 'models.k.port' is ignored, because port is not a setting of one model.", "hearth.toml, line 3: the unknown key 'models.k.contxt' is ignored; did you mean 'context'?"],
            Resolve(file: "[models.k]\nport = 80\ncontxt = 1").Warnings);
    }

    [Fact]
    public void Settings_never_print_the_key() => Assert.DoesNotContain("hunter2", new LaunchSettings { ApiKey = "hunter2" }.ToString());

    private static LaunchSettings Expected(string name) => name switch
    {
        "model" => new LaunchSettings { Model = "/m/a.gguf" },
        "context" => new LaunchSettings { Context = 4096 },
        "pool" => new LaunchSettings { Pool = 16384 },
        "chat-template" => new LaunchSettings { ChatTemplate = "chatml" },
        "format" => new LaunchSettings { Format = "kimi-k2" },
        "keep-thinking" => new LaunchSettings { KeepThinking = true },
        "parallel" => new LaunchSettings { Parallel = 3 },
        "cache-ram" => new LaunchSettings { CacheRam = 512 },
        "cache-disk" => new LaunchSettings { CacheDisk = 2048 },
        "no-disk-cache" => new LaunchSettings { NoDiskCache = true },
        "kv-type" => new LaunchSettings { KvType = KvType.Q8 },
        "threads" => new LaunchSettings { Threads = 6 },
        "gpu-layers" => new LaunchSettings { GpuLayers = -1 },
        "gpu" => new LaunchSettings { Gpu = GpuChoice.Vulkan },
        "host" => new LaunchSettings { Host = "0.0.0.0" },
        "port" => new LaunchSettings { Port = 8080 },
        "api-key" => new LaunchSettings { ApiKey = "secret" },
        "log-level" => new LaunchSettings { LogLevel = LogLevel.Debug },
        "log-prompts" => new LaunchSettings { LogPrompts = true },
        "no-color" => new LaunchSettings { NoColor = true },
        _ => new LaunchSettings(),
    };

    private static void AssertError(string expected, ResolvedSettings actual)
    {
        Assert.Equal(expected, actual.Error);
        Assert.Null(actual.Settings);
    }

    private static ResolvedSettings Resolve(
        (string Name, string Value)[]? flags = null, (string Name, string Value)[]? environment = null, string file = "") =>
        SettingsResolver.Resolve(
            (flags ?? []).ToDictionary(f => f.Name, f => f.Value),
            asked => environment?.FirstOrDefault(e => e.Name == asked).Value,
            SettingsFile.Parse("hearth.toml", file),
            "/home/ada",
            ModelLocator.NameOf);
}
