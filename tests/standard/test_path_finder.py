"""PathFinder: path hooks, path entry finders and what is remembered of them."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .libraries import LIBRARIES, Library, both, facts, result

if TYPE_CHECKING:
    from ..conftest import Sandbox

OLD = sys.version_info < (3, 12)


class Entry:
    """A path entry finder that answers by what it is given."""

    def __init__(self, answer: Any = None) -> None:
        self.answer = answer
        self.asked: list[Any] = []
        self.invalidated = 0

    def find_spec(self, fullname: str, target: Any = None) -> Any:
        self.asked.append((fullname, target))
        return self.answer(fullname) if callable(self.answer) else self.answer

    def invalidate_caches(self) -> None:
        self.invalidated += 1


def hook_for(entries: dict[str, Any]) -> Callable[[str], Any]:
    """A path hook that knows these entries."""

    def hook(path: str) -> Any:
        if path not in entries:
            raise ImportError(path)
        answer = entries[path]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    return hook


def spec(library: Library, name: str = "m", loader: Any = "a loader", locations: Any = None) -> Any:
    """A spec as a path entry finder returns it."""
    made = library.machinery.ModuleSpec(name, loader)
    made.submodule_search_locations = locations
    return made


@pytest.fixture
def bare(library: Library) -> Library:
    """Each library, without any path hook or finder remembered."""
    sys.path_hooks.clear()
    sys.path_importer_cache.clear()
    return library


def test_the_first_hook_that_accepts_makes_the_finder(bare: Library) -> None:
    """Path hooks are asked in order; what the first one without ImportError returns is the finder."""
    found = spec(bare)
    entry, other = Entry(found), Entry()
    calls = []
    sys.path_hooks += [
        lambda path: calls.append(path) or hook_for({})(path),
        hook_for({"x:": entry}),
        hook_for({"x:": other}),
    ]
    finder = bare.machinery.PathFinder
    assert finder.find_spec("m", ["x:"]) is found
    assert finder.find_spec("m", ["x:"], sys) is found
    assert entry.asked == [("m", None), ("m", sys)]
    assert other.asked == []
    assert calls == ["x:"]
    assert sys.path_importer_cache == {"x:": entry}


def test_entries_are_asked_in_order(bare: Library) -> None:
    """The first entry with a loader wins; those without the module are passed over."""
    found = spec(bare)
    entries = {"a:": Entry(None), "b:": Entry(found), "c:": Entry(spec(bare))}
    sys.path_hooks.append(hook_for(entries))
    assert bare.machinery.PathFinder.find_spec("m", ["a:", "nothing:", "b:", "c:"]) is found
    assert [len(entry.asked) for entry in entries.values()] == [1, 1, 0]
    assert sys.path_importer_cache["nothing:"] is None


def test_no_hook_accepts(bare: Library) -> None:
    """An entry that no hook accepts is remembered as None, and not asked about again."""
    calls: list[str] = []

    def hook(path: str) -> Any:
        calls.append(path)
        raise ImportError

    sys.path_hooks.append(hook)
    for _ in range(3):
        assert bare.machinery.PathFinder.find_spec("m", ["x:"]) is None
    assert calls == ["x:"]
    assert sys.path_importer_cache == {"x:": None}


def test_a_remembered_none_is_skipped(hooked: Library, sandbox: Sandbox) -> None:
    """None in `sys.path_importer_cache` means that nothing can be found there, whatever is."""
    root = sandbox.write({"m.py": ""})
    sys.path_importer_cache[str(root)] = None
    assert hooked.machinery.PathFinder.find_spec("m", [str(root)]) is None
    del sys.path_importer_cache[str(root)]
    assert hooked.machinery.PathFinder.find_spec("m", [str(root)])


def test_a_remembered_finder_is_asked(bare: Library) -> None:
    """Whatever is in `sys.path_importer_cache` is the finder of its entry."""
    found = spec(bare)
    sys.path_importer_cache["x:"] = Entry(found)
    assert bare.machinery.PathFinder.find_spec("m", ["x:"]) is found


@pytest.mark.parametrize(
    "error",
    [ValueError("no"), ModuleNotFoundError("no"), OSError("no"), KeyError("x:"), RuntimeError()],
    ids=repr,
)
def test_hooks_that_raise(bare: Library, error: Exception) -> None:
    """ImportError means that a hook is not for the entry; anything else passes through."""
    found = spec(bare)
    sys.path_hooks += [hook_for({"x:": error}), hook_for({"x:": Entry(found)})]
    if isinstance(error, ImportError):
        assert bare.machinery.PathFinder.find_spec("m", ["x:"]) is found
    else:
        with pytest.raises(type(error)) as caught:
            bare.machinery.PathFinder.find_spec("m", ["x:"])
        assert caught.value is error
        assert sys.path_importer_cache == {}


def test_hooks_that_return_none(bare: Library) -> None:
    """None from a hook is an answer: the entry has no finder."""
    sys.path_hooks += [lambda path: None, hook_for({"x:": Entry(spec(bare))})]
    assert bare.machinery.PathFinder.find_spec("m", ["x:"]) is None
    assert sys.path_importer_cache == {"x:": None}


def test_no_hooks(bare: Library) -> None:
    """An empty list of path hooks is warned about."""
    with pytest.warns(ImportWarning, match="sys.path_hooks is empty"):
        assert bare.machinery.PathFinder.find_spec("m", ["x:"]) is None


def test_hooks_are_none(sandbox: Sandbox) -> None:
    """At shutdown, when `sys.path_hooks` is None, the error is importlib's."""
    hooks: Any = sys.path_hooks
    sys.path_hooks = None  # type: ignore[assignment]
    try:
        theirs, ours = both(lambda library: library.machinery.PathFinder.find_spec("m", ["x:"]))
    finally:
        sys.path_hooks = hooks
    assert ours == theirs


