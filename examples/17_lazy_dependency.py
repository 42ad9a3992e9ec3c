"""A heavy dependency that is imported at the top of a module, and loaded by those commands that use it."""

import sys
import tempfile
from pathlib import Path

import loadstone

APPLICATION = """
import heavy, heavy.tables

def version():
    return "app 1.0"

def report():
    return heavy.tables.draw(3)
"""

with tempfile.TemporaryDirectory() as folder:
    Path(folder, "app.py").write_text(APPLICATION)
    Path(folder, "heavy").mkdir()
    Path(folder, "heavy", "__init__.py").write_text("print('heavy is executed')\n")
    Path(folder, "heavy", "tables.py").write_text(
        "print('heavy.tables is executed')\ndef draw(rows):\n    return '|' * rows\n"
    )
    sys.path.insert(0, folder)

    with loadstone.lazy("heavy.*"):
        import app

    print(app.version())
    print("looking at it:", sys.modules["heavy.tables"].__name__)
    print(app.report())
