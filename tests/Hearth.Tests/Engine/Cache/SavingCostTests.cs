using Hearth.Engine;
using Hearth.Engine.Cache;
using Hearth.Llama;

namespace Hearth.Tests.Engine.Cache;

public sealed class SavingCostTests
{
    // A block costs the copy of its tokens and its entries in the books, wherever in the prompt it lies.
    [Fact]
    public void Saving_a_long_prompt_block_by_block_allocates_in_proportion_to_its_blocks()
    {
        AllocatedPerBlock(blocks: 16);
        var (few, many) = (AllocatedPerBlock(blocks: 32), AllocatedPerBlock(blocks: 512));

        Assert.InRange(many, 1, few * 2);
        Assert.InRange(many, 1, 8192);
    }

    [Fact]
    public void A_branch_names_its_prefixes_as_its_tokens_do_also_after_it_was_trimmed_and_went_another_way()
    {
        var tree = new PrefixTree();
        var branch = tree.Add(0);
        int[] tokens = [.. Enumerable.Range(0, 2000)];
        tree.Append(branch, tokens);
        Assert.Equal(TokenChain.Of(tokens), Enumerable.Range(0, 8).Select(branch.ChainAt));

        tree.Trim(branch, 600);
        tree.Append(branch, tokens.AsSpan(0, 500));
        int[] now = [.. tokens[..600], .. tokens[..500]];
        Assert.Equal(TokenChain.Of(now), Enumerable.Range(0, 5).Select(branch.ChainAt));
        var read = new int[700];
        branch.Read(300, read);
        Assert.Equal(now[300..1000], read);
    }

    private static double AllocatedPerBlock(int blocks)
    {
        var tokens = blocks * TokenChain.Block;
        var saved = new SavedPrefixes(new SchedulerLimits(tokens, tokens, 1, 512, 512) { SavedBytes = 1 << 30 });
        var tree = new PrefixTree();
        tree.Append(tree.Add(0), Enumerable.Range(0, tokens).ToArray());
        List<KvOperation> operations = [];
        var start = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < blocks; i++)
        {
            Assert.True(saved.SaveNext(tree.Branches, operations, (_, _) => true, now: i));
            operations[0].State!.Data = NativeBytes.TryAllocate(1)!;
            operations.Clear();
            saved.Settle(i, secondsPerToken: 0);
        }

        Assert.False(saved.SaveNext(tree.Branches, operations, (_, _) => true, now: blocks));
        saved.Ledger.Close();
        return (GC.GetAllocatedBytesForCurrentThread() - start) / (double)blocks;
    }
}
