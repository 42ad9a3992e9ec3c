"""doctor: modules that hide others, that are loaded twice, portions, path entries and caches."""

from __future__ import annotations

import importlib
import importlib.util
import os
import py_compile
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

import loadstone
from loadstone._core.versions import HAS_LAZY_IMPORTS
from loadstone.report.doctor import examine, folders, modules
from loadstone.report.doctor.environment import live

from .doctors import about, as_site, found, one

if TYPE_CHECKING:
    from ..conftest import Sandbox


def test_a_module_that_shadows_the_standard_library(sandbox: Sandbox) -> None:
    """LS141: a file, a package and a module in an archive ahead of it; not a directory, not one behind it."""
    sandbox.write({"local/mine.py": "", "local/wsgiref/file.txt": "", "behind/this.py": ""})
    sandbox.on_path("local")
    sys.path.append(str(sandbox.root / "behind"))
    assert not found("LS141")
    sandbox.write({"local/random.py": "", "local/xml/__init__.py": ""})
    with zipfile.ZipFile(sandbox.root / "local.zip", "w") as archive:
        archive.writestr("turtle.py", "")
    sys.path.insert(0, str(sandbox.root / "local.zip"))
    assert [(finding.subject, finding.severity) for finding in found("LS141")] == [
        ("turtle", "warning"),
        ("random", "warning"),
        ("xml", "warning"),
    ]
    assert str(sandbox.root / "local" / "random.py") in one("LS141", "random").evidence


def test_a_module_that_the_interpreter_has_built_in(sandbox: Sandbox) -> None:
    """LS141: a file that is itself never imported, since the interpreter has its own; a note."""
    sandbox.write({"sys.py": "", "zipimport.py": ""}, on_path=True)
    assert {finding.subject: finding.severity for finding in found("LS141")} == {
        "sys": "note",
        "zipimport": "note",
    }


def test_a_standard_library_that_is_on_the_path_twice(sandbox: Sandbox) -> None:
    """LS141: a link to the standard library's own file hides nothing."""
    (sandbox.root / "random.py").symlink_to(os.path.join(os.path.dirname(os.__file__), "random.py"))
    sandbox.on_path()
    assert not found("LS141")


def test_a_path_without_the_standard_library(sandbox: Sandbox) -> None:
    """LS141: what comes in its place hides nothing that is not there."""
    sandbox.write({"random.py": ""})
    environment = attrs.evolve(live(), path=[str(sandbox.root)])
    (finding,) = examine.findings_of(modules.shadows_standard_library, environment)
    assert finding.subject == "random"


