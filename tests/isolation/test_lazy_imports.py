"""Lazy imports (PEP 810) in isolated systems: they do what they do elsewhere, and keep to their system."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from ..lazies import PROGRAMS, prints

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_they_print_elsewhere(sandbox: Sandbox, program: str) -> None:
    """What is put off, what is loaded when, and every error are in an isolated system as in the live one."""
    assert prints(sandbox, "isolated", program) == prints(sandbox, "plain", program)


LAZIES = "lazy import pkg.sub as s\nlazy import pkg.deep.leaf\nlazy from pkg import other, value, late\n"
USES = "[s.x, pkg.deep.leaf.x, other.x, value, late]"

# The live system and others have packages of one name; `declare` and `use` do so in the system of a name.
SYSTEMS = f"""
import sys, loadstone
from loadstone import ImportSystem

sys.path.insert(0, "live")
systems = {{name: ImportSystem.isolated([name]) for name in ("one", "two")}}
names = {{"live": {{"__name__": "user"}}}}
for name, system in systems.items():
    names[name] = {{"__name__": "user", "__builtins__": system.builtins}}

def declare(name):
    exec({LAZIES!r}, names[name])

def use(name):
    values = eval({USES!r}, names[name])
    assert values == [name] * 5, (name, values)

def pending(name):
    lazy_modules = (sys if name == "live" else systems[name].state).lazy_modules
    return sorted(known for known in lazy_modules if known.partition(".")[0] == "pkg")

def loaded(name):
    modules = sys.modules if name == "live" else systems[name].modules
    return sorted(known for known in modules if known.partition(".")[0] == "pkg")
