using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Hearth.Engine;

/// <summary>
/// Turns prompts into tokens and lets a history that comes back as text be the tokens that were sampled. A model often writes a text in
/// other tokens than the tokenizer would; tokenised again, the history would part from what the cache holds in the middle of the model's
/// own answer. So the runs of an answer whose tokens are not the tokenizer's are remembered by everything that stands before and in them.
/// All other runs are the tokenizer's, which is asked only for those it was not asked for lately. Thread-safe.
/// </summary>
/// <param name="tokenizer">The model's tokenizer.</param>
public sealed class SampledRuns(Tokenizer tokenizer)
{
    /// <summary>A megabyte of token ids: some hundred long answers, of which most runs are the tokenizer's own and not kept.</summary>
    public const int MostTokens = 256 * 1024;

    private const int UsualCharsPerToken = 2;

    private readonly RunMemo<RunChain> _sampled = new(MostTokens);
    private readonly RunTexts _texts = new();

    /// <summary>Sampled tokens that are remembered.</summary>
    public int RememberedTokens => _sampled.Cost;

    /// <summary>As <see cref="Tokenizer.Encode"/> does, but for runs of text that were sampled, which are the sampled tokens.</summary>
    public EncodedPrompt Encode(IReadOnlyList<TextRun> runs)
    {
        using PromptPartition cut = tokenizer.Cut(runs);
        ReadOnlySpan<PromptPiece> pieces = cut.Pieces;
        List<int> tokens = new(cut.Length / UsualCharsPerToken);
        EncodedPrompt tail = EncodedPrompt.Empty;
        RunChain chain = RunChain.Start;
        for (int i = 0; i < pieces.Length;)
        {
            if (pieces[i].IsSpecial)
            {
                chain = chain.ThenSpecial(pieces[i].SpecialToken);
                tokens.Add(pieces[i++].SpecialToken);
                continue;
            }

            int end = i + 1;
            while (end < pieces.Length && !pieces[end].IsSpecial)
                end++;
            tail = Append(tokens, cut, pieces[i..end], ref chain, keepsTail: end == pieces.Length);
            i = end;
        }

        if (pieces is not [.., { IsSpecial: false }])
            tail = new EncodedPrompt([], chain, [], []);
        tokenizer.AddBeginning(tokens);
        return new EncodedPrompt([.. tokens], tail.BeforeTail, tail.TailText, tail.Tail);
    }

    /// <summary>Remembers an answer. What an answer does not show, or shows only in part, is not remembered.</summary>
    /// <param name="prompt">The prompt that it continues.</param>
    /// <param name="sampled">Its tokens, special ones included.</param>
    /// <param name="stop">The text that ended it and that it does not show, or null.</param>
    public void Record(EncodedPrompt prompt, IReadOnlyList<int> sampled, string? stop = null)
    {
        SampledRun run = new(prompt.TailText, prompt.Tail);
        RunChain chain = prompt.BeforeTail;
        foreach (int token in sampled)
        {
            if (tokenizer.IsSpecial(token))
            {
                chain = Remember(run, chain).ThenSpecial(token);
                run = new SampledRun([], []);
            }
            else
            {
                run.Add(token, tokenizer);
            }
        }

        if (stop is null || run.CutBefore(Encoding.UTF8.GetBytes(stop)))
            Remember(run, chain);
    }

    private EncodedPrompt Append(
        List<int> tokens, PromptPartition cut, ReadOnlySpan<PromptPiece> run, ref RunChain chain, bool keepsTail)
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
                AppendOwn(tokens, cut, run, text);
            return keepsTail
                ? new EncodedPrompt([], before, text.ToArray(), CollectionsMarshal.AsSpan(tokens)[start..].ToArray())
                : EncodedPrompt.Empty;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(element);
        }
    }

    private void AppendOwn(List<int> tokens, PromptPartition cut, ReadOnlySpan<PromptPiece> run, ReadOnlyMemory<byte> text)
    {
        if (_texts.Find(text) is { } known)
        {
            tokens.AddRange(known);
            return;
        }

        int start = tokens.Count;
        Tokenize(tokens, cut, run, text.Span);
        _texts.Set(text.Span, CollectionsMarshal.AsSpan(tokens)[start..]);
    }

    private void Tokenize(List<int> tokens, PromptPartition cut, ReadOnlySpan<PromptPiece> run, ReadOnlySpan<byte> text)
    {
        foreach (PromptPiece piece in run)
        {
            int length = run.Length == 1 ? text.Length : Encoding.UTF8.GetByteCount(cut.TextOf(piece));
            tokenizer.AppendPlain(tokens, text[..length]);
            text = text[length..];
        }
    }

    /// <summary>Remembers a run whose tokens are not the tokenizer's, and says what was said up to its end.</summary>
    private RunChain Remember(SampledRun run, RunChain chain)
    {
        if (run.Text.Length == 0)
            return chain;
        byte[] element = new byte[RunChain.HeaderBytes + run.Text.Length];
        run.Text.CopyTo(element.AsSpan(RunChain.HeaderBytes));
        RunChain end = chain.ThenText(element);
        // No text comes back as bytes that are no UTF-8.
        if (!Utf8.IsValid(run.Text))
            return end;
        using PromptPartition cut = tokenizer.Cut([new TextRun(Encoding.UTF8.GetString(run.Text), trusted: false)]);
        List<int> own = [];
        Tokenize(own, cut, cut.Pieces, run.Text);
        if (run.Tokens.SequenceEqual(CollectionsMarshal.AsSpan(own)))
            _sampled.Remove(end);
        else
            _sampled.Set(end, run.Tokens.ToArray(), run.Tokens.Length);
        return end;
    }
}
