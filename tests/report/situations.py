"""Situations in which imports fail that people meet most, and the page that says what loadstone says of each.

``python situations.py`` writes the page anew: the rows are what ``loadstone explain`` answers.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import venv
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "top-causes.md"
MADE = "<!-- made by tests/report/situations.py -->\n"


class Situation(NamedTuple):
    """What somebody has, and asks."""

    title: str
    """What went wrong, in a few words."""
    asks: str
    """The words behind ``loadstone explain``."""
    files: Mapping[str, str | bytes] = {}
    """What is there: ``app/`` is the working directory, ``site/`` is on PYTHONPATH."""
    further: Callable[[Path], None] = lambda root: None
    """What else is done to make it so."""
    cwd: str = "app"
    variables: Mapping[str, str] = {}
    """Environment variables; ``{root}`` is where the files are."""


def distribution(name: str, version: str, *files: str, metadata: str = "", **more: str) -> dict[str, str]:
    """What pip leaves of a distribution: its metadata, and the list of its files."""
    info = f"site/{name.replace('-', '_')}-{version}.dist-info"
    listed = "".join(f"{file},,\n" for file in (*files, f"{Path(info).name}/METADATA"))
    return {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        f"{info}/RECORD": listed,
        **{f"{info}/{file.replace('__', '.')}": text for file, text in more.items()},
    }


def zipped(root: Path) -> None:
    """A package in an archive, with an extension module."""
    with zipfile.ZipFile(root / "site" / "bundle.zip", "w") as archive:
        archive.writestr("fastpkg/__init__.py", "")
        archive.writestr(f"fastpkg/core{sysconfig.get_config_var('EXT_SUFFIX')}", "")


def left_bytecode(root: Path) -> None:
    """Bytecode is left in the place of a source that has become a package."""
    source = root / "app" / "shop" / "conf.py"
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-b", str(source)], check=True)
    source.unlink()


def environment(root: Path) -> None:
    """A virtual environment beside the program has the module."""
    folder = root / "app" / ".venv"
    venv.create(folder, symlinks=os.name != "nt")
    (packages,) = folder.glob("lib/python3*/site-packages")
    for name, text in distribution("gadgets", "2.1", "gadgets/__init__.py").items():
        file = packages / name.removeprefix("site/")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    (packages / "gadgets").mkdir()
    (packages / "gadgets" / "__init__.py").touch()


SITUATIONS = (
    Situation("A library that is not installed", "pymssql"),
    Situation("A library that is installed under another name", "yaml"),
    Situation("A name that is misspelt", "jsno"),
    Situation("A distribution's name in the place of the module's", "beautifulsoup4"),
    Situation("A name with a hyphen", "my-tool", {"app/my_tool.py": ""}),
    Situation("A file's name in the place of the module's", "pkg/core.py", {"app/pkg/core.py": ""}),
    Situation(
        "A local file hides one of the standard library, and what needs that fails",
        "--load urllib.request",
        {"app/email.py": ""},
    ),
    Situation("A local file that hides one of the standard library", "colorsys", {"app/colorsys.py": ""}),
    Situation(
        "A script that is called as the library that it imports",
        "--load gadgets",
        {
            **distribution("gadgets", "2.1", "gadgets/__init__.py"),
            "site/gadgets/__init__.py": "def run(): ...\n",
            "app/gadgets.py": "import gadgets\ngadgets.run()\n",
        },
    ),
    Situation("Installed in the environment beside, which is not active", "gadgets", further=environment),
    Situation(
        "A circular import",
        "--load orders",
        {
            "app/orders.py": "import customers\ndef total(): ...\n",
            "app/customers.py": "from orders import total\n",
        },
    ),
    Situation(
        "A submodule that is not there",
        "--load pkg",
        {
            **distribution("pkg", "1.0", "pkg/__init__.py"),
            "site/pkg/__init__.py": "from . import core\n",
        },
    ),
    Situation(
        "An older version than what imports it needs",
        "--load shop",
        {
            **distribution("gears", "1.0", "gears/__init__.py"),
            **distribution("shop", "2.0", "shop/__init__.py", metadata="Requires-Dist: gears>=2\n"),
            "site/gears/__init__.py": "",
            "site/shop/__init__.py": "from gears import mesh\n",
        },
    ),
    Situation(
        "An editable install whose project has moved",
        "gadgets",
        distribution(
            "gadgets",
            "1.0",
            top_level__txt="gadgets\n",
            direct_url__json='{"dir_info": {"editable": true}, "url": "file:///home/me/old"}',
        ),
    ),
    Situation(
        "A distribution whose files are gone",
        "gadgets",
        distribution("gadgets", "1.0", "gadgets/__init__.py"),
    ),
    Situation(
        "A module that a later version has no more",
        "pkg_resources",
        {
            **distribution("setuptools", "84.0", "setuptools/__init__.py"),
            "site/setuptools/__init__.py": "",
        },
    ),
    Situation(
        "An extension module of another Python",
        "fastpkg.core",
        {"site/fastpkg/__init__.py": "", "site/fastpkg/core.cpython-36m-x86_64-linux-gnu.so": b"\x7fELF"},
    ),
    Situation(
        "An extension module in an archive",
        "fastpkg.core",
        {"site/placed": ""},
        further=zipped,
        variables={"PYTHONPATH": "{root}/site/bundle.zip"},
    ),
    Situation(
        "Bytecode without source is in the way",
        "shop.conf.local",
        {"app/shop/__init__.py": "", "app/shop/conf.py": "", "app/shop/conf/local.py": ""},
        further=left_bytecode,
    ),
    Situation(
        "A function that is imported as a module",
        "--load gadgets.run",
        {
            **distribution("gadgets", "2.1", "gadgets/__init__.py"),
            "site/gadgets/__init__.py": "def run(): ...\n",
        },
    ),
    Situation("Removed from the standard library", "symbol"),
    Situation(
        "A program in a folder, started there",
        "src.shop.util",
        {"app/src/__init__.py": "", "app/src/shop/__init__.py": "", "app/src/shop/util.py": ""},
        cwd="app/src/shop",
    ),
    Situation(
        "The version of a project that is not installed",
        "--load tool",
        {"app/tool.py": "from importlib.metadata import version\n__version__ = version('my-tool')\n"},
    ),
    Situation("A module that raises an exception", "--load settings", {"app/settings.py": "1 / 0\n"}),
)


def python_of_its_own(folder: Path) -> Path:
    """A Python in a virtual environment in which there is pip, as it is here, and nothing else."""
    venv.create(folder, symlinks=os.name != "nt")
    (packages,) = folder.glob("lib/python3*/site-packages")
    # What venv would bring is setuptools too before Python 3.12, and not there in some builds of Python.
    for place in importlib.metadata.files("pip") or ():
        # Caches may come and go meanwhile.
        is_cache = "__pycache__" in place.parts or place.suffix == ".pyc"
        if not is_cache and (place.parts[0] == "pip" or place.parts[0].endswith(".dist-info")):
            copy = packages / place
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(place.locate(), copy)
    return folder / "bin" / "python"


class Answer(NamedTuple):
    """What loadstone says of a situation, with the places of this machine put away."""

    state: str
    code: str
    why: str
    remedy: str


def answer(situation: Situation, root: Path, python: Path) -> Answer:
    """Build the situation in the directory `root`, and ask of that Python."""
    for name, content in situation.files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    cwd = root / situation.cwd
    cwd.mkdir(parents=True, exist_ok=True)
    situation.further(root)
    unset = {"VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "NO_COLOR", "FORCE_COLOR", "PYTHONSAFEPATH"}
    variables = {name: value for name, value in os.environ.items() if name not in unset}
    variables["PYTHONPATH"] = str(root / "site")
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    # What else there is on this machine is not part of it.
    variables |= {"HOME": str(root), "PATH": str(python.parent)}
    variables |= {name: value.format(root=root) for name, value in situation.variables.items()}
    options = ["--python", str(python), *situation.asks.split()]
    command = [sys.executable, "-m", "loadstone", "explain", *options]
    done = subprocess.run(
        command, cwd=cwd, env=variables, capture_output=True, text=True, timeout=120, check=False
    )
    if done.stderr:
        raise RuntimeError(done.stderr)
    return _read(_put_away(done.stdout, root, python))


def _put_away(text: str, root: Path, python: Path) -> str:
    """The text without what is of this machine and this Python."""
    version = re.escape(f"{sys.version_info[0]}.{sys.version_info[1]}")
    for place, name in (
        (str(root), "/home/me"),
        (str(python), "python"),
        (sysconfig.get_path("stdlib"), "/usr/lib/python3"),
        (str(sysconfig.get_config_var("EXT_SUFFIX")), ".so"),
    ):
        text = text.replace(place, name)
    return re.sub(rf"\bthis (is |Python \()Python {version}(\.\d+)?\w*", r"this \1Python 3.x", text)


def _read(text: str) -> Answer:
    """The verdict on a page, and the code of the cause that it is of."""
    verdict = re.search(r"^(found, but fails|found|not found): .*\n(.*)\n→ (.*)\n\n", text, re.M)
    code = re.search(r"^LS2\d\d", text, re.M)
    if verdict is None or code is None:
        raise RuntimeError(f"no verdict with a cause: {text}")
    return Answer(verdict[1], code[0], verdict[2], verdict[3])


def row(situation: Situation, said: Answer) -> str:
    """The row of the page."""
    code = f"[{said.code}](catalogue.md#{said.code.lower()})"
    cells = (f"{situation.title}: `explain {situation.asks}`", said.state, code, said.why, said.remedy)
    return "| " + " | ".join([*cells[:3], *map(_literal, cells[3:])]) + " |"


def _literal(text: str) -> str:
    """The text as it is, in a cell of Markdown."""
    return re.sub(r"([\\`*_<>|\[\]#$~])", r"\\\1", text)


def main() -> None:
    """Write the table on the page anew."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.path.realpath(folder))
        python = python_of_its_own(root / "python")
        for number, situation in enumerate(SITUATIONS):
            rows.append(row(situation, answer(situation, root / str(number), python)))
    above = PAGE.read_text(encoding="utf-8").partition(MADE)[0]
    rows[:0] = ["| what is wrong, and what is asked | the module is | code | why | what to do |"]
    rows[1:1] = ["|---|---|---|---|---|"]
    PAGE.write_text("\n".join([above + MADE, *rows, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
