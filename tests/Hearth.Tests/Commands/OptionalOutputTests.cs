using System.Diagnostics;
using System.Runtime.InteropServices;
using Hearth.Tests.Support;

namespace Hearth.Tests.Commands;

/// <summary>Streams that are full, closed or never read neither end the server nor keep it from ending; for other commands they are a failure.</summary>
public sealed class OptionalOutputTests : IDisposable
{
    /// <summary>More log lines than any pipe holds: each refused request is one.</summary>
    private const int Requests = 1500;
    private const int Terminate = 15;

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("$HEARTH version >/dev/full")]
    [InlineData("$HEARTH show >/dev/full")]
    [InlineData("$HEARTH cache list >/dev/full")]
    [InlineData("$HEARTH version >&-")]
    public async Task A_command_whose_output_cannot_be_written_fails_with_one_sentence(string script)
    {
        Require();
        var (code, _, error) = await HearthProcess.RunAsync(script, _home.Path);

        Assert.Equal(1, code);
        Assert.Matches(@"^Standard output cannot be written: [^\n]*\.\n$", error);
    }

    [Theory]
    [InlineData("$HEARTH version 2>/dev/full")]
    [InlineData("$HEARTH version 2>&-")]
    [InlineData("{ $HEARTH show; echo \"exit $?\" >&2; } | head -n 1")]
    public async Task A_command_does_not_need_standard_error_nor_a_reader_to_the_end(string script)
    {
        Require();
        var (code, output, error) = await HearthProcess.RunAsync(script, _home.Path);

        Assert.Equal(0, code);
        Assert.NotEmpty(output);
        Assert.True(error is "" or "exit 0\n", error);
    }

    [Theory]
    [InlineData(">/dev/full 2>/dev/full")]
    [InlineData("")]
    public async Task A_server_whose_output_is_refused_or_never_read_answers_and_ends(string redirection)
    {
        Require();
        NativeLibraryFixture.Require();
        var port = HearthProcess.FreePort();
        using var server = HearthProcess.Shell($"exec $HEARTH serve --port {port} --gpu cpu --threads 1 --context 512 --pool 512 {redirection}", _home.Path);
        try
        {
            using HttpClient client = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await WaitUntilReadyAsync(client, server);
            for (var i = 0; i < Requests; i++)
                using (await client.GetAsync("/not-there", TestContext.Current.CancellationToken)) { }
            Assert.True((await client.GetAsync("/health", TestContext.Current.CancellationToken)).IsSuccessStatusCode);
            Assert.Equal(0, Signal(server.Id, Terminate));
        }
        finally
        {
            await HearthProcess.EndOfAsync(server);
        }

        Assert.Equal(0, server.ExitCode);
    }

    private static void Require()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Skip("/dev/full is a device of Linux.");
    }

    private static async Task WaitUntilReadyAsync(HttpClient client, Process server)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < HearthProcess.Patience;)
        {
            Assert.False(server.HasExited);
            try
            {
                using var response = await client.GetAsync("/health", TestContext.Current.CancellationToken);
                if (response.IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                await Task.Yield();
            }
        }

        Assert.Fail("The server did not become ready.");
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Signal(int process, int signal);
}
