using Hearth.Providers;
using Spectre.Console;

namespace Hearth.Commands;

/// <summary>What <c>hearth serve</c> says when it is ready.</summary>
/// <param name="Model">The model as clients see it.</param>
/// <param name="Window">Most tokens of one request.</param>
/// <param name="CellPool">Tokens that all requests together may hold.</param>
/// <param name="Parallel">Most requests that run at once.</param>
/// <param name="Address">Where the server listens.</param>
/// <param name="NeedsKey">Whether clients must send an API key.</param>
/// <param name="PowerShell">Whether the line to paste is for PowerShell.</param>
internal sealed record Banner(ProviderModel Model, int Window, int CellPool, int Parallel, Uri Address, bool NeedsKey, bool PowerShell)
{
    /// <summary>Claude Code assumes this window; smaller ones must be told.</summary>
    private const int AssumedWindow = 200_000;

    /// <summary>
    /// Below this, the answer Claude Code reserves (20,000 tokens) and the room it compacts in (13,000) leave too little for its
    /// own prompt, and it compacts in a circle; a smaller answer helps.
    /// </summary>
    private const int RoomyWindow = 48_000;

    /// <summary>Below this, Claude Code's full prompt (12,000 to 25,000 tokens) leaves no room to work; its simple mode needs about 2,000.</summary>
    private const int FullPromptWindow = 24_000;

    /// <summary>What Claude Code may answer in a window that is not roomy, as a part of that window.</summary>
    private const int AnswerPart = 8;

    /// <summary>
    /// The line that starts Claude Code on this server. Its window setting only holds for a model name that is not one of
    /// Claude's, so the two go together.
    /// </summary>
    public string ClaudeCodeLine
    {
        get
        {
            var variables = new List<(string Name, string Value)>
            {
                ("ANTHROPIC_BASE_URL", ReachableAddress),
                ("ANTHROPIC_API_KEY", NeedsKey ? "YOUR_KEY" : "local"),
            };
            if (Window < FullPromptWindow)
            {
                variables.Add(("CLAUDE_CODE_SIMPLE", "1"));
            }
            else if (Window < AssumedWindow)
            {
                variables.Add(("ANTHROPIC_MODEL", Model.Id));
                variables.Add(("CLAUDE_CODE_MAX_CONTEXT_TOKENS", $"{Window}"));
                if (Window < RoomyWindow)
                    variables.Add(("CLAUDE_CODE_MAX_OUTPUT_TOKENS", $"{Window / AnswerPart}"));
            }

            return PowerShell
                ? string.Concat(variables.Select(v => $"$env:{v.Name}='{v.Value.Replace("'", "''")}'; ")) + "claude"
                : string.Concat(variables.Select(v => $"{v.Name}={ShellWord(v.Value)} ")) + "claude";
        }
    }

    /// <summary>Shows the banner, framed where the terminal can.</summary>
    public void Show(Terminal terminal)
    {
        if (terminal.RichOut)
            Show(AnsiConsole.Create(new AnsiConsoleSettings { Out = new RichOutput(terminal.Notices) }));
        else
            ShowPlain(terminal.Notices);
    }

    /// <summary>The framed form. The line to paste stays outside the frame, so that copying it copies nothing else.</summary>
    public void Show(IAnsiConsole console)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap()).AddColumn();
        foreach (var (name, value) in Facts())
            grid.AddRow(new Markup($"[grey]{name}[/]"), new Markup(Markup.Escape(value)));
        console.Write(new Panel(grid) { Header = new PanelHeader($" Hearth {VersionCommand.Number} is ready "), Border = BoxBorder.Rounded });
        console.MarkupLine("For Claude Code, paste into another terminal:");
        console.WriteLine();
        console.Profile.Out.Writer.WriteLine(ClaudeCodeLine);
        console.WriteLine();
        console.MarkupLine($"[grey]{Ending}[/]");
    }

    private static string Ending => $"Ctrl+C stops; running answers get {Host.DrainSeconds} seconds to end.";

    /// <summary>An address that listens everywhere is reached from this machine through the loopback.</summary>
    private string ReachableAddress =>
        Address.Host is "0.0.0.0" or "[::]" ? $"{Address.Scheme}://127.0.0.1:{Address.Port}" : Address.GetLeftPart(UriPartial.Authority);

    private void ShowPlain(TextWriter writer)
    {
        writer.WriteLine($"Hearth {VersionCommand.Number} is ready.");
        foreach (var (name, value) in Facts())
            writer.WriteLine($"  {name,-8} {value}");
        writer.WriteLine("For Claude Code, paste into another terminal:");
        writer.WriteLine(ClaudeCodeLine);
        writer.WriteLine(Ending);
    }

    private IEnumerable<(string Name, string Value)> Facts()
    {
        yield return ("model", Model.DisplayName == Model.Id ? Model.Id : $"{Model.DisplayName} ({Model.Id})");
        yield return ("context", $"{Window:N0} tokens per request, {CellPool:N0} in all, {Parallel} at once");
        yield return ("address", Address.GetLeftPart(UriPartial.Authority));
        if (Window < FullPromptWindow)
            yield return ("note", "Claude Code's full prompt does not fit this context, so the line below asks for its simple mode");
        if (!NeedsKey && !Address.IsLoopback)
            yield return ("warning", "whoever can reach this address can use it; set --api-key to ask for a key");
    }

    /// <summary>Quotes what a POSIX shell would not take as it stands.</summary>
    private static string ShellWord(string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || "-_./:@%+,".Contains(c)) ? value : $"'{value.Replace("'", "'\\''")}'";
}
