"""What a check has a child process do: get the importer, put it in place, and import."""

from __future__ import annotations

import base64
import json
import os
import pickle
import sys
import warnings
from collections.abc import Callable
from typing import Any

from .._setting import give_back_mode, give_back_path
from .subject import Subject, load_reference

__all__ = ["main"]


def main() -> None:
    """Do what stdin asks for, as JSON; say of each thing what went wrong with it, if anything did.

    The answer goes to the standard output that the process was started with; what the importer prints goes
    to standard error. The importer stays in place until the process has ended.
    """
    order: dict[str, Any] = json.load(sys.stdin)
    report = open(os.dup(1), "w", encoding="utf-8")  # noqa: SIM115
    os.dup2(2, 1)
    give_back_path()
    give_back_mode()
    sys.path[:0] = [entry for entry in order["path"] if entry not in sys.path]
    with warnings.catch_warnings():
        # What warns on its way here is not what is looked at.
        warnings.simplefilter("ignore")
        if order["reference"] is None:
            thing = pickle.loads(base64.b64decode(order["pickled"]))
        else:
            thing = load_reference(order["reference"])
    subject = Subject(thing, order["kind"], finds=order["finds"], entry=order["entry"])
    subject.place()
    files = set(order["files"])
    errors = {
        name: _error_of(pickle.loads, base64.b64decode(data), files)
        for name, data in order["definitions"].items()
    }
    for name in order["finds"]:
        errors[name] = _error_of(subject.load, name, files)
    json.dump(errors, report)
    report.close()


def _error_of(work: Callable[[Any], object], argument: Any, files: set[str]) -> str:
    """What went wrong; nothing did, if that is empty. A warning of one of the `files` is its own affair."""
    try:
        work(argument)
    except Exception as error:
        if isinstance(error, Warning):
            frame = error.__traceback__
            while frame is not None:
                if frame.tb_frame.f_code.co_filename in files:
                    return ""
                frame = frame.tb_next
        return f"{type(error).__name__}: {error}"
    return ""
