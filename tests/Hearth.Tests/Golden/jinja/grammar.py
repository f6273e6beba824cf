"""Random templates for generate.py, from a grammar and a fixed seed: what nobody would think of writing down as a case."""

import random

VARIABLES = {
    "s": "Hello, World", "t": "  a\tb \n c ", "u": "Größe🚀", "z": "", "i": 7, "j": -3, "f": 2.5, "n": None, "b": True, "l": [3, 1, 2], "e": [],
    "d": {"b": 1, "a": "x", "items": 5}, "m": [{"role": "user", "content": "Hi <b>", "n": 2}, {"role": "tool", "content": None}, {"role": "user", "content": ["x", {"k": "v"}]}],
}
NAMES = [*VARIABLES, "missing"]
TEXTS = ["''", "'a'", "'ab c'", "'a,b,c'", "'%s'", "'{}'", "'\\n'", "\"it's\"", "'é'", "'12'", "'X<y>'"]
METHODS = ["upper()", "lower()", "strip()", "lstrip('aH')", "split()", "split(',')", "split('a', 1)", "rsplit(' ', 1)", "replace('a', 'bb')", "startswith('H')", "endswith(('d', 'c'))", "find('o')", "count('l')", "title()", "join(['p', 'q'])", "splitlines()", "zfill(5)", "center(9, '*')",
           "partition(',')", "isdigit()", "format(1, x=2)", "get('a')", "get('zz', 3)", "items()", "keys()", "values()", "index(1)", "capitalize()", "removeprefix('He')", "swapcase()", "expandtabs(4)", "nothing()", "a", "role", "content"]
FILTERS = ["upper", "lower", "trim", "length", "first", "last", "list", "join(',')", "join", "default('d')", "default('d', true)", "string", "int", "float", "abs", "round", "round(1)", "sort", "reverse", "unique", "sum", "min", "max", "tojson", "tojson(indent=2)", "title", "capitalize", "replace('l', 'L')", "truncate(5)", "indent(2)", "map('string')", "map(attribute='role')", "select", "reject('none')",
           "selectattr('role', 'equalto', 'user')", "rejectattr('content')", "groupby('role')", "batch(2)", "slice(2, 0)", "dictsort", "items", "wordcount", "center(12)", "e", "safe", "format(1)", "striptags", "urlencode", "count", "attr('role')", "map('upper')", "map('length')", "select('string')", "sort(reverse=true)", "wordwrap(4)", "forceescape", "filesizeformat"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "sequence", "iterable", "true", "false", "odd", "even", "lower", "upper", "callable", "eq 7", "ne 'a'", "gt 2", "in [7, 'a']", "divisibleby 3", "sameas none"]
BINARY = ["+", "-", "*", "/", "//", "%", "~", "==", "!=", "<", "<=", ">", ">=", "and", "or", "in", "not in"]
SIGNS = ["", "", "", "-", "+"]


