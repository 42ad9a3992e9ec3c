"""No command runs the files of the folder that it is started in, whatever they are called."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attr
import attrs
import pytest
import typing_extensions

import loadstone
from loadstone.__main__ import main

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.usefixtures("unmeasured")

SHADOW = "open({record!r}, 'a').write(__name__ + '\\n')\n"
IMPORTER = """
from importlib.machinery import ModuleSpec

class Finder:
    def find_spec(self, name, path=None, target=None):
        return ModuleSpec(name, self) if name == "kitone" else None
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        module.value = 1

finder = Finder()
"""
COMMANDS = {
    "doctor": ["doctor", "--scan", "own", "--json"],
    "doctor, importing": ["doctor", "--import", "own"],
    "explain": ["explain", "csv"],
    "explain, in vain": ["explain", "cvs.nothing"],
    "explain, loading": ["explain", "--load", "own"],
    "startup": ["startup", "list"],
    "check": ["check", "own:finder", "--finds", "kitone"],
    "trace": ["trace", "program.py"],
    "trace, a module": ["trace", "--json", "-m", "program"],
    "run": ["run", "program.py"],
    "run, a module": ["run", "-m", "program"],
    "run, taken over": ["run", "--takeover", "-c", "pass"],
    "help": ["--help"],
}
LOADED = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


@pytest.fixture(scope="module")
def names() -> list[str]:
    """What files could hide: all of the standard library, and what loadstone uses beside it."""
    others = {"attr", "attrs", "rich", "typing_extensions", "markdown_it", "pygments", "exceptiongroup"}
    return sorted({*sys.stdlib_module_names, *others} - {"__main__"})


@pytest.mark.parametrize("command", COMMANDS)
def test_files_that_hide_modules_are_not_run(sandbox: Sandbox, names: list[str], command: str) -> None:
    """A folder has a file for each name that a tool may import: none is run, and the tool does its work."""
    sandbox.write({"loaded.py": LOADED, "own.py": IMPORTER, "program.py": "pass"})
    expected = sandbox.python("-m", "loadstone", *COMMANDS[command])
    # python -m itself imports these from where it is started.
    started = {*sandbox.python("-m", "loaded").stdout.split()}
    if command == "explain, loading":
        # What the module itself imports it finds as under python.
        started |= {*sandbox.python("-c", f"import own\n{LOADED}").stdout.split()}
    record = sandbox.root / "record.txt"
    hidden = [name for name in names if name not in started]
    sandbox.write({f"{name}.py": SHADOW.format(record=str(record)) for name in hidden})
    result = sandbox.python("-m", "loadstone", *COMMANDS[command])
    executed = record.read_text().split() if record.exists() else []
    assert executed == [], result.stderr
    assert "Traceback" not in result.stderr
    if command == "doctor":
        findings = json.loads(result.stdout)["findings"]
        told = {finding["subject"] for finding in findings if finding["code"] == "LS141"}
        assert told >= {*hidden} & sys.stdlib_module_names
    elif command != "doctor, importing":
        assert result.returncode == expected.returncode, result.stderr


def test_the_folder_where_loadstone_is_installed(sandbox: Sandbox) -> None:
    """A folder into which all was installed, as by ``pip install --target``, is where its parts are found."""
    copies = (loadstone, attr, attrs, typing_extensions)
    for module in copies:
        file = Path(str(module.__file__))
        if file.name == "__init__.py":
            shutil.copytree(file.parent, sandbox.root / file.parent.name)
        else:
            shutil.copy(file, sandbox.root)
    options = ["-S", "-m", "loadstone"]
    result = sandbox.python(*options, "doctor", "--only", "LS152")
    assert (result.returncode, result.stderr) == (0, "")
    assert "nothing is wrong" in result.stdout
    finder = "importlib.machinery:BuiltinImporter"
    result = sandbox.python(*options, "check", finder, "--finds", "time", "--only", "LS301")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.fixture
def hiding(sandbox: Sandbox, names: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file for each name that Python has not imported by itself; each notes that it ran."""
    sandbox.write({"loaded.py": LOADED, "own.py": IMPORTER, "program.py": "import shelve, this"})
    # Python itself imports from PYTHONPATH when it starts, for -m, and for -W, which a check starts it with.
    started = {*sandbox.python("-W", "default", "-m", "loaded").stdout.split()}
    folder = tmp_path_factory.mktemp("hiding")
    record = SHADOW.format(record=str(sandbox.root / "record.txt"))
    for name in names:
        if name not in started:
            (folder / f"{name}.py").write_text(record, encoding="utf-8")
    return folder


QUIET = [name for name in COMMANDS if not name.startswith(("trace", "run"))]


