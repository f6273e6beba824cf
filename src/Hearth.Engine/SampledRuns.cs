using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hearth.Engine;

/// <summary>
/// Turns prompts into tokens and lets a history that comes back as text be the tokens that were sampled. A model often writes a text in
/// other tokens than the tokenizer would; tokenised again, the history would part from what the cache holds in the middle of the model's
/// own answer. So the runs of an answer whose tokens are not the tokenizer's are remembered by everything that stands before and in them,
/// and whole answers by how a history writes them. All other runs are the tokenizer's, which is asked only for those it was not asked for
/// lately. Thread-safe.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="disk">Where whole answers outlive the process; null keeps nothing on disk.</param>
/// <param name="log">Told when the disk fails.</param>
public sealed class SampledRuns(Tokenizer tokenizer, DiskCacheSettings? disk = null, ILogger? log = null)
{
    /// <summary>A megabyte of token ids: some hundred long answers, of which most runs are the tokenizer's own and not kept.</summary>
    public const int MostTokens = 256 * 1024;

    private const int UsualCharsPerToken = 2;

    private readonly BoundedMemo<RunChain, int[]> _sampled = new(MostTokens);
    private readonly RunTexts _texts = new();
    private readonly SampledAnswers _answers = new(disk, log ?? NullLogger.Instance);

    /// <summary>Sampled tokens that are remembered.</summary>
    public int RememberedTokens => _sampled.Cost;

    /// <summary>As <see cref="Tokenizer.Encode"/> does, but for runs and answers that were sampled, which are the sampled tokens.</summary>
    /// <exception cref="OperationCanceledException">Cancelled, which is looked at between runs and within long ones.</exception>
    public EncodedPrompt Encode(IReadOnlyList<TextRun> runs, CancellationToken cancellation = default)
    {
        using PromptPartition cut = tokenizer.Cut(runs, cancellation);
        ReadOnlySpan<PromptPiece> pieces = cut.Pieces;
        List<int> tokens = new(cut.Length / UsualCharsPerToken);
        EncodedPrompt tail = EncodedPrompt.Empty;
        RunChain chain = RunChain.Start;
        List<(RunChain Chain, int Tokens)> sinceTurn = [(chain, 0)];
        for (int i = 0; i < pieces.Length;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (pieces[i].IsSpecial)
            {
                if (tokenizer.EndsGeneration(pieces[i].SpecialToken))
                {
                    Replay(tokens, sinceTurn, chain);
                    sinceTurn.Clear();
                }

                chain = chain.ThenSpecial(pieces[i].SpecialToken);
                sinceTurn.Add((chain, tokens.Count + 1));
                tokens.Add(pieces[i++].SpecialToken);
                continue;
            }

            int end = i + 1;
            while (end < pieces.Length && !pieces[end].IsSpecial)
                end++;
            tail = Append(tokens, cut, pieces[i..end], ref chain, end == pieces.Length, cancellation);
            i = end;
        }

        if (pieces is not [.., { IsSpecial: false }])
            tail = new EncodedPrompt([], chain, [], []);
        tokenizer.AddBeginning(tokens);
        return new EncodedPrompt([.. tokens], tail.BeforeTail, tail.TailText, tail.Tail);
    }

    /// <summary>
    /// Remembers a whole answer by what a history with it says, up to the token that ends it. Not where the history does not go on as the
    /// prompt did, leaves out anything of <paramref name="shown"/>, or has something of the next message before that token.
    /// </summary>
    /// <param name="prompt">The prompt that the answer continues.</param>
    /// <param name="sampled">Its tokens, special ones included, without the one that ended it.</param>
    /// <param name="history">A prompt in which the answer and a message after it are history.</param>
    /// <param name="shown">Texts of the answer.</param>
    /// <param name="next">A text of the message after it, which stands nowhere else.</param>
    public void RememberAnswer(
        EncodedPrompt prompt, IReadOnlyList<int> sampled, IReadOnlyList<TextRun> history, IEnumerable<string> shown, string next)
    {
        if (AnswerEnd(prompt, history, shown, next) is { } end)
            _answers.Remember(new SampledAnswer(prompt.BeforeTail, end, [.. prompt.Tail, .. sampled]));
    }

    /// <summary>Remembers the runs of an answer. What an answer does not show, or shows only in part, is not remembered.</summary>
    /// <param name="prompt">The prompt that it continues.</param>
    /// <param name="sampled">Its tokens, special ones included.</param>
    /// <param name="stop">The text that ended it and that it does not show, or null.</param>
    /// <returns>True when all of its tokens are those that the tokenizer makes of its text.</returns>
    public bool Record(EncodedPrompt prompt, IReadOnlyList<int> sampled, string? stop = null)
    {
        bool isOwn = true;
        SampledRun run = new(prompt.TailText, prompt.Tail);
        RunChain chain = prompt.BeforeTail;
        foreach (int token in sampled)
        {
            if (tokenizer.IsSpecial(token))
            {
                isOwn &= Remember(run, ref chain);
                chain = chain.ThenSpecial(token);
                run = new SampledRun([], []);
            }
            else
            {
                run.Add(token, tokenizer);
            }
        }

        if (stop is null || run.CutBefore(Encoding.UTF8.GetBytes(stop)))
            isOwn &= Remember(run, ref chain);
        return isOwn;
    }

