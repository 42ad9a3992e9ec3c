"""What type checkers make of systems, takeovers and helpers. Read by mypy and pyright, never executed."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from typing_extensions import assert_type

import loadstone
import loadstone.util
from loadstone import ImportSystem, Takeover, import_module, live, takeover
from loadstone.abc import FinderLike, PathEntryFinderLike

assert_type(import_module("json"), ModuleType)
assert_type(live, ImportSystem)
assert_type(live.import_module("json"), ModuleType)
assert_type(live.modules, dict[str, ModuleType])
assert_type(live.path, list[str])
assert_type(live.meta_path, list[FinderLike])
assert_type(live.path_importer_cache, dict[str, PathEntryFinderLike | None])
assert_type(live.reload(import_module("json")), ModuleType)
live.modules = {}
live.path = ["folder"]
live.path = "folder"  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue]

system = ImportSystem.isolated()
assert_type(system, ImportSystem)
assert_type(ImportSystem.isolated(["a", Path("b")]), ImportSystem)
ImportSystem.isolated(["a"], share=["json"])
ImportSystem.isolated(["a"], share=lambda name: name.startswith("json"))
ImportSystem.isolated(["a"], share=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
ImportSystem.isolated(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
assert_type(system.__import__("json"), ModuleType)
assert_type(system.__import__("json", globals(), locals(), ["loads"], 0), ModuleType)
assert_type(loadstone.__import__("json", fromlist=["loads"]), ModuleType)

assert_type(takeover(), Takeover)
with takeover() as handle:
    assert_type(handle, Takeover)
    assert_type(handle.active, bool)
assert_type(handle.uninstall(), None)

assert_type(loadstone.util.resolve_name(".x", "pkg"), str)
assert_type(loadstone.util.cache_from_source("a.py"), str)
assert_type(loadstone.util.source_from_cache("__pycache__/a.cpython-313.pyc"), str)
assert_type(loadstone.util.decode_source(b"x"), str)
assert_type(loadstone.util.source_hash(b"x"), bytes)
assert_type(loadstone.util.MAGIC_NUMBER, bytes)
assert_type(loadstone.machinery.all_suffixes(), list[str])
