"""Runs DAGs of tasks that do nothing with LangGraph and with Prefect: one JSON line a figure.

The graphs are those of Sources/Benchmarks/PeerBenchmarks.swift. What is timed is the execution of a
graph that is built already; the figure is the best of three.
"""

import json
import logging
import operator
import os
import sys
import time
from typing import Annotated, TypedDict

WIDTH = 10


def shapes(count):
    yield "chain", [[] if task == 0 else [task - 1] for task in range(count)]
    yield "wide", [[] for _ in range(count)]
    layered = []
    for task in range(count):
        layer, column = divmod(task, WIDTH)
        before = sorted({(layer - 1) * WIDTH + (column + step) % WIDTH for step in (0, 3, 7)})
        layered.append([] if layer == 0 else before)
    yield "layered", layered


def figure(name, shape, count, seconds):
    line = {"name": name, "shape": shape, "tasks": count, "value": round(count / seconds, 1)}
    line["unit"] = "tasks/s"
    print(json.dumps(line), flush=True)


def best(function, rounds=3):
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        function()
        times.append(time.perf_counter() - begin)
    return min(times)


def langgraph(count):
    from langgraph.graph import END, START, StateGraph

    class State(TypedDict):
        done: Annotated[int, operator.add]

    for shape, dependencies in shapes(count):
        graph = StateGraph(State)
        needed = set()
        for task, before in enumerate(dependencies):
            graph.add_node(f"task-{task}", lambda state: {"done": 1})
            if before:
                graph.add_edge([f"task-{one}" for one in before], f"task-{task}")
            else:
                graph.add_edge(START, f"task-{task}")
            needed.update(before)
        for task in range(count):
            if task not in needed:
                graph.add_edge(f"task-{task}", END)
        app = graph.compile()

        def run():
            result = app.invoke({"done": 0}, {"recursion_limit": count + 10})
            assert result["done"] == count, result

        figure("peers.langgraph.tasks", shape, count, best(run))


def prefect(count):
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    os.environ.setdefault("DO_NOT_TRACK", "1")
    logging.disable(logging.CRITICAL)
    from prefect import flow, task

    @task
    def nothing():
        return 1

    for shape, dependencies in shapes(count):

        @flow
        def graph():
            futures = []
            for before in dependencies:
                futures.append(nothing.submit(wait_for=[futures[one] for one in before]))
            assert sum(one.result() for one in futures) == count

        figure("peers.prefect.tasks", shape, count, best(graph, rounds=1))


if __name__ == "__main__":
    framework, count = sys.argv[1], int(sys.argv[2])
    {"langgraph": langgraph, "prefect": prefect}[framework](count)
