#!/usr/bin/env python3
"""Writes jinja.jsonl: templates, their values, and what Jinja2 makes of them.

    pip install jinja2==3.1.6 && ./jinja.py > jinja.jsonl

The cases are those on which both languages agree by intent. Where an operator is written otherwise in
Jinja, a case is a pair of both. Values that are no strings are put out as JSON, as ours are; names that
are not bound are errors; a newline at the end stays.
"""
import json

from jinja2 import Environment, StrictUndefined

BINDINGS = {
    "name": "Ada Lovelace", "n": 7, "zero": 0, "rate": 0.456, "price": 42.55, "neg": -3,
    "yes": True, "no": False, "nothing": None, "empty": "", "nolist": [], "nomap": {},
    "words": ["pear", "Apple", "fig", "apple", "Banana"], "nums": [3, 1, 2, 3, -5],
    "floats": [1.5, 2.25, -0.5], "mixed": ["a", 1, True, None, 0.5],
    "nested": [[1, 2], [3], []], "pairs": [["a", 1], ["b", 2]],
    "table": {"a": 2, "b": 1, "c": 3}, "deep": {"user": {"name": "Bo", "tags": ["x", "y"]}},
    "users": [
        {"name": "Cy", "age": 41, "team": "red", "on": True, "at": {"city": "Rome"}},
        {"name": "al", "age": 17, "team": "blue", "on": False, "at": {"city": "Oslo"}},
        {"name": "Bo", "age": 41, "team": "red", "on": True, "at": {"city": "Bern"}},
        {"name": "Di", "age": 30, "team": "Blue", "on": False, "at": {"city": "Rome"}},
    ],
    "text": "one two three four five six seven", "lines": "one\n two\n\nthree\n",
    "spaced": "  \t padded text \n", "html": "<a href=\"x\">Tom & 'Jerry'</a>",
    "unicode": "Grüße, 世界 🐱 ß", "path": "a/b c?d=é&f", "csv": "a,b,,c", "digits": " 42 ",
    "quote": "say \"hi\" \\ it's",
}

cases = []


def add(*templates):
    """Cases: a template of both languages, or a pair (ours, that of Jinja)."""
    cases.extend(templates)


def out(*expressions):
    for expression in expressions:
        if isinstance(expression, tuple):
            add(tuple("{{ " + part + " }}" for part in expression))
        else:
            add("{{ " + expression + " }}")


# Text, outputs and white space.
add("", "plain", "a{b}c", "}}", "%}", "#}", "{ {", "{", "a\nb\n", "\n", "{{ name }}", "{{name}}",
    "Hi {{ name }}!", "{{ n }}{{ n }}", "{{ '{{' }}", "{{ \"}}\" }}", "{{ '%}' }}", "a {# c #} b",
    "{# a\nb #}x", "{#- a -#} x", "x {#- a -#} y", "x {# a -#} y", "x {#- a #} y",
    "a {{- n -}} b", "a {{- n }} b", "a {{ n -}} b", "a \n {{- n -}} \n b", "{{- n -}}", "{{-n-}}",
    " {%- if yes -%} x {%- endif -%} ", " {% if yes %} x {% endif %} ",
    "\n{% if yes %}\nx\n{% endif %}\n", "\n{%- if yes %}\nx\n{%- endif %}\n",
    "{% if yes -%}\n  x\n{%- endif %}", "{% raw %}{{ n }}{% endraw %}",
    "a {% raw %} {% if %} {# no #} {% endraw %} b", "a {%- raw -%} {{ x }} {%- endraw -%} b",
    "{%raw%}{{{%endraw%}", "{% raw %}{% raw %}{% endraw %}", "{%- raw %} x {% endraw -%} y",
    "{{ {'a': {'b': n}}['a']['b'] }}", "{{ {'a': 1}}}", "{{ 'a' }}{{ 'b' }}", "é{{ unicode }}世",
    "{{ n }}\n", "{{ n }}\n\n", "a {#b#}{{ n }}{#c#} d", "{% if yes %}{# c #}{% endif %}")
