using Hearth.Chat.Jinja;

namespace Hearth.Chat.Templates;

/// <summary>Renders probes; a template that refuses one gives null, one that goes on beyond any measure is none.</summary>
/// <param name="render">Renders.</param>
/// <param name="settings">The limits of all probes, and what ends them early.</param>
internal sealed class ProbeRenderer(Func<TemplateInput, OriginString> render, RenderSettings settings)
{
    public string? Render(TemplateCapabilities assumed, params IReadOnlyList<TemplateMessage> messages) => Render(new TemplateInput(messages, [], assumed));

    public string? Render(TemplateInput input)
    {
        try
        {
            return render(input with { Settings = settings with { Now = input.Settings.Now } }).Text;
        }
        catch (JinjaException e) when (!e.IsLimit)
        {
            return null;
        }
    }

    /// <summary>True when all <paramref name="words"/> are in the prompt.</summary>
    public bool Shows(TemplateInput input, params ReadOnlySpan<string> words)
    {
        string? text = Render(input);
        if (text is null)
            return false;
        foreach (string word in words)
        {
            if (!text.Contains(word, StringComparison.Ordinal))
                return false;
        }

        return true;
    }
}
