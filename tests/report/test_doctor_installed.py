"""doctor: what is installed, as pip leaves it and as it should not be."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import struct
import sys
import sysconfig
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from loadstone.report.doctor import examine, extensions, points
from loadstone.report.doctor.environment import live

from .doctors import Surroundings, about, as_site, found, one

if TYPE_CHECKING:
    from ..conftest import Sandbox


def digest(content: str) -> str:
    """Of contents, as RECORD has it."""
    raw = hashlib.sha256(content.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def distribution(
    name: str,
    version: str = "1.0",
    files: dict[str, str] | None = None,
    more: dict[str, str] | None = None,
    fields: str = "",
) -> dict[str, str]:
    """What pip puts into site-packages for a distribution: its files, metadata and RECORD."""
    info = f"{name.replace('-', '_')}-{version}.dist-info"
    written = {
        **(files or {}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{fields}\n\nbody\n",
        **{f"{info}/{file}": text for file, text in (more or {}).items()},
    }
    record = "".join(f"{file},{digest(text)},{len(text)}\n" for file, text in written.items())
    return {**written, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}


def script(target: str) -> dict[str, str]:
    """The metadata of a command that calls the target."""
    return {"entry_points.txt": f"[console_scripts]\nacommand = {target}\n"}


@pytest.fixture
def installed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox whose directory ``site-packages`` is the one where distributions are, and all there is."""
    sandbox.write({"site-packages/placeholder.txt": "", "bin/placeholder.txt": ""})
    as_site(monkeypatch, sandbox.on_path("site-packages"))
    monkeypatch.setattr(sysconfig, "get_path", _path_but_for_scripts(str(sandbox.root / "bin")))
    return sandbox


def _path_but_for_scripts(scripts: str) -> object:
    get_path = sysconfig.get_path
    return lambda name, *others, **more: scripts if name == "scripts" else get_path(name, *others, **more)


def put(sandbox: Sandbox, *distributions: dict[str, str]) -> None:
    """Install them, one after the other."""
    for files in distributions:
        sandbox.write({f"site-packages/{name}": text for name, text in files.items()})


INIT = {
    "pkg/__init__.py": "",
    "pkg/cli.py": "from os.path import join as joined\ndef main(): pass\nclass C: pass\n",
}


def test_in_a_real_environment(tmp_path: Path) -> None:
    """Commands that lead nowhere, leftovers, overlaps and unmet needs, by the command."""
    surroundings = Surroundings(tmp_path)
    surroundings.write(distribution("good", files=INIT, more=script("pkg.cli:main")))
    assert surroundings.doctor() == (0, [])
    surroundings.write(distribution("bad", files={"bad.py": ""}, more=script("bad.cli:main")))
    surroundings.write(distribution("needy", fields="Requires-Dist: nothing-of-that-name>=2"))
    surroundings.write(distribution("other", files={"bad.py": "1\n"}))
    surroundings.write(
        {"ha_front-1.0.dist-info/REQUESTED": "", "~umpy-1.dist-info/METADATA": "Name: numpy\n"}
    )
    scripts = Path(surroundings.python).parent
    if sys.platform != "win32":
        (scripts / "moved").write_text("#!/no/such/bin/python3\n")
    status, findings = surroundings.doctor()
    said = {(each["code"], each["severity"]): f"{each['subject']}: {each['evidence']}" for each in findings}
    assert status == 1
    assert "bad 1.0: console_scripts: acommand = bad.cli:main: bad.cli is not found" in said["LS137", "error"]
    assert "needy 1.0: requires nothing-of-that-name>=2: it is not installed" in said["LS136", "warning"]
    assert said["LS135", "warning"].startswith("bad and other: both have bad.py, in ")
    assert said["LS135", "warning"].endswith("; what is there now is other 1.0's")
    damaged = {os.path.basename(each["subject"]) for each in findings if each["code"] == "LS134"}
    assert damaged == {"ha_front-1.0.dist-info", "~umpy-1.dist-info"}
    if sys.platform != "win32":
        assert said["LS138", "error"].endswith("moved: started by /no/such/bin/python3, which is not there")
    assert len(said) == 4 + (sys.platform != "win32")


