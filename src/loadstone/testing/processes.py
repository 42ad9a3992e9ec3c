"""Checks of what becomes of an importer in other processes, and in one that runs for long."""

from __future__ import annotations

import base64
import gc
import json
import pickle
import subprocess
import sys
from itertools import islice
from time import perf_counter
from typing import Any
from weakref import WeakKeyDictionary

from .._child import start_of
from .check import check
from .child import path_of_children
from .outcome import NotApplicable, Unmet
from .source import defined
from .subject import Subject

_LIMIT = 25.0
"""Seconds that a child process may take."""


class _Visit:
    """What a child process has seen of the importer."""

    def __init__(self, process: subprocess.CompletedProcess[str], definitions: set[str]) -> None:
        self.status = process.returncode
        self.complaint = process.stderr.strip()
        self._errors: dict[str, str] | None = json.loads(process.stdout) if process.stdout else None
        self._definitions = definitions

    def errors(self, *, of_definitions: bool = False) -> dict[str, str]:
        """What went wrong, by the name of the module, or of what was pickled."""
        if self._errors is None:
            last = self.complaint.splitlines()[-1:] or [f"ended with exit status {self.status}"]
            return {} if of_definitions else {"a child process": last[0]}
        return {
            name: error
            for name, error in self._errors.items()
            if error and (name in self._definitions) == of_definitions
        }


_plain_visits: WeakKeyDictionary[Subject, _Visit] = WeakKeyDictionary()


def _visit(subject: Subject, *flags: str) -> _Visit:
    """Have a child process import the modules, and unpickle what they define.

    Raises NotApplicable if it cannot be given the importer.
    """
    order: dict[str, Any] = {"reference": subject.reference, "kind": subject.kind, "entry": subject.entry}
    if subject.reference is None:
        try:
            order["pickled"] = base64.b64encode(pickle.dumps(subject.thing)).decode()
        except Exception:
            order["pickled"] = None
        if order["pickled"] is None or type(subject.thing).__module__ == "__main__":
            raise NotApplicable("how another process gets the importer is not known: give reference=")
    if not flags and subject in _plain_visits:
        return _plain_visits[subject]
    definitions = {}
    for module in subject.modules.values():
        for value in islice(defined(module), 50):
            try:
                data = pickle.dumps(value)
            except Exception:
                continue
            definitions[f"{value.__module__}.{value.__qualname__}"] = base64.b64encode(data).decode()
    order |= {
        "finds": subject.finds,
        "definitions": {} if flags else definitions,
        "files": [getattr(module, "__file__", None) for module in subject.modules.values()],
        "path": path_of_children(),
    }
    try:
        with start_of("loadstone.testing.visitor") as words:
            process = subprocess.run(
                [sys.executable, "-B", *flags, *words],
                input=json.dumps(order),
                capture_output=True,
                encoding="utf-8",
                errors="backslashreplace",
                timeout=_LIMIT,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise Unmet(f"a child process did not end within {_LIMIT:g} s") from error
    visit = _Visit(process, set(definitions))
    if not flags:
        _plain_visits[subject] = visit
    return visit


def _imports(subject: Subject, *flags: str) -> None:
    for name, error in _visit(subject, *flags).errors().items():
        with_flags = f" with {' '.join(flags)}" if flags else ""
        raise Unmet(f"importing in a child process{with_flags}: {name}: {error}")


@check(
    "LS801",
    "the importer works in a child process",
    source="multiprocessing, contexts and start methods: spawn",
    after=["LS301", "LS601"],
)
def works_in_a_child(subject: Subject) -> None:
    """A child process begins with nothing of its parent's: what the importer needs it must bring along."""
    _imports(subject)


@check("LS802", "the importer works with python -O", source="command line: -O", after=["LS801"])
def works_without_assertions(subject: Subject) -> None:
    """An assert statement that does something does it no longer."""
    _imports(subject, "-O")


@check("LS803", "the importer works with python -OO", source="command line: -OO", after=["LS802"])
def works_without_docstrings(subject: Subject) -> None:
    """__doc__ is None everywhere, also where a program takes it for a text."""
    _imports(subject, "-OO")


@check(
    "LS804",
    "imports do not warn: python -W error",
    source="command line: -W; warnings",
    after=["LS501", "LS801"],
)
def works_without_warnings(subject: Subject) -> None:
    """Test suites have warnings be errors: then each import by the importer fails."""
    _imports(subject, "-W", "error")


@check(
    "LS805",
    "a child process unpickles what modules define, as the first thing it does with them",
    source="multiprocessing, programming guidelines; pickle",
    after=["LS801"],
)
def definitions_reach_a_child(subject: Subject) -> None:
    """Workers receive functions and instances of classes, and import their modules when they do."""
    for name, error in _visit(subject).errors(of_definitions=True).items():
        raise Unmet(f"unpickling {name} in a child process: {error}")


@check(
    "LS806",
    "the interpreter exits cleanly while the importer is in place",
    source="sys.meta_path; language reference: interpreter shutdown",
    after=["LS801"],
)
def exits_cleanly(subject: Subject) -> None:
    """At the end sys.meta_path and the globals of modules become None, under those who still use them."""
    visit = _visit(subject)
    if visit.status:
        raise Unmet(f"a child process ended with exit status {visit.status}\n{visit.complaint}")
    if "Exception ignored" in visit.complaint or "Traceback" in visit.complaint:
        raise Unmet(f"a child process ended, and wrote\n{visit.complaint}")


@check(
    "LS807",
    "importing a module a thousand times leaves nothing behind",
    source="sys.getallocatedblocks; sys.path_importer_cache",
)
def imports_leave_nothing(subject: Subject) -> None:
    """Servers that run for months import plugins and templates anew, again and again."""
    try:
        name = subject.add_module("kit807", "value = 1\n")
    except NotApplicable:
        packages = subject.packages
        modules = {name: module for name, module in subject.modules.items() if name not in packages}
        if not modules:
            raise NotApplicable("finds has no module that is not a package") from None
        name = min(modules, key=lambda name: len(vars(modules[name])))
    growths = []
    for _ in range(4):
        start = perf_counter()
        for _ in range(20):  # what is remembered once does not count
            _import_anew(subject, name)
        before = _size()
        count = 0
        while count < 100 or (count < 250 and perf_counter() - start < 0.5):
            _import_anew(subject, name)
            count += 1
        growths.append([(after - old) / count for old, after in zip(before, _size(), strict=True)])
    blocks, entries = (min(growth) for growth in zip(*growths, strict=True))
    # What other threads do is noise, in one round and not in the others.
    if blocks > 0.5:
        raise Unmet(f"each import of {name!r} leaves {blocks:.1f} blocks of memory behind")
    if entries > 0.5:
        raise Unmet(f"each import of {name!r} leaves {entries:.1f} entries in sys.path_importer_cache")


def _import_anew(subject: Subject, name: str) -> None:
    sys.modules.pop(name, None)
    subject.load(name)


def _size() -> tuple[int, int]:
    gc.collect()
    return sys.getallocatedblocks(), len(sys.path_importer_cache)
