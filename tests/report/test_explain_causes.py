"""The causes that `explain` names: each is provoked, and told with what was seen and what helps."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
import sysconfig
import tempfile
import threading
import types
import zipfile
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES, BuiltinImporter, FileFinder, ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.versions import HAS_LAZY_IMPORTS
from loadstone.report.explain.build import left_out
from loadstone.report.explain.codes import CODES
from loadstone.report.explain.records import Cause

if TYPE_CHECKING:
    from ..conftest import Sandbox

OTHER_EXTENSION = "wanted.cpython-39-x86_64-linux-gnu.so"


def causes(name: str, *, load: bool = False) -> dict[str, Cause]:
    """The causes of an explanation, by code."""
    return {cause.code: cause for cause in loadstone.explain(name, load=load).causes}


def distribution(sandbox: Sandbox, name: str, modules: str) -> None:
    """Install the metadata of a distribution, without its modules."""
    folder = f"{name.replace('-', '_')}-1.0.dist-info"
    sandbox.write(
        {
            f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            f"{folder}/top_level.txt": modules,
            f"{folder}/RECORD": "",
        },
        on_path=True,
    )


def test_every_code_is_complete() -> None:
    """Codes stand in order, each with a title, a detail and a remedy."""
    assert [*CODES] == sorted(CODES)
    assert all(entry.title and entry.detail and entry.remedy for entry in CODES.values())


def test_a_distribution_whose_files_are_gone(sandbox: Sandbox) -> None:
    """LS201: metadata lists the module, and no finder has it."""
    distribution(sandbox, "Wanted-Things", "wanted\n")
    cause = causes("wanted")["LS201"]
    assert cause.evidence == "Wanted-Things 1.0 has 'wanted', by its own list, and it is not found"
    assert cause.remedy.endswith("--force-reinstall Wanted-Things==1.0")


def test_a_distribution_of_another_name(sandbox: Sandbox) -> None:
    """LS202: by module, by the name of an installed distribution, by that of a well-known one."""
    assert "'opencv-python'" in causes("cv2")["LS202"].evidence
    distribution(sandbox, "Wanted-Things", "things\nother\n")
    assert causes("wanted_things")["LS202"].remedy == "Import one of them: other, things."
    assert "its module is 'bs4'" in causes("beautifulsoup4")["LS202"].evidence
    assert "LS202" in causes("wanted_things.sub"), "the parent is what is missing"


def test_metadata_that_cannot_be_read(sandbox: Sandbox) -> None:
    """A finder that cannot tell its distributions, or list its modules, does no harm."""

    class Broken:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None: ...

        def find_distributions(self, context: Any = None) -> Any:
            raise RuntimeError("no metadata")

        def iter_modules(self, prefix: str = "") -> Any:
            raise RuntimeError("no list")

    sys.meta_path.append(Broken())
    assert "LS203" in causes("colorsyz")
    assert "LS202" in causes("beautifulsoup4")


def test_a_distribution_of_which_only_the_list_of_files_is_left(sandbox: Sandbox) -> None:
    """LS201: the modules are told from RECORD, those that are gone too, where there is no top_level.txt."""
    record = "wanted/__init__.py,,\nlone.py,,\nWanted-1.dist-info/RECORD,,\n../../bin/run,,\n"
    sandbox.write(
        {
            "Wanted-1.dist-info/METADATA": "Name: Wanted\nVersion: 1\n",
            "Wanted-1.dist-info/RECORD": record,
        },
        on_path=True,
    )
    assert causes("wanted")["LS201"].evidence.splitlines() == [
        "Wanted 1 has wanted/__init__.py, by its own list, and it is not there",
        "of its 4 files 3 are not there",
    ]
    assert "LS201" in causes("lone")
    assert "LS201" not in causes("run")
    (sandbox.root / "wanted").mkdir()
    explanation = loadstone.explain("wanted")
    assert explanation.found
    (cause,) = explanation.causes
    assert cause.code == "LS201"
    assert cause.evidence.startswith("Wanted 1 has wanted/__init__.py, by its own list, and it is not there")
    sandbox.write({"wanted/__init__.py": ""})
    assert not causes("wanted")


@pytest.mark.parametrize(
    "damage",
    [
        {"METADATA": None},
        {"METADATA": b""},
        {"METADATA": b"Author: caf\xe9\nSummary: without a name\n"},
        {"METADATA": ...},
        {"METADATA": ..., "PKG-INFO": ...},
        {"RECORD": b"\xff"},
        {"RECORD": ...},
        {"top_level.txt": b"\xff"},
        {"top_level.txt": ...},
        {"entry_points.txt": b"\xff"},
    ],
)
def test_damaged_metadata_does_no_harm(sandbox: Sandbox, damage: dict[str, Any]) -> None:
    """LS201 and LS202 are told of the other distributions, whatever of one's metadata is damaged."""
    distribution(sandbox, "Wanted-Things", "wanted\n")
    whole: dict[str, Any] = {"METADATA": b"Name: Other\n", "RECORD": b"", "top_level.txt": b"other\n"}
    for file, content in {**whole, **damage}.items():
        path = sandbox.root / "aaa-1.dist-info" / file
        if content is ...:
            path.mkdir(parents=True)
        elif content is not None:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
    assert (
        causes("wanted")["LS201"].evidence
        == "Wanted-Things 1.0 has 'wanted', by its own list, and it is not found"
    )
    assert causes("wanted_things")["LS202"].remedy == "Import one of them: wanted."
    assert loadstone.explain("json").found
    assert "LS201" not in causes("nosuch"), "and nothing is made up"