# Literals and operators.
out("1", "-1", "1 + 2 * 3", "(1 + 2) * 3", "7 - 10", "7 % 3", "1.5 + 2.5", "2.0 * 3.5 == 7.0",
    "'a' + 'b'", "'it\\'s'", "\"q\"", "[1, 'a', true]", "{'b': 1, 'a': [2]}", "true", "false",
    ("null", "none"), "n == 7", "n != 7", "n < 8", "n >= 7", "'a' < 'b'", "3 in nums", "9 in nums",
    "'a' in table", "'Ada' == name", ("yes && no", "yes and no"), ("yes || no", "yes or no"),
    ("!yes", "not yes"), ("!(n in nums)", "n not in nums"), ("yes ? 'a' : 'b'", "'a' if yes else 'b'"),
    ("n > 5 && n < 9", "n > 5 and n < 9"), ("no || n == 7", "no or n == 7"),
    "nums[0]", "words[1]", "table['a']", "table.a", "deep.user.name", "deep['user']['tags'][1]",
    "deep.user['name']", "users[0].at.city", "nums + [4]", "n + n", "n * n - n", "rate < 0.7",
    ("size(words)", "words|length"),
    "name", "n", "rate", "yes", "no", "empty", "nolist", "nomap", "mixed", "nested", "table", "deep",
    ("nothing", "nothing"), "floats", "unicode", "-n", "-neg", "- rate", "1 == 1.0", "[1] == [1]")
# Filters of texts.
for value in ["name", "empty", "unicode", "text", "spaced", "html", "n", "rate", "quote"]:
    out(f"{value} | upper", f"{value} | lower", f"{value} | capitalize", f"{value} | title",
        f"{value} | trim", f"{value} | e", f"{value} | length" if value not in ("n", "rate") else value)
out("'hello-world foo_bar (baz) [qux] {a} <b>' | title", "'ÉCOLE été' | capitalize", "'ß' | upper",
    "name | trim('Ade')", "'xxaxx' | trim('x')", "text | wordcount", "unicode | wordcount",
    "text | truncate", "text | truncate(10)", "text | truncate(11, true)", "text | truncate(9, true, '…')",
    "text | truncate(length=12, leeway=0)", "text | truncate(12, false, '', 0)",
    "text | truncate(33)", "text | truncate(30)", "text | truncate(28)", "text | truncate(27)",
    "text | truncate(3, true, '...', 0)", "unicode | truncate(8, true, '', 0)",
    "'abcdefghijkl' | truncate(5, false, '...', 0)", "lines | indent", "lines | indent(2)",
    "lines | indent(2, true)", "lines | indent(2, true, true)", "lines | indent(blank=true)",
    "lines | indent('> ')", "lines | indent(width=1, first=true)", "'a\\nb' | indent", "empty | indent(2, true)",
    "name | replace('a', 'b')", "name | replace('a', '', 1)", "name | replace('x', 'y')",
    "text | replace(' ', '--', 2)", "unicode | replace('世', '!')", "name | replace(old='A', new='a')",
    ("csv | split(',')", "csv.split(',')"), ("csv | split(',', 1)", "csv.split(',', 1)"),
    ("text | split", "text.split()"), ("spaced | split", "spaced.split()"),
    ("text | split(maxsplit=2)", "text.split(None, 2)"), ("empty | split(',')", "empty.split(',')"),
    ("'a--b--c' | split('--')", "'a--b--c'.split('--')"),
    "path | urlencode", "unicode | urlencode", "table | urlencode", "pairs | urlencode", "n | urlencode",
    "'a b/c' | urlencode", "name | upper | lower | title", "name | first", "name | last",
    "name | reverse", "unicode | reverse", "unicode | list", "html | escape", "html | e | length",
    "name | string", "n | string + 'x'", "name | safe", "html | safe", "'%s' | replace('%s', name)")
# Filters of numbers.
for value in ["n", "neg", "rate", "price", "zero"]:
    out(f"{value} | abs", f"{value} | round", f"{value} | round(1)", f"{value} | round(2, 'floor')",
        f"{value} | round(1, 'ceil')", f"{value} | int", f"{value} | float", f"{value} | round | int")
out("2.5 | round", "3.5 | round", "-2.5 | round", "0.125 | round(2)", "2.675 | round(2)", "1234.5 | round(-2)",
    "1250 | round(-2)", "1350 | round(-2)", "-1|abs", "1 + -2 | abs", "'42' | int", "digits | int",
    "'4.7' | int", "'-4.7' | int", "'x' | int", "'x' | int(9)", "'ff' | int(0, 16)", "'0x1f' | int(base=16)",
    "'101' | int(base=2)", "'1e3' | int", "'' | int", "nolist | int(5)", "'1.5' | float", "'x' | float",
    "'x' | float(2.5)", "'1e3' | float", "digits | float", "nums | sum", "floats | sum", "nolist | sum",
    "nums | sum(start=10)", "users | sum(attribute='age')", "users | sum('age', 1)", "yes | int", "1.9 | int",
    "nums | max", "nums | min", "floats | max", "words | max", "words | min", "words | max(true)",
    "users | max(attribute='age')", "users | min(attribute='name')")
