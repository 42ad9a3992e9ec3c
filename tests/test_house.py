"""The house rules: who may import whom, what is public and documented, and what a first import costs."""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "loadstone"
REFERENCE = ROOT / "docs" / "reference"

# Each line may import only from the lines above it. A line that ends in ".*" is a package as a whole, whose
# modules may import each other; the empty line is the public face, loadstone/__init__.py.
HOUSE = (
    "_core",
    "_core.frames",
    "_core.front",
    "_core.versions",
    "_core.cache",
    "_core.compiler",
    "_core.namespace",
    "_core.spec",
    "_core.locks",
    "_core.finding",
    "_core.pending",
    "_core.loading",
    "_core.statement",
    "_core.system",
    "_standard",
    "_standard.bytecode",
    "_standard.builtin",
    "_standard.source",
    "_standard.files",
    "_standard.directory",
    "_standard.path",
    "_standard.legacy",
    "_standard.pending",
    "_standard.views",
    "_standard.isolation",
    "_standard.recognition",
    "_standard.takeover",
    "_standard.lazy",
    "machinery",
    "abc",
    "util",
    "framework.*",
    "",
    "_setting",
    "_child",
    "_private",
    "distributions",
    "startup.*",
    "program",
    "importers.*",
    "report.*",
    "testing.*",
    "pytest_plugin",
    "completion",
    "__main__",
)

# The only imports of a line further down: inside a function, when that is called.
DEFERRED = {
    ("_core.namespace", "_core.system"): "the deprecated load_module works on the live system",
    ("framework.install", "startup"): "a hook that child processes inherit is carried by start-up",
    (
        "report.lookup",
        "testing.catalogue",
    ): "the codes of the kit are looked up as all others",
    ("_core.system", "_standard.isolation"): "ImportSystem.isolated is made of the standard finders",
}

# Where else the version may stand, and why.
ASKS_VERSION = {
    "_core.versions": "the table",
    "framework.resources": "type checkers follow an import only by the version itself",
    "report.doctor.environment": "the version is what is examined",
    "report.doctor.future": "looks for it in the source of others",
    "report.explain.content": "tells source that newer versions take",
    "report.explain.causes": "compares it with the tables of what has come to and left the standard library",
}

# What a reader takes in at once. What is longer has more than one subject, and is divided by them.
MOST_LINES = 450

PUBLIC_MODULES = (
    "loadstone",
    "loadstone.abc",
    "loadstone.machinery",
    "loadstone.startup",
    "loadstone.testing",
    "loadstone.util",
)

# What a program that only wants import_module must not pay for.
TOO_DEAR = {
    "collections",
    "contextlib",
    "dataclasses",
    "enum",
    "functools",
    "inspect",
    "pathlib",
    "re",
    "threading",
    "typing",
}