BAD = {"broken.py": "main)", "inner.py": "def make():\n    local = 1\n"}


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("pkg.cmd:main", "pkg.cmd is not found"),
        ("gone.cli:main", "gone is not found"),
        ("pkg.cli:mian", "pkg.cli does not define mian"),
        ("inner:local", "inner does not define local"),
        ("pkg.cli", "is not of the form pkg.mod:callable"),
        ("pkg-cli:main", "is not of the form pkg.mod:callable"),
        ("broken:main", "broken does not compile"),
    ],
)
def test_a_command_that_leads_nowhere(installed: Sandbox, target: str, problem: str) -> None:
    """LS137: an error, with the way to install the distribution again from where it came."""
    put(installed, distribution("tool", files={**INIT, **BAD}, more=script(target)))
    finding = one("LS137", "tool 1.0")
    assert finding.evidence.startswith(f"console_scripts: acommand = {target}: {problem}")
    assert finding.severity == "error"
    assert finding.remedy.endswith("-m pip install --no-deps --force-reinstall tool==1.0")
    assert finding.file.endswith("entry_points.txt")


@pytest.mark.parametrize(
    "target",
    [
        "pkg.cli:main",
        "pkg.cli:C.method",
        "pkg.cli:joined",
        "pkg.cli:main [extra]",
        "pkg:cli",
        "lazy:anything",
        "star:anything",
        "made:later",
        "made:pair",
        "made:loop",
        "own.made_at_import:main",
        "compiled:main",
        "sys:exit",
    ],
)
def test_a_command_that_leads_somewhere(installed: Sandbox, target: str) -> None:
    """LS137: what is there, in whichever way it comes to be; and nothing is imported to see it."""
    files = {
        **INIT,
        "lazy.py": "def __getattr__(name): pass",
        "star.py": "from pkg.cli import *",
        "made.py": "def make():\n    global other, later\npair, x = 1, 2\nfor loop in (): pass\n",
        "own/__init__.py": "import sys; sys.modules[__name__ + '.made_at_import'] = sys",
        f"compiled{EXTENSION_SUFFIXES[0]}": "",
    }
    put(installed, distribution("tool", files=files, more=script(target)))
    assert not found("LS137")
    assert not {"pkg", "own", "lazy"} & sys.modules.keys()


def test_plugins(installed: Sandbox) -> None:
    """LS137: of those, only what the distribution should have itself, and that is a warning."""
    groups = "[any.group]\none = pkg.gone\ntwo = other.plugin:X\nthree = pkg.gone:Y [some]\nfour = a value\n"
    put(installed, distribution("tool", files=INIT, more={"entry_points.txt": groups}))
    finding = one("LS137", "tool 1.0")
    assert (finding.evidence, finding.severity) == (
        "any.group: one = pkg.gone: pkg.gone is not found",
        "warning",
    )


def test_what_is_not_repaired_from_the_index(installed: Sandbox) -> None:
    """LS137: a distribution that came from an address or a checkout is installed again from there."""
    for number, (origin, remedy) in enumerate(
        [
            ({"url": "https://host/p.whl", "archive_info": {}}, "--force-reinstall https://host/p.whl"),
            (
                {"url": "https://host/p.git", "vcs_info": {"vcs": "git", "commit_id": "abc"}},
                "--force-reinstall git+https://host/p.git@abc",
            ),
            (
                {"url": installed.root.as_uri(), "dir_info": {"editable": True}},
                f"install -e {installed.root}",
            ),
            ({"url": (installed.root / "gone").as_uri(), "dir_info": {"editable": True}}, None),
            ([], "tool4==1.0"),
        ]
    ):
        name = f"tool{number}"
        more = {**script("gone:main"), "direct_url.json": json.dumps(origin)}
        put(installed, distribution(name, more=more))
        if remedy is None:
            assert not about("LS137", name), "that the project is gone is all there is to say"
        else:
            assert remedy in one("LS137", name).remedy


def python_script(interpreter: str, call: str = "print()") -> str:
    """A script, as installers write it."""
    if call != "print()":
        module, _, name = call.partition(":")
        call = f"from {module} import {name}\nif __name__ == '__main__':\n    sys.exit({name}())"
    return f"#!{interpreter}\n# -*- coding: utf-8 -*-\nimport re\nimport sys\n{call}\n"


posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows starts scripts by a program of their own")


@posix
@pytest.mark.parametrize(
    "first",
    ["#!/gone/bin/python3.9", "#!/gone/bin/python -I", "#!/bin/sh\n'''exec' \"/gone/a b/python\" \"$0\""],
)
def test_scripts_of_a_python_that_is_gone(installed: Sandbox, first: str) -> None:
    """LS138: an error; one finding for all that have the same first line."""
    installed.write({f"bin/tool{number}": f"{first} \nimport re\n" for number in range(8)})
    finding = one("LS138", str(installed.root / "bin"))
    assert finding.severity == "error"
    assert finding.evidence.startswith("tool0, tool1, tool2, tool3, tool4 and 3 more: started by /gone/")
    assert finding.evidence.endswith(", which is not there")


@posix
@pytest.mark.parametrize(
    "first",
    [
        "#!/usr/bin/env python3",
        "#!/gone/bin/perl",
        "#!/bin/sh",
        "#!python",
        "import re",
        "",
        f"#!{os.path.join(sysconfig.get_path('scripts'), 'python')}",
    ],
)
def test_scripts_that_are_none_of_ours(installed: Sandbox, first: str) -> None:
    """LS138: what `env` looks for, what is no Python's or no script, and what can start."""
    installed.write({"bin/tool": f"{first}\n", "bin/folder/tool": "#!/gone/python\n"})
    (installed.root / "bin" / "dangling").symlink_to("nothing")
    assert not found("LS138")


@posix
def test_scripts_of_another_environment(installed: Sandbox) -> None:
    """LS138: in a virtual environment, commands that another one's Python starts: it was copied."""
    put(installed, distribution("tool", files=INIT, more=script("pkg.cli:main")))
    installed.write({"bin/acommand": python_script(sys.executable, "pkg.cli:main")})
    for is_virtual, count in ((True, 1), (False, 0)):
        environment = attrs.evolve(live(), is_virtual=is_virtual)
        findings = list(examine.findings_of(points.dead_script, environment))
        assert [finding.severity for finding in findings] == ["warning"] * count
        assert all("is not the Python of this environment" in finding.evidence for finding in findings)


@posix
def test_a_script_that_is_left_over(installed: Sandbox) -> None:
    """LS138: one that calls what is not there, and that no distribution has; else it is LS137's."""
    os.symlink(sys.executable, installed.root / "bin" / "python")
    own = str(installed.root / "bin" / "python")
    installed.write({"bin/acommand": python_script(own, "gone.cli:main"), "bin/mine": python_script(own)})
    finding = one("LS138", "acommand")
    assert finding.evidence == "calls gone.cli:main: gone is not found, and no distribution has this script"
    put(installed, distribution("tool", more=script("gone.cli:main")))
    assert not found("LS138")
    assert one("LS137", "tool")


def test_files_that_two_distributions_have(installed: Sandbox) -> None:
    """LS135: with whose contents are there now, and what to do by the names of both."""
    put(
        installed,
        distribution("cv-full", files={"cv/__init__.py": "full = 1", "cv/gui.py": "1"}),
        distribution("cv-headless", files={"cv/__init__.py": "full = 0", "cv/gui.py": "2"}),
    )
    site = installed.root / "site-packages"
    finding = one("LS135", "cv-full and cv-headless")
    assert (
        finding.evidence
        == f"both have cv/__init__.py and 1 more, in {site}; what is there now is cv-headless 1.0's"
    )
    assert finding.severity == "warning"
    assert "-m pip uninstall cv-full cv-headless; then, " in finding.remedy
    put(installed, distribution("third", files={"cv/__init__.py": "full = 0", "cv/gui.py": "3"}))
    assert one("LS135", "third").evidence.startswith("all have cv/")


def test_the_one_that_others_require(installed: Sandbox) -> None:
    """LS135: of those that have the same files, that is the one to install again."""
    put(
        installed,
        distribution("cv-full", files={"cv.py": "1"}, fields="Requires-Dist: cv-headless"),
        distribution("cv-headless", files={"cv.py": "2"}),
        distribution("app", fields="Requires-Dist: CV_full[gui]>=1"),
        distribution("other", fields='Requires-Dist: cv-headless; extra == "some"'),
    )
    finding = one("LS135", "cv-full and cv-headless")
    assert finding.evidence.endswith("; cv-full is required by app")
    assert finding.remedy.endswith("--force-reinstall cv-full==1.0")
    assert "pip uninstall cv-full cv-headless; " in finding.remedy


