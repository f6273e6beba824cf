using System.Buffers.Binary;
using System.Text;

namespace Hearth.Engine;

/// <summary>
/// Names everything that a prompt has said up to a place: its special tokens by id, its text by bytes, so that text which only spells a
/// special token has another name.
/// </summary>
internal readonly record struct RunChain(UInt128 Value)
{
    /// <summary>Bytes that <see cref="ThenText(Span{byte})"/> needs in front of a text: the name so far and the kind of what follows.</summary>
    public const int HeaderBytes = 17;

    private const byte TextKind = 0;
    private const byte SpecialKind = 1;

    /// <summary>Nothing was said.</summary>
    public static RunChain Start => default;

    /// <summary>A special token follows.</summary>
    public RunChain ThenSpecial(int token)
    {
        Span<byte> element = stackalloc byte[HeaderBytes + sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(element[HeaderBytes..], token);
        return Then(element, SpecialKind);
    }

    /// <summary>A run of text follows: the bytes of <paramref name="element"/> after the first <see cref="HeaderBytes"/>, which are written here.</summary>
    public RunChain ThenText(Span<byte> element) => Then(element, TextKind);

    /// <summary>A run of text follows.</summary>
    public RunChain ThenText(string text)
    {
        byte[] element = new byte[HeaderBytes + Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, element.AsSpan(HeaderBytes));
        return ThenText(element);
    }

    private RunChain Then(Span<byte> element, byte kind)
    {
        BinaryPrimitives.WriteUInt128LittleEndian(element, Value);
        element[HeaderBytes - 1] = kind;
        return new RunChain(PrefixName.Of(element));
    }
}
