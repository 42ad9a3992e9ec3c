"""Two versions of one package side by side, each in an import system of its own."""

import sys
import tempfile
from pathlib import Path

from loadstone import ImportSystem


def write(folder, files):
    for name, text in files.items():
        file = Path(folder, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


with tempfile.TemporaryDirectory() as folder:
    for version in "1", "2":
        write(
            Path(folder, f"v{version}"),
            {
                "shapes/__init__.py": "from shapes.round import area\n",
                "shapes/round.py": "import math, units\n\narea = lambda r: units.show(math.pi * r**2)\n",
                "units.py": f"def show(x):\n    return f'{{x:.{version}f}} (units {version})'\n",
            },
        )
    systems = [ImportSystem.isolated([Path(folder, f"v{version}")]) for version in "12"]
    first, second = [system.import_module("shapes") for system in systems]

    print(first.area(1))
    print(second.area(1))
    print("two modules:", first is not second)
    print("in sys.modules:", "shapes" in sys.modules)
    print("math is shared:", systems[0].modules["math"] is sys.modules["math"])
