namespace Hearth.Chat.Jinja;

/// <summary>Tokens with one place, and errors that name it.</summary>
internal sealed class TokenStream(List<Token> tokens, string name)
{
    /// <summary>Deepest nesting of expressions and blocks; far above what people write, far below what the stack can hold.</summary>
    private const int NestingLimit = 100;

    private int _index;
    private int _nesting;

    public Token Current => tokens[_index];

    public Token Next => tokens[Math.Min(_index + 1, tokens.Count - 1)];

    public Place Place => Current.Place;

    public Token Take()
    {
        Token token = Current;
        if (_index < tokens.Count - 1)
            _index++;
        return token;
    }

    public bool TryTake(string op)
    {
        if (!Current.Is(op))
            return false;
        Take();
        return true;
    }

    public bool TryTakeName(string keyword)
    {
        if (!Current.IsName(keyword))
            return false;
        Take();
        return true;
    }

    public void Expect(string op)
    {
        if (!TryTake(op))
            throw Error($"expected token '{op}', got '{Describe(Current)}'");
    }

    public void ExpectName(string keyword)
    {
        if (!TryTakeName(keyword))
            throw Error($"expected token '{keyword}', got '{Describe(Current)}'");
    }

    public Token Expect(TokenKind kind) => Current.Kind == kind ? Take() : throw Error($"expected {kind}, got '{Describe(Current)}'");

    public JinjaException Error(string message, string kind = "TemplateSyntaxError") => new(kind, message, Place, name);

    /// <summary>Runs a nested production; hostile nesting ends as an error, not as a stack overflow.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_nesting > NestingLimit)
            throw Error($"expressions and blocks are nested deeper than {NestingLimit}");
        T result = parse();
        _nesting--;
        return result;
    }

    private static string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "end of template",
        TokenKind.BlockEnd => "end of statement block",
        TokenKind.VariableEnd => "end of print statement",
        _ => token.Value,
    };
}
