"""The ways to make the modules of `FILES` importable: kinds of finders, and what may stand before them."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.machinery import SourceFileLoader
from importlib.metadata import PathDistribution
from pathlib import Path
from typing import Any

import loadstone
from loadstone import machinery

from . import questions
from .questions import FILES, INFO

NAMES = ("protopkg", "protopkg.*", "protospace", "protospace.*", "protosingle")

Ask = Callable[[str], dict[str, Any]]


def write(folder: Path) -> Path:
    """`FILES` in a folder on disk."""
    for name, content in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def zipped(file: Any) -> Any:
    """`FILES` in a zip archive."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return file


def data_at(path: str) -> bytes:
    """The contents of one of `FILES`, by a path of its finder's."""
    content = FILES.get(path.partition(">/")[2])
    if content is None:
        raise FileNotFoundError(2, "no such data", path)
    return content.encode() if isinstance(content, str) else content


def source_of(fullname: str) -> str | None:
    """The source of one of the modules."""
    path = fullname.replace(".", "/")
    source: Any = FILES.get(f"{path}/__init__.py", FILES.get(f"{path}.py"))
    return source  # type: ignore[no-any-return]


def is_folder(fullname: str) -> bool:
    """Whether there are files below the name."""
    return any(path.startswith(f"{fullname.replace('.', '/')}/") for path in FILES)


def modules_in(package: str) -> Iterator[tuple[str, bool]]:
    """The modules in a package, or at top level."""
    start = f"{package.replace('.', '/')}/" if package else ""
    for path in sorted(FILES):
        name, slash, rest = path.removeprefix(start).partition("/")
        if path.startswith(start) and rest == "__init__.py":
            yield name, True
        elif path.startswith(start) and not slash and name.endswith(".py") and name != "__init__.py":
            yield name.removesuffix(".py"), False


def files_below(fullname: str) -> Iterator[str]:
    """The files below the name, as paths relative to it."""
    start = f"{fullname.replace('.', '/')}/"
    return (path.removeprefix(start) for path in FILES if path.startswith(start))


def distributions(context: Any = None) -> Iterator[PathDistribution]:
    """The one distribution that there is."""
    if getattr(context, "name", None) in (None, "protopkg", "ProtoPkg"):
        yield PathDistribution(loadstone.MemoryTree(FILES) / INFO)  # type: ignore[arg-type]


class Computed(loadstone.SourceFinder):
    """Source by name."""

    def get_source(self, fullname: str) -> str | None:
        return source_of(fullname)

    def is_package(self, fullname: str) -> bool:
        return is_folder(fullname)

    def get_data(self, path: str) -> bytes:
        return data_at(path)

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        return modules_in(package)

    def list_files(self, fullname: str) -> Iterable[str]:
        return files_below(fullname)

    def find_distributions(self, context: Any = None) -> Iterator[Any]:
        return distributions(context)


class ComputedByClass(loadstone.SourceFinder):
    """The same, where the class is the finder."""

    get_source = staticmethod(source_of)  # type: ignore[assignment]
    is_package = staticmethod(is_folder)  # type: ignore[assignment]
    get_data = staticmethod(data_at)  # type: ignore[assignment]
    list_modules = staticmethod(modules_in)  # type: ignore[assignment]
    list_files = staticmethod(files_below)
    find_distributions = staticmethod(distributions)  # type: ignore[assignment]


class BareLoader(loadstone.Loader):
    """A loader of its own."""

    def is_package(self, fullname: str) -> bool:
        return is_folder(fullname)

    def get_source(self, fullname: str) -> str | None:
        return source_of(fullname)

    def get_data(self, path: str) -> bytes:
        return data_at(path)

    def list_files(self, fullname: str) -> Iterable[str]:
        return files_below(fullname)


class Bare(loadstone.Finder):
    """A finder with a loader of its own."""

    adds_portions = True

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if source_of(fullname) is not None:
            return self.spec(fullname, BareLoader())
        return self.spec(fullname, None) if is_folder(fullname) else None

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        return modules_in(package)

    def folder(self, package: str = "") -> Any:
        return loadstone.MemoryTree(FILES).joinpath(*package.split("."))

    def find_distributions(self, context: Any = None) -> Iterator[Any]:
        return distributions(context)


def class_of_source(folder: Path) -> Any:
    """A class of its own for each that asks: what it remembers stays with it."""
    return type("ComputedByClass", (ComputedByClass,), {})