def test_a_module_that_shadows_a_distribution(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS142: with the distribution's name; a note for names like tests."""
    folder = "site-packages/dist_one-1.dist-info"
    sandbox.write(
        {
            "site-packages/one.py": "",
            "site-packages/tests/__init__.py": "",
            "site-packages/other.py": "",
            f"{folder}/METADATA": "Metadata-Version: 2.1\nName: dist-one\nVersion: 1\n",
            f"{folder}/RECORD": "one.py,,\n",
            f"{folder}/top_level.txt": "one\n",
            "local/mine.py": "",
            "local/one/text.txt": "",
            "behind/one.py": "",
        }
    )
    as_site(monkeypatch, sandbox.on_path("site-packages"))
    sandbox.on_path("local")
    sys.path.append(str(sandbox.root / "behind"))
    assert not found("LS142")
    sandbox.write({"local/one.py": "", "local/tests/__init__.py": "", "local/other.py": ""})
    (sandbox.root / "site-packages" / "linked.py").symlink_to(sandbox.root / "local" / "mine.py")
    (sandbox.root / "local" / "linked.py").symlink_to(sandbox.root / "local" / "mine.py")
    local, site = sandbox.root / "local", sandbox.root / "site-packages"
    finding = one("LS142", "one")
    assert finding.evidence == f"{local / 'one.py'} is found before {site / 'one.py'}, of dist-one"
    assert one("LS142", "other").evidence == f"{local / 'other.py'} is found before {site / 'other.py'}"
    severities = {finding.subject: finding.severity for finding in found("LS142")}
    assert severities == {"one": "warning", "other": "warning", "tests": "note"}


def test_a_module_loaded_twice(sandbox: Sandbox) -> None:
    """LS143: by the names that the path gives it; an alias, the same object, is not meant."""
    sandbox.write({"package/__init__.py": "", "package/inner.py": ""}, on_path=True)
    inner = importlib.import_module("package.inner")
    sys.modules["alias_of_inner"] = inner
    assert not about("LS143", "inner")
    sandbox.on_path("package")
    importlib.import_module("inner")
    finding = one("LS143", "inner")
    assert finding.subject == "inner and package.inner"
    assert finding.evidence == f"both are {sandbox.root / 'package' / 'inner.py'}, each loaded from it"


def test_a_copy_that_is_made_on_purpose(sandbox: Sandbox) -> None:
    """LS143: a module that was made of another's spec, and put under a name of its own, is meant to be."""
    sandbox.write({"patched.py": ""}, on_path=True)
    importlib.import_module("patched")
    spec = importlib.util.find_spec("patched")
    assert spec is not None
    sys.modules["overlay.patched"] = importlib.util.module_from_spec(spec)
    assert not about("LS143", "patched")


def test_a_script_that_is_imported_too(sandbox: Sandbox) -> None:
    """LS143: `__main__` and the module's own name, in a real program."""
    program = """
        import loadstone
        if __name__ == "__main__":
            print(*(each.subject for each in loadstone.doctor(only=["LS143"]).findings))
            import other
            print(*(each.subject for each in loadstone.doctor(only=["LS143"]).findings))
        """
    sandbox.write({"program.py": program, "other.py": "import program"})
    assert sandbox.python("program.py").stdout == "\n__main__ and program\n"


def test_what_is_no_module_of_a_source_file(sandbox: Sandbox) -> None:
    """LS143: objects without a namespace and several modules of one library are left alone."""
    sys.modules["odd"] = object()  # type: ignore[assignment]
    for name in ("first", "second"):
        module = importlib.util.module_from_spec(importlib.machinery.ModuleSpec(name, None))
        module.__file__ = str(sandbox.root / "library.so")
        sys.modules[name] = module
    assert not about("LS143", "first")


def test_a_portion_that_a_package_hides(sandbox: Sandbox) -> None:
    """LS144: a directory without __init__.py, with modules, beside a package of its name."""
    sandbox.write({"a/pkg/__init__.py": "", "b/pkg/data.txt": "", "c/pkg/sub/data.txt": ""})
    for entry in "abc":
        sandbox.on_path(entry)
    assert not found("LS144")
    sandbox.write({"b/pkg/hidden.py": "", "c/pkg/sub/__init__.py": ""})
    evidence = about("LS144", "pkg")
    assert len(evidence) == 2
    package, hidden = sandbox.root / "a" / "pkg", sandbox.root / "b" / "pkg"
    assert f"{package} hides {hidden}, where there is hidden.py" in evidence


def test_portions_of_a_namespace_package(sandbox: Sandbox) -> None:
    """LS144: portions beside portions are fine; inside them, a package may hide one."""
    sandbox.write({"a/space/one/mod.py": "", "b/space/one/mod2.py": "", "b/space/two/mod.py": ""})
    for entry in "ab":
        sandbox.on_path(entry)
    assert not found("LS144")
    sandbox.write({"a/space/one/__init__.py": ""})
    assert len(about("LS144", "space.one")) == 1


@pytest.mark.parametrize("is_loaded", [False, True])
def test_a_package_that_joins_its_portions(sandbox: Sandbox, is_loaded: bool) -> None:
    """LS144: a package that extends its own path hides nothing, whether it is loaded or not."""
    join = "import pkgutil\n__path__ = pkgutil.extend_path(__path__, __name__)\n"
    sandbox.write({"a/pkg/__init__.py": join, "b/pkg/mod.py": ""})
    for entry in "ab":
        sandbox.on_path(entry)
    if is_loaded:
        # It takes directories with an __init__.py only, unless it is told of others.
        sandbox.write({"a/pkg/__init__.py": f"__path__.append({str(sandbox.root / 'b' / 'pkg')!r})"})
        importlib.import_module("pkg")
    assert not found("LS144")


def test_what_is_no_portion(sandbox: Sandbox) -> None:
    """LS144: a project's directory is no portion; common names are a note; packages may be of any kind."""
    sandbox.write(
        {
            "a/pkg/__init__.py": "",
            "b/pkg/setup.py": "",
            "b/pkg/mod.py": "",
            "a/tests/__init__.py": "",
            "b/tests/test_it.py": "",
            "a/compiled/__init__.pyc": b"",
            "b/compiled/mod.py": "",
            "b/not-a-name/mod.py": "",
            "b/file": "",
        }
    )
    for entry in ("a", "b", "no/such/entry", "b/file"):
        sandbox.on_path(entry)
    assert {finding.subject: finding.severity for finding in found("LS144")} == {
        "tests": "note",
        "compiled": "warning",
    }


def test_a_directory_that_goes_away(sandbox: Sandbox) -> None:
    """LS144: what cannot be listed has no modules."""
    assert modules.modules_in(str(sandbox.root / "gone")) == []


def test_a_path_entry_that_is_missing(sandbox: Sandbox) -> None:
    """LS151: entries that are not there; those that a path hook knows, or Python itself adds, are fine."""

    class Entry:
        pass

    def hook(entry: str) -> Entry:
        if entry != "scheme://known":
            raise ImportError
        return Entry()

    sys.path_hooks.append(hook)
    sys.path += ["scheme://known", f"/x/python{sys.version_info[0]}{sys.version_info[1]}.zip"]
    sys.path += [os.path.join(os.path.dirname(os.__file__), "lib-dynload-of-no-one")]
    before = dict(sys.path_importer_cache)
    assert not found("LS151")
    sys.path.append(str(sandbox.root / "gone"))
    assert one("LS151", "gone").severity == "warning"
    assert sys.path_importer_cache == before


def test_a_path_entry_that_is_listed_twice(sandbox: Sandbox) -> None:
    """LS152: as it is, or by a link; a note."""
    sandbox.write({"real/file": ""})
    (sandbox.root / "link").symlink_to("real")
    sandbox.on_path("real")
    assert not about("LS152", str(sandbox.root))
    sandbox.on_path("real")
    sandbox.on_path("link")
    evidence = about("LS152", str(sandbox.root))
    assert evidence == [
        f"sys.path[1] is {str(sandbox.root / 'link')!r} in another spelling: sys.path[0]",
        f"sys.path[2] is {str(sandbox.root / 'link')!r} in another spelling: sys.path[0]",
    ]
    sys.path.remove(str(sandbox.root / "link"))
    assert about("LS152", str(sandbox.root)) == ["sys.path[1] is the same as sys.path[0]"]


def test_a_relative_path_entry(sandbox: Sandbox) -> None:
    """LS153: relative and empty ones, but for an empty one in front, as an interpreter has it."""
    sandbox.write({"lib/mod.py": ""})
    os.chdir(sandbox.root)
    sys.path.insert(0, "")
    assert not found("LS153")
    sys.path[1:1] = ["", "lib"]
    assert [finding.subject for finding in found("LS153")] == ["''", "lib"]
    assert str(sandbox.root / "lib") in one("LS153", "lib").evidence


def test_a_path_entry_that_is_no_string(sandbox: Sandbox) -> None:
    """LS154: a pathlib.Path on `sys.path` does nothing; an error."""
    assert not found("LS154")
    sandbox.write({"only_here.py": ""})
    sys.path.insert(0, Path(sandbox.root))  # type: ignore[arg-type]
    assert importlib.util.find_spec("only_here") is None
    finding = one("LS154", str(sandbox.root))
    assert finding.severity == "error"
    assert "sys.path[0] is of pathlib." in finding.evidence


def test_a_path_entry_that_can_be_no_path(sandbox: Sandbox) -> None:
    """LS100: what path hooks raise for an entry with a null character does not end the examination."""
    sys.path.append("with\0null")
    (finding,) = found("LS151")
    assert finding.code == "LS100"
    assert "null" in finding.evidence


TAG = sys.implementation.cache_tag


def test_caches_of_other_pythons(sandbox: Sandbox) -> None:
    """LS161: how many of which Python, and how large; a note for each path entry."""
    sandbox.write(
        {
            "mod.py": "",
            f"__pycache__/mod.{TAG}.pyc": b"1",
            f"__pycache__/mod.{TAG}.opt-1.pyc": b"1",
            f"__pycache__/mod.{TAG}-pytest-8.pyc": b"1",
            "venv/pyvenv.cfg": "",
            "venv/lib/mod.py": "",
            "venv/lib/__pycache__/mod.cpython-27.pyc": b"1",
            ".tox/mod.py": "",
            ".tox/__pycache__/mod.cpython-27.pyc": b"1",
        }
    )
    sandbox.on_path()
    assert not about("LS161", str(sandbox.root))
    sandbox.write(
        {"__pycache__/mod.cpython-27.pyc": b"x" * 1200, "pkg/other.py": "", "pkg/__pycache__/x.pyc": b""}
    )
    sandbox.write({"pkg/__pycache__/other.pypy-27.pyc": b"x" * 300})
    finding = one("LS161", str(sandbox.root))
    assert finding.evidence == "1 of cpython-27, 1 of pypy-27: 1.5 kB"
    assert finding.severity == "note"
    sandbox.write({"__pycache__/mod.cpython-26.pyc": b"x" * 1_000_000})
    assert one("LS161", str(sandbox.root)).evidence.endswith(": 1.0 MB")


def test_only_so_many_directories_are_looked_at(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS161: in a huge tree, it is said how far it got."""
    monkeypatch.setattr(folders, "MOST", 2)
    sandbox.write({"__pycache__/mod.cpython-27.pyc": b"", "mod.py": "", "a/mod.py": "", "b/mod.py": ""})
    sandbox.on_path()
    assert one("LS161", str(sandbox.root)).evidence.endswith(" in the first 2 directories")


def test_an_entry_inside_another(sandbox: Sandbox) -> None:
    """LS161: what is below two path entries counts once."""
    sandbox.write({"src/mod.py": "", "src/__pycache__/mod.cpython-27.pyc": b""})
    sandbox.on_path("src")
    sandbox.on_path()
    assert [finding.subject for finding in found("LS161") if str(sandbox.root) in finding.subject] == [
        str(sandbox.root)
    ]


def test_caches_without_source(sandbox: Sandbox) -> None:
    """LS162: how many, and one of them; sources may be of any suffix."""
    sandbox.write(
        {"mod.py": "", f"__pycache__/mod.{TAG}.pyc": b"", f"__pycache__/hy.{TAG}.pyc": b"", "hy.hy": ""}
    )
    sandbox.on_path()
    assert not about("LS162", str(sandbox.root))
    sandbox.write({f"__pycache__/gone.{TAG}.pyc": b""})
    (evidence,) = about("LS162", str(sandbox.root))
    assert evidence == f"1, among them {sandbox.root / '__pycache__' / f'gone.{TAG}.pyc'}"


def test_a_module_of_bytecode_of_another_python(sandbox: Sandbox) -> None:
    """LS163: a .pyc that cannot be imported; one of this Python, and one beside its source, are fine."""
    sandbox.write({"mod.py": "", "beside.py": "", "beside.pyc": b"old!"})
    py_compile.compile(str(sandbox.root / "mod.py"), cfile=str(sandbox.root / "good.pyc"))
    sandbox.on_path()
    importlib.import_module("good")
    assert not found("LS163")
    sandbox.write({"no-name.pyc": b"old!", "no_package/mod.pyc": b"old!"})
    assert not found("LS163"), "no module, and in no package"
    sandbox.write({"bad.pyc": b"old!" + bytes(12)})
    assert one("LS163", str(sandbox.root / "bad.pyc")).severity == "error"
    with pytest.raises(ImportError, match="bad magic number"):
        importlib.import_module("bad")


@pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="lazy imports are new in Python 3.15")
def test_a_lazy_import_that_will_fail(sandbox: Sandbox) -> None:
    """LS145: of what is not found, or None in sys.modules; nothing is resolved by looking."""
    sandbox.write(
        {
            "later.py": """
            lazy import lost
            lazy import kept.lost as deep
            lazy from kept.pkg import lost as name
            lazy from whole import x
            lazy import kept.pkg.sub as sub
            lazy import forbidden
            lazy import grown.elsewhere as elsewhere
            """,
            "kept/__init__.py": "raise SystemError",
            "kept/pkg/__init__.py": "raise SystemError",
            "kept/pkg/sub.py": "raise SystemError",
            "whole.py": "raise SystemError",
            "forbidden.py": "",
            "grown/__init__.py": "import os; __path__.append(os.path.join(__path__[0], '..', 'more'))",
            "more/elsewhere.py": "raise SystemError",
        },
        on_path=True,
    )
    loadstone.import_module("later")
    loadstone.import_module("grown")
    sys.modules["forbidden"] = None  # type: ignore[assignment]
    pending = set(sys.lazy_modules)  # type: ignore[attr-defined,unused-ignore]
    findings = {finding.subject: finding for finding in found("LS145")}
    assert {subject: finding.severity for subject, finding in findings.items()} == {
        "later.lost": "warning",
        "later.deep": "note",
        "later.forbidden": "warning",
    }
    evidence = findings["later.lost"].evidence
    assert evidence == "lost is to be imported at the first use of lost, and lost is not found"
    assert findings["later.lost"].remedy.endswith("loadstone explain lost says more")
    assert findings["later.deep"].evidence.endswith("kept.lost is not found before kept is executed")
    assert pending == sys.lazy_modules  # type: ignore[attr-defined,unused-ignore]
    assert not {"lost", "kept", "whole"} & sys.modules.keys()


def test_no_lazy_import_is_lost(sandbox: Sandbox) -> None:
    """LS145 finds nothing in what is loaded here, also before Python 3.15."""
    assert not loadstone.doctor(only=["LS145"]).findings
