using System.Globalization;

namespace Hearth;

/// <summary>How many files and connections the system lets this process hold open, and how many it holds.</summary>
/// <param name="Limit">Most descriptors.</param>
/// <param name="Used">Those in use.</param>
internal sealed record OpenFiles(int Limit, int Used)
{
    /// <summary>
    /// A server holds about 190 before its first connection, two for each of the runtime's libraries; with fewer than this it would
    /// fail later, and not in words.
    /// </summary>
    public const int Least = 256;

    /// <summary>Kept from connections: for libraries that are loaded at their first use, files of the cache and child processes.</summary>
    public const int Reserve = 48;

    /// <summary>A server that is reached at all: one to answer, one to ask whether it is healthy, and some that idle.</summary>
    private const int FewestConnections = 8;

    /// <summary>What the runtime sets on macOS, which has nowhere to read it from.</summary>
    private const int MacLimit = 10_240;

    /// <summary>Why nothing can be started, in one sentence, or null.</summary>
    public string? WhyNot => Limit < Least
        ? $"Hearth needs {Least} open files at least, and this process may have {Limit}: start it after 'ulimit -n 4096', or raise the limit of its service."
        : null;

    /// <summary>Most connections at once.</summary>
    public int Connections => Math.Max(FewestConnections, Limit - Used - Reserve);

    /// <summary>What holds now.</summary>
    public static OpenFiles Measure()
    {
        if (OperatingSystem.IsLinux())
            return new OpenFiles(LinuxLimit(), Count("/proc/self/fd"));
        return OperatingSystem.IsMacOS() ? new OpenFiles(MacLimit, Count("/dev/fd")) : new OpenFiles(int.MaxValue, 0);
    }

    /// <summary>The limit in the text of <c>/proc/self/limits</c>, whose lines give a name, the limit that holds, and the highest.</summary>
    public static int LimitIn(IEnumerable<string> lines)
    {
        const string Name = "Max open files";
        var line = lines.FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
        var word = line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : int.MaxValue;
    }

    private static int LinuxLimit()
    {
        try
        {
            return LimitIn(File.ReadLines("/proc/self/limits"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return int.MaxValue;
        }
    }

    private static int Count(string folder)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(folder).Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