@contextmanager
def made(finder: str, folder: Path) -> Iterator[Any]:
    """A finder of a kind; in the end, the archive that it reads from is closed."""
    found = FINDERS[finder](folder)
    try:
        yield found
    finally:
        if isinstance(getattr(found, "root", None), zipfile.Path):
            found.root.root.close()


FINDERS: dict[str, Callable[[Path], Any]] = {
    "directory": lambda folder: loadstone.TreeFinder(write(folder)),
    "directory by loaders": lambda folder: loadstone.TreeFinder(
        str(write(folder)), (machinery.SourceFileLoader, [".py"])
    ),
    "zip": lambda folder: loadstone.TreeFinder(zipfile.Path(zipped(folder.with_suffix(".zip")))),
    "zip in memory": lambda folder: loadstone.TreeFinder(zipfile.Path(zipfile.ZipFile(zipped(io.BytesIO())))),
    "memory": lambda folder: loadstone.TreeFinder(loadstone.MemoryTree(FILES)),
    "memory by importlib's loader": lambda folder: loadstone.TreeFinder(
        loadstone.MemoryTree(FILES), (SourceFileLoader, [".py"])
    ),
    "unlistable": lambda folder: loadstone.TreeFinder(Unlistable(loadstone.MemoryTree(FILES))),
    "source": lambda folder: Computed(),
    "source of a class": class_of_source,
    "finder and loader": lambda folder: Bare(),
}


class Unlistable:
    """A small Traversable that cannot list: what it knows is whether a file is there, and what is in it."""

    def __init__(self, tree: Any) -> None:
        self.tree = tree

    @property
    def name(self) -> str:
        return str(self.tree.name)

    def joinpath(self, *descendants: Any) -> Unlistable:
        return Unlistable(self.tree.joinpath(*descendants))

    __truediv__ = joinpath

    def iterdir(self) -> Any:
        raise NotImplementedError("cannot list")

    def __getattr__(self, name: str) -> Any:
        if name in ("is_file", "is_dir", "open", "read_bytes", "read_text"):
            return getattr(self.tree, name)
        raise AttributeError(name)

    def __str__(self) -> str:
        return str(self.tree)


class Wrapped(loadstone.WrappedLoader):
    """A loader that stands before another until the module is executed."""

    def exec_module(self, module: Any) -> None:
        super().exec_module(module)


class Answering(loadstone.WrappedLoader):
    """A loader that stands before another for good."""

    def get_resource_reader(self, fullname: str) -> Any:
        return self.inner.get_resource_reader(fullname)


class Wrapping(loadstone.Interceptor):
    """Has modules loaded by a wrapper."""

    def __init__(self, wrapper: Any) -> None:
        super().__init__(NAMES)
        self.wrapper = wrapper

    def intercept(self, spec: Any) -> Any:
        if spec.loader is not None and hasattr(spec.loader, "exec_module"):
            spec.loader = self.wrapper(spec.loader)
        return spec


class Change(loadstone.Transform):
    """Changes source and tree, to what means the same."""

    def transform_source(self, text: str, spec: Any) -> str:
        return text + "\n"

    def transform_ast(self, tree: Any, spec: Any) -> Any:
        return tree


FRONTS: dict[str, Callable[[], Any]] = {
    "wrapped": lambda: Wrapping(Wrapped),
    "wrapped for good": lambda: Wrapping(Answering),
    "transformed": lambda: Change(NAMES),
}


@contextmanager
def on_path(folder: Path) -> Iterator[Ask]:
    """A directory on `sys.path`."""
    sys.path.insert(0, str(write(folder)))
    yield questions.answers


@contextmanager
def on_path_zipped(folder: Path) -> Iterator[Ask]:
    """A zip archive on `sys.path`, which the standard library's zipimport knows."""
    sys.path.insert(0, str(zipped(folder.with_suffix(".zip"))))
    yield questions.answers


def installed(finder: str, *, bound: bool = False) -> Any:
    """A finder, installed; bound to the names of its modules or not."""

    @contextmanager
    def way(folder: Path) -> Iterator[Ask]:
        with made(finder, folder) as found:
            if bound:
                found.names = NAMES
            with loadstone.install(found):
                yield questions.answers

    return way


def by_hand(finder: str) -> Any:
    """A finder on `sys.meta_path`, put there by hand."""

    @contextmanager
    def way(folder: Path) -> Iterator[Ask]:
        with made(finder, folder) as found:
            sys.meta_path.append(found)
            yield questions.answers

    return way


