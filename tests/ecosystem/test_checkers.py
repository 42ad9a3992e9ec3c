"""Beside typeguard and beartype: all of them act, on one module, whoever came first."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .conftest import Programs

TYPED = """
def half(number: int) -> int:
    return number // 2

def one() -> int:
    return 41
"""

INSTALL = {
    "transform": "loadstone.install(Mark(PACKAGE))",
    "typeguard": "import typeguard; typeguard.install_import_hook(PACKAGE)",
    "beartype": "import beartype.claw; beartype.claw.beartype_package(PACKAGE)",
}

# Beartype has much to say about what it meets; what loadstone warns of is still an error.
SHOWN = ("-W", "error::RuntimeWarning")

PROGRAM = """
from mark import Mark, loadstone, sys, tell
PACKAGE = {package!r}
{installs}
import typeguard, beartype.roar, importlib.machinery, inspect
import {module} as module
def raised(function, *arguments):
    try:
        function(*arguments)
    except (typeguard.TypeCheckError, beartype.roar.BeartypeException) as error:
        return type(error).__module__.partition(".")[0]
    except TypeError:
        return None
half = getattr(module, "half", None)
inner = getattr(half, "__wrapped__", None)
tell(dict(
    answer=half and module.one(),
    marks=[hasattr(module, "text_mark"), hasattr(module, "tree_mark")],
    raised=half and raised(half, "text"),
    inner=inner and raised(inner, "text"),
    standard=isinstance(module.__loader__, importlib.machinery.SourceFileLoader),
    cached=module.__spec__.cached,
    source=half and inspect.getsource(half),
))
"""


def program(*order: str, package: str = "typed", module: str = "typed.numbers") -> str:
    """A program that installs hooks in this order, and tells what they have done to a module."""
    installs = "\n".join(INSTALL[name] for name in order).replace(
        "Mark(PACKAGE)", "Mark([PACKAGE, PACKAGE + '.*'])"
    )
    return PROGRAM.format(package=package, installs=installs, module=module)


@pytest.fixture(autouse=True)
def package(programs: Programs) -> None:
    """A package with annotations."""
    programs.sandbox.write({"typed/__init__.py": "", "typed/numbers.py": TYPED})


@pytest.mark.parametrize("order", [("beartype", "transform"), ("transform", "beartype")])
def test_beartype_and_a_transform_both_act(programs: Programs, order: tuple[str, ...]) -> None:
    """Both act in either order, on the first import and on the second, from the cache (beartype #674)."""
    for _ in range(2):
        told = programs(program(*order))
        assert told["answer"] == 42
        assert told["marks"] == [True, True]
        assert told["raised"] == "beartype"
        assert told["standard"]
        assert told["source"].startswith("def half(number: int) -> int:\n    return number")
    assert "beartype" in told["cached"]
    assert "loadstone" in told["cached"]


def test_typeguard_and_a_transform_both_act(programs: Programs) -> None:
    """A transform in front of typeguard has both act, from the cache too (typeguard #230)."""
    for _ in range(2):
        told = programs(program("typeguard", "transform"))
        assert told["answer"] == 42
        assert told["marks"] == [True, True]
        assert told["raised"] == "typeguard"
        assert told["standard"]
    assert "typeguard" in told["cached"]
    assert "loadstone" in told["cached"]


def test_typeguard_after_a_transform_acts_with_it(programs: Programs) -> None:
    """Typeguard asks the path finder itself, and nobody after it: installed later, it stays behind."""
    told = programs(
        """
        from mark import Mark, loadstone, tell
        handle = loadstone.install(Mark())
        import typeguard
        hook = typeguard.install_import_hook("typed").hook
        import typed.numbers, wave
        tell([len(handle.overtaken_by), typed.numbers.one(), type(typed.numbers.__loader__).__name__])
        """
    )
    assert told == [0, 42, "TransformingTypeguardLoader"]


@pytest.mark.parametrize("order", list(permutations(INSTALL)))
def test_three_hooks_act_on_one_module(programs: Programs, order: tuple[str, ...]) -> None:
    """A transform, typeguard and beartype all act, though typeguard replaces beartype's loader (#556 too)."""
    for _ in range(2):
        told = programs(program(*order))
        assert told["answer"] == 42
        assert told["marks"] == [True, True]
        assert (told["raised"], told["inner"]) == ("beartype", "typeguard")
        assert told["standard"]
    for name in ("typeguard", "beartype", "loadstone"):
        assert name in told["cached"]


def test_without_the_transform_their_hooks_cancel_each_other(programs: Programs) -> None:
    """What the test above promises is not so without it: that one is about loadstone."""
    told = programs(program("beartype", "typeguard"))
    assert told["raised"] == "typeguard"
    assert told["inner"] is None


@pytest.mark.parametrize("module", ["packaging.version", "packaging.tags", "packaging.utils"])
def test_three_hooks_act_on_a_real_package(programs: Programs, module: str) -> None:
    """All three act on an installed package, and its plain caches stay as they are (jaxtyping #329)."""
    for _ in range(2):
        told = programs(
            program("typeguard", "beartype", "transform", package="packaging", module=module),
            *SHOWN,
            warnings="ignore",
        )
        assert told["marks"] == [True, True]
        for name in ("typeguard", "beartype", "loadstone"):
            assert name in told["cached"]
    assert programs(
        f"""
        from mark import tell
        import {module} as module
        tell([hasattr(module, "tree_mark"), "loadstone" in module.__spec__.cached])
        """
    ) == [False, False]


def test_a_real_package_still_works_under_three_hooks(programs: Programs) -> None:
    """What the package does is what it did, and what is wrong is refused by a checker."""
    lines = program("typeguard", "beartype", "transform", package="packaging", module="packaging.version")
    lines = lines[: lines.index("half =")]
    told: Any = programs(
        lines
        + """
from packaging.utils import canonicalize_name
tell([
    str(module.parse("2.0.0")),
    module.parse("3.10") > module.parse("3.9"),
    canonicalize_name("A.Name"),
    raised(module.parse, 5),
])
""",
        *SHOWN,
        warnings="ignore",
    )
    assert told == ["2.0.0", True, "a-name", "beartype"]


def test_plain_caches_and_those_of_others_stay_apart(programs: Programs) -> None:
    """With hooks coming and going, each import has the code of the hooks that are there (jaxtyping #329)."""
    orders: list[tuple[str, ...]] = [(), ("transform",), ("beartype",), ("beartype", "transform")]
    caches: list[set[str]] = []
    for order in [*orders, *reversed(orders)]:
        told = programs(program(*order))
        assert told["answer"] == (42 if "transform" in order else 41)
        assert told["raised"] == ("beartype" if "beartype" in order else None)
        caches.append({file.name for file in programs.sandbox.root.rglob("numbers.*.pyc")})
    assert len(caches[-1]) == len(orders)
    assert caches[len(orders) - 1] == caches[-1]