class Junk:
    """A path entry finder without any method."""


@pytest.mark.parametrize("answer", [0, "text", True, [], object(), Exception], ids=repr)
def test_junk_from_finders(sandbox: Sandbox, answer: Any) -> None:
    """What is no spec is treated as importlib treats it."""
    sys.path_importer_cache["x:"] = Entry(lambda name: answer)
    theirs, ours = both(lambda library: library.machinery.PathFinder.find_spec("m", ["x:"]))
    assert ours == theirs


def test_finders_without_methods(sandbox: Sandbox) -> None:
    """A path entry finder that cannot find is treated as importlib treats it."""
    for junk in (Junk(), 3, "text"):
        sys.path_importer_cache["x:"] = junk  # type: ignore[assignment]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImportWarning)
            theirs, ours = both(lambda library: library.machinery.PathFinder.find_spec("m", ["x:"]))
        assert ours == theirs


def test_finders_that_raise(bare: Library) -> None:
    """What a path entry finder raises passes through, ImportError too."""
    for error in (ImportError("no"), ValueError("no"), KeyboardInterrupt()):

        def fail(name: str, error: BaseException = error) -> None:
            raise error

        sys.path_importer_cache["x:"] = Entry(fail)
        with pytest.raises(type(error)) as caught:
            bare.machinery.PathFinder.find_spec("m", ["x:"])
        assert caught.value is error


def test_spec_without_loader_and_locations(bare: Library) -> None:
    """A spec that is neither a module nor a portion is an ImportError."""
    sys.path_importer_cache["x:"] = Entry(spec(bare, loader=None))
    with pytest.raises(ImportError, match="spec missing loader"):
        bare.machinery.PathFinder.find_spec("m", ["x:"])


