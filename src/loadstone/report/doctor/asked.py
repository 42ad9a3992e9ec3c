"""What the command ``doctor`` asks of a process: what is wrong there, for a program that starts there."""

from __future__ import annotations

import ast
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from typing import Any

from ..._core.system import live
from ..._private import Hidden
from ..._setting import as_for_programs
from ..died import Died
from ..examined import progress
from ..explain.causes import prepare
from ..terminal import Progress
from .answer import Asked
from .check import Check
from .examine import diagnose

__all__ = ["examined"]


def examined(
    names: Sequence[str],
    only: Collection[str],
    ignore: Collection[str],
    scan: Sequence[str],
    hides: Collection[str] = (),
    end: Mapping[str, Any] | None = None,
) -> Asked:
    """Make the checks, as `doctor` does, once the modules `names` are imported.

    Packages that it `hides` are those that loadstone has from elsewhere. `end` tells how a process ended
    that tried to import one of the modules, which is not tried again.
    """
    prepare()
    ast.unparse(ast.Constant(None))  # which Python 3.15 imports when it is first called
    ended = None if end is None else Died(**end)
    failures: list[tuple[str, BaseException]] = []
    hidden = Hidden(hides)
    # What modules print is not part of the diagnosis.
    with as_for_programs():
        with redirect_stdout(sys.stderr), hidden:
            for name in names:
                try:
                    if ended is not None and ended.module == name:
                        raise ended
                    progress(name)
                    live.import_module(name)
                except (Exception, SystemExit) as error:  # a script ends what it takes for its own
                    failures.append((name, error))
        try:
            diagnosis = diagnose(set(only), set(ignore), scan, _shown, failures, hidden.modules())
        except (ValueError, ModuleNotFoundError) as error:
            return Asked(None, wrong=str(error))
    reasons = (f"cannot import {name}: {type(error).__name__}: {error}" for name, error in failures)
    return Asked(diagnosis, tuple(reasons))


def _shown(checks: Collection[Check]) -> Iterator[Check]:
    """The checks, whose progress is shown as they are made."""
    with Progress(len(checks), "checks") as shown:
        for check in checks:
            shown.step(check.entry.title)
            yield check
