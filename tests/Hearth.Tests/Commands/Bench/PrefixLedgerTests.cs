using Hearth.Commands.Bench.Servers;
using Hearth.Commands.Bench.Sessions;

namespace Hearth.Tests.Commands.Bench;

public sealed class PrefixLedgerTests
{
    private const int End = 99;
    private static readonly HashSet<int> Control = [End];

    private readonly PrefixLedger _ledger = new();

    [Fact]
    public void A_first_prompt_is_all_new() => Assert.Equal(3, _ledger.Enter([1, 2, 3]));

    [Fact]
    public void Only_what_follows_the_longest_shared_beginning_is_new()
    {
        _ledger.Enter([1, 2, 3, 4]);
        _ledger.Enter([1, 2, 9]);

        Assert.Equal(2, _ledger.Enter([1, 2, 3, 7, 8]));
    }

    [Fact]
    public void The_last_token_of_a_prompt_is_computed_even_when_all_is_known()
    {
        _ledger.Enter([1, 2, 3]);

        Assert.Equal(1, _ledger.Enter([1, 2, 3]));
        Assert.Equal(1, _ledger.Enter([1, 2]));
    }

    [Fact]
    public void Prompts_sent_at_once_share_their_beginning_once()
    {
        int[] news = [_ledger.Enter([1, 2, 3, 10]), _ledger.Enter([1, 2, 3, 20]), _ledger.Enter([1, 2, 3, 30])];

        Assert.Equal([4, 1, 1], news);
    }

    [Fact]
    public void A_branch_that_was_left_is_still_known()
    {
        _ledger.Enter([1, 2, 3, 4, 5]);
        _ledger.Enter([1, 2, 8, 9]);

        Assert.Equal(1, _ledger.Enter([1, 2, 3, 4, 5, 6]));
    }

    [Fact]
    public void An_answer_that_the_model_ended_is_computed_to_its_last_token() =>
        Assert.Equal([1, 2, 5, 6, 7], Prompt(1, 2).WithAnswer(Prompt(1, 2, 5, 6, 7, End, 3), isComplete: true));

    [Fact]
    public void The_last_token_of_an_answer_that_was_cut_was_never_computed() =>
        Assert.Equal([1, 2, 5, 6], Prompt(1, 2).WithAnswer(Prompt(1, 2, 5, 6, 7, End, 3), isComplete: false));

    [Fact]
    public void An_answer_without_tokens_adds_none() =>
        Assert.Equal([1, 2], Prompt(1, 2).WithAnswer(Prompt(1, 2, End, 3), isComplete: false));

    [Fact]
    public void A_template_that_rewrites_the_past_leaves_the_prompt_alone() =>
        Assert.Equal([1, 2], Prompt(1, 2).WithAnswer(Prompt(1, 3, 5), isComplete: true));

    private static RenderedPrompt Prompt(params int[] tokens) => new(tokens, Control);
}
