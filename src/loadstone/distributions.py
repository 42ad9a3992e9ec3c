"""Installed distributions, by metadata that may be damaged: what cannot be read counts as not there."""

from __future__ import annotations

import base64
import csv
import email
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cached_property
from importlib.machinery import all_suffixes
from importlib.metadata import DistributionFinder
from typing import Any
from urllib.parse import unquote, urlsplit

if sys.platform == "win32":
    from urllib.request import url2pathname
else:

    def url2pathname(url: str) -> str:
        """As `urllib.request` has it since Python 3.14, which brings in http and much else."""
        return unquote(url, sys.getfilesystemencoding(), "surrogateescape")


__all__ = ["ASIDE", "Installed", "installed", "is_as_recorded", "normal", "providers"]

_FILES = ("METADATA", "PKG-INFO", "RECORD", "entry_points.txt", "top_level.txt", "direct_url.json")

ASIDE = ("~", "-")
"""What begins the names of files that pip puts aside while it replaces them, and forgets when interrupted."""


class Installed:
    """A distribution. Nothing here raises an exception; `troubles` says what could not be read."""

    def __init__(self, plain: Any) -> None:
        """As `importlib.metadata` or another finder has it: `plain`."""
        self._plain = plain

    @cached_property
    def name(self) -> str | None:
        """Its name; None if that cannot be told: what pip has left behind has none."""
        return self._field("Name")

    @cached_property
    def version(self) -> str | None:
        """Its version; None if that cannot be told."""
        return self._field("Version")

    @cached_property
    def place(self) -> str:
        """Where its metadata is; an empty string, if that cannot be said."""
        # There is no public way to ask for it.
        return str(getattr(self._plain, "_path", ""))

    @property
    def release(self) -> str:
        """What it is called: name and version as far as they are known, else where it is."""
        return " ".join(filter(None, (self.name or self.place, self.version)))

    @property
    def key(self) -> str:
        """The name in the one spelling in which it can be compared; empty if that cannot be told."""
        return normal(self.name or "")

    @property
    def likely_key(self) -> str:
        """The same by what the folder of its metadata is called: nothing is read for it."""
        return normal(os.path.basename(self.place).partition("-")[0])

    @property
    def is_aside(self) -> bool:
        """Whether it is only what pip has left of an uninstall or upgrade that was interrupted."""
        return os.path.basename(self.place).startswith(ASIDE)

    def text(self, file: str) -> str:
        """One of the files with its metadata; empty if it is not there, or cannot be read."""
        try:
            return self._plain.read_text(file) or ""
        except UnicodeDecodeError as error:
            return _decoded(error)
        except Exception:
            return ""

    def place_of(self, file: str) -> str:
        """Where one of its files is, which need not be there."""
        return str(self._plain.locate_file(file))

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files that were installed for it, by its own list: relative, with slashes."""
        try:
            # importlib.metadata leaves out those that are gone, which are what is looked for.
            return tuple(self.recorded or map(str, self._plain.files or ()))
        except Exception:
            return ()

    @cached_property
    def recorded(self) -> dict[str, str]:
        """The files by its RECORD, and what that says of their contents: algorithm and digest, or nothing."""
        try:
            rows = [row for row in csv.reader(self.text("RECORD").splitlines()) if row]
        except csv.Error:
            return {}
        return {row[0]: row[1] if len(row) > 1 else "" for row in rows}

    @cached_property
    def listed(self) -> frozenset[str]:
        """The same files, to look one up."""
        return frozenset(map(os.path.normcase, self.files))

    @cached_property
    def requires(self) -> tuple[str, ...]:
        """What it requires, as it says so: requirements of PEP 508, with those of its extras."""
        try:
            return tuple(map(str, self._plain.requires or ()))
        except Exception:
            return self._fields("Requires-Dist")

    @cached_property
    def requires_python(self) -> str | None:
        """The versions of Python that it requires, as a specifier; None if it does not say."""
        return self._field("Requires-Python")

    @cached_property
    def direct(self) -> dict[str, Any]:
        """What is recorded of where it was installed from, if that was no index: `direct_url.json`."""
        try:
            direct = json.loads(self.text("direct_url.json") or "{}")
        except (ValueError, RecursionError):
            return {}
        return direct if isinstance(direct, dict) and isinstance(direct.get("url"), str) else {}

    @cached_property
    def project(self) -> str | None:
        """The directory of the project, if it is an editable install."""
        about = self.direct.get("dir_info")
        if not isinstance(about, dict) or about.get("editable") is not True:
            return None
        try:
            return url2pathname(urlsplit(self.direct["url"]).path)
        except ValueError:
            return None

    @cached_property
    def entry_points(self) -> tuple[Any, ...]:
        """Its entry points."""
        try:
            return tuple(self._plain.entry_points)
        except Exception:
            return ()

    @cached_property
    def modules(self) -> frozenset[str]:
        """The top-level modules that it has by its own lists."""
        declared = frozenset(self.text("top_level.txt").split()) or frozenset(
            name.partition(".")[0] for name in self.imports
        )
        return declared or frozenset(filter(str.isidentifier, map(_top_level, self.files)))

    @cached_property
    def imports(self) -> frozenset[str]:
        """The full names of the modules and namespaces that it says it has (PEP 794)."""
        said = (*self._fields("Import-Name"), *self._fields("Import-Namespace"))
        return frozenset(filter(None, (one.partition(";")[0].strip() for one in said)))

    def files_of(self, module: str) -> tuple[str, ...]:
        """Of its files those that would be the module: an extension, source, or the package's `__init__`."""
        stem = module.replace(".", "/")
        wanted = {f"{way}{suffix}" for way in (stem, f"{stem}/__init__") for suffix in all_suffixes()}
        return tuple(file for file in self.files if file in wanted)

    def troubles(self) -> list[str]:
        """What of the metadata is damaged, and how."""
        found = {file: self._trouble(file) for file in _FILES}
        if self.name is None and not any(found[file] for file in _FILES[:2]):
            found["METADATA"] = "there is no METADATA that has its name"
        if not found["entry_points.txt"]:
            try:
                list(self._plain.entry_points)
            except Exception as error:
                found["entry_points.txt"] = f"entry_points.txt cannot be made out: {error}"
        if not found["RECORD"]:
            try:
                list(csv.reader(self.text("RECORD").splitlines()))
            except csv.Error as error:
                found["RECORD"] = f"RECORD cannot be made out: {error}"
        return list(filter(None, found.values()))

    def _trouble(self, file: str) -> str:
        try:
            if self._plain.read_text(file) is not None or not self.place:
                return ""
            # None is what comes of a file that is not there, and of one that must not be read.
            with open(os.path.join(self.place, file), "rb"):
                return ""
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except UnicodeDecodeError as error:
            return f"{file} is not UTF-8: byte {error.object[error.start]:#04x} at {error.start}"
        except OSError as error:
            return f"{file} cannot be read: {error.strerror}"
        except Exception as error:
            return f"{file} cannot be read: {type(error).__name__}: {error}"

    @cached_property
    def _metadata(self) -> Any:
        try:
            return self._plain.metadata
        except UnicodeDecodeError as error:
            return email.message_from_string(_decoded(error))
        except Exception:
            return {}

    def _fields(self, name: str) -> tuple[str, ...]:
        try:
            return tuple(map(str, self._metadata.get_all(name) or ()))
        except Exception:
            return ()

    def _field(self, name: str) -> str | None:
        try:
            value = self._metadata.get(name)
        except Exception:
            return None
        return str(value).strip() or None if value is not None else None


