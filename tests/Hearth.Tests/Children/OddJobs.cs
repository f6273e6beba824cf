using System.Runtime.InteropServices;
using System.Text;
using Hearth.Children;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Tests.Children;

/// <summary>What the children of these tests do: whatever the job says, good or bad.</summary>
internal static class OddJobs
{
    public const string Work = "odd";

    /// <summary>The argument of a process that has a child, which a test kills.</summary>
    public const string ParentArgument = "--parent-of-a-child";

    /// <summary>Children that do these jobs.</summary>
    public static ChildPool Pool(ChildLimits? limits = null, TimeProvider? time = null, Microsoft.Extensions.Logging.ILogger? log = null) =>
        new(ChildProgram.OfProcess(), Work, limits ?? new ChildLimits(), time ?? TimeProvider.System, log ?? NullLogger.Instance);

    /// <summary>A job or an answer.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The answer to a job; one that is nothing special is its own answer.</summary>
    public static byte[] Answer(ReadOnlyMemory<byte> job)
    {
        var text = Encoding.UTF8.GetString(job.Span);
        return text.Split(':')[0] switch
        {
            "spin" => Spin(),
            "wait" => Wait(int.Parse(text.Split(':')[1])),
            "heap" => Fill([]),
            "native" => FillNative(),
            "overflow" => [(byte)Recurse(1)],
            "fail" => throw new InvalidOperationException("the last words\nand more of them"),
            "flood" => new byte[int.Parse(text.Split(':')[1])],
            "print" => Print(),
            "environment" => Bytes(string.Join('\n', Environment.GetEnvironmentVariables().Keys.Cast<string>())),
            "files" => Bytes(string.Join('\n', Directory.GetFiles("/proc/self/fd").Select(Target))),
            "maps" => File.ReadAllBytes("/proc/self/maps"),
            _ => job.ToArray(),
        };
    }

    /// <summary>Gives a child a job without end, prints its id, and waits to be killed.</summary>
    public static async Task<int> RunParentAsync()
    {
        await using var pool = Pool(new ChildLimits { Time = TimeSpan.FromMinutes(10), Processor = TimeSpan.FromMinutes(10) });
        await pool.AskAsync(Bytes("ready"), TimeSpan.MaxValue, CancellationToken.None);
        var endless = pool.AskAsync(Bytes("spin"), TimeSpan.MaxValue, CancellationToken.None);
        Console.WriteLine(pool.Processes.Single());
        await endless;
        return 0;
    }

    private static byte[] Spin()
    {
        while (true) Thread.SpinWait(1000);
    }

    private static byte[] Wait(int milliseconds)
    {
        using ManualResetEventSlim never = new();
        never.Wait(milliseconds);
        return Bytes("\u0001waited");
    }

    private static byte[] Fill(List<byte[]> blocks)
    {
        while (true)
        {
            blocks.Add(new byte[1024 * 1024]);
            Array.Fill(blocks[^1], (byte)1);
        }
    }

    private static byte[] FillNative()
    {
        while (true)
        {
            var block = Marshal.AllocHGlobal(1024 * 1024);
            for (var i = 0; i < 1024 * 1024; i += 1024) Marshal.WriteByte(block, i, 1);
        }
    }

    private static int Recurse(int depth) => depth == 0 ? 0 : Recurse(depth + 1) + 1;

    private static byte[] Print()
    {
        Console.WriteLine("what a library prints");
        return Bytes("printed");
    }

    private static string Target(string link)
    {
        try
        {
            return File.ResolveLinkTarget(link, returnFinalTarget: false)?.Name ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
