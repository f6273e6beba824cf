using Hearth.Config;
using Hearth.Models;
using Hearth.Tests.Support;

namespace Hearth.Tests.Models;

/// <summary>What a person names by mistake is one sentence at once, also where opening it would never return.</summary>
public sealed class RegularFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_device_is_neither_a_model_nor_a_template_nor_settings()
    {
        const string Endless = "/dev/zero";
        Assert.SkipUnless(File.Exists(Endless), "This system has no endless device.");

        Assert.Contains("a pipe or a device", GgufFile.Open(Endless).Error, StringComparison.Ordinal);
        Assert.Contains("a pipe or a device", TemplateSource.Choose(GgufFile.Open(ModelLocator.FindBundledPath()!).File!, Endless).Error, StringComparison.Ordinal);
        Assert.Contains("a pipe or a device", SettingsFile.Read(Endless, mustExist: true).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_to_a_model_is_that_model()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        string link = Path.Combine(_folder.Path, "link.gguf");
        File.CreateSymbolicLink(link, ModelLocator.FindBundledPath()!);

        Assert.False(RegularFile.IsEmpty(link));
        Assert.NotNull(GgufFile.Open(link).File);
    }

    [Fact]
    public void Settings_that_nest_without_end_are_one_sentence() =>
        Assert.Contains("depth", SettingsFile.Parse("deep.toml", "a = " + new string('[', 100_000)).Error, StringComparison.OrdinalIgnoreCase);
}
