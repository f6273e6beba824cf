"""Writes cases.json and random.json beside this file: small templates, their variables, and what Jinja2 makes of them.

The environment is the one in which transformers renders chat templates (utils/chat_template_utils.py). Run it with Python 3 and
jinja2 3.1.6 after changing a case; the replaying test needs neither.
"""

import copy
import datetime
import json
import pathlib

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

import grammar
import parity

NOW = datetime.datetime(2025, 3, 9, 7, 5, 4)

MESSAGES = {"messages": [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": " Hi there \n"},
    {"role": "assistant", "content": "Hello", "tool_calls": [{"function": {"name": "f", "arguments": {"x": 1}}}]},
    {"role": "user", "content": "Bye"},
]}
PEOPLE = {"people": [
    {"name": "Bo", "age": 31, "job": {"title": "smith"}},
    {"name": "al", "age": 7, "job": {"title": "pupil"}},
    {"name": "Cy", "age": 31},
]}
TREE = {"tree": [{"n": "a", "kids": [{"n": "b", "kids": [{"n": "c", "kids": []}]}, {"n": "d", "kids": []}]}, {"n": "e", "kids": []}]}
ROCKET = {"s": "a🚀b€c", "u": "Größe É"}

UNDEFINED = [
    "[{{ missing }}]", "{{ missing.attribute }}", "{{ missing['key'] }}", "{{ missing() }}", "{{ missing + 1 }}", "{{ 1 ~ missing ~ 2 }}",
    "{{ missing is defined }} {{ missing is undefined }} {{ missing is none }}", ("{{ a.b is defined }} {{ a.c is defined }}", {"a": {"b": None}}),
    ("{{ a.c.d is defined }}", {"a": {}}), ("{{ a.c.d }}", {"a": {}}), "{{ missing | default('x') }} {{ '' | default('x') }} {{ '' | default('x', true) }}",
    ("{{ a.b | default('x') }}", {"a": {}}), ("{{ a.b.c | default('x') }}", {"a": {}}), "{{ none | default('x') }} {{ false | d('x', boolean=true) }}",
    "{% if missing %}a{% else %}b{% endif %}", "{% for x in missing %}{{ x }}{% else %}none{% endfor %}", "{{ missing == missing2 }} {{ missing == none }}",
    "{{ missing | length }}", "{{ missing | upper }}|{{ missing | join(',') }}|{{ missing | list }}", "{{ missing < 1 }}", "{{ missing in [1] }}",
    "{{ 1 in missing }}", "{{ missing | int }} {{ missing | float }}", "{{ missing | tojson }}", ("{{ x.y }}", {"x": None}), ("{{ x[5] is defined }}[{{ x[5] }}]", {"x": [1]}),
    ("{{ x.nothing }}", {"x": "text"}), ("{{ x.nothing.more }}", {"x": "text"}), ("{{ x[9].more }}", {"x": [1]}), "{{ ('yes' if false) is defined }}[{{ 'yes' if false }}]",
    "{{ [missing] }}", "{{ {'a': missing} }}", "{{ -missing }}", "{{ not missing }}", "{{ missing or 'fallback' }}", "{{ missing is string }} {{ missing is iterable }} {{ missing is mapping }}",
    "{{ '' if missing is none else 'x' }}", "{{ missing[1:] }}", "{{ missing | first }}", "{{ missing | trim }}|{{ missing | replace('a', 'b') }}|",
]
WHITESPACE = [
    "a\n{% if true %}\nb\n{% endif %}\nc\n", "a\n  {% if true %}\n  b\n  {% endif %}\nc", "a  {%- if true -%}  b  {%- endif -%}  c", "a  {{- 'b' -}}  c", "a\n\n{{- 'b' -}}\n\nc",
    "a\n  {%+ if true %}\n b{% endif %}", "a {% if true +%}\nb{% endif %}", "  {# comment #}\nx\n  {#- comment -#}\n y", "{# a #}{# b #}\n\nx", "x {{ 1 }}\n{{ 2 }}\n\n", "x\n\n", "\n\nx", "\n", "",
    "  {% set a = 1 %}  \n  {{ a }}", "\t{% set a = 1 %}\nx", "a {% set a = 1 %}\nx", "{% raw %}{{ x }} {% if %}{% endraw %}!", "a\n  {% raw %}\n  b\n  {% endraw %}\nc", "a {%- raw -%} b {%- endraw -%} c",
    "{% for i in [1, 2] %}\n{{ i }}\n{% endfor %}\nend", "{% for i in [1, 2] -%}\n  {{ i }},\n{%- endfor %}\nend", "{%- for i in [1, 2] %}{{ i }}{% endfor -%}\n\n", "a\r\nb\r\n{% if true %}\r\nc\r\n{% endif %}", "{{ 'a\\nb' }}\n{{- '\n' }}x",
    "{{ '{{' }} {{ '%}' }} { { } }", "{% if true %}  \n  x{% endif %}", "a{% if true %}\n\nb{% endif %}\n\nc", "{% if true -%}\u00a0 x{% endif %}", "{{ 1 -}}\n\n {{- 2 }}", "a{#- c -#}\n b", "a {#+ c +#}\n b",
    "{{\n'x'\n}}\n{%\nset\ny\n=\n1\n%}\n{{ y }}", "  {% if true %}a{% endif %}  {% if true %}b{% endif %}", "{%- set x = 1 %}\n\n{{ x }}", "x  \n  {%- if true %} y {% endif %}",
]
OPERATORS = [
    "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 2 ** 3 ** 2 }} {{ -2 ** 2 }} {{ 10 - 3 - 2 }}", "{{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ 7.5 // 2 }} {{ -7.5 % 2 }}",
    "{{ 1 / 2 }} {{ 4 / 2 }} {{ 2 ** 10 }} {{ 2 ** -1 }} {{ 2 ** 0.5 }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 1.5 % 0 }}", "{{ 1.5 // 0 }}", "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 >= 2 != 1 }}",
    "{{ 1 == 1.0 }} {{ true == 1 }} {{ '1' == 1 }} {{ [1, 2] == [1, 2] }} {{ (1,) == [1] }} {{ {'a': 1} == {'a': 1.0} }}", "{{ 1 < 'a' }}", "{{ 'a' < 'b' }} {{ 'B' < 'a' }} {{ [1, 2] < [1, 3] }} {{ [1] < [1, 0] }}",
    "{{ none < 1 }}", "{{ 1 ~ 2 ~ '3' ~ none ~ true ~ [1] }}", "{{ 1 + 2 ~ 3 + 4 }}", "{{ 2 * 3 ~ 4 }}", "{{ 'a' + 'b' * 3 }} {{ [0] * 3 }} {{ 3 * 'x' }} {{ 'x' * -1 }}", "{{ 'a' + 1 }}", "{{ 1 + 'a' }}", "{{ [1] + [2, 3] }} {{ (1,) + (2,) }}", "{{ [1] + (2,) }}", "{{ {} + {} }}",
    "{{ 'a' in 'cat' }} {{ 'x' not in 'cat' }} {{ 1 in [1, 2] }} {{ 'a' in {'a': 1} }} {{ 2 in (1, 2) }}", "{{ 1 in 'a1' }}", "{{ 1 in 5 }}", "{{ not 1 == 2 }} {{ not true and false }} {{ true or missing.x }}", "{{ 0 or 'a' }} {{ 1 and 'b' }} {{ '' and missing.x }}|",
    "{{ 'a' if 1 else 'b' if 0 else 'c' }} {{ 'a' if 0 else 'b' if 0 else 'c' }}", "{{ ('a' if true) ~ 'b' }}", "{{ 1 if 2 if 0 else 3 else 4 }}", "{{ -1 | abs }} {{ (-1) | abs }} {{ 2 - -1 }} {{ +3 }} {{ - -3 }}", "{{ 'a' ~ 'b' | upper }} {{ ('a' ~ 'b') | upper }}", "{{ not 'a' is string }} {{ 1 is number and 2 is even }}", "{{ 4 is divisibleby 2 }} {{ 5 is divisibleby(2) }}",
    "{{ 1 is not string }} {{ 1 is eq 1 }} {{ 2 is gt 1 }} {{ 2 is in [1, 2] }} {{ 3 is not in [1] }}", "{{ true + true }} {{ -true }} {{ true * 'ab' }}", "{{ 1_000 }} {{ 1e3 }} {{ 1.5e-3 }} {{ 0x1F }} {{ 0b101 }} {{ 0o17 }}", "{{ (1, 2) }} {{ (1,) }} {{ () }} {{ 1, 2 }} {{ [] }} {{ {} }}", "{{ [1, 'a', none, true, 1.5, [2], (3,), {'k': 'v'}] }}", "{{ 9223372036854775807 + 1 }} {{ 2 ** 100 }} {{ -9223372036854775808 - 1 }} {{ 10 ** 20 // 3 }} {{ 10 ** 20 % 7 }}",
    "{{ 123456789012345678901234567890 }} {{ 123456789012345678901234567890 == 123456789012345678901234567890.0 }} {{ 2 ** 64 > 2 ** 63 }} {{ 2 ** 64 - 2 ** 64 + 1 }}", ("{{ n }} {{ n | tojson }} {{ n + 1 }} {{ n is integer }} {{ n is number }} {{ '%d' % n }} {{ n // 10 }}", {"n": 18446744073709551615}), "{{ 2 ** 70 | string | length }} {{ (2 ** 70) | abs }} {{ (0 - 2 ** 70) | abs }} {{ '99999999999999999999' | int }} {{ 1e20 | int }} {{ -2**70 }} {{ (2**70) / 2 }}",
    "{{ 2 ** 53 + 1 == 2 ** 53 + 1.0 }} {{ 9007199254740993 == 9007199254740992.0 }} {{ 9007199254740993 > 9007199254740992.0 }}", "{{ 1e308 * 10 }} {{ -1e308 * 10 }} {{ 1e308 * 10 - 1e308 * 10 }}", "{{ 'inf' | float == 'inf' | float }} {{ ('nan' | float) == ('nan' | float) }}", "{{ [1, 2, 3][0] }} {{ [1, 2, 3][-1] }} {{ 'abc'[1] }} {{ {'a': {'b': 5}}.a.b }} {{ {'a': 1}['a'] }} {{ [[1, 2], 3].0.1 }}", "{{ {1: 'a', 1.0: 'b', true: 'c'} }} {{ {1: 'a'}[true] }} {{ {none: 1}[none] }}", "{{ {[1]: 2} }}", "{{ 1 if }}",
    "{{ 5 == 5 == 5 }} {{ 1 in [1] in [[1]] }}", "{{ 'a' 'b' \"c\" }}", "{{ 'x' is sameas 'x' }} {{ none is sameas none }} {{ 1 is sameas true }}",
    "{{ 2**-2 }} {{ 0 ** 0 }} {{ 0.0 ** 0 }} {{ (-8) ** 2 }} {{ 5 % 3.0 }} {{ 1 - 0.9 }}", "{{ 0 ** -1 }}", "{{ -7 // 2.0 }} {{ 7 // -2 }} {{ -0.0 // 1 }}",
]
SLICES = [
    ("{{ s[1] }} {{ s[1:3] }} {{ s[::-1] }} {{ s | length }} {{ s[-2:] }} {{ s | list }} {{ s | reverse }} {{ s | first }} {{ s | last }}", ROCKET), ("{{ s.find('b') }} {{ s.index('c') }} {{ s.rfind('€') }} {{ s.find('b', 2) }} {{ s.find('b', 3) }}", ROCKET), ("[{{ s.center(9) }}][{{ s.ljust(7, '.') }}][{{ s.rjust(7, '🚀') }}][{{ s | center(10) }}][{{ '%7s|%.2s' % (s, s) }}][{{ '{:>7}'.format(s) }}]", ROCKET), ("{{ s | truncate(4, true, '', 0) }} {{ s[::2] }} {{ s.startswith('b', 2) }} {{ s.replace('', '-') }} {{ s.count('') }}", ROCKET),
    "{{ 'abcdef'[2:] }} {{ 'abcdef'[:2] }} {{ 'abcdef'[-3:-1] }} {{ 'abcdef'[::2] }} {{ 'abcdef'[::-1] }} {{ 'abcdef'[4:1:-1] }} {{ 'abcdef'[10:] }}|{{ 'abcdef'[3:1] }}|", "{{ [1, 2, 3, 4][1:-1] }} {{ [1, 2, 3, 4][::-2] }} {{ [1, 2, 3][5:] }} {{ (1, 2, 3)[:2] }} {{ [1, 2, 3][-100:100] }}", "{{ [1, 2][::0] }}", "{{ 'abc'[none:2] }} {{ 'abc'['a':] }}", "{{ {'a': 1}[1:] }}", "{{ 5[1:] }}", "{{ 'abc'[true] }} {{ [1, 2][false] }}", "{{ 'abc'[1.0] }}|", "{{ [1, 2, 3][-4] is defined }}", "{{ range(10)[2:8:3] | list }} {{ range(5)[-1] }}", ("{% for m in messages[1:] %}{{ m.role }},{% endfor %}{{ messages[::-1][0].content }} {{ messages[-2]['role'] }}", MESSAGES), "{{ 'abc'[-2:] ~ 'abc'[:-2] }} {{ 'abc'[1:][0] }} {{ [1,2,3,4,5][-1:-4:-1] }} {{ 'abcdef'[5::-2] }} {{ 'abcdef'[:-4:-1] }}",
]
LOOPS = [
    "{% for x in ['a', 'b', 'c'] %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }} {% endfor %}", "{% for x in 'abc' %}{{ loop.previtem | default('-') }}{{ x }}{{ loop.nextitem | default('-') }} {% endfor %}", "{% for x in range(5) %}{{ loop.cycle('odd', 'even') }} {% endfor %}", "{% for x in [1, 1, 2, 2, 1] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %}", ("{% for t in tree recursive %}{{ t.n }}{{ loop.depth }}{{ loop.depth0 }}{% if t.kids %}({{ loop(t.kids) }}){% endif %}{% endfor %}", TREE),
    "{% for x in [1, 2, 3, 4] if x is even %}{{ loop.index }}:{{ x }}/{{ loop.length }} {% else %}none{% endfor %}", "{% for x in [1, 3] if x is even %}{{ x }}{% else %}none{% endfor %}", "{% for x in [] %}x{% else %}empty{% endfor %}", "{% for a, b in [(1, 2), [3, 4]] %}{{ a }}{{ b }} {% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for k, v in {'x': 1, 'y': 2}.items() %}{{ k }}={{ v }} {% endfor %}", "{% for k in {'x': 1, 'y': 2} %}{{ k }}{% endfor %}", "{% for a, b in [1] %}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{% for x in 5 %}{% endfor %}", "{% for x in none %}{% endfor %}",
    "{% for x in range(5) %}{% if x == 1 %}{% continue %}{% endif %}{% if x == 3 %}{% break %}{% endif %}{{ x }}{% endfor %}!", "{% for x in [1, 2] %}{% for y in [1, 2, 3] %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }} {% endfor %}{% endfor %}", "{% set x = 0 %}{% for i in [1, 2] %}{% set x = i %}{{ x }}{% endfor %}{{ x }}", "{% set ns = namespace(x=0) %}{% for i in [1, 2] %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}", "{% for i in [1, 2] %}{% for j in [3, 4] %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}", "{% for i in [1, 2] %}{% set outer = loop %}{% for j in [3, 4] %}{{ outer.index }}{{ j }} {% endfor %}{% endfor %}", "{% for i in range(3) %}{% if loop.last %}L{% elif loop.first %}F{% else %}M{% endif %}{% endfor %}", "{{ loop }}{% for i in [1] %}{% endfor %}{{ i }}|",
    "{% for x in range(2, 10, 3) %}{{ x }} {% endfor %}{{ range(3, 0, -1) | list }} {{ range(0) | list }} {{ range(5, 1) | list }}", "{{ range(1, 5, 0) }}", "{% for x in [3, 1, 2] | sort %}{{ x }}{% endfor %}", "{% for x in [1, 2, 3] | reverse %}{{ x }}{{ loop.length }}{% endfor %}", "{% for g in [1, 2] | map('string') %}{{ loop.length }}{{ loop.last }}{{ g }}{% endfor %}", "{{ break }}|{% break %}", "{% if true %}{% set inner = 1 %}{% endif %}{{ inner }}", "{% for x in [1] %}{{ loop.nothing }}{% endfor %}|", "{% for x in [1] %}{{ loop(x) }}{% endfor %}", "{% for x in [1, 2] %}{{ x }}{% else %}e{% endfor %}{% for loop in [7] %}{{ loop }}{% endfor %}", "{% for x in x_list %}{{ x }}{% endfor %}", ("{% for x in x %}{{ x }}{% endfor %}{{ x }}", {"x": [1, 2]}), "{% for x in [[1, 2], [3]] %}{% for x in x %}{{ x }}{% endfor %}{% endfor %}",
    ("{% for message in messages if message.role == 'user' %}{{ loop.index }}:{{ message['content'] | trim }}{{ ',' if not loop.last }}{% endfor %}", MESSAGES), "{% for i in [1,2,3] %}{{ loop.cycle('a') if loop.index is odd }}{% if loop.index == 2 %}{% break %}{% endif %}{% endfor %}", "{% for i in [1] %}{{ loop.cycle() }}{% endfor %}",
    "{% for a.b in [1] %}{% endfor %}",
]
STATEMENTS = [
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}", "{% set a, b = [1] %}", "{% set x %}a{{ 1 + 1 }}\n{% endset %}[{{ x }}]", "{% set x | upper | trim %} abc {% endset %}[{{ x }}]", "{% set x | replace('a', 'b') %}aaa{% endset %}{{ x }}", "{% filter upper %}abc{{ 'd' }}{% endfilter %}", "{% filter trim | replace('a', 'b') %}  aa {% endfilter %}|", "{% with a = 1, b = 2 %}{{ a }}{{ b }}{% endwith %}{{ a }}", "{% with %}{% set z = 1 %}{{ z }}{% endwith %}{{ z }}|", "{% set a = 1 %}{% with a = 2, b = a %}{{ a }}{{ b }}{% endwith %}{{ a }}",
    "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b }}|{{ ns.b is defined }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}", "{% set d = {} %}{% set d.a = 1 %}", "{% set missing_ns.a = 1 %}", "{% set ns = namespace(x=1) %}{% macro m() %}{% set ns.x = 5 %}{% endmacro %}{{ m() }}{{ ns.x }}", "{% generation %}a{% set q = 1 %}{{ q }}{% endgeneration %}{{ q }}|", "{% set ns = namespace(q=0) %}{% generation %}{% set ns.q = 1 %}{% endgeneration %}{{ ns.q }}",
    "{% macro m(a, b=2, *c) %}{% endmacro %}", "{% macro m(a, b=2) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(b=1, a=0) }} {{ m(1, 2, 3, 4) }} {{ m(1, z=5) }}", "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m() }}", "{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, b=2) }}", "{% macro m(a, b=a) %}{{ b }}{% endmacro %}{{ m(1) }}", "{% macro m(x) %}<{{ x }}>{{ caller() if caller }}{% endmacro %}{% call m(1) %}body{% endcall %}{{ m(2) }}", "{% macro m() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) m() %}{{ a }}-{{ b }}{% endcall %}", "{% macro m() %}x{% endmacro %}{% call m() %}y{% endcall %}", "{{ m(1) }}{% macro m(a) %}{{ a }}{% endmacro %}", "{% macro fact(n) %}{{ 1 if n <= 1 else n * (fact(n - 1) | int) }}{% endmacro %}{{ fact(6) }}", "{% macro m(a, b) %}{% endmacro %}{{ m.name }} {{ m.arguments }} {{ m is callable }}", "{% macro m() %} a {% endmacro %}{{ m() | trim | upper }}{{ m()|length }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*[1]) }}{{ m(**{'a': 2}) }}", "{% set x = 1 %}{% macro m() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ m() }}",
    "{% macro m(a, a2='d') -%}\n  {{ a }}{{ a2 }}\n{%- endmacro %}{{ m('x') }}", "{% macro m() %}{% for i in [1,2] %}{{ inner(i) }}{% endfor %}{% endmacro %}{% macro inner(x) %}({{ x }}){% endmacro %}{{ m() }}", "{% if 0 %}a{% elif 1 %}b{% else %}c{% endif %}", "{% if 0 %}{% elif 0 %}{% else %}c{% endif %}", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% set _ = c.reset() %}{{ c.next() }}", "{% set j = joiner('|') %}{% for i in [1, 2, 3] %}{{ j() }}{{ i }}{% endfor %}", "{{ dict(a=1, b='x') }} {{ dict([('k', 'v')]) }} {{ dict({'z': 1}, y=2) }}", "{% set x = 'out' %}{% macro m() %}{% set x = 'in' %}{{ x }}{% endmacro %}{{ m() }}{{ x }}", "{% if true %}{% macro late() %}L{% endmacro %}{% endif %}{{ late() }}", "{% set x = [] %}{% set _ = x.append(1) %}", "{% set d = {'a': 1} %}{{ d.update({'b': 2}) }}", "{% set d = {'a': 1} %}{{ d.pop('a') }}", "{{ [].append is defined }}",
]
FILTERS = [
    "{{ 'aBc dE' | upper }} {{ 'aBc' | lower }} {{ 'aBC dE' | capitalize }} {{ \"they're bill's-friends (x) o'neil 3rd\" | title }}", "[{{ '  a b ' | trim }}] [{{ 'xxaxx' | trim('x') }}] [{{ '--a-=' | trim('-=') }}] {{ 5 | trim }}", "{{ 'aaa' | replace('a', 'b') }} {{ 'aaa' | replace('a', 'b', 2) }} {{ 'abc' | replace('', '-') }} {{ 123 | replace(2, 'x') }}", "[{{ 'a\nb\n\nc' | indent }}] [{{ 'a\nb' | indent(2, true) }}] [{{ 'a\n\nb' | indent(2, blank=true) }}] [{{ 'a\nb' | indent('> ') }}] [{{ 'a\n' | indent }}] [{{ '' | indent(first=true) }}]",
    "[{{ 'ab' | center(7) }}] [{{ 'abc' | center(6) }}] [{{ 'abc' | center(2) }}]", "{{ 'hello big world' | truncate(9) }} {{ 'hello big world' | truncate(9, leeway=0) }} {{ 'hello big world' | truncate(9, true, leeway=0) }} {{ 'hello big world' | truncate(11, false, '', 0) }}", "{{ 'one two, three-four' | wordcount }} {{ 'a b' | count }}", "{{ '%s is %d' | format('x', 5) }} {{ '%(a)s' | format(a=1) }}", "{{ '<a href=\"x\">&\\'' | escape }} {{ '<b>' | e | e }} {{ '<b>' | safe }} {{ '<b>' | forceescape }} {{ ('<b>' | safe) ~ '<i>' }} {{ ('<b>' | safe) + '<i>' }}", "{{ '<p>a  <b>b</b>\n c</p><!-- x -->' | striptags }}", "{{ 'a b/c?d=é&' | urlencode }}", "{{ [1, 2] | first }} {{ [1, 2] | last }} {{ [] | first }}|{{ [] | last is defined }}", "{{ [1, 2, 3] | join }} {{ [1, 'a', none] | join(', ') }} {{ 'abc' | join('-') }} {{ {'a': 1, 'b': 2} | join(',') }}", ("{{ people | join(', ', attribute='name') }} {{ people | map(attribute='age') | list }} {{ people | map(attribute='job.title', default='-') | first }}", PEOPLE), ("{{ people | sort(attribute='name') | map(attribute='name') | join(',') }} {{ people | sort(attribute='age,name', reverse=true) | map(attribute='name') | join(',') }}", PEOPLE),
    "{{ ['b', 'A', 'c'] | sort }} {{ ['b', 'A', 'c'] | sort(case_sensitive=true) }} {{ [3, 1, 2] | sort(true) }}", "{{ [1, 'a'] | sort }}", "{{ {'b': 1, 'a': 3, 'C': 2} | dictsort }} {{ {'b': 1, 'a': 3} | dictsort(by='value') }} {{ {'b': 1, 'A': 3} | dictsort(true) }} {{ {'b': 1, 'a': 3} | dictsort(reverse=true) }}", ("{% for age, group in people | groupby('age') %}{{ age }}:{{ group | map(attribute='name') | join('+') }} {% endfor %}", PEOPLE), ("{% for g, list in people | groupby('pet', default='none') %}{{ g }}:{{ list | length }} {% endfor %}", PEOPLE), "{{ [1, 2, 1, 'a', 'A'] | unique | list }} {{ ['a', 'A'] | unique(true) | list }}", "{{ [3, 1, 2] | min }} {{ [3, 1, 2] | max }} {{ ['b', 'A'] | min }} {{ ['b', 'A'] | max(case_sensitive=true) }} {{ [] | max }}|", ("{{ (people | max(attribute='age')).name }} {{ people | sum(attribute='age') }} {{ [1, 2.5] | sum }} {{ [[1], [2]] | sum(start=[]) }}", PEOPLE), "{{ [1, 2, 3, 4, 5] | batch(2) | list }} {{ [1, 2, 3] | batch(2, 'x') | list }} {{ [1, 2, 3, 4, 5] | slice(3) | list }} {{ [1, 2, 3, 4] | slice(3, 'x') | list }}", "{{ 'abc' | reverse }} {{ [1, 2] | reverse | list }} {{ 'abc' | list }} {{ {'a': 1} | list }}", "{{ 5 | list }}", "{{ [0, 1, '', 'a'] | select | list }} {{ [1, 2, 3] | select('odd') | list }} {{ [1, 2, 3] | reject('odd') | list }} {{ [1, 2, 3] | select('gt', 1) | list }} {{ [1, 2] | select('in', [2]) | list }}", ("{{ people | selectattr('age', 'gt', 10) | map(attribute='name') | list }} {{ people | selectattr('job') | list | length }} {{ people | rejectattr('job', 'defined') | map(attribute='name') | first }} {{ people | selectattr('name', 'equalto', 'Cy') | list | count }}", PEOPLE), "{{ ['a', 'b'] | map('upper') | list }} {{ ['a'] | map('replace', 'a', 'x') | first }}", "{{ [1] | map('nofilter') | list }}", "{{ ['1', '2'] | map('int') | sum }} {{ [[1, 2], [3]] | map('length') | list }} {{ [{'a': 1}] | map(attribute='b') | list }} {{ ['a'] | map('default', 'x') | list }}",
    "{{ -5 | abs }} {{ -1.5 | abs }}", "{{ 'a' | abs }}", "{{ '42' | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ '3.9' | int }} {{ 3.9 | int }} {{ -3.9 | int }} {{ '0x1f' | int(0, 16) }} {{ '101' | int(base=2) }} {{ ' 12 ' | int }} {{ '1_000' | int }} {{ none | int }} {{ true | int }} {{ 'ff' | int(0, 16) }} {{ '1e3' | int }}", "{{ '1.5' | float }} {{ 'x' | float }} {{ 'x' | float(2.5) }} {{ 3 | float }} {{ '1e400' | float }} {{ 'inf' | float }} {{ '-Infinity' | float }} {{ 'nan' | float }} {{ '1_0.5' | float }} {{ '' | float }} {{ none | float(1) }}", "{{ 2.5 | round }} {{ 3.5 | round }} {{ 2.345 | round(2) }} {{ 2.1 | round(0, 'ceil') }} {{ 2.19 | round(1, 'floor') }} {{ 1234 | round(-2) }} {{ 5 | round }} {{ 2.675 | round(2) }} {{ -2.5 | round }} {{ 1e20 | round(2) }} {{ 1250.0 | round(-2) }}", "{{ 2.5 | round(1, 'x') }}", "{{ {'a': 1} | attr('a') is defined }} {{ 'abc' | attr('upper') is defined }} {{ {'a': 1} | items | list }} {{ missing | items | list }}", "{{ 5 | string ~ 1.0 | string }} {{ [1, 'a'] | string }} {{ [1] | pprint }} {{ 'a' | pprint }}", "{{ 'x' | nofilter }}", "{{ 'x' is notest }}", "{% if false %}{{ 'x' | nofilter }}{% endif %}", "{{ 5 | length }}", "{{ 'a,b' | split(',') }}", "{% set g = ['a', 'b'] | map('upper') %}{{ g | join }}[{{ g | join }}]", "{{ ([1, 2] | map('string')) is iterable }} {{ ([1] | map('string')) is sequence }}", "{{ ([1] | select) | length }}", "{{ [1, 2] | map('string') | first }} {{ ([] | map('string')) | first is defined }} {{ 'yes' if ([] | select) }}", "{{ '' | first is undefined }} {{ [] | sum }} {{ [] | join(',') }}| {{ '' | capitalize }}|", "{{ none | upper }} {{ true | lower }} {{ 1.5 | title }} {{ [1, 'A'] | upper }}", "{{ 'x' | default }} {{ missing | default }}| {{ missing | default(none) }} {{ missing | default([]) | length }}", "{{ u | lower }} {{ u | title }} {{ u | capitalize }} {{ 'é' | upper }}", "{{ none | trim }}", "{{ none | length }}", "{{ 1 | join }}", "{{ none | list }}", "{{ 5 | upper | lower | length }}",
]
FILTERS = [(c, ROCKET) if isinstance(c, str) and " u |" in c else c for c in FILTERS]
TESTS = [
    "{{ true is boolean }} {{ 1 is boolean }} {{ 1 is integer }} {{ true is integer }} {{ 1.0 is float }} {{ 1 is number }} {{ true is number }} {{ 'a' is number }}", "{{ 'a' is string }} {{ [] is string }} {{ {} is mapping }} {{ [] is mapping }} {{ [] is sequence }} {{ 'a' is sequence }} {{ {} is sequence }} {{ 5 is sequence }} {{ [] is iterable }} {{ 5 is iterable }} {{ (1,) is sequence }}", "{{ none is none }} {{ 0 is none }} {{ true is true }} {{ 1 is true }} {{ false is false }} {{ 0 is false }}", "{{ 3 is odd }} {{ 4 is even }}", "{{ 'a' is odd }}", "{{ 'abc' is lower }} {{ 'ABC' is upper }} {{ 'aBc' is lower }} {{ '' is lower }} {{ '1a' is lower }}", "{{ range is callable }} {{ 'a' is callable }} {{ 'a'.upper is callable }}", "{{ 1 is eq 1 }} {{ 1 is ne 1 }} {{ 1 is lt 2 }} {{ 1 is le 1 }} {{ 1 is gt 2 }} {{ 1 is ge 1 }} {{ 1 is equalto 1 }} {{ 1 is lessthan 2 }} {{ 1 is greaterthan 2 }}", "{{ 1 is == 1 }}", "{{ 'upper' is filter }} {{ 'nope' is filter }} {{ 'odd' is test }} {{ 'nope' is test }}", "{{ 'a' is in 'abc' }} {{ 1 is in [2] }} {{ '<' is escaped }} {{ ('<' | e) is escaped }}", "{{ 1 is divisibleby 0 }}", "{{ 4 is divisibleby 2 and 5 is odd }}", "{{ 1 is number is string }}", "{{ missing is not defined and true }} {{ not missing is defined }}", "{{ 1 is defined }} {{ none is defined }}", "{{ x is defined and x is not none }} {{ x is mapping }}",
]
METHODS = [
    "{{ 'a b  c'.split() }} {{ 'a,b,,c'.split(',') }} {{ 'a,b,c'.split(',', 1) }} {{ 'a b c'.split(None, 1) }} {{ ' a b '.split(' ') }} {{ ''.split() }} {{ ''.split(',') }} {{ 'a-b-c'.rsplit('-', 1) }} {{ ' a  b  c '.rsplit(none, 1) }} {{ 'a,b'.split(sep=',', maxsplit=0) }}", "{{ 'abc'.split('') }}", "{{ 'a</think>b</think>c'.split('</think>')[-1].lstrip('\\n') }} {{ 'x'.split('y')[0] }}", "{{ 'a\nb\r\nc\n'.splitlines() }} {{ 'a\nb\n'.splitlines(true) }}", "[{{ '  a '.strip() }}][{{ '  a '.lstrip() }}][{{ '  a '.rstrip() }}][{{ 'xyaxy'.strip('yx') }}][{{ '\\n\\ta\\x0b\\x1c'.strip() }}][{{ '\\u3000a\\u200b'.strip() }}]", "{{ 'abc'.startswith('ab') }} {{ 'abc'.startswith(('x', 'a')) }} {{ 'abc'.endswith('bc') }} {{ 'abc'.startswith('b', 1) }} {{ 'abc'.endswith('b', 0, 2) }} {{ ''.startswith('') }}", "{{ 'abc'.startswith(1) }}", "{{ 'aXbX'.replace('X', '-') }} {{ 'aXbX'.replace('X', '-', 1) }} {{ 'ab'.replace('', '.') }} {{ 'ab'.replace('', '.', 1) }} {{ 'aaa'.replace('aa', 'b') }}", "{{ 'abc'.replace('b', 1) }}", "{{ 'prefix-x'.removeprefix('prefix-') }} {{ 'x.py'.removesuffix('.py') }} {{ 'x'.removesuffix('') }}", "{{ 'hello'.find('l') }} {{ 'hello'.rfind('l') }} {{ 'hello'.find('z') }} {{ 'hello'.index('e') }} {{ 'hello'.find('l', -2) }} {{ 'hello'.find('') }} {{ 'hello'.find('', 9) }} {{ 'hello'.rfind('') }}", "{{ 'hello'.index('z') }}", "{{ 'banana'.count('an') }} {{ 'aaaa'.count('aa') }} {{ 'abc'.count('') }} {{ 'banana'.count('a', 2) }} {{ [1, 2, 1].count(1) }}", "{{ ', '.join(['a', 'b']) }} {{ '-'.join('abc') }} {{ ''.join([]) }}|", "{{ ','.join([1]) }}", "{{ 'aB'.upper() }} {{ 'aB'.lower() }} {{ 'aB cD'.capitalize() }} {{ \"it's ok x3y\".title() }} {{ 'aB'.swapcase() }} {{ 'É'.casefold() }}", "{{ '12'.isdigit() }} {{ '²'.isdigit() }} {{ '²'.isdecimal() }} {{ '½'.isnumeric() }} {{ 'ab'.isalpha() }} {{ 'a1'.isalnum() }} {{ ' '.isspace() }} {{ ''.isspace() }} {{ 'AB1'.isupper() }} {{ 'a1'.islower() }} {{ 'Ab Cd'.istitle() }} {{ 'a'.isascii() }} {{ 'é'.isascii() }}", "{{ '5'.zfill(3) }} {{ '-5'.zfill(4) }} [{{ 'a'.center(4) }}] [{{ 'ab'.center(5, '*') }}] [{{ 'a'.ljust(3) }}] [{{ 'a'.rjust(3, '0') }}]", "{{ 'a'.center(5, 'xy') }}", "{{ 'a=b=c'.partition('=') }} {{ 'a=b=c'.rpartition('=') }} {{ 'abc'.partition('=') }} {{ 'abc'.rpartition('=') }}", "{{ {'a': 1}.get('a') }} {{ {'a': 1}.get('b') }} {{ {'a': 1}.get('b', 2) }} {{ {'a': 1, 'b': 2}.keys() | list }} {{ {'a': 1}.values() | list }} {{ {'a': 1}.items() | list }} {{ {'a': 1}.copy() }}", "{{ {'items': 5}.items is callable }} {{ {'items': 5}['items'] }} {{ {'get': 1}.get('get') }}", "{{ {'a': 1}.items() }} {{ {'a': 1}.keys() }} {{ {'a': 1}.values() }} {{ {}.items() | length }}", "{{ {'a': 1}.keys()[0] }}|", "{{ 'a' in {'a': 1}.keys() }} {{ ('a', 1) in {'a': 1}.items() }} {{ {'a': 1}.items() is sequence }} {{ {'a': 1}.keys() is iterable }}", "{{ range(3) | length }} {{ 2 in range(3) }}", "{{ [1, 2, 3].index(2) }} {{ [1, 2].copy() }} {{ (1, 2).index(2) }}", "{{ [1].index(5) }}", "{{ 'abc'.nomethod() }}", "{{ [].nomethod() }}", "{{ 'a'.__class__ }}", "{{ 'a'.__class__.__mro__ }}", "{{ ''['__class__'] }}", "{{ 'a'.split(1) }}", "{{ 'A-B'.lower().split('-')[1].upper().join(['x', 'y']) }}", "{{ 'x' in {'a': 1}.values() }} {{ 1 in {'a': 1}.values() }}", "{{ {'a': 1} | length }} {{ {'b': 1, 'a': 2} }} {{ dict(b=1, **{'a': 2}) }}",
]
FORMATS = [
    "{{ '%s %d %5.2f|%-5s|%5s|%05d|%x|%X|%o|%e|%g|%%|%r|%c' % ('a', 42, 3.14159, 'l', 'r', 42, 255, 255, 8, 12345.678, 0.0001, 'q', 'z') }}", "{{ '%s' % 'x' }} {{ '%s' % [1, 2] }} {{ '%(k)s-%(n)03d' % {'k': 'v', 'n': 7} }} {{ '%+d % d' % (5, 5) }} {{ '%.3s' % 'abcdef' }}", "{{ '%d' % 'a' }}", "{{ '%s %s' % ('a',) }}", "{{ '%s' % ('a', 'b') }}", "{{ '%d' % 3.99 }} {{ '%i' % -3.99 }} {{ '%g %g %g' % (100000.0, 1000000.0, 1e-5) }} {{ '%.3g' % 1234.5 }} {{ '%f' % 1 }} {{ '%.0f %.0f' % (0.5, 1.5) }} {{ '%e' % 0 }}", "{{ '%q' % 1 }}", "{{ '%' % 1 }}", "{{ '{} {}'.format(1, 'a') }} {{ '{0}{1}{0}'.format('a', 'b') }} {{ '{x}-{y}'.format(x=1, y=2) }} {{ '{{}} {}'.format(3) }}", "{{ '{:5}|{:<5}|{:>5}|{:^5}|{:*^7}|{:05d}|{:+}|{:,}|{:.2f}|{:x}|{:e}|{:%}'.format('a', 'b', 'c', 'd', 'e', 42, 5, 1234567, 3.14159, 255, 12345.678, 0.25) }}", "{{ '{0[a]} {0[b][1]} {1.x}'.format({'a': 1, 'b': [1, 2]}, {'x': 1}) }}", "{{ '{!r} {!s} {:.2}'.format('a', 'b', 'cdef') }} {{ '{:d}'.format(5) }}", "{{ '{}'.format() }}", "{{ '{x}'.format() }}", "{{ '{'.format() }}", "{{ '{:d}'.format('a') }}", "{{ '{:b} {:o} {:g}'.format(5, 8, 1.5) }} {{ '{:,.2f}'.format(1234567.891) }} {{ '{:8.3f}|{:<8}|{:=+6}'.format(3.14159, 1.5, 5) }}", "{{ '{} {} {} {}'.format(none, true, [1, 'a'], {'k': 1}) }} {{ '{:>6}'.format(true) }} {{ '{:s}'.format('x') }}",
    "{{ 1.0 }} {{ 1e16 }} {{ 1e15 }} {{ -0.0 }} {{ 0.1 + 0.2 }} {{ 1e-5 }} {{ 0.0001 }} {{ 123456789.123 }} {{ 1e22 }} {{ 1.5e300 }} {{ 5e-324 }} {{ 1e100 }} {{ 9007199254740993.0 }} {{ 1234567890123456.7 }} {{ 12345678901234567.0 }}", ("{{ a }} {{ b }} {{ c }} {{ d }} {{ a | tojson }} {{ b | tojson }} {{ c | tojson }} {{ d | tojson }} {{ e | tojson }}", {"a": 1.0, "b": 1e16, "c": -0.0, "d": 0.1, "e": [1e-7, 3, 2.50]}), "{{ 100 * 1.1 }} {{ 3 * 1.0 }} {{ 10 / 3 }} {{ 2 / 3 | round(3) }} {{ 1e3 | int }}", "{{ none }} {{ true }} {{ false }} {{ None }} {{ True }} {{ False }}",
]
JSONS = [
    ("{{ x | tojson }}", {"x": {"b": 1, "a": [1, 2.0, None, True, "é\"\\\n\t\u0001\u2028</script>'&"], "": {}, "l": []}}), ("{{ x | tojson(indent=2) }}", {"x": {"b": 1, "a": [1, {"c": "d"}], "e": {}, "l": []}}), ("{{ x | tojson(indent=4, sort_keys=true) }}", {"x": {"b": 1, "a": [[]]}}), ("{{ x | tojson(separators=(',', ':')) }}", {"x": {"b": 1, "a": [1, 2]}}), ("{{ x | tojson(ensure_ascii=true) }}", {"x": "é🚀\u007f"}), ("{{ x | tojson(ensure_ascii=false, indent='--') }}", {"x": [1]}), ("{{ x | tojson(separators=[', ', ' : '], indent=0) }}", {"x": {"b": 1, "a": [1, 2]}}), "{{ 'a' | tojson }} {{ 1 | tojson }} {{ none | tojson }} {{ (1, 2) | tojson }} {{ {1: 2, none: 3, true: 4, 1.5: 5} | tojson }}", "{{ {(1, 2): 3} | tojson }}", "{{ range | tojson }}", "{{ ([1] | map('string')) | tojson }}", "{{ namespace(a=1) | tojson }}", "{{ {'a': 1}.items() | tojson }}", "{{ {'b': 1, 'a': 2} | tojson(sort_keys=True) }} {{ {'b': 1} | tojson(True) }}", "{{ {'a': 1, 'b': 'x'} | tojson ~ '!' }} {{ '<' | tojson | e }}", "{{ {'a': 1, 2: 3} | tojson(sort_keys=true) }}", "{{ ('nan' | float) | tojson }} {{ ('-inf' | float) | tojson }}",
]
TEXTS = [
    "{{ 'a\\tb\\\\c\\'d\\\"e\\x41\\u00e9\\U0001F680\\101\\0' }}", "{{ \"it's\" }} {{ 'say \"x\"' }} {{ [\"it's\", 'say \"x\"', 'both\\'\"'] }}", "{{ ['é', '\\n', '\\t', '\\\\', '\\x00', '\\x7f', '\\u200b', '🚀', '\\u00a0', '\\ue000'] }}", "{{ '\\q\\8' }}", "{{ 'line\nbreak' }} {{ 'cont\\\ninued' }}", "{{ 'unterminated }}", "{{ 'Größe' | length }} {{ 'Größe'[2] }} {{ '日本語'[::-1] }} {{ 'é' == 'é' }}", "{{ strftime_now('%Y-%m-%d %H:%M:%S %A %a %B %b %d %-d %e %j %p %I %y %% %U %W %u %w %V %G %D %F %T %R %C %h') }}", "ünï {{ '→' }} {{ größe }}|{% set größe = 1 %}{{ größe }}", "{{ 'a' 'b' }}{{ \"\" }}{{ '' }}", "{{ 'tab\there' | list | length }}", "{{ '\\x1b' | tojson }} {{ '\\x7f' | tojson }}",
]
ERRORS = [
    "{{ raise_exception('No way') }}", "{% if true %}\n\n{{ raise_exception('line ' ~ 3) }}{% endif %}", "{{ raise_exception(5) }}", "{{ raise_exception() }}", "{{ foo('x') }}", "{{ 'a'() }}", "{{ 5() }}", "{{ none() }}", "{% if %}{% endif %}", "{% if true %}", "{% endif %}", "{% for x in %}{% endfor %}", "{% for in [1] %}{% endfor %}", "{% foo %}", "{{ }}", "{{ 1 + }}", "{{ (1 }}", "{{ [1, 2 }}", "{{ {'a' 1} }}", "{{ a b }}", "{{ 1", "{% if true", "{# open", "{% raw %}x", "{{ 'a' | }}", "{{ 'a' is }}", "{% set %}", "{% set 1 = 2 %}", "{% set true = 2 %}", "{% macro %}{% endmacro %}", "{% macro m(1) %}{% endmacro %}", "{% macro m() %}", "{% for x in [1] %}{% endif %}", "{{ a.1b }}", "{{ ? }}", "{{ a.}}", "{% else %}", "{{ [1,2 | join }}", "{{ f(a=1, 2) }}", "{% call x %}{% endcall %}", "{% set x = %}", "{{ {'a': 1, } }} {{ [1, ] }} {{ (1, ) }}", "{% set x = 1 if %}", "{{ }}}", "}} %} #}", "{ {{ 1 }} }", "{% for a in [1] %}{{ a }}{% endfor }", "{{ not }}", "{{ and 1 }}", "{{ 1 not 2 }}", "{{ 5 in }}", "{% macro m(a, b=1, c) %}{% endmacro %}", "{{ dict(1) }}", "{{ namespace(1) }}", "{{ {**{'a': 1}} }}", "{{ 'x' if true else }}", "{% elif x %}",
]
CHAT = [
    ("{% for m in messages %}{{ '<|im_start|>' ~ m.role ~ '\n' ~ m.content | trim ~ '<|im_end|>\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}", {**MESSAGES, "add_generation_prompt": True}), ("{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system = '' %}{% endif %}{% for m in loop_messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{{ (system + '|' if loop.first and system else '') + m['content'].strip() }};{% endfor %}", MESSAGES), ("{% for m in messages %}{% for c in m.tool_calls or [] %}{{ c.function.name }}({{ c.function.arguments | tojson }}){% endfor %}{% endfor %}", MESSAGES), ("{% set ns = namespace(last=-1) %}{% for m in messages[::-1] %}{% set index = (messages | length - 1) - loop.index0 %}{% if ns.last < 0 and m.role == 'user' %}{% set ns.last = index %}{% endif %}{% endfor %}{{ ns.last }}", MESSAGES), ("{{ messages | map(attribute='role') | join('/') }} {{ (messages | selectattr('role', 'equalto', 'user') | list)[-1].content }} {{ messages | rejectattr('tool_calls') | list | length }}", MESSAGES), ("{% for m in messages %}{% if m.content is string %}s{% elif m.content is iterable %}i{% endif %}{{ 'T' if m.tool_calls is defined and m.tool_calls }}{{ 'N' if 'name' not in m }} {% endfor %}", MESSAGES),
]

