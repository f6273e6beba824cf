namespace Hearth.Commands.Bench.Servers;

/// <summary>How to start this executable once more.</summary>
internal static class OwnExecutable
{
    private const string Name = "hearth";
    private const string Runtime = "dotnet";

    /// <summary>The words before the arguments: the executable alone, or the runtime and the assembly where that is how it was started.</summary>
    public static IReadOnlyList<string> Words
    {
        get
        {
            var process = Environment.ProcessPath ?? Runtime;
            var assembly = typeof(OwnExecutable).Assembly.Location;
            return (Path.GetFileNameWithoutExtension(process), assembly) switch
            {
                (Name, _) or (_, "") => [process],
                (Runtime, _) => [process, assembly],
                _ => [Runtime, assembly],
            };
        }
    }
}
