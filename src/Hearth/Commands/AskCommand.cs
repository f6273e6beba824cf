using System.CommandLine;
using Hearth.Chat;
using Hearth.Config;
using Hearth.Providers;
using Hearth.Telemetry;

namespace Hearth.Commands;

/// <summary><c>hearth ask</c>: loads a model, streams one answer to standard output and ends.</summary>
internal static class AskCommand
{
    /// <summary>Far more text than any context holds; keeps an endless pipe from filling the memory.</summary>
    private const int MaximumQuestionCharacters = 32 << 20;

    public static IReadOnlyList<string> Examples { get; } =
    [
        "hearth ask \"Why is the sky blue?\"",
        "hearth ask - < question.txt                       the question from a file",
        "git diff | hearth ask --model ~/models/qwen.gguf  the question from a pipe",
    ];

    public static Command Create(Terminal terminal, StopRequests stop, CommandParts parts)
    {
        var question = new Argument<string?>("question")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "What to ask; - or nothing reads it from standard input",
        };
        var command = new Command("ask", "Answer one question on standard output") { question };
        var options = SettingOptions.AddTo(command, isServer: false);
        command.SetAction(async (parsed, _) =>
        {
            var resolved = options.Resolve(parsed, terminal);
            if (resolved.Settings is not { } settings)
                return terminal.Fail(resolved.Error!);
            var (text, error) = await QuestionAsync(parsed.GetValue(question), terminal, stop.Finish);
            return text is null
                ? terminal.Fail(error!)
                : await RunAsync(settings, text, terminal.With(settings), stop, parts);
        });
        return command;
    }

    private static async Task<(string? Text, string? Error)> QuestionAsync(string? given, Terminal terminal, CancellationToken cancellation)
    {
        if (given is null && !terminal.InputRedirected)
            return (null, "What is the question? For example: hearth ask \"Why is the sky blue?\"");
        var text = given is null or "-" ? await ReadAsync(terminal.In, cancellation) : given;
        return text switch
        {
            null => (null, $"The question has more than {MaximumQuestionCharacters:N0} characters."),
            _ when string.IsNullOrWhiteSpace(text) => (null, "The question is empty."),
            _ => (text, null),
        };
    }

    /// <summary>All of the input, or null when it is longer than a question may be.</summary>
    private static async Task<string?> ReadAsync(TextReader reader, CancellationToken cancellation)
    {
        var text = new System.Text.StringBuilder();
        var buffer = new char[16 * 1024];
        while (await reader.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            text.Append(buffer, 0, count);
            if (text.Length > MaximumQuestionCharacters)
                return null;
        }

        return text.ToString();
    }

    private static async Task<int> RunAsync(LaunchSettings settings, string question, Terminal terminal, StopRequests stop, CommandParts parts)
    {
        if (OpenFiles.Measure().WhyNot is { } tooFew)
            return terminal.Fail(tooFew);
        using var loggers = Logging.To(terminal.Error, settings.LogLevel ?? LogLevel.Warning, terminal.RichError, terminal.Time);
        try
        {
            var load = await LoadProgress.ShowAsync(
                terminal,
                ServeCommand.ModelName(settings),
                progress => parts.LoadModel(settings, progress, loggers, stop.Finish));
            if (load is not ModelLoad.Loaded { Model: var model })
                return terminal.Fail(((ModelLoad.Failed)load).Sentence);
            try
            {
                using var nobodyListens = CancellationTokenSource.CreateLinkedTokenSource(stop.Finish, terminal.ReaderGone);
                return await AnswerAsync(model.Provider, question, terminal, nobodyListens.Token);
            }
            finally
            {
                await model.Stop(new CancellationToken(canceled: true));
            }
        }
        catch (OperationCanceledException) when (stop.Finish.IsCancellationRequested)
        {
            terminal.Error.WriteLine("Stopped.");
            return ExitCodes.Interrupted;
        }
        catch (OperationCanceledException) when (terminal.ReaderGone.IsCancellationRequested)
        {
            // Whoever read has what they wanted, as with 'hearth ask ... | head -1'.
            return ExitCodes.Success;
        }
    }

    private static async Task<int> AnswerAsync(IProvider provider, string question, Terminal terminal, CancellationToken cancellation)
    {
        var request = new ChatRequest(
            provider.Model.Id, [ChatMessage.OfText(ChatRole.User, question)], provider.Model.MaxOutputTokens);
        await using var answer = await provider.AnswerAsync(request, cancellation);
        if (answer.Error is { } refusal)
            return terminal.Fail(refusal.Message);

        await foreach (var step in answer.Events.WithCancellation(cancellation))
        {
            switch (step)
            {
                case TextDelta text:
                    await terminal.Out.WriteAsync(text.Text.AsMemory(), cancellation);
                    break;
                case AnswerFinished finished:
                    await terminal.Out.WriteLineAsync();
                    terminal.Out.Flush();
                    if (finished.Reason is FinishReason.MaxTokens or FinishReason.ContextFull)
                        terminal.Error.WriteLine("The answer was cut off: the context is full. A larger --context leaves more room.");
                    return ExitCodes.Success;
                case AnswerFailed failed:
                    cancellation.ThrowIfCancellationRequested();
                    await terminal.Out.WriteLineAsync();
                    return terminal.Fail(failed.Error.Message);
            }
        }

        cancellation.ThrowIfCancellationRequested();
        return terminal.Fail("The answer broke off without a reason.");
    }
}