"""

ALL = ["pkg", "pkg.deep.leaf", "pkg.late", "pkg.other", "pkg.sub", "pkg.value"]


@pytest.fixture
def places(sandbox: Sandbox) -> Sandbox:
    """A sandbox with a package of one name for three systems."""
    for name in ("live", "one", "two"):
        own = f"x = {name!r}\n"
        package = f"value = {name!r}\ndef __getattr__(attribute):\n"
        package += (
            f"    if attribute == 'late':\n        return {name!r}\n    raise AttributeError(attribute)\n"
        )
        modules = {"__init__": package, "sub": own, "other": own, "deep/__init__": "", "deep/leaf": own}
        sandbox.write({f"{name}/pkg/{module}.py": text for module, text in modules.items()})
    return sandbox


def run(sandbox: Sandbox, program: str) -> None:
    """Run a program that begins with `SYSTEMS`, and asserts."""
    result = sandbox.python("-W", "error", "-c", SYSTEMS + dedent(program))
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""


@pytest.mark.parametrize("order", ["live one two", "one live two", "two one live"])
@pytest.mark.parametrize("uses", ["live one two", "two one live", "one"])
def test_each_system_has_its_own(places: Sandbox, order: str, uses: str) -> None:
    """Whoever declares first and uses first, each system loads its own, and those of others stay pending."""
    run(
        places,
        f"""
        for name in {order.split()}:
            declare(name)
        for name in names:
            assert (pending(name), loaded(name)) == ({ALL}, []), (name, pending(name), loaded(name))
        for number, name in enumerate({uses.split()}):
            use(name)
            assert set(loaded(name)) == {{"pkg", "pkg.deep", "pkg.deep.leaf", "pkg.other", "pkg.sub"}}
            assert pending(name) == []
            for other in set(names) - set({uses.split()}[: number + 1]):
                assert (pending(other), loaded(other)) == ({ALL}, []), (other, pending(other), loaded(other))
        """,
    )


@pytest.mark.parametrize("before", ["nothing", "import pkg", "import pkg.sub, pkg.other, pkg.deep.leaf"])
@pytest.mark.parametrize("who", ["live", "one"])
def test_what_another_system_has_loaded_is_not_taken(places: Sandbox, before: str, who: str) -> None:
    """A module that is loaded in one system is pending, and loaded again, in another."""
    statement = "" if before == "nothing" else before
    other = "one" if who == "live" else "live"
    run(
        places,
        f"""
        exec({statement!r}, names[{who!r}])
        declare({other!r})
        assert (pending({other!r}), loaded({other!r})) == ({ALL}, [])
        use({other!r})
        declare({who!r})
        use({who!r})
        """,
    )


def test_the_names_of_the_live_system_are_untouched(places: Sandbox) -> None:
    """What a system declares, uses and fails to find leaves what is pending in the live one as it is."""
    run(
        places,
        """
        import traceback
        exec(compile("\\n" * 8 + "lazy import pkg.missing as m\\nlazy from pkg import late as l",
                     "live.py", "exec"), names["live"])
        table, before = sys.lazy_modules, set(sys.lazy_modules)
        declare("one")
        exec("lazy import pkg\\nlazy import pkg.missing\\nlazy import nowhere\\nlazy from nowhere.a import b",
             names["one"])
        use("one")
        for expression in ("pkg.missing", "nowhere", "b"):
            try:
                eval(expression, names["one"])
            except (ImportError, AttributeError):
                pass
            else:
                raise AssertionError(expression)
        assert sys.lazy_modules is table
        assert table == before
        import pkg
        del pkg.__getattr__
        try:
            pkg.missing
        except ModuleNotFoundError as error:
            (frame,) = traceback.extract_tb(error.__cause__.__traceback__)
            assert (frame.filename, frame.lineno, frame.name) == ("live.py", 9, "<module>"), frame
        try:
            pkg.late
        except AttributeError as error:
            assert str(error) == "module 'pkg' has no attribute 'late'"
        assert set(loaded("live")) == {"pkg"}
        exec("lazy import pkg.sub as s", names["live"])
        exec("lazy import pkg.other as o", names["two"])
        assert eval("o", names["two"]).x == "two"
        assert pkg.sub.x == "live"
        """,
    )


def test_a_package_lacks_what_is_pending_elsewhere(places: Sandbox) -> None:
    """A package is not given the submodule that another system has put off, nor is it imported there."""
    places.write({"one/bare/__init__.py": "", "live/bare/__init__.py": "", "live/bare/sub.py": "x = 1\n"})
    run(
        places,
        """
        exec("lazy import bare.sub as s\\nlazy import bare.deep.leaf as l", names["live"])
        exec("lazy import bare.sub as s", names["two"])
        bare = systems["one"].import_module("bare")
        for attribute in ("sub", "deep"):
            assert not hasattr(bare, attribute)
            try:
                getattr(bare, attribute)
            except AttributeError as error:
                assert str(error) == f"module 'bare' has no attribute {attribute!r}"
                assert (error.name, error.obj, error.__traceback__.tb_next) == (attribute, bare, None)
            else:
                raise AssertionError
        package = systems["one"].import_module("pkg")
        exec("lazy import pkg.late as s", names["live"])
        assert package.late == "one"
        assert "bare" not in sys.modules
        assert "bare.sub" in sys.lazy_modules
        """,
    )


def test_a_package_may_have_any_names(places: Sandbox) -> None:
    """Whatever a package calls its own, its attributes are those, and it is a package to everybody."""
    places.write(
        {
            "one/odd/__init__.py": "_pending = names = get = submodule = 'mine'\nlazy import odd.sub as o\n",
            "one/odd/sub.py": "",
        }
    )
    run(
        places,
        """
        import copy, inspect, types
        odd = systems["one"].import_module("odd")
        assert {odd._pending, odd.names, odd.get, odd.submodule} == {"mine"}
        assert not hasattr(systems["one"].import_module("pkg"), "_pending")
        assert odd.o is odd.sub is systems["one"].modules["odd.sub"]
        assert isinstance(odd, types.ModuleType) and inspect.ismodule(odd)
        assert repr(odd).startswith("<module 'odd' from ") and repr(type(odd)) == "<class 'module'>"
        assert "sub" in dir(odd) and "o" in vars(odd)
        odd.get = 3
        del odd.names
        assert odd.get == 3 and not hasattr(odd, "names")
        """,
    )


def test_sys_inside_is_the_systems(places: Sandbox) -> None:
    """`sys.lazy_modules` inside is the system's own, by any way to `sys`; the mode is shared."""
    places.write(
        {
            "one/inside.py": "import sys\nlazy import pkg.sub\nlazy from sys import lazy_modules\n"
            "lazy import sys as s\nseen = set(sys.lazy_modules)\n"
        }
    )
    run(
        places,
        """
        inside = systems["one"].import_module("inside")
        assert inside.seen == {"pkg.sub"}
        assert inside.lazy_modules is inside.s.lazy_modules is inside.sys.lazy_modules
        assert inside.lazy_modules is not sys.lazy_modules
        inside.sys.set_lazy_imports("all")
        assert sys.get_lazy_imports() == "all"
        inside.sys.set_lazy_imports("normal")
        """,
    )


