namespace Hearth.Engine;

/// <summary>Where an engine keeps KV state of prompt prefixes on disk, so that a restart costs nothing.</summary>
/// <param name="Folder">Folder of all identities (<c>HEARTH_HOME/kv</c>), with one sub-folder for each; made when something is written.</param>
/// <param name="Identity">Of everything that decides what the state means: the model's content, number formats, library, backend. State
/// of one identity is never read under another.</param>
/// <param name="ModelName">The model as people know it, for listings.</param>
/// <param name="BudgetBytes">Most bytes that the files in <paramref name="Folder"/> may take.</param>
public sealed record DiskCacheSettings(string Folder, UInt128 Identity, string ModelName, long BudgetBytes);
