"""Programs with lazy imports (PEP 810), to be run in different ways that should print the same.

Their source is in strings, since older Pythons cannot read it.
"""

from __future__ import annotations

import re
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Sandbox

RUN = "print('run', __name__)\n"

MODULES = {
    "look.py": '''
        import sys, traceback, types

        OURS = "app bad getter late missing mod pkg replaced ring rings space user worse".split()

        def ours(names):
            return sorted(name for name in names if name.partition(".")[0] in OURS)

        def pending():
            print("pending", *ours(sys.lazy_modules))

        def state(namespace):
            pending()
            print("loaded", *ours(sys.modules))
            for name, value in sorted(namespace.items()):
                if type(value) is types.LazyImportType:
                    print("  lazy", name, repr(value))

        def frames(error):
            entries = traceback.extract_tb(error.__traceback__)
            return [(entry.filename.replace("\\\\", "/").rpartition("/")[2], entry.lineno, entry.name)
                    for entry in entries
                    if entry.filename != __file__ and not entry.filename.startswith("<frozen importlib")]

        def attempt(function, *arguments):
            """What it returns, or how it fails: each error of the chain, and what its traceback shows."""
            try:
                print("value", function(*arguments))
            except BaseException as error:
                print(type(error).__name__, error, getattr(error, "name", ""), frames(error))
                print(*getattr(error, "__notes__", ()))
                while error := error.__cause__ or (not error.__suppress_context__ and error.__context__):
                    # What the import system meets on its way has a frame of its own.
                    own = [frame for frame in frames(error) if frame[2] != "_find_and_load"]
                    print("  from", type(error).__name__, error, own)

        def execute(source, namespace):
            attempt(exec, source, namespace)
    ''',
    "mod.py": RUN + "x = 1\ny = 2\n",
    "late.py": RUN + "x = 1\ny = 2\n",
    "pkg/__init__.py": RUN + "value = 1\n",
    "pkg/sub.py": RUN + "x = __name__\n",
    "pkg/other.py": RUN + "x = __name__\n",
    "pkg/broken.py": RUN + "1 / 0\n",
    "pkg/deep/__init__.py": RUN,
    "pkg/deep/leaf.py": RUN + "x = __name__\n",
    "app/__init__.py": RUN,
    "app/one.py": RUN + "x = 'one'\n",
    "app/two.py": RUN + "x = 'two'\n",
    "bad.py": RUN + "1 / 0\n",
    "worse.py": "x = (\n",
    "space/part.py": RUN,
    "getter/sub.py": RUN,
    "getter/broken.py": RUN + "1 / 0\n",
    "getter/__init__.py": RUN
    + """
def __getattr__(name):
    print("asked", name)
    if name.startswith("no"):
        raise AttributeError("not by me: " + name)
    return name * 2
""",
    "replaced.py": RUN
    + """
import sys, types
new = sys.modules["replaced"] = types.ModuleType("replaced")
new.x = "another"
""",
    "user.py": RUN + "lazy import mod\nlazy from pkg.deep import leaf\n__all__ = ['mod', 'leaf']\n",
    "ring/__init__.py": "",
    "ring/a.py": "lazy import ring.b as b\nlazy from ring import b as c\n" + RUN,
    "ring/b.py": RUN + "from ring import a\nlazy import ring.a as again\nsame = again is a\n",
    "rings/__init__.py": "import rings.part\n",
    "rings/part.py": "import rings\nrings.nothing\n",
}

