using Hearth.Commands;
using Hearth.Providers;
using Spectre.Console.Testing;

namespace Hearth.Tests.Commands;

public sealed class BannerTests
{
    private static readonly Banner Large = new(
        new ProviderModel("qwen3-coder", "Qwen3 Coder", DateTimeOffset.UnixEpoch, 262_144, 32_000),
        262_144, 524_288, 4, new Uri("http://127.0.0.1:4327/"), NeedsKey: false, PowerShell: false);

    [Fact]
    public void Plain_form_is_lines_without_control_sequences()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var terminal = new Terminal(TextReader.Null, output, TextWriter.Null, _ => null, "/home", "/home");

        Large.Show(terminal);

        Assert.Equal(
            $"""
            Hearth {VersionCommand.Number} is ready.
              model    Qwen3 Coder (qwen3-coder)
              context  262,144 tokens per request, 524,288 in all, 4 at once
              address  http://127.0.0.1:4327
            For Claude Code, paste into another terminal:
            ANTHROPIC_BASE_URL=http://127.0.0.1:4327 ANTHROPIC_API_KEY=local claude
            Ctrl+C stops; running answers get 10 seconds to end.

            """.ReplaceLineEndings("\n"),
            output.ToString());
    }

    [Fact]
    public void Rich_form_frames_the_facts_and_keeps_the_line_to_paste_whole()
    {
        var console = new TestConsole { Profile = { Width = 60 } };

        (Large with { Window = 100_000, Model = Large.Model with { DisplayName = "a [red] name" } }).Show(console);

        Assert.Contains("╭", console.Output);
        Assert.Contains("a [red] name", console.Output);
        Assert.Contains("http://127.0.0.1:4327", console.Output);
        Assert.Contains(
            "ANTHROPIC_BASE_URL=http://127.0.0.1:4327 ANTHROPIC_API_KEY=local ANTHROPIC_MODEL=qwen3-coder CLAUDE_CODE_MAX_CONTEXT_TOKENS=100000 claude\n",
            console.Output.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData(200_000, "")]
    [InlineData(65_536, "ANTHROPIC_MODEL=qwen3-coder CLAUDE_CODE_MAX_CONTEXT_TOKENS=65536 ")]
    [InlineData(32_768, "ANTHROPIC_MODEL=qwen3-coder CLAUDE_CODE_MAX_CONTEXT_TOKENS=32768 CLAUDE_CODE_MAX_OUTPUT_TOKENS=4096 ")]
    [InlineData(8_192, "CLAUDE_CODE_SIMPLE=1 ")]
    public void The_line_tells_Claude_Code_how_small_the_window_is(int window, string expected) =>
        Assert.Equal(
            $"ANTHROPIC_BASE_URL=http://127.0.0.1:4327 ANTHROPIC_API_KEY=local {expected}claude",
            (Large with { Window = window }).ClaudeCodeLine);

    [Fact]
    public void PowerShell_gets_a_line_of_its_own() =>
        Assert.Equal(
            "$env:ANTHROPIC_BASE_URL='http://127.0.0.1:4327'; $env:ANTHROPIC_API_KEY='local'; claude",
            (Large with { PowerShell = true }).ClaudeCodeLine);

    [Theory]
    [InlineData("http://0.0.0.0:80/", "http://127.0.0.1:80")]
    [InlineData("http://[::]:4327/", "http://127.0.0.1:4327")]
    [InlineData("http://192.168.1.5:4327/", "http://192.168.1.5:4327")]
    public void An_address_that_listens_everywhere_is_pasted_as_the_loopback(string address, string pasted) =>
        Assert.StartsWith($"ANTHROPIC_BASE_URL={pasted} ", (Large with { Address = new Uri(address) }).ClaudeCodeLine);

    [Fact]
    public void A_required_key_is_never_printed_and_an_open_server_is_warned_about()
    {
        var open = Plain(Large with { Address = new Uri("http://0.0.0.0:4327/") });
        var locked = Plain(Large with { Address = new Uri("http://0.0.0.0:4327/"), NeedsKey = true });

        Assert.Contains("set --api-key", open);
        Assert.DoesNotContain("set --api-key", locked);
        Assert.Contains("ANTHROPIC_API_KEY=YOUR_KEY", locked);
    }

    [Fact]
    public void A_model_name_that_a_shell_would_split_is_quoted() =>
        Assert.Contains(
            "ANTHROPIC_MODEL='it'\\''s big' ",
            (Large with { Window = 65_536, Model = Large.Model with { Id = "it's big" } }).ClaudeCodeLine);

    private static string Plain(Banner banner)
    {
        using var output = new StringWriter { NewLine = "\n" };
        banner.Show(new Terminal(TextReader.Null, output, TextWriter.Null, _ => null, "/home", "/home"));
        return output.ToString();
    }
}
