namespace Hearth.Chat.Jinja;

/// <summary>Jinja2's statements, with the loop controls, <c>do</c> and <c>generation</c> that chat templates use.</summary>
internal sealed class StatementParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private readonly HashSet<string> _blocks = [];
    private int _loops;
    private int _allLoops;

    private StatementParser(TokenStream tokens) => (_tokens, _expressions) = (tokens, new ExpressionParser(tokens));

    public static IReadOnlyList<Statement> Parse(string source, string name)
    {
        StatementParser parser = new(new TokenStream(Lexer.Tokenize(source, name), name));
        List<Statement> body = parser.ParseBody();
        return parser._tokens.Current.Kind == TokenKind.End
            ? body
            : throw parser._tokens.Error($"Encountered unknown tag '{parser._tokens.Current.Value}'.");
    }

    /// <summary>Statements up to a tag with one of the names, which is left to be taken (its block begin is taken).</summary>
    private List<Statement> ParseBody(params ReadOnlySpan<string> ends)
    {
        List<Statement> body = [];
        while (true)
        {
            switch (_tokens.Current.Kind)
            {
                case TokenKind.Data:
                    body.Add(new Data(OriginString.Trusted(_tokens.Take().Value)));
                    break;
                case TokenKind.VariableBegin:
                    _tokens.Take();
                    Expression printed = _expressions.ParseTuple();
                    body.Add(new Print(printed is Slice slice ? slice with { IsPrinted = true } : printed));
                    _tokens.Expect(TokenKind.VariableEnd);
                    break;
                case TokenKind.BlockBegin:
                    _tokens.Take();
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Value))
                        return body;
                    body.Add(_tokens.Nested(ParseStatement));
                    break;
                default:
                    return ends.Length == 0 ? body : throw _tokens.Error($"Unexpected end of template. Looking for '{ends[^1]}'.");
            }
        }
    }

    private List<Statement> ParseBlock(string end)
    {
        EndTag();
        List<Statement> body = ParseBody(end);
        _tokens.Take();
        return body;
    }

    private void EndTag() => _tokens.Expect(TokenKind.BlockEnd);

    private Statement ParseStatement()
    {
        Token keyword = _tokens.Expect(TokenKind.Name);
        Statement statement = keyword.Value switch
        {
            "if" => ParseIf(),
            "for" => ParseFor(),
            "set" => ParseSet(),
            "macro" => ParseMacro(keyword.Place),
            "call" => ParseCall(keyword.Place),
            "filter" => ParseFilterBlock(keyword.Place),
            "with" => ParseWith(),
            "do" => new Do(_expressions.ParseTuple()),
            "print" => ParsePrint(),
            "generation" => new Generation(ParseOutsideLoops(() => ParseBlock("endgeneration"))),
            "block" => ParseNamedBlock(),
            "autoescape" => new AutoEscape(_expressions.Parse(), ParseBlock("endautoescape")),
            "break" or "continue" when _loops == 0 => throw _tokens.Error($"'{keyword.Value}' outside loop"),
            "break" => new LoopControl(Completion.Break),
            "continue" => new LoopControl(Completion.Continue),
            "include" or "import" or "from" or "extends" => ParseLoading(keyword),
            _ => throw _tokens.Error($"Encountered unknown tag '{keyword.Value}'."),
        };
        EndTag();
        return statement;
    }

    private If ParseIf()
    {
        List<(Expression, IReadOnlyList<Statement>)> branches = [];
        IReadOnlyList<Statement> otherwise = [];
        while (true)
        {
            Expression test = _expressions.ParseTuple(withConditional: false);
            EndTag();
            branches.Add((test, ParseBody("elif", "else", "endif")));
            string tag = _tokens.Take().Value;
            if (tag == "elif")
                continue;
            if (tag == "else")
                otherwise = ParseBlock("endif");
            return new If(branches, otherwise);
        }
    }

    private For ParseFor()
    {
        Target target = ParseTargets(() => _tokens.Current.IsName("in"), withAttributes: false);
        if (target.Names.Contains("loop"))
            throw _tokens.Error("Can't assign to special loop variable in for-loop target", "TemplateAssertionError");
        _tokens.ExpectName("in");
        Expression iterable = _expressions.ParseTuple(withConditional: false, () => _tokens.Current.IsName("recursive"));
        Expression? filter = _tokens.TryTakeName("if") ? _expressions.Parse() : null;
        bool isRecursive = _tokens.TryTakeName("recursive");
        EndTag();
        _loops++;
        _allLoops++;
        List<Statement> body = ParseBody("endfor", "else");
        _loops--;
        IReadOnlyList<Statement> otherwise = _tokens.Take().Value == "else" ? ParseBlock("endfor") : [];
        _allLoops--;
        return new For(target, iterable, filter, isRecursive, body, otherwise);
    }

    private Set ParseSet()
    {
        Place place = _tokens.Place;
        Target target = ParseTargets(() => _tokens.Current.Is("="));
        if (_tokens.TryTake("="))
            return new Set(target, _expressions.ParseTuple());
        return new Set(target, ParseCaptured(place, "endset"));
    }

    /// <summary>A block whose text goes through filters: <c>{% set x | trim %}...{% endset %}</c>.</summary>
    private Expression ParseCaptured(Place place, string end)
    {
        List<Statement> body = [];
        Expression value = _expressions.ParseFilters(new CapturedBlock(body, place));
        body.AddRange(ParseBlock(end));
        return value;
    }

    private Statement ParsePrint()
    {
        List<Statement> values = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
                _tokens.Expect(",");
            values.Add(new Print(_expressions.Parse()));
        }

        return new If([], values);
    }

    private T ParseOutsideLoops<T>(Func<T> parse)
    {
        int loops = _loops;
        _loops = 0;
        T result = parse();
        _loops = loops;
        return result;
    }

    private Block ParseNamedBlock()
    {
        string name = _tokens.Expect(TokenKind.Name).Value;
        if (!_blocks.Add(name))
            throw _tokens.Error($"block '{name}' defined twice", "TemplateAssertionError");
        bool isScoped = _tokens.TryTakeName("scoped");
        if (_tokens.TryTakeName("required"))
            throw _tokens.Error($"Required block '{name}' not found");
        isScoped |= _tokens.TryTakeName("scoped");
        List<Statement> body = ParseOutsideLoops(() => ParseBlock("endblock"));
        _tokens.TryTakeName(name);
        return new Block(body, isScoped);
    }

    /// <summary>Statements that load templates are read, and fail when they run.</summary>
    private NeedsLoader ParseLoading(Token keyword)
    {
        _expressions.Parse();
        if (keyword.Value == "import")
        {
            _tokens.ExpectName("as");
            _tokens.Expect(TokenKind.Name);
        }
        else if (keyword.Value == "from")
        {
            _tokens.ExpectName("import");
            do
            {
                _tokens.Expect(TokenKind.Name);
                if (_tokens.TryTakeName("as"))
                    _tokens.Expect(TokenKind.Name);
            }
            while (_tokens.TryTake(","));
        }
        else if (keyword.Value == "include" && _tokens.TryTakeName("ignore"))
        {
            _tokens.ExpectName("missing");
        }

        if (_tokens.TryTakeName("with") || _tokens.TryTakeName("without"))
            _tokens.ExpectName("context");
        return new NeedsLoader(keyword.Place);
    }

    private Macro ParseMacro(Place place)
    {
        string name = _tokens.Expect(TokenKind.Name).Value;
        IReadOnlyList<(string, Expression?)> parameters = ParseParameters();
        return ParseFunction(name, parameters, "endmacro", place);
    }

    /// <summary>A macro's body: loops around it are not its own, and the names it uses tell which surplus arguments it takes.</summary>
    private Macro ParseFunction(string name, IReadOnlyList<(string Name, Expression?)> parameters, string end, Place place)
    {
        if (parameters.DistinctBy(p => p.Name).Count() < parameters.Count)
            throw _tokens.Error($"macro '{name}' has two parameters of one name");
        (int loops, HashSet<string> outerNames) = (_loops, _expressions.Names);
        (_loops, _expressions.Names) = (0, []);
        List<Statement> body = ParseBlock(end);
        HashSet<string> names = _expressions.Names;
        if (names.Contains("caller") && parameters.Any(p => p is ("caller", null)))
            throw _tokens.Error("When defining macros or call blocks the special \"caller\" argument must be omitted or be given a default.");
        outerNames.UnionWith(names);
        (_loops, _expressions.Names) = (loops, outerNames);
        return new Macro(name, parameters, body, place)
        {
            TakesPositional = names.Contains("varargs"),
            TakesNamed = names.Contains("kwargs"),
            TakesCaller = names.Contains("caller"),
            IsCaller = end == "endcall",
        };
    }

    private List<(string, Expression?)> ParseParameters()
    {
        _tokens.Expect("(");
        List<(string, Expression?)> parameters = [];
        while (!_tokens.Current.Is(")"))
        {
            string name = _tokens.Expect(TokenKind.Name).Value;
            Expression? fallback = _tokens.TryTake("=") ? _expressions.Parse() : null;
            if (fallback is null && parameters is [.., (_, not null)])
                throw _tokens.Error("non-default argument follows default argument");
            parameters.Add((name, fallback));
            if (_tokens.Current.Is(")"))
                break;
            _tokens.Expect(",");
            if (_tokens.Current.Is(")"))
                throw _tokens.Error("expected a parameter after ','");
        }

        _tokens.Expect(")");
        return parameters;
    }

    private CallBlock ParseCall(Place place)
    {
        IReadOnlyList<(string, Expression?)> parameters = _tokens.Current.Is("(") ? ParseParameters() : [];
        Expression call = _expressions.Parse();
        if (call is not Call macroCall)
            throw _tokens.Error("expected call");
        return new CallBlock(ParseFunction("caller", parameters, "endcall", place), macroCall);
    }

    private Print ParseFilterBlock(Place place)
    {
        List<Statement> body = [];
        Expression value = _expressions.ParseFilters(_expressions.ParseFilter(new CapturedBlock(body, place)));
        body.AddRange(ParseBlock("endfilter"));
        return new Print(value);
    }

    private With ParseWith()
    {
        List<(Target, Expression)> bindings = [];
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (bindings.Count > 0)
                _tokens.Expect(",");
            Target target = ParseTargets(() => _tokens.Current.Is("="));
            _tokens.Expect("=");
            bindings.Add((target, _expressions.Parse()));
        }

        return new With(bindings, ParseBlock("endwith"));
    }

    private Target ParseTargets(Func<bool> isEnd, bool withAttributes = true)
    {
        Place place = _tokens.Place;
        List<Target> parts = [ParseTarget(withAttributes)];
        bool isTuple = false;
        while (_tokens.TryTake(","))
        {
            isTuple = true;
            if (isEnd() || _tokens.Current.Kind == TokenKind.BlockEnd)
                break;
            parts.Add(ParseTarget(withAttributes));
        }

        return isTuple ? new TupleTarget(parts, place) : parts[0];
    }

    private Target ParseTarget(bool withAttributes = true)
    {
        if (_tokens.TryTake("("))
        {
            Target inner = _tokens.Nested(() => ParseTargets(() => _tokens.Current.Is(")"), withAttributes));
            _tokens.Expect(")");
            return inner;
        }

        Token name = _tokens.Expect(TokenKind.Name);
        if (name.Value is "true" or "false" or "none" or "True" or "False" or "None")
            throw _tokens.Error($"can't assign to '{name.Value}'");
        if (name.Value == "loop" && _allLoops > 0)
            throw _tokens.Error("Can't assign to special loop variable in for-loop", "TemplateAssertionError");
        return withAttributes && _tokens.TryTake(".")
            ? new NamespaceTarget(name.Value, _tokens.Expect(TokenKind.Name).Value, name.Place)
            : new NameTarget(name.Value);
    }
}
