"""The causes in other Pythons and in how Python was started; the commands for the Python that is asked."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import loadstone
from loadstone.report import installer
from loadstone.report.explain import elsewhere
from loadstone.report.explain.records import Cause

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="the environments here are laid out as on POSIX"),
    pytest.mark.usefixtures("unmeasured"),
]

VERSION = "{}.{}".format(*sys.version_info)
SITE = f"lib/python{VERSION}/site-packages"
ASKED = f"the Python that is asked is {sys.executable}"
INSTALL = f"{sys.executable} -m pip install Wanted-Things"


@pytest.fixture(autouse=True)
def nothing_elsewhere(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """No other Python is near: neither active, nor on PATH, nor the user's."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "SUDO_USER", "DOAS_USER", "PYTHONPATH", "PYTHONNOUSERSITE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(sandbox.root / "path"))
    monkeypatch.setenv("PYTHONUSERBASE", str(sandbox.root / "user"))
    monkeypatch.setattr(site, "USER_BASE", None)
    monkeypatch.setattr(site, "USER_SITE", None)
    (sandbox.root / "work").mkdir()
    monkeypatch.chdir(sandbox.root / "work")


def installed(folder: str) -> dict[str, str]:
    """A module and its distribution, as pip leaves them in a site directory."""
    info = f"{folder}/wanted_things-2.1.dist-info"
    return {
        f"{folder}/wanted/__init__.py": "",
        f"{folder}/wanted/inner.py": "",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: Wanted-Things\nVersion: 2.1\n",
        f"{info}/RECORD": "wanted/__init__.py,,\nwanted/inner.py,,\n",
    }


def elsewhere_cause(name: str = "wanted") -> Cause:
    """The first of the causes, which is LS223."""
    first = loadstone.explain(name).causes[0]
    assert first.code == "LS223"
    assert first.proved
    return first


@pytest.mark.parametrize("variable", ["VIRTUAL_ENV", "CONDA_PREFIX"])
def test_it_is_in_the_active_environment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """LS223: with the environment, the distribution and the Python asked; and how to run or install it."""
    sandbox.write(installed(f"active/{SITE}"))
    root = sandbox.root
    monkeypatch.setenv(variable, str(root / "active"))
    for name, file in ("wanted", "wanted/__init__.py"), ("wanted.inner", "wanted/__init__.py"):
        cause = elsewhere_cause(name)
        active = f"the active environment, {root}/active ({variable}), which has no Python"
        why = f"'wanted' (Wanted-Things 2.1) is installed in {active}; {ASKED}"
        assert cause.evidence.splitlines() == [why, f"{root}/active/{SITE}/{file}"]
        assert cause.remedy == f"Install it for this one: {INSTALL}"
    venv.create(root / "active", symlinks=True)
    by_it = f"run the program by that Python, {root}/active/bin/python"
    assert elsewhere_cause().remedy == f"R{by_it[1:]}; or install it for this one: {INSTALL}"
    assert loadstone.explain("wanted").verdict.why.startswith("'wanted' (Wanted-Things 2.1) is installed in")
    sandbox.on_path(f"active/{SITE}")
    assert loadstone.explain("wanted").found


@pytest.mark.parametrize("folder", [".venv", "venv", "env"])
@pytest.mark.parametrize("directory", ["", "work"])
def test_it_is_in_the_environment_of_the_project(sandbox: Sandbox, folder: str, directory: str) -> None:
    """LS223: in the working directory or above, by any of the usual names."""
    prefix = sandbox.root / directory / folder
    sandbox.write({f"{prefix}/pyvenv.cfg": "", **installed(f"{prefix}/{SITE}")})
    expected = f"is installed in the project's environment, {prefix}, which has no Python; {ASKED}"
    assert expected in elsewhere_cause().evidence


