"""Hooks with patterns: called when a module that matches is first imported, before it is found."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import loadstone
from loadstone.startup import Registry, StartupHook, run

if TYPE_CHECKING:
    from ..conftest import Sandbox

MODULES = {
    "pkg/__init__.py": "",
    "pkg/a.py": "print('pkg.a runs')",
    "pkg/sub/__init__.py": "",
    "pkg/sub/b.py": "",
    "other.py": "value = 1",
    "hooks.py": """
        import sys

        class First:
            def __init__(self, word):
                self.word = word

            def find_spec(self, fullname, path=None, target=None):
                print(self.word, "is asked for", fullname)

        def hello():
            print("hello")

        def fail():
            raise ValueError("no")

        def watch():
            sys.meta_path.insert(0, First("watcher"))

        def patch():
            import other
            other.value = 2
    """,
}


@pytest.fixture
def defer(sandbox: Sandbox, fresh: Callable[[], None]) -> Callable[..., None]:
    """A function that starts with hooks of `hooks`, by name, each with its patterns."""
    sandbox.write(MODULES, on_path=True)

    def defer(**hooks: str) -> None:
        registry = Registry(sandbox.root)
        for name, patterns in hooks.items():
            registry.add(StartupHook(name, f"hooks:{name.rstrip('_')}", tuple(patterns.split())))
        run.start(registry.directory)

    return defer


def waiting() -> list[run.Deferred]:
    """The finders on the chain that hooks wait in."""
    return [finder for finder in sys.meta_path if isinstance(finder, run.Deferred)]


def test_nothing_is_imported_before_a_module_matches(defer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The hook's module is imported with the first module that matches, and the finder leaves the chain."""
    defer(hello="other absent")
    assert "hooks" not in sys.modules
    assert waiting() == sys.meta_path[:1]
    import pkg  # noqa: F401

    assert "hooks" not in sys.modules
    import other

    assert other.value == 1
    assert capsys.readouterr() == ("hello\n", "")
    assert waiting() == []


