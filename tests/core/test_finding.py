"""The walk along a chain can be observed, by the thread that makes it."""

from __future__ import annotations

import sys
from _thread import get_ident
from collections.abc import Iterator
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.finding import observers
from loadstone._core.versions import COPIES_CHAIN

if TYPE_CHECKING:
    from ..conftest import Sandbox


class Teller:
    """A finder that notes what it is asked for, and knows nothing."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        self.asked.append(name)


@pytest.fixture
def observed() -> Iterator[list[Any]]:
    """The finders of this thread's walks, for which stand-ins are asked that know nothing."""
    seen: list[Any] = []

    def observer(finder: Any) -> Any:
        seen.append(finder)
        return Teller()

    observers[get_ident()] = observer
    try:
        yield seen
    finally:
        del observers[get_ident()]


def test_an_observer_sees_every_finder_and_says_what_is_asked(observed: list[Any]) -> None:
    """The observer of a thread is given each finder in order; what it returns is asked in its place."""
    assert loadstone.find_spec("colorsys_") is None
    assert loadstone.find_spec("antigravity") is None, "no real finder is asked"
    assert observed == 2 * sys.meta_path


def test_only_the_thread_that_observes_is_observed(observed: list[Any]) -> None:
    """Walks of other threads go on as ever."""
    found: list[Any] = []
    thread = Thread(target=lambda: found.append(loadstone.find_spec("antigravity")))
    thread.start()
    thread.join()
    assert found[0].name == "antigravity"
    assert not observed


def test_an_observed_walk_follows_the_chain_as_it_changes(sandbox: Sandbox, observed: list[Any]) -> None:
    """A finder put on the chain during the walk is asked as without an observer: up to Python 3.13."""
    late = Teller()

    class Adder(Teller):
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            sys.meta_path.append(late)

    sys.meta_path[:] = [Adder()]
    observers[get_ident()] = lambda finder: finder
    assert loadstone.find_spec("no_such_module") is None
    assert late.asked == ([] if COPIES_CHAIN else ["no_such_module"])
