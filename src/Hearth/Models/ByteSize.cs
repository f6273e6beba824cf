namespace Hearth.Models;

/// <summary>Sizes as people read them.</summary>
internal static class ByteSize
{
    private const double Megabyte = 1 << 20;
    private const double Gigabyte = 1 << 30;

    public static string Text(double bytes) => bytes >= Gigabyte ? $"{bytes / Gigabyte:0.0} GB" : $"{bytes / Megabyte:0} MB";
}
