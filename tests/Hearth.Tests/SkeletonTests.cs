namespace Hearth.Tests;

public sealed class SkeletonTests
{
    [Xunit.Fact]
    public void A_finish_reason_exists() => Xunit.Assert.True(Enum.IsDefined(Hearth.Chat.FinishReason.EndOfTurn));
}
