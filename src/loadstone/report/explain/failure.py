"""What a failure lacks, read off the exception and its frames, never off what it says."""

from __future__ import annotations

import dis
import linecache
from collections.abc import Iterator
from opcode import opmap
from types import CodeType, ModuleType, TracebackType
from typing import NamedTuple

import attrs

from ...framework.kinds import attribute_of
from ..layout import names_in
from ..places import is_standard_file, standard_directories

__all__ = [
    "Lack",
    "Place",
    "asked_at",
    "distribution_of",
    "errors_of",
    "is_engine",
    "lacks_of",
    "loading_of",
    "place_of",
    "places_of",
    "source_of",
    "user_place_of",
]

_BOOTSTRAP = "importlib._bootstrap"
_IMPORTING = ("importlib", "importlib.metadata", "importlib.util", "pkgutil", "runpy")
"""The modules of the standard library that import what others name."""
_FROM = opmap["IMPORT_FROM"]
_MOST = 10


class Place(NamedTuple):
    """A line of a module that was being executed."""

    name: str
    """The name of the module."""
    file: str
    line: int
    code: CodeType
    instruction: int
    globals: dict[str, object]

    @property
    def text(self) -> str:
        """What stands there; empty if that cannot be read."""
        return linecache.getline(self.file, self.line).strip()

    @property
    def is_of_module(self) -> bool:
        """Whether it is in the body of the module, not in one of its functions."""
        return self.code.co_name == "<module>"

    def __str__(self) -> str:
        text = self.text
        return f"{self.file}, line {self.line}{f': {text}' if text else ''}"


@attrs.frozen
class Lack:
    """What an exception is about: a module that is not there, or a name that a module does not have."""

    module: str
    """The module that is not there, or that does not have the name."""
    name: str | None
    """The name that it does not have; None where it is the module itself that is not there."""
    file: str | None
    """Where the module that does not have the name is, if it is known."""
    error: BaseException
    """The exception."""
    is_cycle: bool = False
    """Whether the interpreter itself says that it comes of a circle of lazy imports."""

    @property
    def full_name(self) -> str:
        """The module that would be there, if what is lacking is a module."""
        return self.module if self.name is None else f"{self.module}.{self.name}"


def errors_of(failure: BaseException) -> Iterator[BaseException]:
    """The exception, and what it comes of, the outermost first."""
    seen: list[BaseException] = []
    current: BaseException | None = failure
    while current is not None and current not in seen and len(seen) < _MOST:
        seen.append(current)
        yield current
        # Who raises something "from None" hides the failure from readers; it is the reason all the same.
        current = current.__cause__ or current.__context__


def lacks_of(failure: BaseException) -> list[Lack]:
    """What the exception and those that it comes of are about."""
    lacks: list[Lack] = []
    for error in errors_of(failure):
        try:
            lacks += _lacks(error)
        except Exception:
            continue
    return lacks


def _lacks(error: BaseException) -> Iterator[Lack]:
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        name = attribute_of(error.obj, "__name__")
        file = attribute_of(error.obj, "__file__")
        if isinstance(name, str) and isinstance(error.name, str):
            yield Lack(name, error.name, file if isinstance(file, str) else None, error)
    elif isinstance(error, ImportError) and isinstance(error.name, str) and error.name:
        if type(error).__name__ == "ImportCycleError":
            yield Lack(error.name, None, None, error, is_cycle=True)
        elif isinstance(error, ModuleNotFoundError):
            if distribution_of(error) is None:
                yield Lack(error.name, None, None, error)
        else:
            name = _name_from(error)
            if name is not None:
                yield Lack(error.name, name, error.path if isinstance(error.path, str) else None, error)


def source_of(error: SyntaxError) -> tuple[str | None, int | None]:
    """The file and the line that a SyntaxError is about, each None if it is not told.

    Anything may be in its attributes. A number in the place of a file would be that of one that is open.
    """
    file, line = error.filename, error.lineno
    return file if isinstance(file, str) and file else None, line if isinstance(line, int) else None


def distribution_of(error: BaseException) -> str | None:
    """The distribution that was looked up in vain: by importlib.metadata, its backport or pkg_resources."""
    # By their names: of a module that has been imported anew there are two classes.
    kinds = {kind.__name__ for kind in type(error).__mro__}
    asked = error.args[0] if error.args else None
    if "DistributionNotFound" in kinds:
        asked = getattr(asked, "project_name", None)
    elif "PackageNotFoundError" not in kinds:
        return None
    return asked if isinstance(asked, str) else None


def _name_from(error: ImportError) -> str | None:
    """The name that an import statement asks of a module in vain; None for what is anything else."""
    if hasattr(error, "name_from"):
        name = error.name_from
        return name if isinstance(name, str) else None
    places = places_of(error)
    if not places or places[-1].code.co_code[places[-1].instruction] != _FROM:
        return None
    code = places[-1].code
    for instruction in dis.get_instructions(code):
        if instruction.offset == places[-1].instruction:
            return str(instruction.argval)
    return None


def places_of(error: BaseException) -> list[Place]:
    """Where the exception went through, the outermost first; frames of the import system are among them."""
    places = []
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        name = str(frame.f_globals.get("__name__"))
        code = frame.f_code
        places.append(
            Place(name, code.co_filename, traceback.tb_lineno or 0, code, traceback.tb_lasti, frame.f_globals)
        )
        traceback = traceback.tb_next
    return places


def place_of(error: BaseException, *, of_loadstone: bool = False) -> Place | None:
    """The innermost line that it went through, but for those of the import system and of loadstone.

    With `of_loadstone`, those count too.
    """
    return next((place for place in reversed(places_of(error)) if of_loadstone or not is_engine(place)), None)


def user_place_of(error: BaseException) -> Place | None:
    """The innermost line that it went through, but for those of the standard library, if there is one."""
    standard = standard_directories()
    for place in reversed(places_of(error)):
        if not (is_engine(place) or place.file.startswith("<") or is_standard_file(place.file, standard)):
            return place
    return place_of(error)


def is_engine(place: Place) -> bool:
    """Whether it is the import system's own, or a function of loadstone that imports for others."""
    return (
        _BOOTSTRAP in place.file.replace("\\", "/")
        or place.name in _IMPORTING
        or place.name.startswith(
            ("loadstone._core.", "loadstone._standard.", "loadstone.report.", "importlib._bootstrap")
        )
    )


def asked_at(place: Place) -> list[str]:
    """The modules that the import statement at a line names; empty for what is none, or goes on below."""
    return names_in(place.text, str(place.globals.get("__package__") or ""))


def loading_of(error: BaseException) -> str | None:
    """The module whose loader raised the exception; None where that was no loader's own.

    A loader's functions have the name at hand, whoever's they are.
    """
    found = None
    traceback: TracebackType | None = error.__traceback__
    while traceback is not None:
        frame = traceback.tb_frame
        if _BOOTSTRAP in frame.f_code.co_filename.replace("\\", "/"):
            name = frame.f_locals.get("fullname")
            spec = frame.f_locals.get("spec")
            for each in (name, getattr(spec, "name", None)):
                if isinstance(each, str):
                    found = each
                    break
        else:
            found = None
        traceback = traceback.tb_next
    return found
