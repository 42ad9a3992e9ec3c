"""Every way to make files importable, asked by every function of the standard library: one matrix.

The truth is what the same functions say of a plain directory on `sys.path`, under the interpreter's import.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from loadstone.testing.state import restored

from .limits import limited
from .questions import TOPICS
from .ways import WAYS, on_path, truth_of

if TYPE_CHECKING:
    from ..conftest import Sandbox

REFUSED = {"wrong_encoding"} | ({"of_plain_module"} if sys.version_info < (3, 12) else set())
"""Where an exception is the right answer."""

Truth = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """The right answers to the questions of a topic."""
    known: dict[Any, dict[str, Any]] = {}

    def answers(topic: str, way: Any = on_path) -> dict[str, Any]:
        if (topic, way) not in known:
            with restored(), way(tmp_path_factory.mktemp("truth") / "files") as ask:
                known[topic, way] = ask(topic)
        return known[topic, way]

    return answers


@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("way", WAYS)
def test_answers(sandbox: Sandbox, truth: Truth, way: str, topic: str) -> None:
    """Modules that come another way answer as those of a directory do, but for the limits that are listed."""
    right = truth(topic, truth_of(way))
    with restored(), WAYS[way](sandbox.root / "files") as ask:
        seen = ask(topic)
    other = {name for name in right if seen[name] != right[name]}
    unexpected = {name: {"right": right[name], "seen": seen[name]} for name in other - limited(way, topic)}
    assert not unexpected
    assert not limited(way, topic) - other, "these are limits no more"


@pytest.mark.parametrize("topic", TOPICS)
def test_the_truth_is_an_answer(truth: Truth, topic: str) -> None:
    """A plain directory has an answer to every question, not an exception."""
    refused = {name for name, answer in truth(topic).items() if str(answer).startswith("raises")}
    assert refused <= REFUSED