def test_metadata_in_another_encoding(sandbox: Sandbox) -> None:
    """LS201: a name is read also where something else in METADATA is no UTF-8."""
    info = b"Name: Old\nVersion: 2\nAuthor: Ren\xe9\n"
    sandbox.write({"Old-2.dist-info/top_level.txt": "wanted\n"}, on_path=True)
    (sandbox.root / "Old-2.dist-info" / "METADATA").write_bytes(info)
    assert causes("wanted")["LS201"].evidence == "Old 2 has 'wanted', by its own list, and it is not found"


def test_a_distribution_that_is_not_found_by_name(sandbox: Sandbox) -> None:
    """LS201: name and version are those of the distribution that was listed; nothing is looked up by name."""
    distribution(sandbox, "Hidden", "wanted\n")
    entry = sys.path.pop(0)

    class Metadata:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None: ...

        def find_distributions(self, context: Any = None) -> Any:
            if context is not None and context.name is None:
                yield importlib.metadata.Distribution.at(Path(entry, "Hidden-1.0.dist-info"))

    sys.meta_path.append(Metadata())
    assert (
        causes("wanted")["LS201"].evidence == "Hidden 1.0 has 'wanted', by its own list, and it is not found"
    )


def test_a_distribution_that_has_a_module_no_more(sandbox: Sandbox) -> None:
    """LS202: installed, and without the module that it is known for; which version had it, if known."""
    for name, version in (("setuptools", "82.0"), ("PyYAML", "9.0")):
        info = f"site-packages/{name}-{version}.dist-info"
        sandbox.write({f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"})
        sandbox.write(
            {f"{info}/RECORD": f"{name}_new/__init__.py,,\n", f"site-packages/{name}_new/__init__.py": ""}
        )
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    sandbox.on_path("site-packages")
    there = {name: causes(name) for name in ("pkg_resources", "yaml")}
    sys.path.remove(str(sandbox.root / "site-packages"))
    for found in there.values():
        assert "LS203" not in found
    left, other = (found["LS202"] for found in there.values())
    assert (
        "; setuptools 82.0 is installed, which does not have it; it has left with setuptools 82"
        in left.evidence
    )
    assert "setuptools<82" in left.remedy
    assert other.evidence.endswith("; PyYAML 9.0 is installed, which does not have it")
    assert "PyYAML_new" in other.remedy
    absent = causes("pkg_resources")["LS202"]
    assert "which is not installed for" in absent.evidence
    assert absent.remedy == left.remedy


def test_close_names(sandbox: Sandbox) -> None:
    """LS203: of the standard library, of the path, of the parent's submodules; by case too."""
    sandbox.write(
        {"wanted_thing.py": "", "pkg/__init__.py": "", "pkg/settings.py": "", "pkg/UI.py": ""}, on_path=True
    )
    assert "colorsys" in causes("colorsy")["LS203"].evidence
    assert causes("wanted_thin")["LS203"].evidence == "there is wanted_thing"
    assert causes("pkg.setings")["LS203"].evidence == "there is pkg.settings"
    assert causes("pkg.ui")["LS203"].evidence == "there is pkg.UI"
    assert "LS203" not in causes("__wanted_thing")


def test_a_local_module_hides_the_standard_librarys(sandbox: Sandbox) -> None:
    """LS204: found or not, a local file in the place of a standard module is told."""
    sandbox.write({"colorsys.py": ""}, on_path=True)
    cause = causes("colorsys")["LS204"]
    assert cause.evidence.startswith(f"{sandbox.root}/colorsys.py is found before ")
    assert str(sandbox.root / "colorsys.py") in cause.remedy
    assert "LS204" in causes("colorsys.sub")
    sandbox.write({"antigravity_.py": ""})
    assert not causes("antigravity_")
    sys.path.pop(0)
    assert not causes("colorsys")
    extension = next(name for name in ("_ctypes", "_json", "_bisect") if _is_file(name))
    assert not causes(extension), "extension modules are of the standard library too"
    sandbox.write({f"{extension}.py": ""}, on_path=True)
    assert "LS204" in causes(extension)


def test_what_hides_nothing_of_the_standard_library(sandbox: Sandbox) -> None:
    """LS204: a module of another platform is not hidden; a built-in one can be."""
    sandbox.write({"winreg.py": "", "_imp.py": ""}, on_path=True)
    assert causes("winreg") == {}

    class First:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            file = sandbox.root / "_imp.py"
            return importlib.util.spec_from_file_location(name, file) if name == "_imp" else None

    sys.meta_path.insert(0, First())
    assert causes("_imp")["LS204"].evidence.endswith("_imp.py is found before built-in")


def _is_file(name: str) -> bool:
    spec = loadstone.find_spec(name)
    return spec is not None and spec.has_location


def test_a_circular_import(sandbox: Sandbox) -> None:
    """LS205: with `load`, the circle is spelled out, with the lines that import."""
    sandbox.write(
        {
            "ring_a.py": "import ring_b\nx = 1\n",
            "ring_b.py": "#\nimport ring_c\n",
            "ring_c.py": "from ring_a import x\n",
            "ring_d.py": "import ring_e\nx = 1\n",
            "ring_e.py": "import ring_d\nring_d.x\n",
        },
        on_path=True,
    )
    found = causes("ring_a", load=True)
    assert list(found) == ["LS205"]
    root = sandbox.root
    reason, chain = found["LS205"].evidence.splitlines()
    assert reason == (
        f"ring_a, ring_b and ring_c import each other in a circle: {root}/ring_c.py, line 1, asks ring_a for"
        " 'x', which binds it only at line 2, and is still at line 1"
    )
    assert chain == (
        f"ring_a ({root}/ring_a.py, line 1: import ring_b) → ring_b ({root}/ring_b.py, line 2: import ring_c)"
        f" → ring_c ({root}/ring_c.py, line 1: from ring_a import x) → ring_a"
    )
    evidence = causes("ring_d", load=True)["LS205"].evidence
    assert "asks ring_d for 'x', which binds it only at line 2" in evidence
    assert evidence.splitlines()[1].startswith("ring_d (")
    assert evidence.endswith("line 2: ring_d.x) → ring_d")
    assert "LS205" not in causes("ring_b"), "nothing is executed"


def test_a_circular_import_of_a_submodule(sandbox: Sandbox) -> None:
    """LS205: also where a name is asked of a package that is being imported."""
    sandbox.write(
        {"knot/__init__.py": "from knot import sub\nother = 1\n", "knot/sub.py": "import knot\nknot.other\n"},
        on_path=True,
    )
    assert causes("knot", load=True)["LS205"].evidence.endswith("→ knot")


def test_a_circular_import_by_way_of_a_submodule(sandbox: Sandbox) -> None:
    """LS205: a submodule that is there, but not yet bound on its package."""
    sandbox.write(
        {
            "knot/__init__.py": "",
            "knot/sub.py": "import knot_user\n",
            "knot_user.py": "import knot\nknot.sub.x\n",
        },
        on_path=True,
    )
    assert causes("knot.sub", load=True)["LS205"].evidence.endswith("knot.sub.x) → knot.sub")
    sandbox.write({"plain.py": "import os; os.no_such_name"})
    assert list(causes("plain", load=True)) == ["LS227"]


def test_a_circle_is_told_from_what_a_module_raises_itself(sandbox: Sandbox) -> None:
    """LS205: neither an ImportError of a module's own making nor a name that a whole module lacks is one."""
    sandbox.write(
        {
            "own.py": "raise ImportError('partially initialized module', name=__name__)\n",
            "asks.py": "import whole\ndef ask():\n    from whole import lost\nask()\n",
            "whole.py": "x = 1\n",
            "loop_a.py": "import loop_b\nx = 1\n",
            "loop_b.py": "def ask():\n    from loop_a import x\nask()\n",
        },
        on_path=True,
    )
    assert list(causes("own", load=True)) == ["LS220"]
    assert list(causes("asks", load=True)) == ["LS227"]
    assert causes("loop_a", load=True)["LS205"].evidence.endswith("line 2: from loop_a import x) → loop_a")


def test_a_circle_through_a_function(sandbox: Sandbox) -> None:
    """LS205: a module that is whole, and whose function imports when it is called, is part of the circle."""
    sandbox.write(
        {
            "calls.py": "import called\nx = 1\n",
            "called.py": "import helper\nhelper.help()\n",
            "helper.py": "def help():\n    inner()\ndef inner():\n    from calls import x\n",
        },
        on_path=True,
    )
    evidence = causes("calls", load=True)["LS205"].evidence.splitlines()[1]
    assert [part.partition(" (")[0] for part in evidence.split(" → ")] == [
        "calls",
        "called",
        "helper",
        "calls",
    ]
    assert "line 4: from calls import x)" in evidence


@pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="lazy imports are new in Python 3.15")
def test_a_circle_of_lazy_imports(sandbox: Sandbox) -> None:
    """LS205: a lazy import that is used too early, in the middle of itself or of the module it asks."""
    sandbox.write(
        {
            "early_a.py": "lazy from early_b import y\ny\nx = 1\n",
            "early_b.py": "lazy from early_a import x\nx\ny = 1\n",
            "again_a.py": "lazy from again_b import y\ny\n",
            "again_b.py": "import again_a\nagain_a.y\ny = 1\n",
            "far_a.py": "lazy import far_b\nfar_b.x\ny = 1\n",
            "far_b.py": "lazy import far_c\nfar_c.go()\nx = 1\n",
            "far_c.py": "lazy from far_a import y\ndef go():\n    return y\n",
        },
        on_path=True,
    )
    far = causes("far_a", load=True)["LS205"].evidence.splitlines()[1]
    assert [part.partition(" (")[0] for part in far.split(" → ")] == ["far_a", "far_b", "far_c", "far_a"]
    evidence = causes("early_a", load=True)["LS205"].evidence.splitlines()[1]
    assert evidence.startswith("early_a (")
    assert evidence.endswith("line 2: x) → early_a")
    assert causes("again_a", load=True)["LS205"].evidence.endswith("line 2: again_a.y) → again_b")


def test_a_module_that_is_being_executed(sandbox: Sandbox) -> None:
    """LS205: explained in the middle of the circle, or from another thread, it says where that stands."""
    sandbox.write(
        {
            "ring_a.py": "import ring_b",
            "ring_b.py": "import loadstone\nexplanation = loadstone.explain('ring_a')\n",
            "slow.py": "import slow_waits\nslow_waits.begun.set(); slow_waits.done.wait(60)\n",
            "slow_waits.py": "import threading\nbegun = threading.Event(); done = threading.Event()\n",
        },
        on_path=True,
    )
    explanation = loadstone.import_module("ring_a").ring_b.explanation
    assert explanation.module.imported.state == "initialising"
    (cause,) = explanation.causes
    assert cause.code == "LS205"
    assert cause.evidence.endswith(
        f"ring_b ({sandbox.root}/ring_b.py, line 2: explanation = loadstone.explain('ring_a')) → ring_a"
    )
    assert "is being initialised just now" in str(explanation)
    waits = loadstone.import_module("slow_waits")
    thread = threading.Thread(target=loadstone.import_module, args=("slow",))
    thread.start()
    assert waits.begun.wait(60)
    cause = causes("slow")["LS205"]
    waits.done.set()
    thread.join()
    assert cause.evidence.startswith(f"slow ({sandbox.root}/slow.py, line 2")


def test_a_module_that_was_left_half_done(sandbox: Sandbox) -> None:
    """LS205: a module that says so, and that nobody executes."""
    module = types.ModuleType("stuck")
    spec: Any = ModuleSpec("stuck", BuiltinImporter)
    spec._initializing = True
    module.__spec__ = spec
    sys.modules["stuck"] = module
    assert causes("stuck")["LS205"].evidence == "stuck.__spec__ says that it is being initialised"


def test_none_in_sys_modules(sandbox: Sandbox) -> None:
    """LS206: for the module and for a parent; nothing else need be searched for."""
    sandbox.write({"wanted/__init__.py": "", "wanted/sub.py": ""}, on_path=True)
    sys.modules["wanted"] = None  # type: ignore[assignment]
    explanation = loadstone.explain("wanted")
    assert not explanation.found
    assert explanation.causes[0].code == "LS206"
    assert explanation.causes[0].remedy.endswith("del sys.modules['wanted'].")
    assert "is None in sys.modules: importing it fails" in str(explanation)
    assert not loadstone.explain("wanted.sub").found
    assert "LS206" in causes("wanted.sub")


def test_a_stale_pth_file(sandbox: Sandbox) -> None:
    """LS207: lines that lead nowhere, by file and number; those that import, and comments, do not count."""
    sandbox.write(
        {
            "site-packages/good.pth": "# comment\nimport sys\n.\n\n",
            "site-packages/old.pth": "here\n/no/such/project/src\nnul\0\n",
            "site-packages/here/module.py": "",
        }
    )
    folder = sandbox.on_path("site-packages")
    (sandbox.root / "site-packages" / "looks.pth").mkdir()
    evidence = causes("wanted_")["LS207"].evidence
    assert evidence.splitlines()[-1] == f"{folder}/old.pth, line 2: /no/such/project/src"
    assert "good.pth" not in evidence
    assert "LS207" not in causes("json.wanted"), "a .pth file is of no use for submodules"
    assert "LS207" not in causes("json")


def test_the_parent_is_no_package(sandbox: Sandbox) -> None:
    """LS208: with the way to import what is not a module but in one."""
    explanation = loadstone.explain("colorsys.wanted.sub")
    assert explanation.module is None
    assert "its parent colorsys is not a package" in str(explanation)
    cause = explanation.causes[0]
    assert cause.code == "LS208"
    assert "colorsys.py), which has no __path__" in cause.evidence
    assert "os" in sys.modules
    assert causes("os.getcwd")["LS208"].remedy == "Import it so: from os import getcwd"
    assert "'getcwd' is a builtin_function_or_method in it" in causes("os.getcwd")["LS208"].evidence
    sys.modules["bare"] = types.ModuleType("bare")
    assert causes("bare.sub")["LS208"].evidence == "'bare' is a module, which has no __path__"
    assert "its parent no_such is not found" in str(loadstone.explain("no_such.sub"))


def test_an_empty_path(sandbox: Sandbox) -> None:
    """LS209: a package whose `__path__` is empty."""
    package = types.ModuleType("hollow")
    package.__path__ = []
    sys.modules["hollow"] = package
    assert causes("hollow.sub")["LS209"].evidence == "hollow.__path__ is empty"
    assert "along the parent's path: (empty)" in loadstone.explain("hollow.sub").text(verbose=True)


@pytest.mark.parametrize("name", ["wanted.py", "wanted/__init__.py"])
def test_a_directory_that_was_not_looked_at_again(sandbox: Sandbox, name: str) -> None:
    """LS210: the file has come while the directory's modification time has stayed the same."""
    folder = sandbox.on_path()
    stamp = 1_000_000_000
    os.utime(folder, (stamp, stamp))
    assert not loadstone.explain("wanted").found
    file = sandbox.root / name
    file.parent.mkdir(exist_ok=True)
    file.write_text("")
    os.utime(folder, (stamp, stamp))
    assert str(sandbox.root / name.partition("/")[0]) in causes("wanted")["LS210"].evidence
    importlib.invalidate_caches()
    assert loadstone.explain("wanted").found


def test_an_entry_that_was_not_there_before(sandbox: Sandbox) -> None:
    """LS210: a directory or archive that came after its path entry was remembered as useless."""
    sandbox.on_path("later")
    assert not loadstone.explain("wanted").found
    sys.path_importer_cache[sys.path[0]] = None
    file = sandbox.root / "later" / "wanted.py"
    file.parent.mkdir()
    file.write_text("")
    assert "later: has come since it was last looked for" in causes("wanted")["LS210"].evidence
    sandbox.on_path("later.zip")
    sys.path_importer_cache[sys.path[0]] = None
    with zipfile.ZipFile(sandbox.root / "later.zip", "w") as archive:
        archive.writestr("wanted.py", "")
    assert "later.zip: has come since it was last looked for" in causes("wanted")["LS210"].evidence


def test_an_archive_that_was_not_read_again(sandbox: Sandbox) -> None:
    """LS210: the module has come into a zip archive that is known already."""
    path = sandbox.root / "lib.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.py", "")
    sandbox.on_path("lib.zip")
    assert not loadstone.explain("wanted").found
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("wanted.py", "")
    assert "has come since the archive was last read" in causes("wanted")["LS210"].evidence
    path.write_bytes(b"no archive any more")
    assert "can no longer be read as a zip archive" in causes("wanted")["LS218"].evidence


