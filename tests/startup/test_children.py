"""Hooks in child processes: what travels, what cannot, and real children that have them."""

from __future__ import annotations

import binascii
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone.startup import CannotInherit, children, inherit, run
from loadstone.startup.registry import start_files

from .conftest import Environment

if TYPE_CHECKING:
    from ..conftest import Sandbox

VARIABLE = "LOADSTONE_INHERIT"

# A finder of modules that are nowhere else; `wild` is what the children are to unpickle.
FINDER = """
import sys
from importlib.machinery import ModuleSpec

class Wild:
    def __init__(self, word):
        self.word = word

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "wild":
            return ModuleSpec("wild", self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec("class Thing:\\n    pass\\ndef make(*_):\\n    return Thing()", module.__dict__)
        module.word = self.word

def put_on():
    sys.meta_path.append(Wild("start-up"))
"""

PROGRAM = """
import multiprocessing, subprocess, sys
from concurrent.futures import ProcessPoolExecutor

def word(thing):
    return f"{type(thing).__module__} {sys.modules['wild'].word}"

def main():
    INSTALL
    import wild
    context = multiprocessing.get_context(METHOD)
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        print(executor.submit(word, wild.Thing()).result())
        print(type(executor.submit(wild.make).result()) is wild.Thing)
    with context.Pool(1) as pool:
        print(pool.map(word, [wild.Thing()]), type(pool.map(wild.make, [1])[0]) is wild.Thing)

if __name__ == "__main__":
    main()
"""

METHODS = [
    pytest.param("spawn"),
    pytest.param("forkserver", marks=pytest.mark.skipif(os.name == "nt", reason="there is no fork")),
]


@pytest.fixture
def on(sandbox: Sandbox, fresh: Callable[[], None]) -> Iterator[None]:
    """As if this process had been started with a start-up file, with a module `finders` that has a finder."""
    sandbox.write({**start_files(), "finders.py": FINDER}, on_path=True)
    run.started.append(str(sandbox.root))
    handles = set(loadstone.hooks())
    yield
    for handle in loadstone.hooks():
        if handle not in handles:
            handle.uninstall()


def finder(word: str) -> Any:
    """A finder of the module `finders`."""
    return __import__("finders").Wild(word)


def words() -> list[str]:
    """The words of the finders on the chain."""
    return [it.word for it in sys.meta_path if type(it).__name__ == "Wild"]


def receive() -> None:
    """What a child does with the variable as it is now."""
    children.receive(os.environ.pop(VARIABLE))


def test_names_travel_too(on: None) -> None:
    """A finder that `install` binds to names is bound to them in the child."""
    loadstone.install(finder("bound"), names=("wild", "wild.*"), inherit=True).uninstall()
    own = loadstone.install(finder("bound"), names="wild", inherit=True)
    receive()
    (received,) = [handle for handle in loadstone.hooks() if handle is not own]
    assert (received.names, received.kind) == (("wild",), "finder")


def test_a_hook_travels_in_the_variable_and_is_installed(on: None) -> None:
    """What is inherited is installed by a process that has the variable, and inherited by its children."""
    undo = inherit(finder("hello"), first=True)
    assert words() == []
    receive()
    assert words() == ["hello"]
    assert getattr(sys.meta_path[0], "word", None) == "hello"
    assert VARIABLE in os.environ, "for the children of the child"
    undo()
    undo()
    assert VARIABLE not in os.environ


def test_undo_takes_one_hook_out(on: None) -> None:
    """Each function returned takes out its own hook, once, and does nothing where the variable is gone."""
    first, second, third = (inherit(finder(word)) for word in ("a", "b", "b"))
    second()
    second()
    receive()
    assert words() == ["a", "b"]
    del os.environ[VARIABLE]
    first()
    third()
    assert VARIABLE not in os.environ


def test_a_hook_that_start_up_has_installed_is_not_installed_again(on: None) -> None:
    """Where a start-up hook inherits the same hook in parent and child, the child has it once."""
    inherit(finder("same"))
    left = os.environ.pop(VARIABLE)
    inherit(finder("same"))
    children.receive(left)
    assert words() == []


class Local:
    """A hook that pickle refuses."""

    def __reduce__(self) -> str:
        raise pickle.PicklingError("not me")


def local() -> object:
    """A function defined in another."""

    def path_hook(entry: str) -> None:
        raise ImportError

    return path_hook


