"""Measure loadstone against the interpreter's own import system: the table of performance targets.

    python tests/bench [--rounds N] [--only NAME] [--json FILE] [--quick] [--applications FOLDER]

Both sides are measured in turns within one run, in a new order every round: what is imported for the first
time in fresh interpreters, what is imported already within one. The figures are medians; the ratio is the
median of the rounds' own ratios, loadstone's figure by its peer's, with the least and the greatest. System
calls (by strace) and instructions (by valgrind) are counted once for each side, where the tool is installed:
of what a task takes, without the start of the interpreter and of the task. They are the same at each run,
where times are not.

The real applications are those in FOLDER, a site-packages directory; without it, those of the running Python
if it has them all, else they are installed by pip into an environment below build/, which is kept.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import child
import trees

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
SIDES = ("cpython", "loadstone")
PACKAGES, MODULES = 50, 20
LENGTHS = (100, 500)
TARGETS = 50
CALLBACKS = 1000
FOREIGN = ("COVERAGE", "LOADSTONE", "PYTHON")  # variables that the interpreters of `startup_hook` do not see
HOT_ROUNDS = 10  # for each round of fresh interpreters
HOT_LIMIT = 1 / 4 if sys.version_info < (3, 12) else 1 / 3

Pairs = list[tuple[float, float]]


@dataclass
class Row:
    """One line of the table: pairs of the peer's figure and loadstone's, and what is to be reached."""

    name: str
    unit: str
    pairs: Pairs
    limit: float
    limits_ratio: bool = True
    limits_excess: bool = False
    informs: bool = False
    """Whether there is nothing to reach: the row says what else is known of the one above."""

    @property
    def figures(self) -> tuple[float, float]:
        """The medians of the peer's figures and of loadstone's."""
        peer, own = zip(*self.pairs, strict=True)
        return statistics.median(peer), statistics.median(own)

    @property
    def ratios(self) -> tuple[float, float, float]:
        """The median, the least and the greatest of loadstone's figure by its peer's."""
        ratios = [own / peer for peer, own in self.pairs]
        return statistics.median(ratios), min(ratios), max(ratios)

    @property
    def excess(self) -> float:
        """The median of what loadstone's figure is over its peer's."""
        return statistics.median(own - peer for peer, own in self.pairs)

    @property
    def met(self) -> bool:
        """Whether the target is reached."""
        if self.informs:
            return True
        if self.limits_excess:
            return self.excess <= self.limit
        return (self.ratios[0] if self.limits_ratio else self.figures[1]) <= self.limit

    def cells(self) -> list[str]:
        """The line, as it is printed."""
        peer, own = self.figures
        median, least, greatest = self.ratios
        spread = f" [{least:.2f}-{greatest:.2f}]" if len(self.pairs) > 1 else ""
        target = f"ratio ≤ {self.limit:.2f}" if self.limits_ratio else f"≤ {self.limit:g} {self.unit}"
        if self.limits_excess:
            target = f"≤ {self.limit:g} more: {self.excess:.2f}"
        if self.informs:
            target = ""
        return [
            self.name,
            f"{peer:.4g} {self.unit}",
            f"{own:.4g} {self.unit}",
            f"{median:.2f}{spread}",
            target,
            "" if self.informs else "met" if self.met else "NOT MET",
        ]

    def record(self) -> dict[str, Any]:
        """The line, for the JSON file."""
        peer, own = self.figures
        median, least, greatest = self.ratios
        return {
            "row": self.name,
            "unit": self.unit,
            "peer": peer,
            "loadstone": own,
            "ratio": {"median": median, "min": least, "max": greatest},
            "rounds": len(self.pairs),
            "excess": self.excess,
            "target": None
            if self.informs
            else {
                "of": "excess" if self.limits_excess else "ratio" if self.limits_ratio else "loadstone",
                "at_most": self.limit,
            },
            "met": None if self.informs else self.met,
        }


class Bench:
    """One run: how many rounds, where loadstone is, and a folder for what is generated."""

    def __init__(self, rounds: int, folder: Path, applications: Path | None) -> None:
        self.rounds = rounds
        self.folder = folder
        self.applications = applications
        spec = find_spec("loadstone")
        locations = spec.submodule_search_locations if spec else None
        self.root = Path(locations[0]).parent if locations else PROJECT / "src"
        self.counts_calls = shutil.which("strace") is not None
        self.counts_instructions = shutil.which("valgrind") is not None

    def packages(self) -> Path:
        """A tree of packages, written for the first row that asks."""
        tree = self.folder / "packages"
        if not tree.exists():
            trees.write_packages(tree, PACKAGES, MODULES)
        return tree

    def run(
        self, task: str, *arguments: object, under: Sequence[str] = (), options: Sequence[str] = ()
    ) -> list[Any]:
        """What a task of child.py prints, in a fresh interpreter; `under` is a command that runs it.

        `options` are more options of the interpreter.
        """
        command = [
            *under,
            sys.executable,
            "-I",
            "-S",
            *options,
            HERE / "child.py",
            self.root,
            task,
            *arguments,
        ]
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, check=False, cwd=self.folder
        )
        if done.returncode:
            raise SystemExit(f"{task} {arguments}: {done.stderr}")
        numbers: list[Any] = ast.literal_eval(done.stdout)
        return numbers

    def in_turns(self, task: str, *arguments: object, before: Callable[[], object] = bool) -> list[Pairs]:
        """The pairs of each number that a task prints whose first argument is the side."""
        rounds: list[dict[str, list[float]]] = []
        for number in range(1 + self.rounds):
            taken = {}
            for side in random.sample(SIDES, 2):
                before()
                taken[side] = self.run(task, side, *arguments)
            if number:  # the round before the first fills the caches of the file system
                rounds.append(taken)
        first = rounds[0]["cpython"]
        return [[(taken["cpython"][i], taken["loadstone"][i]) for taken in rounds] for i in range(len(first))]

    def system_calls(self, task: str, *arguments: object) -> int:
        """How many system calls a task makes. Needs strace."""
        report = self.folder / "strace"
        self.run(task, *arguments, under=["strace", "-f", "-c", "-o", str(report)])
        return calls_in(report)

    def instructions(self, task: str, *arguments: object) -> float:
        """How many instructions a task takes, in millions. Needs valgrind."""
        log = self.folder / "valgrind"
        self.run(task, *arguments, under=valgrind(log))
        return instructions_in(log)

    def counted(self, name: str, task: str, *arguments: object, without: Sequence[object]) -> Iterator[Row]:
        """Rows with what a task takes whose first argument is the side.

        `without` are the arguments with which it does all but that.
        """
        for counts, what, unit, count in (
            (self.counts_calls, "system calls", "calls", self.system_calls),
            (self.counts_instructions, "instructions", "million", self.instructions),
        ):
            if counts:
                for side in SIDES:  # what is cached by the first run is not counted
                    self.run(task, side, *arguments)
                peer, own = (count(task, side, *arguments) - count(task, side, *without) for side in SIDES)
                yield Row(f"{name}, {what}", unit, [(peer, own)], 1.0, informs=True)


def calls_in(report: Path) -> int:
    """How many system calls strace has summed up."""
    lines = [line.split() for line in report.read_text().splitlines()]
    counts = [line[3] for line in lines if len(line) > 4 and line[-1] != "total"]
    return sum(int(count) for count in counts if count.isdigit())


def valgrind(log: Path) -> list[str]:
    """The command that counts the instructions of the one after it."""
    return ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", f"--log-file={log}"]


def instructions_in(log: Path) -> float:
    """How many million instructions valgrind has counted."""
    (line,) = [line for line in log.read_text().splitlines() if "Collected" in line]
    return float(line.split(":")[1]) / 1e6


def scaled(pairs: Pairs, factor: float) -> Pairs:
    """Both figures of all pairs in another unit."""
    return [(peer * factor, own * factor) for peer, own in pairs]


def loaded(bench: Bench) -> Iterator[Row]:
    """`import_module` of a module that is imported already, by absolute and by relative names."""
    rounds = bench.rounds * HOT_ROUNDS
    for name, limit, *arguments in (
        ("import_module, loaded", HOT_LIMIT, "json.decoder"),
        ("import_module, loaded, .name", 1 / 5, ".decoder", "json"),
        ("import_module, loaded, ..name", 1 / 5, "..decoder", "json.encoder"),
    ):
        yield Row(name, "ns", scaled(bench.run("hot", rounds, *arguments), 1e9), limit)


def cold(bench: Bench) -> Iterator[Row]:
    """First imports of small modules with cached bytecode: time, system calls and instructions a module."""
    tree = bench.packages()
    count = PACKAGES * MODULES
    limit = 0.65 if (3, 11) <= sys.version_info < (3, 15) else 0.75
    arguments = (tree, PACKAGES, MODULES)

    for name, age in (("cold import", trees.LONG_AGO), ("cold import, directories just written", 0)):
        (pairs,) = bench.in_turns("cold", *arguments, before=partial(trees.set_age, tree, age))
        yield Row(name, "µs", scaled(pairs, 1e6 / count), limit if age else 0.75)
    for name, age in (("", trees.LONG_AGO), (", directories just written", 0)):
        if not bench.counts_calls:
            break
        calls = []
        for side in SIDES:
            without = bench.system_calls("cold", side, tree, 0, 0)
            trees.set_age(tree, age)
            calls.append((bench.system_calls("cold", side, *arguments) - without) / count)
        yield Row(f"system calls a module{name}", "calls", [(calls[0], calls[1])], 6, limits_ratio=False)
    if bench.counts_instructions:
        trees.set_age(tree, trees.LONG_AGO)
        peer, own = (
            bench.instructions("cold", side, *arguments) - bench.instructions("cold", side, tree, 0, 0)
            for side in SIDES
        )
        pair = scaled([(peer, own)], 1000 / count)
        yield Row("instructions a module", "thousand", pair, 1.0, informs=True)


def long_path(bench: Bench) -> Iterator[Row]:
    """Imports along a long `sys.path`: found in its last entry, or nowhere."""
    for length in LENGTHS:
        tree = bench.folder / f"path{length}"
        trees.write_entries(tree, length - 1, TARGETS)
        kinds = ("first imports", "finders warm", "failing")
        for kind, pairs in zip(kinds, bench.in_turns("long_path", tree, length, TARGETS), strict=True):
            yield Row(f"{length} entries on sys.path, {kind}", "µs", scaled(pairs, 1e6), 1 / 2)


def idle(bench: Bench) -> Iterator[Row]:
    """What a finder costs that has nothing to say."""
    pairs = bench.run("idle", bench.rounds * HOT_ROUNDS)
    yield Row("an idle finder, per import", "ns", scaled(pairs, 1e9), 150, limits_ratio=False)


def site_packages() -> Path:
    """Where loadstone's dependencies are."""
    spec = find_spec("attrs")
    if spec is None or spec.origin is None:
        raise SystemExit("attrs is not installed")
    return Path(spec.origin).parent.parent


