#!/usr/bin/env python3
"""Prints how long cel-python and Jinja2 take for what the group `expressions` measures.

One JSON line for each figure, like those of the benchmarks; run-expressions installs both.
"""
import json
import time

import celpy
import jinja2

SOURCE = 'a.b < 0.7 && c in ["x", "y"]'
TEMPLATE = (
    "{% for u in users %}{{ loop.index }}. {{ u.name | upper }} ({{ u.age }})"
    "{% if u.age > 50 %}!{% endif %}\n{% endfor %}"
)
USERS = [{"name": f"user{number}", "age": number} for number in range(100)]


def report(name, count, work):
    work()
    start = time.process_time()
    for _ in range(count):
        work()
    value = (time.process_time() - start) / count * 1e9
    print(json.dumps({"group": "expressions", "name": name, "unit": "ns", "value": round(value)}), flush=True)


def main():
    environment = celpy.Environment()
    program = environment.program(environment.compile(SOURCE))
    bindings = celpy.json_to_cel({"a": {"b": 0.5}, "c": "y"})
    assert program.evaluate(bindings)
    report("cel-python.evaluate", 2000, lambda: program.evaluate(bindings))
    report("cel-python.compile", 200, lambda: environment.program(environment.compile(SOURCE)))
    jinja = jinja2.Environment()
    template = jinja.from_string(TEMPLATE)
    report("jinja2.render", 2000, lambda: template.render(users=USERS))
    report("jinja2.compile", 200, lambda: jinja.from_string(TEMPLATE))


if __name__ == "__main__":
    main()
