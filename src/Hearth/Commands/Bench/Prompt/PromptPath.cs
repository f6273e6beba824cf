using Hearth.Chat;
using Hearth.Http;
using Hearth.Http.Anthropic;
using Hearth.Providers;

namespace Hearth.Commands.Bench.Prompt;

/// <summary>What one request cost from its body's bytes to its prompt's tokens.</summary>
/// <param name="Tokens">Size of the prompt.</param>
/// <param name="Reading">Bytes to a request.</param>
/// <param name="Prompting">The request to tokens.</param>
/// <param name="AllocatedBytes">Managed memory for all of it.</param>
internal sealed record PromptCost(int Tokens, TimeSpan Reading, TimeSpan Prompting, long AllocatedBytes)
{
    public double TotalMs => (Reading + Prompting).TotalMilliseconds;
}

/// <summary>A request's way to the engine without the network: what is measured is everything that happens before the engine sees it.</summary>
internal sealed class PromptPath(IProvider provider, TimeProvider time)
{
    /// <summary>Takes a body all the way. What the server would refuse is an <see cref="IOException"/>.</summary>
    public async Task<PromptCost> MeasureAsync(byte[] body, CancellationToken cancellation)
    {
        // Counts what other threads allocate too, which is nothing while nobody asks.
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = time.GetTimestamp();
        var request = Read(body);
        var reading = time.GetElapsedTime(start);
        var count = await provider.CountAsync(request, cancellation);
        var total = time.GetElapsedTime(start);
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return count.Error is null
            ? new PromptCost(count.Tokens, reading, total - reading, allocated)
            : throw new IOException(count.Error.Message);
    }

    private ChatRequest Read(byte[] body)
    {
        var (wire, error) = JsonBody.Parse(body, MessagesJson.Default.MessagesRequestWire);
        var request = error is not null ? error : MessagesReader.Read(wire!, needsMaxTokens: true, new RequestDocuments());
        return request.Error is null ? request.Value! : throw new IOException(request.Error.Message);
    }
}
