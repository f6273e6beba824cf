using System.Collections.Frozen;
using System.Numerics;

namespace Hearth.Chat.Jinja;

/// <summary>A test: the value before <c>is</c>, and the arguments after the name.</summary>
internal delegate bool TestFunction(object? value, Arguments arguments, RenderState state);

/// <summary>Every test by name.</summary>
internal static class Tests
{
    private static readonly FrozenDictionary<string, TestFunction> All = new Dictionary<string, TestFunction>
    {
        ["defined"] = (v, _, _) => v is not Undefined,
        ["undefined"] = (v, _, _) => v is Undefined,
        ["none"] = (v, _, _) => v is null,
        ["true"] = (v, _, _) => v is true,
        ["false"] = (v, _, _) => v is false,
        ["boolean"] = (v, _, _) => v is bool,
        ["integer"] = (v, _, _) => v is long or BigInteger,
        ["float"] = (v, _, _) => v is double,
        ["number"] = (v, _, _) => Operators.IsNumber(v),
        ["string"] = (v, _, _) => v is OriginString,
        ["mapping"] = (v, _, _) => v is JinjaDict,
        ["sequence"] = (v, _, _) => v is OriginString or JinjaList { IsIndexable: true } or JinjaDict or Undefined,
        ["iterable"] = (v, _, _) => IsIterable(v),
        ["callable"] = (v, _, _) => v is JinjaFunction or LoopState or Undefined,
        ["odd"] = (v, _, s) => Operators.AreEqual(Operators.Binary("%", v, 2L, s), 1L, s),
        ["even"] = (v, _, s) => Operators.AreEqual(Operators.Binary("%", v, 2L, s), 0L, s),
        ["divisibleby"] = (v, a, s) => Operators.AreEqual(Operators.Binary("%", v, a.Require(0, "num", "divisibleby"), s), 0L, s),
        ["lower"] = (v, _, s) => CaseMapping.IsAll(Python.ToText(v, s), upper: false, s),
        ["upper"] = (v, _, s) => CaseMapping.IsAll(Python.ToText(v, s), upper: true, s),
        ["sameas"] = (v, a, _) => AreSame(v, a.Require(0, "other", "sameas")),
        ["in"] = (v, a, s) => Operators.Contains(a.Require(0, "seq", "in"), v, s),
        ["filter"] = (v, _, s) => Filters.Find(Python.ToText(v, s).Text) is not null,
        ["test"] = (v, _, s) => Find(Python.ToText(v, s).Text) is not null,
        ["escaped"] = (v, _, _) => v is OriginString { IsMarkup: true },
    }.Concat(Comparisons()).ToFrozenDictionary();

    public static TestFunction? Find(string name) => All.GetValueOrDefault(name);

    public static bool IsIterable(object? value) => value is OriginString or JinjaList or JinjaDict or JinjaGenerator or LoopState or Undefined;

    private static IEnumerable<KeyValuePair<string, TestFunction>> Comparisons()
    {
        (string Op, string[] Names)[] comparisons =
        [
            ("==", ["eq", "equalto", "=="]), ("!=", ["ne", "!="]), ("<", ["lt", "lessthan", "<"]), ("<=", ["le", "<="]),
            (">", ["gt", "greaterthan", ">"]), (">=", ["ge", ">="]),
        ];
        return
            from comparison in comparisons
            from name in comparison.Names
            select KeyValuePair.Create(name, (TestFunction)((v, a, s) => Operators.Compare(comparison.Op, v, a.Require(0, "other", name), s)));
    }

    private static bool AreSame(object? left, object? right) =>
        ReferenceEquals(left, right) || (left is OriginString t && right is OriginString u && t.Equals(u)) || (left is bool a && right is bool b && a == b) || (left is long x && right is long y && x == y);
}
