"""Patterns of module names, and the table that finds what is bound to them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.framework.names import Names, NameTable

NAMES = ["a", "a.b", "a.b.c", "ab", "b", "b.a", "a_x", "a_x.y", "A"]


@pytest.mark.parametrize(
    ("pattern", "matched"),
    [
        ("a", ["a"]),
        ("a.*", ["a.b", "a.b.c"]),
        ("a.b.*", ["a.b.c"]),
        ("a*", ["a", "a.b", "a.b.c", "ab", "a_x", "a_x.y"]),
        ("*", NAMES),
        ("a_?", ["a_x"]),
        ("[ab]", ["a", "b"]),
        ("*.*", ["a.b", "a.b.c", "b.a", "a_x.y"]),
        ("a_?.*", ["a_x.y"]),
        ("c", []),
    ],
)
def test_patterns(pattern: str, matched: list[str]) -> None:
    """A name is that module, `.*` is everything below, other wildcards are those of fnmatch."""
    names = Names(pattern)
    assert [name for name in NAMES if name in names] == matched
    assert repr(names) == f"Names({(pattern,)!r})"


@given(
    st.lists(
        st.lists(st.sampled_from(["a", "b", "a.b", "a.*", "a.b.*", "a*", "*.b", "?"]), max_size=3), max_size=6
    ),
    st.sampled_from(["a", "b", "a.b", "a.b.c", "ab", "b.b"]),
)
def test_table_finds_what_asking_one_by_one_finds(bound: list[list[str]], name: str) -> None:
    """The table gives each thing that one of its patterns matches, once, in order."""
    table = NameTable(enumerate(bound))

    def matches(pattern: str) -> bool:
        return fnmatchcase(name, pattern)

    expected = [number for number, patterns in enumerate(bound) if any(map(matches, patterns))]
    assert table.get(name) == expected


@given(
    st.lists(
        st.tuples(
            st.integers(-5, 5),
            st.lists(st.sampled_from(["a", "a.b", "a.*", "a*", "a.b*", "*.b", "?", "*"]), max_size=3),
        ),
        max_size=12,
    ),
    st.sampled_from(["a", "b", "a.b", "a.b.c", "ab", "b.b"]),
)
def test_table_changes(changes: list[tuple[int, list[str]]], name: str) -> None:
    """A table from which things have been taken out again is as one that they have never been in."""
    table: NameTable[int] = NameTable()
    bound: dict[int, list[str]] = {}
    for order, patterns in changes:
        if order in bound:
            table.remove(order, bound.pop(order))
        else:
            bound[order] = patterns
            table.add(order, order, patterns)
    fresh = NameTable((order, bound[order]) for order in sorted(bound))
    assert table.get(name) == fresh.get(name)
    for order, patterns in bound.items():
        table.remove(order, patterns)
    assert vars(table) == vars(NameTable())


def test_names_among_many() -> None:
    """Which of many names are meant is told for names and for patterns."""
    names = dict.fromkeys(NAMES)
    assert Names(["b", "nothing", "a", "a"]).among(names) == ["b", "a"]
    assert Names(["b", "a.*"]).among(names) == ["a.b", "a.b.c", "b"]


@pytest.mark.parametrize(
    ("pattern", "error"), [(1, TypeError), (b"a", TypeError), ("", ValueError), (".a", ValueError)]
)
def test_what_is_no_pattern(pattern: Any, error: type[Exception]) -> None:
    """What is no pattern of module names is refused, and named."""
    with pytest.raises(error, match="pattern of module names must"):
        Names([pattern])
