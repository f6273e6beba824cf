namespace Hearth.Providers;

/// <summary>Finds the provider for a model name. Unknown names go to the default provider, so any client's built-in names work.</summary>
internal sealed class ProviderCatalog(IReadOnlyList<IProvider> providers)
{
    /// <summary>All providers, the default one first.</summary>
    public IReadOnlyList<IProvider> Providers { get; } = providers;

    /// <summary>The provider whose model has this id, or null.</summary>
    public IProvider? Find(string model) => Providers.FirstOrDefault(p => string.Equals(p.Model.Id, model, StringComparison.OrdinalIgnoreCase));

    /// <summary>The provider that answers a request for this model name.</summary>
    public IProvider Resolve(string model) => Find(model) ?? Providers[0];
}
