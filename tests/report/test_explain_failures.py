"""What explain says of modules that are found and fail: each failure is real, and its cause comes first."""

from __future__ import annotations

import importlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.versions import EVALUATES_ANNOTATIONS
from loadstone.report.explain import causes as rooms
from loadstone.report.explain.records import Cause

if TYPE_CHECKING:
    from ..conftest import Sandbox


WITH_ADVICE = "try:\n    {}\nexcept ImportError as e:\n    raise ImportError('advice') from e\n"


def first(name: str, *, load: bool = True) -> Cause:
    """The first cause of an explanation."""
    return loadstone.explain(name, load=load).causes[0]


def codes(name: str, *, load: bool = True) -> list[str]:
    """The codes of the causes, in order."""
    return [cause.code for cause in loadstone.explain(name, load=load).causes]


def install(sandbox: Sandbox, name: str, version: str, files: dict[str, str | bytes]) -> Path:
    """A distribution as pip leaves it, in a directory behind those of the test on the path."""
    info = f"{name}-{version}.dist-info"
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/METADATA", f"{info}/RECORD"])
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    everything = {**files, f"{info}/METADATA": metadata, f"{info}/RECORD": record}
    sandbox.write({f"site/{file}": content for file, content in everything.items()})
    site = sandbox.root / "site"
    if str(site) not in sys.path:
        sys.path.append(str(site))
    importlib.invalidate_caches()
    return site


def forget(top: str) -> None:
    """Have a module and its submodules not imported: what has a name of the standard library's stays else."""
    for name in [each for each in sys.modules if each.partition(".")[0] == top]:
        del sys.modules[name]


def an_extension(pattern: bytes = b"") -> Path:
    """An extension module of this Python that is a file, and has what the pattern matches."""
    for name in ("_json", "_bisect", "_heapq", "_ctypes", "_lzma", "_sqlite3", "_ssl", "math"):
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.has_location and str(spec.origin).endswith(EXTENSION_SUFFIXES[0]):
            file = Path(str(spec.origin))
            if re.search(pattern, file.read_bytes()):
                return file
    pytest.skip(f"this Python has no extension module in a file with {pattern!r}")


def an_elf_extension(pattern: bytes = b"") -> Path:
    """One of which tests can change a string, and know what the loader makes of it."""
    return an_extension(rb"(?s)\A\x7fELF.*" + pattern)


# Shadows


def test_a_script_is_called_as_the_library_that_it_imports(sandbox: Sandbox) -> None:
    """LS226: with and without load, and for a submodule; no circle is made of it."""
    site = install(sandbox, "pictures", "2.1", {"pictures/__init__.py": "def init(): ...\n"})
    sandbox.write({"app/pictures.py": "import pictures\npictures.init()\n"})
    sandbox.on_path("app")
    local, hidden = sandbox.root / "app/pictures.py", site / "pictures/__init__.py"
    for load in (False, True):
        (cause,) = loadstone.explain("pictures", load=load).causes
        assert cause.code == "LS226"
        assert cause.evidence == f"{local} hides the installed pictures 2.1, which is at {hidden}"
        assert cause.remedy == f"Rename {local}, and delete its cache in __pycache__."
    assert codes("pictures.shapes", load=False)[0] == "LS226"


def test_a_checkout_hides_the_installed_copy(sandbox: Sandbox) -> None:
    """LS226: beside its pyproject.toml a package is not to be renamed; one installed twice hides nothing."""
    install(sandbox, "pictures", "2.1", {"pictures/__init__.py": ""})
    sandbox.write({"app/pictures/__init__.py": "", "app/pyproject.toml": ""})
    sandbox.on_path("app")
    assert f"pip install -e {sandbox.root / 'app'}" in first("pictures").remedy
    (sandbox.root / "app/pyproject.toml").unlink()
    assert first("pictures").remedy == f"Rename the folder {sandbox.root / 'app' / 'pictures'}."
    sandbox.write({"app/pictures-2.1.dist-info/METADATA": "Name: pictures\nVersion: 2.1\n"})
    sandbox.write({"app/pictures-2.1.dist-info/RECORD": "pictures/__init__.py,,\n"})
    assert codes("pictures") == []


def test_a_local_module_is_told_from_what_fails_elsewhere(sandbox: Sandbox) -> None:
    """LS204: a library fails, for a local file has the place of a module of the standard library."""
    install(
        sandbox,
        "painter",
        "1.0",
        {
            "painter/__init__.py": "import colorsys\ncolorsys.rgb_to_hsv(0, 0, 0)\n",
            "painter_from.py": "from colorsys import rgb_to_hsv\n",
            "painter_deep.py": "import wsgiref.util\n",
        },
    )
    sandbox.write({"app/colorsys.py": "", "app/wsgiref.py": ""})
    sandbox.on_path("app")
    for name, local, line in (
        ("painter", "colorsys", "painter/__init__.py, line 2: colorsys.rgb_to_hsv(0, 0, 0)"),
        ("painter_from", "colorsys", "painter_from.py, line 1: from colorsys import rgb_to_hsv"),
        ("painter_deep", "wsgiref", "painter_deep.py, line 1: import wsgiref.util"),
    ):
        forget(local)
        cause = first(name)
        assert cause.code == "LS204"
        sentence, asker = cause.evidence.splitlines()
        assert sentence.startswith(f"{sandbox.root}/app/{local}.py is found before ")
        assert sentence.endswith(f", and is what {name} gets")
        assert asker == f"asked for at {sandbox.root}/site/{line}"
        assert "LS227" not in codes(name)
        forget(local)


def test_a_local_module_that_raises_where_a_library_wants_another(sandbox: Sandbox) -> None:
    """LS226: what a library imports is local, and fails by itself; what the project's own code imports is no
    such case."""
    install(sandbox, "reader", "1.0", {"reader.py": "import records\n"})
    install(sandbox, "records", "0.5", {"records.py": ""})
    sandbox.write({"app/records.py": "1 / 0\n", "app/own.py": "import records\n"})
    sandbox.on_path("app")
    assert codes("reader") == ["LS226"]
    assert f"asked for at {sandbox.root}/site/reader.py, line 1" in first("reader").evidence
    assert codes("own") == ["LS220"]


