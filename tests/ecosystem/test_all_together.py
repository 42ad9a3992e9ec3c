"""Three people's hooks act on one real package at once, from the start of Python, in child processes too."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Programs

HOOKS = """
def install():
    import beartype.claw, typeguard
    from mark import Mark, loadstone

    typeguard.install_import_hook("iniconfig")
    loadstone.install(Mark(["iniconfig", "iniconfig.*"]))
    beartype.claw.beartype_package("iniconfig")
"""

CHECKS = """
import os

def refused(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        return type(error).__module__.partition(".")[0]

def look(config):
    "What is true of the package in this process; `config` is an object of it that was pickled."
    import iniconfig

    init = iniconfig.IniConfig.__init__
    return dict(
        process=os.getpid(),
        same_class=type(config) is iniconfig.IniConfig,
        value=config["tea"]["cups"],
        marks=[hasattr(iniconfig, "text_mark"), hasattr(iniconfig, "tree_mark")],
        beartype=refused(init, config, 3, None),
        typeguard=refused(getattr(init, "__wrapped__", init), config, 3, None),
        loader=type(iniconfig.__loader__).__name__,
    )
"""

PROGRAM = """
import json, multiprocessing, os
from concurrent.futures import ProcessPoolExecutor

if __name__ == "__main__":
    import iniconfig, checks

    config = iniconfig.IniConfig("there.ini", "[tea]\\ncups = 2\\n")
    told = [checks.look(config)]
    for method in ("spawn", "forkserver"):
        context = multiprocessing.get_context(method)
        with ProcessPoolExecutor(1, mp_context=context) as workers:
            told.append(workers.submit(checks.look, config).result(60))
        with context.Pool(1) as pool:
            told.append(pool.apply(checks.look, (config,)))
    print(json.dumps(told))
"""


def test_three_hooks_from_the_start_and_in_workers(programs: Programs, environment: Path) -> None:
    """A transform, typeguard's and beartype's hook all act on a package, in a program and its workers."""
    sandbox = programs.sandbox
    (site,) = environment.parent.parent.rglob("site-packages")
    for name, text in (
        ("hooks", HOOKS),
        ("checks", CHECKS),
        ("mark", (sandbox.root / "mark.py").read_text()),
    ):
        (site / f"{name}.py").write_text(text)
    (sandbox.root / "mark.py").unlink()
    sandbox.write({"program.py": PROGRAM})

    def python(*arguments: str) -> str:
        done = subprocess.run(
            [environment, *arguments],
            cwd=sandbox.root,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    python("-m", "loadstone", "startup", "add", "three", "hooks:install", "--for", "iniconfig", "iniconfig.*")
    told = json.loads(python("program.py"))
    assert len({each.pop("process") for each in told}) == 5
    assert all(each == told[0] for each in told)
    assert told[0]["same_class"]
    assert told[0]["value"] == "2"
    assert told[0]["marks"] == [True, True]
    assert told[0]["beartype"] == "beartype"
    assert told[0]["typeguard"] == "typeguard"
    python("-m", "loadstone", "startup", "remove", "three")
    assert python("-c", "import iniconfig; print(hasattr(iniconfig, 'text_mark'))") == "False\n"
