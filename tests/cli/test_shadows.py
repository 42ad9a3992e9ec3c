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

if TYPE_CHECKING:
    from ..conftest import Sandbox

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
