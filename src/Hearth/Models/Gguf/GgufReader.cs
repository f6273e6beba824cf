using System.Buffers.Binary;

namespace Hearth.Models.Gguf;

/// <summary>
/// Reads and checks a GGUF header, because native code meets damaged files with asserts that end the process. The checks are those of
/// ggml's gguf.cpp, and that every tensor's data lies inside the file.
/// </summary>
internal static class GgufReader
{
    /// <summary>Far more than any model has, small enough for memory.</summary>
    private const long MostTensors = 1 << 17;
    private const long MostKeys = 1 << 16;
    private const long MostElements = 1L << 28;
    private const int LongestKeyBytes = 1 << 10;

    /// <summary>Chat templates are the longest texts.</summary>
    private const int LongestTextBytes = 1 << 20;
    private const int LongestTensorNameBytes = 63;
    private const int MostDimensions = 4;
    private const int KeptElements = 1 << 14;
    private const long DefaultAlignment = 32;

    /// <summary>The header, or one sentence that says what is wrong and what to do.</summary>
    public static (GgufHeader? Header, string? Error) Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            if (file.Length == 0)
                return (null, $"{path} is empty: download it again.");
            GgufCursor cursor = new(file);
            return FileKinds.NotGguf(file) is { } kind
                ? (null, $"{path} is not a GGUF file but {kind}.")
                : (ReadHeader(cursor), null);
        }
        catch (GgufDamage e)
        {
            return (null, $"{path} is damaged: {e.Message}. Download it again.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{path} cannot be read: {e.Message}");
        }
    }

    /// <summary>The elements of a list of texts, which a header only counts.</summary>
    /// <exception cref="IOException">The file cannot be read any more.</exception>
    public static IReadOnlyList<string> ReadTexts(string path, GgufArray list)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
            GgufCursor cursor = new(file);
            cursor.Skip(list.Start);
            List<string> texts = new((int)list.Count);
            for (long i = 0; i < list.Count; i++)
                texts.Add(cursor.String(LongestTextBytes));
            return texts;
        }
        catch (GgufDamage e)
        {
            throw new IOException($"{path} has changed: {e.Message}", e);
        }
    }

    private static GgufHeader ReadHeader(GgufCursor cursor)
    {
        cursor.Take(4);
        uint version = cursor.UInt32();
        if (version is not (2 or 3))
        {
            throw new GgufDamage(BinaryPrimitives.ReverseEndianness(version) is 2 or 3
                ? "it was written for big-endian machines"
                : $"its GGUF version is {version}, and versions 2 and 3 can be read");
        }

        long tensorCount = cursor.Count(MostTensors, "the number of tensors");
        long keyCount = cursor.Count(MostKeys, "the number of keys");
        Dictionary<string, object> values = new(StringComparer.Ordinal);
        for (long i = 0; i < keyCount; i++)
            ReadPair(cursor, values);
        List<GgufTensor> tensors = ReadTensors(cursor, tensorCount, Alignment(values), out long dataBytes);
        if (dataBytes > 0)
            CheckData(cursor, Alignment(values), dataBytes);
        return new GgufHeader(values, tensors, Align(cursor.Position, Alignment(values)));
    }

    private static void ReadPair(GgufCursor cursor, Dictionary<string, object> values)
    {
        string key = cursor.String(LongestKeyBytes);
        if (key.Length == 0)
            throw new GgufDamage("a key is empty");
        if (!values.TryAdd(key, ReadValue(cursor, Type(cursor))))
            throw new GgufDamage($"the key {key} stands there twice");
    }

    private static GgufValueType Type(GgufCursor cursor)
    {
        uint type = cursor.UInt32();
        return type <= (uint)GgufValueType.Float64 ? (GgufValueType)type : throw new GgufDamage($"a value has the unknown type {type}");
    }

    private static object ReadValue(GgufCursor cursor, GgufValueType type) => type switch
    {
        GgufValueType.String => cursor.String(LongestTextBytes),
        GgufValueType.Array => ReadArray(cursor),
        GgufValueType.Bool => cursor.Take(1)[0] != 0,
        GgufValueType.Float32 => (object)(double)BinaryPrimitives.ReadSingleLittleEndian(cursor.Take(4)),
        GgufValueType.Float64 => BinaryPrimitives.ReadDoubleLittleEndian(cursor.Take(8)),
        _ => ReadInteger(cursor, type),
    };

    private static long ReadInteger(GgufCursor cursor, GgufValueType type) => type switch
    {
        GgufValueType.UInt8 => cursor.Take(1)[0],
        GgufValueType.Int8 => (sbyte)cursor.Take(1)[0],
        GgufValueType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(cursor.Take(2)),
        GgufValueType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(cursor.Take(2)),
        GgufValueType.UInt32 => cursor.UInt32(),
        GgufValueType.Int32 => (int)cursor.UInt32(),
        _ => (long)cursor.UInt64(),
    };

    private static GgufArray ReadArray(GgufCursor cursor)
    {
        GgufValueType type = Type(cursor);
        long count = cursor.Count(Math.Min(MostElements, cursor.Length), "the length of a list");
        if (type == GgufValueType.Array)
            throw new GgufDamage("a list holds lists");
        if (type == GgufValueType.String)
        {
            long start = cursor.Position;
            for (long i = 0; i < count; i++)
                cursor.Skip(cursor.Count(LongestTextBytes, "the length of a text"));
            return new GgufArray(type, count, null) { Start = start };
        }

        bool isKept = count <= KeptElements && type is not (GgufValueType.Float32 or GgufValueType.Float64);
        if (!isKept)
        {
            cursor.Skip(count * Size(type));
            return new GgufArray(type, count, null);
        }

        List<long> integers = new((int)count);
        for (long i = 0; i < count; i++)
            integers.Add(type == GgufValueType.Bool ? cursor.Take(1)[0] : ReadInteger(cursor, type));
        return new GgufArray(type, count, integers);
    }

    private static int Size(GgufValueType type) => type switch
    {
        GgufValueType.UInt8 or GgufValueType.Int8 or GgufValueType.Bool => 1,
        GgufValueType.UInt16 or GgufValueType.Int16 => 2,
        GgufValueType.UInt32 or GgufValueType.Int32 or GgufValueType.Float32 => 4,
        _ => 8,
    };

    private static long Alignment(Dictionary<string, object> values)
    {
        if (!values.TryGetValue("general.alignment", out object? value))
            return DefaultAlignment;
        return value is long alignment and > 0 and <= 1 << 20 && long.IsPow2(alignment)
            ? alignment
            : throw new GgufDamage($"its alignment is {value}");
    }

    private static List<GgufTensor> ReadTensors(GgufCursor cursor, long count, long alignment, out long dataBytes)
    {
        List<GgufTensor> tensors = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        dataBytes = 0;
        for (long i = 0; i < count; i++)
        {
            GgufTensor tensor = ReadTensor(cursor, out ulong offset) with { Offset = dataBytes };
            if (!names.Add(tensor.Name))
                throw new GgufDamage($"the tensor {tensor.Name} stands there twice");
            if (offset != (ulong)dataBytes)
                throw new GgufDamage($"the tensor {tensor.Name} is not where it should be");
            dataBytes = checked(dataBytes + Align(tensor.Bytes, alignment));
            tensors.Add(tensor);
        }

        return tensors;
    }

    private static GgufTensor ReadTensor(GgufCursor cursor, out ulong offset)
    {
        string name = cursor.String(LongestTensorNameBytes);
        uint dimensions = cursor.UInt32();
        if (dimensions is 0 or > MostDimensions)
            throw new GgufDamage($"the tensor {name} has {dimensions} dimensions");
        long[] shape = new long[dimensions];
        long elements = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            shape[i] = cursor.Count(long.MaxValue, "a dimension");
            if (shape[i] == 0 || elements > (1L << 48) / shape[i])
                throw new GgufDamage($"the tensor {name} has an impossible shape");
            elements *= shape[i];
        }

        uint number = cursor.UInt32();
        TensorFormat format = TensorFormats.Find((int)Math.Min(number, int.MaxValue))
            ?? throw new GgufDamage($"the tensor {name} has the unknown format {number}");
        if (shape[0] % format.BlockValues != 0)
            throw new GgufDamage($"the rows of tensor {name} do not fit its format {format.Name}");
        offset = cursor.UInt64();
        return new GgufTensor(name, shape, format, elements / format.BlockValues * format.BlockBytes);
    }

    private static void CheckData(GgufCursor cursor, long alignment, long dataBytes)
    {
        long missing = Align(cursor.Position, alignment) + dataBytes - cursor.Length;
        // Writers may leave out the padding after the last tensor.
        if (missing >= alignment)
            throw new GgufDamage($"it is {missing} bytes shorter than its header says");
    }

    private static long Align(long value, long alignment) => checked(value + alignment - 1) / alignment * alignment;
}
