"""What onlookers see: audit events and `python -v`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import loadstone

from .worlds import SYSTEMS

if TYPE_CHECKING:
    from ..conftest import Sandbox

PREPARE = """
import sys
if {system!r} == "importlib":
    import importlib as verbs, importlib.util
    find_spec = importlib.util.find_spec
else:
    import loadstone as verbs
    find_spec = verbs.find_spec
verbs.import_module, verbs.__import__, verbs.reload
if {system!r} == "takeover":
    import loadstone.machinery
    verbs.takeover()
sys.dont_write_bytecode = True
sys.path.insert(0, "here")
import encodings.ascii
"""

FILES = {
    "here/lone.py": "import other",
    "here/other.py": "",
    "here/pkg/__init__.py": "",
    "here/pkg/sub.py": "from . import more",
    "here/pkg/more.py": "import builtins",
    "here/bad.py": "import other\n1 / 0",
    "here/star/__init__.py": "__all__ = ['sub']",
    "here/star/sub.py": "",
}

STATEMENTS = """
import lone
import lone
import pkg.sub
from pkg import more
import pkg.sub as s
from star import *
try:
    import missing
except ImportError:
    pass
try:
    import pkg.missing
except ImportError:
    pass
try:
    from pkg import missing
except ImportError:
    pass
try:
    import bad
except ZeroDivisionError:
    pass
sys.modules["nothing"] = None
try:
    import nothing
except ImportError:
    pass
"""

VERBS = """
verbs.import_module("lone")
verbs.import_module("pkg.sub")
verbs.import_module(".more", "pkg")
verbs.reload(sys.modules["pkg.sub"])
find_spec("star.sub")
try:
    verbs.import_module("missing")
except ImportError:
    pass
"""


def run(sandbox: Sandbox, system: str, program: str, *options: str) -> str:
    """What a program writes, in a new interpreter whose imports are in charge of `system`."""
    sandbox.write(FILES)
    source = os.path.dirname(os.path.dirname(loadstone.__file__))
    done = sandbox.python(*options, "-c", PREPARE.format(system=system) + program, PYTHONPATH=source)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("system", SYSTEMS[1:])
@pytest.mark.parametrize("program", [STATEMENTS, VERBS], ids=["statements", "verbs"])
def test_audit_events(sandbox: Sandbox, system: str, program: str) -> None:
    """The audit events of imports are the interpreter's: which, in what order, with what arguments."""
    watch = """
events = []
def hook(event, arguments):
    if event == "import" and watching:
        name, file, *lists = arguments
        same = [one is other for one, other in zip(lists, (sys.path, sys.meta_path, sys.path_hooks))]
        events.append((name, file, same))
watching = True
sys.addaudithook(hook)
"""
    end = "\nwatching = False\nprint(*events, sep='\\n')"
    expected = run(sandbox, "importlib", watch + program + end)
    assert expected.count("\n") > 2
    assert run(sandbox, system, watch + program + end) == expected


@pytest.mark.parametrize("system", SYSTEMS[1:])
def test_verbose_reports(sandbox: Sandbox, system: str) -> None:
    """`python -v` reports the same modules in the same order."""

    def names(output: str) -> list[str]:
        lines = output.partition("== begin")[2].partition("== end")[0].splitlines()
        return [line.partition(" #")[0] for line in lines if line.startswith("import '")]

    program = f"sys.stderr.write('== begin\\n'){STATEMENTS}sys.stderr.write('== end\\n')"
    expected = names(run(sandbox, "importlib", program, "-v"))
    assert "import 'pkg.sub'" in expected
    assert names(run(sandbox, system, program, "-v")) == expected