# Filters of lists.
out("words | join", "words | join(', ')", "nums | join('-')", "users | join(', ', attribute='name')",
    "words | join(d=' ')", "nolist | join(',')", "words | first",
    "words | last", "words | length", "words | count", "table | length", "nolist | length", "nums | reverse | list",
    "nums | sort", "nums | sort(true)", "nums | sort(reverse=true)", "words | sort", "words | sort(case_sensitive=true)",
    "words | sort(reverse=true)", "words | sort(true, true)", "users | sort(attribute='age') | map(attribute='name') | list",
    "users | sort(attribute='age', reverse=true) | map(attribute='name') | list",
    "users | sort(attribute='name') | map(attribute='name') | join", "users | sort(attribute='at.city') | map(attribute='name') | join(' ')",
    "nums | unique | list", "words | unique | list", "words | unique(true) | list", "users | unique(attribute='team') | map(attribute='name') | list",
    "nums | unique | sort | join(',')", "nested | first", "nums | list", "table | list", "nums | batch(2) | list",
    "nums | batch(2, 0) | list", "nums | batch(10) | list", "nums | batch(3, 'x') | list", "nums | slice(2) | list",
    "nums | slice(3, 'x') | list", "nums | slice(7) | list", "table | dictsort", "table | dictsort(reverse=true)",
    "table | dictsort(by='value')", "table | dictsort(false, 'value', true)", "table | items | list", "nomap | items | list",
    "users | map(attribute='name') | list", "users | map(attribute='at.city') | unique | list", "words | map('upper') | list",
    "words | map('length') | list", "words | map('replace', 'a', 'o') | list", "words | map('truncate', 3, true, '', 0) | list",
    "nested | map('length') | sum", "nested | map('join', '+') | list", "pairs | map(attribute=0) | list", "pairs | map('last') | list",
    "nums | map('abs') | max", "floats | map('round') | list", "users | map(attribute='nick', default='-') | list",
    "nums | select('odd') | list", "nums | reject('odd') | list", "nums | select('even') | list", "nums | select('gt', 1) | list",
    "nums | select('>', 1) | list", "nums | reject('in', [3, 1]) | list", "nums | select('eq', 3) | list | length",
    "nums | select('divisibleby', 3) | list", "mixed | select | list", "mixed | reject | list", "mixed | select('string') | list",
    "mixed | select('none') | list", "nums | select('ne', 3) | join", "nums | select('le', 1) | list", "nums | select('lt', 1) | list",
    "nums | select('ge', 3) | list", "mixed | select('boolean') | list",
    "users | selectattr('on') | map(attribute='name') | list", "users | rejectattr('on') | map(attribute='name') | list",
    "users | selectattr('age', 'gt', 30) | map(attribute='name') | list", "users | selectattr('team', 'eq', 'red') | list | length",
    "users | selectattr('at.city', 'equalto', 'Rome') | map(attribute='name') | join", "users | rejectattr('age', 'lt', 18) | list | length",
    "users | selectattr('name', 'in', ['Bo', 'Di']) | map(attribute='age') | sum", "users | selectattr('nick', 'defined') | list",
    "users | map(attribute='team') | map('lower') | unique | list",
    "words | sort | first", "words | sort | last", "words | map('first') | join")
# JSON.
out("n | tojson", "name | tojson", "mixed | tojson", "table | tojson", "deep | tojson", "nothing | tojson", "rate | tojson",
    "nolist | tojson", "nomap | tojson", "table | tojson(indent=2)", "deep | tojson(2)", "nested | tojson(indent=4)",
    "nolist | tojson(2)", "unicode | tojson", "[1, [2, {'a': []}]] | tojson(2)")
# default.
out("name | default('x')", "missing | default('x')", "missing | d('x')", "missing | default", "empty | default('x')",
    "empty | default('x', true)", "zero | default(5, true)", "n | default(5, true)", "nolist | default('none', boolean=true)",
    "table.zz | default('x')", "table['zz'] | default(1)", "deep.user.nick | default(deep.user.name)", "nums[9] | default('far')",
    "missing | default('a') | upper", "no | default('x', true)", "missing | default(missing2 | default('deep'))",
    "nolist | first | default('nobody')", "nolist | max | default(0)")
