using System.CommandLine;
using System.Globalization;
using Hearth.Config;
using Hearth.Engine.Cache.Disk;
using Hearth.Models;

namespace Hearth.Commands.Cache;

/// <summary><c>hearth cache</c>: what prompt prefixes are on disk, whether they can be read, and how to be rid of them.</summary>
internal static class CacheCommand
{
    public static IReadOnlyList<string> Examples { get; } =
    [
        "hearth cache list                     what is on disk, by model",
        "hearth cache verify                   read all of it, and delete what is damaged",
        "hearth cache purge --older-than 7d    delete what nobody has used for a week",
        "hearth cache purge --model qwen       delete what is of one model",
    ];

    public static Command Create(Terminal terminal)
    {
        Command list = new("list", "List the prompt prefixes on disk, by model");
        list.SetAction(_ => Guard(terminal, root => List(terminal, root)));
        Command verify = new("verify", "Read all prompt prefixes on disk and delete what is damaged; exit code 1 if anything is");
        verify.SetAction(_ => Guard(terminal, root => Verify(terminal, root)));
        return new Command("cache", "List, check and delete the prompt prefixes on disk") { list, verify, PurgeOf(terminal) };
    }

    private static Command PurgeOf(Terminal terminal)
    {
        Option<string> model = new("--model")
        {
            HelpName = "NAME",
            Description = "Delete only what is of models with this in their name, or in the digits of their identity",
        };
        Option<string> age = new("--older-than") { HelpName = "AGE", Description = "Delete only what was last used longer ago, such as 7d or 12h" };
        Command purge = new("purge", "Delete prompt prefixes from disk: all of them, or those that the options say") { model, age };
        purge.SetAction(parsed =>
        {
            TimeSpan? olderThan = null;
            if (parsed.GetValue(age) is { } text && (olderThan = Age.Parse(text)) is null)
                return terminal.Fail($"--older-than expects days or hours such as 7d or 12h, not '{text}'.");
            return Guard(terminal, root => Purge(terminal, root, parsed.GetValue(model), olderThan));
        });
        return purge;
    }

    private static int List(Terminal terminal, string root)
    {
        var folders = SegmentArchive.List(root);
        if (folders.Any(f => f.Count > 0))
        {
            TextTable table = new("model", "identity", "files", "size", "last used");
            foreach (var folder in folders.Where(f => f.Count > 0).OrderByDescending(f => f.Newest))
                table.Add(Name(folder), Digits(folder), Whole(folder.Count), ByteSize.Text(folder.Bytes), Moment(terminal, folder.Newest));
            terminal.Out.Write(table);
        }

        terminal.Out.WriteLine($"{Sum(folders.Sum(f => f.Count), folders.Sum(f => f.Bytes))} in {root}");
        return ExitCodes.Success;
    }

    private static int Verify(Terminal terminal, string root)
    {
        var (intact, damaged) = (0, 0);
        long bytes = 0;
        foreach (var folder in SegmentArchive.List(root))
        {
            var check = SegmentArchive.Verify(root, folder.Identity);
            (intact, bytes, damaged) = (intact + check.Intact, bytes + check.Bytes, damaged + check.Faults.Count);
            foreach (var fault in check.Faults)
            {
                var outcome = SegmentArchive.Delete(root, folder.Identity, fault) ? "deleted" : "left where it is";
                terminal.Out.WriteLine($"{Name(folder)} {Digits(folder)} {fault.Name}: {Reason(fault.Fault)}; {outcome}");
            }
        }

        terminal.Out.WriteLine($"{Sum(intact, bytes)} intact, {Whole(damaged)} not, in {root}");
        return damaged == 0 ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static int Purge(Terminal terminal, string root, string? name, TimeSpan? olderThan)
    {
        var unusedSince = terminal.Time.GetUtcNow() - olderThan;
        var files = 0;
        long bytes = 0;
        foreach (var folder in SegmentArchive.List(root).Where(f => Means(f, name)))
        {
            var freed = SegmentArchive.Purge(root, folder.Identity, unusedSince, terminal.Time);
            (files, bytes) = (files + freed.Files, bytes + freed.Bytes);
            if (freed.Files > 0)
                terminal.Out.WriteLine($"{Name(folder)} {Digits(folder)}: {Sum(freed.Files, freed.Bytes)}");
        }

        terminal.Out.WriteLine($"freed {Sum(files, bytes)} in {root}");
        return ExitCodes.Success;
    }

    private static bool Means(ArchiveFolder folder, string? name) =>
        name is null
        || folder.ModelName?.Contains(name, StringComparison.OrdinalIgnoreCase) == true
        || folder.Identity.ToString("x32").Contains(name, StringComparison.OrdinalIgnoreCase);

    private static string Name(ArchiveFolder folder) => folder.ModelName ?? "unknown";

    private static string Digits(ArchiveFolder folder) => folder.Identity.ToString("x32")[..8];

    private static string Reason(SegmentFault fault) => fault switch
    {
        SegmentFault.Torn => "it ends too early",
        SegmentFault.Corrupt => "its bytes are not those that were written",
        SegmentFault.Foreign => "it is of another model",
        SegmentFault.Outdated => "another version of Hearth wrote it",
        SegmentFault.Unreadable => "it cannot be read",
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "Nothing is wrong."),
    };

    private static string Sum(int files, long bytes) => $"{Whole(files)} {(files == 1 ? "file" : "files")}, {ByteSize.Text(bytes)}";

    private static string Whole(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Moment(Terminal terminal, DateTimeOffset? moment) => moment is null
        ? "-"
        : TimeZoneInfo.ConvertTime(moment.Value, terminal.Time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    /// <summary>Runs on the folder of this home; what the disk refuses is one sentence.</summary>
    private static int Guard(Terminal terminal, Func<string, int> run)
    {
        try
        {
            return run(HearthHome.KvFolder(terminal.Home));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(e.Message);
        }
    }
}