def test_portions_are_collected(bare: Library) -> None:
    """Specs without loader add their locations, until one with a loader comes."""
    sys.path_importer_cache["a:"] = Entry(spec(bare, loader=None, locations=["one", "two"]))
    sys.path_importer_cache["b:"] = Entry(spec(bare, loader=None, locations=[]))
    sys.path_importer_cache["c:"] = Entry(spec(bare, loader=None, locations=("three",)))
    sys.path_importer_cache["d:"] = Entry(found := spec(bare))
    finder = bare.machinery.PathFinder
    portions = finder.find_spec("m", ["a:", "b:", "c:"])
    assert portions.loader is None
    assert portions.origin is None
    assert list(portions.submodule_search_locations) == ["one", "two", "three"]
    assert finder.find_spec("m", ["b:"]) is None
    assert finder.find_spec("m", ["a:", "d:"]) is found


def test_the_empty_entry_follows_the_working_directory(hooked: Library, sandbox: Sandbox) -> None:
    """An empty path entry stands for the working directory of the moment of each search."""
    root = sandbox.write({"one/m.py": "", "two/m.py": "", "three/x.py": ""})
    finder = hooked.machinery.PathFinder
    for folder in ("one", "two", "one"):
        os.chdir(root / folder)
        assert finder.find_spec("m", [""]).origin == str(root / folder / "m.py")
        assert str(root / folder) in sys.path_importer_cache
    os.chdir(root / "three")
    assert finder.find_spec("m", [""]) is None
    assert "" not in sys.path_importer_cache


def test_the_working_directory_is_gone(hooked: Library, sandbox: Sandbox) -> None:
    """Where the working directory was removed, an empty entry has nothing, and nothing is remembered."""
    gone = sandbox.root / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    assert hooked.machinery.PathFinder.find_spec("m", [""]) is None
    assert sys.path_importer_cache == {}
    root = sandbox.write({"m.py": ""})
    assert hooked.machinery.PathFinder.find_spec("m", ["", str(root)])


@pytest.mark.parametrize("kind", LIBRARIES)
def test_relative_entries(sandbox: Sandbox, kind: str) -> None:
    """A relative entry keeps the finder that was made for it, wherever the working directory goes."""
    root = sandbox.write({"one/lib/m.py": "", "two/lib/m.py": ""})
    library = Library(kind)
    sys.path_hooks[:] = library.hooks()
    os.chdir(root / "one")
    finder = library.machinery.PathFinder
    assert finder.find_spec("m", ["lib"]).origin == str(root / "one/lib/m.py")
    os.chdir(root / "two")
    assert finder.find_spec("m", ["lib"]).origin == str(root / "one/lib/m.py")
    finder.invalidate_caches()
    forgets = sys.version_info >= (3, 11)
    assert finder.find_spec("m", ["lib"]).origin == str(root / ("two" if forgets else "one") / "lib/m.py")


@pytest.mark.parametrize("entry", [3, None, object(), ["x"], Path("/"), b"x:", b""], ids=repr)
def test_entries_that_are_no_text(sandbox: Sandbox, entry: Any) -> None:
    """Path entries other than str are passed over as importlib does it."""
    root = sandbox.write({"m.py": ""})

    def find(library: Library) -> Any:
        sys.path_hooks[:] = library.hooks()
        sys.path_importer_cache.clear()
        return facts(library.machinery.PathFinder.find_spec("m", [entry, str(root)]))

    theirs, ours = both(find)
    assert ours == theirs


class Text(str):
    """A path entry of a class of its own."""


def test_entries_of_a_subclass_of_str(hooked: Library, sandbox: Sandbox) -> None:
    """A path entry of a subclass of str is one."""
    root = sandbox.write({"m.py": ""})
    assert hooked.machinery.PathFinder.find_spec("m", [Text(root)])


