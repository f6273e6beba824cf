using System.Globalization;
using System.Text.RegularExpressions;

namespace Hearth.Engine.Cache.Disk;

/// <summary>Which names below the cache's root are ours. Nothing else there is ever read or deleted.</summary>
internal static partial class SegmentNames
{
    /// <summary>The name of the file with the sampled answers of one model.</summary>
    public const string Answers = "answers.log";

    /// <summary>The name of the folder of one model with its settings.</summary>
    public static string Folder(UInt128 identity) => $"{identity:x32}";

    /// <summary>True for the name of such a folder.</summary>
    public static bool TryFolder(string name, out UInt128 identity)
    {
        identity = default;
        return FolderPattern().IsMatch(name) && UInt128.TryParse(name, NumberStyles.AllowHexSpecifier, null, out identity);
    }

    /// <summary>True for the name of a stored state.</summary>
    public static bool IsState(string name) => StatePattern().IsMatch(name);

    /// <summary>True for the name of a file that is kept: a state, or the answers.</summary>
    public static bool IsKept(string name) => IsState(name) || name == Answers;

    /// <summary>
    /// The name of a file that is being written. The process id is for people; the writer's number keeps apart writers in one process,
    /// and processes of one id in several containers or after a restart.
    /// </summary>
    public static string Temporary(int processId, ulong writer, long count) => $"write-{processId:x}-{writer:x16}-{count:x}.tmp";

    /// <summary>True for the name of a file that is, or was, being written.</summary>
    public static bool IsTemporary(string name) => TemporaryPattern().IsMatch(name);

    [GeneratedRegex(@"\A[0-9a-f]{32}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FolderPattern();

    [GeneratedRegex(@"\A[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{3}-[0-9a-f]{16}\.(?:seg|chk)\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StatePattern();

    [GeneratedRegex(@"\Awrite-[0-9a-f]{1,8}-[0-9a-f]{16}-[0-9a-f]{1,16}\.tmp\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TemporaryPattern();
}