def test_it_is_in_the_user_site(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS223: which is not used, and why; where that can be undone, how."""
    sandbox.write(installed(f"user/{SITE}"))
    python = [sys.executable]
    if sys.prefix != sys.base_prefix:
        monkeypatch.setattr(site, "ENABLE_USER_SITE", False)
        cause = elsewhere_cause()
        reason = f"{sys.prefix} is a virtual environment without the system's packages"
        assert f"is installed in the user site, which is not used: {reason}; {ASKED}" in cause.evidence
        assert cause.remedy == f"Install it for this one: {INSTALL}"
    for options, variables, reason, remedy in (
        ([], {"PYTHONNOUSERSITE": "1"}, "PYTHONNOUSERSITE is set", "Unset PYTHONNOUSERSITE"),
        (["-s"], {}, "Python runs with -s", "Run it without -s"),
    ):
        code = "import loadstone; print(loadstone.explain('wanted').causes[0])"
        env = {**os.environ, **variables}
        said = subprocess.run(
            [*python, *options, "-c", code], env=env, capture_output=True, text=True, check=True
        )
        assert f"the user site, which is not used: {reason}" in said.stdout
        assert f"remedy='{remedy}; or install it for this one: {INSTALL}'" in said.stdout


def test_it_is_in_the_user_site_of_who_called(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS223: sudo makes another user of one, who has a user site of his own."""
    sandbox.write(installed(f"home/.local/{SITE}"))
    monkeypatch.setattr(elsewhere, "_home", lambda user: str(sandbox.root / "home") if user == "ada" else "")
    monkeypatch.setenv("SUDO_USER", "ada")
    cause = elsewhere_cause()
    assert "is installed in the user site of ada, who called this as another user;" in cause.evidence
    assert cause.remedy == f"Run it as that user; or install it for this one: {INSTALL}"


def test_the_home_of_who_called(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS223: sudo may say where it is; who is no user any more has none."""
    sandbox.write(installed(f"home/.local/{SITE}"))
    monkeypatch.setenv("SUDO_USER", "no-such-user-here")
    assert [cause.code for cause in loadstone.explain("wanted").causes] == ["LS225"]
    monkeypatch.setenv("SUDO_HOME", str(sandbox.root / "home"))
    assert "the user site of no-such-user-here" in elsewhere_cause().evidence


def executable(path: Path, text: str) -> None:
    """A program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize(
    "start",
    [
        "#!{python}\n",
        "#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''\n",
        "#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n",
    ],
)
def test_it_is_in_the_python_of_pip(sandbox: Sandbox, start: str) -> None:
    """LS223: the `pip` on PATH belongs to another Python, by its first lines."""
    prefix = sandbox.root / "opt with space" / "py" if '"{' in start else sandbox.root / "opt"
    executable(sandbox.root / "path" / "pip", start.format(python=f"{prefix}/bin/python3.9"))
    sandbox.write(installed(f"{prefix}/lib/python3.9/site-packages"))
    cause = elsewhere_cause()
    assert (
        f"is installed in {prefix}, the Python of {sandbox.root}/path/pip on PATH; {ASKED}" in cause.evidence
    )
    assert cause.remedy == f"Install it for this one: {INSTALL}"


def test_a_pip_that_says_nothing(sandbox: Sandbox) -> None:
    """The Python beside it is taken for its own; one that cannot be read or has none is passed over."""
    executable(sandbox.root / "path" / "pip", "#!/bin/sh\n")
    assert [cause.code for cause in loadstone.explain("wanted").causes] == ["LS225"]
    sandbox.write({"pyvenv.cfg": "", "bin/python": "", **installed(SITE)})
    (sandbox.root / "path").rename(sandbox.root / "Scripts")
    os.environ["PATH"] = str(sandbox.root / "Scripts")
    assert f"{sandbox.root}, the Python of {sandbox.root}/Scripts/pip on PATH" in elsewhere_cause().evidence


def test_it_is_in_a_python_on_path(sandbox: Sandbox) -> None:
    """LS223: links are followed to where a Python is, and its version is the one of its name."""
    executable(sandbox.root / "opt" / "bin" / "python3.9", "")
    (sandbox.root / "path").mkdir()
    (sandbox.root / "path" / "python3").symlink_to("../opt/bin/python3.9")
    sandbox.write(installed("opt/lib/python3.12/site-packages"))
    assert [cause.code for cause in loadstone.explain("wanted").causes] == ["LS225"]
    sandbox.write(installed("opt/lib/python3/dist-packages"))
    cause = elsewhere_cause()
    assert f"in {sandbox.root}/opt, the Python of {sandbox.root}/path/python3 on PATH; " in cause.evidence


def test_it_is_in_a_python_of_pyenv(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS223: what is on PATH there are shims, which lead to the versions beside them."""
    sandbox.write(installed("pyenv/versions/3.9.1/lib/python3.9/site-packages"))
    monkeypatch.setenv("PATH", f"{sandbox.root}/pyenv/shims")
    assert f"{sandbox.root}/pyenv/versions/3.9.1, a Python of pyenv" in elsewhere_cause().evidence


def test_all_places_are_told_and_the_likeliest_first(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LS223: each place once, with whose it is, where that is not what the sentence says."""
    sandbox.write({**installed(f"active/{SITE}"), **installed("user/lib/python3.9/site-packages")})
    monkeypatch.setenv("VIRTUAL_ENV", str(sandbox.root / "active"))
    executable(sandbox.root / "path" / "pip", f"#!{sandbox.root}/active/bin/python\n")
    sandbox.write({"active/pyvenv.cfg": ""})
    why, *places = elsewhere_cause().evidence.splitlines()
    assert "in the active environment" in why
    user = f"{sandbox.root}/user/lib/python3.9/site-packages"
    assert places == [
        f"{sandbox.root}/active/{SITE}/wanted/__init__.py",
        f"{user}/wanted/__init__.py: in the user site of another Python, {user}",
    ]


@pytest.mark.parametrize(
    "files",
    [
        {"wanted.py": ""},
        {"wanted.cpython-39-x86_64-linux-gnu.so": ""},
        {"wanted.abi3.so": ""},
        {"wanted/part/deep.py": ""},
        {"wanted-1.dist-info/direct_url.json": "{}"},
    ],
)
def test_what_counts_as_the_module(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]
) -> None:
    """LS223: source, extension modules of any Python, namespace packages, and editable installs."""
    sandbox.write({f"active/{SITE}/{file}": text for file, text in files.items()})
    monkeypatch.setenv("VIRTUAL_ENV", str(sandbox.root / "active"))
    assert "'wanted' is installed in the active environment" in elsewhere_cause().evidence
    assert elsewhere_cause().remedy.endswith("-m pip install NAME")


@pytest.mark.parametrize("name", ["other", "wanted.no", "wan*", "wanted-things", "wanted.inner.no"])
def test_what_is_not_elsewhere(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Another name, a submodule that is not there either, or what is no name at all."""
    sandbox.write({f"active/{SITE}/wanted.py": "", "here/wanted/__init__.py": ""})
    sandbox.on_path("here")
    monkeypatch.setenv("VIRTUAL_ENV", str(sandbox.root / "active"))
    assert "LS223" not in {cause.code for cause in loadstone.explain(name).causes}


# How Python was started


def started(sandbox: Sandbox, *words: str, **env: str) -> str:
    """What explain says, of a Python that is started so."""
    os.chdir(sandbox.root)
    return sandbox.python(*words, **env).stdout


def test_the_program_is_not_on_the_path(sandbox: Sandbox) -> None:
    """LS256: the module is in the working directory, or beside the script, and neither is looked at."""
    sandbox.write({"wanted.py": "", "tools/build.py": "", "tools/helpers.py": ""})
    here = f"{sandbox.root}/wanted.py is in the working directory, with which sys.path does not begin: "
    assert f"{here}Python runs isolated (-I)" in started(
        sandbox, "-I", "-m", "loadstone", "explain", "wanted"
    )
    if sys.version_info >= (3, 11):
        command = ["-m", "loadstone", "explain", "wanted"]
        assert f"{here}Python runs with -P" in started(sandbox, "-P", *command)
        assert f"{here}PYTHONSAFEPATH is set" in started(sandbox, *command, PYTHONSAFEPATH="1")
    command = ["-m", "loadstone", "explain", "--script", "tools/build.py", "helpers"]
    beside = f"{sandbox.root}/tools/helpers.py is in the folder of the script, with which sys.path does not"
    said = started(sandbox, "-I", *command)
    assert "LS256" in said
    assert beside in said


def test_pythonpath_is_not_looked_at(sandbox: Sandbox) -> None:
    """LS257: with -E."""
    sandbox.write({"more/wanted.py": ""})
    more = str(sandbox.root / "more")
    said = started(sandbox, "-E", "-m", "loadstone", "explain", "wanted", PYTHONPATH=more)
    assert "LS257" in said
    assert f"{more}/wanted.py is on PYTHONPATH, which Python does not look at with -E" in said
    assert "found: " in started(sandbox, "-m", "loadstone", "explain", "wanted", PYTHONPATH=more)


def test_pythonpath_is_of_another_python(sandbox: Sandbox) -> None:
    """LS258: what is found there is of another version; extension modules of it are not found."""
    folder = sandbox.root / "lib" / "python3.8" / "site-packages"
    sandbox.write({f"{folder}/wanted.py": "", f"{folder}/built.cpython-38-x86_64-linux-gnu.so": ""})
    leads = f"is of Python 3.8, to whose packages PYTHONPATH leads; this is Python {VERSION}"
    for name, file in ("wanted", "wanted.py"), ("built", "built.cpython-38-x86_64-linux-gnu.so"):
        said = started(sandbox, "-m", "loadstone", "explain", name, PYTHONPATH=str(folder))
        assert "LS258" in said
        assert f"{folder.relative_to(sandbox.root)}/{file} {leads}" in said
    own = sandbox.root / SITE
    sandbox.write({f"{own}/wanted.py": ""})
    assert "LS258" not in started(sandbox, "-m", "loadstone", "explain", "wanted", PYTHONPATH=str(own))


def test_an_empty_entry_of_pythonpath_is_the_working_directory(sandbox: Sandbox) -> None:
    """Files that hide the standard library there are not run by the commands, and are examined."""
    sandbox.write({"types.py": "raise SystemExit('run')", "argparse.py": "raise SystemExit('run')"})
    script = "import sys; from loadstone.__main__ import main; sys.exit(main())"
    sandbox.write({"bin/loadstone": script})
    said = started(sandbox, "bin/loadstone", "explain", "types", PYTHONPATH=f"{os.pathsep}/no/such")
    assert f"found: {sandbox.root}/types.py" in said
    said = started(sandbox, "bin/loadstone", "doctor", "--only", "LS141", PYTHONPATH=f"{os.pathsep}/no/such")
    assert "types.py is found before the standard library's" in said


# The commands of remedies


@pytest.mark.parametrize("word", ["plain", "a b", "a<2", "it's", "$HOME", 'a"b', "a\\b", "", "wow!", "`x`"])
def test_words_are_quoted_for_the_shell(word: str) -> None:
    """A shell takes each as it is."""
    said = subprocess.run(
        f"printf %s {installer.quoted(word)}", shell=True, capture_output=True, text=True, check=True
    )
    assert said.stdout == word


def test_the_command_that_installs(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is one that works: by the Python's own pip, by uv which made it, or once pip is there."""
    python = sys.executable
    assert (
        installer.pip("install", "a>1", "--force-reinstall")
        == f'{python} -m pip install "a>1" --force-reinstall'
    )
    monkeypatch.setattr(sys, "executable", "/my python")
    assert installer.installing("a") == '"/my python" -m pip install a'
    monkeypatch.setattr(sys, "executable", "/py")
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(installer, "site_directories", list)
    assert installer.pip("uninstall", "a") == "/py -m ensurepip && /py -m pip uninstall a"
    monkeypatch.setattr(sys, "prefix", str(sandbox.root))
    sandbox.write({"pyvenv.cfg": "home = /usr/bin\nuv = 0.9.1\n"})
    assert installer.installing("a") == "uv pip install --python /py a"


def test_a_python_that_the_system_manages(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is installed into it: a virtual environment is made."""
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    monkeypatch.setattr(sys, "base_prefix", sys.prefix)
    monkeypatch.setattr(sysconfig, "get_path", {"stdlib": str(sandbox.root), "scripts": "/usr/bin"}.get)
    assert installer.installing("a") == "/usr/bin/python3 -m pip install a"
    sandbox.write({"EXTERNALLY-MANAGED": "[externally-managed]\n"})
    make = "/usr/bin/python3 -m venv .venv"
    assert installer.installing("a") == f"{make} && .venv/bin/python -m pip install a"


def test_the_command_that_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the Python's own loadstone, or one that is told which Python to ask."""
    assert installer.asking("explain", "a b") == f'{sys.executable} -m loadstone explain "a b"'
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(installer, "site_directories", list)
    assert installer.asking("explain", "a") == f"loadstone explain --python {sys.executable} a"


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("~/meant", "only shells write the home directory for ~"),
        ("$HOME/meant", "only shells put in the values of variables"),
        ("'{home}/meant'", "quotes and spaces are a part of it"),
        ("{home}/meant/*", "there are no patterns in it"),
        ("{home}/meant;{home}/other", "entries are separated by ':' here, not by ';'"),
    ],
)
def test_an_entry_of_pythonpath_that_leads_nowhere(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, entry: str, why: str
) -> None:
    """LS218 comes first where the module is in the directory that is meant."""
    sandbox.write({"meant/aside.py": ""})
    home = str(sandbox.root)
    monkeypatch.setenv("HOME", home)
    entry = entry.format(home=home)
    monkeypatch.setenv("PYTHONPATH", f"{home}/work{os.pathsep}{entry}")
    cause = loadstone.explain("aside").causes[0]
    said = f"PYTHONPATH has {entry!r}, which is no directory: {why}; {home}/meant/aside.py is in {home}/meant"
    assert (cause.code, cause.evidence) == ("LS218", said)
    assert cause.remedy == f"Have PYTHONPATH lead to {home}/meant."
    assert all(cause.code != "LS218" for cause in loadstone.explain("astray").causes)


@pytest.mark.parametrize(
    ("direct", "words"),
    [
        ('{{"url": "file://{root}/project", "dir_info": {{"editable": true}}}}', "-e {root}/project"),
        (
            '{{"url": "https://example.org/it.git", "vcs_info": {{"vcs": "git", "commit_id": "0a1"}}}}',
            "git+https://example.org/it.git@0a1",
        ),
        ('{{"url": "https://example.org/it.whl", "archive_info": {{}}}}', "https://example.org/it.whl"),
    ],
)
def test_what_came_from_elsewhere_comes_from_there(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, direct: str, words: str
) -> None:
    """LS223: what another Python has from a project, repository or file is not fetched from an index."""
    root = sandbox.root
    info = f"active/{SITE}/wanted-1.dist-info"
    sandbox.write(
        {
            f"{info}/METADATA": "Metadata-Version: 2.1\nName: wanted\nVersion: 1\n",
            f"{info}/direct_url.json": direct.format(root=root),
            "project/src/wanted.py": "",
        }
    )
    if "-e" not in words:
        sandbox.write({f"active/{SITE}/wanted.py": "", f"{info}/top_level.txt": "wanted\n"})
    monkeypatch.setenv("VIRTUAL_ENV", str(root / "active"))
    cause = elsewhere_cause()
    assert cause.evidence.startswith("'wanted' (wanted 1) is installed in the active environment")
    assert (
        cause.remedy == f"Install it for this one: {sys.executable} -m pip install {words.format(root=root)}"
    )
