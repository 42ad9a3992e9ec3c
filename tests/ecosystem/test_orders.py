"""Hooks of several people on one module, in every order: where a transform is among them, all act."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from ..forking import needs_fork

if TYPE_CHECKING:
    from .conftest import Programs

# Each order in a fork of one program, which has imported what takes long. It tells which hooks acted on a
# package and on its module, and what has been warned of.
PROGRAM = """
import ast, importlib.util, json, os, types, warnings
import beartype.claw, jaxtyping, typeguard
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

class Editable:
    "Leads to a package that is not on sys.path, as the finders of editable installs do."

    def __init__(self, package):
        self.package = package

    def find_spec(self, name, path=None, target=None):
        if name == self.package:
            return importlib.util.spec_from_file_location(name, f"far/{{name}}/__init__.py")

INSTALL = {{
    "text": lambda package: loadstone.install(Text([package, f"{{package}}.*"])),
    "tree": lambda package: loadstone.install(Tree([package, f"{{package}}.*"])),
    "typeguard": typeguard.install_import_hook,
    "beartype": beartype.claw.beartype_package,
    "jaxtyping": lambda package: jaxtyping.install_import_hook(package, None),
    "editable": lambda package: sys.meta_path.append(Editable(package)),
}}

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
    return sorted(found)

def child(order, package):
    said = []
    warnings.simplefilter("always")
    warnings.showwarning = lambda message, kind, *rest, **more: (
        said.append(str(message)) if kind is RuntimeWarning else None
    )
    for name in order:
        INSTALL[name](package)
    module = __import__(f"{{package}}.sub").sub
    return [acted(sys.modules[package]), acted(module), said]

SOURCE = "def half(number: int) -> int:\\n    return number // 2\\n"
told = []
for number, order in enumerate({orders}):
    package = f"package{{number}}"
    folder = f"far/{{package}}" if "editable" in order else package
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

HOOKS = ("text", "tree", "typeguard", "beartype", "jaxtyping", "editable")
ORDERS = [order for length in (2, 3) for order in permutations(HOOKS, length)]


@needs_fork
@pytest.mark.parametrize("cached", [False, True])
@pytest.mark.parametrize("takeover", [False, True])
def test_all_act_in_every_order(programs: Programs, cached: bool, takeover: bool) -> None:
    """Text, tree, two checkers and jaxtyping, on a plain package and an editable one; from caches too."""
    orders = [order for order in ORDERS if {"text", "tree"} & set(order)]
    program = PROGRAM.format(orders=orders, takeover=takeover, times=2 if cached else 1)
    told = programs(program, *([] if cached else ["-B"]), warnings="ignore")
    assert len(told) == len(orders) * (2 if cached else 1)
    for order, answer in told:
        wanted = sorted({*order} - {"editable"})
        assert answer == [wanted, wanted, []], order


@needs_fork
def test_without_a_transform_they_cancel_each_other(programs: Programs) -> None:
    """Where no hook of loadstone's is among them, they act as they do in CPython, under a takeover too."""
    orders = [order for order in ORDERS if not {"text", "tree"} & set(order)]
    plain, under = (
        programs(PROGRAM.format(orders=orders, takeover=takeover, times=1), "-B", warnings="ignore")
        for takeover in (False, True)
    )
    assert plain == under
    both = {tuple(order): answer for order, answer in plain}["beartype", "typeguard"]
    assert both[:2] == [["typeguard"], ["typeguard"]]
