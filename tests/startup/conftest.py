"""What the tests of start-up share: fresh virtual environments that have loadstone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
import typing_extensions

import loadstone
from loadstone.startup import run

VARIABLES = ("LOADSTONE_STARTUP", "LOADSTONE_INHERIT", "COVERAGE_PROCESS_CONFIG", "PYTHONPATH")


class Environment:
    """A virtual environment, and a directory of modules that it can import."""

    def __init__(self, root: Path, *options: str) -> None:
        command = [sys.executable, "-m", "venv", "--without-pip", *options, str(root / "env")]
        subprocess.run(command, check=True, capture_output=True)
        self.root = root
        self.executable = root / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        self.site = Path(
            self.run("-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
        )
        self.modules = root / "modules"
        self.modules.mkdir()
        homes = {str(Path(module.__file__ or "").parent) for module in (typing_extensions,)}
        homes |= {str(Path(module.__file__ or "").parent.parent) for module in (loadstone, attrs)}
        (self.site / "here.pth").write_text("\n".join([str(self.modules), *sorted(homes)]) + "\n")

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run the environment's Python with `arguments` and `env` added to what this process has."""
        inherited = {name: value for name, value in os.environ.items() if name not in VARIABLES}
        return subprocess.run(
            [str(self.executable), *arguments],
            cwd=self.root,
            env={**inherited, **env},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def says(self, *arguments: str, **env: str) -> str:
        """What Python prints; it has to succeed, and to say nothing on stderr."""
        result = self.run(*arguments, **env)
        assert (result.returncode, result.stderr) == (0, "")
        return result.stdout

    def startup(self, *arguments: str) -> str:
        """What ``python -m loadstone startup`` prints."""
        return self.says("-m", "loadstone", "startup", *arguments)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """A fresh virtual environment, with a module `hooks` whose `hello` prints a word."""
    made = Environment(tmp_path)
    (made.modules / "hooks.py").write_text(
        "def hello():\n    print('hello')\n\ndef bye():\n    print('bye')\n\n"
        "def fail():\n    raise ValueError('two\\nlines')\n"
    )
    return made


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """As if start-up had not run in this process; call it to have it so again."""
    before = list(run.started)
    for name in VARIABLES[:2]:
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    run.started.clear()
    yield run.started.clear
    run.started[:] = before
