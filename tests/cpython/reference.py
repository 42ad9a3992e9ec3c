"""Run the suite against importlib itself, made afresh from the source of the running Python.

    python3.16 tests/cpython/reference.py [--write-expected] [any option of run_suite.py]

It shows whether the runner is right about this Python: importlib has to pass all of it. With
``--write-expected``, its tests are recorded as those that are counted: ``expected/3.16.json``.
"""

import importlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE = "importlib_from_source"
MODULES = ("__init__", "_abc", "_bootstrap", "_bootstrap_external", "abc", "machinery", "util")
FROZEN = re.compile(r"^( *)import (_frozen_importlib(?:_external)?)(?: as \w+)?$", re.MULTILINE)
REPAIR = """

_straight = _find_and_load


def _find_and_load(name, import_):
    try:
        return _straight(name, import_)
    except _DeadlockError:
        if name in sys.modules:
            return sys.modules[name]
        raise
"""
"""A circular import in two threads ends as it does in the interpreter's C code; not needed since 3.15."""


def write(folder: Path) -> None:
    """Copy the import system of importlib to a package that does not take the frozen modules for its own."""
    package = folder / PACKAGE
    package.mkdir()
    for file in Path(importlib.__file__).parent.glob("*.py"):
        if file.stem not in MODULES:
            continue
        source = FROZEN.sub(r'\1raise ImportError(name="\2")', file.read_text(encoding="utf-8"))
        source = source.replace("from .resources", "from importlib.resources")
        if file.stem == "_bootstrap":
            # its set-up would give all modules that are loaded new specs
            source = source.replace("for name, module in sys.modules.items():", "for name, module in ():")
            source += REPAIR if sys.version_info < (3, 15) else ""
        (package / file.name).write_text(source, encoding="utf-8")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder))
        runner = Path(__file__).with_name("run_suite.py")
        command = [sys.executable, runner, "--package", PACKAGE, "--src", folder, *sys.argv[1:]]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