def test_files_that_differ_by_case(sandbox: Sandbox) -> None:
    """LS212: in a directory and in an archive, files and packages."""
    sandbox.write({"a/Wanted.py": "", "b/WANTED/__init__.py": "", "a/wanted.PY": ""})
    with zipfile.ZipFile(sandbox.root / "c.zip", "w") as archive:
        archive.writestr("inner/wanteD.py", "")
        archive.writestr("wanTed.py", "")
    for entry in ("a", "b", "c.zip/inner"):
        sandbox.on_path(entry)
    lines = causes("wanted")["LS212"].evidence.splitlines()
    assert lines == [
        f"{sandbox.root}/{name}: differs in upper and lower case"
        for name in ("c.zip/inner/wanteD.py", "b/WANTED", "a/Wanted.py", "a/wanted.PY")
    ]
    assert f"{sandbox.root}/a/Wanted.py: differs" in str(loadstone.explain("wanted"))


def test_files_for_another_python(sandbox: Sandbox) -> None:
    """LS213: extension modules of another version; any in an archive; bytecode with another magic number."""
    sandbox.write({f"a/{OTHER_EXTENSION}": b"", "b/wanted.pyc": b"\x0bad\n" + bytes(12)})
    with zipfile.ZipFile(sandbox.root / "c.zip", "w") as archive:
        archive.writestr(f"wanted{EXTENSION_SUFFIXES[0]}", b"")
        archive.writestr("wanted.so.d/x", b"")
    sandbox.on_path("c.zip")
    sandbox.on_path("a")
    found = causes("wanted")
    assert found["LS213"].evidence == (
        f"{sandbox.root}/a/{OTHER_EXTENSION}: compiled for Python 3.9 on x86_64-linux-gnu:"
        f" this one's suffix is {EXTENSION_SUFFIXES[0]}"
    )
    assert found["LS235"].evidence == (
        f"{sandbox.root}/c.zip/wanted{EXTENSION_SUFFIXES[0]}:"
        " an extension module cannot be imported from a zip archive"
    )
    assert found["LS235"].remedy.startswith("Unpack the archive")
    sandbox.on_path("b")
    explanation = loadstone.explain("wanted")
    assert explanation.found
    (cause,) = explanation.causes
    assert cause.code == "LS213"
    assert cause.evidence.endswith(
        "b/wanted.pyc: bytecode without its source, compiled by another version of Python: it will not load"
    )
    assert not loadstone.explain("wanted", load=True).found


