using System.Globalization;
using System.Text;

namespace Hearth.Chat.Jinja;

/// <summary>Jinja2's expression grammar, production by production (jinja2/parser.py), with its precedences.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>Every name that was read since this was last set.</summary>
    public HashSet<string> Names { get; set; } = [];

    public Expression Parse() => tokens.Nested(ParseConditional);

    /// <summary>An expression, or a tuple where commas follow.</summary>
    public Expression ParseTuple(bool withConditional = true, Func<bool>? isEnd = null, bool isParenthesised = false)
    {
        Place place = tokens.Place;
        List<Expression> items = [];
        bool isTuple = false;
        while (!IsTupleEnd(isEnd))
        {
            items.Add(withConditional ? Parse() : tokens.Nested(ParseOr));
            if (!tokens.TryTake(","))
                break;
            isTuple = true;
        }

        if (!isTuple && items.Count == 1)
            return items[0];
        if (!isTuple && !isParenthesised)
            throw tokens.Error($"Expected an expression, got '{tokens.Current.Value}'");
        return new ListLiteral(items, IsTuple: true, place);
    }

    public CallArguments ParseCallArguments()
    {
        tokens.Expect("(");
        List<Expression> positional = [];
        List<(string Name, Expression)> named = [];
        Expression? spread = null;
        Expression? namedSpread = null;
        while (!tokens.Current.Is(")"))
        {
            bool isAllowed = namedSpread is null;
            if (tokens.TryTake("*"))
            {
                isAllowed &= spread is null;
                spread = Parse();
            }
            else if (tokens.TryTake("**"))
            {
                namedSpread = Parse();
            }
            else if (tokens.Current.Kind == TokenKind.Name && tokens.Next.Is("="))
            {
                named.Add(ParseNamedArgument());
                isAllowed &= named.DistinctBy(n => n.Name).Count() == named.Count;
            }
            else
            {
                isAllowed &= named.Count == 0 && spread is null;
                positional.Add(Parse());
            }

            if (!isAllowed)
                throw tokens.Error("invalid syntax for function call expression");
            if (!tokens.TryTake(","))
                break;
        }

        tokens.Expect(")");
        return positional.Count + named.Count == 0 && spread is null && namedSpread is null
            ? CallArguments.None
            : new CallArguments(positional, named, spread, namedSpread);
    }

    /// <summary>The filters after a target without one: <c>|a|b(c)</c>.</summary>
    public Expression ParseFilters(Expression target)
    {
        while (tokens.TryTake("|"))
            target = ParseFilter(target);
        return target;
    }

    public Expression ParseFilter(Expression target)
    {
        Place place = tokens.Place;
        string name = ParseDottedName();
        return new FilterCall(target, name, tokens.Current.Is("(") ? ParseCallArguments() : CallArguments.None, place);
    }

    private (string Name, Expression Value) ParseNamedArgument()
    {
        string name = tokens.Take().Value;
        tokens.Take();
        return (name, Parse());
    }

    private bool IsTupleEnd(Func<bool>? isEnd) =>
        tokens.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd || tokens.Current.Is(")") || isEnd?.Invoke() == true;

    private Expression ParseConditional()
    {
        Expression value = ParseOr();
        while (tokens.Current.IsName("if"))
        {
            Place place = tokens.Take().Place;
            Expression test = ParseOr();
            Expression? otherwise = tokens.TryTakeName("else") ? tokens.Nested(ParseConditional) : null;
            value = new Conditional(test, value, otherwise, place);
        }

        return value;
    }

    private Expression ParseOr()
    {
        Expression left = ParseAnd();
        while (tokens.Current.IsName("or"))
            left = new Logical(IsAnd: false, left, ParseAfter(ParseAnd, out Place place), place);
        return left;
    }

    private Expression ParseAnd()
    {
        Expression left = ParseNot();
        while (tokens.Current.IsName("and"))
            left = new Logical(IsAnd: true, left, ParseAfter(ParseNot, out Place place), place);
        return left;
    }

    private Expression ParseAfter(Func<Expression> parse, out Place place)
    {
        place = tokens.Take().Place;
        return parse();
    }

    private Expression ParseNot()
    {
        if (!tokens.Current.IsName("not"))
            return ParseComparison();
        Place place = tokens.Take().Place;
        return new Not(tokens.Nested(ParseNot), place);
    }

    private Expression ParseComparison()
    {
        Place place = tokens.Place;
        Expression first = ParseSum();
        List<(string, Expression)> rest = [];
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Value))
                rest.Add((tokens.Take().Value, ParseSum()));
            else if (tokens.TryTakeName("in"))
                rest.Add(("in", ParseSum()));
            else if (tokens.Current.IsName("not") && tokens.Next.IsName("in"))
                rest.Add((TakeNotIn(), ParseSum()));
            else
                return rest.Count == 0 ? first : new Comparison(first, rest, place);
        }
    }

    private string TakeNotIn()
    {
        tokens.Take();
        tokens.Take();
        return "not in";
    }

    private Expression ParseSum() => ParseBinary(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        Place place = tokens.Place;
        List<Expression> parts = [ParseProduct()];
        while (tokens.TryTake("~"))
            parts.Add(ParseProduct());
        return parts.Count == 1 ? parts[0] : new Concatenation(parts, place);
    }

    private Expression ParseProduct() => ParseBinary(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseBinary(() => ParseUnary(withFilters: true), "**");

    private Expression ParseBinary(Func<Expression> operand, params ReadOnlySpan<string> operators)
    {
        Expression left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && operators.Contains(tokens.Current.Value))
        {
            Token op = tokens.Take();
            left = new Binary(op.Value, left, operand(), op.Place);
        }

        return left;
    }

    private Expression ParseUnary(bool withFilters)
    {
        Token token = tokens.Current;
        Expression node;
        if (token.Is("-") || token.Is("+"))
        {
            tokens.Take();
            node = new Sign(token.Is("-"), tokens.Nested(() => ParseUnary(withFilters: false)), token.Place);
        }
        else
        {
            node = ParsePrimary();
        }

        node = ParsePostfix(node);
        return withFilters ? ParseFiltersAndTests(node) : node;
    }

    private Expression ParseFiltersAndTests(Expression node)
    {
        while (true)
        {
            if (tokens.TryTake("|"))
                node = ParseFilter(node);
            else if (tokens.Current.IsName("is"))
                node = ParseTest(node);
            else if (tokens.Current.Is("("))
                node = new Call(node, ParseCallArguments(), node.Place);
            else
                return node;
        }
    }

    private Expression ParseTest(Expression target)
    {
        Place place = tokens.Take().Place;
        bool negated = tokens.TryTakeName("not");
        string name = ParseDottedName();
        CallArguments arguments = CallArguments.None;
        if (tokens.Current.Is("("))
        {
            arguments = ParseCallArguments();
        }
        else if (StartsTestArgument())
        {
            if (tokens.Current.IsName("is"))
                throw tokens.Error("You cannot chain multiple tests with is");
            arguments = new CallArguments([ParsePostfix(ParsePrimary())], [], null, null);
        }

        Expression test = new TestCall(target, name, arguments, place);
        return negated ? new Not(test, place) : test;
    }

    private bool StartsTestArgument()
    {
        Token token = tokens.Current;
        return token.Kind switch
        {
            TokenKind.Name => token.Value is not ("else" or "or" or "and"),
            TokenKind.Text or TokenKind.Integer or TokenKind.Float => true,
            _ => token.Is("[") || token.Is("{"),
        };
    }

    private string ParseDottedName()
    {
        string name = tokens.Expect(TokenKind.Name).Value;
        while (tokens.TryTake("."))
            name += "." + tokens.Expect(TokenKind.Name).Value;
        return name;
    }

    private Expression ParsePostfix(Expression node)
    {
        while (true)
        {
            if (tokens.Current.Is("."))
                node = ParseDot(node);
            else if (tokens.Current.Is("["))
                node = ParseSubscript(node);
            else if (tokens.Current.Is("("))
                node = new Call(node, ParseCallArguments(), node.Place);
            else
                return node;
        }
    }

    private Expression ParseDot(Expression node)
    {
        Place place = tokens.Take().Place;
        return tokens.Current.Kind switch
        {
            TokenKind.Name => new Attribute(node, tokens.Take().Value, place),
            TokenKind.Integer => new Item(node, ParsePrimary(), place),
            _ => throw tokens.Error("expected name or number"),
        };
    }

    private Expression ParseSubscript(Expression node)
    {
        Place place = tokens.Take().Place;
        if (tokens.TryTake("]"))
            return new Item(node, new ListLiteral([], IsTuple: true, place), place);
        Expression? from = tokens.Current.Is(":") ? null : Parse();
        if (from is not null && !tokens.Current.Is(":"))
        {
            List<Expression> keys = [from];
            while (tokens.TryTake(","))
                keys.Add(Parse());
            tokens.Expect("]");
            return new Item(node, keys.Count == 1 ? from : new ListLiteral(keys, IsTuple: true, place), place);
        }

        tokens.Expect(":");
        Expression? to = tokens.Current.Is(":") || tokens.Current.Is("]") ? null : Parse();
        Expression? by = tokens.TryTake(":") && !tokens.Current.Is("]") ? Parse() : null;
        tokens.Expect("]");
        return new Slice(node, from, to, by, place);
    }

    private Expression ParsePrimary()
    {
        Token token = tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                return ParseName();
            case TokenKind.Text:
                return ParseText();
            case TokenKind.Integer:
                tokens.Take();
                return new Literal(JsonText.ReadInteger(token.Value), token.Place);
            case TokenKind.Float:
                tokens.Take();
                return new Literal(double.Parse(token.Value, CultureInfo.InvariantCulture), token.Place);
            case TokenKind.Operator when token.Value is "(" or "[" or "{":
                return tokens.Nested(ParseBracketed);
            default:
                throw tokens.Error(
                    token.Kind == TokenKind.Operator ? $"unexpected '{token.Value}'" : "Expected an expression, got the end of the tag");
        }
    }

    private Expression ParseName()
    {
        Token token = tokens.Take();
        Names.Add(token.Value);
        return token.Value switch
        {
            "true" or "True" => new Literal(true, token.Place),
            "false" or "False" => new Literal(false, token.Place),
            "none" or "None" => new Literal(null, token.Place),
            _ => new Name(token.Value, token.Place),
        };
    }

    private Expression ParseText()
    {
        Place place = tokens.Place;
        StringBuilder text = new();
        while (tokens.Current.Kind == TokenKind.Text)
            text.Append(tokens.Take().Value);
        return new Literal(OriginString.Trusted(text.ToString()), place);
    }

    private Expression ParseBracketed()
    {
        Token open = tokens.Take();
        switch (open.Value)
        {
            case "(":
                Expression inner = ParseTuple(isParenthesised: true);
                tokens.Expect(")");
                return inner;
            case "[":
                List<Expression> items = ParseItems("]", Parse);
                return new ListLiteral(items, IsTuple: false, open.Place);
            default:
                return new DictLiteral(ParseItems("}", ParseEntry), open.Place);
        }
    }

    private (Expression, Expression) ParseEntry()
    {
        Expression key = Parse();
        tokens.Expect(":");
        return (key, Parse());
    }

    private List<T> ParseItems<T>(string end, Func<T> parse)
    {
        List<T> items = [];
        while (!tokens.Current.Is(end))
        {
            items.Add(parse());
            if (!tokens.TryTake(","))
                break;
        }

        tokens.Expect(end);
        return items;
    }
}