    /// <summary>Puts the sampled tokens of the answer that ends here in the place of those of its text.</summary>
    private void Replay(List<int> tokens, List<(RunChain Chain, int Tokens)> sinceTurn, RunChain end)
    {
        if (_answers.Find(end) is not { } answer)
            return;
        int start = sinceTurn.FindIndex(place => place.Chain == answer.Start);
        if (start < 0)
            return;
        tokens.RemoveRange(sinceTurn[start].Tokens, tokens.Count - sinceTurn[start].Tokens);
        tokens.AddRange(answer.Tokens);
    }

    private RunChain? AnswerEnd(EncodedPrompt prompt, IReadOnlyList<TextRun> history, IEnumerable<string> shown, string next)
    {
        using PromptPartition cut = tokenizer.Cut(history, CancellationToken.None);
        ReadOnlySpan<PromptPiece> pieces = cut.Pieces;
        RunChain chain = RunChain.Start;
        StringBuilder? said = null;
        for (int i = 0; i < pieces.Length;)
        {
            if (chain == prompt.BeforeTail)
                said = new StringBuilder();
            if (!pieces[i].IsSpecial)
            {
                int end = i;
                StringBuilder run = new();
                while (end < pieces.Length && !pieces[end].IsSpecial)
                    run.Append(cut.TextOf(pieces[end++]));
                chain = chain.ThenText(run.ToString());
                said?.Append(run);
                i = end;
                continue;
            }

            if (said is not null && tokenizer.EndsGeneration(pieces[i].SpecialToken))
                return IsWhole(said.ToString()) ? chain : null;
            chain = chain.ThenSpecial(pieces[i++].SpecialToken);
        }

        return null;

        bool IsWhole(string text) =>
            text.StartsWith(Encoding.UTF8.GetString(prompt.TailText), StringComparison.Ordinal)
            && shown.All(s => text.Contains(s, StringComparison.Ordinal))
            && !text.Contains(next, StringComparison.Ordinal);
    }

    private EncodedPrompt Append(
        List<int> tokens,
        PromptPartition cut,
        ReadOnlySpan<PromptPiece> run,
        ref RunChain chain,
        bool keepsTail,
        CancellationToken cancellation)
    {
        int most = RunChain.HeaderBytes;
        foreach (PromptPiece piece in run)
            most += Encoding.UTF8.GetMaxByteCount(piece.Length);
        byte[] element = ArrayPool<byte>.Shared.Rent(most);
        try
        {
            int length = RunChain.HeaderBytes;
            foreach (PromptPiece piece in run)
                length += Encoding.UTF8.GetBytes(cut.TextOf(piece), element.AsSpan(length));
            RunChain before = chain;
            chain = chain.ThenText(element.AsSpan(0, length));
            ReadOnlyMemory<byte> text = element.AsMemory(RunChain.HeaderBytes, length - RunChain.HeaderBytes);
            int start = tokens.Count;
            if (_sampled.Find(chain) is { } sampled && tokenizer.Says(sampled, text.Span))
                tokens.AddRange(sampled);
            else
                AppendOwn(tokens, cut, run, text, cancellation);
            return keepsTail
                ? new EncodedPrompt([], before, text.ToArray(), CollectionsMarshal.AsSpan(tokens)[start..].ToArray())
                : EncodedPrompt.Empty;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(element);
        }
    }

    private void AppendOwn(
        List<int> tokens, PromptPartition cut, ReadOnlySpan<PromptPiece> run, ReadOnlyMemory<byte> text, CancellationToken cancellation)
    {
        if (_texts.Find(text) is { } known)
        {
            tokens.AddRange(known);
            return;
        }

        int start = tokens.Count;
        Tokenize(tokens, cut, run, text.Span, cancellation);
        _texts.Set(text.Span, CollectionsMarshal.AsSpan(tokens)[start..]);
    }

    private void Tokenize(
        List<int> tokens, PromptPartition cut, ReadOnlySpan<PromptPiece> run, ReadOnlySpan<byte> text, CancellationToken cancellation)
    {
        foreach (PromptPiece piece in run)
        {
            int length = run.Length == 1 ? text.Length : Encoding.UTF8.GetByteCount(cut.TextOf(piece));
            tokenizer.AppendPlain(tokens, text[..length], cancellation);
            text = text[length..];
        }
    }

    /// <summary>Remembers a run unless its tokens are the tokenizer's, which is what it returns, and moves to the run's end.</summary>
    private bool Remember(SampledRun run, ref RunChain chain)
    {
        if (run.Text.Length == 0)
            return true;
        byte[] element = new byte[RunChain.HeaderBytes + run.Text.Length];
        run.Text.CopyTo(element.AsSpan(RunChain.HeaderBytes));
        chain = chain.ThenText(element);
        // No text comes back as bytes that are no UTF-8.
        if (!Utf8.IsValid(run.Text))
            return false;
        using PromptPartition cut = tokenizer.Cut([new TextRun(Encoding.UTF8.GetString(run.Text), trusted: false)], CancellationToken.None);
        List<int> own = [];
        Tokenize(own, cut, cut.Pieces, run.Text, CancellationToken.None);
        if (run.Tokens.SequenceEqual(CollectionsMarshal.AsSpan(own)))
        {
            _sampled.Remove(chain);
            return true;
        }

        _sampled.Set(chain, run.Tokens.ToArray(), run.Tokens.Length);
        return false;
    }
}
