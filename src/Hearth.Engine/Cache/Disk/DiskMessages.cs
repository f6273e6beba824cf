using Hearth.Llama;

namespace Hearth.Engine.Cache.Disk;

/// <summary>What the engine thread asks of the disk thread.</summary>
internal abstract record DiskCommand
{
    /// <summary>Look for files that appeared or vanished; answered by <see cref="DiskResult.Found"/>, also when there are none.</summary>
    public sealed record Scan : DiskCommand;

    /// <summary>The thread does not answer: nobody waits for it any more, and the next command goes to another one.</summary>
    public sealed record Abandon : DiskCommand;

    /// <summary>Write a state; answered by <see cref="DiskResult.Written"/>.</summary>
    /// <param name="Key">What it is of.</param>
    /// <param name="Data">Its bytes, to be borrowed: nobody changes them, and when the thread is given up they may be gone.</param>
    /// <param name="ComputeCost">What computing it costs.</param>
    public sealed record Write(StateKey Key, NativeBytes Data, TimeSpan ComputeCost) : DiskCommand;

    /// <summary>Read a state back; answered by <see cref="DiskResult.WasRead"/>.</summary>
    public sealed record Read(StateKey Key) : DiskCommand;

    /// <summary>A state was used, which keeps it longer.</summary>
    public sealed record Touch(StateKey Key) : DiskCommand;

    /// <summary>A state is not to be kept.</summary>
    public sealed record Delete(StateKey Key) : DiskCommand;
}

/// <summary>What the disk thread tells the engine thread.</summary>
internal abstract record DiskResult
{
    /// <summary>Nobody takes what it holds.</summary>
    public virtual void GiveBack()
    {
    }

    /// <summary>Files that were not known before.</summary>
    public sealed record Found(IReadOnlyList<FoundState> States) : DiskResult;

    /// <summary>Files that are not there any more: they gave way to others, or somebody deleted them.</summary>
    public sealed record Gone(IReadOnlyList<StateKey> Keys) : DiskResult;

    /// <summary>A file is there now; <paramref name="Bytes"/> is its size, 0 when it could not be written.</summary>
    public sealed record Written(StateKey Key, long Bytes) : DiskResult;

    /// <summary>A state's bytes, which whoever takes the result owns; null when its file is gone or was not what it should be.</summary>
    public sealed record WasRead(StateKey Key, NativeBytes? Data, TimeSpan Took) : DiskResult
    {
        /// <inheritdoc/>
        public override void GiveBack() => Data?.Dispose();
    }
}

/// <summary>A state that a file holds.</summary>
/// <param name="Key">What it is of.</param>
/// <param name="Bytes">Size of the file.</param>
/// <param name="ComputeCost">What computing it cost.</param>
/// <param name="Age">Time since its last use.</param>
internal sealed record FoundState(StateKey Key, long Bytes, TimeSpan ComputeCost, TimeSpan Age);