def test_bytecode_of_this_python_is_no_miss(sandbox: Sandbox) -> None:
    """Bytecode without source loads, if this Python has made it."""
    import py_compile

    sandbox.write({"source.py": "", "wanted.txt": ""}, on_path=True)
    py_compile.compile(str(sandbox.root / "source.py"), str(sandbox.root / "wanted.pyc"))
    importlib.invalidate_caches()
    explanation = loadstone.explain("wanted")
    assert explanation.found
    assert explanation.causes == ()


def test_bytecode_in_an_archive_and_portions_of_others(sandbox: Sandbox) -> None:
    """Bytecode that is no file, and portions that are no directories, are nothing to look into."""
    import py_compile

    sandbox.write({"source.py": ""})
    py_compile.compile(str(sandbox.root / "source.py"), str(sandbox.root / "wanted.pyc"))
    with zipfile.ZipFile(sandbox.root / "lib.zip", "w") as archive:
        archive.write(sandbox.root / "wanted.pyc", "wanted.pyc")
    sandbox.on_path("lib.zip")
    explanation = loadstone.explain("wanted")
    assert explanation.found
    assert explanation.causes == ()

    class Entry:
        def find_spec(self, name: str, target: Any = None) -> Any:
            spec = ModuleSpec(name, None)
            spec.submodule_search_locations = ["nowhere:portion"]
            return spec

    def hook(entry: str) -> Any:
        if entry != "nowhere:":
            raise ImportError
        return Entry()

    sys.path_hooks.append(hook)
    sys.path.append("nowhere:")
    explanation = loadstone.explain("portion")
    assert explanation.spec is not None
    assert explanation.spec.place == "namespace package of nowhere:portion"


