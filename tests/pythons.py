"""What the tests ask of the Python that runs them."""

from __future__ import annotations

from typing import Any

import pytest

from loadstone._core.versions import HAS_LOAD_MODULE, SETS_CACHED

__all__ = ["cached", "with_load_module"]

with_load_module = pytest.mark.skipif(not HAS_LOAD_MODULE, reason="loaders have no load_module any more")


def cached(module: Any) -> Any:
    """Where the bytecode of `module` is cached: by its spec, and up to Python 3.14 by its `__cached__`."""
    path = module.__spec__.cached
    if SETS_CACHED:
        assert module.__cached__ == path
    else:
        assert not hasattr(module, "__cached__")
    return path
