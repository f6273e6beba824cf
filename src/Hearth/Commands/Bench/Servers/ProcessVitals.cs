using System.Diagnostics;
using System.Globalization;

namespace Hearth.Commands.Bench.Servers;

/// <summary>What a process takes at one moment.</summary>
/// <param name="ResidentMegabytes">Its memory.</param>
/// <param name="Descriptors">Its open files and sockets; null where the system does not tell.</param>
internal sealed record ProcessVitals(double ResidentMegabytes, int? Descriptors)
{
    private const double BytesPerMegabyte = 1024 * 1024;

    /// <summary>Null where there is no such process.</summary>
    public static ProcessVitals? Of(int? id)
    {
        try
        {
            if (id is not { } known)
                return null;
            using var process = Process.GetProcessById(known);
            var files = string.Create(CultureInfo.InvariantCulture, $"/proc/{known}/fd");
            return new ProcessVitals(process.WorkingSet64 / BytesPerMegabyte, Directory.Exists(files) ? Directory.GetFileSystemEntries(files).Length : null);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
