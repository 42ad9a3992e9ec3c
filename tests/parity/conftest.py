"""The worlds as fixtures: each parity test runs in all of them and is told nothing of the difference."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from .outcome import Agree, Outcome, different, outcome
from .worlds import STORAGES, SYSTEMS, World

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture
def plain(sandbox: Sandbox) -> None:
    """No bytecode is written: modules that change within a second are loaded anew."""
    sys.dont_write_bytecode = True


@pytest.fixture(params=SYSTEMS)
def world(request: pytest.FixtureRequest, sandbox: Sandbox, plain: None) -> Iterator[World]:
    """Each way to import, with modules on disk."""
    world = World(request.param, "disk", sandbox.root)
    with world.running(), warnings.catch_warnings():
        yield world


@pytest.fixture(params=[(system, storage) for system in SYSTEMS for storage in STORAGES], ids="-".join)
def stored(request: pytest.FixtureRequest, sandbox: Sandbox, plain: None) -> Iterator[World]:
    """Each way to import, with modules in each kind of storage."""
    world = World(*request.param, sandbox.root)
    with world.running(), warnings.catch_warnings():
        yield world


@pytest.fixture(params=SYSTEMS[1:])
def agree(request: pytest.FixtureRequest, sandbox: Sandbox, plain: None) -> Agree:
    """A function that holds loadstone to what importlib does.

    It runs an action under importlib and under loadstone, with the arguments of each case, and compares.
    """

    def run(system: str, action: Callable[..., Any], cases: tuple[tuple[Any, ...], ...]) -> list[Outcome]:
        world = World(system, "disk", sandbox.root)
        return [outcome(world, action, *case) for case in cases]

    def compare(action: Callable[..., Any], *cases: tuple[Any, ...]) -> list[Outcome]:
        cases = cases or ((),)
        expected = run("importlib", action, cases)
        found = run(request.param, action, cases)
        pairs = zip(cases, expected, found, strict=True)
        wrong = [f"{case!a}: {line}" for case, *pair in pairs for line in different(*pair)]
        if wrong:
            pytest.fail("\n".join(wrong), pytrace=False)
        return found

    return compare