def test_what_a_module_would_get_is_told_before_it_is_loaded(sandbox: Sandbox) -> None:
    """LS204 and LS226: by source that is read, not executed; its neighbours may mean the local file."""
    install(
        sandbox,
        "letters",
        "1.0",
        {
            "letters/__init__.py": "from . import post\n",
            "letters/post.py": "def send():\n    import wsgiref\n\nimport colorsys\n",
            "stamps.py": "import letters\nfrom records_of import x\n",
        },
    )
    install(sandbox, "records_of", "0.5", {"records_of.py": "x = 1\n"})
    sandbox.write({"app/colorsys.py": "", "app/wsgiref.py": "", "app/records_of.py": "x = 1\n"})
    sandbox.write({"app/own.py": "import colorsys\n"})
    app = sandbox.on_path("app")
    explanation = loadstone.explain("stamps")
    assert explanation.found
    by_library, by_standard = sorted(explanation.causes, key=lambda cause: cause.code, reverse=True)
    assert (by_library.code, by_standard.code) == ("LS226", "LS204")
    assert not by_library.proved
    assert by_library.evidence.splitlines()[0].endswith("and is what stamps would get")
    sentence, asker = by_standard.evidence.splitlines()
    assert sentence.startswith(f"{app}/colorsys.py is found before ")
    assert sentence.endswith(", and is what letters.post would get")
    assert asker == f"asked for at {sandbox.root}/site/letters/post.py, line 4: import colorsys"
    assert codes("own", load=False) == []
    assert "letters" not in sys.modules


def test_a_folder_without_init_is_taken_for_the_package(sandbox: Sandbox) -> None:
    """LS238: the package is inside, or a finder behind has it, or there is nothing in the folder."""
    sandbox.write(
        {
            "up/project/project/__init__.py": "x = 1\n",
            "up/layout/src/layout/__init__.py": "",
            "up/uses.py": "from project import x\n",
            "up/numbers_lib/data/table.txt": "",
            "up/full/part.py": "",
        }
    )
    sandbox.on_path("up")
    up = sandbox.root / "up"
    cause = first("project")
    assert cause.code == "LS238"
    assert f"the package is inside, in {up / 'project' / 'project'}" in cause.evidence
    assert str(up / "project") in cause.remedy
    assert f"in {up / 'layout' / 'src' / 'layout'}" in first("layout").evidence
    assert codes("uses")[0] == "LS238"
    possible = first("numbers_lib")
    assert (possible.code, possible.proved) == ("LS238", False)
    assert first("numbers_lib.core").proved
    assert codes("full") == []


# Circles


def test_the_line_that_would_break_a_circle(sandbox: Sandbox) -> None:
    """LS205: an import that only functions need goes into them; else it goes below what the other needs."""
    sandbox.write(
        {
            "shop_a.py": "import shop_b\nclass Base: ...\n",
            "shop_b.py": "from shop_a import Base\ndef make():\n    return Base()\n",
            "tree_a.py": "from tree_b import leaf\ndef grow(): return leaf\nx = 1\n",
            "tree_b.py": "from tree_a import x\nleaf = x\n",
            "deep_a.py": "import deep_b\nclass Base: ...\nmade = deep_b.made\n",
            "deep_b.py": "from deep_a import Base\nclass made(Base): ...\n",
            "self_a.py": "import self_a\nself_a.x\nx = 1\n",
        },
        on_path=True,
    )
    root = sandbox.root
    assert first("shop_a").remedy.startswith(
        f"Move line 1 of {root}/shop_b.py (from shop_a import Base) into make():"
    )
    assert first("tree_a").remedy.startswith(
        f"Move line 1 of {root}/tree_a.py (from tree_b import leaf) into grow():"
    )
    assert first("deep_a").remedy.startswith(
        f"Move line 1 of {root}/deep_a.py (import deep_b) below line 2, which binds 'Base'"
    )
    assert first("self_a").evidence.startswith("self_a imports itself: ")
    assert first("self_a").remedy == f"Take the import of itself out of {root}/self_a.py."


def test_a_circle_for_the_sake_of_annotations(sandbox: Sandbox) -> None:
    """LS205: what only annotations name is imported for type checkers alone; not if they are evaluated."""
    body = "from kind_a import A\ndef f(a: A) -> A: ...\nclass C:\n    a: A\n"
    sandbox.write(
        {
            "kind_a.py": "import kind_b\nclass A: ...\n",
            "kind_b.py": f"from __future__ import annotations\n{body}",
            "bare_a.py": "import bare_b\nclass A: ...\n",
            "bare_b.py": body.replace("kind_a", "bare_a"),
        },
        on_path=True,
    )
    annotations = "below if TYPE_CHECKING: only annotations use it, which are not evaluated."
    assert first("kind_a").remedy == (
        f"Move line 2 of {sandbox.root}/kind_b.py (from kind_a import A) {annotations}"
    )
    remedy = first("bare_a").remedy
    if EVALUATES_ANNOTATIONS:
        assert "below line 2, which binds 'A'" in remedy
    else:
        assert remedy.endswith(annotations)


def test_a_circle_of_packages_has_all_its_modules(sandbox: Sandbox) -> None:
    """LS205: relative imports and submodules that come later are seen; all that are in it are named."""
    sandbox.write(
        {
            "firm/__init__.py": "from . import people\nfrom . import rooms\n",
            "firm/people.py": "from .desks import desk\n",
            "firm/desks.py": "import firm\nfirm.rooms.x\n",
        },
        on_path=True,
    )
    reason, chain = first("firm").evidence.splitlines()
    assert reason.startswith("firm, firm.people and firm.desks import each other in a circle")
    assert "which binds it only at line 2" in reason
    assert [part.partition(" (")[0] for part in chain.split(" → ")] == [
        "firm",
        "firm.people",
        "firm.desks",
        "firm",
    ]


@pytest.mark.parametrize(
    ("later", "code"),
    [
        ("", "LS227"),
        ("if True:\n    x = 1\n", "LS205"),
        ("try:\n    import math as x\nexcept ImportError: ...\n", "LS205"),
        ("for x in (): ...\n", "LS205"),
        ("with open(__file__) as x: ...\n", "LS205"),
        ("def f():\n    x = 1\n", "LS227"),
        ("class C:\n    x = 1\n", "LS227"),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import math as x\n", "LS227"),
    ],
)
def test_a_circle_is_real_only_if_the_name_comes_later(sandbox: Sandbox, later: str, code: str) -> None:
    """LS205 and LS227: what a module never binds is not missing for a circle."""
    sandbox.write(
        {"half_a.py": f"import half_b\n{later}", "half_b.py": "from half_a import x\n"}, on_path=True
    )
    assert codes("half_a") == [code]


