using System.IO.Compression;
using System.Text.Json;

namespace Hearth.Commands.Bench.Trace;

/// <summary>One recorded request: its prompt as named blocks and a rest, and the length of its answer.</summary>
/// <param name="Time">When it was sent, in seconds.</param>
/// <param name="Agent">The sub-agent that sent it, or null.</param>
/// <param name="Blocks">Names of the whole blocks of the prompt; equal names are equal tokens.</param>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens of the answer.</param>
internal sealed record TracedRequest(double Time, string? Agent, IReadOnlyList<int> Blocks, int InputTokens, int OutputTokens);

/// <summary>A recorded session (kv-cache-tester's format, gzipped or not): no text, only which blocks of tokens are equal.</summary>
internal sealed record TraceFile(string Name, int BlockTokens, IReadOnlyList<TracedRequest> Requests)
{
    /// <summary>Most tokens, prompt and answer, of any request.</summary>
    public int Largest => Requests.Max(r => r.InputTokens + Math.Max(1, r.OutputTokens));

    /// <exception cref="InvalidDataException">The file is no trace.</exception>
    public static TraceFile Read(string path)
    {
        using Stream file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        try
        {
            using var document = JsonDocument.Parse(stream);
            List<TracedRequest> requests = [];
            AddRequests(document.RootElement, agent: null, start: 0, requests);
            if (requests.Count == 0)
                throw new InvalidDataException($"{path} holds no request.");
            return new TraceFile(
                document.RootElement.GetProperty("id").GetString() ?? Path.GetFileName(path),
                document.RootElement.GetProperty("block_size").GetInt32(),
                [.. requests.OrderBy(r => r.Time)]);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path} is not a recorded session: {e.Message}", e);
        }
    }

    private static void AddRequests(JsonElement session, string? agent, double start, List<TracedRequest> requests)
    {
        foreach (var item in session.GetProperty("requests").EnumerateArray())
        {
            var time = start + item.GetProperty("t").GetDouble();
            if (item.TryGetProperty("requests", out _))
                AddRequests(item, item.GetProperty("agent_id").GetString(), time, requests);
            else if (item.GetProperty("in").GetInt32() is > 0 and var input)
                requests.Add(new TracedRequest(
                    time, agent, [.. item.GetProperty("hash_ids").EnumerateArray().Select(id => id.GetInt32())], input, item.GetProperty("out").GetInt32()));
        }
    }
}
