namespace Hearth.Models;

/// <summary>How many bytes of the disk prompt prefixes may take, and why in one line to print at start. Pure.</summary>
/// <param name="Bytes">The budget; 0 keeps nothing on disk.</param>
/// <param name="Explanation">One line.</param>
internal sealed record DiskPlan(long Bytes, string Explanation)
{
    /// <summary>A disk with less room than this has better uses for it.</summary>
    private const long LeastRoomBytes = 1L << 30;

    /// <summary>More is older than what agents come back to.</summary>
    private const long MostBytes = 20L << 30;
    private const int ShareOfRoom = 10;

    /// <summary>
    /// The plan for a disk. What the folder holds already counts as room, because it is what the budget is for: a restart must not find
    /// less room for the cache because the cache is there.
    /// </summary>
    /// <param name="disk">What there is.</param>
    /// <param name="megabytes">What the person decided, or null.</param>
    public static DiskPlan Make(DiskRoom disk, int? megabytes)
    {
        if (disk.FreeBytes is not { } free)
        {
            return megabytes is { } decided
                ? Keep(disk, (long)decided << 20)
                : new DiskPlan(0, $"no prefixes are kept on disk: how much is free for {disk.Folder} cannot be told (--cache-disk decides)");
        }

        long room = free + disk.HeldBytes;
        if (room < LeastRoomBytes)
        {
            return new DiskPlan(
                0, $"no prefixes are kept on disk: only {ByteSize.Text(room)} are free for {disk.Folder}, and {ByteSize.Text(LeastRoomBytes)} are needed");
        }

        return Keep(disk, megabytes is { } chosen ? (long)chosen << 20 : Math.Min(room / ShareOfRoom, MostBytes));
    }

    private static DiskPlan Keep(DiskRoom disk, long bytes) =>
        new(bytes, $"prefixes are kept on disk, up to {ByteSize.Text(bytes)} (--cache-disk) in {disk.Folder}");
}