def test_a_circle_is_only_possible_where_names_do_not_show(sandbox: Sandbox) -> None:
    """LS205: what an import of everything brings cannot be read off the source, and is not claimed."""
    sandbox.write(
        {"half_a.py": "import half_b\nfrom math import *\n", "half_b.py": "from half_a import x\n"},
        on_path=True,
    )
    circle = next(cause for cause in loadstone.explain("half_a", load=True).causes if cause.code == "LS205")
    assert not circle.proved
    assert "may come to have it later" in circle.evidence


# What is not there


def test_a_package_asks_itself_for_what_it_does_not_have(sandbox: Sandbox) -> None:
    """LS227 and LS213: `from . import x` is no circle; the file that is nearly there is told."""
    other = "_arm.cpython-310-aarch64-linux-gnu.so"
    install(sandbox, "arms", "1.0", {"arms/__init__.py": "from . import _arm\n", f"arms/{other}": b""})
    install(sandbox, "snow", "1.0", {"snow/__init__.py": "from . import flakes\n", "snow/flake.py": ""})
    cause = first("arms")
    assert cause.code == "LS213"
    assert f"{other}: compiled for Python 3.10 on aarch64-linux-gnu" in cause.evidence
    assert "force-reinstall" in cause.remedy
    assert " arms" in cause.remedy
    cause = first("snow")
    assert cause.code == "LS227"
    assert cause.evidence.startswith(f"snow ({sandbox.root}/site/snow/__init__.py, of snow 1.0) has no ")
    assert "'flakes', and there is no module snow.flakes" in cause.evidence


def test_a_name_that_a_module_does_not_have(sandbox: Sandbox) -> None:
    """LS227: with what it has of nearly this name, and a module that nothing has imported."""
    sandbox.write(
        {
            "whole/__init__.py": "def compute(): ...\n",
            "whole/part.py": "",
            "asks.py": "from whole import compote\n",
            "looks.py": "import whole\nwhole.compote\n",
            "forgot.py": "import whole\nwhole.part.x\n",
            "empty.py": "",
            "fills.py": "from empty import x\n",
            "lists.py": "__all__ = ['y']\n",
            "stars.py": "from lists import *\n",
        },
        on_path=True,
    )
    assert "it has 'compute'" in first("asks").evidence
    assert first("asks").remedy == "Import 'compute', if that is meant."
    assert "it has 'compute'" in first("looks").evidence
    cause = first("forgot")
    assert cause.evidence.startswith("whole.part is a module (")
    assert cause.remedy == "Write import whole.part above it."
    assert f"({sandbox.root}/empty.py, which is empty) has no 'x'" in first("fills").evidence
    assert "has no 'y', which its __all__ names" in first("stars").evidence
    assert first("stars").remedy.startswith("Take 'y' out of __all__")


def test_a_local_file_that_is_never_imported(sandbox: Sandbox) -> None:
    """LS227: what a built-in module lacks may be in a file of its name, which no import reaches."""
    sandbox.write(
        {
            "time.py": "def hours(): ...\n",
            "asks.py": "from time import hours\n",
            "looks.py": "import time\ntime.hours()\n",
            "other.py": "import time\ntime.minutes()\n",
        },
        on_path=True,
    )
    for name in ("asks", "looks"):
        cause = first(name)
        assert cause.code == "LS227"
        assert f"{sandbox.root}/time.py, which has 'hours', is never imported" in cause.evidence
        assert cause.remedy == f"Rename {sandbox.root}/time.py."
    assert "never imported" not in first("other").evidence


def test_a_name_in_a_package_is_no_module(sandbox: Sandbox) -> None:
    """LS228: seen in the package if it is loaded, else in its source."""
    sandbox.write({"tools/__init__.py": "# tools\ndef main(): ...\n"}, on_path=True)
    for load, what in ((False, "bound at line 2 of "), (True, "a function in the package tools")):
        cause = first("tools.main", load=load)
        assert cause.code == "LS228"
        assert what in cause.evidence
        assert cause.remedy == "Import it so: from tools import main"


def test_what_is_missing_further_in_has_its_own_cause(sandbox: Sandbox) -> None:
    """The causes for a module that another lacks are those that an explanation of it has."""
    sandbox.write(
        {"outer.py": "import middle\n", "middle.py": "import Settingz\n", "settingz.py": ""}, on_path=True
    )
    cause = first("outer")
    assert cause.code == "LS212"
    assert cause.evidence.splitlines() == [
        f"{sandbox.root}/settingz.py: differs in upper and lower case",
        f"middle asks for Settingz: {sandbox.root}/middle.py, line 1: import Settingz",
    ]


def test_the_failure_behind_a_failure(sandbox: Sandbox) -> None:
    """What an exception was raised from is looked at too; a library's own advice hides nothing."""
    install(
        sandbox,
        "matrix",
        "1.0",
        {"matrix.py": WITH_ADVICE.format("import Marrow")},
    )
    sandbox.write({"site/marrow.py": ""})
    assert codes("matrix")[0] == "LS212"


# How it was started


@pytest.mark.parametrize(
    ("line", "where"),
    [("from . import models", "azu/run.py"), ("from ..models import x", "azu/sub/run.py")],
)
def test_a_relative_import_in_what_is_imported_alone(sandbox: Sandbox, line: str, where: str) -> None:
    """LS233: found from within its own package; with the command that runs it as a part of that."""
    sandbox.write(
        {"azu/__init__.py": "", "azu/models.py": "x = 1\n", "azu/sub/__init__.py": "", where: f"{line}\n"}
    )
    sandbox.on_path(os.path.dirname(where))
    cause = first("run")
    assert cause.code == "LS233"
    name = where[:-3].replace("/", ".")
    assert cause.evidence.startswith(f"{sandbox.root}/{where} is imported as 'run', in no package")
    assert cause.remedy.endswith(f"cd {sandbox.root} && python -m {name}")
    assert codes("run") == ["LS233"]