PROGRAMS = {
    "import": """
        lazy import mod
        look.state(globals())
        print(mod.x)
        look.state(globals())
    """,
    "import as": """
        lazy import mod as m, late as l
        look.state(globals())
        print(m.x)
        look.state(globals())
    """,
    "dotted": """
        lazy import pkg.sub
        look.state(globals())
        print(pkg.value)
        look.state(globals())
        look.attempt(lambda: pkg.other)
        look.attempt(lambda: pkg.sub.x)
        look.state(globals())
    """,
    "several of one package": """
        lazy import pkg.sub
        lazy import pkg.other
        lazy import pkg.deep.leaf
        look.state(globals())
        print(pkg.other.x)
        look.state(globals())
        print(pkg.deep.leaf.x)
        look.state(globals())
    """,
    "dotted as": """
        lazy import pkg.sub as s
        lazy import pkg.deep.leaf as l
        look.state(globals())
        print(s.x)
        look.state(globals())
        print(l.x)
        look.state(globals())
    """,
    "dotted as, with many names": "\n".join(f"n{number} = {number}" for number in range(300))
    + """
lazy import pkg.deep.leaf as l
look.pending()
print(l.x)
lazy import pkg.sub
print(pkg.value)
look.pending()
""",
    "dotted, one after the other": """
        lazy import pkg.deep.leaf as l
        import pkg
        look.state(globals())
        print(hasattr(pkg, "deep"), hasattr(pkg, "sub"))
        look.state(globals())
        print(pkg.deep.leaf.x)
        look.state(globals())
    """,
    "from": """
        lazy from mod import x, y as z
        look.state(globals())
        print(x)
        look.state(globals())
        print(z)
        look.state(globals())
    """,
    "from package": """
        lazy from pkg import sub, value, other as o
        lazy from pkg.deep import leaf
        look.state(globals())
        print(value)
        look.state(globals())
        print(sub.x, o.x)
        look.state(globals())
        print(leaf.x)
        look.state(globals())
    """,
    "from, relative": """
        lazy from . import one
        lazy from .two import x
        look.state(globals())
        print(one.x, x)
        look.state(globals())
        look.execute("lazy from .. import one", globals())
        look.execute("lazy from ...x import one", globals())
    """,
    "from, relative to nothing": """
        look.execute("lazy from . import one", {"__package__": "", "__builtins__": __builtins__})
    """,
    "what is loaded": """
        import mod, pkg, pkg.sub
        lazy import mod as m
        lazy import pkg.sub as s
        lazy import pkg.other
        lazy from mod import x, nothing
        lazy from pkg import sub, other as o
        look.state(globals())
        print(m.x, s.x, x, sub.x, pkg.other.x, o.x)
        look.attempt(lambda: nothing)
        look.state(globals())
    """,
    "what is loaded meanwhile": """
        lazy import pkg.sub
        lazy from mod import x, y
        import pkg.sub
        import mod
        look.state(globals())
        print(x)
        look.state(globals())
        del sys.modules["pkg.sub"], pkg.sub
        look.attempt(lambda: pkg.sub)
        lazy import pkg.sub
        print(pkg.sub.x)
    """,
    "a name that others use": """
        lazy import pkg.sub as s
        from pkg import sub
        look.state(globals())
        lazy import getter.sub
        print(getter.anything)
        look.pending()
        print(getter.sub)
        look.attempt(lambda: getter.nothing)
        lazy from getter import foo, nope
        print(foo)
        look.attempt(lambda: nope)
        look.pending()
        lazy import getter.no_module as n, getter.some_name as s, getter.broken as b
        import getter
        look.attempt(lambda: getter.no_module)
        look.attempt(lambda: n)
        look.attempt(lambda: getter.some_name)
        look.attempt(lambda: s)
        look.attempt(lambda: getter.broken)
        look.attempt(lambda: b)
    """.replace("print(getter.sub)", "print(getter.sub.__name__)"),
    "__lazy_modules__": """
        __lazy_modules__ = ["mod", "pkg.sub", "pkg"]
        import mod
        import late
        import pkg.sub
        from pkg import other
        import pkg.deep
        look.state(globals())
        print(mod.x, pkg.sub.x, other.x)
        look.state(globals())
        __lazy_modules__ = 3
        look.execute("import bad", globals())
    """,
    "mode all": """
        sys.set_lazy_imports("all")
        import mod
        import pkg.sub as s
        from pkg import other
        from late import *
        try:
            import bad
        except ZeroDivisionError:
            print("not lazy in try")
        def function():
            import getter
        function()
        sys.set_lazy_imports("normal")
        look.state(globals())
        print(mod.x, s.x, other.x)
        look.state(globals())
    """,
    "a filter": """
        def decide(*arguments):
            print("decide", arguments)
            return arguments[1] != "mod"
        sys.set_lazy_imports_filter(decide)
        lazy import mod
        lazy from mod import x as e
        lazy import pkg.sub
        lazy import pkg.sub as s
        lazy from pkg import other, value
        lazy from .app import one
        __lazy_modules__ = ["late"]
        import late
        __lazy_import__("pkg.deep")
        sys.set_lazy_imports_filter(None)
        look.state(globals())
        print(pkg.sub.x, s.x, other.x)
        look.state(globals())
    """.replace("        lazy from .app import one\n", ""),
    "a filter of relative imports": """
        def decide(*arguments):
            print("decide", arguments)
            return "two" not in arguments[1]
        sys.set_lazy_imports_filter(decide)
        lazy from . import one
        lazy from .two import x
        sys.set_lazy_imports_filter(None)
        look.state(globals())
    """,
    "a filter in mode all": """
        import user
        def decide(*arguments):
            print("decide", arguments)
            return arguments[1] != "mod"
        sys.set_lazy_imports_filter(decide)
        sys.set_lazy_imports("all")
        import mod
        import pkg.sub
        from pkg import other
        sys.set_lazy_imports("normal")
        sys.set_lazy_imports_filter(None)
        look.state(globals())
        print(other.x)
    """,
    "a filter that fails": """
        def decide(*arguments):
            raise KeyError("no")
        sys.set_lazy_imports_filter(decide)
        look.execute("lazy import mod", globals())
        look.execute("lazy from pkg import sub", globals())
        sys.set_lazy_imports_filter(None)
        look.state(globals())
    """,
    "a filter that refuses what fails": """
        sys.set_lazy_imports_filter(lambda *arguments: False)
        look.execute("lazy import bad", globals())
        look.execute("lazy import missing", globals())
        look.execute("lazy from mod import nothing", globals())
        sys.set_lazy_imports_filter(None)
        look.state(globals())
    """,
    "a missing module": """
        lazy import missing
        lazy import missing.part as m
        look.attempt(lambda: missing)
        look.attempt(lambda: missing)
        look.attempt(lambda: m)
        look.state(globals())
        sys.path.append("more")
        look.attempt(lambda: missing)
    """,
    "a missing submodule": """
        lazy import pkg.missing
        lazy import pkg.missing as m, pkg.deep.missing as d
        lazy from pkg.missing import x
        look.attempt(lambda: pkg)
        look.attempt(lambda: pkg.missing)
        print(hasattr(pkg, "missing"), getattr(pkg, "missing", "default"))
        look.execute("from pkg import missing", {"__builtins__": __builtins__})
        look.attempt(lambda: m)
        look.attempt(lambda: x)
        look.attempt(lambda: pkg.deep)
        look.attempt(lambda: pkg.deep.missing)
        look.attempt(lambda: d)
        look.state(globals())
    """,
    "a submodule of what is no package": """
        lazy import mod.x as m
        lazy import mod.x
        look.attempt(lambda: m)
        look.attempt(lambda: mod)
        look.state(globals())
    """,
    "a missing name": """
        lazy from mod import nothing
        lazy from pkg import nothing as n, broken
        look.attempt(lambda: nothing)
        look.attempt(lambda: n)
        look.attempt(lambda: nothing)
        import pkg
        look.attempt(lambda: pkg.nothing)
        print(hasattr(pkg, "nothing"))
        look.state(globals())
        look.attempt(lambda: broken)
        look.state(globals())
    """,
    "a module that fails": """
        lazy import bad
        lazy from bad import x
        lazy import worse
        lazy import pkg.broken as b
        import pkg
        look.attempt(lambda: bad)
        look.attempt(lambda: bad.x)
        look.attempt(lambda: x)
        look.attempt(lambda: worse)
        look.attempt(lambda: pkg.broken)
        look.attempt(lambda: b)
        look.state(globals())
    """,
    "None in sys.modules": """
        sys.modules["mod"] = None
        lazy import mod
        lazy from mod import x
        look.state(globals())
        look.attempt(lambda: mod)
        look.attempt(lambda: x)
    """,
    "what replaces itself": """
        lazy import replaced
        lazy from replaced import x
        print(x, replaced.x)
        look.state(globals())
    """,
    "a namespace package": """
        lazy import space.part
        look.state(globals())
        print(space.part.__name__)
        look.state(globals())
        look.attempt(lambda: space.nothing)
    """,
    "names that are deleted and bound anew": """
        lazy import mod
        del mod
        look.state(globals())
        look.attempt(lambda: mod)
        lazy import late
        late = 3
        print(late)
        look.state(globals())
    """,
    "lazy objects": """
        lazy import mod
        lazy from pkg import sub
        me = sys.modules[__name__]
        print("mod" in dir(), repr(globals()["mod"]), repr(vars(me)["sub"]))
        look.state(globals())
        print(globals()["mod"].resolve().x, type(globals()["mod"]).__name__)
        print(getattr(me, "sub").x)
        look.state(globals())
        lazy import late
        elsewhere = {"late": globals()["late"], "__builtins__": __builtins__}
        exec("print(late.x)", elsewhere)
        look.state(elsewhere)
    """,
    "names of another module": """
        import user
        look.state(vars(user))
        from user import mod
        look.state(globals())
        print(mod.x, user.leaf.x)
        look.state(vars(user))
        from user import *
        print(leaf is user.leaf)
    """,
    "a circle": """
        lazy import ring.a
        print(ring.a.b.same)
        look.state(globals())
        lazy import prog as me
        print(me is sys.modules[__name__])
    """,
    "where it is not allowed": """
        def function():
            exec("lazy import mod")
        look.attempt(function)
        def function():
            exec("lazy import mod", globals(), {})
        look.attempt(function)
        def function():
            exec("lazy import mod", globals())
            print(mod.x)
        look.attempt(function)
        look.attempt(lambda: __lazy_import__("mod"))
        class Class:
            look.attempt(exec, "lazy import late", globals(), {})
        look.attempt(compile, "def f():\\n lazy import mod", "x", "exec")
        look.attempt(compile, "lazy from mod import *", "x", "exec")
    """,
    "calls": """
        def show(*arguments):
            try:
                print(repr(__lazy_import__(*arguments)))
            except Exception as error:
                print(type(error).__name__, error)
        for arguments in (3,), ("",), ("mod",):
            show(*arguments)
        for level in (3, -1):
            show("x", globals(), None, None, level)
        m = __lazy_import__("mod")
        s = __lazy_import__("pkg.sub", globals(), None, ("x",))
        look.pending()
        print(repr(globals()["m"]))
        print(m.x, s.x)
        look.pending()
    """,
    "errors of packages": """
        import pkg, pkg.deep, mod, getter
        look.attempt(lambda: pkg.nothing)
        look.attempt(lambda: pkg.deep.nothing)
        look.attempt(lambda: mod.nothing)
        look.attempt(lambda: getter.nothing)
        look.attempt(getattr, pkg, "a.b")
        look.attempt(getattr, pkg, 3)
        look.attempt(lambda: pkg.__nothing__)
        print(hasattr(pkg, "sub"), hasattr(pkg, "__all__"), getattr(pkg, "nothing", 0))
        pkg.__spec__ = None
        look.attempt(lambda: pkg.nothing)
        del pkg.__spec__, pkg.__name__
        look.attempt(lambda: pkg.nothing)
        pkg.__name__ = 3
        look.attempt(lambda: pkg.nothing)
        look.execute("import rings", {"__builtins__": __builtins__})
        look.execute("import rings.part", {"__builtins__": __builtins__})
    """,
    "shared names": """
        lazy import json.tool
        lazy import wave, colorsys as c
        lazy from email import message
        print(json.tool.__name__, json.__name__, wave.__name__, c.__name__, message.__name__)
        lazy import sys as s
        lazy from sys import modules, lazy_modules
        lazy import os.path as p
        print(s.modules is sys.modules is modules, lazy_modules is sys.lazy_modules, p.__name__ != "")
    """,
}

IN_PACKAGE = {"from, relative", "a filter of relative imports"}

DRIVER = """
import sys
how, name, before = sys.argv[1:]
if how == "isolated":
    import loadstone
    loadstone.ImportSystem.isolated(["world"]).import_module(name)
else:
    if how == "takeover":
        import loadstone
        loadstone.takeover()
    sys.path.insert(0, "world")
    exec(before)
    __import__(name)
"""


def prints(sandbox: Sandbox, how: str, program: str, *, before: str = "") -> list[str]:
    """The lines that a program prints, which must not fail.

    `how` is ``plain``, ``takeover`` or ``isolated``; `before` is what is executed before it.
    """
    name = "app.prog" if program in IN_PACKAGE else "prog"
    source = "import look, sys\n" + dedent(PROGRAMS[program])
    files = {**MODULES, f"{name.replace('.', '/')}.py": source, "../more/missing/__init__.py": "x = 1\n"}
    sandbox.write({f"world/{file}": text for file, text in files.items()})
    result = sandbox.python("-W", "error", "-c", DRIVER, how, name, dedent(before))
    assert result.stderr == "", f"{how}: {result.stdout}{result.stderr}"
    return re.sub("0x[0-9a-fA-F]+", "0x", result.stdout).splitlines()
