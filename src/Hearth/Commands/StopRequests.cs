using System.Runtime.InteropServices;

namespace Hearth.Commands;

/// <summary>Turns Ctrl+C and SIGTERM into two tokens: the first signal asks to finish, the second to stop at once.</summary>
internal sealed class StopRequests : IDisposable
{
    /// <summary>How long a command may take to end by itself after the second signal.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _finish = new();
    private readonly CancellationTokenSource _now = new();
    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Finish => _finish.Token;

    /// <summary>Cancelled by the second signal.</summary>
    public CancellationToken Now => _now.Token;

    /// <summary>Listens to the process's signals until disposed.</summary>
    public static StopRequests OfProcess()
    {
        var requests = new StopRequests();
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP])
        {
            requests._registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                requests.Signal();
            }));
        }

        return requests;
    }

    /// <summary>What a signal does.</summary>
    public void Signal() => (_finish.IsCancellationRequested ? _now : _finish).Cancel();

    /// <summary>The exit code of a command; after the second signal, whether it has ended or not.</summary>
    public async Task<int> EndOfAsync(Task<int> command, TimeProvider time)
    {
        await Task.WhenAny(command, Now.WhenCancelledAsync());
        if (!command.IsCompleted)
            await Task.WhenAny(command, Task.Delay(LastPatience, time));
        return command.IsCompleted ? await command : ExitCodes.Interrupted;
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _finish.Dispose();
        _now.Dispose();
    }
}
