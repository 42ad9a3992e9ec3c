"""Names of importlib's modules: each is there under loadstone's, as the running Python has it."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import types
import warnings
from collections.abc import Callable
from typing import Any

import pytest

import loadstone.abc
import loadstone.machinery
import loadstone.util

from .libraries import both

PAIRS = [
    (importlib.abc, loadstone.abc),
    (importlib.machinery, loadstone.machinery),
    (importlib.util, loadstone.util),
]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_every_name_is_there(theirs: Any, ours: Any) -> None:
    """Every public name of importlib's module exists; what it exports is exported."""
    public = [
        name
        for name in dir(theirs)
        if not name.startswith("_") and not isinstance(getattr(theirs, name), types.ModuleType)
    ]
    assert [name for name in public if not hasattr(ours, name)] == []
    assert set(getattr(theirs, "__all__", ())) <= set(ours.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = ours.no_such_name


def categories(use: Callable[[], Any]) -> list[type[Warning]]:
    """Of the warnings that something gives at the line of its caller."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        use()
    assert all(warning.filename == __file__ for warning in caught)
    return [warning.category for warning in caught]


@pytest.mark.parametrize("name", ["DEBUG_BYTECODE_SUFFIXES", "OPTIMIZED_BYTECODE_SUFFIXES"])
def test_old_names_warn_where_importlib_warns(name: str) -> None:
    """The lists of suffixes that went with Python 3.5 have the same value, and the same warnings."""
    theirs, ours = both(lambda library: categories(lambda: getattr(library.machinery, name)))
    assert ours == theirs
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert getattr(loadstone.machinery, name) == getattr(importlib.machinery, name)


def test_all_suffixes() -> None:
    """The suffixes are importlib's, in a new list each time."""
    suffixes = loadstone.machinery.all_suffixes()
    assert suffixes == importlib.machinery.all_suffixes()
    assert suffixes is not loadstone.machinery.all_suffixes()