def test_hyphens(sandbox: Sandbox) -> None:
    """LS214: in the name that was asked for; in the file or directory that is there."""
    sandbox.write({"wanted-thing.py": "", "other-thing/__init__.py": ""}, on_path=True)
    assert f"{sandbox.root}/wanted-thing.py: has a hyphen" in causes("wanted_thing")["LS214"].evidence
    assert f"{sandbox.root}/other-thing: has a hyphen" in causes("other_thing")["LS214"].evidence
    assert causes("other-things")["LS214"].remedy == "The module may be called 'other_things'."


@pytest.mark.parametrize(
    ("name", "prefix", "why", "remedy"),
    [
        ("tkinter", "/usr", "where Tk is", "apt install python3-tk"),
        ("tkinter", "/opt/python", "where Tk is", "apt install tk-dev), and build Python again; or"),
        (
            "_ctypes",
            "/home/me/.pyenv/versions/3.13.1",
            "where libffi is",
            ": pyenv install --force 3.13.1; or",
        ),
        ("ensurepip", "/usr", "left out of this Python, /usr", "apt install python3-venv"),
        ("antigravity", "/usr", "left out of this Python, /usr", "Use a Python that is built with it"),
    ],
)
def test_what_a_build_of_python_lacks(
    monkeypatch: pytest.MonkeyPatch, name: str, prefix: str, why: str, remedy: str
) -> None:
    """LS215: the library that the module is built upon, and how the very Python comes to have it."""
    monkeypatch.setattr(sys, "base_prefix", prefix)
    evidence, mend = left_out(name)
    assert evidence.startswith(
        f"{name!r} is of the standard library, but was left out of this Python, {prefix}"
    )
    assert why in evidence
    assert remedy in mend


