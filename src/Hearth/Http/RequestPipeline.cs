using Hearth.Chat;

namespace Hearth.Http;

/// <summary>What happens around every endpoint: id, name and key check, errors in one shape, one log line without any prompt text.</summary>
internal static class RequestPipeline
{
    private static readonly string[] OpenPaths = ["/", "/health", "/api/hello"];

    public static async Task RunAsync(HttpContext context, RequestDelegate next, HttpOptions options, TimeProvider time, ILogger log)
    {
        long start = time.GetTimestamp();
        RequestInfo info = RequestInfo.Of(context);
        context.Response.Headers["request-id"] = info.Id;
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
    }

    private static async Task RunCheckedAsync(HttpContext context, RequestDelegate next, HttpOptions options)
    {
        if (options.IsLoopback && !Auth.IsLocalName(context.Request.Host))
        {
            await Errors.WriteAsync(context, 403, new ErrorWire(
                "permission_error", $"This server listens on this machine only and does not answer to the name '{context.Request.Host.Host}'."));
            return;
        }

        if (!OpenPaths.Contains(context.Request.Path.Value) && !Auth.IsAllowed(context.Request, options.ApiKey))
        {
            await Errors.WriteAsync(context, Auth.Refusal);
            return;
        }

        if (context.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && encoding != "identity")
        {
            await Errors.WriteAsync(context, 400, new ErrorWire(
                "invalid_request_error", $"content-encoding '{encoding}' is not supported: send the body as it is.",
                new ErrorDetailsWire("request_body_encoding_unsupported")));
            return;
        }

        RequestInfo.Of(context).Owner = Auth.Identity(options.ApiKey);
        await next(context);
        await ExplainAsync(context);
    }

    /// <summary>Unknown paths and methods get a body in the same shape as every other error.</summary>
    private static Task ExplainAsync(HttpContext context)
    {
        if (context.Response.HasStarted)
            return Task.CompletedTask;
        string path = context.Request.Path.Value ?? "";
        return context.Response.StatusCode switch
        {
            404 => Errors.WriteAsync(context, new ChatError(ChatErrorKind.NotFound, $"Not found: {path}")),
            405 => Errors.WriteAsync(context, 405, new ErrorWire("invalid_request_error", $"{context.Request.Method} is not allowed for {path}.")),
            _ => Task.CompletedTask,
        };
    }

    private static void Log(HttpContext context, RequestInfo info, TimeSpan elapsed, ILogger log)
    {
        LogLevel level = OpenPaths.Contains(context.Request.Path.Value) ? LogLevel.Debug : LogLevel.Information;
        string numbers = info.Record is { } record && RequestLine.Describe(record) is { Length: > 0 } line ? " " + line : "";
        string end = info.IsCutOff ? " (ended by the server)" : context.RequestAborted.IsCancellationRequested ? " (client left)" : "";
        log.Log(
            level, "{Method} {Path} {Status} {Milliseconds} ms{Numbers}{End} {RequestId}", context.Request.Method, context.Request.Path.Value,
            context.Response.StatusCode, (long)elapsed.TotalMilliseconds, numbers, end, info.Id);
    }
}
