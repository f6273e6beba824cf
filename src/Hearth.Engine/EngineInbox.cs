using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;

namespace Hearth.Engine;

/// <summary>
/// The door between callers and the engine thread: commands in their order, and the places of those whom nobody has begun to compute. Any
/// thread may call all but <see cref="TryTake"/> and <see cref="AwaitCommand"/>, which are the engine thread's; nothing blocks its callers.
/// </summary>
/// <param name="capacity">Most requests that wait; one more is refused.</param>
/// <param name="time">The clock of waits, and of those who leave before anybody took them.</param>
internal sealed class EngineInbox(int capacity, TimeProvider time)
{
    /// <summary>
    /// Most new requests that lie in the channel, those that were given up included: a given-up one has let go of its prompt and takes a
    /// kilobyte until the step in progress ends, and more than this do not come within a step but from a loop that hurts only itself.
    /// </summary>
    private const int MostNew = 4096;

    // Unbounded so that a cancel is never lost and never blocks, and yet small: new requests are bounded, each is cancelled once at most,
    // and the engine thread empties the channel before every step.
    private readonly Channel<EngineCommand> _commands =
        Channel.CreateUnbounded<EngineCommand>(new UnboundedChannelOptions { SingleReader = true });

    // One wait for all who give up before something comes.
    private Task<bool>? _comes;

    private int _waiting;
    private int _new;

    /// <summary>Accepted requests that nobody has begun to compute and whose callers are there.</summary>
    public int Waiting => Math.Max(0, Volatile.Read(ref _waiting));

    /// <summary>True when no command comes any more and all were taken.</summary>
    public bool IsDone => _commands.Reader.Completion.IsCompleted;

    /// <summary>Brings a new request, which takes a place until it is admitted, ends or is given up.</summary>
    public InboxEntry Submit(Sequence sequence)
    {
        if (!TryCount(ref _waiting, capacity)) return InboxEntry.Full;
        var isNew = TryCount(ref _new, MostNew);
        if (isNew && TryPost(new EngineCommand.Submit(sequence))) return InboxEntry.Accepted;
        if (isNew) Interlocked.Decrement(ref _new);
        LeavePlace(sequence);
        return isNew ? InboxEntry.Closed : InboxEntry.Full;
    }

    /// <summary>A request's caller leaves: its place is free at once, and a request that the engine thread has not taken yet ends here.</summary>
    public void Cancel(Sequence sequence)
    {
        sequence.Abandon();
        LeavePlace(sequence);
        if (sequence.TryClaim()) sequence.EndUnclaimed(time);
        else TryPost(new EngineCommand.Cancel(sequence));
    }

    /// <summary>Gives a request's place back, unless it was given back before.</summary>
    public void LeavePlace(Sequence sequence)
    {
        if (sequence.TryLeavePlace()) Interlocked.Decrement(ref _waiting);
    }

    /// <summary>False when the inbox is closed.</summary>
    public bool TryPost(EngineCommand command) => _commands.Writer.TryWrite(command);

    /// <summary>The next command, if there is one. New requests come only while they are their caller's, and are the engine's then.</summary>
    public bool TryTake([NotNullWhen(true)] out EngineCommand? command)
    {
        while (_commands.Reader.TryRead(out command))
        {
            if (command is not EngineCommand.Submit submit) return true;
            Interlocked.Decrement(ref _new);
            if (submit.Sequence.TryClaim()) return true;
        }

        return false;
    }

    /// <summary>Waits for a command, or for the end of them, or until <paramref name="longest"/> is over.</summary>
    public void AwaitCommand(TimeSpan longest)
    {
        _comes ??= _commands.Reader.WaitToReadAsync().AsTask();
        ((Task)_comes).WaitAsync(longest, time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        if (_comes.IsCompleted) _comes = null;
    }

    /// <summary>No command is taken any more; those that were come all the same.</summary>
    public void Close() => _commands.Writer.TryComplete();

    private static bool TryCount(ref int count, int most)
    {
        if (Interlocked.Increment(ref count) <= most) return true;
        Interlocked.Decrement(ref count);
        return false;
    }
}

/// <summary>What became of a new request at the door.</summary>
internal enum InboxEntry
{
    /// <summary>The engine thread, or its own caller, will end it.</summary>
    Accepted,

    /// <summary>Too many wait.</summary>
    Full,

    /// <summary>The engine has ended.</summary>
    Closed,
}
