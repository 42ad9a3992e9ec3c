"""Beside wrapt's post-import hooks, six.moves and importlib_resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import Programs

TRANSFORM = "loadstone.install(Mark(['mod', 'pkg', 'pkg.*']))"
WRAPT = "import wrapt; wrapt.register_post_import_hook(seen.append, 'mod')"
CALLBACK = "loadstone.when_imported('mod', called.append)"


@pytest.mark.parametrize("first", ["wrapt", "loadstone"])
@pytest.mark.parametrize("load", ["importlib.import_module('mod')", "loadstone.import_module('mod')"])
def test_wrapts_hooks_and_ours_all_act(programs: Programs, first: str, load: str) -> None:
    """The module is transformed, wrapt's hook and ours are called once, no wrapper is left (wrapt #221)."""
    programs.sandbox.write({"mod.py": "x = 41\n"})
    ours = f"{TRANSFORM}\n{CALLBACK}"
    lines = f"{WRAPT}\n{ours}" if first == "wrapt" else f"{ours}\n{WRAPT}"
    told = programs(
        f"""
import importlib, importlib.machinery
from mark import Mark, loadstone, tell
seen, called = [], []
{lines}
mod = {load}
loader = mod.__loader__
tell([
    [module.x for module in seen], [module.x for module in called],
    type(loader) is type(mod.__spec__.loader), isinstance(loader, importlib.machinery.SourceFileLoader),
    type(loader).__module__.partition(".")[0], loader.get_code("mod") is not None,
])
""",
        warnings="ignore",
    )
    assert told == [[42], [42], True, True, "loadstone", True]


@pytest.mark.parametrize("first", ["wrapt", "loadstone"])
def test_a_wrapped_module_runs_as_a_script(programs: Programs, first: str) -> None:
    """`runpy` gets the changed code through wrapt's wrapper (wrapt #238)."""
    programs.sandbox.write({"mod.py": "value = 41\n"})
    lines = f"{WRAPT}\n{TRANSFORM}" if first == "wrapt" else f"{TRANSFORM}\n{WRAPT}"
    told = programs(
        f"""
import runpy
from mark import Mark, loadstone, tell
seen = []
{lines}
tell(runpy.run_module("mod")["value"])
""",
        warnings="ignore",
    )
    assert told == 42


@pytest.mark.parametrize("first", ["wrapt", "loadstone"])
def test_hooks_that_import_while_they_look_do_not_deadlock(programs: Programs, first: str) -> None:
    """wrapt's re-entered `find_spec` and a transform that imports get along (dd-trace-py #17742)."""
    programs.sandbox.write({f"many{number}.py": "x = 41" for number in range(8)})
    register = "import wrapt; [wrapt.register_post_import_hook(seen.append, f'many{n}') for n in range(8)]"
    transform = "loadstone.install(Busy('many*'))"
    lines = f"{register}\n{transform}" if first == "wrapt" else f"{transform}\n{register}"
    told = programs(
        f"""
import importlib, threading
from mark import Mark, loadstone, tell
class Busy(Mark):
    def intercept(self, spec):
        import colorsys
        return super().intercept(spec)
    def transform_ast(self, tree, spec):
        importlib.util.find_spec("many0")
        import wave
        return super().transform_ast(tree, spec)
seen = []
{lines}
def work():
    for number in range(8):
        importlib.import_module(f"many{{number}}")
threads = [threading.Thread(target=work, daemon=True) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join(60)
tell([sorted(module.x for module in seen), any(thread.is_alive() for thread in threads)])
""",
        warnings="ignore",
    )
    assert told == [[42] * 8, False]


@pytest.mark.parametrize("first", ["six", "loadstone"])
def test_six_moves_pass_intact(programs: Programs, first: str) -> None:
    """What six makes without source is imported as it is, without a warning; six itself is transformed."""
    lines = ["import six", "loadstone.install(Mark(['six', 'six.*']))"]
    if first == "loadstone":
        lines.reverse()
    told = programs(
        """
import urllib.parse, queue, collections.abc
from mark import Mark, loadstone, sys, tell
{}
import six.moves.urllib.parse
from six.moves import queue as moved, range
tell([moved is queue, six.moves.urllib.parse.quote is urllib.parse.quote, range is __builtins__.range,
      hasattr(sys.modules["six"], "tree_mark")])
""".format("\n".join(lines)),
        warnings="error::SyntaxWarning" if first == "loadstone" else "ignore",
    )
    assert told == [True, True, True, first == "loadstone"]


@pytest.mark.parametrize("first", ["importlib_resources", "loadstone"])
@pytest.mark.parametrize("where", ["", "files.zip"])
def test_importlib_resources_reads_beside_transformed_modules(
    programs: Programs, first: str, where: str
) -> None:
    """Resources of a package that is transformed are found, on disk and in a zip file."""
    import zipfile

    if where:
        with zipfile.ZipFile(programs.sandbox.root / where, "w") as archive:
            archive.writestr("pkg/__init__.py", "x = 41")
            archive.writestr("pkg/data.txt", "data")
    else:
        programs.sandbox.write({"pkg/__init__.py": "x = 41", "pkg/data.txt": "data"})
    lines = ["import importlib_resources", TRANSFORM]
    if first == "loadstone":
        lines.reverse()
    told = programs(
        """
from mark import Mark, loadstone, sys, tell
sys.path.insert(0, {!r})
{}
import pkg, importlib.resources
tell([pkg.x, importlib_resources.files("pkg").joinpath("data.txt").read_text(),
      importlib.resources.files(pkg).joinpath("data.txt").read_text()])
""".format(where, "\n".join(lines))
    )
    assert told == [42, "data", "data"]
