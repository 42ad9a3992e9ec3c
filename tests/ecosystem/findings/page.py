"""The kit run over importers of many people: what it finds, as a page of the documentation."""

from __future__ import annotations

import inspect
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
PAGE = HERE.parents[2] / "docs" / "reference" / "findings.md"

FILES = {
    "kitone.py": "value = 1\n",
    "kitpkg/__init__.py": '"""A package."""\n',
    "kitpkg/__main__.py": "result = __name__\n",
    "kitpkg/mod.py": "class Point:\n    pass\n\n\ndef answer():\n    return 42\n",
    "kitpkg/data.txt": "resource",
}
NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ["x = 1\n"]}
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


class Subject(NamedTuple):
    """An importer, and how the kit is run over it."""

    title: str
    function: str
    finds: str = "kitone,kitpkg,kitpkg.mod"
    misses: str = "kitnone,kitpkg.none"
    add: str | None = None
    entry: str | None = None
    distribution: str | None = None


OWN = [
    Subject("loadstone: TreeFinder over a MemoryTree", "memory_tree", add=".add"),
    Subject("loadstone: TreeFinder over a folder", "folder_tree", add=".add"),
    Subject("loadstone: SourceFinder", "source_finder"),
    Subject("loadstone: PathFinder", "loadstone_path_finder", add="importers:add_file"),
    Subject(
        "loadstone: path hook of FileFinder", "loadstone_path_hook", add="importers:add_file", entry="site"
    ),
]
OTHERS = [
    Subject("CPython: PathFinder", "path_finder", add="importers:add_file"),
    Subject("CPython: path hook of FileFinder", "path_hook", add="importers:add_file", entry="site"),
    Subject("CPython: BuiltinImporter", "builtin", "errno", "kitnone"),
    Subject("CPython: FrozenImporter", "frozen", "__hello__,__phello__,__phello__.spam", "kitnone"),
    Subject("zipimport", "zip_hook", entry="site.zip"),
    Subject(
        "setuptools: finder of editable installs",
        "setuptools_editable",
        add="importers:add_file",
        distribution="setuptools",
    ),
    Subject(
        "scikit-build-core: finder of editable installs",
        "scikit_build_core_editable",
        distribution="scikit-build-core",
    ),
    Subject(
        "six: six.moves",
        "six_moves",
        "six.moves.urllib,six.moves.urllib.parse",
        "kitnone,six.moves.none",
        distribution="six",
    ),
    Subject(
        "pytest: assertion rewriting", "pytest_rewriting", add="importers:add_file", distribution="pytest"
    ),
    Subject("typeguard: import hook", "typeguard_hook", add="importers:add_file", distribution="typeguard"),
    Subject(
        "importnb: notebooks",
        "importnb_notebooks",
        "kitbook",
        "kitnone",
        entry="site",
        distribution="importnb",
    ),
    Subject("ideas: import hook", "ideas_hook", add="importers:add_file", distribution="ideas"),
]

HEAD = """\
# Findings

What the [conformance kit](../how-to/test-your-importer.md) finds in importers that are in wide use, and in
loadstone's own. A finding is a promise that is not kept, which need not be a bug: some are choices of their
authors, and each may have its reason. What each code promises, and where that is specified, stands in the
[catalogue](catalogue.md).

{versions}

To see a finding again, put `importers.py` of `tests/ecosystem/findings` into the working directory, with a
folder `site` that holds `kitone.py`, the package `kitpkg` (`__init__`, `__main__`, `mod`, `data.txt`) and a
notebook `kitbook.ipynb`, and `site.zip` with the same in it; then run the command below the importer.
`python tests/ecosystem/findings/page.py` makes this page anew.
"""


def prepare(root: Path) -> None:
    """Write the files that the importers find to the folder `root`, and nothing else."""
    shutil.rmtree(root / "site", ignore_errors=True)
    for name, text in FILES.items():
        file = root / "site" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    (root / "site" / "kitbook.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    with zipfile.ZipFile(root / "site.zip", "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text)


def command(subject: Subject, root: Path | None = None) -> list[str]:
    """What is run, behind python; `root` leads to the path entry."""
    words = ["-m", "loadstone", "check", f"importers:{subject.function}()", "--finds", subject.finds]
    words += ["--misses", subject.misses]
    if subject.entry is not None:
        entry = subject.entry if root is None else str(root / subject.entry)
        words += ["--path-entry", entry]
    if subject.add is not None:
        words += ["--add", subject.add]
    return words


def check(subject: Subject, root: Path, *, quick: bool = False) -> Any:
    """The report on the importer, as JSON gives it; its files are left in `root`.

    If `quick`, without the checks in child processes, and of leaks, which depend on the machine.
    """
    kinds = ["LS3", "LS4", "LS5", "LS6", "LS7", *(["LS9"] if subject.entry else [])]
    options = ["--only", ",".join(kinds)] if quick else []
    prepare(root)
    environment = {**os.environ, "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": ""}
    result = subprocess.run(
        [sys.executable, *command(subject, root), "--json", *options],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if result.returncode not in (0, 1):
        raise RuntimeError(f"{subject.title}: {result.stderr}")
    return json.loads(result.stdout)


def versions() -> str:
    """What the page is made with."""
    python = f"CPython {platform.python_version()}"
    names = sorted({subject.distribution for subject in OTHERS if subject.distribution})
    return f"Made with {python}, {', '.join(f'{name} {metadata.version(name)}' for name in names)}."


def section(subject: Subject, report: Any, root: Path) -> str:
    """What the page says of an importer."""
    import importers

    failed = [outcome for outcome in report["outcomes"] if outcome["status"] == "failed"]
    passed = [outcome for outcome in report["outcomes"] if outcome["status"] == "passed"]
    lines = [f"## {subject.title}", ""]
    if failed:
        lines += [f"Keeps {len(passed)} promises, and {len(failed)} not:", ""]
        for outcome in failed:
            entry = outcome["entry"]
            seen = tidy(outcome["message"], root)
            lines += [f"- **{entry['code']}**: {entry['title']}. Seen: {seen}"]
    else:
        lines += [f"Keeps all {len(passed)} promises that apply."]
    source = inspect.getsource(getattr(importers, subject.function)).strip()
    words = [f'"{word}"' if word.endswith("()") else word for word in command(subject)]
    return "\n".join([*lines, "", "```text", source, "", f"python {' '.join(words)}", "```", ""])


def tidy(message: str, root: Path) -> str:
    """What was seen, without what is different each time: places of this machine, addresses."""
    text = " ".join(message.split()).replace(str(root), ".").replace("file://.", ".")
    text = re.sub(r" at 0x[0-9a-f]+", "", text)
    text = re.sub(rf"{re.escape(tempfile.gettempdir())}/\w+", "…", text)
    text = re.sub(r"(?:/[^\s:'\"]+)+/(site-packages|lib/python[\d.]+)/", "", text)
    text = re.sub(r":\d+\b", "", text)
    return "`" + text.replace("`", "'") + "`"


def make(root: Path, subjects: list[Subject], *, quick: bool = False) -> str:
    """The page; see `check`."""
    sys.path.insert(0, str(HERE))
    sections = [section(subject, check(subject, root, quick=quick), root) for subject in subjects]
    return "\n".join([HEAD.format(versions=versions()), *sections])


def findings(text: str) -> list[str]:
    """The importers that a page is about, and the codes of what it says of each, but those of processes."""
    return re.findall(r"^(?:## .*|- \*\*LS[^8]\d+)", text, re.M)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(make(Path(folder).resolve(), OTHERS + OWN), encoding="utf-8")
