"""Why modules are not found: what was seen, and what is to be done."""

import sys
import tempfile
from pathlib import Path

import loadstone

FILES = {
    "data.py.txt": "",
    "speed.cpython-39-x86_64-linux-gnu.so": "",
    "tool-kit.py": "",
    "left.py": "import right\nx = 1",
    "right.py": "from left import x",
}

with tempfile.TemporaryDirectory() as folder:
    for file, text in FILES.items():
        Path(folder, file).write_text(text)
    sys.path.append(folder)

    for name in "data", "speed", "tool_kit":
        cause = loadstone.explain(name).causes[0]
        file = Path(cause.evidence.partition(": ")[0]).name
        print(f"{name}: {cause.code} {cause.title}: {file}")

    cause = loadstone.explain("os.getcwd").causes[0]
    print(f"os.getcwd: {cause.code} {cause.title}. {cause.remedy}")

    # A module that is found may still fail: it has to be executed to be explained.
    cause = loadstone.explain("left", load=True).causes[0]
    print(f"left: {cause.code} {cause.title}:")
    print(" ", cause.evidence.replace(folder, "..."))