@pytest.mark.parametrize("path", [(), [], "text", 3, None, iter([]), ["\0"], ["\udcff"], {"x:": 1}], ids=repr)
def test_odd_paths(sandbox: Sandbox, path: Any) -> None:
    """A path is what can be iterated over; None is `sys.path`; anything else is importlib's error."""

    def find(library: Library) -> Any:
        sys.path_hooks[:] = library.hooks()
        sys.path_importer_cache.clear()
        return facts(library.machinery.PathFinder.find_spec("m", path))

    theirs, ours = both(find)
    assert ours == theirs


@pytest.mark.parametrize("name", ["", "m.", ".m", "a.b.m", "m\0", 3, None, b"m"], ids=repr)
def test_odd_names(sandbox: Sandbox, name: Any) -> None:
    """A name without a module ends as it ends in importlib."""
    root = sandbox.write({"m.py": "", "bare/x": ""})

    def find(library: Library) -> Any:
        sys.path_hooks[:] = library.hooks()
        sys.path_importer_cache.clear()
        return facts(library.machinery.PathFinder.find_spec(name, [str(root)]))

    theirs, ours = both(find)
    assert ours[0] == theirs[0]
    if ours[0] == "returned":
        assert ours == theirs


def test_invalidate_caches(bare: Library) -> None:
    """Finders look anew, entries without a finder are asked about again."""
    entry, junk = Entry(), Junk()
    sys.path_importer_cache.update({"/x": entry, "/junk": junk, "/none": None})  # type: ignore[dict-item]
    bare.machinery.PathFinder.invalidate_caches()
    assert entry.invalidated == 1
    assert sys.path_importer_cache == {"/x": entry, "/junk": junk}


def test_new_files_after_invalidate_caches(hooked: Library, sandbox: Sandbox) -> None:
    """A file that came without a change of the directory's time is found after `invalidate_caches`."""
    entry = str(sandbox.root)
    os.utime(entry, (10, 10))
    finder = hooked.machinery.PathFinder
    assert finder.find_spec("m", [entry]) is None
    (sandbox.root / "m.py").touch()
    os.utime(entry, (10, 10))
    assert finder.find_spec("m", [entry]) is None
    finder.invalidate_caches()
    assert finder.find_spec("m", [entry])


def test_a_directory_vanishes(hooked: Library, sandbox: Sandbox) -> None:
    """In an entry whose directory is gone nothing is found, until it is back."""
    root = sandbox.write({"lib/m.py": "", "other/m.py": ""})
    finder = hooked.machinery.PathFinder
    path = [str(root / "lib"), str(root / "other")]
    assert finder.find_spec("m", path).origin == str(root / "lib/m.py")
    (root / "lib").rename(root / "away")
    assert finder.find_spec("m", path).origin == str(root / "other/m.py")
    (root / "away").rename(root / "lib")
    assert finder.find_spec("m", path).origin == str(root / "lib/m.py")


def test_zip_archives(hooked: Library, sandbox: Sandbox) -> None:
    """Zip archives on the path, and folders inside them, are found by their own path hook."""
    import zipfile

    archive = sandbox.root / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("m.py", "x = 1")
        file.writestr("lib/n.py", "x = 2")
        file.writestr("pkg/__init__.py", "x = 3")
    finder = hooked.machinery.PathFinder
    assert finder.find_spec("m", [str(archive)]).origin == str(archive / "m.py")
    assert finder.find_spec("n", [str(archive / "lib")]).origin == str(archive / "lib/n.py")
    assert finder.find_spec("pkg", [str(archive)]).submodule_search_locations == [str(archive / "pkg")]
    assert finder.find_spec("nothing", [str(archive)]) is None


def test_a_file_becomes_a_directory(hooked: Library, sandbox: Sandbox) -> None:
    """An entry that was no directory is one after `invalidate_caches`."""
    folder = sandbox.root / "lib"
    finder = hooked.machinery.PathFinder
    assert finder.find_spec("m", [str(folder)]) is None
    sandbox.write({"lib/m.py": ""})
    sys.path_importer_cache.setdefault(str(folder), None)
    finder.invalidate_caches()
    assert finder.find_spec("m", [str(folder)])


