using System.Runtime.InteropServices;

namespace Hearth.Commands;

/// <summary>Turns Ctrl+C and SIGTERM into two tokens: the first signal asks to finish, the second to stop at once.</summary>
internal sealed class StopRequests : IDisposable
{
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

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _finish.Dispose();
        _now.Dispose();
    }
}