@pytest.mark.parametrize(
    "files",
    [
        {"tests/__init__.py": "{}"},
        {"space/__init__.py": "# {}\n__import__('pkg_resources').declare_namespace(__name__)"},
        {"same.py": "the same"},
    ],
)
def test_files_that_two_may_have(installed: Sandbox, files: dict[str, str]) -> None:
    """LS135: packages of tests, namespace packages of old, and the same contents are a note."""
    for name in ("one", "two"):
        put(installed, distribution(name, files={file: text.format(name) for file, text in files.items()}))
    assert one("LS135", "one and two").severity == "note"


def test_files_that_are_each_ones_own(installed: Sandbox) -> None:
    """LS135: data, caches, other directories, and what is left of an uninstall."""
    put(
        installed,
        distribution("one", files={"LICENSE": "1", "__pycache__/x.pyc": "1", "ns/one.py": "", "pkg.py": "1"}),
        distribution("two", files={"LICENSE": "2", "__pycache__/x.pyc": "2", "ns/two.py": ""}),
        {"~hree-1.dist-info/METADATA": "Name: three\n", "~hree-1.dist-info/RECORD": "pkg.py,,\n"},
    )
    installed.write(
        {
            f"more/site-packages/{name}": text
            for name, text in distribution("four", files={"four.py": "4"}).items()
        }
    )
    installed.on_path("more/site-packages")
    assert not found("LS135")
    assert {Path(finding.subject).name for finding in found("LS134")} == {"~hree-1.dist-info"}


SITES = ("site-packages", "more/site-packages")


def test_a_module_of_two_distributions_in_two_directories(installed: Sandbox) -> None:
    """LS135: the one that is imported, and the one that it hides."""
    put(installed, distribution("jwt", files={"jwt/__init__.py": "1", "tests/__init__.py": "1"}))
    more = distribution("PyJWT", files={"jwt/__init__.py": "2", "tests/__init__.py": "2", "alone.py": ""})
    installed.write({f"more/site-packages/{name}": text for name, text in more.items()})
    sys.path.append(str(installed.root / "more/site-packages"))
    first, second = (
        installed.root / place / "jwt/__init__.py" for place in ("site-packages", "more/site-packages")
    )
    finding = one("LS135", "PyJWT and jwt")
    assert finding.evidence == f"import jwt gives {first}, of jwt; it hides {second}, of PyJWT"
    assert finding.severity == "warning"
    assert finding.remedy.count("pip uninstall ") == 2


def test_a_distribution_that_is_installed_twice(installed: Sandbox) -> None:
    """LS130: two versions in one directory; along the path, which is a note; not what is the same twice."""
    put(installed, distribution("num-py", "1.0"), distribution("other"))
    assert not found("LS130")
    installed.write({f"more/{name}": text for name, text in distribution("other", "2.0").items()})
    sys.path.append(str(installed.root / "more"))
    assert one("LS130", "other").severity == "note"
    put(installed, distribution("Num_Py", "2.0"))
    finding = one("LS130", "num-py")
    assert finding.severity == "warning"
    assert "1.0 in " in finding.evidence
    assert "2.0 in " in finding.evidence
    assert "pip uninstall num-py" in finding.remedy


def test_what_others_bring_along(installed: Sandbox) -> None:
    """LS130, LS135: a distribution inside another one's package, which is on the path, is not told."""
    inner = distribution("inner", "2.0", files={"inner.py": "2"})
    files = {"outer/__init__.py": "", **{f"outer/_vendor/{name}": text for name, text in inner.items()}}
    put(installed, distribution("outer", files=files), distribution("inner", "1.0", files={"inner.py": "1"}))
    sys.path.append(str(installed.root / "site-packages/outer/_vendor"))
    assert not found("LS130")
    assert not found("LS135")


