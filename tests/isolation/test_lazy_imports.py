"""Lazy imports (PEP 810) in isolated systems: what they put off is each system's own."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Iterator
from types import LazyImportType, ModuleType  # type: ignore[attr-defined,unused-ignore]
from typing import TYPE_CHECKING, Any

import pytest

from loadstone import ImportSystem

if TYPE_CHECKING:
    from ..conftest import Sandbox

FILES = {
    "{}/pack/__init__.py": "WHO = '{}'",
    "{}/pack/sub.py": "WHO = '{} sub'",
    "{}/pack/deep/__init__.py": "WHO = '{} deep'",
    "{}/pack/deep/er.py": "WHO = '{} deeper'",
}
USER = """
lazy import pack.sub
lazy import pack.deep.er as er
lazy from pack import sub as again, WHO as who
import sys
def used(): return pack.WHO, pack.sub.WHO, er.WHO, again.WHO, who
"""


def lazily(space: dict[str, Any], name: str) -> Any:
    """What is bound to the name, not resolved."""
    return space[name]


@pytest.fixture(autouse=True)
def pending() -> Iterator[None]:
    """Afterwards the interpreter's names, filter and mode are what they were."""
    before = set(sys.lazy_modules)  # type: ignore[attr-defined]
    yield
    sys.set_lazy_imports_filter(None)  # type: ignore[attr-defined]
    sys.set_lazy_imports("normal")  # type: ignore[attr-defined]
    for name in set(sys.lazy_modules) - before:  # type: ignore[attr-defined]
        sys.lazy_modules.discard(name)  # type: ignore[attr-defined]


@pytest.fixture
def systems(sandbox: Sandbox) -> list[ImportSystem]:
    """Two isolated systems with packages of one name, and another of that name for the live system."""
    for place in ("one", "two", "live"):
        sandbox.write({name.format(place): text.format(place) for name, text in FILES.items()})
        sandbox.write({f"{place}/user.py": USER})
    sandbox.on_path("live")
    return [ImportSystem.isolated([sandbox.root / place]) for place in ("one", "two")]


def expected(place: str) -> tuple[str, ...]:
    """What the user of the package gets to see in that place."""
    return place, f"{place} sub", f"{place} deeper", f"{place} sub", place


@pytest.mark.parametrize("declared", ["before", "after", "never"])
@pytest.mark.parametrize("first", ["live", "isolated"])
def test_each_system_resolves_its_own(systems: list[ImportSystem], declared: str, first: str) -> None:
    """Whoever has declared or loaded the same names before, each system gets its own modules."""
    live: dict[str, Any] = {"__name__": "live user"}
    if declared == "before":
        exec(USER, live)
    users = [system.import_module("user") for system in systems]
    for user in users:
        assert type(lazily(vars(user), "who")) is LazyImportType
        assert "pack" not in user.sys.modules
    if declared == "after":
        exec(USER, live)

    def look() -> None:
        if declared != "never":
            assert live["used"]() == expected("live")
        else:
            import pack  # type: ignore[import-not-found]

            assert pack.WHO == "live"
            with pytest.raises(AttributeError, match="module 'pack' has no attribute 'sub'"):
                _ = pack.sub

    if first == "live":
        look()
    assert users[0].used() == expected("one")
    assert users[1].used() == expected("two")
    if first == "isolated":
        look()


def test_names_that_are_pending(systems: list[ImportSystem]) -> None:
    """`sys.lazy_modules` inside is the system's own, and the live system's has none of its names."""
    before = set(sys.lazy_modules)  # type: ignore[attr-defined]
    user = systems[0].import_module("user")
    assert {"pack", "pack.sub", "pack.deep", "pack.deep.er"} <= user.sys.lazy_modules
    assert set(sys.lazy_modules) == before  # type: ignore[attr-defined]
    user.used()
    assert not user.sys.lazy_modules & {"pack", "pack.sub", "pack.deep.er"}


@pytest.mark.parametrize("how", ["__lazy_modules__", "all"])
def test_other_ways_to_be_lazy(systems: list[ImportSystem], sandbox: Sandbox, how: str) -> None:
    """`__lazy_modules__` and the mode make statements lazy as the keyword does."""
    source = "import pack\nfrom pack import WHO\ndef used(): return pack.WHO, WHO\n"
    if how == "all":
        sys.set_lazy_imports("all")  # type: ignore[attr-defined]
    else:
        source = "__lazy_modules__ = ['pack']\n" + source
    sandbox.write({"one/other.py": source})
    module = systems[0].import_module("other")
    assert type(lazily(vars(module), "WHO")) is LazyImportType
    assert module.used() == ("one", "one")


def test_what_is_there_is_bound_at_once(systems: list[ImportSystem], sandbox: Sandbox) -> None:
    """A name of a module that the system has loaded is bound at once, as the interpreter does."""
    sandbox.write({"one/other.py": "import pack\nlazy from pack import WHO"})
    assert vars(systems[0].import_module("other"))["WHO"] == "one"


