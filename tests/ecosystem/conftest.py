"""What the tests beside other people's import hooks share: programs, each in a process of its own."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any

import pytest

import loadstone

if TYPE_CHECKING:
    from ..conftest import Sandbox

    Run = Callable[..., Any]

MARK = """
import ast
import json
import sys
import loadstone

class Mark(loadstone.Transform):
    "Marks each module by its text and by its tree, and makes each 41 a 42."

    changes_modules = False

    def transform_source(self, text, spec):
        return text + "\\ntext_mark = 1\\n"

    def transform_ast(self, tree, spec):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and type(node.value) is int and node.value == 41:
                node.value = 42
        tree.body += ast.parse("tree_mark = 1").body
        return tree

def tell(thing):
    "Say what the test is to see."
    print(json.dumps(thing))
"""


class Programs:
    """Runs programs in the sandbox; `mark` is there to import from, and warnings are errors."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        sandbox.write({"mark.py": MARK})

    def __call__(
        self, program: str, *options: str, python: str = sys.executable, warnings: str = "error"
    ) -> Any:
        """What the program `tell`s, which has to end well."""
        self.sandbox.write({"program.py": dedent(program)})
        result = subprocess.run(
            [python, "-W", warnings, *options, "program.py"],
            cwd=self.sandbox.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, ""), result.stderr
        return json.loads(result.stdout)


@pytest.fixture
def programs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """A runner of programs that cache their bytecode, in the sandbox."""
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(sandbox.root / "caches"))
    return Programs(sandbox)


@pytest.fixture
def environment(sandbox: Sandbox) -> Path:
    """The Python of a new virtual environment that sees what is installed in this one."""
    folder = sandbox.root / "environment"
    venv.create(folder, symlinks=sys.platform != "win32")
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    names = {"base": str(folder), "platbase": str(folder)}
    site = Path(
        sysconfig.get_path("purelib", "venv" if sys.version_info >= (3, 11) else None or _scheme(), names)
    )
    source = Path(loadstone.__file__).parent.parent
    (site / "outer.pth").write_text(f"{sysconfig.get_path('purelib')}\n{source}\n")
    return python


def _scheme() -> str:
    return "nt" if sys.platform == "win32" else "posix_prefix"


def need(name: str) -> None:
    """Skip the test where the module is not installed, of which not every Python has a wheel.

    It is not imported here: some tools change importlib for good.
    """
    try:
        is_there = importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        is_there = False
    if not is_there:
        pytest.skip(f"{name} is not installed")


def install_editable(python: Path, project: Path) -> None:
    """Install the project in `python`'s environment by pip, as it is, without asking an index."""
    options = ["--no-build-isolation", "--no-deps", "--no-index", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            str(python),
            "install",
            *options,
            "--editable",
            str(project),
        ],
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
