"""Which of several modules of one name is imported, what it hides, and what an interceptor makes of it."""

import sys
import tempfile
from pathlib import Path

import loadstone

with tempfile.TemporaryDirectory() as folder:
    for place in "vendored", "installed":
        Path(folder, place).mkdir()
        Path(folder, place, "engine.py").write_text(f"where = {place!r}\n")
        sys.path.append(str(Path(folder, place)))

    with loadstone.when_imported("engine", print):
        module = loadstone.explain("engine").module

    def short(origin):
        return Path(origin).relative_to(folder).as_posix()

    print("found:", short(module.spec.origin))
    for shadow in module.shadows:
        print("shadows:", short(shadow.spec.origin))
    for change in module.changes:
        print("changed:", change.field, "by", change.finder.rpartition(".")[2])
    print("executed:", "engine" in sys.modules)