def test_shared_modules_are_the_live_ones(places: Sandbox) -> None:
    """What is shared is loaded at its first use, in the live system; views take the places of a few."""
    run(
        places,
        """
        own = names["one"]
        for names in ("wave", "wsgiref.util as u", "json.tool", "loadstone.util"):
            exec(f"lazy import {names}", own)
        exec("lazy from loadstone import import_module", own)
        assert not {"wave", "wsgiref", "json.tool"} & set(sys.modules)
        found = eval("[wave, u, json.tool]", own)
        assert found == [sys.modules[name] for name in ("wave", "wsgiref.util", "json.tool")]
        assert eval("import_module('pkg').value", own) == "one"
        assert eval("loadstone.import_module('pkg')", own) is systems["one"].modules["pkg"]
        assert eval("loadstone.util.find_spec('pkg')", own) is systems["one"].modules["pkg"].__spec__
        """,
    )


def test_threads_load_once(places: Sandbox) -> None:
    """Threads of two systems that use pending names at once load each module once in each system."""
    places.write(
        {
            f"{name}/slow/{module}.py": "import builtins, time\ntime.sleep(0.1)\n"
            f"builtins.runs.append({name!r})\n"
            for name in ("live", "one")
            for module in ("__init__", "sub", "other")
        }
    )
    run(
        places,
        """
        import builtins, threading
        builtins.runs = []
        for name in ("live", "one"):
            exec("lazy import slow.sub\\nlazy from slow import other", names[name])
        barrier, errors = threading.Barrier(8), []

        def work(name, expression):
            barrier.wait()
            try:
                eval(expression, names[name])
            except BaseException as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(name, expression))
                   for name in ("live", "one") for expression in ("slow.sub", "other") * 2]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert errors == [], errors
        assert sorted(builtins.runs) == ["live"] * 3 + ["one"] * 3, builtins.runs
        """,
    )


def test_threads_declare_beside_a_filter(places: Sandbox) -> None:
    """Systems that declare at once ask the filter once for each statement, and leave it in its place."""
    run(
        places,
        """
        import threading
        asked = []
        def decide(*arguments):
            asked.append(arguments)
            return True
        sys.set_lazy_imports_filter(decide)
        code = "\\n".join(f"lazy import pkg.m{number}" for number in range(200))
        threads = [threading.Thread(target=exec, args=(code, names[name])) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sys.get_lazy_imports_filter() is decide
        ours = [arguments for arguments in asked if arguments[0] == "user"]
        assert len(ours) == 400 and set(ours) == {("user", f"pkg.m{number}", None) for number in range(200)}
        """,
    )


def test_a_system_is_collected(places: Sandbox) -> None:
    """What is pending does not keep a system alive that nobody knows."""
    run(
        places,
        """
        import gc, weakref
        declare("one")
        systems["one"].import_module("pkg")
        gone = weakref.ref(systems["one"])
        del names["one"], systems["one"], system
        gc.collect()
        assert gone() is None
        """,
    )


@pytest.mark.parametrize("option", ["option", "variable"])
def test_in_mode_all_from_the_start(places: Sandbox, option: str) -> None:
    """Where every import is lazy from the start, loadstone's own among them, isolated systems work."""
    places.write(
        {"one/user.py": "import pkg.sub\nfrom pkg import other\nimport wave\nx = pkg.sub.x + other.x\n"}
    )
    program = (
        "import sys, loadstone\nsystem = loadstone.ImportSystem.isolated(['one'])\n"
        "print(system.import_module('user').x, 'pkg' in sys.modules, 'wave' in sys.modules)\n"
    )
    arguments, env = ["-X", "lazy_imports=all"], {"PYTHON_LAZY_IMPORTS": "all"}
    result = (
        places.python(*arguments, "-c", program)
        if option == "option"
        else places.python("-c", program, **env)
    )
    assert (result.stdout, result.stderr) == ("oneone False False\n", "")
