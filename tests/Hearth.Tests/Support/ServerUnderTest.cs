using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Hearth.Config;
using Hearth.Providers;
using Microsoft.Extensions.Logging;

namespace Hearth.Tests.Support;

/// <summary>The real web server on a free port, and a client for it.</summary>
internal sealed class ServerUnderTest : IAsyncDisposable
{
    private readonly Host _host;
    private Task? _stopped;

    private ServerUnderTest(Host host)
    {
        _host = host;
        Port = host.Address.Port;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{Port}"), Timeout = TimeSpan.FromSeconds(60) };
    }

    public HttpClient Client { get; }

    public int Port { get; }

    public static Task<ServerUnderTest> StartAsync(
        IProvider provider, LaunchSettings? settings = null, TimeProvider? time = null, ILoggerFactory? loggers = null, IPAddress? ip = null) =>
        StartAsync(new LoadedModel(provider, 8192, 8192, 4, [], _ => Task.CompletedTask), settings, time, loggers, ip);

    public static async Task<ServerUnderTest> StartAsync(
        LoadedModel model, LaunchSettings? settings = null, TimeProvider? time = null, ILoggerFactory? loggers = null, IPAddress? ip = null)
    {
        var start = await Host.StartAsync(
            settings ?? new LaunchSettings(), model, new ListenAddress(ip ?? IPAddress.Loopback, 0), time ?? TimeProvider.System,
            loggers ?? LoggerFactory.Create(_ => { }));
        Assert.Null(start.Error);
        return new ServerUnderTest(start.Host!);
    }

    /// <summary>Posts a body as it is written.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? json = null, Action<HttpRequestHeaders>? headers = null)
    {
        HttpRequestMessage request = new(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        headers?.Invoke(request.Headers);
        return Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>Posts a body and reads the answer, whatever its status.</summary>
    public async Task<(int Status, JsonElement Body)> PostForJsonAsync(string path, string json)
    {
        using var response = await PostAsync(path, json);
        return ((int)response.StatusCode, await ReadJsonAsync(response));
    }

    public static async Task<JsonElement> ReadJsonAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return document.RootElement.Clone();
    }

    /// <summary>Stops the server as the first signal does; <paramref name="now"/> is the second one.</summary>
    public Task StopAsync(CancellationToken now) => _stopped ??= _host.StopAsync(now);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync(CancellationToken.None);
    }
}
