"""What runs in the benchmark's fresh interpreters: ``python -I -S child.py ROOT TASK ARGUMENT…``.

ROOT is the folder that holds loadstone. Each task prints a list of numbers: seconds, or what it says. Nothing
is imported up here beyond built-in modules, because `startup` counts what an import pulls in.
"""

from __future__ import annotations

import sys
from time import perf_counter, process_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    ImportModule = Callable[..., Any]

HOT_CALLS = 20_000
IDLE_IMPORTS = 200
IDLE_FINDERS = 100


def take_over(side: str) -> None:
    """Put loadstone in charge of this process, if that is the side to measure."""
    if side == "loadstone":
        from loadstone import takeover

        takeover()


def import_functions() -> tuple[ImportModule, ImportModule]:
    """The peer's `import_module`, and loadstone's."""
    import importlib

    import loadstone

    return importlib.import_module, loadstone.import_module


def alternated(rounds: int, measures: Sequence[Callable[[], float]]) -> list[list[float]]:
    """Each round's results of all `measures`, which are taken in a new order every time."""
    import random

    results = []
    for _ in range(rounds):
        order = list(range(len(measures)))
        random.shuffle(order)
        taken = {index: measures[index]() for index in order}
        results.append([taken[index] for index in sorted(taken)])
    return results


def startup(side: str) -> list[float]:
    """Seconds until `import_module`, or the peer's equivalent, is there, and how many modules are new.

    `os` is there before, as it is in every interpreter that has run `site`.
    """
    import os  # noqa: F401

    before = len(sys.modules)
    start = perf_counter()
    if side == "loadstone":
        import loadstone

        loadstone.import_module  # noqa: B018 - resolves it
    elif side == "cpython":
        import importlib.util  # noqa: F401
    return [perf_counter() - start, len(sys.modules) - before]


def hot(rounds: str, name: str, package: str = "") -> list[list[float]]:
    """Seconds a call of `import_module` for an imported module: pairs of peer and loadstone."""
    from functools import partial

    def measure(import_module: ImportModule) -> float:
        turns = range(HOT_CALLS)
        start = perf_counter()
        if package:
            for _ in turns:
                import_module(name, package)
        else:
            for _ in turns:
                import_module(name)
        return (perf_counter() - start) / HOT_CALLS

    functions = import_functions()
    if functions[0](name, package) is not functions[1](name, package):
        raise SystemExit("the two sides do not agree")
    return alternated(int(rounds), [partial(measure, function) for function in functions])


def import_tree(tree: str, packages: str, modules: str, prepare: Callable[[], object]) -> list[float]:
    """Seconds that import statements for all modules of a generated tree take."""
    statements = [
        f"import p{package:02}.m{module:02}"
        for package in range(int(packages))
        for module in range(int(modules))
    ]
    code = compile("\n".join(statements), "<statements>", "exec")
    sys.path.insert(0, tree)
    prepare()
    start = perf_counter()
    exec(code, {})
    return [perf_counter() - start]


def cold(side: str, tree: str, packages: str, modules: str) -> list[float]:
    """Seconds that import statements for all modules of a generated tree take, without start-up."""
    return import_tree(tree, packages, modules, lambda: take_over(side))


def hooked(side: str, tree: str, packages: str, modules: str, site: str, peers: str) -> list[float]:
    """The same under the interpreter's own import, with hooks that don't apply.

    The peer's are so many finders with nothing to say, loadstone's are bound to names. `site` is where
    loadstone's dependencies are.
    """
    sys.path.append(site)
    import loadstone

    class Hook(loadstone.Interceptor):
        changes_modules = False

    if side == "loadstone":
        for number in range(IDLE_FINDERS):
            loadstone.install(Hook([f"package{number}", f"package{number}.*"]))
    else:
        sys.meta_path[:0] = [Idle() for _ in range(int(peers))]
    return import_tree(tree, packages, modules, bool)


def called_back(side: str, tree: str, packages: str, modules: str, site: str, callbacks: str) -> list[float]:
    """The same with so many callbacks for other modules on loadstone's side, and none on the peer's."""
    sys.path.append(site)
    import loadstone

    if side == "loadstone":
        for number in range(int(callbacks)):
            loadstone.when_imported(f"package{number}", print)
    return import_tree(tree, packages, modules, bool)


