"""Functions that find something else under some of their global names."""

from __future__ import annotations

import textwrap
from types import FunctionType
from typing import Any

from loadstone.framework.lookups import global_names, with_globals


def made(source: str, **names: Any) -> Any:
    """The function `f` of that source, in a namespace of its own with those names in it."""
    space = {"__name__": "made", **names}
    exec(textwrap.dedent(source), space)
    return space["f"]


def stand_in(*arguments: Any) -> Any:
    return "stand-in", arguments


def test_the_name_means_something_else_wherever_it_is_looked_up() -> None:
    """Called, passed on, with unpacked arguments, within a `try`; in functions and classes inside too."""
    function = made(
        """
        def f(a, *, b=2):
            def inner():
                return len(a), [len(each) for each in (1, 2)], (lambda: len)()
            class Inner:
                def method(self):
                    return len(b)
            try:
                len(1 / 0)
            except ZeroDivisionError:
                pass
            return inner(), Inner().method(), list(map(len, [3])), len(*[a], **{}), len if a else None
        """
    )
    changed = with_globals(function, {"len": stand_in})
    for _ in range(100):  # often enough for the interpreter to specialise it
        assert changed("a") == (
            (stand_in("a"), [stand_in(1), stand_in(2)], stand_in),
            stand_in(2),
            [stand_in(3)],
            stand_in("a"),
            stand_in,
        )
    assert made("def f(a):\n    return len(a)")("abc") == 3


def test_attributes_and_locals_of_that_name_are_left_alone() -> None:
    """Only globals are meant."""
    function = made(
        "def f(text):\n    index = text.index('b')\n    def g():\n        return index\n    return g()"
    )
    assert with_globals(function, {"index": 5, "text": 6})("ab") == 1
    assert with_globals(made("def f(x):\n    return x.len(len(x.value))"), {"len": id})(Length()) == id("abc")


class Length:
    value = "abc"

    def len(self, number: int) -> int:
        return number


def test_all_else_is_shared_with_the_function() -> None:
    """Namespace, defaults, closure and what it is called are those of the function, which is not changed."""
    function: FunctionType = made(
        """
        def outer():
            kept = []
            def f(a=1, *, b=2):
                "A docstring."
                global count
                count += len("x")
                kept.append((a, b, count))
                return kept
            return f
        f = outer()
        f.mark = 7
        """,
        count=0,
    )
    changed: Any = with_globals(function, {"len": lambda text: 10})
    assert changed() is changed(3, b=4)
    assert changed.__globals__ is function.__globals__
    assert function() == [(1, 2, 10), (3, 4, 20), (1, 2, 21)]
    assert (changed.__doc__, changed.__qualname__, changed.__module__, changed.mark) == (
        "A docstring.",
        "outer.<locals>.f",
        "made",
        7,
    )


def test_a_function_with_many_names_and_constants() -> None:
    """Arguments of instructions that take more than a byte are read and written."""
    names = {f"name{number}": number for number in range(700)}
    body = ", ".join(f"{name}, {number}.5" for name, number in names.items())
    function = made(f"def f():\n    return [{body}, len('abc')]", **names)
    assert function()[-1] == 3
    result = with_globals(function, {"name300": "three hundred", "name600": "six hundred"})()
    assert (result[0], result[600], result[1200], result[1202]) == (0, "three hundred", "six hundred", 601)
    assert result[-1] == 3


def test_names_of_inner_functions_are_known() -> None:
    """What a function looks up includes what those in it do."""
    function = made("def f():\n    def g():\n        return lambda: compile\n    return g, len")
    assert {"compile", "len"} <= global_names(function.__code__)