def test_modules_that_come_and_go(sandbox: Sandbox) -> None:
    """LS215: gone, not there yet, or not of this platform; with what is used instead."""
    assert "has left the standard library in Python 3.10" in causes("symbol")["LS215"].evidence
    assert causes("symbol")["LS215"].remedy == "There is nothing in its place."
    assert causes("_winreg")["LS215"].remedy == "Use winreg, of Windows."
    assert causes("ConfigParser")["LS215"].remedy == "Use configparser."
    if sys.platform != "win32":
        assert "of the standard library for Windows only" in causes("winreg")["LS215"].evidence
    assert causes("collections.Mapping")["LS252"].evidence.startswith(
        "collections.Mapping has left the standard library with Python 3.10"
    )
    if sys.version_info < (3, 14):
        assert causes("annotationlib")["LS215"].remedy.startswith("Use a newer Python, or typing_extensions")
    if sys.version_info >= (3, 12):
        assert "setuptools" in causes("distutils.core")["LS215"].remedy


def test_only_a_cache_is_left(sandbox: Sandbox) -> None:
    """LS216: the source has gone, its bytecode is in `__pycache__`."""
    sandbox.write({"__pycache__/wanted.cpython-312.pyc": b"", "__pycache__/other.py": b""}, on_path=True)
    assert "is left of a source file that has gone" in causes("wanted")["LS216"].evidence
    assert "LS216" not in causes("other")


def test_files_of_nearly_the_right_name(sandbox: Sandbox) -> None:
    """LS217: other suffixes, stubs, directories and dead links in the place of files, a misspelt __init__."""
    sandbox.write(
        {
            "a/wanted.pu": "",
            "b/wanted.py.txt": "",
            "c/wanted.pyi": "",
            "d/wanted.py/x": "",
            "f/_init_.py": "",
            "f/x/other": "",
        }
    )
    (sandbox.root / "e").mkdir()
    (sandbox.root / "e" / "wanted.py").symlink_to("nowhere")
    for entry in "edcba":
        sandbox.on_path(entry)
    reasons = [
        "a/wanted.pu: .pu is no suffix of modules",
        "b/wanted.py.txt: .py.txt is no suffix of modules",
        "c/wanted.pyi: a stub for type checkers, with no code",
        "d/wanted.py: is a directory",
        "e/wanted.py: is no regular file, or a link to nothing",
    ]
    assert causes("wanted")["LS217"].evidence.splitlines() == [
        f"{sandbox.root}/{reason}" for reason in reasons
    ]
    sandbox.on_path()
    assert "f/_init_.py: not __init__.py: the directory" in causes("f")["LS217"].evidence
    (sandbox.root / "f" / "__init__.py").symlink_to("nowhere")
    assert "f/_init_.py: not __init__.py: the directory" in str(loadstone.explain("f.sub"))
    assert "f/__init__.py: no regular file, or a link to nothing: the" in str(loadstone.explain("f.sub"))


