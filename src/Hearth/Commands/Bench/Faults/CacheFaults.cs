namespace Hearth.Commands.Bench.Faults;

/// <summary>Damaged cache files, and a budget that several servers share.</summary>
internal static class CacheFaults
{
    private const int BudgetMegabytes = 64;

    /// <summary>Files that are just being written, folders, and the answers' log.</summary>
    private const double Slack = 1.1;

    private const int MostPrompts = 400;
    private const int LongPromptWords = 700;

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("a bit flipped in every cache file", "answers as without the disk; damaged files are deleted", FlipAsync),
        new("two servers on one home with one --cache-disk", "together not more than the budget", ShareAsync),
    ];

    private static async Task<FaultOutcome> FlipAsync(FaultScene scene)
    {
        var first = await scene.StartAsync();
        await scene.CompareAsync(first);
        await scene.EndAsync(first);
        var files = scene.Files();
        foreach (var file in files)
        {
            var bytes = await File.ReadAllBytesAsync(file, scene.Cancellation);
            bytes[scene.Random.Next(bytes.Length)] ^= (byte)(1 << scene.Random.Next(8));
            await File.WriteAllBytesAsync(file, bytes, scene.Cancellation);
        }

        var server = await scene.StartAsync();
        var compared = await scene.CompareAsync(server);
        var (isClean, end) = await scene.EndAsync(server);
        var verified = await scene.RunAsync("cache", "verify");
        return FaultOutcome.Judge(
            files.Count > 0 && compared.IsWhole && isClean, $"{files.Count} files, {compared}, then {verified.Split('\n')[^1].Split(", in ")[0]}, {end}");
    }

    private static async Task<FaultOutcome> ShareAsync(FaultScene scene)
    {
        string[] settings = ["--cache-disk", $"{BudgetMegabytes}", "--cache-ram", "0"];
        var (one, other) = (await scene.StartAsync(null, settings), await scene.StartAsync(null, settings));
        var written = 0;
        for (; written < MostPrompts && Bytes(scene) < BudgetMegabytes << 20; written += 2)
        {
            var answers = await Task.WhenAll(
                scene.AskAsync(one, $"first {written}", LongPromptWords, 1), scene.AskAsync(other, $"second {written}", LongPromptWords, 1));
            if (answers.FirstOrDefault(a => a.Fault is not null) is { } bad)
                return FaultOutcome.Judge(false, $"an answer failed: {bad.Fault}");
        }

        for (var more = 0; more < written / 2; more += 2)
            await Task.WhenAll(scene.AskAsync(one, $"more first {more}", LongPromptWords, 1), scene.AskAsync(other, $"more second {more}", LongPromptWords, 1));
        var ends = await Task.WhenAll(scene.EndAsync(one), scene.EndAsync(other));
        var megabytes = Bytes(scene) / (double)(1 << 20);
        return FaultOutcome.Judge(
            megabytes <= BudgetMegabytes * Slack && ends.All(e => e.IsClean),
            $"{TextTable.Cell(megabytes, "0")} MB of {BudgetMegabytes} after {written + (written / 2)} prompts, {ends[0].Seen}, {ends[1].Seen}");
    }

    private static long Bytes(FaultScene scene) => scene.Files().Select(f => new FileInfo(f)).Sum(f => f.Exists ? f.Length : 0);
}
