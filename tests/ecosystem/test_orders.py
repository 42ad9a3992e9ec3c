"""Hooks of several people on one module, in every order: where a transform is among them, all act."""

from __future__ import annotations

import json
from itertools import permutations
from typing import TYPE_CHECKING, Any

import pytest

from loadstone._core.versions import HAS_DEBUG_OVERRIDE

from ..forking import needs_fork
from .conftest import install_editable

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import Programs

# Each order in a fork of one program, which has imported what takes long. It tells which hooks acted on a
# package and on its module, and what has been warned of.
PROGRAM = """
import ast, importlib.util, json, os, pathlib, types, warnings
import beartype.claw, jaxtyping, pytest, typeguard
from mark import loadstone, sys, tell

if {takeover}:
    loadstone.takeover()

class Text(loadstone.Transform):
    def transform_source(self, text, spec):
        return text + "\\ntext_mark = 1\\n"

class Tree(loadstone.Transform):
    def transform_ast(self, tree, spec):
        tree.body += ast.parse("tree_mark = 1").body
        return tree

class Then:
    "Goes on with what is left to do once pytest is ready to look for tests."

    def __init__(self, todo, package):
        self.todo = todo
        self.package = package

    def pytest_cmdline_main(self):
        pytest.register_assert_rewrite(self.package)
        self.answer = self.todo()
        return 0

class Editable:
    "Leads to a package that is not on sys.path, as the finders of editable installs do."

    def __init__(self, package):
        self.package = package

    def find_spec(self, name, path=None, target=None):
        if name == self.package:
            return importlib.util.spec_from_file_location(name, f"editable/{{name}}/__init__.py")

INSTALL = {{
    "text": lambda package: loadstone.install(Text([package, f"{{package}}.*"])),
    "tree": lambda package: loadstone.install(Tree([package, f"{{package}}.*"])),
    "typeguard": typeguard.install_import_hook,
    "beartype": beartype.claw.beartype_package,
    "jaxtyping": lambda package: jaxtyping.install_import_hook(package, None),
    "editable": lambda package: sys.meta_path.append(Editable(package)),
    "setuptools": lambda package: start("setuptools"),
    "scikit-build-core": lambda package: start("scikit-build-core"),
}}

def start(tool):
    "What Python does at its start for what the tool has installed."
    for line in pathlib.Path(f"{{tool}}.pth").read_text().splitlines():
        if line.startswith("import "):
            exec(line)

def codes(function):
    while function is not None:
        yield function.__code__
        for cell in function.__closure__ or ():
            if isinstance(cell.cell_contents, types.FunctionType) and cell.cell_contents is not function:
                yield from codes(cell.cell_contents)
        function = getattr(function, "__wrapped__", None)

def acted(module):
    found = []
    if hasattr(module, "text_mark"):
        found.append("text")
    if hasattr(module, "tree_mark"):
        found.append("tree")
    if any("check_argument_types" in repr(code.co_names + code.co_varnames) for code in codes(module.half)):
        found.append("typeguard")
    if any("beartype" in name for name in vars(module)):
        found.append("beartype")
    if "jaxtyping" in vars(module):
        found.append("jaxtyping")
    if any("@pytest_ar" in code.co_names for code in codes(module.half)):
        found.append("pytest")
    return sorted(found)

def child(order, package):
    said = []
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, kind, *rest, **more: (
        said.append(str(message)) if kind is RuntimeWarning else None
    )
    return go_on(order, package, said)

def go_on(order, package, said):
    for number, name in enumerate(order):
        if name == "pytest":
            then = Then(lambda: go_on(order[number + 1 :], package, said), package)
            pytest.main("-p loadstone -p no:cacheprovider -p no:terminal -p no:warnings".split(), [then])
            return then.answer
        INSTALL[name](package)
    module = __import__(f"{{package}}.sub").sub
    return [acted(sys.modules[package]), acted(module), said]

SOURCE = '''
def half(number: int) -> int:
    assert number > 1
    return number // 2
'''
FAR = ("editable", "setuptools", "scikit-build-core")
told = []
for number, order in enumerate({orders}):
    package = f"package{{number}}"
    folder = "/".join([*(tool for tool in FAR if tool in order), package])
    os.makedirs(folder, exist_ok=True)
    for name in ("__init__", "sub"):
        with open(f"{{folder}}/{{name}}.py", "w") as file:
            file.write(SOURCE)
    for again in range({times}):
        reading, writing = os.pipe()
        forked = os.fork()
        if not forked:
            try:
                answer = child(order, package)
            except BaseException as error:
                answer = repr(error)
            with open(writing, "w") as stream:
                json.dump(answer, stream)
            os._exit(0)
        os.close(writing)
        with open(reading) as stream:
            told.append([order, json.load(stream)])
        os.waitpid(forked, 0)
tell(told)
"""

