"""What the command ``explain`` asks of a process: about modules, as a program would find them there."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any

from ..._core.system import live, resolve_name
from ..._setting import as_for_programs, first_entry, is_path_safe
from ...program import first_entries, imported_since_start
from ..died import Died
from ..examined import progress
from ..page import Page
from ..records import plain
from ..terminal import show
from .causes import prepare
from .fresh import Fresh
from .inquiry import inquire
from .options import why_safe
from .page import page_of
from .scripts import finds_another

__all__ = ["explained"]


def explained(
    names: Sequence[str],
    *,
    shows: str | None = None,
    follows: bool = False,
    load: bool = False,
    program: tuple[str, str] | None = None,
    keeps: Sequence[str] = (),
    end: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Explain the modules, as in a program that has only just started; what came of each, in plain values.

    The pages are written to standard output, if `shows` says ``all`` or ``briefly``, after an empty line each
    but the first unless it `follows` others; else what came of it has the ``record``. It has ``found``; or an
    ``error``, for what is no name; and ``interrupted``, where the rest was not asked.

    The program is `program`: ``-m`` or an empty string, and the name of a module or script; without it, one
    that ``python -m`` starts here. The packages that it `keeps`, of what loadstone has imported for itself,
    are there for what is executed. `end` tells how a process came to its end that tried to `load` the module.
    """
    prepare(load=load)
    entries, note = _beginning(program)
    start = None if program is None or program[0] else os.path.dirname(os.path.realpath(program[1]))
    fresh = Fresh(tuple(keeps), progress, start, None if end is None else Died(**end))
    answers: list[dict[str, Any]] = []
    pages: list[Page] = []
    # What modules print is not part of the explanation.
    with as_for_programs(entries), redirect_stdout(sys.stderr):
        package = _package(program, load) if program and any(name.startswith(".") for name in names) else None
        for name in names:
            try:
                full_name = resolve_name(name, package)
            except ImportError as error:
                answers.append({"error": str(error)})
                break
            own = imported_since_start()
            notes = [note]
            is_kept = name not in own or name.partition(".")[0] in keeps
            if load and name in sys.modules and is_kept:
                notes.append(f"{name} was imported before: it is not executed again")
            is_interrupted = False
            try:
                explanation = inquire(full_name, load=load, fresh=fresh)
            except KeyboardInterrupt as error:
                explanation = error.explanation  # type: ignore[attr-defined]
                is_interrupted = True
            if program is None and explanation.found and explanation.spec is not None:
                notes += filter(None, [finds_another(full_name, explanation.spec.origin)])
            answer = {"found": explanation.found, "interrupted": is_interrupted}
            if shows is not None or is_interrupted:
                pages.append(page_of(explanation, notes, verbose=shows == "all"))
            if shows is None:
                answer["record"] = plain(explanation)
            answers.append(answer)
            if is_interrupted:
                break
    for number, page in enumerate(pages):
        if number or follows:
            print()
        show(page)
    return answers


def _beginning(program: tuple[str, str] | None) -> tuple[list[str] | None, str]:
    """What `sys.path` begins with for the program, and that in words."""
    if program is None or program[0]:
        like = "python -m" if program is None else f"python -m {program[1]}"
        if is_path_safe():
            return None, f"sys.path does not have the working directory: {why_safe()}"
        directory = first_entry()
        if directory is None:
            return None, "the working directory does not exist any more"
        return None, f"sys.path[0] is the working directory, as for {like}: {directory}"
    script = program[1]
    entries = first_entries(None, script)
    if not entries:
        return entries, f"sys.path does not have the folder of the script: {why_safe()}"
    what = "the script itself" if entries[0] == os.path.abspath(script) else "the folder of the script"
    return entries, f"sys.path[0] is {what}, as for python {script}: {entries[0]}"


def _package(program: tuple[str, str], load: bool) -> str | None:
    """The package from which relative names are resolved in the program; a script has none."""
    kind, name = program
    if not kind:
        return None
    parent = name.rpartition(".")[0]
    if load and parent:
        live.import_module(parent)
    spec = inquire(name, load=False).spec
    return name if spec is not None and spec.search_locations is not None else parent or None