@pytest.mark.parametrize(
    ("hook", "reason"),
    [(Local(), "not me"), (local(), "local"), (os, "pickle")],
    ids=["refuses", "local", "module"],
)
def test_what_cannot_be_pickled_is_refused(on: None, hook: Any, reason: str) -> None:
    """A hook that pickle cannot carry is refused with pickle's reason, and the variable stays."""
    with pytest.raises(CannotInherit, match=reason) as caught:
        inherit(hook)
    assert caught.value.hook is hook
    assert reason in caught.value.reason
    assert isinstance(caught.value, TypeError)
    assert VARIABLE not in os.environ


@pytest.mark.parametrize("kind", ["class", "instance", "holds one"])
def test_what_is_defined_in_main_is_refused(on: None, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook whose class is in __main__ is refused, because __main__ is another module in a child."""
    main: Any = sys.modules["__main__"]
    made = type("Mine", (), {"__module__": "__main__", "find_spec": lambda *_: None})
    monkeypatch.setattr(main, "Mine", made, raising=False)
    hook: Any = {"class": made, "instance": made(), "holds one": finder(made)}[kind]  # type: ignore[arg-type]
    with pytest.raises(CannotInherit, match=r"Mine is defined in __main__.*module of its own"):
        inherit(hook)


def test_a_position_beside_an_object_of_this_process_is_refused(on: None) -> None:
    """`before` a finder that children import is carried; an instance, of which theirs is another, is not."""
    from importlib.machinery import PathFinder

    inherit(finder("word"), before=PathFinder)
    with pytest.raises(CannotInherit, match=r"after=.* would be another object"):
        inherit(finder("word"), after=finder("other"))
    receive()
    assert words() == ["word"]
    place = [getattr(it, "word", "") for it in sys.meta_path].index("word")
    assert sys.meta_path[place + 1] is PathFinder


def test_a_file_that_cannot_be_written_is_said(on: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no place for temporary files, the error says so, and what was there stays."""
    inherit(finder("word"))
    before = os.environ[VARIABLE]
    monkeypatch.setattr(tempfile, "tempdir", str(Path(run.started[0]) / "absent"))
    with pytest.raises(CannotInherit, match="cannot be written to a file"):
        inherit(finder("another"))
    assert os.environ[VARIABLE] == before


def test_without_a_start_up_file_it_is_refused(sandbox: Sandbox, fresh: Callable[[], None]) -> None:
    """Where children would not look at the variable, the error says what to run."""
    sandbox.write({"finders.py": FINDER}, on_path=True)
    with pytest.raises(CannotInherit, match="python -m loadstone startup on"):
        inherit(finder("word"))


@pytest.mark.parametrize("flag", ["-E", "-I", "-S"])
def test_a_process_whose_children_ignore_the_variable_cannot(sandbox: Sandbox, flag: str) -> None:
    """Under -E, -I and -S multiprocessing's children ignore the variable too: that is an error."""
    home = str(Path(loadstone.__file__ or "").parent.parent)
    program = f"import sys; sys.path.append({home!r}); from loadstone.startup import inherit; inherit(len)"
    result = sandbox.python(flag, "-c", program)
    assert "CannotInherit: child processes cannot have <built-in function len>: started with" in result.stderr


def tampered(path: Path) -> str:
    """The path of a file with a hook that prints as it is unpickled, as another could have put it there."""

    class Runs:
        def __reduce__(self) -> tuple[Any, tuple[str]]:
            return print, ("RAN",)

    folder = path / "folder"
    folder.mkdir(mode=0o700)
    file = folder / "hook"
    file.write_bytes(b"loadstone hook 1\n" + pickle.dumps(Runs()))
    file.chmod(0o600)
    return str(file)


posix = pytest.mark.skipif(os.name != "posix", reason="modes and owners are those of POSIX")
DAMAGES: dict[str, Callable[[Path], str]] = {
    "a text": lambda path: "nonsense",
    "a pickle": lambda path: binascii.b2a_base64(pickle.dumps(print), newline=False).decode(),
    "absent": lambda path: str(path / "absent"),
    "a relative path": lambda path: os.path.relpath(tampered(path)),
    "a directory": str,
}
UNSAFE: dict[str, Callable[[Path], object]] = {
    "readable by others": lambda file: file.chmod(0o640),
    "writable by others": lambda file: file.chmod(0o602),
    "directory of others": lambda file: file.parent.chmod(0o755),
    "a link": lambda file: (file.rename(f"{file}.real"), file.symlink_to(f"{file}.real")),
    "a pipe": lambda file: (file.unlink(), os.mkfifo(file, 0o600)),
    "no hook": lambda file: file.write_bytes(file.read_bytes()[1:]),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_variable_costs_one_line(
    on: None, damage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is no hook in the variable is reported in one line, and not run; the others are installed."""
    inherit(finder("word"))
    damaged = DAMAGES[damage](tmp_path)
    children.receive(f"{damaged}{os.pathsep}{os.environ.pop(VARIABLE)}")
    assert words() == ["word"]
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.count("\n") == 1
    assert errors.startswith("loadstone: reading ")
    assert damaged not in os.environ[VARIABLE], "children would say it again"


@posix
@pytest.mark.parametrize("change", UNSAFE)
def test_a_file_that_others_could_have_written_is_refused(
    on: None, change: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file is unpickled only if it is the user's, regular, closed to others, as is its directory."""
    file = tampered(tmp_path)
    UNSAFE[change](Path(file))
    children.receive(file)
    output, errors = capsys.readouterr()
    assert output == ""
    assert errors.count("\n") == 1


@posix
def test_a_file_of_another_user_is_refused(
    on: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who runs as another user than the one that has written the file gets nothing of it."""
    inherit(finder("word"))
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    receive()
    assert words() == []
    assert f"it belongs to user {mine}, not to {mine + 1}" in capsys.readouterr().err


def test_the_file_is_the_users_own_and_goes(on: None) -> None:
    """Nothing of a hook is in the environment; the file has mode 0600, and goes with the handle."""
    undo = inherit(finder("s3cr3t"))
    assert not [name for name, value in os.environ.items() if "s3cr3t" in value]
    file = Path(os.environ[VARIABLE])
    assert b"s3cr3t" in file.read_bytes()
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert file.stat().st_uid == os.geteuid()
    undo()
    assert not file.parent.exists()


@posix
@pytest.mark.parametrize("call", ["getuid", "getgid"])
def test_set_uid_ignores_the_variables(
    on: None, sandbox: Sandbox, fresh: Callable[[], None], call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process with the rights of another user takes no hooks from its environment, and gives none."""
    inherit(finder("word"))
    monkeypatch.setenv("LOADSTONE_STARTUP", "finders:put_on")
    fresh()
    another = getattr(os, call)() + 1
    monkeypatch.setattr(os, call, lambda: another)
    run.start(str(sandbox.root))
    assert words() == []
    with pytest.raises(CannotInherit, match="another user"):
        inherit(finder("more"))


def test_a_hook_that_is_gone_costs_one_line(
    on: None, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """A hook that a child cannot import is named in one line, and sys.path is as it was."""
    inherit(finder("word"))
    (sandbox.root / "finders.py").unlink()
    del sys.modules["finders"]
    path = sys.path[:]
    sys.path.remove(str(sandbox.root))
    before = sys.path[:]
    receive()
    assert sys.path == before
    sys.path[:] = path
    assert capsys.readouterr().err == (
        "loadstone: hook finders.Wild of the parent process failed: ModuleNotFoundError: "
        "No module named 'finders' (unset LOADSTONE_INHERIT to start without)\n"
    )


def test_only_an_interrupt_stops_the_start(on: None, capsys: pytest.CaptureFixture[str]) -> None:
    """A hook that exits when it is unpickled costs one line; Ctrl-C passes through."""
    with (Path(run.started[0]) / "finders.py").open("a", encoding="utf-8") as file:
        file.write("class Ends(Wild):\n    def __setstate__(self, state):\n        raise state['word']\n")
    ends = __import__("finders").Ends
    inherit(ends(SystemExit("done")))
    receive()
    assert "SystemExit: done" in capsys.readouterr().err
    inherit(ends(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        receive()


def test_hooks_of_another_environment_are_handed_on(on: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter of another environment leaves the hooks alone, silently, for those that it may start."""
    inherit(finder("word"))
    before = os.environ[VARIABLE]
    with monkeypatch.context() as patch:
        patch.setattr(sys, "prefix", "/another")
        receive()
    assert words() == []
    assert os.environ[VARIABLE] == before


def test_start_up_receives(on: None, sandbox: Sandbox, fresh: Callable[[], None]) -> None:
    """Start-up installs what the variable has, once in a process."""
    inherit(finder("word"))
    fresh()
    run.start(str(sandbox.root))
    run.start(str(sandbox.root / "another"))
    assert words() == ["word"]


@pytest.fixture
def wild(environment: Environment) -> Environment:
    """An environment with a start-up file, and a finder that is on no interpreter's path by itself."""
    environment.startup("on")
    (environment.root / "app").mkdir()
    (environment.root / "app" / "finders.py").write_text(FINDER)
    return environment


def write(environment: Environment, install: str, method: str) -> str:
    """The path of a program that installs as told and has workers of that kind."""
    program = environment.root / "app" / "main.py"
    program.write_text(PROGRAM.replace("INSTALL", install).replace("METHOD", repr(method)))
    return str(program)


@pytest.mark.parametrize("method", METHODS)
def test_workers_have_the_hooks_that_are_inherited(wild: Environment, method: str) -> None:
    """Workers of both kinds of pool unpickle and send instances of classes that a hook's module defines."""
    install = "import finders, loadstone; loadstone.install(finders.Wild('inherited'), inherit=True)"
    assert wild.says(write(wild, install, method)).splitlines() == [
        "wild inherited",
        "True",
        "['wild inherited'] True",
    ]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("how", ["registry", "variable"])
def test_workers_have_start_up_hooks(wild: Environment, method: str, how: str) -> None:
    """Hooks of the registry and of the variable are there in workers too."""
    (wild.root / "app" / "finders.py").rename(wild.modules / "finders.py")
    program = write(wild, "pass", method)
    if how == "registry":
        wild.startup("add", "wild", "finders:put_on")
        output = wild.says(program)
    else:
        output = wild.says(program, LOADSTONE_STARTUP="finders:put_on")
    assert output.splitlines() == ["wild start-up", "True", "['wild start-up'] True"]


CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', {!r}], check=True)"


def test_subprocesses_have_the_hooks_that_are_inherited(wild: Environment) -> None:
    """A child of a child has them, and no child that starts after the handle's uninstall()."""
    grandchild = CHILD.format("import sys, wild; print(wild.word, sum('app' in entry for entry in sys.path))")
    program = wild.root / "app" / "main.py"
    program.write_text(
        "import subprocess, sys, finders, loadstone\n"
        "handle = loadstone.install(finders.Wild('inherited'), inherit=True)\n"
        f"{CHILD.format(grandchild)}\n"
        "handle.uninstall()\n"
        "child = subprocess.run([sys.executable, '-c', 'import wild'], stderr=subprocess.PIPE)\n"
        "print(child.stderr.decode().splitlines()[-1])\n"
    )
    assert wild.says(str(program)).splitlines() == [
        "inherited 0",
        "ModuleNotFoundError: No module named 'wild'",
    ]


def test_an_environment_without_a_start_up_file_says_so_when_installing(environment: Environment) -> None:
    """install(…, inherit=True) raises at once, installs nothing, and `startup on` is the cure."""
    (environment.modules / "finders.py").write_text(FINDER)
    program = (
        "import sys, finders, loadstone; before = sys.meta_path[:]\n"
        "try:\n"
        "    loadstone.install(finders.Wild(''), inherit=True)\n"
        "except loadstone.startup.CannotInherit as error:\n"
        "    print(error.reason, sys.meta_path == before)\n"
    )
    program = program.replace("loadstone;", "loadstone.startup;")
    assert environment.says("-c", program) == (
        "this environment has no start-up file: run `python -m loadstone startup on` True\n"
    )
    environment.startup("on")
    assert environment.says("-c", program) == ""


def test_another_environment_starts_silently(wild: Environment, tmp_path: Path) -> None:
    """A child of another environment has none of the hooks and says nothing about them."""
    (tmp_path / "more").mkdir()
    other = Environment(tmp_path / "more")
    other.startup("on")
    program = wild.root / "app" / "main.py"
    program.write_text(
        "import subprocess, sys, finders, loadstone\n"
        "loadstone.install(finders.Wild('inherited'), inherit=True)\n"
        "subprocess.run([sys.argv[1], '-c', 'import sys; print(len(sys.meta_path))'])\n"
    )
    assert wild.says(str(program), str(other.executable)) == "3\n"