@pytest.mark.parametrize("command", QUIET)
def test_files_on_pythonpath_are_not_run(sandbox: Sandbox, hiding: Path, command: str) -> None:
    """A folder on PYTHONPATH hides every module there is: none of its files is run, and the tool works."""
    result = sandbox.python("-m", "loadstone", *COMMANDS[command], PYTHONPATH=str(hiding))
    record = sandbox.root / "record.txt"
    assert not record.exists(), record.read_text()
    assert "Traceback" not in result.stderr
    if command == "doctor":
        findings = json.loads(result.stdout)["findings"]
        assert {"csv", "argparse", "json"} <= {
            each["subject"] for each in findings if each["code"] == "LS141"
        }
    if command == "explain":
        assert str(hiding / "csv.py") in result.stdout


@pytest.mark.parametrize("command", ["run", "run, a module", "trace", "trace, a module"])
def test_a_program_has_pythonpath(sandbox: Sandbox, hiding: Path, command: str) -> None:
    """What a program imports comes from PYTHONPATH first, as under python; loadstone's own does not."""
    result = sandbox.python("-m", "loadstone", *COMMANDS[command], PYTHONPATH=str(hiding))
    assert (sandbox.root / "record.txt").read_text().split() == ["shelve", "this"]
    assert "Traceback" not in result.stderr


def test_what_loadstone_needs_may_be_on_pythonpath_only(sandbox: Sandbox) -> None:
    """Loadstone and its parts on PYTHONPATH, and nowhere else, work, and hide nothing."""
    for module in (loadstone, attr, attrs, typing_extensions):
        file = Path(str(module.__file__))
        target = sandbox.root / "lib" / file.parent.name
        target.parent.mkdir(exist_ok=True)
        if file.name == "__init__.py":
            shutil.copytree(file.parent, target)
        else:
            shutil.copy(file, sandbox.root / "lib")
    sandbox.write({"argparse.py": "raise SystemExit('run')", "lib/json.py": "raise SystemExit('run')"})
    lib = str(sandbox.root / "lib")
    result = sandbox.python("-S", "-m", "loadstone", "explain", "json", PYTHONPATH=lib)
    assert (result.returncode, result.stderr) == (0, "")
    assert str(sandbox.root / "lib" / "json.py") in result.stdout


@pytest.mark.skipif(not hasattr(sys, "set_lazy_imports"), reason="this Python has no lazy imports")
@pytest.mark.parametrize("command", QUIET)
@pytest.mark.parametrize("mode", ["all", "normal"])
def test_no_mode_of_lazy_imports_runs_files(sandbox: Sandbox, hiding: Path, command: str, mode: str) -> None:
    """Where every import is lazy, what the tools import is not searched for among the user's files either."""
    folder = str(hiding)
    for where in ({"PYTHONPATH": folder}, {}):
        if not where:
            shutil.copytree(folder, sandbox.root, dirs_exist_ok=True)
        result = sandbox.python("-m", "loadstone", *COMMANDS[command], PYTHON_LAZY_IMPORTS=mode, **where)
        record = sandbox.root / "record.txt"
        assert not record.exists(), record.read_text()
        assert "Traceback" not in result.stderr


@pytest.mark.skipif(not hasattr(sys, "set_lazy_imports"), reason="this Python has no lazy imports")
@pytest.mark.parametrize("command", ["run", "trace"])
@pytest.mark.parametrize("mode", ["all", "normal"])
def test_a_program_has_the_mode_of_lazy_imports(sandbox: Sandbox, command: str, mode: str) -> None:
    """A program that loadstone runs has the mode that the user has chosen."""
    code = "import sys; print(sys.get_lazy_imports())"
    result = sandbox.python("-m", "loadstone", command, "-c", code, PYTHON_LAZY_IMPORTS=mode)
    assert result.stdout == f"{mode}\n"


@pytest.mark.parametrize("words", [["explain", "json"], ["doctor", "--only", "LS152"], ["startup", "list"]])
@pytest.mark.parametrize("first", ["", "here", "elsewhere"])
def test_a_command_called_by_a_program_leaves_the_path(
    sandbox: Sandbox, words: list[str], first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`main` of the command line, called with arguments, leaves `sys.path` as it was, list and entries."""
    monkeypatch.chdir(sandbox.root)
    monkeypatch.setenv("PYTHONPATH", str(sandbox.root / "more"))
    start = {"": "", "here": str(sandbox.root), "elsewhere": str(sandbox.root / "other")}[first]
    sys.path[:0] = [start, str(sandbox.root / "more")]
    path, before = sys.path, list(sys.path)
    main(words)
    assert sys.path is path
    assert sys.path == before


def test_a_program_run_by_a_program(sandbox: Sandbox, capfd: pytest.CaptureFixture[str]) -> None:
    """A program that is run by a call has its own path, and the caller has its own again."""
    sandbox.write(
        {
            "sub/other.py": "",
            "sub/app.py": "import other, sys; sys.path.append('mine'); print(other.__file__)",
        }
    )
    before = list(sys.path)
    main(["run", str(sandbox.root / "sub" / "app.py")])
    assert capfd.readouterr().out.strip() == str(sandbox.root / "sub" / "other.py")
    assert sys.path == before
