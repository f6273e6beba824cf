using System.Text;
using Spectre.Console;

namespace Hearth.Commands;

/// <summary>A terminal for frames and colours, written through a writer that holds nobody up.</summary>
internal sealed class RichOutput(TextWriter writer) : IAnsiConsoleOutput
{
    /// <summary>For terminals that do not say how large they are.</summary>
    private const int UsualWidth = 80;
    private const int UsualHeight = 24;

    public TextWriter Writer => writer;

    public bool IsTerminal => true;

    public int Width => Size(() => Console.BufferWidth, UsualWidth);

    public int Height => Size(() => Console.WindowHeight, UsualHeight);

    public void SetEncoding(Encoding encoding)
    {
        // The writer's stays: what waits in it is text.
    }

    private static int Size(Func<int> measure, int otherwise)
    {
        try
        {
            return measure() is > 0 and var size ? size : otherwise;
        }
        catch (IOException)
        {
            return otherwise;
        }
    }
}
