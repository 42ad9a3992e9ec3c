"""Isolated import systems need an interpreter that heeds a module's own `__import__`."""

from __future__ import annotations

import pytest

from loadstone import ImportSystem
from loadstone._standard import isolation


def test_this_interpreter_heeds_a_modules_own_import() -> None:
    """The probe sees that an `import` statement of CPython asks its namespace's own `__import__`."""
    assert isolation.heeds_own_import()
    assert isolation.OWN_IMPORT


def test_an_interpreter_that_does_not_is_seen() -> None:
    """The probe says no where code runs with the interpreter's `__import__`, whatever its namespace has."""
    assert not isolation.heeds_own_import(lambda code, namespace: exec(code, {}))


def test_without_it_there_are_no_isolated_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a no of the probe, `isolated` raises an error that says what the interpreter lacks."""
    monkeypatch.setattr(isolation, "OWN_IMPORT", False)
    with pytest.raises(NotImplementedError, match="ignore the __import__ in their module's own __builtins__"):
        ImportSystem.isolated()
