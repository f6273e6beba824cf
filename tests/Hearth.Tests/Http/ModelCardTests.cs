using Hearth.Chat;
using Hearth.Tests.Support;

namespace Hearth.Tests.Http;

/// <summary><c>GET /api/models/{id}</c> on the real server.</summary>
[Collection(SparkServerCollection.Name)]
public sealed class ModelCardTests(SparkServer spark)
{
    [Fact]
    public async Task The_bundled_model_has_a_card_with_its_capabilities()
    {
        var response = await spark.Server.SendAsync(HttpMethod.Get, "/api/models/spark");
        string body = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Contains("\"id\":\"spark\"", body, StringComparison.Ordinal);
        Assert.Contains("\"later_system\":\"in_place\"", body, StringComparison.Ordinal);
        Assert.Contains("\"rewrites_history\":", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_and_one_without_a_file_have_none()
    {
        await using var server = await ServerUnderTest.StartAsync(ScriptedProvider.Refusing(new ChatError(ChatErrorKind.Overloaded, "")));

        Assert.Equal(404, (int)(await spark.Server.SendAsync(HttpMethod.Get, "/api/models/other")).StatusCode);
        Assert.Equal(404, (int)(await server.SendAsync(HttpMethod.Get, "/api/models/spark")).StatusCode);
    }
}