@pytest.mark.parametrize("lets", [True, False])
def test_the_filter_is_asked_once(systems: list[ImportSystem], sandbox: Sandbox, lets: bool) -> None:
    """The filter gets importer, absolute name and names, once; where it refuses, the import is eager."""
    sandbox.write(
        {"one/pack/a.py": "lazy from . import sub\nlazy from .deep import er, WHO\nlazy import pack.deep"}
    )
    asked = []

    def decide(*arguments: Any) -> bool:
        if arguments[0] == "pack.a":
            asked.append(arguments)
        return lets

    sys.set_lazy_imports_filter(decide)  # type: ignore[attr-defined]
    module = systems[0].import_module("pack.a")
    assert asked == [
        ("pack.a", "pack", ("sub",)),
        ("pack.a", "pack.deep", ("er", "WHO")),
        ("pack.a", "pack.deep", None),
    ]
    assert (type(lazily(vars(module), "er")) is LazyImportType) == lets
    assert sys.get_lazy_imports_filter() is decide  # type: ignore[attr-defined]
    assert (module.sub.WHO, module.er.WHO, module.WHO) == ("one sub", "one deeper", "one deep")


def test_errors_tell_the_statement(systems: list[ImportSystem], sandbox: Sandbox) -> None:
    """What fails at the first use is the module's own error; its cause is at the line of the statement."""
    sandbox.write({"one/other.py": "x = 1\nlazy import nowhere\nlazy from pack import nothing\n"})
    module = systems[0].import_module("other")
    for name, kind, message, line in (
        ("nowhere", ModuleNotFoundError, "No module named 'nowhere'", 2),
        ("nothing", ImportError, "cannot import name 'nothing' from 'pack'", 3),
    ):
        with pytest.raises(kind, match=message) as caught:
            getattr(module, name)
        cause = caught.value.__cause__
        assert "raised an exception during resolution" in str(cause)
        assert cause is not None
        (frame,) = traceback.extract_tb(cause.__traceback__)
        assert (frame.filename, frame.lineno) == (str(sandbox.root / "one" / "other.py"), line)
        frames = traceback.extract_tb(caught.value.__traceback__)
        assert [frame for frame in frames if "_standard" in frame.filename] == []


def test_only_at_module_level(systems: list[ImportSystem], sandbox: Sandbox) -> None:
    """Elsewhere the statement is a SyntaxError, and a relative one beyond the top an ImportError."""
    sandbox.write(
        {"one/other.py": "def f():\n    exec('lazy import pack')\n", "one/up.py": "lazy from .. import x"}
    )
    with pytest.raises(SyntaxError, match="only allowed at module level"):
        systems[0].import_module("other").f()
    with pytest.raises(ImportError, match="relative import"):
        systems[0].import_module("up")


def test_packages_lack_what_they_lack(systems: list[ImportSystem], sandbox: Sandbox) -> None:
    """What a package has not is told as the interpreter tells it; its own `__getattr__` is asked."""
    sandbox.write(
        {
            "one/asks/__init__.py": "def __getattr__(name): return name.upper()",
            "one/circle/__init__.py": "import circle.part",
            "one/circle/part.py": "import circle\ntry:\n    circle.late\nexcept AttributeError as error:\n"
            "    told = str(error)",
        }
    )
    pack = systems[0].import_module("pack")
    with pytest.raises(AttributeError, match=r"^module 'pack' has no attribute 'sub'$") as caught:
        _ = pack.sub
    assert (caught.value.name, caught.value.obj) == ("sub", pack)
    assert systems[0].import_module("asks").lower == "LOWER"
    told = systems[0].import_module("circle").part.told
    assert told.startswith("partially initialized module 'circle' from ")
    assert "'late' (most likely due to a circular import)" in told
    assert isinstance(pack, ModuleType)
    assert repr(pack).startswith("<module 'pack' from ")


def test_a_pending_name_that_is_no_module(systems: list[ImportSystem], sandbox: Sandbox) -> None:
    """A name that a lazy import has taken for a submodule, and is none, is an attribute that is missing."""
    sandbox.write({"one/other.py": "lazy from pack import nothing"})
    systems[0].import_module("other")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = systems[0].import_module("pack").nothing


def test_a_submodule_that_fails(systems: list[ImportSystem], sandbox: Sandbox) -> None:
    """A pending submodule that does not find what it imports raises that, by the attribute."""
    sandbox.write({"one/pack/bad.py": "import nowhere", "one/other.py": "lazy import pack.bad"})
    systems[0].import_module("other")
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        _ = systems[0].import_module("pack").bad


def test_threads_execute_a_module_once(systems: list[ImportSystem], sandbox: Sandbox) -> None:
    """Threads that use a lazy name at once get one module, executed once."""
    sandbox.write(
        {"one/slow.py": "import sys, time\nsys.count = getattr(sys, 'count', 0) + 1\ntime.sleep(0.1)"}
    )
    sandbox.write({"one/other.py": "lazy import slow\ndef use(): return slow"})
    module = systems[0].import_module("other")
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(module.use())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert len(found) == 6
        assert len({id(slow) for slow in found}) == 1
        assert sys.count == 1  # type: ignore[attr-defined]
    finally:
        del sys.count  # type: ignore[attr-defined]
