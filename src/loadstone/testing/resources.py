"""Checks of the resources in packages."""

from __future__ import annotations

import pkgutil
from importlib.resources import as_file, files
from itertools import islice
from typing import TYPE_CHECKING, Any

from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject

if TYPE_CHECKING:
    pass


def _resource(subject: Subject, path: str, content: str) -> tuple[Any, str]:
    """The Traversable of a package, to which a file was added at `path`; and the package's name."""
    folder = subject.inside("")
    if not folder:
        raise NotApplicable("finds has no package")
    package = folder.rstrip("/").replace("/", ".")
    loader = subject.find(package).loader
    if getattr(loader, "get_resource_reader", None) is None:
        raise NotApplicable("the loader has no get_resource_reader")
    subject.add(f"{folder}{path}", content)
    return files(package), package


@check(
    "LS705",
    "resources of a package can be read as bytes and as text",
    source="importlib.resources; importlib.resources.abc.Traversable",
)
def resources_are_readable(subject: Subject) -> None:
    """Templates, certificates and tables are read so, wherever the package is."""
    folder, package = _resource(subject, "kit705.txt", "kit ä\n")
    file = folder.joinpath("kit705.txt")
    if not file.is_file() or file.is_dir():
        raise Unmet(f"a file that was added to {package!r} is no file among its resources")
    with file.open("rb") as stream:
        data = stream.read()
    with file.open("r", encoding="utf-8") as stream:
        text = stream.read()
    results = [data, file.read_bytes(), text, file.read_text(encoding="utf-8")]
    if results != ["kit ä\n".encode()] * 2 + ["kit ä\n"] * 2:
        raise Unmet(f"a resource of {package!r} with the text 'kit ä\\n' was read as {results}")


@check(
    "LS706",
    "resources of a package are listed",
    source="importlib.resources.abc.Traversable.iterdir",
)
def resources_are_listed(subject: Subject) -> None:
    """Plugins, migrations and translations are found by looking through the folder."""
    folder, package = _resource(subject, "kit706.txt", "kit\n")
    if not folder.is_dir() or folder.is_file():
        raise Unmet(f"the resources of {package!r} are no folder")
    names = [each.name for each in islice(folder.iterdir(), 1000)]
    if "kit706.txt" not in names:
        raise Unmet(f"a file that was added to {package!r} is not listed among {names}")


@check(
    "LS707",
    "resources can be in folders below the package",
    source="importlib.resources: subdirectories, since Python 3.9",
)
def resources_may_be_nested(subject: Subject) -> None:
    """A folder of data needs no __init__.py, and need not be a package."""
    folder, package = _resource(subject, "kit707-data/deep.txt", "kit\n")
    file = folder / "kit707-data" / "deep.txt"
    if not file.is_file() or file.read_text(encoding="utf-8") != "kit\n":
        raise Unmet(f"a file in a folder below {package!r} cannot be read")


@check(
    "LS708",
    "a resource that is not there is no file, and reading it raises FileNotFoundError",
    source="importlib.resources; importlib.resources.abc.Traversable",
)
def missing_resources_are_told(subject: Subject) -> None:
    """What is optional is asked for by is_file, or by try."""
    folder, package = _resource(subject, "kit708.txt", "kit\n")
    file = folder / "kit708-missing.txt"
    if file.is_file() or file.is_dir():
        raise Unmet(f"a resource of {package!r} that is not there passes for a file or a folder")
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return
    except Exception as error:
        raise Unmet(f"reading what is not there raised {type(error).__name__}: {error}") from error
    raise Unmet(f"reading what is not there returned {data!r:.60}")


@check(
    "LS709",
    "a resource can be had as a file on disk",
    source="importlib.resources.as_file",
)
def resources_become_files(subject: Subject) -> None:
    """Libraries written in C open certificates and models by path, and go by the suffix."""
    folder, package = _resource(subject, "kit709.txt", "kit\n")
    with as_file(folder / "kit709.txt") as path:
        if path.suffix != ".txt" or path.read_bytes().replace(b"\r", b"") != b"kit\n":
            raise Unmet(f"a resource of {package!r} was put into {path}, which has another content or suffix")


@check(
    "LS710", "pkgutil.get_data reads the data beside a package", source="pkgutil.get_data; PEP 302, get_data"
)
def pkgutil_reads_data(subject: Subject) -> None:
    """It joins a name to the folder of __file__, and asks the loader's get_data for that."""
    folder = subject.inside("")
    if not folder:
        raise NotApplicable("finds has no package")
    package = folder.rstrip("/").replace("/", ".")
    if getattr(subject.find(package).loader, "get_data", None) is None:
        raise NotApplicable("the loader has no get_data")
    if not isinstance(getattr(subject.load(package), "__file__", None), str):
        raise NotApplicable("the package has no file")
    subject.add(f"{folder}kit710.txt", "kit\n")
    data = pkgutil.get_data(package, "kit710.txt")
    if not isinstance(data, bytes) or data.replace(b"\r", b"") != b"kit\n":
        raise Unmet(f"data of {package!r} that are b'kit\\n' were read as {data!r:.60}")