GROUPS = {
    "undefined": UNDEFINED, "whitespace": WHITESPACE, "operators": OPERATORS, "slices": SLICES, "loops": LOOPS, "statements": STATEMENTS, "filters": FILTERS, "tests": TESTS, "methods": METHODS,
    "formats": FORMATS, "json": JSONS, "texts": TEXTS, "errors": ERRORS, "chat": CHAT,
}

# Errors that templates run into, whose words count in every case; of the rest of parity's errors only the fact does.
WORDED = {"UndefinedError", "SecurityError", "TemplateError", "FilterArgumentError"}

# Addresses, and names of Python's own types that values have nothing of.
UNTOLD = [" at 0x", "'<', 'g', 'e', 'n'", "iterator object", "builtin_function"]

# Of expressions, and as many of whole templates.
RANDOM_CASES = 1500


class Generation(jinja2.ext.Extension):
    """The generation tag: its body is rendered as it is, in a scope of its own."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_render"), [], [], body).set_lineno(line)

    def _render(self, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def environment():
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = raise_exception
    made.globals["strftime_now"] = NOW.strftime
    return made


def outcome(template, variables):
    try:
        return {"text": environment().from_string(template).render(**copy.deepcopy(variables))}
    except Exception as error:
        return {"error": type(error).__name__, "message": str(error)}


def record(name, template, variables, worded):
    """The case with what Jinja2 makes of it; None where that is another thing every time."""
    case = {"name": name, "template": template, "variables": variables, **outcome(template, variables)}
    if not worded and case.get("error", "UndefinedError") not in WORDED:
        del case["message"]
    said = case.get("text", "") + case.get("message", "")
    return None if any(name in said.lower() for name in UNTOLD) else case


def write(name, cases, **rest):
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    head = json.dumps({"now": NOW.isoformat(), **rest}, ensure_ascii=False)[:-1]
    pathlib.Path(__file__).with_name(name).write_text(f'{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")
    print(f"{name}: {len(cases)} cases, {sum('error' in case for case in cases)} of them errors")


def main():
    cases = []
    for group, items in {**GROUPS, **parity.groups()}.items():
        for number, item in enumerate(items):
            template, variables = (item, {}) if isinstance(item, str) else item
            cases.append(record(f"{group} {number}", template, variables, group in GROUPS))
    write("cases.json", [case for case in cases if case])
    randoms = [record(f"random {number}", template, grammar.VARIABLES, False) for number, template in enumerate(grammar.templates(RANDOM_CASES))]
    for case in filter(None, randoms):
        del case["variables"]
    write("random.json", [case for case in randoms if case], variables=grammar.VARIABLES)


if __name__ == "__main__":
    main()
