"""doctor: start-up files and editable installs, in environments of their own."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import loadstone
from loadstone.report.doctor import examine, start
from loadstone.report.doctor.environment import live

from .doctors import Surroundings, about, as_site, found, one

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture
def installed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox whose directory ``site-packages`` is this process's."""
    sandbox.write({"site-packages/placeholder.txt": ""})
    as_site(monkeypatch, sandbox.on_path("site-packages"))
    return sandbox


def metadata(name: str, *, project: Path | None = None, files: str = "") -> dict[str, str]:
    """The files of a distribution that is installed; from a project's directory, if there is one."""
    folder = f"site-packages/{name}-1.dist-info"
    written = {f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n"}
    written[f"{folder}/RECORD"] = "".join(f"{file},,\n" for file in files.split())
    if project is not None:
        direct = {"url": project.as_uri(), "dir_info": {"editable": True}}
        written[f"{folder}/direct_url.json"] = json.dumps(direct)
    return written


def test_a_fresh_environment_is_well(tmp_path: Path) -> None:
    """In a new virtual environment no check finds anything, and the exit status is 0."""
    assert Surroundings(tmp_path).doctor() == (0, [])


def test_start_up_files_are_read_not_executed(tmp_path: Path) -> None:
    """Broken and stale start-up files in a real environment: each is found, and none is executed for it."""
    surroundings = Surroundings(tmp_path)
    surroundings.write(
        {
            "fails.pth": "import no_such_module; print('executed')\n",
            "stale.pth": "/no/such/directory\n",
            "tool.start": "# calls\nno_such_module:function\n",
        }
    )
    status, findings = surroundings.doctor()
    new = "error" if sys.version_info >= (3, 15) else "warning"
    assert {finding["code"]: finding["severity"] for finding in findings} == {
        "LS122": "warning",
        "LS123": "error",
        "LS124": new,
    }
    assert status == 1


@pytest.mark.parametrize(
    ("content", "evidence"),
    [(b"caf\xe9\n", "byte 0xe9 at 3"), (b"a\0b\n", "null character"), (None, "cannot be opened")],
)
def test_a_start_up_file_that_cannot_be_read(
    installed: Sandbox, content: bytes | None, evidence: str
) -> None:
    """LS121: bytes that are not UTF-8, a null character, a link that leads nowhere."""
    installed.write({"site-packages/good.pth": "# café\n"})
    assert not found("LS121")
    file = installed.root / "site-packages" / "bad.pth"
    if content is None:
        file.symlink_to("gone.pth")
    else:
        file.write_bytes(content)
    finding = one("LS121", "bad.pth")
    assert evidence in finding.evidence
    assert finding.severity == "error"
    for code in ("LS122", "LS123"):
        assert not about(code, "bad.pth"), "it is said once"


def test_a_line_for_a_missing_directory(installed: Sandbox) -> None:
    """LS122: relative lines are below the file's directory; comments and empty lines are none."""
    installed.write({"site-packages/sub/file": "", "site-packages/a.pth": "# gone\n\n  sub\nnot_there\n"})
    (evidence,) = about("LS122", "a.pth")
    assert evidence.endswith(os.path.join("site-packages", "not_there"))
    assert one("LS122", "a.pth").subject.endswith("a.pth, line 4")


@pytest.mark.parametrize(
    ("line", "evidence"),
    [
        ("import no_such_module", "imports no_such_module, which is not found"),
        ("import os, no_such_module", "imports no_such_module, which is not found"),
        ("import os; from no_such_module import x", "imports no_such_module, which is not found"),
        ("import wsgiref.no_such_module", "imports wsgiref.no_such_module, which is not found"),
        ("import here.sub", "imports here.sub, which is not found"),
        ("import os; )", "does not compile"),
        ("import\tno_such_module", "imports no_such_module, which is not found"),
    ],
)
def test_an_import_line_that_fails(installed: Sandbox, line: str, evidence: str) -> None:
    """LS123: lines that import what is not there, or do not compile."""
    installed.write({"site-packages/here.py": "raise SystemError", "site-packages/a.pth": f"{line}\n"})
    finding = one("LS123", "a.pth, line 1")
    assert evidence in finding.evidence
    assert finding.severity == "error"
    assert not found("LS122")


NAMESPACE = (
    "import sys, types, os;p = os.path.join(sys._getframe(1).f_locals['sitedir'], *('one', 'two'));"
    "m = sys.modules.setdefault('one.two', types.ModuleType('one.two'))"
)


def test_a_namespace_whose_directory_is_gone(installed: Sandbox) -> None:
    """LS123: what setuptools has written for a namespace package of old fails without the directory."""
    installed.write({"site-packages/a-nspkg.pth": NAMESPACE, "site-packages/a.pth": NAMESPACE})
    place = installed.root / "site-packages" / "one" / "two"
    finding = one("LS123", "a-nspkg.pth, line 1")
    assert finding.evidence == f"makes a namespace package of {place}, which is not there"
    assert not about("LS123", "a.pth")
    place.mkdir(parents=True)
    assert not found("LS123")


PRECEDENCE = (
    "import os; var = 'SETUPTOOLS_USE_DISTUTILS'; enabled = os.environ.get(var, 'local') == 'local'; "
    "enabled and __import__('_no_such_hack').add_shim()"
)


@pytest.mark.parametrize(
    ("line", "variables", "severity"),
    [
        (PRECEDENCE, {}, "error"),
        (PRECEDENCE, {"SETUPTOOLS_USE_DISTUTILS": "stdlib"}, None),
        ("import os; __import__('_no_such_hack')", {}, "error"),
        ("import sys; sys.flags.dev_mode and __import__('_no_such_hack').x()", {}, "note"),
        ("import sys; sys.argv and __import__(sys.argv[0])", {}, None),
    ],
)
def test_an_import_on_a_condition(
    installed: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    variables: dict[str, str],
    severity: str | None,
) -> None:
    """LS123: an error where it is made now, a note where that cannot be said, or nothing."""
    monkeypatch.delenv("SETUPTOOLS_USE_DISTUTILS", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    installed.write({"site-packages/a.pth": line})
    findings = [finding for finding in found("LS123") if "a.pth" in finding.subject]
    assert [finding.severity for finding in findings] == ([severity] if severity else [])


@pytest.mark.parametrize(
    "line",
    [
        "import os; x = 'y'; os.environ.get(x) and __import__('no_such_module')",
        "import here, wsgiref.util",
        "import portion.inside; from portion import inside; exec('try: import nothing\\nexcept: pass')",
    ],
)
def test_import_lines_that_are_fine(installed: Sandbox, line: str) -> None:
    """LS123: what is there is found without importing it; what is imported on a condition is left alone."""
    installed.write(
        {
            "site-packages/here.py": "raise SystemError",
            "site-packages/portion/inside.py": "raise SystemError",
            "site-packages/a.pth": f"{line}\n",
            "site-packages/.hidden.pth": "import no_such_module\n",
        }
    )
    assert not found("LS123")
    assert not {"here", "portion"} & sys.modules.keys()


def test_a_start_file_replaces_import_lines(installed: Sandbox) -> None:
    """LS123: from Python 3.15 on, import lines beside a .start file of that name are not executed."""
    installed.write({"site-packages/a.pth": "import no_such_module\n", "site-packages/a.start": ""})
    for version, count in (((3, 14), 1), ((3, 15), 0)):
        environment = attrs.evolve(live(), version=version)
        assert len(list(examine.findings_of(start.failing_line, environment))) == count


@pytest.mark.parametrize(
    ("line", "evidence"),
    [
        ("here", "is not of the form pkg.mod:callable"),
        ("no_such_module:function", "no_such_module is not found"),
        ("here:nothing", "here does not define nothing"),
        ("broken:nothing", "broken does not compile"),
    ],
)
def test_an_entry_point_that_does_not_resolve(installed: Sandbox, line: str, evidence: str) -> None:
    """LS124: an error where Python calls them, a warning where it does not yet."""
    installed.write(
        {
            "site-packages/here.py": "raise SystemError",
            "site-packages/broken.py": ")",
            "site-packages/a.start": f"{line}\n",
        }
    )
    assert evidence in one("LS124", "a.start, line 1").evidence
    for version, severity in (((3, 14), "warning"), ((3, 15), "error")):
        environment = attrs.evolve(live(), version=version)
        (finding,) = examine.findings_of(start.unresolved_entry_point, environment)
        assert finding.severity == severity


def test_entry_points_that_resolve(installed: Sandbox) -> None:
    """LS124: functions, classes, imported and assigned names, and what cannot be known."""
    source = "import os.path as p, sys\ndef f(): pass\nclass C: pass\nif 1: x = f\n"
    installed.write(
        {
            "site-packages/here.py": source,
            "site-packages/anything.py": "def __getattr__(name): pass",
            "site-packages/star.py": "from here import *",
            "site-packages/a.start": "\n".join(
                ["here:f", "here:C.method", "here:x", "here:p.join", "anything:x", "star:x", "sys:exit"]
            ),
        }
    )
    assert not found("LS124")


SETUPTOOLS = "MAPPING: dict[str, str] = {'module': 'MODULE'}\ndef install(): pass\n"
SCIKIT = "class ScikitBuildRedirectingFinder: pass\ninstall({'module.sub': 'x'}, {}, None)\n"
MESON = "class MesonpyMetaFinder: pass\ndef init():\n    MesonpyMetaFinder('name', {'module'}, [''])\n"
EDITABLES = (
    "from editables.redirector import RedirectingFinder as F\nF.map_module('module', 'PROJECT/module.py')\n"
)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.pth": "PROJECT"}, "by a .pth file: module"),
        (
            {"a.pth": "import __editable___a_finder; 1", "__editable___a_finder.py": SETUPTOOLS},
            "by setuptools' finder: module",
        ),
        ({"a.pth": "import _a\nPROJECT", "_a.py": SCIKIT}, "by scikit-build-core's finder: module"),
        ({"a.pth": "import _a; _a.init()", "_a.py": MESON}, "by meson-python's finder: module"),
        ({"a.pth": "import _a", "_a.py": EDITABLES}, "by the finder of the package editables: module"),
        ({"a.pth": "import _a", "_a.py": "f({})"}, "by the finder _a: no modules that could be told"),
        ({"a.pth": "import _a", "_a.py": ")"}, "by the finder _a: no modules that could be told"),
        ({"a.pth": "import _a"}, "by the finder _a: no modules that could be told"),
        ({}, "by a way of its own: no modules that could be told"),
    ],
)
def test_kinds_of_editable_installs(installed: Sandbox, files: dict[str, str], expected: str) -> None:
    """LS131: each with the project, how it is found, and its modules; a note."""
    project = installed.root / "project"
    installed.write({"project/module.py": "", "project/setup.py": ""})
    installed.write(metadata("ordinary"))
    assert not found("LS131")
    sys.path.append(str(project))
    contents = {name: text.replace("PROJECT", str(project)) for name, text in files.items()}
    installed.write({f"site-packages/{name}": text for name, text in contents.items()})
    installed.write(metadata("editable", project=project, files=" ".join(files)))
    finding = one("LS131", "editable")
    assert finding.evidence == f"from {project}, {expected}"
    assert finding.severity == "note"
    assert not found("LS132")