# Conditions.
for value in ["yes", "no", "n", "zero", "empty", "name", "nolist", "nums", "nomap", "table", "nothing", "rate", "neg", "n > 3", "n == 3"]:
    add("{% if " + value + " %}T{% else %}F{% endif %}")
for value in ["n == 7", "n == 8", "n == 9"]:
    add("{% if " + value + " %}a{% elif n > 3 %}b{% endif %}", "{% if " + value + " %}a{% elif n > 30 %}b{% else %}c{% endif %}",
        "{% if no %}x{% elif " + value + " %}y{% elif yes %}z{% else %}w{% endif %}")
add("{% if yes %}{% if no %}a{% else %}b{% endif %}c{% endif %}", "{% if no %}{% if yes %}a{% endif %}{% else %}d{% endif %}",
    "{% if words | length > 3 %}many{% endif %}", "{% if 'a' in table %}has{% endif %}", "{%if yes%}x{%endif%}", "{% if yes %}{% endif %}",
    ("{% if !no %}x{% endif %}", "{% if not no %}x{% endif %}"), ("{% if yes && n > 1 %}x{% endif %}", "{% if yes and n > 1 %}x{% endif %}"),
    "{% if name == 'Ada Lovelace' %}hi{% endif %}", "{% if nums | select('odd') | list %}odd{% endif %}", "{% if (n) %}p{% endif %}")
# Loops.
add("{% for x in nums %}{{ x }},{% endfor %}", "{% for x in nolist %}{{ x }}{% else %}none{% endfor %}", "{% for x in nums %}{{ x }}{% else %}none{% endfor %}",
    "{% for k in table | dictsort %}{{ k[0] }}{% endfor %}",
    ("{% for k, v in table %}{{ k }}={{ v }};{% endfor %}", "{% for k, v in table | dictsort %}{{ k }}={{ v }};{% endfor %}"),
    "{% for k, v in table | dictsort %}{{ k }}={{ v }};{% endfor %}", "{% for a, b in pairs %}{{ a }}{{ b }}{% endfor %}",
    "{% for x in nums if x > 1 %}{{ loop.index }}:{{ x }} {% endfor %}", "{% for x in nums if x > 9 %}x{% else %}none{% endfor %}",
    "{% for x in nums if x > 1 %}{{ loop.length }}{% endfor %}", "{% for u in users if u.on %}{{ u.name }}{% if loop.last %}.{% else %}, {% endif %}{% endfor %}",
    "{% for a in nested %}{% for b in a %}{{ loop.index }}{{ b }}{% else %}-{% endfor %}|{% endfor %}",
    "{% for a in nested %}{% set outer = loop.index %}{% for b in a %}{{ outer }}.{{ loop.index }} {% endfor %}{% endfor %}",
    "{% for x in [1, 2, 3] -%}\n {{ x }}\n{%- endfor %}", "{% for x in words | sort %}{{ x }} {% endfor %}", "{% for x in words -%} {{ x }} {%- endfor %}",
    "{% for u in users %}{{ loop.index }}. {{ u.name }} ({{ u.at.city }})\n{% endfor %}", "{% for u in users | selectattr('on') %}{{ u.name }}{% endfor %}",
    "{% for x in nums %}{% if x == 3 %}{{ loop.index }}{% endif %}{% endfor %}", "{% for x in nums | batch(2) %}{{ x | join('+') }};{% endfor %}",
    "{% for x in nums %}{% for y in words %}{% if loop.first %}{{ x }}{{ y }}{% endif %}{% endfor %}{% endfor %}",
    "{% for name in words %}{{ name }}{% endfor %}{{ name }}", "{% for x in nums | reverse %}{{ x }}{% endfor %}", "{% for c in 'abc' | list %}{{ c }}.{% endfor %}",
    ("{% for i in lists.range(4) %}{{ i }}{% endfor %}", "{% for i in range(4) %}{{ i }}{% endfor %}"))
for field in ["index", "index0", "revindex", "revindex0", "first", "last", "length"]:
    add("{% for x in words %}{{ loop." + field + " }} {% endfor %}", "{% for a in nested %}{% for b in a %}{{ loop." + field + " }} {% endfor %}{{ loop." + field + " }};{% endfor %}")