def installed(path: Iterable[str] | None = None) -> Iterator[Installed]:
    """The distributions along `path` (by default `sys.path`), of every finder that can tell them."""
    entries = sys.path if path is None else path
    context = DistributionFinder.Context(path=[entry for entry in entries if isinstance(entry, str)])
    for finder in list(sys.meta_path or ()):
        find: Any = getattr(finder, "find_distributions", None)
        try:
            found = [] if find is None else list(find(context))
        except Exception:  # what a finder cannot tell, the others may
            found = []
        yield from map(Installed, found)


def normal(name: str) -> str:
    """The name of a distribution in the one spelling in which it can be compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_as_recorded(file: str, digest: str) -> bool | None:
    """Whether the contents of a file are what RECORD says of them; None where that cannot be told."""
    import hashlib  # dear, for OpenSSL, and rarely needed

    algorithm, _, wanted = digest.partition("=")
    try:
        with open(file, "rb") as stream:
            found = hashlib.new(algorithm, stream.read(), usedforsecurity=False).digest()
    except (OSError, ValueError, TypeError):  # it cannot be read, or the kind of hash is unknown
        return None
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == wanted


def providers(path: Iterable[str] | None = None) -> dict[str, list[Installed]]:
    """The distributions that have a name, by the top-level modules that they have."""
    found: dict[str, list[Installed]] = {}
    for distribution in installed(path):
        if distribution.name is not None:
            for module in sorted(distribution.modules):
                found.setdefault(module, []).append(distribution)
    return found


def _decoded(error: UnicodeDecodeError) -> str:
    """The text all the same, without what is no UTF-8: the names in it are mostly whole."""
    return error.object.decode("utf-8", "replace")


def _top_level(file: str) -> str:
    """The top-level module of which an installed file is, or an empty string."""
    top, slash, _ = file.partition("/")
    suffix = next((suffix for suffix in all_suffixes() if file.endswith(suffix)), None)
    if suffix is None or top == "__pycache__":
        return ""
    return top if slash else top[: -len(suffix)]