def test_a_relative_import_that_goes_too_far_up(sandbox: Sandbox) -> None:
    """LS233: beyond the top-level package, whose directory is in another package."""
    sandbox.write(
        {"up/__init__.py": "", "up/inner/__init__.py": "", "up/inner/run.py": "from ..base import x\n"}
    )
    sandbox.on_path("up")
    cause = first("inner.run")
    assert cause.code == "LS233"
    assert "in the package 'inner', and its line 1 goes 2 packages up" in cause.evidence
    assert cause.remedy.startswith(f"Import it as up.inner.run, from {sandbox.root};")


def test_a_package_above_the_working_directory(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS234: the project is above, or in a folder of it, and not on the path; elsewhere nothing is said."""
    sandbox.write(
        {
            "work/src/__init__.py": "",
            "work/src/app/util.py": "",
            "work/src/app/main.py": "import src.app.util\n",
            "work/shop/src/goods/__init__.py": "",
            "work/shop/pyproject.toml": "",
            "work/bare/lib/goods.py": "",
        }
    )
    sys.path[:] = [entry for entry in sys.path if not os.path.isdir(os.path.join(entry, "src"))]
    monkeypatch.chdir(sandbox.root / "work/src/app")
    cause = first("src.app.util", load=False)
    assert cause.code == "LS234"
    assert f"'src' is {sandbox.root}/work/src, and {sandbox.root}/work is not on sys.path" in cause.evidence
    assert cause.remedy.endswith(f"cd {sandbox.root}/work && python -m src.app.MODULE")
    sandbox.on_path("work/src/app")
    assert first("main").remedy.endswith(f"cd {sandbox.root}/work && python -m src.app.main")
    monkeypatch.chdir(sandbox.root / "work/shop")
    cause = first("goods", load=False)
    assert cause.evidence.startswith(f"'goods' is {sandbox.root}/work/shop/src/goods/__init__.py")
    assert cause.remedy.endswith(f"pip install -e {sandbox.root}/work/shop")
    monkeypatch.chdir(sandbox.root / "work/bare")
    cause = next(each for each in loadstone.explain("goods").causes if each.code == "LS234")
    assert not cause.proved
    assert "LS234" not in codes("etc", load=False)


def test_a_namesake_of_the_package_above_is_found_elsewhere(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LS234: many projects have a folder src; the one that has the module is not the one that is found."""
    sandbox.write({"work/src/app/util.py": "", "other/src/x.txt": ""})
    sandbox.on_path("other")
    monkeypatch.chdir(sandbox.root / "work/src/app")
    cause = first("src.app.util", load=False)
    assert cause.code == "LS234"
    assert cause.evidence == (
        f"'src.app' is {sandbox.root}/work/src/app, and {sandbox.root}/work is not on sys.path;"
        " 'src' is found elsewhere"
    )


def test_a_module_beside_the_one_that_asks(sandbox: Sandbox) -> None:
    """LS234: within a package, as Python 2 imported it."""
    sandbox.write(
        {
            "old/__init__.py": "from old import main\n",
            "old/main.py": "import helpers_of\n",
            "old/helpers_of.py": "",
        },
        on_path=True,
    )
    cause = first("old")
    assert cause.code == "LS234"
    assert cause.evidence.startswith(f"'helpers_of' is {sandbox.root}/old/helpers_of.py, which is a part of")
    assert cause.remedy == f"Write in {sandbox.root}/old/main.py: from . import helpers_of"


# Extension modules


def test_an_extension_that_lacks_a_library(sandbox: Sandbox) -> None:
    """LS229: which file needs which library, by what the loader says, also behind other advice."""
    original = an_elf_extension(rb"\0libc\.so\.6\0")
    content, name = original.read_bytes(), original.name.partition(".")[0]
    file = f"deep/{name}{EXTENSION_SUFFIXES[0]}"
    sandbox.write(
        {
            "deep/__init__.py": WITH_ADVICE.format(f"from . import {name}"),
            file: content.replace(b"\0libc.so.6\0", b"\0libq.so.6\0"),
        },
        on_path=True,
    )
    cause = first("deep")
    assert cause.code == "LS229"
    assert cause.evidence == (
        f"{sandbox.root}/{file} needs libq.so.6, which this system's loader does not find"
    )
    assert codes("deep") == ["LS229"]


def test_a_library_of_a_wheel_that_lacks_another(sandbox: Sandbox) -> None:
    """LS229: which of the libraries that came with the extension module needs the one that is missing."""
    compiler = shutil.which("gcc")
    header = Path(sysconfig.get_path("include")) / "Python.h"
    if compiler is None or not header.exists() or sys.platform != "linux":
        pytest.skip("needs gcc, and the headers of this Python, on Linux")
    sandbox.write(
        {
            "deep/__init__.py": "from .cx import *\n",
            "deep.libs/readme.txt": "",
            "miss.c": "int miss(void) { return 1; }\n",
            "mid.c": "int miss(void);\nint mid(void) { return miss(); }\n",
            "cx.c": """
                #include <Python.h>
                int mid(void);
                static struct PyModuleDef cx = {PyModuleDef_HEAD_INIT, "cx", 0, -1, 0};
                PyMODINIT_FUNC PyInit_cx(void) { mid(); return PyModule_Create(&cx); }
            """,
        },
        on_path=True,
    )
    middle = "deep.libs/libmid-1.so"
    lines = (
        ["-Wl,-soname,libmissing.so.3", "-o", "libmissing.so", "miss.c"],
        ["-Wl,-soname,libmid-1.so", "-o", middle, "mid.c", "-L.", "-lmissing"],
        [
            *(f"-I{header.parent}", "cx.c", middle, "-Wl,-rpath,$ORIGIN/../deep.libs"),
            *("-Wl,--allow-shlib-undefined", "-o", f"deep/cx{EXTENSION_SUFFIXES[0]}"),
        ],
    )
    for words in lines:
        subprocess.run([compiler, "-shared", "-fPIC", *words], cwd=sandbox.root, check=True)
    (sandbox.root / "libmissing.so").unlink()
    importlib.invalidate_caches()
    cause = first("deep")
    assert cause.code == "LS229"
    assert cause.evidence == (
        f"{sandbox.root}/deep/cx{EXTENSION_SUFFIXES[0]} needs libmissing.so.3, by way of"
        f" {sandbox.root}/{middle}, which this system's loader does not find"
    )


@pytest.mark.parametrize(
    ("said", "code", "why"),
    [
        (
            "dlopen({}, 0x0002): Library not loaded: @rpath/libfoo.dylib\n  Referenced from: {}",
            "LS229",
            "needs @rpath/libfoo.dylib",
        ),
        (
            "dlopen({}, 2): tried: '{}' (but is an incompatible architecture (have 'x86_64', need 'arm64'))",
            "LS213",
            "is compiled for x86_64, and this Python runs as arm64",
        ),
        ("dlopen({}, 2): symbol not found in flat namespace '_PyFoo_Bar'", "LS213", "has no _PyFoo_Bar"),
        ("dlopen({}, 2): Symbol not found: _foo_bar\n", "LS230", "needs _foo_bar"),
        (
            "Error loading shared library libGL.so.1: No such file or directory (needed by {})",
            "LS229",
            "libGL.so.1",
        ),
        ("Error relocating {}: foo_bar: symbol not found", "LS230", "needs foo_bar"),
        ("DLL load failed while importing x: The specified module could not be found.", "LS229", "Windows"),
        ("{}: failed to map segment from shared object", "LS230", "(noexec)"),
        ("{}: something new", "LS230", "does not load: "),
    ],
)
def test_what_loaders_of_other_systems_say(sandbox: Sandbox, said: str, code: str, why: str) -> None:
    """LS213, LS229 and LS230: the words of macOS, musl and Windows are read as those of glibc are."""
    original = an_extension()
    file = sandbox.root / "deep" / original.name
    name = f"deep.{original.name.partition('.')[0]}"
    said = said.replace("{}", str(file))
    sandbox.write({"deep/__init__.py": "", f"deep/{original.name}": original.read_bytes()})
    sandbox.write(
        {"asks.py": f"raise ImportError({said!r}, name={name!r}, path={str(file)!r})\n"}, on_path=True
    )
    cause = first("asks")
    assert cause.code == code
    assert why in cause.evidence
    assert str(file) in cause.evidence


def test_a_library_that_is_loaded_by_its_name(sandbox: Sandbox) -> None:
    """LS229: by ctypes, too."""
    an_elf_extension()
    sandbox.write({"sounds.py": "import ctypes\nctypes.CDLL('libGL-not-here.so.1')\n"}, on_path=True)
    cause = first("sounds")
    assert cause.code == "LS229"
    assert cause.evidence.startswith(
        "libGL-not-here.so.1 is not found by this system's loader; sounds loads it"
    )


def test_an_extension_for_another_version_of_python(sandbox: Sandbox) -> None:
    """LS213: a symbol of Python's own that this one does not have."""
    original = an_elf_extension()
    content, name = original.read_bytes(), original.name.partition(".")[0]
    symbol = re.search(rb"\0(Py[A-Z][a-z]+_[A-Z][A-Za-z]+)\0", content)
    assert symbol is not None
    changed = content.replace(symbol[0], symbol[0][:3] + b"q" + symbol[0][4:])
    file = f"deep/{name}{EXTENSION_SUFFIXES[0]}"
    sandbox.write({"deep/__init__.py": "", file: changed}, on_path=True)
    cause = first(f"deep.{name}")
    assert cause.code == "LS213"
    assert cause.evidence.startswith(f"{sandbox.root}/{file} was built for another Python: this one (")


def test_an_extension_for_a_newer_system(sandbox: Sandbox) -> None:
    """LS230: the version of the C library that it wants."""
    original = an_elf_extension(rb"\0GLIBC_2\.[0-9.]+\0")
    content, name = original.read_bytes(), original.name.partition(".")[0]
    version = re.search(rb"\0GLIBC_2\.[0-9.]+\0", content)
    assert version is not None
    changed = content.replace(version[0], b"\0GLIBC_9." + b"9" * (len(version[0]) - 10) + b"\0")
    file = f"deep/{name}{EXTENSION_SUFFIXES[0]}"
    sandbox.write({"deep/__init__.py": "", file: changed}, on_path=True)
    cause = first(f"deep.{name}")
    assert cause.code == "LS230"
    assert f"{sandbox.root}/{file} was built for glibc 9.9" in cause.evidence


@pytest.mark.parametrize("load", [False, True])
def test_an_extension_that_is_none_for_this_machine(sandbox: Sandbox, load: bool) -> None:
    """LS213 and LS230: by its header, without loading it: another processor, empty, text, renamed."""
    content = an_elf_extension().read_bytes()
    suffix = EXTENSION_SUFFIXES[0]
    order = "big" if content[5] == 2 else "little"
    foreign = content[:18] + (22).to_bytes(2, order) + content[20:]  # type: ignore[arg-type]
    sandbox.write(
        {
            f"foreign{suffix}": foreign,
            f"hollow{suffix}": b"",
            f"pointer{suffix}": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            f"renamed{suffix}": content,
        },
        on_path=True,
    )
    cause = first("foreign", load=load)
    assert cause.code == "LS213"
    assert "foreign" in cause.evidence
    assert "is compiled for s390x (ELF), and this Python for " in cause.evidence
    for name, why in (("hollow", "it is empty"), ("pointer", "git lfs pull")):
        cause = first(name, load=load)
        assert cause.code == "LS230"
        assert why in cause.evidence
    cause = first("renamed", load=load)
    original = an_extension().name.partition(".")[0]
    assert cause.code == "LS230"
    assert f"does not have the module 'renamed': it has PyInit_{original}" in cause.evidence
    assert f"{original}{suffix}" in cause.remedy


def test_an_extension_of_this_python_has_no_cause(sandbox: Sandbox) -> None:
    """What loads is not complained of."""
    assert codes(an_extension().name.partition(".")[0], load=False) == []


def test_an_extension_in_an_archive(sandbox: Sandbox) -> None:
    """LS235: it is to be unpacked, not installed again."""
    with zipfile.ZipFile(sandbox.root / "lib.zip", "w") as archive:
        archive.writestr("packed/__init__.py", "")
        archive.writestr(f"packed/_c{EXTENSION_SUFFIXES[0]}", b"")
    sandbox.on_path("lib.zip")
    cause = first("packed._c", load=False)
    assert cause.code == "LS235"
    assert cause.remedy.startswith("Unpack the archive")


def test_a_source_tree_that_is_not_built(sandbox: Sandbox) -> None:
    """LS231: what the build makes is not there, its source is; where it only may be, that is said."""
    sandbox.write(
        {
            "tree/fastlib/__init__.py": "from . import _speed\n",
            "tree/fastlib/_speed.pyx": "",
            "tree/fastlib/core/__init__.py": "",
            "tree/fastlib/core/src/umath.c": "",
            "tree/setup.py": "",
        }
    )
    sandbox.on_path("tree")
    cause = first("fastlib")
    assert cause.code == "LS231"
    assert (
        f"{sandbox.root}/tree/fastlib/_speed.pyx: source of a module that has not been built"
        in cause.evidence
    )
    assert f"pip install -e {sandbox.root}/tree" in cause.remedy
    possible = next(each for each in loadstone.explain("fastlib.core._umath").causes if each.code == "LS231")
    assert not possible.proved


# Files that cannot become code


def test_bytecode_without_source_is_in_the_way(sandbox: Sandbox) -> None:
    """LS232: it hides a folder, is older than its source was, or of another Python; alone it may be meant."""
    import py_compile

    sandbox.write(
        {
            "old.py": "OLD = 1\n",
            "app/__init__.py": "",
            "app/conf/local.py": "",
            "uses.py": "from stale import NEW\n",
        }
    )
    for target in ("app/conf.pyc", "stale.pyc"):
        py_compile.compile(str(sandbox.root / "old.py"), str(sandbox.root / target))
    sandbox.write({"bad.pyc": b"\x0bad\n" + bytes(12)}, on_path=True)
    importlib.invalidate_caches()
    cause = first("app.conf.local", load=False)
    assert cause.code == "LS232"
    assert cause.evidence == (
        f"'app.conf' is {sandbox.root}/app/conf.pyc, which is bytecode without its source, and hides the"
        f" folder {sandbox.root}/app/conf/"
    )
    assert cause.remedy.startswith(f"Delete {sandbox.root}/app/conf.pyc")
    assert codes("stale") == []
    cause = first("uses")
    assert cause.code == "LS232"
    assert "and does not have 'NEW'" in cause.evidence
    assert first("bad").code == "LS232"


def test_a_damaged_cache(sandbox: Sandbox) -> None:
    """LS232: bytecode in a cache that was cut off is named, to be deleted."""
    import py_compile

    sandbox.write({"cut.py": "x = [1, 2, 3]\n"}, on_path=True)
    cache = Path(str(py_compile.compile(str(sandbox.root / "cut.py"))))
    cache.write_bytes(cache.read_bytes()[:20])
    importlib.invalidate_caches()
    cause = first("cut")
    assert cause.code == "LS232"
    assert cause.evidence.startswith(f"{cache} is damaged bytecode: ")
    cache.unlink()
    assert codes("cut") == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"print 'hello'\n", "is of Python 2, where print is a statement"),
        (b"exec 'x = 1'\n", "is of Python 2, where exec is a statement"),
        (b"raise ValueError, 'x'\n", "is of Python 2"),
        (b"x = 0777\n", "is of Python 2"),
        (b"<<<<<<< HEAD\nx = 1\n", "has the marks of a merge conflict"),
        (b"x = 'caf\xe9'\n", "is not in utf-8, as it says or by default: line 1 has byte 0xe9"),
        (b"# -*- coding: nothing -*-\n", "names an encoding that there is not"),
        ("x = 1\n".encode("utf-16"), "is in UTF-16"),
        (b"x = 1\n\0\0", "has null bytes, the first in line 2"),
        (b"\0" * 10, "is all null bytes"),
        (b"def :\n", "cannot be compiled"),
    ],
)
def test_source_that_cannot_be_compiled(sandbox: Sandbox, content: bytes, why: str) -> None:
    """LS236: source of Python 2, conflicts, encodings, null bytes, and what is merely wrong."""
    sandbox.write({"wrong.py": content, "uses.py": "import wrong\n"}, on_path=True)
    for name in ("wrong", "uses"):
        cause = first(name)
        assert cause.code == "LS236"
        assert cause.evidence.startswith(f"{sandbox.root}/wrong.py")
        assert why in cause.evidence
        assert codes(name) == ["LS236"]


