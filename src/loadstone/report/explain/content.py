"""Files of modules that cannot become code: source of another Python, damaged or stale bytecode."""

from __future__ import annotations

import os
import re
import sys
import tokenize
from collections.abc import Iterator
from importlib.util import MAGIC_NUMBER

import attrs

from ...distributions import Installed
from ..installer import pip
from ..remedy import again
from .case import Case, cause
from .failure import asked_at, errors_of, lacks_of, loading_of, place_of, source_of
from .records import Cause

__all__ = ["bytecode", "damaged", "source"]


def bytecode(case: Case) -> Iterator[Cause]:
    """Bytecode without source, which is found in the place of what is meant."""
    told = set()
    for step in case.steps:
        spec = step.spec
        if spec is None or not _is_sourceless(spec.origin):
            continue
        tail = step.name.rpartition(".")[2]
        hidden = os.path.join(os.path.dirname(spec.origin or ""), tail)
        is_in_the_way = step is case.last and not case.is_complete
        if os.path.isdir(hidden) or is_in_the_way:
            told.add(spec.origin)
            yield _stale(step.name, spec.origin, hidden if os.path.isdir(hidden) else None)
    if case.failure is None:
        return
    for lack in lacks_of(case.failure):
        file = lack.file
        if file is None and lack.name is None and "." in lack.module:
            file = _origin_of(case, lack.module.rpartition(".")[0])
        if _is_sourceless(file) and file not in told:
            told.add(file)
            yield _stale(lack.module, file, None, f", and does not have {lack.name!r}" if lack.name else "")


def _is_sourceless(file: str | None) -> bool:
    return (
        isinstance(file, str)  # an exception may have anything there
        and file.endswith(".pyc")
        and os.path.isfile(file)
        and os.path.basename(os.path.dirname(file)) != "__pycache__"
    )


def _origin_of(case: Case, name: str) -> str | None:
    spec = case.ask(name).last.spec
    return None if spec is None or spec.name != name else spec.origin


def _stale(name: str, file: str | None, hidden: str | None, lacks: str = "") -> Cause:
    hides = "" if hidden is None else f", and hides the folder {hidden}{os.sep}"
    evidence = f"{name!r} is {file}, which is bytecode without its source{hides}{lacks}"
    return cause("LS232", evidence, f"Delete {file}, unless the module is meant to be without source.")


def damaged(case: Case) -> Iterator[Cause]:
    """Bytecode that cannot be read, in a cache or without source."""
    for error in errors_of(case.failure) if case.failure is not None else ():
        name = loading_of(error)
        if isinstance(error, ImportError) and _is_sourceless(error.path) and _is_foreign(error.path):
            evidence = f"{error.path} is bytecode without its source, made by another version of Python"
            yield cause("LS232", evidence, f"Delete {error.path}, or put its source beside it.")
        if not isinstance(error, EOFError | ValueError | TypeError) or name is None:
            continue
        spec = case.ask(name).last.spec
        if spec is None or isinstance(error, SyntaxError):
            continue
        for file in (spec.origin, spec.cached):
            if file is not None and file.endswith(".pyc") and os.path.isfile(file):
                evidence = f"{file} is damaged bytecode: {type(error).__name__}: {error}"
                yield cause("LS232", evidence, f"Delete {file}: it is made again from the source.")
                return


def _is_foreign(file: str | None) -> bool:
    with open(file or "", "rb") as stream:
        return stream.read(4) != MAGIC_NUMBER


_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+", re.M)
_CONFLICT = re.compile(r"(<{7}|>{7}|={7})(\s|$)")
# What a line looks like that another version of Python takes. A syntax error is on it, so this one does not.
_PYTHON_2 = (
    (re.compile(r"\bprint\s+[^\s(=.,)]|\bprint\s*$|\bprint\s*>>"), "print is a statement"),
    (re.compile(r"\bexec\s+[^\s(=.,)]"), "exec is a statement"),
    (
        re.compile(r"\bexcept\s+[^:]+,\s*\w+\s*:"),
        "an exception is caught with a comma (or of Python 3.14, if both are exceptions)",
    ),
    (re.compile(r"\braise\s+[\w.]+\s*,"), "an exception is raised with a comma"),
    (re.compile(r"<>"), "<> is unequal"),
    (re.compile(r"`[^`]+`"), "backquotes are repr"),
    (re.compile(r"\b0\d+\b"), "octal numbers begin with 0"),
    (re.compile(r"\b\d+L\b"), "long numbers end in L"),
    (re.compile(r"\b[uU][rR]['\"]"), "there are ur strings"),
)
# Where a name stands, not before what these words begin.
_KEYWORD = re.compile(r"\b(async|await)(?=\s*([=,)(.:;]|$))|(?<=\.)(async|await)\b")
_NEWER = (
    (re.compile(r"^lazy\s+(import|from)\b"), "3.15", "lazy imports"),
    (re.compile(r"\b[tT][rR]?['\"]"), "3.14", "template strings"),
    (re.compile(r"^(type\s+\w+.*=|(async\s+)?def\s+\w+\s*\[|class\s+\w+\s*\[)"), "3.12", "type parameters"),
    (re.compile(r"\b[fF][rR]?['\"]"), "3.12", "quotes and backslashes within f-strings"),
    (re.compile(r"^except\s*\*"), "3.11", "except*"),
)


