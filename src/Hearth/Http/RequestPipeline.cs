using Hearth.Chat;
using Hearth.Telemetry;

namespace Hearth.Http;

/// <summary>What happens around every endpoint: id, name and key check, errors in one shape, one log line without any prompt text.</summary>
internal static class RequestPipeline
{
    /// <summary>Longest path in a line: all of ours are shorter.</summary>
    private const int LongestPath = 200;

    /// <summary>Longest method in a line.</summary>
    private const int LongestMethod = 20;

    public static async Task RunAsync(
        HttpContext context, RequestDelegate next, HttpOptions options, BodyBudget bodies, TimeProvider time, ILogger log)
    {
        long start = time.GetTimestamp();
        RequestInfo info = RequestInfo.Of(context);
        context.Response.Headers[RequestInfo.IdHeader] = info.Id;
        context.Features.Set(bodies);
        try
        {
            await RunCheckedAsync(context, next, options);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client hung up; what it held is free.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The same, seen while writing.
        }
        catch (BadHttpRequestException e)
        {
            await ExplainAsync(context, e.StatusCode);
        }
#pragma warning disable CA1031 // The outermost frame of a request.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "{RequestId} failed", info.Id);
            if (!context.Response.HasStarted)
                await Errors.WriteAsync(context, new ChatError(ChatErrorKind.Internal, "Internal server error."));
        }

        TimeSpan elapsed = time.GetElapsedTime(start);
        info.End(context.Response.StatusCode, context.RequestAborted.IsCancellationRequested && !info.IsCutOff, elapsed);
        Log(context, info, elapsed, log);
        if (context.Response.StatusCode >= StatusCodes.Status400BadRequest)
            await BodyPace.DiscardAsync(context, time);
    }

    private static async Task RunCheckedAsync(HttpContext context, RequestDelegate next, HttpOptions options)
    {
        if (await Admission.RefusesAsync(context, options))
            return;
        RequestInfo.Of(context).Owner = Auth.Identity(options.ApiKey);
        await next(context);
        await ExplainAsync(context, context.Response.StatusCode);
    }

    /// <summary>Unknown paths and methods, and what the web server throws, get a body in the same shape as every other error.</summary>
    private static Task ExplainAsync(HttpContext context, int status)
    {
        if (context.Response.HasStarted)
            return Task.CompletedTask;
        string path = PathOf(context.Request);
        return status switch
        {
            404 => Errors.WriteAsync(context, new ChatError(ChatErrorKind.NotFound, $"Not found: {path}")),
            405 => Errors.WriteAsync(context, 405, new ErrorWire("invalid_request_error", $"{MethodOf(context.Request)} is not allowed for {path}.")),
            >= 400 when context.Response.StatusCode < 400 => Errors.WriteAsync(context, status, ServerErrors.Of(status)),
            _ => Task.CompletedTask,
        };
    }

    private static void Log(HttpContext context, RequestInfo info, TimeSpan elapsed, ILogger log)
    {
        LogLevel level = Admission.IsOpen(context.Request.Path) ? LogLevel.Debug : LogLevel.Information;
        string numbers = info.Record is { } record && RequestLine.Describe(record) is { Length: > 0 } line ? " " + line : "";
        string end = info.IsCutOff ? " (ended by the server)" : context.RequestAborted.IsCancellationRequested ? " (client left)" : "";
        log.Log(
            level, "{Method} {Path} {Status} {Milliseconds} ms{Numbers}{End} {RequestId}", MethodOf(context.Request), PathOf(context.Request),
            context.Response.StatusCode, (long)elapsed.TotalMilliseconds, numbers, end, info.Id);
    }

    private static string MethodOf(HttpRequest request) => Excerpt.Of(request.Method, LongestMethod);

    private static string PathOf(HttpRequest request) => Excerpt.Of(request.Path.Value ?? "", LongestPath);
}
