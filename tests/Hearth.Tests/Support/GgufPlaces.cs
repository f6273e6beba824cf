using System.Buffers.Binary;
using System.Text;
using Hearth.Models.Gguf;

namespace Hearth.Tests.Support;

/// <summary>A number in the header of a GGUF file.</summary>
/// <param name="Name">The key, or the tensor and what of it.</param>
/// <param name="Type">How it is written.</param>
/// <param name="Offset">Where it begins.</param>
internal sealed record GgufPlace(string Name, GgufValueType Type, int Offset)
{
    public int Size => SizeOf(Type);

    public static int SizeOf(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt64 or GgufValueType.Int64 or GgufValueType.Float64 => 8,
        _ => 4,
    };
}

/// <summary>Finds the numbers of a header that is known to be right.</summary>
internal sealed class GgufPlaces
{
    /// <summary>Longer lists are vocabularies.</summary>
    private const int LongestList = 64;

    private readonly byte[] _bytes;
    private readonly List<GgufPlace> _keys = [];
    private readonly List<GgufPlace> _tensors = [];
    private int _position = 4 + 4;

    private GgufPlaces(byte[] bytes) => _bytes = bytes;

    /// <summary>The numbers of the metadata, and those of the tensors' table.</summary>
    public static (IReadOnlyList<GgufPlace> Keys, IReadOnlyList<GgufPlace> Tensors) Find(byte[] bytes)
    {
        GgufPlaces places = new(bytes);
        places.Read();
        return (places._keys, places._tensors);
    }

    private void Read()
    {
        var tensors = Long();
        for (var left = Long(); left > 0; left--)
            ReadPair();
        for (; tensors > 0; tensors--)
            ReadTensor();
    }

    private void ReadPair()
    {
        var key = Text();
        var type = (GgufValueType)Int();
        if (type == GgufValueType.String)
        {
            Text();
        }
        else if (type == GgufValueType.Array)
        {
            ReadList(key);
        }
        else
        {
            Add(_keys, key, type);
        }
    }

    private void ReadList(string key)
    {
        var type = (GgufValueType)Int();
        var count = Long();
        for (var i = 0; i < count; i++)
        {
            if (type == GgufValueType.String)
                Text();
            else if (count <= LongestList)
                Add(_keys, $"{key}[{i}]", type);
            else
                _position += GgufPlace.SizeOf(type);
        }
    }

    private void ReadTensor()
    {
        var name = Text();
        var dimensions = Int();
        for (var i = 0; i < dimensions; i++)
            Add(_tensors, $"{name}.shape[{i}]", GgufValueType.UInt64);
        Add(_tensors, $"{name}.format", GgufValueType.UInt32);
        _position += sizeof(long);
    }

    private void Add(List<GgufPlace> places, string name, GgufValueType type)
    {
        places.Add(new GgufPlace(name, type, _position));
        _position += GgufPlace.SizeOf(type);
    }

    private int Int() => BinaryPrimitives.ReadInt32LittleEndian(_bytes.AsSpan((_position += sizeof(int)) - sizeof(int)));

    private int Long() => checked((int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan((_position += sizeof(long)) - sizeof(long))));

    private string Text()
    {
        var length = Long();
        return Encoding.UTF8.GetString(_bytes, (_position += length) - length, length);
    }
}
