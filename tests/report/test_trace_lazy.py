"""Lazy imports (PEP 810) in a trace: which import resolved one, where that was declared, which never were."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.versions import HAS_LAZY_IMPORTS
from loadstone.report.trace.records import Lazy, Trace

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="this Python has no lazy imports")

MODULES = {
    "one.py": "x = y = 1\n",
    "two.py": "x = 2\n",
    "pkg/__init__.py": "",
    "pkg/sub.py": "x = 3\n",
    "pkg/deep/__init__.py": "",
    "pkg/deep/er.py": "x = 4\n",
}
STATEMENTS = {
    "lazy import one": ("one", None, "one", ["one"]),
    "lazy import pkg.sub": ("pkg.sub", None, "pkg", ["pkg"]),
    "lazy import pkg.sub as name": ("pkg.sub", None, "name", ["pkg", "pkg.sub"]),
    "lazy import pkg.deep.er as name": ("pkg.deep.er", None, "name", ["pkg", "pkg.deep", "pkg.deep.er"]),
    "lazy from one import x": ("one", "x", "x", ["one"]),
    "lazy from one import (\n    x,\n    y as name)": ("one", "y", "name", ["one"]),
    "lazy from pkg import sub": ("pkg", "sub", "sub", ["pkg", "pkg.sub"]),
    "lazy import two, one": ("one", None, "one", ["one"]),
    "lazy from .one import x": ("app.one", "x", "x", ["app.one"]),
    "lazy from . import one": ("app", "one", "one", ["app.one"]),
}


@pytest.fixture(autouse=True)
def pending() -> Iterator[None]:
    """What is left pending is forgotten: the interpreter would look for it in other tests."""
    names: Any = getattr(sys, "lazy_modules", set())
    before = set(names)
    yield
    names.intersection_update(before)


def lazies(trace: Trace) -> dict[str, Lazy | None]:
    """What the imports of the test's own modules say of that."""
    own = ("one", "two", "pkg", "app", "user", "facade")
    return {each.name: each.lazy for each in trace.imports if each.name.partition(".")[0] in own}


def unused(trace: Trace) -> list[tuple[str | None, int | None, str, str | None]]:
    """The lazy imports that nobody has used: who declares them, in which line, and what they import."""
    return [(each.importer, each.line, each.name, each.attribute) for each in trace.unused]