def test_an_editable_install_whose_modules_have_moved(installed: Sandbox) -> None:
    """LS132: the project is where it was, but not what its finder has been told to look for."""
    project = installed.root / "project"
    finder = f"MAPPING: dict[str, str] = {{'module': {str(project / 'module')!r}, 'other': ''}}\n"
    installed.write({"project/src/module.py": "", "project/module/__init__.py": ""})
    installed.write({"site-packages/a.pth": "import _a", "site-packages/_a.py": finder})
    installed.write(metadata("editable", project=project, files="a.pth _a.py"))
    assert not found("LS132")
    (project / "module" / "__init__.py").unlink()
    (project / "module").rmdir()
    finding = one("LS132", "editable")
    assert finding.evidence == f"there is no {project / 'module'}, where its finder looks for module"
    assert finding.remedy.endswith(f"install -e {project}")


@pytest.mark.skipif(sys.version_info < (3, 15), reason=".start files are new in Python 3.15")
def test_an_editable_install_by_a_start_file(installed: Sandbox) -> None:
    """LS131: where a finder comes by an entry point, that is how its modules are found, not by the path."""
    project = installed.root / "project"
    installed.write({"project/module.py": "", "site-packages/a.pth": str(project)})
    installed.write({"site-packages/a.start": "_a:entry\n", "site-packages/_a.py": SCIKIT})
    installed.write(metadata("editable", project=project, files="a.pth a.start _a.py"))
    finding = one("LS131", "editable")
    assert finding.evidence == f"from {project}, by scikit-build-core's finder: module"