def source(case: Case) -> Iterator[Cause]:
    """Source that this Python cannot compile."""
    for error in errors_of(case.failure) if case.failure is not None else ():
        # Not a subclass: that of a decoder, say, which the module's own code has raised.
        if not isinstance(error, SyntaxError) and type(error) is not ValueError:
            continue
        for file in _files_of(case, error):
            unreadable = _unreadable(file)
            if unreadable is not None:
                yield cause("LS236", *unreadable)
                return
        place, line = source_of(error) if isinstance(error, SyntaxError) else (None, None)
        if isinstance(error, SyntaxError) and place is not None and os.path.isfile(place):
            text = error.text if isinstance(error.text, str) else ""
            found = _syntax(place, line, text, str(error.msg))
            owner = next(iter(case.inventory.of_file(place)), None)
            if owner is not None and owner.project is None:
                found = attrs.evolve(found, remedy=_of_another(owner, found.evidence))
            yield found
            return


def _of_another(owner: Installed, evidence: str) -> str:
    """What to do about source that is not the user's to edit: there may be another version of it."""
    newer = pip("install", "--upgrade", str(owner.name))
    if "needs Python" in evidence:
        return (
            f"Use that version of Python or later, or an older version of {owner.name} than {owner.version}."
        )
    if "cannot be compiled" in evidence:
        return f"{again(owner)}; or a version that is for this Python: {newer}"
    return f"Install a version of {owner.name} that is for this Python: {newer}"


def _files_of(case: Case, error: BaseException) -> list[str]:
    """The files that may be what could not be compiled: not every exception says which it was."""
    file, _ = source_of(error) if isinstance(error, SyntaxError) else (None, None)
    if file is not None:
        return [file] if os.path.isfile(file) else []
    place = place_of(error)
    names = [loading_of(error)] if place is None else asked_at(place)
    files = [_origin_of(case, name) for name in names if name is not None]
    if place is None and case.last.spec is not None:
        files.append(case.last.spec.origin)
    return [file for file in files if file is not None and os.path.isfile(file)]


def _syntax(file: str, line: int | None, text: str, message: str) -> Cause:
    text = text.strip()
    where = f"{file}, line {line}" if line else file
    seen = f"{where}, cannot be compiled: {message}{f': {text}' if text else ''}"
    if _CONFLICT.match(text):
        evidence = f"{where}, has the marks of a merge conflict: {text}"
        return cause("LS236", evidence, "Resolve the conflict in that file.")
    lines = [text, *_lines_before(file, line)]
    for pattern, what in _PYTHON_2:
        if pattern.search(text):
            evidence = f"{where}, is of Python 2, where {what}: {text}"
            remedy = "Use a version of it that is for Python 3, or have that file translated."
            return cause("LS236", evidence, remedy)
    word = _KEYWORD.search(text)
    if word is not None:
        evidence = f"{where}, names something {word[0]!r}, which is a keyword since Python 3.7: {text}"
        return cause("LS236", evidence, "Call it otherwise, or use a version of it that is for this Python.")
    for each in lines:
        for pattern, version, what in _NEWER:
            if pattern.search(each.strip()) and _is_older_than(version):
                evidence = f"{where}, needs Python {version}, which brought {what}: {text}"
                remedy = f"Use Python {version} or later, or an older version of it."
                # In a string, the fault may be another.
                return cause("LS236", evidence, remedy, proved="string" not in what)
    return cause("LS236", seen, f"Correct line {line} of {file}." if line else f"Correct {file}.")


def _lines_before(file: str, line: int | None) -> list[str]:
    """The line above: where a statement begins that fails at its second line."""
    try:
        with tokenize.open(file) as stream:
            return stream.read().splitlines()[max(0, (line or 1) - 2) : (line or 1) - 1]
    except (OSError, SyntaxError, ValueError):
        return []


def _is_older_than(version: str) -> bool:
    return sys.version_info < tuple(map(int, version.split(".")))


def _unreadable(file: str) -> tuple[str, str] | None:
    """Evidence and remedy for a file that is no text, or in another encoding than it says."""
    try:
        with open(file, "rb") as stream:
            content = stream.read()
    except OSError as error:
        return f"{file} cannot be read: {error.strerror}", "Have it be readable for this user."
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"{file} is in UTF-16, which source cannot be in", "Save it as UTF-8."
    if b"\0" in content:
        if not content.strip(b"\0"):
            return f"{file} is all null bytes: its content has been lost", "Restore it, or install it again."
        line = content[: content.index(b"\0")].count(b"\n") + 1
        return f"{file} has null bytes, the first in line {line}: it is damaged or no source", "Restore it."
    try:
        if not _COOKIE.search(b"\n".join(content.split(b"\n", 2)[:2])):
            content.decode("utf-8")
        with open(file, "rb") as stream:
            encoding, _ = tokenize.detect_encoding(stream.readline)
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        evidence = f"{file} is not in {error.encoding}, as it says or by default: line {line} has byte"
        evidence += f" {content[error.start]:#04x}"
        return evidence, "Save it as UTF-8, or name its encoding in the first line: # -*- coding: NAME -*-"
    except (SyntaxError, LookupError) as error:
        return f"{file} names an encoding that there is not: {error}", "Save it as UTF-8."
    return None
