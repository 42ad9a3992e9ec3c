"""What one version of Python does and another does not: the one place that asks which is running.

Each name is true where the running Python behaves as it says. What shows by itself is looked at, since it may
come or go with a patch release; for the rest the version stands, with the page that tells of the change.
"""

from __future__ import annotations

import _frozen_importlib
import _imp
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_VERSION = sys.version_info[:2]
_interpreter: Any = _frozen_importlib


class _Everything:
    """Contains whatever is asked for."""

    def __contains__(self, thing: object) -> bool:
        return True


def _frozen_names() -> Any:
    # Without those of the standard library the list is not of all that there may be: -X frozen_modules=off.
    names = frozenset(getattr(_imp, "_frozen_module_names", list)())
    return names if "os" in names else _Everything()


# 3.11: What's New, importlib; gh-89455 (frozen modules of the standard library)
PREFERS_LOCATION_TO_ORIGIN = _VERSION < (3, 11)
"""`spec_from_loader` asks the loader where the module is before it looks at its `_ORIGIN`."""
FROZEN_KNOW_THEIR_SOURCE = _VERSION >= (3, 11)
"""Specs of frozen modules tell where their source is; built-in modules are found in packages, too."""
FROZEN: Any = _frozen_names()
"""Contains the names of all frozen modules. To know that a name is none of these takes a tenth of asking."""
FINDS_CURRENT_DIRECTORY = _VERSION >= (3, 11)
"""`FileFinder(".")` is one of the working directory of that moment."""
FORGETS_RELATIVE_ENTRIES = _VERSION >= (3, 11)
"""`PathFinder.invalidate_caches` drops the finders of relative path entries."""

# 3.11: What's New, "Cheaper, lazy Python frames"; gh-142183 (late 3.13 and 3.14 keep a block)
FREES_STACK_AT_ONCE = (3, 11) <= _VERSION < (3, 14)
"""Blocks of memory for frames are returned to the system as soon as no frame is in them."""

# 3.12: What's New, "Removed", importlib (find_module, find_loader; PEP 451)
ASKS_FIND_MODULE = _VERSION < (3, 12)
"""Finders without `find_spec` are asked by `find_module`, path entry finders by `find_loader`."""
WARNS_OF_PACKAGE_BY_IMPORT_WARNING = _VERSION < (3, 12)
"""That `__package__` is not `__spec__.parent` is an ImportWarning, later a DeprecationWarning."""
DROPS_DOT_FROM_PATHS = _VERSION >= (3, 12)
"""A relative path is made absolute without the `./` it starts with."""
TRACKS_SUBMODULES = hasattr(_interpreter.ModuleSpec("", None), "_uninitialized_submodules")
"""The spec of a package knows which of its submodules are being imported."""
COUNTS_LOCKS_BY_LIST = isinstance(_interpreter._ModuleLock("").count, list)
"""A module lock's `count` is a list."""

# 3.13: What's New, importlib.metadata; linecache
FORGETS_METADATA = _VERSION >= (3, 13)
"""`PathFinder.invalidate_caches` reaches what `importlib.metadata` remembers."""
SHOWS_COMMAND_LINES = _VERSION >= (3, 13)
"""Tracebacks show the lines of what `-c` was given."""

# 3.14: What's New, "Removed", importlib.abc; gh-130094, gh-114410; PEP 649
MAIN_HAS_ANNOTATIONS = _VERSION < (3, 14)
"""`__main__` starts with an empty `__annotations__`."""
COPIES_CHAIN = _VERSION >= (3, 14)
"""A search asks the finders that were on `sys.meta_path` when it began."""
OPENS_BYTECODE_AS_CODE = _VERSION >= (3, 14)
"""Bytecode without source is opened by `io.open_code`, too."""
FORGIVES_UNREADABLE_DIRECTORY = _VERSION >= (3, 14)
"""The path entry ``""`` is passed over where the working directory must not be read."""
WARNS_OF_OLD_NAMES = _VERSION >= (3, 14)
"""Names that have long been deprecated warn when they are used."""
WAITS_FOR_PARENTS = "_initializing" in _interpreter._find_and_load_unlocked.__code__.co_consts
"""The import of a submodule waits for the packages that other threads are executing (gh-159963)."""

EVALUATES_ANNOTATIONS = _VERSION < (3, 14)
"""Annotations are evaluated where they stand, unless the module says otherwise (PEP 563)."""

# 3.15: What's New, "Removed" and importlib; PEP 810 (lazy imports)
HAS_LOAD_MODULE = _VERSION < (3, 15)
"""Loaders may have `load_module` instead of `exec_module`; the standard ones have both."""
LOAD_MODULE_ENDS = "3.12" if _VERSION < (3, 14) else "3.15"
"""When `load_module` is to go, as its deprecation warning says."""
HAS_DEBUG_OVERRIDE = _VERSION < (3, 15)
"""`cache_from_source` takes `debug_override`."""
SETS_CACHED = _VERSION < (3, 15)
"""Modules have `__cached__` and need `__package__`."""
AUDITS_EVERY_IMPORT = _VERSION >= (3, 15)
"""`import_module` raises the audit event ``import``, as the statement always has (PEP 578)."""
COMPILES_FOR_MODULE = _VERSION >= (3, 15)
"""`compile` and `source_to_code` take the name of the module, for filters of SyntaxWarnings."""
ENDS_LAST_LINE = _VERSION >= (3, 15)
"""Decoded source has ``\\n`` in the place of a carriage return at its very end."""
DISCOVERS = _VERSION >= (3, 15)
"""Finders list the specs of what they can find, by `discover`."""
NAMES_NAMESPACE_PATH = _VERSION >= (3, 15)
"""`NamespacePath` is a public name."""
HAS_LAZY_IMPORTS = hasattr(_imp, "_set_lazy_attributes")
"""There is `lazy import`, and `sys.lazy_modules`."""

# 3.18: PEP 829 (start files, which 3.15 brought)
IGNORES_IMPORT_LINES = _VERSION >= (3, 18)
"""`site` no longer executes the `import` lines of `.pth` files; it calls what `.start` files name."""