def test_an_egg_link(installed: Sandbox) -> None:
    """LS131 knows the editable installs of old; LS132 those whose project is gone."""
    project = str(installed.root / "project")
    sys.path.append(project)
    installed.write({"site-packages/old.egg-link": f"{project}\n.\n", "project/module.py": ""})
    assert one("LS131", "old").evidence == f"from {project}, by an egg-link: module"
    assert not found("LS132")
    installed.write({"site-packages/odd.egg-link": ""})
    assert one("LS131", "odd").evidence.endswith("no modules that could be told")
    installed.write({"site-packages/moved.egg-link": f"{project}-gone\n"})
    assert one("LS132", "moved").severity == "error"


def test_an_editable_install_whose_project_is_gone(installed: Sandbox) -> None:
    """LS132: the distribution is there, the directory is not."""
    installed.write(metadata("editable", project=installed.root / "gone"))
    assert one("LS132", "editable").evidence == f"there is no directory {installed.root / 'gone'}"


def test_an_editable_install_and_another_copy(installed: Sandbox) -> None:
    """LS133: a module of the same name elsewhere on the path, with the one that is imported."""
    project = installed.root / "project"
    sys.path.append(str(project))
    installed.write(metadata("editable", project=project, files="a.pth own.py"))
    installed.write({"site-packages/a.pth": str(project), "project/module.py": "", "project/own.py": ""})
    assert not found("LS133")
    installed.write({"site-packages/own.py": ""})
    assert not found("LS133"), "what the install itself has put there is no other copy"
    installed.write({"site-packages/module.py": ""})
    finding = one("LS133", "module, of editable")
    copy = installed.root / "site-packages" / "module.py"
    own = project / "module.py"
    assert finding.evidence == f"import module gives {copy}; there is {own} too"


