using System.Runtime.InteropServices;

namespace Hearth.Llama;

/// <summary>
/// Bytes outside the managed heap that go back to the system the moment their owner disposes of them: the garbage collector would keep
/// them until its next full collection, and malloc for itself. Whoever else uses them borrows them (<see cref="Lend"/>). What is lent at
/// that moment stays until it is handed back; after it nobody can borrow anything. Any thread; disposing twice is harmless.
/// </summary>
public sealed unsafe partial class NativeBytes : SafeHandle
{
    /// <summary>
    /// From here on bytes are pages of their own. Fewer come from malloc: they would take whole pages all the same, and a process may
    /// have a limited number of mappings (65,530 on Linux).
    /// </summary>
    internal const int LeastMapped = 64 << 10;

    private const int ReadAndWrite = 3;
    private const int PrivateAnonymousLinux = 0x22;
    private const int PrivateAnonymousMac = 0x1002;

    /// <summary>Linux gives large pages only to whom asks, and brings all in at once, which is much cheaper than one by one: all will be written.</summary>
    private const int HugePagesLinux = 14;
    private const int PopulateForWritingLinux = 23;

    private const uint ReserveAndCommit = 0x3000;
    private const uint ReleaseAll = 0x8000;
    private const uint PageReadWrite = 4;

    private NativeBytes(int length)
        : base(0, ownsHandle: true) => Length = length;

    /// <summary>No bytes.</summary>
    public static NativeBytes Empty { get; } = new(0);

    /// <summary>How many there are, or were.</summary>
    public int Length { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    private bool IsMapped => Length >= LeastMapped;

    /// <summary>Bytes that hold anything; null when the system has no memory for them, or there are more than one span holds.</summary>
    public static NativeBytes? TryAllocate(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
            return Empty;
        if (length > Array.MaxLength)
            return null;
        var bytes = new NativeBytes((int)length);
        bytes.SetHandle(bytes.IsMapped ? Map((nuint)length) : Small((nuint)length));
        if (!bytes.IsInvalid)
            return bytes;
        bytes.Dispose();
        return null;
    }

    /// <summary>The bytes for as long as the lease is not disposed of; a lease of nothing when they were given back.</summary>
    public Lease Lend()
    {
        bool isLent = false;
        try
        {
            DangerousAddRef(ref isLent);
            return new Lease(this);
        }
        catch (ObjectDisposedException)
        {
            return default;
        }
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        if (!IsMapped)
            NativeMemory.Free((void*)handle);
        else if (OperatingSystem.IsWindows())
            return VirtualFree(handle, 0, ReleaseAll) != 0;
        else
            return Unmap(handle, (nuint)Length) == 0;
        return true;
    }

    private static nint Small(nuint length)
    {
        try
        {
            return (nint)NativeMemory.Alloc(length);
        }
        catch (OutOfMemoryException)
        {
            return 0;
        }
    }

    private static nint Map(nuint length)
    {
        if (OperatingSystem.IsWindows())
            return VirtualAlloc(0, length, ReserveAndCommit, PageReadWrite);
        int flags = OperatingSystem.IsMacOS() ? PrivateAnonymousMac : PrivateAnonymousLinux;
        nint address = Map(0, length, ReadAndWrite, flags, descriptor: -1, offset: 0);
        if (address == -1)
            return 0;

        // A kernel that knows neither does without.
        if (OperatingSystem.IsLinux() && Advise(address, length, HugePagesLinux) == 0)
            _ = Advise(address, length, PopulateForWritingLinux);
        return address;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);

    [LibraryImport("kernel32")]
    private static partial nint VirtualAlloc(nint address, nuint length, uint type, uint protection);

    [LibraryImport("kernel32")]
    private static partial int VirtualFree(nint address, nuint length, uint type);

    /// <summary>A use of bytes. They stay until it is disposed of, which whoever borrowed them does once.</summary>
    public ref struct Lease
    {
        private NativeBytes? _lender;

        internal Lease(NativeBytes lender)
        {
            _lender = lender;
            Span = new Span<byte>((void*)lender.handle, lender.Length);
        }

        /// <summary>The bytes; empty when there are none, or none any more.</summary>
        public Span<byte> Span { get; private set; }

        /// <summary>Hands them back.</summary>
        public void Dispose()
        {
            NativeBytes? lender = _lender;
            _lender = null;
            Span = default;
            lender?.DangerousRelease();
        }
    }
}
