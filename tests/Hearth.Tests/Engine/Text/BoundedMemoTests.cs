using Hearth.Engine;

namespace Hearth.Tests.Engine.Text;

/// <summary>A memo that many requests share.</summary>
public sealed class BoundedMemoTests
{
    [Fact]
    public void Nobody_waits_while_a_key_is_hashed()
    {
        SlowHash hash = new();
        BoundedMemo<string, string> memo = new(100, hash);
        hash.Meanwhile = () => Assert.True(Task.Run(() => memo.Find("other")).Wait(TimeSpan.FromSeconds(60)));

        memo.Set("slow", "value", 1);

        Assert.Equal("value", memo.Find("slow"));
        memo.Remove("slow");
        Assert.Null(memo.Find("slow"));
    }

    [Fact]
    public void What_was_not_used_for_longest_is_forgotten_first()
    {
        BoundedMemo<string, string> memo = new(2);
        memo.Set("a", "1", 1);
        memo.Set("b", "2", 1);
        memo.Find("a");

        memo.Set("c", "3", 1);

        Assert.Equal(("1", null, "3"), (memo.Find("a"), memo.Find("b"), memo.Find("c")));
        Assert.Equal(2, memo.Cost);
    }

    private sealed class SlowHash : IEqualityComparer<string>
    {
        public Action Meanwhile { get; set; } = () => { };

        public bool Equals(string? x, string? y) => x == y;

        public int GetHashCode(string obj)
        {
            if (obj == "slow")
                Meanwhile();
            return obj.Length;
        }
    }
}
