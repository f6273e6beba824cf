namespace Hearth.Chat.Templates;

/// <summary>What becomes of the thinking of earlier answers.</summary>
public enum KeepThinking
{
    /// <summary>It stays where the template has a switch for that, because such a model was trained with it; else as the template does.</summary>
    Auto,

    /// <summary>It stays wherever it can be written, so that nothing is computed again.</summary>
    Always,

    /// <summary>As the template does when nothing is said.</summary>
    Template,
}