def test_a_finder_for_other_suffixes_misses_those(sandbox: Sandbox) -> None:
    """What a path entry finder is for is its own affair: it does not look for .py files here."""
    sandbox.write({"recipes/wanted.py": "", "recipes/wanted.lol": ""})
    folder = sandbox.on_path("recipes")
    sys.path_importer_cache[folder] = FileFinder(folder, (SourceFileLoader, [".rye"]))
    assert causes("wanted")["LS217"].evidence.splitlines() == [
        f"{folder}/wanted.lol: .lol is no suffix of modules",
        f"{folder}/wanted.py: .py is no suffix of modules",
    ]


def test_path_entries_that_cannot_be_used(sandbox: Sandbox) -> None:
    """LS218: broken archives, what is no str, what is no directory; missing ones are told in the tree."""
    sandbox.write({"broken.zip": b"PK\x03\x04 no archive", "text.txt": ""})
    sandbox.on_path("broken.zip")
    sandbox.on_path("text.txt")
    sandbox.on_path("missing")
    sys.path[1:1] = [sandbox.root, b"bytes"]  # type: ignore[list-item]
    explanation = loadstone.explain("wanted")
    (cause,) = [cause for cause in explanation.causes if cause.code == "LS218"]
    path, *_, text, broken = cause.evidence.splitlines()
    assert path == f"{sandbox.root!r}: a path entry that is no str is passed over"
    assert text.startswith(f"{sandbox.root}/text.txt: no path hook takes it: ")
    assert broken.startswith(f"{sandbox.root}/broken.zip: no path hook takes it: ")
    assert "Zip file" in broken
    assert f"{sandbox.root}/missing: does not exist" in explanation.text(verbose=True)


@pytest.fixture
def locked(sandbox: Sandbox) -> Iterator[Path]:
    """A directory that this process may not list, in one that others may enter."""
    user = os.geteuid()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "locked")
        folder.mkdir()
        (folder / "wanted.py").write_text("")
        (folder / "inner").mkdir()
        Path(name).chmod(0o755)
        folder.chmod(0)
        try:
            if user == 0:
                os.seteuid(65534)
            yield folder
        finally:
            os.seteuid(user)
            folder.chmod(0o755)


def test_a_directory_that_cannot_be_read(sandbox: Sandbox, locked: Path) -> None:
    """LS218: a directory without permission to list it, or to get to it."""
    sys.path[:0] = [str(locked), str(locked / "inner")]
    lines = causes("wanted")["LS218"].evidence.splitlines()
    assert f"{locked}: cannot be read: Permission denied" in lines
    assert f"{locked}/inner: cannot be read: Permission denied" in lines


def test_a_directory_with_a_link_that_leads_nowhere(sandbox: Sandbox) -> None:
    """What in a directory cannot be looked at costs none of the rest: what is nearly the module is told."""
    sandbox.write({"Wanted.py": ""}, on_path=True)
    os.symlink("loop", sandbox.root / "loop")
    found = causes("wanted")
    assert "LS218" not in found
    assert "Wanted" in str(loadstone.explain("wanted"))


def test_what_is_imported_is_not_what_is_found(sandbox: Sandbox) -> None:
    """LS219: another file now, no file now, no `__spec__`."""
    sandbox.write({"a/wanted.py": "", "b/wanted.py": ""})
    sandbox.on_path("a")
    loadstone.import_module("wanted")
    assert causes("wanted") == {}
    sandbox.on_path("b")
    explanation = loadstone.explain("wanted")
    assert explanation.found
    (cause,) = explanation.causes
    assert cause.code == "LS219"
    assert cause.evidence == (
        f"wanted was imported from {sandbox.root}/a/wanted.py; a search finds {sandbox.root}/b/wanted.py"
    )
    assert "a search finds something else now" in str(explanation)
    del sys.path[:2]
    assert causes("wanted")["LS219"].evidence.endswith("a search finds nothing")
    sys.modules["other_name"] = sys.modules["json"]
    assert causes("other_name") == {}, "one module may stand under several names"
    module = sys.modules["made"] = types.ModuleType("made")
    assert causes("made")["LS219"].evidence == "made in sys.modules has no __spec__"
    module.__file__ = "/made/by/hand.py"
    assert causes("made")["LS219"].evidence.endswith("its __file__ is /made/by/hand.py")


@pytest.mark.parametrize(
    ("name", "better"),
    [
        ("wanted.py", "wanted"),
        ("pkg/wanted.py", "pkg.wanted"),
        ("./pkg/__init__.py", None),
        ("pkg/__init__.py", "pkg"),
        ("wanted.pyc", "wanted"),
    ],
)
def test_names_of_files(sandbox: Sandbox, name: str, better: str | None) -> None:
    """LS221: the name of a file is not the name of a module; the module's is told."""
    sandbox.write({"wanted.py": "", "pkg/__init__.py": "", "pkg/wanted.py": ""}, on_path=True)
    if better is None:
        with pytest.raises(ImportError):
            loadstone.explain(name)
    else:
        assert causes(name)["LS221"].remedy == f"Its module would be {better!r}."


@pytest.mark.parametrize("name", ["1st", "a b", "class", "a..b"])
def test_names_that_are_none(name: str) -> None:
    """LS221: what is not made of identifiers."""
    assert "is not made of identifiers" in causes(name)["LS221"].evidence