def test_files_that_are_gone(installed: Sandbox) -> None:
    """LS139: some of the modules, all of them, or only tests, which is a note."""
    files = {
        "pkg/__init__.py": "",
        "pkg/a.py": "",
        "pkg/tests/test_a.py": "",
        "pkg/data.txt": "",
        "pkg/x.pyc": "",
    }
    put(installed, distribution("pkg", files=files))
    site = installed.root / "site-packages"
    for file in ("pkg/data.txt", "pkg/x.pyc"):
        (site / file).unlink()
    assert not found("LS139"), "data may be taken away"
    (site / "pkg/tests/test_a.py").unlink()
    assert one("LS139", "pkg 1.0").severity == "note"
    (site / "pkg/a.py").unlink()
    finding = one("LS139", "pkg 1.0")
    assert (finding.severity, finding.evidence) == ("error", f"it has lost: pkg/a.py, of {site}")
    (site / "pkg/__init__.py").unlink()
    assert one("LS139", "pkg 1.0").evidence.startswith(
        "none of its modules is there: pkg/__init__.py, pkg/a.py"
    )
    assert "--no-deps --force-reinstall pkg==1.0" in finding.remedy


def test_an_egg_whose_modules_are_gone(installed: Sandbox) -> None:
    """LS139: by top_level.txt, where there is no RECORD; one that is found is enough."""
    put(
        installed,
        {
            "old.egg-info/PKG-INFO": "Name: old\nVersion: 1\n",
            "old.egg-info/top_level.txt": "_old_fast\nold\n",
        },
    )
    finding = one("LS139", "old 1")
    assert (finding.severity, finding.evidence) == ("error", "none of its modules is found: _old_fast, old")
    put(installed, {"old.py": ""})
    assert not found("LS139")


REQUIREMENTS = [
    ("have>=2", "requires have>=2: have 1.9 is installed, in "),
    ("have (<1.5)", "requires have<1.5: have 1.9 is installed, in "),
    ("have~=2.0", "requires have~=2.0: have 1.9 is installed, in "),
    ("have!=1.9", "requires have!=1.9: have 1.9 is installed, in "),
    ("have==1.8.*", "requires have==1.8.*: have 1.9 is installed, in "),
    ("gone", "requires gone: it is not installed"),
    ("gone[extra]>1", "requires gone[extra]>1: it is not installed"),
    ("gone @ https://host/gone.whl", "requires gone @ https://host/gone.whl: it is not installed"),
]
MET = [
    "have",
    "have>=1,<2",
    "Have==1.9.0",
    "have~=1.5",
    "have==1.*",
    "have>1.8.5",
    "have===1.9",
    "odd>=3",
    "gone; python_version < '3'",
    'gone; extra == "all"',
    "gone>; nonsense",
    "",
]


def require(sandbox: Sandbox, *texts: str, **others: str) -> None:
    """Have a distribution that requires these."""
    fields = "\n".join(f"Requires-Dist: {text}" for text in texts)
    put(
        sandbox,
        distribution("needy", fields=others.get("fields", fields)),
        distribution("have", "1.9"),
        distribution("odd", "unknown"),
    )


@pytest.mark.parametrize(("text", "evidence"), REQUIREMENTS)
def test_a_requirement_that_is_not_met(installed: Sandbox, reading: str, text: str, evidence: str) -> None:
    """LS136: what is not there, and what is there in a version that will not do."""
    require(installed, "have", text)
    finding = one("LS136", "needy 1.0")
    assert finding.evidence.startswith(evidence)
    assert finding.severity == "warning"
    assert "-m pip install " in finding.remedy
    assert finding.file.endswith("METADATA")


@pytest.mark.parametrize("text", MET)
def test_a_requirement_that_is_met(installed: Sandbox, reading: str, text: str) -> None:
    """LS136: or that is not for this Python, for an extra that nobody asks for, or no requirement."""
    require(installed, text)
    assert not about("LS136", "needy")