# Names.
add("{% set x = 1 %}{{ x }}", "{% set x = 1 %}{% set x = x + 1 %}{{ x }}", "{% set x = 1 %}{% for y in nums %}{% set x = y %}{% endfor %}{{ x }}",
    "{% set x = 1 %}{% if yes %}{% set x = 2 %}{% endif %}{{ x }}", "{% set x = 1 %}{% if no %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% if yes %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}", "{% if no %}{% set x = 1 %}{% else %}{% set x = 2 %}{% endif %}{{ x }}",
    "{% set n = n + 1 %}{{ n }}", "{% for x in nums %}{% set y = x * 2 %}{{ y }} {% endfor %}", "{% set m = {'a': n} %}{{ m.a }}",
    "{%- set total = nums | sum -%} {{ total }}", "{% set x = 1 %}{% for i in [1] %}{{ x }}{% set x = 5 %}{{ x }}{% endfor %}{{ x }}",
    "{% set sep = ', ' %}{{ words | join(sep) }}", "{% set t = words[0] %}{{ t | upper }}",
    "{% for u in users %}{% set who = u.name | upper %}{% if u.on %}{{ who }}{% endif %}{% endfor %}")
# Prompts as people write them.
add("You are {{ name }}.\n\n{% for u in users -%}\n- {{ u.name }}: {{ u.age }}\n{% endfor -%}\nAnswer in {{ n }} words.",
    "{%- for line in ['a', 'b'] %}\n* {{ line }}\n{%- endfor %}\n", "Context:\n{{ lines | indent(2, true) }}\nQuestion: {{ text | truncate(12) }}",
    "{\"prompt\": {{ text | tojson }}, \"n\": {{ n }}}", "{% if users %}{{ users | length }} users{% else %}nobody{% endif %}",
    "<s>{% for u in users %}{% if loop.index0 % 2 == 0 %}[INST] {{ u.name | trim }} [/INST]{% else %} {{ u.name }}</s>{% endif %}{% endfor %}")
# Errors of both.
add("{{ missing }}", "{{ table.zz }}", "{{ nums[9] }}", "{{ n.x }}", "{{ missing.x }}", "{{ n + name }}", "{{ 1 / 0 }}", "{{ 1 % 0 }}", "{{ n | nofilter }}",
    "{{", "{{ n", "{{ n }", "{% if yes %}", "{% endif %}", "{% for x in nums %}", "{% endfor %}", "{% for x nums %}{% endfor %}", "{% if %}{% endif %}",
    "{% else %}", "{% if yes %}{% endfor %}", "{% for x in nums %}{% endif %}", "{% foo %}", "{# never", "{{ n n }}", "{{ 'a }}", "{{ (n }}", "{{ n) }}",
    "{{ }}", "{% %}", "{% set %}", "{% set x %}", "{% set 1 = 2 %}", "{% for 1 in nums %}{% endfor %}", "{% for x in n %}{% endfor %}", "{{ nums | batch }}",
    "{{ name | upper(1) }}", "{{ name | truncate(1) }}", "{{ name | join(nope=1) }}", "{{ mixed | sort }}", "{{ nolist | first }}", "{{ nolist | max }}",
    "{{ users | map(attribute='nick') | list }}", "{{ users | sum }}", "{{ words | sum }}", "{{ nums | map('nofilter') | list }}", "{{ nums | select('notest') | list }}",
    "{% if yes %}a{% else %}b{% else %}c{% endif %}", "{% if yes %}a{% else %}b{% elif no %}c{% endif %}", "{{ n | }}", "{{ | upper }}", "{{ table. }}", "{{ nums[ }}", "{{ users | sort(attribute='nick') }}")


def finalize(value):
    if isinstance(value, str):
        return value
    return dumps(value)


def dumps(value, indent=None, **_):
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=separators, indent=indent)


def main():
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True, finalize=finalize)
    environment.policies["json.dumps_function"] = dumps
    print(json.dumps({"bindings": BINDINGS}, ensure_ascii=False))
    for case in cases:
        ours, theirs = case if isinstance(case, tuple) else (case, case)
        line = {"template": ours}
        try:
            line["value"] = environment.from_string(theirs).render(BINDINGS)
        except Exception as error:  # any is an error of the case
            line["error"] = type(error).__name__
        print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
