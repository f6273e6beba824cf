using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Faults;

/// <summary>Disks that are full, read-only, slow or dead.</summary>
internal static class DiskFaults
{
    /// <summary>A disk with less room holds no cache, so the full one starts large and is made small.</summary>
    private const string Roomy = "2g";
    private const long SlowBytesPerSecond = 300_000;

    /// <summary>An answer may take so many times what computing it takes, and a second more, however the disk is.</summary>
    private const double MostTimesComputing = 2;

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("the disk fills up", "answers go on, exit 0, files whole", s => OnMountAsync(s, Fill)),
        new("the disk becomes read-only", "answers go on, exit 0", s => OnMountAsync(s, (scene, mount) => Remount(mount, "ro"))),
        new("a start on a read-only disk", "answers as without the disk, exit 0", StartReadOnlyAsync),
        new("a dead disk: reads never return", "no request waits for it, also no new one; exit 0", s => ReplaceAsync(s, "rm '{0}' && mkfifo '{0}'")),
        new("folders in place of cache files", "answers as without the disk, exit 0", s => ReplaceAsync(s, "rm '{0}' && mkdir '{0}'")),
        new("a slow disk", "at most twice the time of computing and a second; what was computed is reused afterwards", SlowAsync),
    ];

    /// <summary>Something happens to the disk while a server uses it.</summary>
    private static async Task<FaultOutcome> OnMountAsync(FaultScene scene, Func<FaultScene, string, string?> happen)
    {
        if (FaultMachine.Mount(scene, scene.Home, Roomy) is { } why)
            return FaultOutcome.Skip(why);
        var server = await scene.StartAsync();
        var before = await scene.CompareAsync(server);
        if (happen(scene, scene.Home) is { } error)
            return FaultOutcome.Skip(error);
        List<FaultAnswer> more = [];
        for (var i = 0; i < 5; i++)
            more.Add(await scene.AskAsync(server, $"new {i}"));
        var after = await scene.CompareAsync(server);
        var (isClean, end) = await scene.EndAsync(server);
        Remount(scene.Home, $"rw,size={Roomy}");
        var verified = await scene.RunAsync("cache", "verify");
        return FaultOutcome.Judge(
            before.IsWhole && after.IsWhole && more.All(a => a.Text is not null) && isClean && verified.Contains("intact, 0 not", StringComparison.Ordinal),
            $"{after}, {more.Count(a => a.Text is not null)} of {more.Count} new ones answered, {verified.Split(", in ")[0]}, {end}");
    }

    /// <summary>The file system becomes hardly larger than what is in it, and a file takes the rest. The server may be writing meanwhile.</summary>
    private static string? Fill(FaultScene scene, string mount)
    {
        const string command = """
            for try in 1 2 3 4 5 6 7 8 9; do
                used=$(df -k --output=used '{0}' | tail -n 1)
                mount -o remount,size=$((used + 1024))k '{0}' && break
            done
            dd if=/dev/zero of='{0}/filler' bs=4k 2>/dev/null
            if echo more > '{0}/one' 2>/dev/null; then echo 'there is still room'; exit 1; fi
            """;
        return FaultScene.Shell(command.Replace("{0}", mount, StringComparison.Ordinal));
    }

    private static string? Remount(string mount, string options) => FaultScene.Shell($"mount -o remount,{options} '{mount}'");

    private static async Task<FaultOutcome> StartReadOnlyAsync(FaultScene scene)
    {
        if ((FaultMachine.Mount(scene, scene.Home, Roomy) ?? Remount(scene.Home, "ro")) is { } why)
            return FaultOutcome.Skip(why);
        var server = await scene.StartAsync();
        var compared = await scene.CompareAsync(server);
        var (isClean, end) = await scene.EndAsync(server);
        return FaultOutcome.Judge(compared.IsWhole && isClean, $"{compared}, {end}");
    }

    /// <summary>Cache files become something else while a server that has read none of them runs.</summary>
    private static async Task<FaultOutcome> ReplaceAsync(FaultScene scene, string command)
    {
        await scene.EndAsync(await FilledAsync(scene));
        var server = await scene.StartAsync();
        var files = scene.Files();
        if (files.Count == 0)
            return FaultOutcome.Judge(false, "nothing was written to the disk");
        foreach (var file in files)
        {
            if (FaultScene.Shell(command.Replace("{0}", file, StringComparison.Ordinal)) is { } why)
                return FaultOutcome.Skip(why);
        }

        var compared = await scene.CompareAsync(server);
        var fresh = await scene.AskAsync(server, "new", words: 4);
        var isHealthy = await server.IsHealthyAsync(scene.Cancellation);
        var (isClean, end) = await scene.EndAsync(server);
        return FaultOutcome.Judge(
            compared.IsWhole && fresh.Text is not null && isClean,
            $"{files.Count} files, {compared}, slowest {TextTable.Cell(compared.Answers.Max(a => a.Seconds), "0.0")} s, a new one: "
            + $"{fresh.Fault ?? "answered"}, healthy: {(isHealthy ? "yes" : "no")}, {end}");
    }

    private static async Task<FaultOutcome> SlowAsync(FaultScene scene)
    {
        var (group, why) = FaultMachine.DiskGroup(scene);
        if (group is null)
            return FaultOutcome.Skip(why!);
        await scene.EndAsync(await FilledAsync(scene));
        var server = await scene.StartAsync(FaultMachine.Enter(group));
        await scene.AskAsync(server, "warm");
        var computing = await scene.AskAsync(server, "computed");
        foreach (var file in scene.Files())
            FaultScene.Shell($"dd if='{file}' iflag=nocache count=0");
        if (FaultMachine.SlowReads(group, scene.Home, SlowBytesPerSecond) is { } reason)
            return FaultOutcome.Skip($"this disk cannot be slowed: {reason}");
        var slow = await scene.AskAsync(server, FaultScene.Prompts[0]);
        FaultMachine.SlowReads(group, scene.Home, 0);
        await scene.CompareAsync(server);
        var second = await scene.CompareAsync(server);
        var (isClean, end) = await scene.EndAsync(server);
        var (reused, prompt) = (second.Answers.Sum(a => a.Reused), second.Answers.Sum(a => a.Prompt));
        return FaultOutcome.Judge(
            slow.Text is not null && slow.Seconds <= (MostTimesComputing * computing.Seconds) + 1 && second.IsWhole && reused > prompt / 2 && isClean,
            $"{TextTable.Cell(slow.Seconds, "0.0")} s at {SlowBytesPerSecond / 1000} kB/s where computing takes {TextTable.Cell(computing.Seconds, "0.0")} s; "
            + $"later {reused} of {prompt} tokens reused, {second}, {end}");
    }

    /// <summary>A server whose cache has the prompts' files, or will have at its end.</summary>
    private static async Task<ServerProcess> FilledAsync(FaultScene scene)
    {
        var server = await scene.StartAsync();
        await scene.CompareAsync(server);
        return server;
    }
}
