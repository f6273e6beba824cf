using System.Diagnostics;
using System.Net.Sockets;
using Hearth.Commands.Bench.Servers;

namespace Hearth.Commands.Bench.Faults;

/// <summary>
/// What a fault's row works with: a folder of its own, servers, prompts with known answers, and the shell. Disposing ends and undoes all of
/// it, the latest first.
/// </summary>
internal sealed class FaultScene(FaultPlan plan, IReadOnlyDictionary<string, string> right, TimeProvider time, CancellationToken cancellation) : IAsyncDisposable
{
    /// <summary>Longest that an answer is waited for.</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(20);

    /// <summary>The grace that running answers get, and what ending a process takes.</summary>
    public static readonly TimeSpan LongestEnd = TimeSpan.FromSeconds(Host.DrainSeconds + 4);

    private readonly PromptBodies _bodies = new(plan.Seed);
    private readonly Stack<Func<ValueTask>> _undo = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hearth-faults-");

    public string Folder => _folder.FullName;

    public string Home => Path.Combine(Folder, "home");

    public Random Random { get; } = new(plan.Seed);

    public TimeProvider Time => time;

    public CancellationToken Cancellation => cancellation;

    /// <summary>The prompts that every row compares.</summary>
    public static IReadOnlyList<string> Prompts { get; } = [.. Enumerable.Range(0, 5).Select(i => $"story {i}")];

    /// <summary>Starts a server on <see cref="Home"/>; one that does not start is an error with its last words.</summary>
    public async Task<ServerProcess> StartAsync(string? before = null, params string[] settings)
    {
        var (server, error) = await ServerProcess.StartAsync(Launch(before, settings), time, cancellation);
        return server is null ? throw new IOException(error) : Owned(server);
    }

    /// <summary>The same without waiting.</summary>
    public ServerProcess Begin(params string[] settings) => Owned(ServerProcess.Begin(Launch(null, settings), time));

    /// <summary>Does this at the end.</summary>
    public void AtEnd(Func<ValueTask> undo) => _undo.Push(undo);

    /// <summary>Asks for a whole message, greedily.</summary>
    public async Task<FaultAnswer> AskAsync(ServerProcess server, string label, int? words = null, int answerTokens = 8)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        enough.CancelAfter(LongestAnswer);
        var start = time.GetTimestamp();
        try
        {
            using var connection = await RawConnection.OpenAsync(server.Address, enough.Token);
            await connection.SendAsync(Request(label, words ?? plan.Words, answerTokens, isStreamed: false), enough.Token);
            await connection.ReceiveAllAsync(enough.Token);
            return FaultAnswer.Of(connection.Answer, time.GetElapsedTime(start).TotalSeconds);
        }
        catch (SocketException e)
        {
            return new FaultAnswer(null, 0, 0, time.GetElapsedTime(start).TotalSeconds, $"{e.SocketErrorCode}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new FaultAnswer(null, 0, 0, LongestAnswer.TotalSeconds, $"no answer within {LongestAnswer.TotalSeconds:0} s");
        }
    }

    /// <summary>Asks all prompts, one after the other, and compares.</summary>
    public async Task<FaultComparison> CompareAsync(ServerProcess server)
    {
        List<FaultAnswer> answers = [];
        foreach (var label in Prompts)
            answers.Add(await AskAsync(server, label));
        return new FaultComparison(Prompts.Zip(answers).Count(a => a.Second.Text == right.GetValueOrDefault(a.First, a.Second.Text ?? "")), answers);
    }

    /// <summary>The bytes of a request.</summary>
    public byte[] Request(string label, int words, int answerTokens, bool isStreamed) =>
        RawConnection.Post("/v1/messages", _bodies.Of(label, words, answerTokens, isStreamed, temperature: 0));

    /// <summary>Asks the server to end, and tells its exit code and how long that took.</summary>
    public async Task<(bool IsClean, string Seen)> EndAsync(ServerProcess server)
    {
        server.Signal("TERM");
        return await server.WaitForEndAsync(LongestEnd, cancellation) is { } seconds
            ? (server.ExitCode == 0, $"exit {server.ExitCode} after {TextTable.Cell(seconds, "0.0")} s")
            : (false, $"still there {LongestEnd.TotalSeconds:0} s after SIGTERM");
    }

    /// <summary>The cache's files: states, or what <paramref name="pattern"/> says.</summary>
    public IReadOnlyList<string> Files(string pattern = "*.seg") =>
        Directory.Exists(Home) ? Directory.GetFiles(Home, pattern, SearchOption.AllDirectories) : [];

    /// <summary>Runs a shell command; null when all went well, else what it said.</summary>
    public static string? Shell(string command)
    {
        ProcessStartInfo start = new("sh", ["-c", command]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        using var shell = Process.Start(start)!;
        var said = shell.StandardOutput.ReadToEndAsync();
        var error = shell.StandardError.ReadToEnd().Trim();
        shell.WaitForExit();
        return shell.ExitCode == 0 ? null : $"{error} {said.Result.Trim()}".Trim() is { Length: > 0 } words ? words : $"exit {shell.ExitCode}";
    }

    /// <summary>What a command of this executable prints.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(ServerLaunch.Run(null, Home, arguments))!;
        var said = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return said.Trim();
    }

    public async ValueTask DisposeAsync()
    {
        while (_undo.TryPop(out var undo))
            await undo();
        _folder.Delete(recursive: true);
    }

    private ServerProcess Owned(ServerProcess server)
    {
        AtEnd(server.DisposeAsync);
        return server;
    }

    private ServerLaunch Launch(string? before, string[] settings) => new(Home, [.. plan.Settings, .. settings]) { Before = before };
}

/// <summary>What all rows have in common.</summary>
/// <param name="Seed">Chooses moments and bits.</param>
/// <param name="Words">Words of a prompt.</param>
/// <param name="Settings">Settings of every server.</param>
internal sealed record FaultPlan(int Seed, int Words, IReadOnlyList<string> Settings);
