using System.Text.Json;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Faults;

/// <summary>A whole message as a fault's row compares it.</summary>
/// <param name="Text">What was said; null without a right answer.</param>
/// <param name="Prompt">Tokens of the prompt.</param>
/// <param name="Reused">Those of them that were not computed.</param>
/// <param name="Seconds">Until it was there.</param>
/// <param name="Fault">Why there is none, or null.</param>
internal sealed record FaultAnswer(string? Text, int Prompt, int Reused, double Seconds, string? Fault)
{
    public static FaultAnswer Of(HttpAnswer? answer, double seconds)
    {
        if (answer is not { Status: 200 })
            return new FaultAnswer(null, 0, 0, seconds, answer is null ? "cut" : answer.Fault() ?? $"status {answer.Status}");
        using var body = JsonDocument.Parse(answer.Body);
        var text = string.Concat(body.RootElement.GetProperty("content").EnumerateArray().Select(b => b.GetRawText()));
        var usage = JsonSerializer.Deserialize(body.RootElement.GetProperty("usage"), BenchJson.Default.TokensWire)!;
        var reused = usage.CacheReadInputTokens ?? 0;
        return new FaultAnswer(text, (usage.InputTokens ?? 0) + (usage.CacheCreationInputTokens ?? 0) + reused, reused, seconds, null);
    }
}

/// <summary>The same prompts, asked before and after a fault.</summary>
/// <param name="Equal">Answers that are what a server without a fault says.</param>
/// <param name="Answers">All of them.</param>
internal sealed record FaultComparison(int Equal, IReadOnlyList<FaultAnswer> Answers)
{
    public bool IsWhole => Equal == Answers.Count;

    public override string ToString() =>
        $"{Equal} of {Answers.Count} answers right" + (Answers.FirstOrDefault(a => a.Fault is not null) is { } bad ? $" ({bad.Fault})" : "");
}