def test_a_copy_of_the_parent_has_it(sandbox: Sandbox) -> None:
    """LS222: a package that is shadowed, or a directory that a regular package keeps out, has the module."""
    sandbox.write(
        {
            "a/pkg/old.py": "",
            "b/pkg/__init__.py": "",
            "c/pkg/__init__.py": "",
            "c/pkg/new.py": "",
            "b/pkg/x.py": "",
        }
    )
    for entry in "cba":
        sandbox.on_path(entry)
    root = sandbox.root
    place = f"'pkg' is {root}/b/pkg/__init__.py, which hides it"
    assert causes("pkg.new")["LS222"].evidence == f"{root}/c/pkg/new.py is there, but {place}"
    assert causes("pkg.old")["LS222"].evidence == f"{root}/a/pkg/old.py is there, but {place}"
    assert "LS222" not in causes("pkg.missing")
    sandbox.write({"c/pkg/folder/x": ""})
    assert "LS222" not in causes("pkg.folder")
    assert loadstone.explain("pkg.x").found
    loadstone.import_module("pkg")
    assert causes("pkg.new")["LS222"].evidence.endswith(place)


def test_a_copy_in_an_entry_whose_hook_fails(sandbox: Sandbox) -> None:
    """LS222: what cannot be looked into is passed over."""
    sandbox.write({"pkg/__init__.py": ""}, on_path=True)

    class Second:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            spec = ModuleSpec(name, BuiltinImporter, is_package=True)
            spec.submodule_search_locations = ["fails:"]
            return spec if name == "pkg" else None

    def hook(entry: str) -> Any:
        raise ValueError(entry) if entry == "fails:" else ImportError

    sys.meta_path.append(Second())
    sys.path_hooks.insert(0, hook)
    assert "LS222" not in causes("pkg.sub")


def test_it_is_installed_for_another_python(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS223: below the prefix of this environment or of the Python that it was made from."""
    sandbox.write(
        {
            "base/lib/python3.9/site-packages/wanted/__init__.py": "",
            "base/lib/python3.12/site-packages/wanted.py": "",
        }
    )
    monkeypatch.setattr(sys, "base_prefix", str(sandbox.root / "base"))
    why, *places = causes("wanted")["LS223"].evidence.splitlines()
    other = f"{sandbox.root}/base, another Python beside this one"
    assert why == f"'wanted' is installed in {other}; the Python that is asked is {sys.executable}"
    assert sorted(places) == [
        f"{sandbox.root}/base/lib/python3.12/site-packages/wanted.py",
        f"{sandbox.root}/base/lib/python3.9/site-packages/wanted/__init__.py",
    ]
    sandbox.on_path("base/lib/python3.9/site-packages")
    assert loadstone.explain("wanted").found


def test_a_module_that_its_package_does_not_have(sandbox: Sandbox) -> None:
    """LS225: with where the package looks; first where its code has no word of other ways."""
    sandbox.write(
        {"plain/__init__.py": "from . import other\n", "plain/other.py": "from .absentee import x\n"}
    )
    sandbox.write({"free/__init__.py": "__path__.append('elsewhere')\n"}, on_path=True)
    place = f"'plain' has no module 'absentee': nothing in {sandbox.root}/plain is it"
    for explanation in loadstone.explain("plain.absentee"), loadstone.explain("plain", load=True):
        first = explanation.causes[0]
        assert (first.code, first.evidence.splitlines()[0]) == ("LS225", place)
        assert first.remedy == f"Mend the name, or make {sandbox.root}/plain/absentee.py."
    assert loadstone.explain("free.absentee").causes[0].code == "LS224"


def test_a_parent_that_was_not_executed(sandbox: Sandbox) -> None:
    """LS224: what a parent does when it is executed is not known; with `load` it is."""
    sandbox.write(
        {
            "pkg/__init__.py": "import sys, types\nsys.modules['pkg.made'] = types.ModuleType('pkg.made')",
            "ns/portion.py": "",
        },
        on_path=True,
    )
    assert causes("pkg.made")["LS224"].evidence == "'pkg' was found, not imported"
    assert "not found: pkg.made, which may change when pkg is executed" in str(loadstone.explain("pkg.made"))
    assert "LS224" not in causes("ns.made"), "there is nothing to execute"
    explanation = loadstone.explain("pkg.made", load=True)
    assert explanation.found
    assert "LS224" not in causes("pkg.other", load=True)


def test_nothing_is_known(sandbox: Sandbox) -> None:
    """LS225: where there is nothing else to say, this is, with the Python that it is to be installed for."""
    sys.path[:] = [sysconfig.get_path("stdlib")]
    found = causes("qqqqqqqqqqqq")
    assert [code for code in found if code != "LS207"] == ["LS225"]
    assert sys.executable in found["LS225"].remedy


def test_causes_stand_in_the_text(sandbox: Sandbox) -> None:
    """Each cause is shown with its code, its title, its evidence and its remedy."""
    sandbox.write({"wanted.py.txt": ""}, on_path=True)
    sandbox.on_path()
    text = str(loadstone.explain("wanted"))
    assert "LS217 A file is called almost as the module's would be\n" in text
    assert f"\n  {sandbox.root}/wanted.py.txt: .py.txt is no suffix of modules\n" in text
    assert f"\n  → {CODES['LS217'].remedy}" in text
