namespace Hearth.Engine.Cache.Disk;

/// <summary>What a stored state's file says of itself, its checksum proven.</summary>
/// <param name="Bytes">Length of the header: where the payload begins.</param>
/// <param name="Identity">The model and the settings that computed it.</param>
/// <param name="ModelName">The model's name, for people.</param>
/// <param name="Key">What the state is of.</param>
/// <param name="ComputeCost">What computing it took, to the microsecond.</param>
/// <param name="PayloadBytes">Length of the payload.</param>
/// <param name="PayloadHash">Checksum of the payload.</param>
internal sealed record SegmentHeader(
    int Bytes, UInt128 Identity, string ModelName, StateKey Key, TimeSpan ComputeCost, long PayloadBytes, UInt128 PayloadHash)
{
    /// <summary>Length that the file must have.</summary>
    public long FileBytes => Bytes + PayloadBytes;
}

/// <summary>A header, or why there is none.</summary>
/// <param name="Fault">None exactly when there is a header.</param>
/// <param name="Header">The header.</param>
internal readonly record struct DecodedHeader(SegmentFault Fault, SegmentHeader? Header = null);

/// <summary>Why a stored state cannot be used.</summary>
public enum SegmentFault
{
    /// <summary>It can.</summary>
    None,

    /// <summary>The file ends too early.</summary>
    Torn,

    /// <summary>The bytes are not those that were written, or lie under another state's name.</summary>
    Corrupt,

    /// <summary>Another model, or the same with other settings, computed it.</summary>
    Foreign,

    /// <summary>Another version of the format.</summary>
    Outdated,

    /// <summary>The system would not let it be read just now, or somebody deleted it; says nothing about the bytes.</summary>
    Unreadable,
}
