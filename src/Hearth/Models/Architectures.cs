using System.Collections.Frozen;

namespace Hearth.Models;

/// <summary>The architectures of llama.cpp v0.5.0 (its llama-arch.cpp).</summary>
internal static class Architectures
{
    /// <summary>Those that embed, encode, draft or speak instead of writing text token by token.</summary>
    private static readonly FrozenSet<string> WithoutText = Words("""
        clip bert modern-bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 eurobert gemma-embedding t5 t5encoder
        wavtokenizer-dec dream llada llada-moe rnd1 eagle3 dflash gemma4-assistant llama-embed qwen3tts pockettts
        """);

    private static readonly FrozenSet<string> WithText = Words("""
        llama llama4 deci falcon grok gpt2 gptj gptneox mpt baichuan starcoder refact bloom stablelm qwen qwen2 qwen2moe qwen2vl qwen3
        qwen3moe qwen3next qwen3vl qwen3vlmoe qwen35 qwen35moe qwen4exp phi2 phi3 phimoe plamo plamo2 plamo3 codeshell orion internlm2
        minicpm minicpm3 gemma gemma2 gemma3 gemma3n gemma4 starcoder2 mamba mamba2 maple jamba falcon-h1 xverse command-r cohere2
        cohere2moe dbrx olmo olmo2 olmoe muse-glimmer openelm arctic deepseek deepseek2 deepseek2-ocr deepseek32 deepseek4 chatglm glm4
        glm4moe glm-dsa bitnet jais jais2 nemotron nemotron_h nemotron_h_moe exaone exaone4 exaone-moe rwkv6 rwkv6qwen2 rwkv7 arwkv7
        granite granitemoe granitehybrid graniteswitch granite_swa chameleon plm bailingmoe bailingmoe2 bailingmoe3 dots1 dots3note
        arcee afmoe laguna ernie4_5 ernie4_5-moe hunyuan-moe hunyuan-dense hunyuan_vl hy_v3 hy_v4 smollm3 gpt-oss lfm2 lfm2moe
        smallthinker seed_oss grovemoe apertus minimax-01 hrm_text minimax-m2 minimax-m3 cogvlm pangu-embedded mistral3 mistral4
        paddleocr mimo2 step35 spark2_5 maincoder kimi-linear kimi-k3 talkie mellum nanbeige
        """);

    /// <summary>Those whose every layer, or some layers, hold a recurrent state per sequence.</summary>
    private static readonly FrozenSet<string> Recurrent = Words("""
        mamba mamba2 rwkv6 rwkv6qwen2 rwkv7 arwkv7 jamba falcon-h1 plamo2 granitehybrid lfm2 lfm2moe nemotron_h nemotron_h_moe qwen3next
        qwen35 qwen35moe kimi-linear kimi-k3 minimax-01
        """);

    /// <summary>Why this architecture cannot answer, or null when it can.</summary>
    public static string? WhyNot(string architecture)
    {
        if (WithText.Contains(architecture))
            return null;
        return WithoutText.Contains(architecture)
            ? $"its architecture '{architecture}' does not write text token by token: choose a chat model"
            : $"llama.cpp v0.5.0 does not know its architecture '{architecture}'";
    }

    /// <summary>True when sequences carry states besides KV cells.</summary>
    public static bool IsRecurrent(string architecture) => Recurrent.Contains(architecture);

    private static FrozenSet<string> Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet();
}