def test_distributions(library: Library, sandbox: Sandbox) -> None:
    """The distributions of a path are the standard library's."""
    from importlib.metadata import DistributionFinder

    root = sandbox.write({"thing-1.5.dist-info/METADATA": "Name: thing\nVersion: 1.5\n"})
    context = DistributionFinder.Context(name="thing", path=[str(root)])
    found = list(library.machinery.PathFinder.find_distributions(context))
    assert [each.version for each in found] == ["1.5"]


def test_it_is_not_instantiated(library: Library) -> None:
    """The class itself is the finder."""
    assert isinstance(library.machinery.PathFinder, type)
    assert library.machinery.PathFinder.find_spec("nothing_of_this_name") is None


@pytest.mark.skipif(not OLD, reason="finders without find_spec are none any more")
def test_old_finders(bare: Library) -> None:
    """Until 3.11, path entry finders with `find_loader` or `find_module` only are asked, with a warning."""

    class ByLoader:
        def find_loader(self, fullname: str) -> Any:
            return {"m": ("a loader", []), "bare": (None, ["portion"])}.get(fullname, (None, []))

    class ByModule:
        def find_module(self, fullname: str) -> Any:
            return "a loader" if fullname == "m" else None

    sys.path_importer_cache.update({"l:": ByLoader(), "m:": ByModule()})  # type: ignore[dict-item]
    finder = bare.machinery.PathFinder
    for entry, method in (("l:", "find_loader"), ("m:", "find_module")):
        with pytest.warns(
            ImportWarning, match=rf"find_spec\(\) not found; falling back to {method}\(\)"
        ) as caught:
            assert finder.find_spec("m", [entry]).loader == "a loader"
        assert len(caught) == 1
        with pytest.warns(ImportWarning, match="falling back"):
            assert finder.find_spec("nothing", [entry]) is None
    with pytest.warns(ImportWarning, match="falling back"):
        assert list(finder.find_spec("bare", ["l:"]).submodule_search_locations) == ["portion"]


@pytest.mark.skipif(not OLD, reason="importlib has it no more")
def test_find_module(hooked: Library, sandbox: Sandbox) -> None:
    """The deprecated `find_module` returns the loader alone."""
    root = sandbox.write({"m.py": ""})
    with pytest.warns(DeprecationWarning, match="find_module"):
        loader = hooked.machinery.PathFinder.find_module("m", [str(root)])
    assert type(loader) is hooked.machinery.SourceFileLoader
    with pytest.warns(DeprecationWarning, match="find_module"):
        assert hooked.machinery.PathFinder.find_module("nothing", [str(root)]) is None


def test_subclasses_of_the_file_finder(bare: Library, sandbox: Sandbox) -> None:
    """A subclass of FileFinder that overrides a method is asked by its own method."""
    root = sandbox.write({"m.py": ""})

    class Own(bare.machinery.FileFinder):  # type: ignore[misc,name-defined]
        def find_spec(self, fullname: str, target: Any = None) -> Any:
            return super().find_spec("m", target)

    sys.path_hooks.append(Own.path_hook(*bare.details()))
    assert bare.machinery.PathFinder.find_spec("other", [str(root)]).origin == str(root / "m.py")


def test_methods_of_importlib(library: Library, sandbox: Sandbox) -> None:
    """What tools such as pkgutil call below the public names answers as importlib's does."""
    sys.path_hooks[:] = library.hooks()
    finder = library.machinery.PathFinder
    entry = str(sandbox.root)
    assert type(finder._path_hooks(entry)) is library.machinery.FileFinder
    assert finder._path_hooks("/nowhere") is None
    assert finder._path_importer_cache(entry) is sys.path_importer_cache[entry]
    assert result(finder._path_importer_cache, "")[0] == "returned"