def tracing(bench: Bench) -> Iterator[Row]:
    """What a trace costs a program that imports a thousand modules, and whether it sees all of the time."""
    tree = bench.folder / "traced"
    trees.write_packages(tree, PACKAGES, MODULES)
    trees.write_roots(tree, PACKAGES, MODULES)
    sides: dict[str, Sequence[str]] = {"cpython": (), "importtime": ("-X", "importtime"), "loadstone": ()}
    rounds = []
    for number in range(1 + bench.rounds):
        taken = {}
        for side in random.sample(list(sides), len(sides)):
            taken[side] = bench.run("traced", side, tree, site_packages(), options=sides[side])
        if number:
            rounds.append(taken)
    for name, peer, limit in (("a plain run", "cpython", 1.3), ("-X importtime", "importtime", 1.3)):
        pairs = [(taken[peer][0], taken["loadstone"][0]) for taken in rounds]
        yield Row(f"1,000 imports traced, CPU, against {name}", "ms", scaled(pairs, 1e3), limit)
    seen = [(taken["loadstone"][2], taken["loadstone"][1]) for taken in rounds]
    yield Row("an outside clock, against the time traced", "ms", scaled(seen, 1e3), 1.05)


def hooks(bench: Bench) -> Iterator[Row]:
    """What installed hooks cost that are bound to other names: a hundred, and a thousand callbacks."""
    tree = bench.packages()
    site = site_packages()
    for name, peers, limit in (("no hook", 0, 1.1), ("100 idle finders", 100, 1.0)):
        (pairs,) = bench.in_turns("hooked", tree, PACKAGES, MODULES, site, peers)
        yield Row(f"100 hooks for other names, against {name}", "ms", scaled(pairs, 1e3), limit)
    (pairs,) = bench.in_turns("called_back", tree, PACKAGES, MODULES, site, CALLBACKS)
    yield Row(f"{CALLBACKS:,} callbacks for others, against none", "ms", scaled(pairs, 1e3), 1.1)