def test_metadata_that_is_damaged(installed: Sandbox) -> None:
    """LS131: a direct_url.json that says nothing is no editable install."""
    folder = "site-packages/odd-1.dist-info"
    installed.write(metadata("odd"))
    for text in ("{", "[]", '{"dir_info": {}}', '{"dir_info": {"editable": false}, "url": ""}'):
        installed.write({f"{folder}/direct_url.json": text})
        assert not found("LS131")
        assert not found("LS100")


@pytest.mark.parametrize(
    ("file", "content", "evidence"),
    [
        ("METADATA", None, "there is no METADATA that has its name"),
        ("METADATA", b"", "there is no METADATA that has its name"),
        ("METADATA", b"Name: odd\nAuthor: caf\xe9\n", "METADATA is not UTF-8: byte 0xe9 at 21"),
        ("METADATA", ..., f"METADATA cannot be read: {os.strerror(errno.EISDIR)}"),
        ("RECORD", b"\xff", "RECORD is not UTF-8: byte 0xff at 0"),
        ("RECORD", ..., f"RECORD cannot be read: {os.strerror(errno.EISDIR)}"),
        ("entry_points.txt", b"\xff", "entry_points.txt is not UTF-8: byte 0xff at 0"),
        ("entry_points.txt", ..., f"entry_points.txt cannot be read: {os.strerror(errno.EISDIR)}"),
        ("entry_points.txt", b"[group]\nnothing\n", "entry_points.txt cannot be made out: "),
        ("direct_url.json", ..., f"direct_url.json cannot be read: {os.strerror(errno.EISDIR)}"),
    ],
)
def test_a_file_of_metadata_that_is_damaged(
    installed: Sandbox, file: str, content: Any, evidence: str
) -> None:
    """LS134: a file that is missing, no UTF-8 or not to be read; no other check fails for it."""
    installed.write(metadata("odd"))
    assert not about("LS134", "odd-1.dist-info")
    path = installed.root / "site-packages" / "odd-1.dist-info" / file
    if path.exists():
        path.unlink()
    if content is ...:
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    finding = one("LS134", "odd-1.dist-info")
    assert finding.evidence.startswith(evidence)
    assert finding.severity == "warning"
    checks = ["LS131", "LS132", "LS133", "LS134", "LS142"]
    assert not [one for one in loadstone.doctor(only=checks).findings if one.code == "LS100"]


def test_a_distribution_without_metadata(installed: Sandbox) -> None:
    """LS131 calls an editable install by its project's directory where it has no name."""
    direct = {"url": installed.root.joinpath("odd").as_uri(), "dir_info": {"editable": True}}
    installed.write({"site-packages/x-1.dist-info/direct_url.json": json.dumps(direct)})
    assert one("LS131", "odd").subject == "odd"