def by_path_entry(finder: str) -> Any:
    """The root of a finder as an entry of `sys.path`."""

    @contextmanager
    def way(folder: Path) -> Iterator[Ask]:
        with made(finder, folder) as found:
            sys.path.insert(0, found.entry(""))
            yield questions.answers

    return way


def behind(front: str, way: Any) -> Any:
    """Another way, with an interceptor before it."""

    @contextmanager
    def changed(folder: Path) -> Iterator[Ask]:
        with way(folder) as ask, loadstone.install(FRONTS[front]()):
            yield ask

    return changed


@contextmanager
def lazily(folder: Path) -> Iterator[Ask]:
    """A directory on `sys.path`, of lazy modules."""
    with on_path(folder) as ask, loadstone.lazy(*NAMES):
        yield ask


def taken_over(way: Any) -> Any:
    """Another way, with loadstone in charge of the interpreter."""

    @contextmanager
    def changed(folder: Path) -> Iterator[Ask]:
        with way(folder) as ask, loadstone.takeover():
            yield ask

    return changed


@contextmanager
def isolated(folder: Path) -> Iterator[Ask]:
    """A directory on the path of an isolated system, asked by code in it."""
    system = loadstone.ImportSystem.isolated([write(folder), Path(__file__).parent])
    yield system.import_module("questions").answers


@contextmanager
def isolated_zip(folder: Path) -> Iterator[Ask]:
    """A zip archive on the path of an isolated system, asked by code in it."""
    archive = zipped(folder.with_suffix(".zip"))
    system = loadstone.ImportSystem.isolated([archive, Path(__file__).parent])
    yield system.import_module("questions").answers


def isolated_by(finder: str) -> Any:
    """A finder on the chain of an isolated system, asked by code in it."""

    @contextmanager
    def way(folder: Path) -> Iterator[Ask]:
        system = loadstone.ImportSystem.isolated([Path(__file__).parent])
        with made(finder, folder) as found:
            system.meta_path.append(found)
            system.path_hooks.append(found.path_hook)
            yield system.import_module("questions").answers

    return way


@contextmanager
def aliased(folder: Path) -> Iterator[Ask]:
    """Modules that are really elsewhere, by an alias of each top-level name."""
    write(folder / "elsewhere")
    (folder / INFO).symlink_to(folder / "elsewhere" / INFO)
    sys.path.insert(0, str(folder))
    with ExitStack() as stack:
        for name in ("protopkg", "protospace", "protosingle"):
            stack.enter_context(loadstone.alias(name, f"elsewhere.{name}"))
        yield lambda topic: renamed(questions.answers(topic))


def renamed(answer: Any) -> Any:
    """The answer, with the names that modules have by their alias."""
    if isinstance(answer, str):
        return answer.replace("elsewhere.", "")
    if isinstance(answer, dict):
        return {name: renamed(value) for name, value in answer.items()}
    return [renamed(each) for each in answer] if isinstance(answer, list) else answer


WAYS: dict[str, Any] = {
    **{f"zip on the path, {front}": behind(front, on_path_zipped) for front in FRONTS},
    "zip on the path, isolated": isolated_zip,
    "lazy": lazily,
    "aliased": aliased,
    "taken over": taken_over(on_path),
    "isolated": isolated,
    **{finder: installed(finder) for finder in FINDERS},
    **{f"{finder}, bound": installed(finder, bound=True) for finder in FINDERS},
    **{f"{finder}, by hand": by_hand(finder) for finder in FINDERS},
    **{f"{finder}, taken over": taken_over(installed(finder)) for finder in FINDERS},
    **{f"{finder}, by path entry": by_path_entry(finder) for finder in FINDERS},
    **{f"{finder}, isolated": isolated_by(finder) for finder in FINDERS},
    **{f"{front}": behind(front, on_path) for front in FRONTS},
    **{f"{finder}, {front}": behind(front, installed(finder)) for finder in FINDERS for front in FRONTS},
    "transformed twice": behind("transformed", behind("transformed", on_path)),
    "transformed, wrapped": behind("wrapped", behind("transformed", on_path)),
}


def truth_of(way: str) -> Any:
    """What the way is compared with: a directory or a zip archive on `sys.path`, without loadstone."""
    return on_path_zipped if way.startswith("zip on the path") else on_path