@pytest.mark.parametrize("by", ["name", "attribute", "getattr", "from import"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_an_import_says_that_it_was_lazy(sandbox: Sandbox, statement: str, by: str) -> None:
    """Where it was declared, beside where it was used first; parents of the module come by the same one."""
    name, attribute, bound, imported = STATEMENTS[statement]
    root = sandbox.write(
        {
            **MODULES,
            "app/__init__.py": f"import sys\n\n{statement}\n\n\ndef use():\n    {bound}\n",
            "app/one.py": "x = 5\n",
            "user.py": f"""
                import app

                def use():
                    uses = {{
                        "name": app.use,
                        "attribute": lambda: app.{bound},
                        "getattr": lambda: getattr(app, {bound!r}),
                    }}
                    if {by!r} in uses:
                        uses[{by!r}]()
                    else:
                        from app import {bound}
            """,
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        user: Any = importlib.import_module("user")
        user.use()
    expected = Lazy(name, attribute, bound, "app", str(root / "app/__init__.py"), 3)
    found = lazies(trace)
    assert [each for each in found if found[each]] == imported
    assert [found[each] for each in imported] == [expected] * len(imported)
    (used,) = {(each.importer, each.file, each.line) for each in trace.imports if each.lazy == expected}
    line = {"name": 7 + statement.count("\n"), "attribute": 6, "getattr": 7}.get(by, 12)
    file = "app/__init__.py" if by == "name" else "user.py"
    assert used == (file.removesuffix("/__init__.py").removesuffix(".py"), str(root / file), line)
    assert [each.bound for each in trace.unused] == (
        ["x"]
        if "(" in statement
        else ["two"]
        if "two" in statement
        else ["pkg"]
        if statement == "lazy import pkg.sub"  # of which only pkg was used
        else []
    )


STEPS = """
    import sys
    import traceback
    lazy import pkg.sub
    lazy import pkg.deep.er
    lazy import pkg.deep.er as er
    lazy import pkg.nothing
    lazy import one.nothing
    lazy from pkg import sub
    lazy from pkg.deep import er as name, missing
    lazy import two as number
    SEEN = []

    def look(step):
        try:
            eval(step, globals())
        except Exception as error:
            while error is not None:
                frames = traceback.extract_tb(error.__traceback__)
                SEEN.append((repr(error), [(each.filename, each.lineno) for each in frames]))
                error = error.__cause__ if "not a package" not in str(error) else None
        own = ("one", "two", "pkg")
        loaded = [name for name in sys.modules if name.partition(".")[0] in own]
        pending = [name for name in sys.lazy_modules if name.partition(".")[0] in own]
        SEEN.append((step, loaded, sorted(pending), [type(value).__name__ for value in globals().values()]))

    def use():
        SEEN.clear()
        for step in STEPS:
            look(step)
        return SEEN
"""


@pytest.mark.parametrize(
    "steps",
    [
        ["pkg", "pkg.deep", "pkg.deep.er", "pkg.sub"],
        ["pkg.nothing", "pkg.sub", "pkg.deep.er.x"],
        ["er", "pkg"],
        ["name", "pkg.deep.er"],
        ["missing", "name"],
        ["sub", "pkg"],
        ["one", "one.nothing", "number"],
        ["getattr(pkg, 'sub')", "pkg.deep"],
        ["__import__('pkg.sub')", "pkg"],
        ["__import__('pkg.deep.er', fromlist=['x'])", "pkg.deep.er"],
    ],
)
def test_no_more_is_imported_than_without(sandbox: Sandbox, steps: list[str]) -> None:
    """At each use, what is imported, what stays pending and what fails are the same."""
    sandbox.write({**MODULES, "app.py": f"STEPS = {steps!r}\n" + textwrap.dedent(STEPS)}, on_path=True)
    seen: list[Any] = []
    for context in (contextlib.nullcontext(), loadstone.trace(), loadstone.trace()):
        for name in [*MODULES, "app"]:
            sys.modules.pop(name.removesuffix("/__init__.py").removesuffix(".py").replace("/", "."), None)
        names: Any = sys
        names.lazy_modules.clear()
        with contextlib.ExitStack() as stack:
            stack.enter_context(context)
            if len(seen) == 2:  # within another trace
                stack.enter_context(loadstone.trace())
            app: Any = importlib.import_module("app")
            seen.append(list(app.use()))
    assert seen[1] == seen[0]
    assert seen[2] == seen[0]


@pytest.mark.parametrize("way", ["__lazy_modules__", "all"])
def test_ways_to_be_lazy_without_the_word(sandbox: Sandbox, way: str) -> None:
    """A plain statement, made lazy by the module or for the whole program, is told in the same way."""
    before = (
        "__lazy_modules__ = ['one', 'two', 'pkg.sub']\n"
        if way == "__lazy_modules__"
        else "# -X lazy_imports=all\n"
    )
    sandbox.write(
        {**MODULES, "app.py": f"{before}import one\nfrom two import x\nimport pkg.sub\nuse = lambda: x\n"},
        on_path=True,
    )
    settings: Any = sys
    with loadstone.trace() as trace:
        if way == "all":
            settings.set_lazy_imports("all")
        try:
            app: Any = importlib.import_module("app")
        finally:
            settings.set_lazy_imports("normal")
        assert app.use() == 2
    assert lazies(trace) == {"app": None, "two": Lazy("two", "x", "x", "app", app.__file__, 3)}
    assert unused(trace) == [("app", 2, "one", None), ("app", 4, "pkg.sub", None)]


def test_what_is_never_used_is_listed(sandbox: Sandbox) -> None:
    """By importing module and line, and whether the module is there all the same; not what was before."""
    sandbox.write(
        {
            **MODULES,
            "user.py": "lazy import pkg\n",
            "app.py": "lazy import one, two\nif 1:\n    lazy from pkg import (\n      sub)\nimport two as t",
        },
        on_path=True,
    )
    importlib.import_module("user")
    with loadstone.trace() as trace:
        importlib.import_module("app")
    assert unused(trace) == [("app", 1, "one", None), ("app", 1, "two", None), ("app", 3, "pkg", "sub")]
    assert [each.loaded for each in trace.unused] == [False, True, False]
    assert "one" not in sys.modules


def test_an_eager_import_of_what_is_pending(sandbox: Sandbox) -> None:
    """Is no lazy one, though the module is declared lazily elsewhere; nor is an explicit call."""
    sandbox.write(
        {
            **MODULES,
            "app.py": """
                lazy import one, two, pkg
                def use():
                    import one
                    __import__("two")
                    from importlib import import_module
                    import_module("pkg")
            """,
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        importlib.import_module("app").use()
    assert lazies(trace) == {"app": None, "one": None, "two": None, "pkg": None}
    assert [(each.name, each.loaded) for each in trace.unused] == [
        ("one", True),
        ("two", True),
        ("pkg", True),
    ]


def test_the_filter_decides(sandbox: Sandbox) -> None:
    """What the program's filter makes eager is not lazy; it is asked as without a trace, and stays."""
    sandbox.write({**MODULES, "app.py": "lazy import one\nlazy import two\n"}, on_path=True)
    settings: Any = sys
    asked = []

    def decide(importer: str, name: str, names: Any) -> bool:
        asked.append((importer, name, names))
        return name != "one"

    settings.set_lazy_imports_filter(decide)
    try:
        with loadstone.trace() as trace:
            importlib.import_module("app")
            assert settings.get_lazy_imports_filter() is decide
    finally:
        settings.set_lazy_imports_filter(None)
    assert asked == [("app", "one", None), ("app", "two", None)]
    assert lazies(trace) == {"app": None, "one": None}
    assert unused(trace) == [("app", 2, "two", None)]


def test_one_that_fails_was_used(sandbox: Sandbox) -> None:
    """Its record has the failure and where it was declared; its traceback is that of an untraced run."""
    root = sandbox.write(
        {
            "app.py": """
                import traceback
                lazy import missing
                lazy import one
                lazy from blocked import x
                def use(get):
                    try:
                        get()
                    except Exception as error:
                        link = error
                        while link is not None:
                            for frame in traceback.extract_tb(link.__traceback__):
                                yield frame.filename, frame.lineno, frame.name
                            link = link.__cause__
                def all():
                    return [*use(lambda: missing), *use(lambda: one), *use(lambda: x)]
            """,
            "one.py": "raise ValueError('no')\n",
        },
        on_path=True,
    )
    sys.modules["blocked"] = None  # type: ignore[assignment]
    app: Any = importlib.import_module("app")
    plain = app.all()
    del sys.modules["app"]
    with loadstone.trace() as trace:
        app = importlib.import_module("app")
        assert app.all() == plain
    failed = {each.name: (each.error, each.lazy and each.lazy.line) for each in trace.imports if each.error}
    assert failed == {
        "missing": ("ModuleNotFoundError", 2),
        "one": ("ValueError", 3),
        "blocked": ("ModuleNotFoundError", 4),
    }
    assert {each.swallowed for each in trace.imports if each.error} == {True}
    assert trace.unused == []
    assert str(root / "app.py") in {each.lazy.file for each in trace.imports if each.lazy}


def test_beside_takeover_and_other_traces(sandbox: Sandbox) -> None:
    """Whichever comes first, a lazy import is one."""
    sandbox.write(
        {**MODULES, "app.py": "lazy import one, two, pkg\nuses = [lambda: one, lambda: two, lambda: pkg]\n"}
    )
    sandbox.on_path()
    uses = iter(importlib.import_module("app").uses)
    seen = []
    with loadstone.takeover(), loadstone.trace() as trace:
        next(uses)()
    seen.append(lazies(trace))
    with loadstone.trace() as trace, loadstone.takeover():
        next(uses)()
    seen.append(lazies(trace))
    with loadstone.trace() as outer, loadstone.trace() as inner:
        next(uses)()
    assert lazies(outer) == lazies(inner)
    seen.append(lazies(inner))
    found = [(name, lazy and lazy.line) for each in seen for name, lazy in each.items()]
    assert found == [("one", 1), ("two", 1), ("pkg", 1)]


def test_modules_that_load_at_a_look_are_left_alone(sandbox: Sandbox) -> None:
    """Looking for what is pending loads no module that `loadstone.lazy` or importlib's has put off."""
    sandbox.write({"one.py": "", "two.py": ""}, on_path=True)
    with loadstone.lazy("one"):
        one = importlib.import_module("one")
    spec = importlib.util.find_spec("two")
    assert spec is not None
    assert spec.loader is not None
    spec.loader = importlib.util.LazyLoader(spec.loader)
    two = sys.modules["two"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(two)
    kinds = type(one), type(two)
    with loadstone.trace():
        pass
    assert (type(one), type(two)) == kinds
    assert all(kind is not type(sys) for kind in kinds)


def test_one_that_leads_to_another(sandbox: Sandbox) -> None:
    """Of lazy names behind lazy names, each import has its own declaration, all resolved at one use."""
    sandbox.write(
        {
            **MODULES,
            "facade.py": "import sys\nlazy from one import x\n",
            "app.py": "lazy from facade import x as name\nuse = lambda: name\n",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        assert importlib.import_module("app").use() == 1
    found = {name: lazy and (lazy.importer, lazy.line, lazy.bound) for name, lazy in lazies(trace).items()}
    assert found == {"app": None, "facade": ("app", 1, "name"), "one": ("facade", 2, "x")}
    assert {(each.importer, each.line) for each in trace.imports if each.lazy} == {("app", 2)}
    assert trace.unused == []


def test_several_that_are_bound_to_one_name(sandbox: Sandbox) -> None:
    """Each submodule of a package has its own declaration, though the module holds the last only."""
    sandbox.write(
        {
            **MODULES,
            "app.py": """
                lazy import pkg.sub
                lazy import pkg.deep.er
                lazy import pkg.never
                def use():
                    pkg
                    pkg.sub
                    pkg.deep
            """,
            "user.py": "lazy import pkg.other\nlazy import pkg.another\n",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        importlib.import_module("user")
        importlib.import_module("app").use()
    found = {name: lazy and (lazy.importer, lazy.line) for name, lazy in lazies(trace).items()}
    assert found == {
        "user": None,
        "app": None,
        "pkg": ("app", 3),
        "pkg.sub": ("app", 1),
        "pkg.deep": ("app", 2),
    }
    assert unused(trace) == [
        ("user", 1, "pkg.other", None),
        ("user", 2, "pkg.another", None),
        ("app", 2, "pkg.deep.er", None),
        ("app", 3, "pkg.never", None),
    ]


def test_several_that_mean_the_same(sandbox: Sandbox) -> None:
    """The one in the module that uses it by name is told, else that of the module it is used through."""
    sandbox.write(
        {
            **MODULES,
            "app.py": "lazy import one\nlazy import two\n",
            "user.py": "import app\nlazy import one\nlazy import two\nuse = lambda: (one, app.two)\n",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        importlib.import_module("user").use()
    found = {name: lazy and (lazy.importer, lazy.line) for name, lazy in lazies(trace).items()}
    assert found == {"user": None, "app": None, "one": ("user", 2), "two": ("app", 2)}
    assert unused(trace) == [("app", 1, "one", None), ("user", 3, "two", None)]


def test_one_that_no_module_holds(sandbox: Sandbox) -> None:
    """Is lazy all the same, when it is resolved; where it was declared is not known any more."""
    sandbox.write({**MODULES, "app.py": "lazy import one\n"}, on_path=True)
    with loadstone.trace() as trace:
        space: Any = vars(importlib.import_module("app"))
        space.pop("one").resolve()
    assert lazies(trace) == {"app": None, "one": Lazy("one")}
    assert trace.unused == []


PROGRAM = """
    import sys
    import one, pkg.sub
    from two import x
    try:
        import graphlib
    except ImportError:
        pass

    def use():
        print(x, pkg.sub.x, [name for name in sys.modules if name in NAMES])

    NAMES = {"one", "two", "pkg", "pkg.sub", "graphlib", "colorsys", "types"}
    print(sys.get_lazy_imports(), [name for name in sys.modules if name in NAMES])
    use()
    import colorsys
"""


@pytest.mark.parametrize("command", [["run"], ["run", "--takeover"], ["trace", "-o", "trace.json"]])
@pytest.mark.parametrize("way", ["option", "variable"])
def test_a_program_whose_imports_are_all_lazy(sandbox: Sandbox, way: str, command: list[str]) -> None:
    """It does the same under loadstone, in the same order; nothing of loadstone's is imported by it."""
    sandbox.write({**MODULES, "app.py": PROGRAM})
    options = ["-X", "lazy_imports=all"] if way == "option" else []
    variables = {} if way == "option" else {"PYTHON_LAZY_IMPORTS": "all"}
    plain = sandbox.python(*options, "app.py", **variables)
    assert (plain.returncode, plain.stdout.split()[0]) == (0, "all")
    done = sandbox.python(*options, "-m", "loadstone", *command, "app.py", **variables)
    assert (done.returncode, done.stdout, done.stderr) == (0, plain.stdout, "")
    if command[0] == "trace":
        trace = Trace.from_json((sandbox.root / "trace.json").read_text())
        own = [each for each in trace.imports if each.importer == "__main__"]
        lines = [("graphlib", None), ("two", 3), ("pkg", 2), ("pkg.sub", 2)]
        assert [(each.name, each.lazy and each.lazy.line) for each in own] == lines
        assert unused(trace)[:1] == [("__main__", 2, "one", None)]
        assert not [each.name for each in trace.imports if each.name.startswith(("loadstone", "attr"))]


def test_a_trace_in_a_program_whose_imports_are_all_lazy(sandbox: Sandbox) -> None:
    """It records what the program imports, and nothing of its own."""
    program = """
        import loadstone, sys
        import one
        def use():
            with loadstone.trace() as trace:
                one.x
            print([each.name for each in trace.imports], trace.imports[0].lazy.line)
            trace.page(), trace.to_html()
        use()
    """
    sandbox.write({**MODULES, "app.py": program})
    done = sandbox.python("-X", "lazy_imports=all", "app.py")
    assert (done.stdout, done.stderr) == ("['one'] 2\n", "")


def test_what_is_used_after_the_main_program(sandbox: Sandbox) -> None:
    """By another thread or at exit, is not listed as never used."""
    sandbox.write(
        {
            **MODULES,
            "app.py": """
                import atexit, threading, time
                lazy import one, two, pkg
                def wait():
                    time.sleep(0.2)
                    one
                threading.Thread(target=wait).start()
                atexit.register(lambda: two)
            """,
        }
    )
    done = sandbox.python("-m", "loadstone", "trace", "-o", "trace.json", "app.py", measured=False)
    assert done.returncode == 0, done.stderr
    trace = Trace.from_json((sandbox.root / "trace.json").read_text())
    assert {"one", "two"} <= {each.name for each in trace.imports if each.lazy}
    assert [each.name for each in trace.unused if each.importer == "__main__"] == ["pkg"]
