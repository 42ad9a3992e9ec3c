"""What start-up does, in this process: which hooks are called, and what failing ones say."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from loadstone.startup import Registry, StartupHook, run

if TYPE_CHECKING:
    from ..conftest import Sandbox

HOOKS = """
import sys

def hello():
    print("hello")

def bye():
    print("bye")

def fail():
    raise ValueError("two\\nlines")

def leave():
    sys.exit("done")

def interrupt():
    raise KeyboardInterrupt

class Mute(Exception):
    def __str__(self):
        raise SystemExit("in str")

class Odd(type):
    @property
    def __name__(cls):
        raise RuntimeError("no name")

class Nameless(Exception, metaclass=Odd):
    pass

class Wrong(Exception):
    def __str__(self):
        return 3

class Deep(Exception):
    def __str__(self):
        return str(self)

class Escapes(BaseException):
    def __str__(self):
        return "\x1b[2J"

def mute():
    raise Mute

def nameless():
    raise Nameless("x")

def wrong():
    raise Wrong

def deep():
    raise Deep

def escapes():
    raise Escapes

def breaks_stderr():
    class Broken:
        def __getattr__(self, name):
            raise SystemExit(name)
    sys.stderr = Broken()
    raise Mute
"""

Fresh = Callable[[], None]


@pytest.fixture
def start(sandbox: Sandbox, fresh: Fresh) -> Callable[..., None]:
    """A function that starts as in a new process, with these hooks by hand: name and reference."""
    sandbox.write({"hooks.py": HOOKS}, on_path=True)
    registry = Registry(sandbox.root)

    def start(**hooks: str) -> None:
        for old in registry.hooks():
            registry.remove(old.name)
        for name, reference in hooks.items():
            registry.add(StartupHook(name, reference))
        fresh()
        run.start(registry.directory)

    return start


def test_hooks_are_called_in_order(start: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """Hooks are called in the order of the registry, once in a process."""
    start(b="hooks:hello", a="hooks:bye", c="hooks:sys.exc_info")
    run.start(run.started[0])
    assert capsys.readouterr() == ("hello\nbye\n", "")


def test_no_registry_is_no_hook(sandbox: Sandbox, fresh: Fresh, capsys: pytest.CaptureFixture[str]) -> None:
    """A directory without a registry starts silently."""
    run.start(str(sandbox.root))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("hooks:fail", "ValueError: two lines"),
        ("hooks:leave", "SystemExit: done"),
        ("hooks:missing", "AttributeError: module 'hooks' has no attribute 'missing'"),
        ("missing.mod:call", "ModuleNotFoundError: No module named 'missing'"),
        ("hooks:HELLO", "AttributeError"),
        ("hooks:sys", "TypeError: 'module' object is not callable"),
    ],
)
def test_a_failing_hook_is_reported_in_one_line(
    start: Any, reference: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hook that fails costs one line, with its name, the reason and the cure; the others are called."""
    start(bad=reference, good="hooks:hello")
    output, errors = capsys.readouterr()
    assert output == "hello\n"
    assert errors.count("\n") == 1
    assert errors.startswith(f"loadstone: start-up hook bad ({reference}) failed: {reason}")
    assert errors.endswith("(to disable it: python -m loadstone startup disable bad)\n")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("mute", "Mute, whose message cannot be had"),
        ("nameless", "Nameless: x"),
        ("wrong", "Wrong, whose message cannot be had"),
        ("deep", "Deep, whose message cannot be had"),
        ("escapes", "Escapes: \\x1b[2J"),
    ],
)
def test_an_error_that_cannot_be_told_costs_no_other_hook(
    start: Any, name: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hook whose error fails itself, by its `__str__` or its class, costs one line like any other."""
    start(bad=f"hooks:{name}", good="hooks:hello")
    output, errors = capsys.readouterr()
    assert output == "hello\n"
    assert errors.startswith(f"loadstone: start-up hook bad (hooks:{name}) failed: {reason} (to disable")
    assert errors.count("\n") == 1


def test_a_hook_that_breaks_stderr_costs_no_other_hook(
    start: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever a hook puts in the place of stderr, the hooks after it are called."""
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    start(bad="hooks:breaks_stderr", good="hooks:hello")
    assert capsys.readouterr().out == "hello\n"


def test_an_interrupt_passes_through(start: Any) -> None:
    """Ctrl-C while a hook runs is not swallowed."""
    with pytest.raises(KeyboardInterrupt):
        start(bad="hooks:interrupt")


@pytest.mark.parametrize("broken", ["none", "closed"])
def test_without_stderr_a_failure_is_silent(
    start: Any, monkeypatch: pytest.MonkeyPatch, broken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no stderr to write to, hooks fail silently and Python starts."""
    if broken == "none":
        monkeypatch.setattr(sys, "stderr", None)
    else:
        with open("/dev/null" if sys.platform != "win32" else "nul", "w", encoding="utf-8") as file:
            monkeypatch.setattr(sys, "stderr", file)
    start(bad="hooks:fail", good="hooks:hello")
    assert capsys.readouterr().out == "hello\n"


@pytest.mark.parametrize("damage", ["nonsense\n", "a\thooks\ton\t-\t\n", "a\thooks:bye\tmaybe\t-\t\n"])
def test_a_damaged_line_is_reported(
    start: Any, sandbox: Sandbox, fresh: Fresh, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A line that is no hook is named in one line on stderr; the hooks around it are called."""
    start(good="hooks:hello")
    with (sandbox.root / run.REGISTRY).open("a", encoding="utf-8") as file:
        file.write(damage + "other\thooks:bye\ton\t-\t\n")
    capsys.readouterr()
    fresh()
    run.start(str(sandbox.root))
    output, errors = capsys.readouterr()
    assert output == "hello\nbye\n"
    assert errors.count("\n") == 1
    assert errors.startswith(f"loadstone: line 3 of {sandbox.root / run.REGISTRY} failed: ValueError: not a")


@pytest.mark.parametrize("damage", ["undecodable", "directory"])
def test_an_unreadable_registry_is_reported(
    sandbox: Sandbox, fresh: Fresh, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A registry that cannot be read costs one line, and Python starts."""
    if damage == "directory":
        (sandbox.root / run.REGISTRY).mkdir()
    else:
        sandbox.write({run.REGISTRY: b"\xff\xff"})
    run.start(str(sandbox.root))
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.count("\n") == 1
    assert errors.startswith("loadstone: reading start-up hooks failed: ")


def test_a_long_registry_is_read_as_a_whole(sandbox: Sandbox) -> None:
    """A registry of any length is read to its end."""
    text = "# comment\n" * 20_000
    sandbox.write({run.REGISTRY: text.encode()})
    assert run.read(str(sandbox.root)) == text


def test_a_disabled_hook_is_not_called(
    start: Any, sandbox: Sandbox, fresh: Fresh, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is disabled is not even imported."""
    start(a="hooks:hello")
    Registry(sandbox.root).disable("a")
    capsys.readouterr()
    fresh()
    del sys.modules["hooks"]
    run.start(str(sandbox.root))
    assert capsys.readouterr() == ("", "")
    assert "hooks" not in sys.modules


def test_the_variable_switches_off(
    start: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With LOADSTONE_STARTUP=0 no hook is called."""
    monkeypatch.setenv("LOADSTONE_STARTUP", "0")
    start(a="hooks:hello")
    assert capsys.readouterr() == ("", "")


def test_the_variable_adds_hooks(
    start: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """LOADSTONE_STARTUP names hooks that are called after those of the registry, and once in a process."""
    monkeypatch.setenv("LOADSTONE_STARTUP", "hooks:bye, hooks:hello,")
    start(a="hooks:hello")
    run.start(str(sandbox.root / "another"))
    assert capsys.readouterr() == ("hello\nbye\nhello\n", "")


@pytest.mark.parametrize("reference", ["nonsense", "hooks:", ":hello", "missing:hello"])
def test_a_wrong_variable_is_reported(
    start: Any, monkeypatch: pytest.MonkeyPatch, reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the variable names and is no hook costs one line, which says where it comes from."""
    monkeypatch.setenv("LOADSTONE_STARTUP", f"{reference},hooks:hello")
    start()
    output, errors = capsys.readouterr()
    assert output == "hello\n"
    assert errors.count("\n") == 1
    assert errors.startswith(f"loadstone: start-up hook {reference} failed: ")
    assert errors.endswith("(take it out of LOADSTONE_STARTUP)\n")
