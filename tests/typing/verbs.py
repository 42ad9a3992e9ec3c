"""What type checkers make of the verbs. Read by mypy and pyright, never executed."""

import importlib.machinery
from types import ModuleType

from typing_extensions import assert_type

import loadstone

assert_type(loadstone.import_module("json"), ModuleType)
assert_type(loadstone.import_module(".decoder", "json"), ModuleType)
assert_type(loadstone.import_module(".decoder", package="json"), ModuleType)
loadstone.import_module(b"json")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
loadstone.import_module("json", 1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

assert_type(loadstone.reload(loadstone.import_module("json")), ModuleType)
assert_type(loadstone.invalidate_caches(), None)

explanation = loadstone.explain(".decoder", "json", load=True)
assert_type(explanation.found, bool)
assert_type([cause.code for cause in explanation.causes], list[str])
loadstone.explain("json", None, True)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]

# A spec of loadstone's is one of the standard library's, wherever that is asked for.
spec: importlib.machinery.ModuleSpec | None = loadstone.find_spec("json")