def site_of_applications(bench: Bench) -> Path | None:
    """Where all the applications are installed; None if they cannot be."""
    if bench.applications is not None:
        return bench.applications
    own = Path(sysconfig.get_path("purelib"))
    if all((own / name).is_dir() for name in child.APPLICATIONS):
        return own
    environment = PROJECT / "build" / f"applications-{platform.python_version()}"
    python = environment / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    command = [str(python), "-m", "pip", "install", "--quiet", *child.APPLICATIONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"applications are not measured: pip could not install them\n{done.stderr}")
        return None
    (site,) = environment.rglob("site-packages")
    return site


def applications(bench: Bench) -> Iterator[Row]:
    """Starts of real applications under takeover."""
    site = site_of_applications(bench)
    if site is None:
        return
    ratios = []
    for name in child.APPLICATIONS:
        (pairs,) = bench.in_turns("application", name, site)
        row = Row(f"{name} starts", "ms", scaled(pairs, 1e3), 1.0)
        ratios.append(row.ratios[0])
        yield row
        yield from bench.counted(f"{name} starts", "application", name, site, without=("", site))
    yield Row("applications, mean of ratios", "", [(1.0, statistics.mean(ratios))], 0.9)


def startup(bench: Bench) -> Iterator[Row]:
    """``import loadstone; loadstone.import_module`` and ``import importlib.util``, in a bare interpreter."""
    rounds = bench.rounds
    bench.rounds *= 3
    seconds, modules = bench.in_turns("startup")
    bench.rounds = rounds
    yield Row("start-up", "ms", scaled(seconds, 1e3), 1.0)
    yield Row("start-up, new modules", "modules", modules[:1], 1.0)
    for name, unit, there, count in (
        ("system calls", "calls", bench.counts_calls, bench.system_calls),
        ("instructions", "million", bench.counts_instructions, bench.instructions),
    ):
        if there:
            bare, peer, own = (count("startup", side) for side in ("none", *SIDES))
            pair = [(peer - bare, own - bare)]
            yield Row(f"start-up, {name}", unit, pair, 1.0, informs=unit == "calls")


