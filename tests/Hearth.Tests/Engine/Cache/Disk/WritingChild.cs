using Hearth.Engine.Cache.Disk;

namespace Hearth.Tests.Engine.Cache.Disk;

/// <summary>The process that <see cref="KillDuringWritesTests"/> kills: it starts on what the killed ones left, and writes.</summary>
internal static class WritingChild
{
    public const string Argument = "--write-segments";
    public const string Ready = "ready";
    public const int Numbers = 400;

    /// <summary>More than any child reaches before it is killed; ends one that nobody kills.</summary>
    private const int MostWrites = 100_000;

    /// <summary>Writes states, a line for each, until it is killed.</summary>
    public static int Run(string root, int seed)
    {
        var folder = States.Folder(root);
        IReadOnlyList<StoredState> found = folder.Scan(new HashSet<string>());
        foreach (var state in found.Take(3)) folder.Read(state.Key);
        Console.WriteLine(Ready);
        var random = new Random(seed);
        for (var i = 0; i < MostWrites; i++)
        {
            var number = random.Next(Numbers);
            folder.Write(States.Key(number), TimeSpan.FromMilliseconds(number), States.Bytes(number));
            Console.WriteLine(number);
        }

        return 0;
    }
}