class Grammar:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pick = self.random.choice

    def atom(self):
        kind = self.random.randrange(10)
        if kind < 5:
            return self.pick(NAMES)
        if kind < 7:
            return self.pick(TEXTS)
        return self.pick(["0", "1", "2", "-1", "3.5", "0.0", "10", "true", "false", "none", "[]", "{}", "()", "[1, 'a', none]", "{'k': [1]}", "(1, 2)", "range(4)"])

    def expression(self, depth):
        if depth == 0:
            return self.atom()
        sub = lambda: self.expression(self.random.randrange(depth))
        kind = self.random.randrange(15)
        if kind < 3:
            return f"{sub()} {self.pick(BINARY)} {sub()}"
        if kind < 7:
            return f"{self.grouped(sub())} | {self.pick(FILTERS)}"
        if kind < 9:
            return f"{self.grouped(sub())} is {self.pick(['', 'not '])}{self.pick(TESTS)}"
        if kind < 11:
            return f"{self.grouped(sub())}.{self.pick(METHODS)}"
        if kind == 11:
            # Slices of variables only: Jinja2 takes those of constants for undefined where it computes them while it compiles.
            bounds = self.pick(["1:", ":2", "::-1", "-2:", "::2", "1:3", ""])
            return f"{self.pick(NAMES)}[{bounds}]" if bounds else f"({sub()})[{self.pick([sub(), '0', '-1', repr('a')])}]"
        if kind == 12:
            return f"{sub()} if {sub()}" + (f" else {sub()}" if self.random.random() < 0.8 else "")
        if kind == 13:
            return self.pick(["not ", "-", "+", "not "]) + self.grouped(sub())
        return self.pick([f"[{sub()}, {sub()}]", f"({sub()},)", f"{{'k': {sub()}}}", f"({sub()})", f"{sub()} < {sub()} <= {sub()}", f"{sub()} ~ {sub()}"])

    def grouped(self, text):
        return text if self.random.random() < 0.3 else f"({text})"

    def block(self, inner):
        return f"{{%{self.pick(SIGNS)} {inner} {self.pick(SIGNS)}%}}"

    def space(self):
        return self.pick(["", "", " ", "\n", " \n ", "x", "\n\n", "  y\n", "\t"])

    def body(self, depth):
        return "".join(self.space() + self.statement(depth) for _ in range(self.random.randrange(1, 3))) + self.space()

    def statement(self, depth):
        value = lambda: self.expression(self.random.randrange(3))
        kind = self.random.randrange(14) if depth else 0
        inner = depth - 1
        if kind < 4:
            return f"{{{{{self.pick(['', '', '-'])} {value()} {self.pick(['', '', '-'])}}}}}"
        if kind < 6:
            return self.block(f"if {value()}") + self.body(inner) + self.block("else") + self.body(inner) + self.block("endif")
        if kind < 8:
            target, loop = self.pick([("x", self.pick(["l", "m", "d", "s", "range(3)", "d.items()", value()])), ("k, v", self.pick(["d.items()", "d | dictsort", "[(1, 2)]", value()]))])
            extra = self.pick(["", "", f" if {value()}"])
            leave = self.pick(["", "", self.block("if loop.index == 2") + self.block(self.pick(["break", "continue"])) + self.block("endif")])
            show = "{{ loop.index }}{{ loop.last }}" + self.pick(["{{ x }}", "{{ k }}{{ v }}", "{{ loop.previtem is defined }}"])
            other = self.pick(["", self.block("else") + "none"])
            return self.block(f"for {target} in {loop}{extra}") + show + leave + self.body(inner) + other + self.block("endfor")
        if kind == 8:
            return self.block(f"set {self.pick(['x', 'l', 's', 'q'])} = {value()}")
        if kind == 9:
            return self.block(f"set {self.pick(['x', 'q'])}{self.pick(['', ' | upper', ' | trim'])}") + self.body(inner) + self.block("endset") + "{{ q }}{{ x }}"
        if kind == 10:
            name = self.pick(["p", "g"])
            return self.block(f"macro {name}(x, y={self.atom()})") + "{{ x }}{{ y }}" + self.pick(["", "{{ varargs }}", "{{ kwargs }}", "{{ caller() if caller }}"]) + self.body(inner) + self.block("endmacro") + f"{{{{ {name}({self.pick(['', '1', '1, 2', '1, 2, 3', 'y=1', 'z=1', value()])}) }}}}"
        if kind == 11:
            return self.block(f"with x = {value()}, q = {self.atom()}") + "{{ x }}" + self.body(inner) + self.block("endwith") + "{{ x }}"
        if kind == 12:
            return self.block(f"filter {self.pick(['upper', 'trim', 'indent', 'replace(1, 2)'])}") + self.body(inner) + self.block("endfilter")
        return self.pick(["{# c #}", "{#- c -#}", "{% raw %} {{ x }} {% endraw %}", "{%- raw -%} {% x {%- endraw -%}", self.block("set ns = namespace(a=1)") + self.block(f"set ns.a = {value()}") + "{{ ns.a }}"])


def templates(count):
    grammar = Grammar(20250309)
    return [f"{{{{ {grammar.expression(3)} }}}}" for _ in range(count)] + [grammar.body(3) for _ in range(count)]
