"""The checks in a process of their own: what it is told comes in on stdin, what it sees goes out in lines."""

from __future__ import annotations

import json
import os
import pydoc  # noqa: F401 - a check asks it, and is not to meet the user's file of that name
import sys
from typing import Any

from .._setting import give_back_mode, give_back_path
from ..report.explain.causes import prepare
from .catalogue import checks
from .run import run
from .subject import Subject, load_reference

__all__ = ["main"]


def main() -> None:
    """Run the checks that stdin asks for, as JSON; write a line of JSON as each begins and ends.

    They go to the standard output that the process was started with; what the importer prints goes to
    standard error.
    """
    order: dict[str, Any] = json.load(sys.stdin)
    report = open(os.dup(1), "w", encoding="utf-8", buffering=1)  # noqa: SIM115
    os.dup2(2, 1)
    prepare()
    give_back_path()
    give_back_mode()
    sys.path[:0] = [entry for entry in order["path"] if entry not in sys.path]
    thing = load_reference(order["reference"])
    add: Any = order["add"]
    if add is not None:
        add = getattr(thing, add[1:]) if add.startswith(".") else load_reference(add)
    subject = Subject(
        thing,
        order["kind"],
        finds=order["finds"],
        misses=order["misses"],
        entry=order["entry"],
        add=add,
        reference=order["reference"],
    )
    statuses = dict(order["before"])
    wanted = [check for check in checks(order["kind"]) if check.code in order["codes"]]
    print(json.dumps({"ready": True}), file=report)
    for check in wanted:
        print(json.dumps({"begins": check.code}), file=report)
        for outcome in run(subject, [check], order["time_limit"] * 2, statuses):
            statuses[check.code] = outcome.status
            line = {"code": check.code, "status": outcome.status, "message": outcome.message}
            print(json.dumps({**line, "seconds": outcome.seconds}), file=report)