@pytest.mark.parametrize(
    ("pattern", "name", "calls"),
    [
        ("pkg", "pkg.sub.b", 1),
        ("pkg.*", "pkg", 0),
        ("pkg.*", "pkg.sub.b", 1),
        ("pkg.sub.*", "pkg.sub", 0),
        ("pkg.sub.*", "pkg.sub.b", 1),
        ("pkg.s?b", "pkg.sub", 1),
        ("p[kx]g", "pkg", 1),
        ("*.b", "pkg.sub.b", 1),
        ("pkg.* pkg.sub.b *b", "pkg.sub.b", 1),
        ("other", "pkg", 0),
    ],
)
def test_patterns(
    defer: Any, pattern: str, name: str, calls: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name is that module, pkg.* is all below at any depth, other globs are fnmatch's; a hook runs once."""
    defer(hello=pattern)
    importlib.import_module(name)
    assert capsys.readouterr().out == "hello\n" * calls


@given(st.text("ab.*?[]!", max_size=6), st.text("ab.", max_size=6))
def test_matching_is_that_of_fnmatch(pattern: str, name: str) -> None:
    """Whatever the pattern, it matches as fnmatchcase has it; a name with no wildcard, itself only."""
    assert run.matches(pattern, name) == (
        name.startswith(pattern[:-1])
        if pattern.endswith(".*") and not any(sign in pattern[:-2] for sign in "*?[")
        else fnmatchcase(name, pattern)
    )


def test_only_a_glob_imports_fnmatch(sandbox: Sandbox) -> None:
    """Names and pkg.* are matched without fnmatch, which is imported for other globs."""
    program = """
import sys
sys.modules.pop("fnmatch", None)
from loadstone.startup import run
for pattern in ("a.b", "a.*"):
    finder = run.Deferred([(run._Hook("", "", ""), [pattern])])
    finder.find_spec("b.c.d")
    finder.call_for_loaded()
print("fnmatch" in sys.modules)
"""
    assert sandbox.python("-c", program).stdout == "False\n"


def test_a_module_that_is_loaded_matches_at_once(defer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a module that matches is there when start-up runs, the hook is called then."""
    defer(hello="json absent", fail="absent")
    output, errors = capsys.readouterr()
    assert (output, errors) == ("hello\n", "")
    assert len(waiting()) == 1


def test_a_failing_hook_lets_the_import_go_on(defer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A hook that fails costs one line, and the module is imported as if it were not there."""
    defer(fail="other")
    import other

    assert other.value == 1
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors == (
        "loadstone: start-up hook fail (hooks:fail) failed: ValueError: no "
        "(to disable it: python -m loadstone startup disable fail)\n"
    )


@pytest.mark.parametrize("how", ["statement", "loadstone", "takeover"])
def test_the_module_is_found_by_the_chain_that_the_hook_has_made(
    defer: Any, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finder that the hook puts first is asked for the very module, once, by any way of importing."""
    defer(watch="pkg", hello="absent")
    if how == "statement":
        importlib.import_module("pkg.a")
    elif how == "loadstone":
        loadstone.import_module("pkg.a")
    else:
        with loadstone.takeover():
            __import__("pkg.a")
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["watcher is asked for pkg", "watcher is asked for pkg.a", "pkg.a runs"]
    assert waiting() == sys.meta_path[:1], "it stays in front while hooks wait"


@pytest.mark.parametrize("how", ["statement", "loadstone"])
def test_a_hook_may_import_the_module_itself(
    defer: Any, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the hook has imported and changed is what the import statement gets; the module is run once."""
    defer(patch="other")
    module: Any = loadstone.import_module("other") if how == "loadstone" else __import__("other")
    assert module.value == 2
    assert sys.modules["other"] is module
    assert module.__spec__.loader is module.__loader__
    assert importlib.util.find_spec("other") is module.__spec__
    assert importlib.reload(module).value == 1


def test_a_search_that_imports_nothing_finds_the_module(defer: Any) -> None:
    """find_spec of a module that the hook imports gives a spec with its origin and its loader's protocols."""
    defer(patch="other")
    spec = importlib.util.find_spec("other")
    assert spec is not None
    assert spec.origin == sys.modules["other"].__file__
    loader: Any = spec.loader
    assert loader.get_source("other") == "value = 1"


def test_reloading_is_looking_for_the_module_too(defer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A hook that waits for a module which came to be loaded otherwise is called when it is reloaded."""
    import other

    known = sys.modules.pop("other")
    defer(patch="other", hello="nothing")
    sys.modules["other"] = known
    assert importlib.reload(other).value == 1
    assert len(waiting()) == 1


def test_a_module_that_nobody_finds_is_not_found(defer: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The hook for a module that is not there is called, and the import fails as it would without."""
    defer(hello="nowhere")

    class Ancient:
        """A finder from before find_spec."""

    sys.meta_path.append(Ancient())  # type: ignore[arg-type]
    (finder,) = waiting()
    assert finder.find_spec("nowhere") is None
    sys.meta_path.pop()
    with pytest.raises(ModuleNotFoundError, match="No module named 'nowhere'"):
        importlib.import_module("nowhere")
    assert capsys.readouterr().out == "hello\n"


def test_threads_call_a_hook_once(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """However many threads look for matching modules at once, the hook is called once."""
    sandbox.write(
        {"slow.py": "import time\ncalls = []\ndef hook():\n    calls.append(1)\n    time.sleep(0.01)\n"},
        on_path=True,
    )
    finder = run.Deferred([(run._Hook("slow", "slow:hook", ""), ["thing.*"])])
    sys.meta_path.insert(0, finder)
    barrier = threading.Barrier(8)

    def look(number: int) -> None:
        barrier.wait()
        finder.find_spec(f"thing.number{number}")

    threads = [threading.Thread(target=look, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    slow: Any = sys.modules["slow"]
    assert slow.calls == [1]
    assert waiting() == []
    assert capsys.readouterr().err == ""


def test_a_finder_that_was_taken_away_stays_away(defer: Any) -> None:
    """Where somebody took the finder off the chain, what it still does puts it back nowhere."""
    defer(hello="other", fail="absent")
    (finder,) = waiting()
    sys.meta_path.remove(finder)
    assert finder.find_spec("other") is not None
    assert waiting() == []