PROJECTS = {
    "setuptools": """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "editable-one"
version = "1"
[tool.setuptools]
packages = PACKAGES
""",
    "scikit-build-core": """
[build-system]
requires = ["scikit-build-core"]
build-backend = "scikit_build_core.build"
[project]
name = "editable-one"
version = "1"
[tool.scikit-build]
wheel.cmake = false
wheel.packages = PACKAGES
editable.mode = "redirect"
""",
}

HOOKS = ["text", "tree", "typeguard", "beartype"]
if HAS_DEBUG_OVERRIDE:  # jaxtyping calls cache_from_source as it was before Python 3.15
    HOOKS.append("jaxtyping")


def orders_with(name: str) -> list[tuple[str, ...]]:
    """The orders of two and three of the hooks and of one more."""
    return [order for length in (2, 3) for order in permutations([*HOOKS, name], length)]


ORDERS = orders_with("editable")


# With pytest's rewriting, and with what pip has installed of projects by both tools.
REWRITING = [order for order in orders_with("pytest") if "pytest" in order]
INSTALLED = {
    tool: [order for order in orders_with(tool) if tool in order]
    for tool in ("setuptools", "scikit-build-core")
}


def has_ours(order: tuple[str, ...]) -> bool:
    """Whether a hook of loadstone's is among them."""
    return "text" in order or "tree" in order


def check_all_act(
    programs: Programs, orders: list[tuple[str, ...]], cached: bool, takeover: bool, **options: Any
) -> None:
    """All hooks of each order act, and nothing is warned of; from caches too."""
    program = PROGRAM.format(orders=orders, takeover=takeover, times=2 if cached else 1)
    told = programs(program, *([] if cached else ["-B"]), warnings="ignore", **options)
    assert len(told) == len(orders) * (2 if cached else 1)
    for order, answer in told:
        wanted = sorted({*order} - {"editable", *INSTALLED})
        assert answer == [wanted, wanted, []], order


def check_as_without_us(programs: Programs, orders: list[tuple[str, ...]], **options: Any) -> dict[Any, Any]:
    """What each order does by itself, which is the same under a takeover."""
    plain, under = (
        programs(
            PROGRAM.format(orders=orders, takeover=takeover, times=1), "-B", warnings="ignore", **options
        )
        for takeover in (False, True)
    )
    assert plain == under
    return {tuple(order): answer for order, answer in plain}


@needs_fork
@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("takeover", [False, True])
def test_all_act_in_every_order(programs: Programs, cached: bool, takeover: bool) -> None:
    """Text, tree, two checkers and jaxtyping, on a plain package and an editable one; from caches too."""
    check_all_act(programs, [*filter(has_ours, ORDERS)], cached, takeover)


@needs_fork
@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("takeover", [False, True])
def test_all_act_on_what_pytest_rewrites(programs: Programs, cached: bool, takeover: bool) -> None:
    """Whether pytest comes first, between them or last."""
    check_all_act(programs, [*filter(has_ours, REWRITING)], cached, takeover)


@pytest.fixture
def installed(request: pytest.FixtureRequest, programs: Programs, environment: Path) -> list[tuple[str, ...]]:
    """The orders for a tool, whose editable install of a package for each waits to be started."""
    tool: str = request.param
    packages = [f"package{number}" for number in range(len(INSTALLED[tool]))]
    programs.sandbox.write(
        {f"{tool}/{name}/__init__.py": "" for name in packages}
        | {f"{tool}/pyproject.toml": PROJECTS[tool].replace("PACKAGES", json.dumps(packages))}
    )
    install_editable(environment, programs.sandbox.root / tool)
    (site,) = environment.parent.parent.rglob("site-packages")
    (start,) = (path for path in site.glob("*.pth") if path.name != "outer.pth")
    start.rename(programs.sandbox.root / f"{tool}.pth")
    return INSTALLED[tool]


@needs_fork
@pytest.mark.parametrize("installed", INSTALLED, indirect=True)
def test_all_act_on_what_is_installed_editable(
    programs: Programs, environment: Path, installed: list[tuple[str, ...]]
) -> None:
    """By the finders that setuptools and scikit-build-core write; without a transform, as in CPython."""
    python = str(environment)
    for takeover in (False, True):
        for cached in (False, True):
            check_all_act(programs, [*filter(has_ours, installed)], cached, takeover, python=python)
    check_as_without_us(programs, [order for order in installed if not has_ours(order)], python=python)


@needs_fork
def test_without_a_transform_they_cancel_each_other(programs: Programs) -> None:
    """Where no hook of loadstone's is among them, they act as they do in CPython, under a takeover too."""
    told = check_as_without_us(programs, [order for order in (*ORDERS, *REWRITING) if not has_ours(order)])
    assert told["beartype", "typeguard"][:2] == [["typeguard"], ["typeguard"]]
    assert told["pytest", "typeguard"][:2] == [["typeguard"], ["typeguard"]]