@pytest.mark.parametrize(
    ("content", "version"),
    [
        ("lazy import math\n", "3.15"),
        ("def f[T](x: T): ...\n", "3.12"),
        ("try: ...\nexcept* E: ...\n", "3.11"),
    ],
)
def test_source_of_a_newer_python(sandbox: Sandbox, content: str, version: str) -> None:
    """LS236: the version that brought what the line has; for that version itself there is no cause."""
    sandbox.write({"newer.py": content}, on_path=True)
    if sys.version_info >= tuple(map(int, version.split("."))):
        assert codes("newer") == []
    else:
        assert f"needs Python {version}" in first("newer").evidence


# What else modules do


def test_a_module_that_ends_the_program(sandbox: Sandbox) -> None:
    """LS237: a script that exits, a module that removes itself, and a package that is no package then."""
    sandbox.write(
        {
            "leaves.py": "import sys\nsys.exit('bye')\n",
            "vanishes.py": "import sys\ndel sys.modules[__name__]\n",
        },
        on_path=True,
    )
    cause = first("leaves")
    assert cause.code == "LS237"
    assert f"with the exit status 'bye': {sandbox.root}/leaves.py, line 2" in cause.evidence
    assert codes("vanishes") == ["LS237"]
    sandbox.write(
        {
            "swaps/__init__.py": "import sys\nclass Other: ...\nsys.modules[__name__] = Other()\n",
            "swaps/sub.py": "",
        }
    )
    cause = first("swaps.sub")
    assert cause.code == "LS237"
    assert "whose code puts a swaps.Other in its place in sys.modules" in cause.evidence


