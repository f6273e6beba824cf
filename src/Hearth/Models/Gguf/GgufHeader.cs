namespace Hearth.Models.Gguf;

/// <summary>What one GGUF file says before its weights.</summary>
/// <param name="Values">Metadata by key: numbers as <see cref="long"/> or <see cref="double"/>, bool, string, or <see cref="GgufArray"/>.</param>
/// <param name="Tensors">Tensors in the file's order.</param>
/// <param name="DataStart">Where in the file the tensors' data begins; at most an alignment behind its end where there is none.</param>
internal sealed record GgufHeader(IReadOnlyDictionary<string, object> Values, IReadOnlyList<GgufTensor> Tensors, long DataStart)
{
    public string Text(string key) => Values.GetValueOrDefault(key) as string ?? "";

    public long? Integer(string key) => Values.GetValueOrDefault(key) as long?;
}

/// <summary>An array in the metadata. Elements are kept only where there are few numbers; vocabularies are counted, not read.</summary>
internal sealed record GgufArray(GgufValueType ElementType, long Count, IReadOnlyList<long>? Integers)
{
    /// <summary>Where in the file its first element begins.</summary>
    public long Start { get; init; }
}

/// <summary>A tensor: its name, shape (fastest dimension first), format and size.</summary>
internal sealed record GgufTensor(string Name, IReadOnlyList<long> Shape, TensorFormat Format, long Bytes)
{
    /// <summary>Where its data begins, counted from <see cref="GgufHeader.DataStart"/>.</summary>
    public long Offset { get; init; }
}