def startup_hook(bench: Bench) -> Iterator[Row]:
    """What start-up hooks cost every interpreter: two of them, one that is called and one that waits."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    run = partial(subprocess.run, check=True, env=environment, cwd=bench.folder)
    pythons = []
    for name in ("without", "with"):
        folder = bench.folder / name
        run([sys.executable, "-m", "venv", "--without-pip", folder])
        pythons.append(folder / ("Scripts" if os.name == "nt" else "bin") / "python")
        (site,) = folder.rglob("site-packages")
        shutil.copytree(bench.root / "loadstone", site / "loadstone")
    sys.path.append(str(bench.root))
    from loadstone.startup import Registry, StartupHook

    Registry(site).add(StartupHook("called", "sys:getrecursionlimit"))
    Registry(site).add(StartupHook("waits", "absent.mod:hook", ("absent", "absent.*")))

    def measure(python: Path) -> float:
        start = perf_counter()
        run([python, "-c", "pass"])
        return perf_counter() - start

    pairs = []
    for number in range(2 + bench.rounds * HOT_ROUNDS):
        taken = {python: measure(python) for python in random.sample(pythons, 2)}
        if number > 1:  # the first ones write bytecode, and fill the caches of the file system
            pairs.append((taken[pythons[0]], taken[pythons[1]]))
    yield Row("start-up hook", "ms", scaled(pairs, 1e3), 1.0, limits_ratio=False, limits_excess=True)
    if bench.counts_calls:
        counts = []
        for python in pythons:
            report = bench.folder / "strace"
            run(["strace", "-f", "-c", "-o", report, python, "-c", "pass"])
            counts.append(calls_in(report))
        pair = [(float(counts[0]), float(counts[1]))]
        yield Row("start-up hook, system calls", "calls", pair, 60, limits_ratio=False, limits_excess=True)
    if bench.counts_instructions:
        millions = []
        for python in pythons:
            log = bench.folder / "valgrind"
            run([*valgrind(log), python, "-c", "pass"])
            millions.append(instructions_in(log))
        yield Row("start-up hook, instructions", "million", [(millions[0], millions[1])], 1.0, informs=True)


ROWS = {
    function.__name__: function
    for function in (loaded, cold, long_path, idle, hooks, tracing, applications, startup, startup_hook)
}


def show(cells: Sequence[str]) -> None:
    """Print one line of the table."""
    widths = (48, 13, 13, 18, 12, 7)
    line = " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
    print(line.rstrip(), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--rounds", type=int, default=15, metavar="N", help="rounds of fresh interpreters")
    parser.add_argument("--only", action="append", choices=ROWS, help="these rows only")
    parser.add_argument("--json", type=Path, default=PROJECT / "build" / "bench.json", metavar="FILE")
    parser.add_argument("--quick", action="store_true", help="3 rounds: does it work at all")
    parser.add_argument(
        "--applications", type=Path, metavar="FOLDER", help="where rich, django… are installed"
    )
    options = parser.parse_args()

    rows = []
    python = f"{platform.python_implementation()} {platform.python_version()}"
    print(python)
    for tool, what in (("strace", "system calls"), ("valgrind", "instructions")):
        if shutil.which(tool) is None:
            print(f"{what} are not counted: {tool} is not installed")
    show(["row", "peer", "loadstone", "ratio [min-max]", "target", "reached"])
    with tempfile.TemporaryDirectory(prefix="loadstone-bench-") as folder:
        bench = Bench(3 if options.quick else options.rounds, Path(folder), options.applications)
        for name in options.only or ROWS:
            for row in ROWS[name](bench):
                show(row.cells())
                rows.append(row.record())
    options.json.parent.mkdir(parents=True, exist_ok=True)
    record = {"python": python, "platform": platform.platform(), "rows": rows}
    options.json.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    targets = [row["met"] for row in rows if row["met"] is not None]
    print(f"{sum(targets)} of {len(targets)} targets met; written to {options.json}")


if __name__ == "__main__":
    main()
