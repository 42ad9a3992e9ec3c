"""Lazy imports (PEP 810, Python 3.15): what is pending, and loadstone where all imports are lazy."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.versions import HAS_LAZY_IMPORTS

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="lazy imports came with Python 3.15")


def statement(name: str) -> None:
    """Import by a statement under takeover."""
    with loadstone.takeover():
        exec(f"import {name}", {"__name__": "other"})


@pytest.mark.parametrize("verb", [importlib.import_module, loadstone.import_module, statement])
def test_what_is_imported_is_pending_no_more(sandbox: Sandbox, verb: Callable[[str], Any]) -> None:
    """`sys.lazy_modules` names what is put off until somebody imports it, however that is done."""
    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": ""}, on_path=True)
    pending: set[str] = sys.lazy_modules  # type: ignore[attr-defined]
    exec("lazy import pkg.sub", {"__name__": "user"})
    assert "pkg.sub" in pending
    verb("pkg")
    assert "pkg.sub" in pending
    verb("pkg.sub")
    assert "pkg.sub" not in pending


USES = {
    "import_module": "print(loadstone.import_module('wave').__name__)",
    "find_spec": "print(loadstone.find_spec('wave').name)",
    "takeover": "with loadstone.takeover():\n    import wave\n    print(wave.__name__)",
    "isolated": "print(loadstone.ImportSystem.isolated(['.'], share=()).import_module('own').__name__)",
    "transform": """
class Nothing(loadstone.Transform):
    def transform_source(self, text, spec):
        return text
    def transform_ast(self, tree, spec):
        return tree
loadstone.install(Nothing())
import own
print(own.__name__)
""",
    "lazy": "loadstone.lazy('wave')\nimport wave\nprint(wave.Wave_read.__name__)",
    "when_imported": """
loadstone.when_imported('wave', lambda module: print(module.__name__))
import wave
wave.x = 1
""",
    "alias": "loadstone.alias('waves', 'wave')\nimport waves\nprint(waves.__name__)",
    "block": """
loadstone.block('wave', reason='no sound')
try:
    import wave
except ImportError as error:
    print(error)
""",
    "tree": """
loadstone.install(loadstone.TreeFinder(loadstone.MemoryTree({'tree.py': ''})))
import tree
print(tree.__name__)
""",
    "source": """
class Source(loadstone.SourceFinder):
    def get_source(self, fullname):
        return '' if fullname == 'made' else None
loadstone.install(Source())
import made
print(made.__name__)
""",
    "explain": "print(loadstone.explain('wave').name)",
    "doctor": "print(type(loadstone.doctor(only=['LS101'])).__name__)",
}  # fmt: skip


@pytest.mark.parametrize("how", ["option", "variable", "call"])
@pytest.mark.parametrize("use", USES)
def test_where_all_imports_are_lazy(sandbox: Sandbox, use: str, how: str) -> None:
    """With all imports lazy, loadstone's own among them, every part of it does what it does otherwise."""
    start = "import sys\nsys.set_lazy_imports('all')\n" if how == "call" else ""
    sandbox.write({"program.py": f"{start}import loadstone\n{USES[use]}\n", "own.py": "x = 1\n"})
    eager = sandbox.python("program.py")
    options = ["-X", "lazy_imports=all"] if how == "option" else []
    variables = {"PYTHON_LAZY_IMPORTS": "all"} if how == "variable" else {}
    lazy = sandbox.python(*options, "program.py", **variables)
    assert (lazy.stdout, lazy.stderr) == (eager.stdout, eager.stderr)
    assert lazy.stdout
    assert lazy.returncode == 0
