"""A program: many threads import many modules that import each other, again and again.

Arguments: which system is in charge (`live` or `takeover`), the number of rounds, a seed. It ends with an
error message and status 1 if a module was not executed exactly once, was handed over unfinished, or could
not be imported. Where nothing moves for a while, all stacks are written, and the status is 1, too.

In `live` rounds, half of the imports are the interpreter's own statements. It raises a deadlock error of its
own now and then, where a module comes into being between its look and its wait. Such rounds are counted
apart; they say nothing about loadstone.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import random
import sys
import threading
import traceback
from collections import Counter
from pathlib import Path

import loadstone

ENGINE = os.path.dirname(loadstone.__file__)
INTERPRETER = "the interpreter's own import"
THREADS, PACKAGES, SUBMODULES, PATIENCE = 32, 10, 19, 60

NAMES = [f"many{i}" for i in range(PACKAGES)]
NAMES += [f"{package}.sub{i}" for package in NAMES for i in range(SUBMODULES)]


def source(name: str, dice: random.Random, imports: int) -> str:
    """A module that imports others in different ways, and says when it starts and ends."""
    lines = ["import sys, loadstone", "sys.executed.append(__name__)", "done = False"]
    for other in dice.sample(NAMES, imports):
        parent, _, child = other.rpartition(".")
        ways = [f"import {other}", f"import {other} as other", f"loadstone.import_module({other!r})"]
        if parent:
            ways.append(f"from {parent} import {child}")
        lines.append(dice.choice(ways))
    return "\n".join([*lines, "done = True", ""])


def write(root: Path, dice: random.Random, system: str) -> None:
    """Write the two hundred modules.

    The packages themselves import nothing where the interpreter is in charge: it holds the lock of a
    submodule while it imports the package, which ends in a deadlock error if that waits for the submodule.
    """
    for name in NAMES:
        file = root / (name.replace(".", "/") + ("/__init__.py" if "." not in name else ".py"))
        file.parent.mkdir(exist_ok=True)
        imports = 0 if system == "live" and "." not in name else 3
        file.write_text(source(name, dice, imports), "utf-8")


def import_all(seed: int, start: threading.Barrier, errors: list[str]) -> None:
    """What each thread does: import all modules, in an order and by ways of its own."""
    dice = random.Random(seed)
    names = dice.sample(NAMES, len(NAMES))
    start.wait()
    for name in names:
        try:
            module = (
                loadstone.import_module(name) if dice.random() < 0.5 else __import__(name, fromlist=["done"])
            )
        except BaseException as error:
            errors.append(
                f"{INTERPRETER if of_interpreter(error) else name}: {type(error).__name__}: {error}"
            )
        else:
            if not getattr(module, "done", False):
                errors.append(f"{name} was handed over unfinished")


def of_interpreter(error: BaseException) -> bool:
    """Whether an exception was raised by the interpreter's own import statement."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    while files and files[-1].startswith("<frozen importlib."):
        files.pop()
    return type(error).__name__ == "_DeadlockError" and not files[-1].startswith(ENGINE)


def play(seed: int) -> list[str]:
    """One round; what went wrong in it."""
    for name in NAMES:
        sys.modules.pop(name, None)
    executed: list[str] = []
    sys.executed = executed  # type: ignore[attr-defined]
    errors: list[str] = []
    start = threading.Barrier(THREADS)
    threads = [
        threading.Thread(target=import_all, args=(seed * THREADS + i, start, errors)) for i in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    errors += [
        f"{name} was executed {count} times" for name, count in Counter(executed).items() if count != 1
    ]
    errors += [f"{name} was not executed" for name in set(NAMES) - set(executed)]
    return errors


def main(system: str, rounds: int, seed: int) -> int:
    """Play the rounds, each with modules that import each other anew."""
    root = Path.cwd()
    sys.path.insert(0, str(root))
    sys.setrecursionlimit(20_000)  # two hundred modules deep
    threading.stack_size(64 * 2**20)
    if system == "takeover":
        loadstone.takeover()
    wrong = spoiled = 0
    for i in range(rounds):
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        if i % 20 == 0:
            write(root, random.Random(seed + i), system)
            importlib.invalidate_caches()
        sys.setswitchinterval(random.Random(seed + i).choice([1e-6, 1e-5, 1e-3]))
        errors = play(seed + i)
        if system == "live" and any(error.startswith(INTERPRETER) for error in errors):
            spoiled += 1
        elif errors:
            wrong += 1
            print(f"round {i}, seed {seed}: {len(errors)} errors:", *sorted(set(errors))[:5], sep="\n  ")
    faulthandler.cancel_dump_traceback_later()
    print(f"{rounds} rounds, {wrong} of them with errors, {spoiled} spoiled by the interpreter")
    return 1 if wrong or spoiled == rounds else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
