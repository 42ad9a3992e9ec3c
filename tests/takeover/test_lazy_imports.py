"""Lazy imports (PEP 810) under a takeover, and beside hooks: they do what they do without."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from loadstone._core.versions import HAS_LAZY_IMPORTS

from ..lazies import PROGRAMS, prints

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="there are no lazy imports before Python 3.15")


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_they_print_without(sandbox: Sandbox, program: str) -> None:
    """What is put off, what is loaded when, and every error are under a takeover as without."""
    assert prints(sandbox, "takeover", program) == prints(sandbox, "plain", program)


# What finds, changes or watches the modules of the programs in a way of its own.
HOOKS = {
    "tree": """
        import loadstone
        sys.path.remove("world")
        loadstone.install(loadstone.TreeFinder("world"))
    """,
    "source": """
        import pathlib, loadstone
        class Source(loadstone.SourceFinder):
            def file(self, fullname):
                base = pathlib.Path("world", *fullname.split("."))
                files = base / "__init__.py", base.with_suffix(".py")
                return next((file for file in files if file.exists()), None)
            def get_source(self, fullname):
                file = self.file(fullname)
                return file and file.read_text()
            def get_filename(self, fullname):
                return str(self.file(fullname).absolute())
            def is_package(self, fullname):
                return "__init__" in str(self.file(fullname))
        sys.path.remove("world")
        loadstone.install(Source())
    """,
    "transform": """
        import loadstone
        class Change(loadstone.Transform):
            def transform_source(self, text, spec):
                return text.rstrip() + "\\nchanged = True\\n"
            def transform_ast(self, tree, spec):
                return tree
        loadstone.install(Change(["pkg", "pkg.*", "mod", "late", "bad"]))
    """,
    "alias": """
        import loadstone
        loadstone.alias("another", "pkg")
        loadstone.block("forbidden", "to be seen")
    """,
    "when_imported": """
        import loadstone
        for pattern in ("pkg", "pkg.[!b]*", "mod", "late"):
            loadstone.when_imported(pattern, lambda module: None)
    """,
    "watch": """
        import loadstone
        class Wrap(loadstone.Interceptor):
            def intercept(self, spec):
                spec.loader = loadstone.WrappedLoader(spec.loader)
                return spec
        loadstone.install(Wrap(["pkg", "pkg.[!b]*", "mod", "late"]))
    """,
}
SOME = [
    *("dotted", "dotted as", "from package", "__lazy_modules__", "mode all", "a filter"),
    *("a missing submodule", "a module that fails"),
]


@pytest.mark.parametrize("program", SOME)
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("how", ["plain", "takeover"])
def test_programs_print_what_they_print_without_a_hook(
    sandbox: Sandbox, how: str, hook: str, program: str
) -> None:
    """Whichever hook finds, changes or watches the modules, with or without a takeover."""
    assert prints(sandbox, how, program, before=HOOKS[hook]) == prints(sandbox, "plain", program)


TAKEOVERS = pytest.mark.parametrize("first", ["", "loadstone.takeover()\n"], ids=["plain", "takeover"])


def said(sandbox: Sandbox, first: str, program: str) -> list[str]:
    """The lines that a program prints, after `first`, beside the modules of the package `lib`."""
    announce = "print('run', __name__)\n"
    files = {"lib/__init__": announce, "lib/sub": f"{announce}x = 1\n", "solo": f"{announce}x = 1\n"}
    sandbox.write({f"{name}.py": text for name, text in files.items()})
    result = sandbox.python("-W", "error", "-c", "import sys, loadstone\n" + first + dedent(program))
    assert result.stderr == ""
    return result.stdout.splitlines()


@TAKEOVERS
def test_an_alias_is_followed_at_the_first_use(sandbox: Sandbox, first: str) -> None:
    """A lazy import by another name is one of the module that it stands for; a block is felt at the use."""
    program = """
        loadstone.alias("nick", "lib")
        loadstone.block("solo", "for a reason")
        lazy import nick.sub
        lazy import nick.sub as s
        lazy from nick import sub
        lazy import solo
        print("declared")
        print(s.__name__, sub is s)
        print(nick is sys.modules["lib"], nick.sub is s)
        try:
            solo
        except ModuleNotFoundError as error:
            print(error)
            print(error.__cause__)
    """
    assert said(sandbox, first, program) == [
        *("declared", "run lib", "run lib.sub", "lib.sub True", "True True"),
        "import of solo is blocked: for a reason",
        "lazy import of 'solo' raised an exception during resolution",
    ]


@TAKEOVERS
def test_callbacks_come_at_the_first_use(sandbox: Sandbox, first: str) -> None:
    """A callback waits until what is lazily imported is, and is called once."""
    program = """
        for pattern in ("lib", "lib.*", "solo"):
            loadstone.when_imported(pattern, lambda module: print("called", module.__name__))
        lazy import lib.sub
        lazy from solo import x
        print("declared")
        lib
        print("package")
        lib.sub.x, lib.sub.x
        print("submodule")
        x
    """
    assert said(sandbox, first, program) == [
        *("declared", "run lib", "called lib", "package", "run lib.sub", "called lib.sub", "submodule"),
        *("run solo", "called solo"),
    ]


@TAKEOVERS
def test_a_transform_acts_at_the_first_use(sandbox: Sandbox, first: str) -> None:
    """What is lazily imported is transformed when it is, by what is installed then."""
    program = """
        lazy import lib.sub
        lazy from solo import x
        class Change(loadstone.Transform):
            def transform_source(self, text, spec):
                return text.replace("x = 1", "x = 2")
        loadstone.install(Change(["lib.*", "solo"]))
        print(lib.sub.x, x)
    """
    assert said(sandbox, first, program) == ["run lib", "run lib.sub", "run solo", "2 2"]


@TAKEOVERS
def test_lazily_imported_and_lazily_loaded(sandbox: Sandbox, first: str) -> None:
    """A module that loads at its first use does so, too, where its import waits for a use."""
    program = """
        loadstone.lazy("lib", "lib.*", "solo")
        lazy import solo
        lazy import lib.sub as s
        print("declared", "solo" in sys.modules)
        print(solo.__name__, "solo" in sys.modules, sorted(sys.lazy_modules & {"solo", "lib.sub"}))
        print(solo.x)
        print(s.x)
    """
    assert said(sandbox, first, program) == [
        *("declared False", "solo True ['lib.sub']", "run solo", "1"),
        *("run lib", "run lib.sub", "1"),
    ]


def test_what_was_declared_before_is_imported_by_loadstone(sandbox: Sandbox) -> None:
    """A takeover is in charge of what is used while it lasts, whenever that was declared."""
    program = """
        import traceback
        def engine():
            return any("_core" in entry.filename for entry in traceback.extract_stack())
        loadstone.when_imported("lib", lambda module: print(engine()))
        loadstone.when_imported("lib.*", lambda module: print(engine()))
        loadstone.when_imported("solo", lambda module: print(engine()))
        lazy import lib.sub
        lazy import solo
        handle = loadstone.takeover()
        lib
        print("lib.sub" in sys.modules)
        lib.sub
        handle.uninstall()
        solo
    """
    assert said(sandbox, "", program) == [
        *("run lib", "True", "False", "run lib.sub", "True"),
        *("run solo", "False"),
    ]


def test_an_eager_import_of_what_is_pending(sandbox: Sandbox) -> None:
    """A statement imports all of a name, and so do the verbs, whatever is bound lazily to it."""
    program = """
        lazy import lib.sub
        import lib.sub
        print(sorted(sys.lazy_modules & {"lib", "lib.sub"}))
        for name in ("lib.sub", "lib"):
            del sys.modules[name]
        lazy import lib.sub
        print(__import__("lib.sub", globals(), globals()).__name__, "lib.sub" in sys.modules)
        for name in ("lib.sub", "lib"):
            del sys.modules[name]
        lazy import lib.sub
        print(loadstone.import_module("lib.sub").__name__)
    """
    expected = said(sandbox, "", program)
    assert said(sandbox, "loadstone.takeover()\n", program) == expected
    assert expected == [
        *("run lib", "run lib.sub", "[]", "run lib", "run lib.sub", "lib True"),
        *("run lib", "run lib.sub", "lib.sub"),
    ]


@pytest.mark.parametrize("variable", [False, True], ids=["option", "variable"])
def test_in_mode_all_from_the_start(sandbox: Sandbox, variable: bool) -> None:
    """Where every import is lazy from the start, loadstone's own among them, a takeover works."""
    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": "x = 1\n"})
    program = "import loadstone\nloadstone.takeover()\nimport pkg.sub\nfrom pkg import sub\nimport wave\n"
    program += "import sys\nprint('pkg' in sys.modules)\nprint(pkg.sub.x, sub.x, wave.__name__)"
    options = [] if variable else ["-X", "lazy_imports=all"]
    env = {"PYTHON_LAZY_IMPORTS": "all"} if variable else {}
    result = sandbox.python(*options, "-W", "error", "-c", program, **env)
    assert (result.stdout, result.stderr) == ("False\n1 1 wave\n", "")