@pytest.mark.parametrize(
    ("text", "version", "is_met"),
    [
        ("pre>=1.0", "1.0rc1", False),
        ("pre>=1.0", "1.1rc1", True),
        ("pre<1.0; python_version >= '3'", "1.0.post1", False),
        ("pre<1.0; python_version >= '3'", "2", False),
        ("pre<1.0; python_version < '3'", "2", True),
    ],
)
def test_versions_of_all_kinds_and_markers(
    installed: Sandbox, reading: str, text: str, version: str, is_met: bool
) -> None:
    """LS136: with packaging as without it, pre-releases are compared, and markers evaluated."""
    require(installed, text)
    put(installed, distribution("pre", version))
    assert (not about("LS136", "needy")) is is_met


def test_requirements_of_extras_that_are_asked_for(installed: Sandbox, reading: str) -> None:
    """LS136: through extras of extras, and round in a circle; once each, with the way that leads there."""
    require(installed, "web[http2]", "web[http2]>0")
    put(
        installed,
        distribution(
            "web",
            fields='Requires-Dist: web[Fast_er]; extra == "http2"\nRequires-Dist: no; extra == "not"\n'
            'Requires-Dist: h2>=3; extra == "fast-er"\nRequires-Dist: web[http2]; extra == "fast-er"',
        ),
    )
    way = "requires web[http2] and that requires web[Fast_er] and that requires h2>=3"
    assert about("LS136", "needy") == [f"{way}: it is not installed"]
    assert not about("LS136", "web")


def test_python_is_required_too(installed: Sandbox, reading: str) -> None:
    """LS136: Requires-Python, where what is installed was meant for another."""
    require(installed, fields="Requires-Python: >=2.7, !=3.0.*, <3.5")
    assert one("LS136", "needy").evidence.startswith(
        "requires Python >=2.7, !=3.0.*, <3.5; this is Python 3."
    )
    require(installed, fields="Requires-Python: >=3.6")
    assert not about("LS136", "needy")


@pytest.mark.parametrize(
    "metadata",
    [
        "Name: needy\nVersion: 1\nRequires-Dist: gone\n  >=2\n\nbody",
        "\nname:needy\nVERSION:1\nrequires-dist:gone>=2",
    ],
)
def test_however_it_is_written(installed: Sandbox, reading: str, metadata: str) -> None:
    """LS136: fields that go on in the next line, names in any case."""
    put(installed, {"needy-1.dist-info/METADATA": metadata})
    (evidence,) = [finding.evidence for finding in found("LS136")]
    assert evidence.startswith("requires gone")


def test_an_egg_requires_too(installed: Sandbox, reading: str) -> None:
    """LS136: requires.txt of old, as far as it is without conditions."""
    put(
        installed,
        {
            "needy.egg-info/PKG-INFO": "Name: needy\nVersion: 1\n",
            "needy.egg-info/requires.txt": "gone>=1\n\n[extra]\nnot\n\n[:python_version < '3']\nnor\n",
        },
    )
    assert about("LS136", "needy") == ["requires gone>=1: it is not installed"]


def test_a_local_packaging_is_not_run(sandbox: Sandbox) -> None:
    """LS136: a local module of the name of what would read requirements is left alone."""
    sandbox.write({"packaging/__init__.py": "raise SystemExit('run')", "packaging/version.py": ""})
    result = sandbox.python("-m", "loadstone", "doctor", "--only", "LS136")
    assert "run" not in result.stdout + result.stderr


SUFFIX = EXTENSION_SUFFIXES[0]


@pytest.mark.parametrize(
    ("file", "made_for"),
    [
        ("_core.cpython-39-x86_64-linux-gnu.so", "CPython 3.9, x86_64-linux-gnu"),
        ("_core.cpython-39.so", "CPython 3.9"),
        (SUFFIX.replace("cpython-", "cpython-9").join(["_core", ""]), "CPython 9."),
        ("_core.cp310-win_amd64.pyd", "CPython 3.10, win_amd64"),
        ("_core.cpython-313t-darwin.so", "CPython 3.13, free-threaded, darwin"),
        ("_core.pypy310-pp73-x86_64-linux-gnu.so", "PyPy 3.10, pp73-x86_64-linux-gnu"),
    ],
)
def test_extension_modules_of_another_python(installed: Sandbox, file: str, made_for: str) -> None:
    """LS164: by the name of the file, with the distribution that it is of."""
    put(
        installed,
        distribution(
            "core-like",
            files={"corelike/__init__.py": "", f"corelike/{file}": "", "corelike/sub/" + file: ""},
        ),
    )
    finding = one("LS164", "core-like")
    assert finding.evidence.startswith(f"corelike/{file} and 1 more for {made_for}")
    assert finding.evidence.endswith(f"this one's suffix is {SUFFIX}")
    assert finding.severity == "error"
    assert "core-like==1.0" in finding.remedy
    assert not found("LS165")


