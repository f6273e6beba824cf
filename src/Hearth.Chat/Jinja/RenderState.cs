using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hearth.Chat.Jinja;

/// <summary>One rendering: output, scopes, limits, clock. Used by one thread.</summary>
internal sealed class RenderState(JinjaTemplate template, RenderSettings settings, Scope root)
{
    private const int StepsBetweenLooks = 1024;

    // The weights of long values. A step is some hundred nanoseconds, so work of any kind takes about as long as its steps, and what is
    // made of all steps is some 600 MB of text, or less of lists.
    private const int CharsMadePerStep = 16;
    private const int CharsReadPerStep = 256;
    private const int ItemsReadPerStep = 64;
    private const int BitsMadePerStep = 64;
    private const int LimbProductsPerStep = 32;
    private const int ScopesPerStep = 8;

    private long _steps;
    private long _reported;
    private int _units;
    private readonly LiveMemory _memory = new(settings.Limits.MemoryBytes);
    private int _callDepth;
    private int _outerChars;
    private Completion _completion;

    public JinjaLimits Limits => settings.Limits;

    public DateTimeOffset Now => settings.Now;

    public string TemplateName => template.Name;

    public OriginBuilder Output { get; set; } = new(settings.Limits.OutputChars);

    public Scope Scope { get; set; } = root;

    /// <summary>Where the template's own names are, outside of loops and macros.</summary>
    public Scope Root { get; } = root;

    /// <summary>Counts the work, so that endless templates end.</summary>
    public void Step(long work = 1)
    {
        long before = _steps;
        _steps += work;
        if (_steps > Limits.Steps)
            throw JinjaException.Limit($"the template needs more than {Limits.Steps} steps");
        if (before / StepsBetweenLooks == _steps / StepsBetweenLooks)
            return;
        settings.Cancellation.ThrowIfCancellationRequested();
        settings.Together?.Take(_steps - _reported);
        _reported = _steps;
    }

    /// <summary>Counts a character or an item that is looked at on its own, where many are: some of them are a step.</summary>
    public void Unit()
    {
        if (++_units % CharsMadePerStep == 0)
            Step();
    }

    /// <summary>Called wherever a template, or a value it builds, decides how deep the stack grows.</summary>
    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw JinjaException.Limit("the template is nested deeper than the stack allows");
    }

    /// <summary>Counts a new value by its size, because it takes memory; gives it back.</summary>
    public object? Made(object? value)
    {
        _memory.Add(value);
        Step(value switch
        {
            OriginString text => text.Length / CharsMadePerStep,
            JinjaList list => list.Items.Count,
            JinjaDict dict => dict.Count,
            JinjaNamespace space => space.Attributes.Count,
            BigInteger number => number.GetBitLength() / BitsMadePerStep,
            _ => 0,
        });
        return value;
    }

    /// <summary>Counts what an operation may have to look through.</summary>
    public void Read(object? value) => Step(value switch
    {
        OriginString text => text.Length / CharsReadPerStep,
        JinjaList list => list.Items.Count / ItemsReadPerStep,
        JinjaDict dict => dict.Count / ItemsReadPerStep,
        _ => 0,
    });

    /// <summary>Counts characters that are looked through at the speed of memory.</summary>
    public void ReadChars(int count)
    {
        if (count >= CharsReadPerStep)
            Step(count / CharsReadPerStep);
    }

    /// <summary>Counts characters that are each looked at by code of ours, before they are.</summary>
    public void ReadSlowly(OriginString text) => Step(text.Length / CharsMadePerStep);

    /// <summary>Counts an operation on integers whose work grows with the product of their lengths; small ones are free.</summary>
    public void Multiply(object? left, object? right)
    {
        if (left is BigInteger || right is BigInteger)
            Step(1 + (Limbs(left) * Limbs(right) / LimbProductsPerStep));
    }

    private static long Limbs(object? value) => value is BigInteger number ? (number.GetBitLength() / BitsMadePerStep) + 1 : 1;

    /// <summary>The value of a name; what is looked up through many scopes counts.</summary>
    public object? Lookup(string name)
    {
        object? value = Scope.Get(name, out int scopes);
        if (scopes >= ScopesPerStep)
            Step(scopes / ScopesPerStep);
        return value;
    }

    /// <summary>Entered for every nested evaluation that a template can make deeper and deeper.</summary>
    public void EnterCall()
    {
        if (++_callDepth > Limits.CallDepth)
            throw JinjaException.Limit($"calls are nested deeper than {Limits.CallDepth}");
        EnsureStack();
    }

    public void LeaveCall() => _callDepth--;

    /// <summary>Checks the size of something a template makes out of nothing.</summary>
    public void CheckMade(long items)
    {
        if (items > Limits.MadeItems)
            throw JinjaException.Limit($"{items} items are more than the limit of {Limits.MadeItems}");
    }

    /// <summary>Counts a search that may run to the end of the text from every <paramref name="start"/> in it.</summary>
    public void ReadFromEach(char start, OriginString text) =>
        Step((long)text.Text.AsSpan().Count(start) * text.Length / CharsReadPerStep);

    /// <summary>How the last captured block was left: by <c>break</c> or <c>continue</c>, it is its loop that is left.</summary>
    public Completion TakeCompletion()
    {
        Completion completion = _completion;
        _completion = Completion.Normal;
        return completion;
    }

    /// <summary>Runs <paramref name="body"/> in a scope inside <paramref name="parent"/> and gives what it wrote.</summary>
    public OriginString Capture(Scope parent, Action<Scope> prepare, IReadOnlyList<Statement> body, bool isPartOfLoop = false)
    {
        Scope outerScope = Scope;
        Scope = new Scope(parent);
        try
        {
            return Capture(() =>
            {
                prepare(Scope);
                Completion completion = Statement.RunAll(body, this);
                if (isPartOfLoop)
                    _completion = completion;
            });
        }
        finally
        {
            Scope = outerScope;
        }
    }

    /// <summary>What <paramref name="write"/> writes, instead of writing it; all that is being written at a time shares one limit.</summary>
    public OriginString Capture(Action write)
    {
        OriginBuilder outer = Output;
        _outerChars += outer.Length;
        Output = new OriginBuilder(Math.Max(0, Limits.OutputChars - _outerChars));
        try
        {
            write();
            OriginString text = Output.ToOriginString();
            Made(text);
            return text;
        }
        finally
        {
            _outerChars -= outer.Length;
            Output = outer;
        }
    }
}

/// <summary>Names and values; a name is looked up outwards and set in place.</summary>
internal sealed class Scope(Scope? parent)
{
    private readonly Scope? _parent = parent;
    private Dictionary<string, object?>? _values;

    public void Set(string name, object? value) => (_values ??= [])[name] = value;

    public object? Get(string name, out int scopes)
    {
        scopes = 0;
        for (Scope? scope = this; scope is not null; scope = scope._parent)
        {
            scopes++;
            if (scope._values?.TryGetValue(name, out object? value) == true)
                return value;
        }

        return Globals.Find(name) ?? (object)Undefined.Name(name);
    }
}
