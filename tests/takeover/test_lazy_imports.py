"""Lazy imports (PEP 810, Python 3.15) under takeover, beside hooks of every kind, are the interpreter's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadstone._core.versions import HAS_LAZY_IMPORTS

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="lazy imports came with Python 3.15")

FILES = {
    "pkg/__init__.py": "print('executing pkg')",
    "pkg/sub.py": "print('executing pkg.sub')\nx = 1",
    "pkg/deep/__init__.py": "print('executing pkg.deep')",
    "pkg/deep/er.py": "print('executing pkg.deep.er')\ny = 2",
    "marked.py": "__lazy_modules__ = ['pkg', 'pkg.sub']\nimport pkg.sub\nfrom pkg import deep",
    "broken.py": "1 / 0",
}

PROGRAM = """
import sys
def pending():
    return sorted(name for name in sys.lazy_modules if name.partition(".")[0] in ("pkg", "marked", "broken"))
def attempt(code):
    try:
        print(code, "->", eval(code, globals()))
    except BaseException as error:
        print(code, "!!", type(error).__name__, error, "<-", repr(error.__cause__))
lazy import pkg.deep.er
lazy import pkg.sub as sub
lazy from pkg.sub import x, nothing
lazy import broken
lazy import nowhere
print(pending())
pkg
print(pending())
for code in "pkg.deep.er.y", "sub.x", "x", "nothing", "broken", "nowhere", "pkg.nowhere":
    attempt(code)
print(pending())
lazy import marked
marked
print(type(vars(marked)["deep"]).__name__, marked.deep.__name__, marked.pkg.sub.x)
asked = []
sys.set_lazy_imports_filter(lambda *arguments: asked.append(arguments) or arguments[1] != "colorsys")
lazy import colorsys
lazy import graphlib
print(asked, "colorsys" in sys.modules, "graphlib" in sys.modules)
sys.set_lazy_imports_filter(None)
sys.set_lazy_imports("all")
exec("import wave", globals())
print("wave" in sys.modules, wave.__name__, "wave" in sys.modules)
"""

HOOKS = {
    "none": "",
    "tree": "loadstone.install(loadstone.TreeFinder(loadstone.MemoryTree({'other.py': ''})), first=True)",
    "source": """
class Source(loadstone.SourceFinder):
    def get_source(self, fullname):
        return None
loadstone.install(Source(), first=True)
""",
    "transform": """
class Nothing(loadstone.Transform):
    def transform_source(self, text, spec):
        return text
loadstone.install(Nothing())
""",
    "alias": "loadstone.alias('packages', 'pkg')",
    "when imported": "loadstone.when_imported('pkg.sub', lambda module: None)",
}


@pytest.mark.parametrize("hook", HOOKS)
def test_what_is_lazy_is_as_without(sandbox: Sandbox, hook: str) -> None:
    """What is put off, when it is executed, and what fails is the same plain, with a hook, and taken over."""
    sandbox.write({**FILES, "program.py": PROGRAM})
    start = f"import loadstone\n{HOOKS[hook]}\n"
    run = "\nexec(compile(open('program.py').read(), 'program.py', 'exec'))\n"
    sandbox.write({"plain.py": f"import loadstone{run}", "hooked.py": start + run})
    sandbox.write({"taken.py": f"{start}loadstone.takeover(){run}"})
    outputs = [sandbox.python("-B", name) for name in ("plain.py", "hooked.py", "taken.py")]
    plain = outputs[0]
    assert plain.stdout.count("executing") == 4
    for other in outputs[1:]:
        assert (other.stdout, other.stderr) == (plain.stdout, plain.stderr)