@pytest.mark.parametrize("beside", ["_core.py", f"_core{SUFFIX}", "_core/__init__.py", "_core.pyc"])
def test_extension_modules_for_several_pythons(installed: Sandbox, beside: str) -> None:
    """LS164: one that is not needed, as there is a module of that name for this Python."""
    installed.write({"site-packages/pkg/__init__.py": "", "site-packages/pkg/_core.cpython-39.so": ""})
    assert found("LS164")
    installed.write({f"site-packages/pkg/{beside}": ""})
    assert not found("LS164")


@pytest.mark.parametrize(
    "file", ["lib.so", "lib-data.cpython-39.so", "lib.tar.so", "lib.cpython-39.so.1", f"lib{SUFFIX}"]
)
def test_what_is_no_extension_of_another(installed: Sandbox, file: str) -> None:
    """LS164: shared libraries, and what is called otherwise."""
    installed.write({"site-packages/pkg/__init__.py": "", f"site-packages/pkg/{file}": ""})
    assert not found("LS164")


def test_folders_that_are_no_packages_are_left_alone(sandbox: Sandbox) -> None:
    """LS164: what a build leaves behind in a project; in a package beside it, it is found."""
    other = "core.cpython-39-x86_64-linux-gnu.so"
    sandbox.write(
        {f"build/lib/app/{other}": "", "build/lib/app/__init__.py": "", f"build/{other}": ""}, on_path=True
    )
    assert not found("LS164")
    sandbox.write({"app/__init__.py": "", f"app/{other}": ""})
    assert one("LS164", str(sandbox.root / "app")).evidence.startswith(f"app/{other} for CPython 3.9")


linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into ELF files")


def elf(machine: int, bits: int = 2) -> bytes:
    """The head of one."""
    return b"\x7fELF" + bytes([bits, 1, 1]) + bytes(9) + struct.pack("<HH", 3, machine)


@linux
@pytest.mark.parametrize(
    ("content", "evidence"),
    [
        (b"", "is no machine code of any kind"),
        (b"version https://git-lfs", "is no machine code of any kind"),
        (elf(183)[:19], "is no machine code of any kind"),
        (elf(8), "is for MIPS (ELF, 64 bit)"),
        (elf(8, bits=1), "is for MIPS (ELF, 32 bit)"),
        (elf(999), "is for machine 999 (ELF, 64 bit)"),
        (b"MZ" + bytes(30), "is for Windows (PE)"),
        (b"\xcf\xfa\xed\xfe\x07\0\0\x01" + bytes(30), "is for Mach-O, type 01000007"),
    ],
)
def test_an_extension_module_that_cannot_be_loaded(installed: Sandbox, content: bytes, evidence: str) -> None:
    """LS165: empty, cut short, or of another machine, beside what this Python is for."""
    file = installed.root / "site-packages" / f"_core{SUFFIX}"
    file.write_bytes(content)
    finding = one("LS165", str(file))
    assert finding.evidence.startswith(evidence)
    assert "this Python" in finding.evidence
    file.write_bytes(Path(os.path.realpath(sys.executable)).read_bytes()[:64])
    assert not found("LS165")


def test_what_cannot_be_said_of_an_extension_module(installed: Sandbox) -> None:
    """LS165: universal binaries, files without a tag, and what must not be read."""
    site = installed.root / "site-packages"
    site.joinpath(f"universal{SUFFIX}").write_bytes(b"\xca\xfe\xba\xbe" + bytes(40))
    site.joinpath("plain.so").write_bytes(b"INPUT(libx.so.1)")
    site.joinpath(f"folder{SUFFIX}").mkdir()
    assert not found("LS165")
    assert not about("LS164", "folder")
    assert extensions._code(str(site / "nothing")) is None