def traced(side: str, tree: str, site: str) -> list[float]:
    """What the import of everything takes: CPU seconds, seconds, and how many of these the trace has seen."""
    sys.path[:0] = [tree]
    sys.path.append(site)
    from contextlib import nullcontext

    import loadstone

    trace = loadstone.trace()  # on both sides, whose garbage collectors then have as much to do
    with trace if side == "loadstone" else nullcontext():
        start, cpu = perf_counter(), process_time()
        __import__("everything")
        cpu, seconds = process_time() - cpu, perf_counter() - start
    return [cpu, seconds, sum(record.cumulative for record in trace.imports if record.name == "everything")]


def long_path(side: str, tree: str, length: str, targets: str) -> list[float]:
    """Seconds an import of modules in the last of `length` entries: at first, with warm finders, failing."""
    take_over(side)
    sys.path[:] = [*(f"{tree}/d{entry:03}" for entry in range(int(length) - 1)), f"{tree}/last"]
    found = [f"target{number:02}" for number in range(int(targets))]
    missing = [f"missing{number:02}" for number in range(int(targets))]

    def measure(names: list[str]) -> float:
        start = perf_counter()
        for name in names:
            try:
                __import__(name)
            except ModuleNotFoundError:
                pass
        return (perf_counter() - start) / len(names)

    first = measure(found)
    for name in found:
        del sys.modules[name]
    return [first, measure(found), measure(missing)]


APPLICATIONS = {
    "rich": "import rich.console, rich.table, rich.progress, rich.markdown, rich.syntax, rich.live",
    "aiohttp": "import aiohttp, aiohttp.web",
    "botocore": "import botocore.session, botocore.client",
    "sqlalchemy": "import sqlalchemy.orm, sqlalchemy.dialects.postgresql, sqlalchemy.dialects.sqlite",
    "django": """
import django
from django.conf import settings
settings.configure(
    DATABASES={},
    INSTALLED_APPS=[
        f"django.contrib.{name}"
        for name in ("admin", "auth", "contenttypes", "sessions", "messages", "staticfiles")
    ],
    SECRET_KEY="none",
)
django.setup()
""",
    "sympy": "import sympy",
    "pandas": "import pandas",
}
"""By distribution, what its users import, or a start of it."""


def application(side: str, name: str, site: str) -> list[float]:
    """Seconds that the start of a real application takes, with what it needs of the standard library.

    With no name there is nothing to start.
    """
    sys.path.append(site)
    code = compile(APPLICATIONS.get(name, ""), f"<{name}>", "exec")
    take_over(side)
    start = perf_counter()
    exec(code, {})
    return [perf_counter() - start]


class Idle:
    """A finder that finds nothing."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """None."""


def idle(rounds: str) -> list[list[float]]:
    """Seconds that one more idle finder costs a failing import: pairs of peer and loadstone."""
    from functools import partial

    def measure(import_module: ImportModule, finders: int) -> float:
        sys.meta_path[:] = [Idle() for _ in range(finders)]
        turns = range(IDLE_IMPORTS)
        start = perf_counter()
        for _ in turns:
            try:
                import_module("missing")
            except ModuleNotFoundError:
                pass
        return (perf_counter() - start) / IDLE_IMPORTS

    functions = import_functions()
    chain = sys.meta_path[:]
    sys.meta_path[:] = [Idle()]
    for function in functions:
        try:
            function("missing")
        except ModuleNotFoundError as error:
            if error.name != "missing":
                raise
    sys.meta_path[:] = chain
    measures = [
        partial(measure, function, count) for function in functions for count in (1, 1 + IDLE_FINDERS)
    ]
    results = []
    for peer, peer_more, own, own_more in alternated(int(rounds), measures):
        results.append([(peer_more - peer) / IDLE_FINDERS, (own_more - own) / IDLE_FINDERS])
    sys.meta_path[:] = chain
    return results


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    print(globals()[sys.argv[2]](*sys.argv[3:]))
