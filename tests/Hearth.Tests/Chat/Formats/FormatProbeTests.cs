using Hearth.Chat.Formats;
using Hearth.Chat.Templates;
using Hearth.Tests.Support;

namespace Hearth.Tests.Chat.Formats;

/// <summary>Which format is found for each template at hand.</summary>
public sealed class FormatProbeTests
{
    private static readonly Dictionary<string, string> Expected = new()
    {
        ["Apertus-8B-Instruct"] = "apertus",
        ["Apriel-1.6-15b-Thinker-fixed"] = "tool-calls-json",
        ["Bielik-11B-v3.0-Instruct"] = "hermes",
        ["ByteDance-Seed-OSS"] = "seed-oss",
        ["Cohere2MoE"] = "command-r7b",
        ["CohereForAI-c4ai-command-r-plus-tool_use"] = "llama3-json",
        ["CohereForAI-c4ai-command-r7b-12-2024-tool_use"] = "command-r7b",
        ["GLM-4.6"] = "glm",
        ["GigaChat3-10B-A1.8B"] = "llama3-json",
        ["GigaChat3.1-10B-A1.8B"] = "gigachat3",
        ["HuggingFaceTB-SmolLM3-3B"] = "hermes",
        ["Kimi-K2-Instruct"] = "kimi-k2",
        ["Kimi-K2-Thinking"] = "kimi-k2",
        ["LFM2-8B-A1B"] = "lfm2",
        ["LFM2.5-Instruct"] = "lfm2",
        ["MiMo-VL"] = "hermes",
        ["MiniMax-M1"] = "tool-calls-json",
        ["MiniMax-M2"] = "minimax-m2",
        ["Mistral-Small-3.2-24B-Instruct-2506"] = "mistral",
        ["NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"] = "qwen-xml",
        ["NVIDIA-Nemotron-Nano-v2"] = "nemotron-v2",
        ["NousResearch-Hermes-2-Pro-Llama-3-8B-tool_use"] = "hermes",
        ["NousResearch-Hermes-3-Llama-3.1-8B-tool_use"] = "hermes",
        ["Qwen-QwQ-32B"] = "hermes",
        ["Qwen-Qwen2.5-7B-Instruct"] = "hermes",
        ["Qwen-Qwen3-0.6B"] = "hermes",
        ["Qwen3-Coder"] = "qwen-xml",
        ["Qwen3.5-4B"] = "qwen-xml",
        ["Reka-Edge"] = "hermes",
        ["deepseek-ai-DeepSeek-R1-Distill-Llama-8B"] = "deepseek-v3",
        ["deepseek-ai-DeepSeek-R1-Distill-Qwen-32B"] = "deepseek-v3",
        ["deepseek-ai-DeepSeek-V3.1"] = "deepseek-v31",
        ["deepseek-ai-DeepSeek-V3.2"] = "deepseek-dsml",
        ["fireworks-ai-llama-3-firefunction-v2"] = "firefunction-v2",
        ["google-gemma-2-2b-it"] = "hermes",
        ["google-gemma-4-31B-it"] = "gemma4",
        ["ibm-granite-granite-3.3-2B-Instruct"] = "granite",
        ["ibm-granite-granite-4.0"] = "hermes",
        ["inclusionai-ling-3.0-flash"] = "glm",
        ["llama-cpp-deepseek-r1"] = "deepseek-v3",
        ["llama-cpp-rwkv-world"] = "hermes",
        ["meetkai-functionary-medium-v3.1"] = "functionary-v31",
        ["meetkai-functionary-medium-v3.2"] = "functionary-v32",
        ["meta-llama-Llama-3.1-8B-Instruct"] = "llama3-json",
        ["meta-llama-Llama-3.2-3B-Instruct"] = "llama3-json",
        ["meta-llama-Llama-3.3-70B-Instruct"] = "llama3-json",
        ["microsoft-Phi-3.5-mini-instruct"] = "hermes",
        ["mistralai-Ministral-3-14B-Reasoning-2512"] = "mistral",
        ["mistralai-Mistral-Nemo-Instruct-2407"] = "mistral",
        ["moonshotai-Kimi-K2"] = "kimi-k2",
        ["openai-gpt-oss-120b"] = "harmony",
        ["poolside-Laguna-XS-2.1"] = "glm",
        ["poolside-Laguna-XS.2"] = "glm",
        ["unsloth-Apriel-1.5"] = "tool-calls-json",
        ["unsloth-mistral-Devstral-Small-2507"] = "mistral",
        ["upstage-Solar-Open-100B"] = "solar",
    };

    [Fact]
    public void Every_template_shows_its_format()
    {
        string folder = RepositoryPaths.RequireShared("templates");
        List<string> found = [];
        foreach (string file in Directory.EnumerateFiles(folder, "*.jinja").Order(StringComparer.Ordinal))
        {
            ChatTemplate template = ChatTemplate.Parse(File.ReadAllText(file), Path.GetFileName(file), new TemplateTokens("<s>", "</s>"), cancellation: TestContext.Current.CancellationToken);
            found.Add($"{Path.GetFileNameWithoutExtension(file)} {FormatProbe.Find(template, TestContext.Current.CancellationToken).Name}");
        }

        Assert.Equal(Expected.Select(e => $"{e.Key} {e.Value}").Order(StringComparer.Ordinal), found);
    }
}