def test_a_path_entry_of_another_python(sandbox: Sandbox) -> None:
    """LS157: by PYTHONPATH, with the version that its name says."""
    sandbox.write(
        {"lib/python3.6/site-packages/a.py": "", "lib/python3.7/os.py": "", "lib/python3.7/site.py": ""}
    )
    entries = [str(sandbox.root / "lib" / name) for name in ("python3.6/site-packages", "python3.7")]
    command = ["-c", "import loadstone; print(loadstone.doctor(only=['LS157']))"]
    said = sandbox.python(*command, PYTHONPATH=entries[0]).stdout
    assert ", by PYTHONPATH, has the packages of Python 3.6; this is 3." in said
    sys.path.append(entries[1])
    finding = one("LS157", entries[1])
    assert finding.evidence.endswith(
        f"is the standard library of Python 3.7; this is {sys.version_info[0]}.{sys.version_info[1]}"
    )
    assert finding.severity == "error"


def test_a_path_entry_of_another_environment(sandbox: Sandbox) -> None:
    """LS157: of the same version, it is a note; one's own, and what is none, is nothing."""
    this = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    sandbox.write({f"other/lib/{this}/site-packages/a.py": "", "lib/python3.6/project/a.py": ""})
    sandbox.on_path("lib/python3.6/project")
    entry = sandbox.on_path(f"other/lib/{this}/site-packages")
    assert not about("LS157", entry)
    sandbox.write({"other/pyvenv.cfg": ""})
    finding = one("LS157", entry)
    assert (finding.severity, f"is of the environment {sandbox.root / 'other'}" in finding.evidence) == (
        "note",
        True,
    )
    assert not about("LS157", "project")


COUNTS = """
import json, os, sys
import loadstone
loadstone.doctor()  # has imported what it needs
site = os.path.join(os.getcwd(), "site-packages")
sys.path.append(site)
counts = {}
def hook(event, arguments):
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith(site):
        counts[event] = counts.get(event, 0) + 1
sys.addaudithook(hook)
loadstone.doctor()
print(json.dumps(counts))
"""


def test_the_work_grows_with_what_is_installed(sandbox: Sandbox) -> None:
    """So many files are opened and directories read for each distribution, however many there are."""
    sandbox.write({"count.py": COUNTS})
    counted = []
    for number in range(40):
        name = f"dist{number}"
        files = {
            f"{name}/__init__.py": "",
            f"{name}/cli.py": "def main(): pass\n",
            f"{name}/sub/__init__.py": "",
        }
        put(
            sandbox,
            distribution(name, files=files, more=script(f"{name}.cli:main"), fields="Requires-Dist: dist0"),
        )
        if number in (19, 39):
            result = sandbox.python("count.py", measured=False)
            assert result.stderr == ""
            counted.append(json.loads(result.stdout))
    few, many = counted
    added = {event: (many[event] - few[event]) / 20 for event in many}
    assert added["open"] <= 20
    assert added.get("os.listdir", 0) + added.get("os.scandir", 0) <= 8


def test_an_archive_that_is_damaged(sandbox: Sandbox) -> None:
    """LS156: a file on the path that no hook takes; not a whole archive, nor a directory."""
    archive = sandbox.root / "lib.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("mod.py", "x = 1\n" * 100)
    sys.path.append(str(archive))
    sandbox.on_path("folder")
    assert not found("LS156")
    # zipimport remembers what was in the first one.
    (sandbox.root / "cut.zip").write_bytes(archive.read_bytes()[:50])
    sys.path.append(str(sandbox.root / "cut.zip"))
    finding = one("LS156", "cut.zip")
    assert finding.severity == "warning"
    assert finding.evidence.endswith("is no directory, and no path hook takes it")


def test_a_backport_ahead_of_the_standard_library(sandbox: Sandbox) -> None:
    """LS141: what PYTHONPATH leads to among the packages of another Python, with the distribution."""
    files = distribution("enum34", files={"enum/__init__.py": ""})
    sandbox.write({f"lib/site-packages/{name}": text for name, text in files.items()})
    sys.path.insert(0, str(sandbox.root / "lib" / "site-packages"))
    finding = one("LS141", "enum")
    assert ", of enum34, is found before the standard library's" in finding.evidence
    assert finding.remedy.startswith("uninstall it, or take ")
