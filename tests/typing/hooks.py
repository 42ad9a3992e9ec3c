"""What type checkers make of hooks, wrappers and handles. Read by mypy and pyright, never executed."""

from __future__ import annotations

import importlib.machinery
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from typing_extensions import assert_type

import loadstone
from loadstone import Handle, Interceptor, SourceFinder, Transform, WrappedLoader
from loadstone.abc import FinderLike, LoaderLike, PathEntryFinderLike, PathHook
from loadstone.startup import inherit
from loadstone.testing import ImporterSuite, Report, check_finder, check_loader, check_path_hook


class Upper(Transform):
    """A transform of a user's."""

    def transform_source(self, text: str, spec: ModuleSpec) -> str:
        return text.upper()


class Noting(WrappedLoader):
    """A wrapper of a user's."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)


class Note(Interceptor):
    """An interceptor that wraps."""

    def intercept(self, spec: ModuleSpec) -> None:
        if spec.loader is not None:
            spec.loader = Noting(spec.loader)


class Sources(SourceFinder):
    """A finder of a user's."""

    def get_source(self, fullname: str) -> str | None:
        return None


class Plain:
    """A finder that knows nothing of loadstone."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return None


class Executes:
    """A loader that knows nothing of loadstone."""

    def exec_module(self, module: ModuleType) -> None:
        pass


class Entry:
    """A path entry finder that knows nothing of loadstone."""

    def __init__(self, path: str) -> None:
        pass

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        return None


def entry_of(path: str) -> Entry:
    """A path hook that is a function."""
    return Entry(path)


# What is made is of the class that makes it, and what it is made of is checked.
assert_type(Upper("pkg.*"), Upper)
assert_type(Upper(["a", "b"]), Upper)
assert_type(Note(), Note)
Upper(42)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Noting(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
Noting(None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

# Whatever is asked for modules is a hook, and so are classes that are asked themselves.
assert_type(loadstone.install(Plain()), Handle)
assert_type(loadstone.install(Upper("a"), before=importlib.machinery.PathFinder), Handle)
assert_type(loadstone.install(Entry, first=True), Handle)
assert_type(loadstone.install(entry_of, after=Entry), Handle)
assert_type(loadstone.hooks(), list[Handle])
loadstone.install(3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]
loadstone.install(Executes())  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]

# One position, by its name.
finder = Sources()
assert_type(finder.install(), Handle)
assert_type(finder.install(first=True, name="x"), Handle)
assert_type(finder.install(last=True, inherit=True), Handle)
assert_type(finder.install(before=Plain(), names=("a", "a.*")), Handle)
assert_type(finder.install(after=importlib.machinery.PathFinder), Handle)
finder.install(frist=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
finder.install(first=True, last=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
loadstone.install(finder, first=True, last=True)  # type: ignore[call-overload]  # pyright: ignore[reportCallIssue]
finder.install(before=3)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]

with loadstone.install(Plain()) as handle:
    assert_type(handle, Handle)
    assert_type(handle.hook, FinderLike | PathHook)
    assert_type(handle.names, tuple[str, ...] | None)
    assert_type(handle.overtaken_by, list[FinderLike])
assert_type(loadstone.rest_of_chain(Plain(), "x"), ModuleSpec | None)


# A decorated function is itself, and has the handle.
@loadstone.when_imported("colorsys")
def patch(module: ModuleType) -> int:
    """Called with the module."""
    return 1


assert_type(patch.hook, Handle)
assert_type(patch(loadstone.import_module("colorsys")), int)
patch.hook.uninstall()
assert_type(loadstone.when_imported("colorsys", patch), Handle)
assert_type(loadstone.lazy("a", ["b"]), Handle)
assert_type(loadstone.alias("old", "new", deprecated=True), Handle)
assert_type(loadstone.block("x", "for a reason"), Handle)
undo: Callable[[], None] = inherit(Plain(), first=True)

like: LoaderLike = Executes()
like = Noting(like)
path_entry: PathEntryFinderLike = Entry("x")
loadstone.live.meta_path.insert(0, Plain())
loadstone.live.path_hooks.append(Entry)
loadstone.live.path_importer_cache["x"] = path_entry

assert_type(check_finder(Plain(), finds=["x"]), Report)
assert_type(check_finder("pkg.mod:finder", ["x"], add=".add"), Report)
assert_type(check_loader(Executes(), "x"), Report)
assert_type(check_path_hook(Entry, "entry", ["x"]), Report)
check_finder(3, ["x"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


class TestSources(ImporterSuite):
    """The kit, as tests of pytest."""

    finds = ("mine",)

    def make(self) -> Sources:
        return Sources()
