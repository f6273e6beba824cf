namespace Hearth.Commands.Bench;

/// <summary>A line on standard error for every tenth of something long.</summary>
internal sealed class PercentLines(Terminal terminal, string what) : IProgress<double>
{
    private int _tenths;

    public void Report(double value)
    {
        var tenths = (int)(value * 10);
        if (tenths == _tenths)
            return;
        _tenths = tenths;
        terminal.Error.WriteLine($"{what}: {tenths * 10} %");
    }
}