def test_a_check_that_fails_is_a_cause_itself(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS239: the others are made all the same, and stand before it."""

    def broken(case: Any) -> Any:
        raise RuntimeError("no idea")

    monkeypatch.setattr(rooms, "_ALWAYS", (broken, *rooms._ALWAYS))
    sandbox.write({"colorsys.py": ""}, on_path=True)
    found, *_, failed = loadstone.explain("colorsys").causes
    assert found.code == "LS204"
    assert failed.code == "LS239"
    assert failed.evidence.startswith("broken: RuntimeError: no idea in ")
    assert not failed.proved


def test_a_trace_says_how_a_part_of_a_package_is_started(sandbox: Sandbox) -> None:
    """A script that lacks its package is told to be run as a module; one of a folder's name is not."""
    sandbox.write(
        {
            "azu/__init__.py": "",
            "azu/models.py": "",
            "azu/run.py": "from . import models\n",
            "src/app/util.py": "",
            "src/app/main.py": "import src.app.util\n",
            "library_x/main.py": "import library_x\n",
            "tools/start.py": "import azu.models\n",
        }
    )
    for script, module in (("azu/run.py", "azu.run"), ("src/app/main.py", "src.app.main")):
        result = sandbox.python("-m", "loadstone", "trace", script)
        assert result.returncode == 1
        assert f"→ {script} is a part of the package {module.partition('.')[0]}" in result.stderr
        assert f"run it as python -m {module}\n" in result.stderr
    sandbox.write(
        {"own/wave_like.py": "import wave_like\nwave_like.open\n", "own/use.py": "import colorsys\n"}
    )
    sandbox.write(
        {"own/colorsys.py": "import colorsys_of_mine\n", "own/fine.py": "import colorsys_of_mine\n"}
    )
    text = sandbox.python("-m", "loadstone", "trace", "own/wave_like.py").stderr
    assert "→ own/wave_like.py imports itself as 'wave_like'" in text
    text = sandbox.python("-m", "loadstone", "trace", "own/use.py").stderr
    assert f"→ {sandbox.root}/own/colorsys.py is imported in the place of the standard library's" in text
    assert "→" not in sandbox.python("-m", "loadstone", "trace", "own/fine.py").stderr
    text = sandbox.python("-m", "loadstone", "trace", "tools/start.py").stderr
    assert f"→ azu is in {sandbox.root}, which is not on sys.path: run it as python -m tools.start\n" in text
    assert "→ library_x" not in sandbox.python("-m", "loadstone", "trace", "library_x/main.py").stderr


def test_a_number_in_the_place_of_a_file_is_left_alone(sandbox: Sandbox) -> None:
    """A SyntaxError may have the number of a file that is open for its file name: that stays open."""
    sandbox.write({"open.txt": "text"})
    with (sandbox.root / "open.txt").open() as stream:
        source = f"e = SyntaxError('x')\ne.filename = {stream.fileno()}\nraise e\n"
        sandbox.write({"numbered.py": source}, on_path=True)
        assert codes("numbered")
        assert os.fstat(stream.fileno())
        assert stream.read() == "text"


@pytest.mark.parametrize(
    "source",
    [
        "raise ImportError('x', name=5, path=b'x')",
        "class E(ImportError):\n    name = property(lambda self: 1 / 0)\nraise E('x')",
        "import types\nm = types.ModuleType('m'); del m.__name__\nm.y",
        "import types\nm = types.ModuleType('m'); m.__name__ = 5\nm.y",
        "import types\nm = types.ModuleType('a..b'); m.__file__ = 5\nm.y",
        "import types\nm = types.ModuleType('\\0'); m.__file__ = '\\0.py'\nm.y",
        "raise ImportError('x', name='y').with_traceback(None)",
        "a = ImportError('a'); b = ImportError('b'); a.__cause__ = b; b.__cause__ = a\nraise a",
        "exec(compile('from . import x', 'nowhere.py', 'exec'), {'__name__': 5, '__package__': 7})",
        "exec(compile('from ..... import x', '/', 'exec'), {'__name__': 'q.w', '__package__': 'q'})",
        "raise SyntaxError('x', ('file', None, None, None))",
        "e = SyntaxError('x'); e.filename = 5; e.lineno = 'x'; e.text = b'x'\nraise e",
        "e = SyntaxError('x', (__file__, -5, 1, None)); e.msg = None\nraise e",
        "raise OSError('\\0: cannot open shared object file')",
        "class R:\n    def __repr__(self): 1 / 0\nraise SystemExit(R())",
        "raise ModuleNotFoundError('x', name='a..b')",
        "raise ModuleNotFoundError('x', name='')",
        "raise ModuleNotFoundError('x', name='\\0')",
        "raise ModuleNotFoundError('x', name='\\udc80')",
        "raise ModuleNotFoundError('x', name='hostile')",
        "raise ImportError('undefined symbol: Py_x', name='\\0', path=__file__ + '.so')",
        "def f(): f()\nf()",
        "raise KeyError('hostile')",
        "raise BaseException('x')",
        "e = None\nfor n in range(3000):\n    n = ImportError(str(n)); n.__cause__ = e; e = n\nraise e",
    ],
)
def test_hostile_exceptions(sandbox: Sandbox, source: str) -> None:
    """Whatever an exception has in its attributes, there is a cause, and no check fails of it."""
    sandbox.write({"hostile.py": f"{source}\n", "hostile.py.so": b"text"}, on_path=True)
    found = codes("hostile")
    assert found
    assert "LS239" not in found
    assert str(loadstone.explain("hostile", load=True))


def test_a_package_hides_portions_of_a_namespace(sandbox: Sandbox) -> None:
    """LS222 comes first: a local folder with `__init__` keeps out what is installed, if it does not share."""
    files: dict[str, str | bytes] = {"spaced/far/__init__.py": "", "spaced/deep/er/__init__.py": ""}
    far = install(sandbox, "far-things", "2", files)
    sandbox.write({"local/spaced/__init__.py": ""})
    sandbox.on_path("local")
    hidden = f"{far}/spaced/far/__init__.py, of far-things 2, is there, but 'spaced' is "
    cause = first("spaced.far", load=False)
    assert (cause.code, cause.proved) == ("LS222", True)
    assert cause.evidence == f"{hidden}{sandbox.root}/local/spaced/__init__.py, which hides it"
    assert cause.remedy == f"Rename the folder {sandbox.root}/local/spaced."
    assert f"{far}/spaced/deep/er/__init__.py" in first("spaced.deep.er", load=False).evidence
    extends = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    sandbox.write({"local/spaced/__init__.py": extends})
    assert codes("spaced.far", load=False) == ["LS224", "LS222"]
    assert codes("spaced.far") == []


def test_the_working_directory_has_what_a_script_elsewhere_asks_for(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LS234: a program of another folder of the project, whose own folder the search begins with instead."""
    sandbox.write({"work/nearby/__init__.py": "", "work/tools/start.py": "import nearby\n"})
    sandbox.on_path("work/tools")
    monkeypatch.chdir(sandbox.root / "work")
    cause = first("start")
    assert cause.code == "LS234"
    place = f"{sandbox.root}/work"
    assert cause.evidence.startswith(f"'nearby' is {place}/nearby, and {place} is not on sys.path")
    run = "Run the program from there, as a module: python -m tools.start; or put"
    assert cause.remedy == f"{run} {place} on PYTHONPATH."
    assert first("nearby", load=False).code == "LS234"
    monkeypatch.chdir(sandbox.root)
    script = ["explain", "--script", "work/tools/start.py", "nearby"]
    done = subprocess.run(
        [sys.executable, "-m", "loadstone", *script], check=False, capture_output=True, text=True
    )
    assert f"cd {place} && python -m tools.MODULE" in done.stdout


def test_source_of_a_distribution_is_not_to_be_edited(sandbox: Sandbox) -> None:
    """LS236 and LS234: what is installed is mended by another version, what is local in its file."""
    files: dict[str, str | bytes] = {
        "oldie/__init__.py": "",
        "oldie/words.py": "def call(async=True): ...\n",
        "oldie/typo.py": "def call(:\n",
        "oldie/asks.py": "from words import call\n",
    }
    install(sandbox, "oldie", "1", files)
    upgrade = "-m pip install --upgrade oldie"
    cause = first("oldie.words")
    assert "words.py, line 1, names something 'async', which is a keyword since Python 3.7" in cause.evidence
    assert cause.remedy.startswith("Install a version of oldie that is for this Python: ")
    assert cause.remedy.endswith(upgrade)
    cause = first("oldie.typo")
    assert "-m pip install --no-deps --force-reinstall oldie==1; or a version that is" in cause.remedy
    cause = first("oldie.asks")
    assert (cause.code, cause.remedy.endswith(upgrade)) == ("LS234", True)
    assert "which only Python 2 took it for; it is of oldie 1" in cause.evidence
    sandbox.write({"mine/__init__.py": "", "mine/words.py": "", "mine/asks.py": "from words import call\n"})
    sandbox.on_path(".")
    assert first("mine.asks").remedy == f"Write in {sandbox.root}/mine/asks.py: from .words import call"


def test_a_version_for_another_python_comes_before_its_syntax(sandbox: Sandbox) -> None:
    """LS247: what a distribution requires of Python is why its source cannot be compiled."""
    site = install(sandbox, "tomorrow", "3", {"tomorrow.py": "def :\n"})
    (site / "tomorrow-3.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: tomorrow\nVersion: 3\nRequires-Python: >=3.99\n"
    )
    assert codes("tomorrow") == ["LS247", "LS236"]


def test_a_file_that_lacks_the_name_is_not_as_it_was_installed(sandbox: Sandbox) -> None:
    """LS245 is proved, and comes first, where the file has lost what is asked of it."""
    site = install(sandbox, "emptied", "2", {"emptied.py": ""})
    record = site / "emptied-2.dist-info" / "RECORD"
    record.write_text(record.read_text().replace("emptied.py,,", f"emptied.py,sha256={'A' * 43},3"))
    sandbox.write({"asks.py": "from emptied import content\n"}, on_path=True)
    cause = first("asks")
    assert (cause.code, cause.proved) == ("LS245", True)
    assert cause.remedy.endswith("--no-deps --force-reinstall emptied==2")


def test_the_line_of_the_user_and_not_of_the_standard_library(sandbox: Sandbox) -> None:
    """LS220, LS237 and LS225 blame the code that called, not what was called for it."""
    sandbox.write(
        {
            "unset.py": "import os\nos.environ['LOADSTONE_UNSET']\n",
            "stops.py": "import argparse\nargparse.ArgumentParser().exit(3)\n",
            "dynamic.py": "import importlib\nimportlib.import_module('absent_thing')\n",
        },
        on_path=True,
    )
    line = f"{sandbox.root}/unset.py, line 2: os.environ['LOADSTONE_UNSET'] (raised in "
    assert first("unset").evidence.startswith(f"unset: KeyError: 'LOADSTONE_UNSET' in {line}")
    ends = f"{sandbox.root}/stops.py, line 2: argparse.ArgumentParser().exit(3)"
    assert first("stops").evidence.endswith(f"with the exit status 3: {ends}")
    assert f"\ndynamic asks for absent_thing: {sandbox.root}/dynamic.py, line 2" in first("dynamic").evidence


def test_a_module_whose_loader_makes_it_a_package(sandbox: Sandbox) -> None:
    """LS208 is only possible, behind LS224: the spec says no package, and the file is that of one."""
    sandbox.write({"hidden/late/__init__.py": "", "hidden/late/sub.py": ""})

    class Replacing:
        """As setuptools' finder for distutils: the spec has a package's file, and is none of a package."""

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name != "late":
                return None
            file = str(sandbox.root / "hidden" / "late" / "__init__.py")
            return ModuleSpec(name, SourceFileLoader(name, file), origin=file)

    sys.meta_path.insert(0, Replacing())
    causes = loadstone.explain("late.sub").causes
    assert [(cause.code, cause.proved) for cause in causes][:2] == [("LS224", True), ("LS208", False)]
    # Nor is it proved that what it is found before is hidden by it.
    sandbox.write({"path/late/__init__.py": "", "path/late/sub.py": ""})
    sandbox.on_path("path")
    causes = loadstone.explain("late.sub").causes
    assert [(cause.code, cause.proved) for cause in causes][:2] == [("LS224", True), ("LS222", False)]


def test_a_local_folder_that_a_module_of_the_name_hides(sandbox: Sandbox) -> None:
    """LS222: a folder without `__init__` is nothing beside a module or package further back."""
    sandbox.write({"code/mine.py": "", "json/mine.py": "", "helpers/mine.py": ""}, on_path=True)
    install(sandbox, "untidy", "1", {"helpers/__init__.py": ""})
    for name in "code", "json":
        cause = first(f"{name}.mine", load=False)
        assert (cause.code, cause.proved) == ("LS222", True)
        assert cause.evidence.startswith(f"{sandbox.root}/{name}/mine.py is there, but {name!r} is ")
        standard = f"{name!r} is a module of the standard library."
        assert cause.remedy == f"Rename the folder {sandbox.root}/{name}: {standard}"
    cause = first("helpers.mine", load=False)
    assert "helpers/__init__.py, of untidy 1, which hides it" in cause.evidence
    assert cause.remedy.startswith(f"Rename the folder {sandbox.root}/helpers, or make it a package")
