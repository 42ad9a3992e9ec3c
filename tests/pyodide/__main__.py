"""Run a small program on loadstone in Pyodide: CPython for WebAssembly, here in Node.

    python tests/pyodide FOLDER [315.0.0-alpha.2 ...]

Needs node and npm, and an environment in which loadstone is installed: Pyodide gets that one's packages,
which are pure Python. FOLDER keeps what npm brings.
"""

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYODIDES = ("^314.0.0", "^315.0.0-0")
"""Of each Python that there is a Pyodide of, the newest: versions as npm understands them."""


def find(program: str) -> str:
    """The path of a program, or the end of this one."""
    path = shutil.which(program)
    if path is None:
        sys.exit(f"{program} is not on PATH: Pyodide runs in Node (20 or newer), and comes by npm.")
    return path


def fetch(npm: str, version: str, folder: Path) -> Path:
    """Have npm bring Pyodide into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--loglevel=error", "--fetch-retries=1", "--no-audit", "--no-fund", "--prefix", str(folder)]
    if subprocess.run([npm, "install", *options, f"pyodide@{version}"], check=False).returncode:
        sys.exit(f"npm did not bring pyodide@{version}")
    return folder / "node_modules" / "pyodide" / "pyodide.mjs"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("versions", nargs="*", metavar="VERSION", help=f"instead of {', '.join(PYODIDES)}")
    arguments = parser.parse_args()
    node, npm = find("node"), find("npm")
    packages = sysconfig.get_path("purelib")
    failed = 0
    for version in arguments.versions or PYODIDES:
        folder = arguments.folder.resolve() / re.sub(r"[^\w.-]", "", version)
        pyodide = fetch(npm, version, folder)
        print(f"pyodide@{version}", flush=True)
        command = [node, HERE / "run.mjs", pyodide, packages, HERE / "program.py"]
        failed += subprocess.run(command, timeout=300, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
