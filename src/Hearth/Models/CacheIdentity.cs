using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Hearth.Llama;

namespace Hearth.Models;

/// <summary>Names everything that decides what saved KV state means, so that state of one identity is right for every engine of it.</summary>
/// <param name="Model">The model's <see cref="ModelFingerprint"/>.</param>
/// <param name="Context">How the native context is made; of its sizes only <see cref="LlamaContextOptions.Cells"/> can matter.</param>
/// <param name="Library">Version of llama.cpp, which has state in a layout of its own.</param>
/// <param name="Backend">Platform and kernels that compute, as <see cref="NativePackage.Folder"/> spells them.</param>
/// <param name="IsOnGpu">Whether any layers are computed on a GPU.</param>
/// <param name="PoolMatters">Whether the number of cells changes what is in them (<see cref="GgufFile.RopeDependsOnPool"/>).</param>
internal sealed record CacheIdentity(UInt128 Model, LlamaContextOptions Context, string Library, string Backend, bool IsOnGpu, bool PoolMatters)
{
    /// <summary>Raised when state of the same ingredients gets another meaning.</summary>
    private const string Scheme = "hearth kv 1";

    /// <summary>The identity: the same on every start with the same ingredients.</summary>
    public UInt128 Value
    {
        get
        {
            var text = string.Join(
                '\n',
                Scheme,
                Model.ToString("x32"),
                $"keys {Context.KeyType}, values {Context.ValueType}",
                $"flash attention {Context.FlashAttention}, whole windows {Context.SwaFull}, unified {Context.KvUnified}",
                $"llama.cpp {Library}",
                $"{Backend}, on a GPU {IsOnGpu}",
                PoolMatters ? $"pool {Context.Cells}" : "any pool");
            return BinaryPrimitives.ReadUInt128BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        }
    }
}
