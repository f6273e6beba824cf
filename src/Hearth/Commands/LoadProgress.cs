using Hearth.Telemetry;
using Spectre.Console;

namespace Hearth.Commands;

/// <summary>Shows on standard error how a model loads: an animated bar on a terminal, a few plain lines elsewhere.</summary>
internal static class LoadProgress
{
    /// <summary>Runs <paramref name="load"/> and shows the progress it reports.</summary>
    public static Task<T> ShowAsync<T>(Terminal terminal, string model, Func<IProgress<LoadStep>, Task<T>> load)
    {
        if (!terminal.RichError)
        {
            terminal.Error.WriteLine($"Loading {model}");
            return load(new PlainLines(terminal.Error));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new RichOutput(terminal.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => load(new Bars(context, model)));
    }

    private static string Name(LoadStage stage) => stage switch
    {
        LoadStage.Plan => "checking the file",
        LoadStage.Weights => "reading the weights",
        _ => "making the context",
    };

    /// <summary>One line when a stage begins. Reports come from the loading thread alone.</summary>
    private sealed class PlainLines(TextWriter writer) : IProgress<LoadStep>
    {
        private LoadStage? _stage;

        public void Report(LoadStep value)
        {
            if (_stage == value.Stage)
                return;
            _stage = value.Stage;
            writer.WriteLine($"  {Name(value.Stage)}");
        }
    }

    /// <summary>One bar whose description follows the stage. Reports come from the loading thread alone.</summary>
    private sealed class Bars(ProgressContext context, string model) : IProgress<LoadStep>
    {
        private readonly ProgressTask _task = context.AddTask(Markup.Escape(model), maxValue: 1);

        public void Report(LoadStep value)
        {
            _task.Description = Markup.Escape($"{model}: {Name(value.Stage)}");
            _task.IsIndeterminate = value.Stage != LoadStage.Weights;
            _task.Value = Math.Clamp(value.Fraction, 0, 1);
        }
    }
}
