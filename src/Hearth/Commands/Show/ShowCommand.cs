using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Hearth.Chat.Jinja;
using Hearth.Config;
using Hearth.Http;
using Hearth.Models;
using Hearth.Providers;

namespace Hearth.Commands.Show;

/// <summary><c>hearth show</c>: what a model is and what its template is capable of, without loading its weights.</summary>
internal static class ShowCommand
{
    /// <summary>The settings that change what is shown.</summary>
    private static readonly string[] Meant = ["model", "chat-template", "format", "keep-thinking"];

    public static IReadOnlyList<string> Examples { get; } =
    [
        "hearth show                                       the bundled model",
        "hearth show ~/models/qwen.gguf                    what it is and what its template is capable of",
        "hearth show ~/models/qwen.gguf --json             the same for programs",
        "hearth show old.gguf --chat-template chatml       with another template",
    ];

    public static Command Create(Terminal terminal, StopRequests stop)
    {
        Argument<string?> model = new("model")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "GGUF file; nothing means what --model means",
        };
        Option<bool> json = new("--json") { Description = "One JSON object, the same as GET /api/models/{id}" };
        Command command = new("show", "Show what a model is and what its chat template is capable of, without loading it") { model, json };
        SettingOptions options = SettingOptions.AddTo(command, s => Meant.Contains(s.Name));
        command.SetAction(parsed =>
        {
            ResolvedSettings resolved = options.Resolve(parsed, terminal, parsed.GetValue(model));
            if (resolved.Settings is not { } settings)
                return terminal.Fail(resolved.Error!);
            (ModelCard? card, string? error) = Read(settings, stop.Finish);
            if (stop.Finish.IsCancellationRequested)
                return ExitCodes.Interrupted;
            if (card is null)
                return terminal.Fail(error!);
            if (parsed.GetValue(json))
                terminal.Out.WriteLine(Json(card));
            else
                Write(terminal.Out, card);
            return ExitCodes.Success;
        });
        return command;
    }

    private static (ModelCard? Card, string? Error) Read(LaunchSettings settings, CancellationToken cancellation)
    {
        (GgufFile? file, TemplateSource? source, string? error) = ModelCard.Choose(settings);
        if (file is null || source is null)
            return (null, error);
        try
        {
            return (ModelCard.Of(file, source, ModelCard.ReadTokens(file), settings, cancellation), null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return (null, null);
        }
        catch (JinjaException e)
        {
            return (null, $"The model's chat template cannot be used: {e.Describe()}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, e.Message);
        }
    }

    private static string Json(ModelCard card)
    {
        ArrayBufferWriter<byte> bytes = new();
        JsonReply.Write(bytes, ModelCardWire.Of(card, card.File.Id), ModelCardJson.Default.ModelCardWire);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static void Write(TextWriter output, ModelCard card)
    {
        GgufFile file = card.File;
        (string Name, string Text)[] rows =
        [
            ("name", file.DisplayName),
            ("id", file.Id),
            ("architecture", file.Architecture),
            ("parameters", Amount(file.Parameters)),
            ("weights", $"{ByteSize.Text(file.WeightBytes)}, mostly {file.WeightFormat}"),
            ("layers", $"{Amount(file.Layers)} of width {Amount(file.EmbeddingLength)}"),
            ("context", file.TrainedContext > 0 ? $"{Amount(file.TrainedContext)} tokens" : "not said"),
            ("vocabulary", $"{Amount(file.VocabularySize)} tokens"),
            ("template", card.Source.Origin),
            ("format", card.Format.Name),
            .. CapabilityWords.Of(card.Template),
        ];
        int width = rows.Max(r => r.Name.Length) + 2;
        foreach ((string name, string text) in rows)
            output.WriteLine(name.PadRight(width) + text);
        foreach (string warning in card.Warnings)
            output.WriteLine("warning: " + warning);
    }

    private static string Amount(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