def module_name(file: Path) -> str:
    """The name below loadstone of the module in `file`; empty for the package itself."""
    parts = file.relative_to(SOURCE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


FILES = {module_name(file): file for file in sorted(SOURCE.rglob("*.py"))}
OWN = {f"loadstone.{name}".rstrip(".") for name in FILES}


def line_of(name: str) -> int:
    """The place of the module `name` on the map."""
    for number, line in enumerate(HOUSE):
        if line == name or (line.endswith(".*") and f"{name}.".startswith(line[:-1])):
            return number
    pytest.fail(f"loadstone.{name} is not on the map: give it a line in HOUSE in {Path(__file__).name}")


def run_time_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Every node below `node`, without what stands below ``if TYPE_CHECKING:``."""
    for child in ast.iter_child_nodes(node):
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            children: list[ast.AST] = list(child.orelse)
        else:
            children = [child]
        for each in children:
            yield each
            yield from run_time_nodes(each)


def imported(name: str, *, top_level_only: bool = False) -> set[str]:
    """The full names of the modules that the module `name` of loadstone imports at run time."""
    file = FILES[name]
    package = ["loadstone", *name.split(".")] if name else ["loadstone"]
    if file.name != "__init__.py":
        package.pop()
    found = set()
    tree = ast.parse(file.read_bytes())
    for node in tree.body if top_level_only else run_time_nodes(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            anchor = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*anchor, node.module] if node.module else anchor)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.add(full if full in OWN else base)
    return found


def own_name(full: str) -> str:
    """The name below loadstone of a module of loadstone's; of another, one that no module has."""
    return full.removeprefix("loadstone").removeprefix(".") if f"{full}.".startswith("loadstone.") else "-"


@pytest.mark.parametrize("name", FILES)
def test_a_module_imports_only_from_lines_above_its_own(name: str) -> None:
    """Every module has its line on the map, and imports only from the lines above."""
    place = line_of(name)
    for full in imported(name):
        other = own_name(full)
        if other != "-":
            if (name, other) in DEFERRED:
                assert full not in imported(name, top_level_only=True)
                continue
            same_package = HOUSE[place].endswith(".*") and line_of(other) == place
            assert same_package or line_of(other) < place, (
                f"loadstone.{name} imports {full}, which is not above it"
            )


def test_circles_are_named_with_their_reason() -> None:
    """The design names each import inside a function that closes a circle, and no other."""
    graph = {name: {own_name(full) for full in imported(name)} & FILES.keys() for name in FILES}

    def reached(name: str) -> set[str]:
        found, rest = set[str](), [name]
        while rest:
            new = graph[rest.pop()] - found
            found |= new
            rest += new
        return found

    circles = set()
    for name in FILES:
        at_once = {own_name(full) for full in imported(name, top_level_only=True)}
        circles.update((name, other) for other in graph[name] - at_once - {name} if name in reached(other))
    page = (ROOT / "docs" / "explanation" / "design.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\S+)` \| `(\S+)` \| .", page.partition("### Circles\n")[2], re.M)
    assert set(rows) == circles


@pytest.mark.parametrize("name", FILES)
def test_a_module_has_one_subject(name: str) -> None:
    """No module is too long to be taken in at once."""
    lines = len(FILES[name].read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES


def test_the_map_is_the_tree() -> None:
    """The design names every module of the house, and none that is not there, unless it is planned."""
    page = (ROOT / "docs" / "explanation" / "design.md").read_text(encoding="utf-8")
    drawn, folders = set(), [""]
    for line in re.search(r"```\nsrc/loadstone/\n(.*?)\ntests/", page, re.S)[1].splitlines():  # type: ignore[index]
        indent, names = re.fullmatch(r"( +)(\S+(?: +\S+\.py)*).*", line).groups()  # type: ignore[union-attr]
        del folders[len(indent) // 2 :]
        if names.endswith("/"):
            folders.append(folders[-1] + names)
            continue
        drawn.update(folders[-1] + name for name in names.split())
    files = {file.relative_to(SOURCE).as_posix() for file in FILES.values()}
    assert drawn == {file for file in files if file == "__init__.py" or not file.endswith("/__init__.py")}


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("_core", "_standard"))])
def test_the_engine_imports_only_the_standard_library(name: str) -> None:
    """Neither the engine nor the standard finders and loaders import a third-party package at run time."""
    packages = {full.partition(".")[0] for full in imported(name)}
    assert packages <= {"loadstone", *sys.stdlib_module_names}


@pytest.mark.parametrize("name", FILES)
def test_one_module_asks_which_python_is_running(name: str) -> None:
    """What differs between versions stands in one table: a new Python is a matter of that."""
    asks = "version_info" in FILES[name].read_text(encoding="utf-8")
    assert asks == (name in ASKS_VERSION), "put it into _core/versions.py"


@pytest.mark.filterwarnings("ignore:.* is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", PUBLIC_MODULES)
def test_public_names_exist_and_are_documented(name: str) -> None:
    """Every name in the `__all__` of a public module exists, has a docstring and stands in the reference."""
    module = importlib.import_module(name)
    page = (REFERENCE / f"{name.rpartition('.')[2]}.md").read_text(encoding="utf-8")
    assert f"automodule:: {name}\n" in page
    for public in module.__all__:
        value = getattr(module, public)
        if isinstance(value, ModuleType):
            assert (REFERENCE / f"{public}.md").exists(), f"{public} has no page in docs/reference"
            continue
        if getattr(value, "__module__", "").startswith(("importlib", "_frozen_importlib")):
            continue  # the running Python's own, re-exported where it has it
        assert re.search(rf"^\.\. auto\w+:: {public}$", page, re.M), (
            f"{name}.{public} is not in the reference"
        )
        assert not callable(value) or value.__doc__, f"{name}.{public} has no docstring"


def test_import_module_is_cheap_to_import() -> None:
    """A program that only wants `import_module` gets no third-party package, and nothing dear."""
    program = f"""
import sys
bare = set(sys.modules)
sys.path.insert(0, {str(SOURCE.parent)!r})
import loadstone
loadstone.import_module
print(*sys.modules.keys() - bare)
"""
    command = [sys.executable, "-I", "-S", "-c", program]
    new = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    packages = {name.partition(".")[0] for name in new}
    assert packages <= {"loadstone", *sys.stdlib_module_names}
    assert not packages & TOO_DEAR
    own = {name for name in new if name.startswith("loadstone")}
    assert own == {"loadstone", "loadstone._core", "loadstone._core.frames", "loadstone._core.front"}


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """What CI runs is the command that the README gives, to the letter."""
    command = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert command in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
