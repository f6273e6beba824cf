using System.Net;
using Hearth.Config;
using Hearth.Http;
using Hearth.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Hearth.Tests.Http;

/// <summary>Which names a server without a key answers to.</summary>
public sealed class HostNamesTests
{
    [Theory]
    [InlineData("", true, true)]
    [InlineData("localhost", true, true)]
    [InlineData("LocalHost:4327", true, true)]
    [InlineData("localhost.", true, true)]
    [InlineData("localhost.:4327", true, true)]
    [InlineData("hearth.localhost", true, true)]
    [InlineData("127.0.0.1:4327", true, true)]
    [InlineData("127.8.9.10", true, true)]
    [InlineData("[::1]:4327", true, true)]
    [InlineData("0.0.0.0:4327", true, true)]
    [InlineData("[::]:4327", true, true)]
    [InlineData("192.168.1.5", false, true)]
    [InlineData("[fe80::1]:4327", false, true)]
    [InlineData("workshop:4327", false, true)]
    [InlineData("workshop.local", false, true)]
    [InlineData("workshop.local.", false, true)]
    [InlineData("host.docker.internal:4327", false, true)]
    [InlineData("evil.example", false, false)]
    [InlineData("localhost.evil.example", false, false)]
    [InlineData("127.0.0.1.evil.example", false, false)]
    [InlineData("127.0.0.1.nip.io", false, false)]
    [InlineData("127.0.0.1.", false, false)]
    [InlineData("evil.example.", false, false)]
    [InlineData("local", false, true)]
    [InlineData("evil.notlocal", false, false)]
    [InlineData("user@localhost", false, false)]
    [InlineData(".", false, false)]
    public void A_name_is_own_when_no_foreign_page_can_have_it(string host, bool onLoopback, bool onNetworks) =>
        Assert.Equal((onLoopback, onNetworks), (HostNames.AreOwn(new HostString(host), isLoopback: true), HostNames.AreOwn(new HostString(host), isLoopback: false)));

    [Fact]
    public void This_machines_name_is_own_on_networks() =>
        Assert.True(HostNames.AreOwn(new HostString(System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().HostName), isLoopback: false));

    [Theory]
    [InlineData(false, "evil.example", 403)]
    [InlineData(false, "192.168.1.5:4327", 200)]
    [InlineData(true, "evil.example", 200)]
    public async Task A_server_on_every_network_checks_the_name_unless_a_key_protects_it(bool hasKey, string host, int status)
    {
        await using var server = await ServerUnderTest.StartAsync(
            ScriptedProvider.Answering(), new LaunchSettings { ApiKey = hasKey ? "key" : null }, ip: IPAddress.Any);

        foreach (var path in (string[])["/v1/models", "/health"])
        {
            using var response = await server.SendAsync(HttpMethod.Get, path, headers: headers =>
            {
                headers.Host = host;
                headers.Add("x-api-key", "key");
            });
            Assert.Equal(status, (int)response.StatusCode);
        }
    }
}
