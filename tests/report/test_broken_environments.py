"""doctor, explain and trace in environments that are broken in every way that files can be."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import MAGIC_NUMBER
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import loadstone
from loadstone.report.places import is_standard_file, standard_directories
from loadstone.report.records import as_json
from loadstone.testing.state import restored

from .doctors import Surroundings, as_site

INFO = "dist_one-1.0.dist-info"
FILES = {
    "one/__init__.py": "from . import two\nvalue = 1\n",
    "one/two.py": "import one, three\n",
    "three.py": "import one.two, no_such_module\n",
    "broken.py": "def (:\n",
    "space/inner.py": "",
    "old.pyc": MAGIC_NUMBER + bytes(12),
    "one/__pycache__/two.cpython-27.pyc": b"",
    "one/__pycache__/gone.cpython-313.pyc": b"",
    f"native{EXTENSION_SUFFIXES[0]}": b"\x7fELF" + bytes(30),
    "one/foreign.cpython-39-x86_64-linux-gnu.so": b"\x7fELF",
    "lib.zip": b"PK\5\6" + bytes(18),
    "a.pth": "/no/such/place\nimport no_such_module\nspace\n",
    "a-nspkg.pth": "import sys; x = sys._getframe(1).f_locals['sitedir'], *('gone',))\n",
    "a.start": "one.two:function\n",
    "old.egg-link": "/no/such/project\n.\n",
    "old.egg-info/PKG-INFO": "Name: old\nVersion: 1\n",
    "old.egg-info/requires.txt": "one>=2\n",
    "flat.egg-info": "Name: flat\n",
    f"{INFO}/METADATA": "Metadata-Version: 2.1\nName: dist-one\nVersion: 1\nRequires-Dist: dist-two[x]>=2\n",
    f"{INFO}/RECORD": f"one/__init__.py,sha256=x,1\none/gone.py,,\n{INFO}/METADATA,,\n../../../bin/one,,\n",
    f"{INFO}/entry_points.txt": "[console_scripts]\none = one.two:nothing\ntwo\n[x\n",
    f"{INFO}/direct_url.json": '{"url": "file:///no/such/project", "dir_info": {"editable": true}}',
    f"{INFO}/top_level.txt": "one\nthree\n",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nTag: py3-none-any\n",
    "dist_two-1.0.dist-info/METADATA": "Name: dist-two\nVersion: one\nRequires-Dist: dist_one (>1\n",
    "dist_two-1.0.dist-info/RECORD": "one/__init__.py,md5=,\n",
    "~ist_two-1.0.dist-info/METADATA": "Name: dist-two\n",
    # What no tool would call it.
    os.fsdecode(b"caf\xe9-1.0.dist-info/METADATA"): "Name: caf\udce9\nVersion: 1\n".encode(
        "utf-8", "surrogateescape"
    ),
    os.fsdecode(
        b"caf\xe9-1.0.dist-info/RECORD"
    ): b"caf\xe9.py,,\n\0.py,,\n/absolute.py,,\n../../../../../up.py,,\n",
    os.fsdecode(b"caf\xe9.py"): "",
    os.fsdecode(b"caf\xe9.pth"): "import caf\n",
    ".dist-info/METADATA": "Name: \n",
    "-1.0.dist-info/RECORD": "",
    "x.dist-info": "",
    "pyproject.toml": "[project]\nname = 'here'\n",
    "pylock.toml": "lock-version = '1.0'\n[[packages]]\nname = 'no-such-module'\n",
    "requirements.txt": "no-such-module==1\n-r requirements.txt\n",
    "pyvenv.cfg": "home = /no/such/bin\n",
}
NAMES = [
    "one",
    "one.two",
    "one.gone",
    "three",
    "broken",
    "old",
    "native",
    "one.foreign",
    "space.inner",
    "nothing",
]

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such links, and other permissions")

ways = st.one_of(
    st.just("as it is"),
    st.sampled_from(
        ["gone", "empty", "a directory", "a loop", "a link to nothing", "no permission", "a link up"]
    ),
    st.integers(0, 60).map(lambda end: ("cut", end)),
    st.binary(max_size=80).map(lambda data: ("replaced", data)),
    st.tuples(
        st.just("changed"),
        st.integers(0, 200),
        st.sampled_from([b"\0", b"\xff", b"\n", b"[", b"\r", b",", b'"']),
    ),
)
trees = st.fixed_dictionaries({}, optional=dict.fromkeys(FILES, ways))


def build(root: Path, changes: dict[str, Any]) -> None:
    """The files in `root`, each as it is or changed."""
    for name, content in FILES.items():
        way = changes.get(name, "as it is")
        file = root / name
        data = content.encode() if isinstance(content, str) else content
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if way == "gone":
                continue
            if way == "a directory":
                (file / "inside").mkdir(parents=True)
            elif way == "a loop":
                file.symlink_to(file.name)
            elif way == "a link up":
                file.symlink_to("..")
            elif way == "a link to nothing":
                file.symlink_to("nothing at all")
            else:
                if way == "empty":
                    data = b""
                elif way[0] == "cut":
                    data = data[: way[1]]
                elif way[0] == "replaced":
                    data = way[1]
                elif way[0] == "changed":
                    place = way[1] % (len(data) + 1)
                    data = data[:place] + way[2] + data[place + 1 :]
                file.write_bytes(data)
                if way == "no permission":
                    file.chmod(0)
        except OSError:  # below what has become a file, or a loop
            continue


@contextmanager
def broken(changes: dict[str, Any]) -> Iterator[Path]:
    """A directory of that kind is the one where distributions are; the import state is put back."""
    root = Path(tempfile.mkdtemp())
    here = os.getcwd()
    try:
        build(root, changes)
        with restored(), pytest.MonkeyPatch.context() as patch:
            standard = [entry for entry in sys.path if is_standard_file(entry, standard_directories())]
            sys.path[:] = [str(root), str(root / "lib.zip"), *standard]
            as_site(patch, str(root))
            os.chdir(root)
            yield root
    finally:
        os.chdir(here)
        shutil.rmtree(root, ignore_errors=True)


@posix
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees)
def test_doctor_in_any_environment(changes: dict[str, Any]) -> None:
    """Never fails, nor one of its checks: what is broken is a finding, or nothing."""
    with broken(changes):
        diagnosis = loadstone.doctor(scan=[])
        assert [finding for finding in diagnosis.findings if finding.code == "LS100"] == []
        assert str(diagnosis)
        assert as_json(diagnosis)


@posix
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees)
def test_explain_in_any_environment(changes: dict[str, Any]) -> None:
    """Never fails, for what is there and what is not; what fails when it is loaded has a cause."""
    with broken(changes):
        for name in NAMES:
            explanation = loadstone.explain(name)
            assert str(explanation)
            assert as_json(explanation)


@posix
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees)
def test_trace_in_any_environment(changes: dict[str, Any]) -> None:
    """Never fails, and imports raise what they raise without it."""
    with broken(changes):
        plain = [outcome(name) for name in NAMES]
    with broken(changes):
        with loadstone.trace() as trace:
            traced = [outcome(name) for name in NAMES]
        assert traced == plain
        assert str(trace)
        assert trace.to_json()


def outcome(name: str) -> tuple[str, str]:
    """What comes of an import: nothing, or the kind of the exception, and the module it names."""
    try:
        __import__(name)
    except Exception as error:
        return type(error).__name__, str(getattr(error, "name", None))
    return "", ""


WRONG: dict[str, Any] = {
    f"{INFO}/METADATA": ("changed", 30, b"\xff"),
    f"{INFO}/RECORD": "a directory",
    f"{INFO}/entry_points.txt": ("changed", 5, b"\0"),
    f"{INFO}/direct_url.json": ("replaced", b"[" * 80),
    "dist_two-1.0.dist-info/METADATA": "a loop",
    "dist_two-1.0.dist-info/RECORD": ("replaced", b'"'),
    "old.egg-info/PKG-INFO": "a link to nothing",
    "flat.egg-info": "a loop",
    "lib.zip": ("cut", 10),
    "one/two.py": ("replaced", b"\xff\0"),
    "a.start": ("replaced", b"\xfe"),
    "space/inner.py": "a link up",
    "pyproject.toml": ("replaced", b"\xff[tool.loadstone"),
}


COMMANDS = [
    ["doctor"],
    ["explain", *NAMES],
    ["explain", "--load", "three"],
    ["trace", "-c", "try:\n    import three\nexcept Exception:\n    pass\nprint('ran')"],
]


@posix
@pytest.mark.parametrize("arguments", COMMANDS)
@pytest.mark.parametrize(
    "changes", [{}, WRONG, dict.fromkeys(FILES, "a directory"), dict.fromkeys(FILES, "a loop")]
)
def test_the_commands_in_a_broken_environment(
    tmp_path: Path, arguments: list[str], changes: dict[str, Any]
) -> None:
    """In a virtual environment into which all of that is installed, each command answers."""
    surroundings = Surroundings(tmp_path)
    (surroundings.site / "here.pth").rename(tmp_path / "here.pth")
    # Python 3.15 does not start where the module that it would suggest has such a name.
    unsaid = dict.fromkeys([os.fsdecode(b"caf\xe9.pth"), os.fsdecode(b"caf\xe9.py")], "gone")
    build(surroundings.site, changes | unsaid)
    (tmp_path / "here.pth").rename(surroundings.site / "here.pth")
    # What Python itself says of the start-up files is not loadstone's.
    before = surroundings.run("-c", "pass").stderr
    result = surroundings.run("-m", "loadstone", *arguments)
    assert result.returncode in (0, 1), result.stderr
    assert result.stdout
    assert "Traceback" not in result.stderr.replace(before, "")
    assert "Traceback" not in result.stdout
