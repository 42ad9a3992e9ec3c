"""What explain says first: what happens, why, and what to do, each in a line; and its exit status."""

from __future__ import annotations

import json
import os
import re
import sys
from typing import TYPE_CHECKING

import pytest

import loadstone
from loadstone.report.explain.page import page_of
from loadstone.report.places import near
from loadstone.report.terminal import rendered

if TYPE_CHECKING:
    from ..conftest import Sandbox

PYTHON = f"Python {sys.version.split()[0]}"


def command(sandbox: Sandbox, *words: str, status: int = 0) -> list[str]:
    """The lines that ``loadstone explain`` writes; it ends with `status`."""
    result = sandbox.python("-m", "loadstone", "explain", *words)
    assert (result.returncode, result.stderr) == (status, "")
    return result.stdout.splitlines()


def beginning(sandbox: Sandbox, *words: str, status: int = 0) -> list[str]:
    """The lines below the name of the module, up to the first empty one."""
    lines = command(sandbox, *words, status=status)
    return lines[2 : lines.index("")]


def test_a_module_that_is_found(sandbox: Sandbox) -> None:
    """Where it is, that it was not executed, which Python was asked, and who finds it."""
    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": ""})
    first, second = beginning(sandbox, "pkg.sub")
    assert first.startswith(f"found: {sandbox.root}/pkg/sub.py; not executed: --load tries it  ({PYTHON}, ")
    assert second == "importlib.machinery.PathFinder finds it in ./pkg"
    first, _ = beginning(sandbox, "--load", "pkg.sub")
    assert first.startswith(f"found: {sandbox.root}/pkg/sub.py; imported without an error  (")


def test_whose_the_module_is(sandbox: Sandbox) -> None:
    """The distribution is named that has the file on its list, whatever it is called; no other is."""
    sandbox.write(
        {
            **{f"site/{name}": "" for name in ("gear/__init__.py", "gear/sub/deep.py", "own.py", "one.py")},
            "site/Wheels-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: Wheels\nVersion: 1.0\n",
            "site/Wheels-1.0.dist-info/RECORD": "gear/__init__.py,,\ngear/sub/deep.py,,\n",
            "site/one-2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: one\nVersion: 2.0\n",
            "site/one-2.0.dist-info/RECORD": "one.py,,\nnot/own.py,,\n",
            "site/gear-3.0.dist-info/METADATA": b"\xff",
        }
    )
    sandbox.on_path("site")
    owners = {name: loadstone.explain(name).distribution for name in ("gear", "gear.sub", "own", "one")}
    assert owners == {"gear": "Wheels 1.0", "gear.sub": None, "own": None, "one": "one 2.0"}
    explanation = loadstone.explain("gear.sub.deep")
    assert explanation.distribution == "Wheels 1.0"
    assert explanation.verdict.why.endswith("gear/sub; it is of the distribution Wheels 1.0")
    assert loadstone.explain("gear.no_such").distribution is None
    assert loadstone.explain("sys").distribution is None


def test_a_module_that_is_not_found(sandbox: Sandbox) -> None:
    """That it is not found, by which Python; the first cause's sentence and remedy; status 1."""
    first, second, third = beginning(sandbox, "no_such_module_", status=1)
    assert first.startswith(f"not found: no_such_module_  ({PYTHON}, ")
    assert "'no_such_module_'" in second
    assert third.startswith("→ ")


def test_a_module_that_is_found_and_hides_another(sandbox: Sandbox) -> None:
    """It is found, and what is wrong with that stands below; paths are those that the reader sees."""
    sandbox.write({"colorsys.py": ""})
    first, second, third = beginning(sandbox, "colorsys")
    assert first.startswith(f"found: {sandbox.root}/colorsys.py; ")
    assert second.startswith("./colorsys.py is found before ")
    assert third.startswith("→ Rename ./colorsys.py")


def test_a_module_that_fails(sandbox: Sandbox) -> None:
    """Found, but fails, with the exception; where a parent fails, the module is not found; status 1."""
    sandbox.write({"pkg/__init__.py": "1 / 0", "pkg/sub.py": "", "bad.py": "raise OSError('no disk')"})
    first, *_ = beginning(sandbox, "--load", "bad", status=1)
    assert first.startswith("found, but fails: OSError: no disk  (")
    first, *_ = beginning(sandbox, "--load", "pkg.sub", status=1)
    assert first.startswith("not found: pkg.sub: its parent pkg is found, but fails: ZeroDivisionError: ")


def test_the_verdict_is_a_record(sandbox: Sandbox) -> None:
    """`verdict` has what the page begins with, in a program and in JSON; its `str` is the three lines."""
    explanation = loadstone.explain("no_such_module_")
    verdict, (cause, *_) = explanation.verdict, explanation.causes
    assert verdict.state == "not found"
    assert verdict.what == "not found: no_such_module_"
    assert verdict.why == cause.evidence.splitlines()[0]
    assert verdict.remedy == cause.remedy
    assert str(verdict) == f"{verdict.what}\n{verdict.why}\n→ {verdict.remedy}"
    assert (explanation.python, explanation.executable) == (sys.version.split()[0], sys.executable)
    record = json.loads("\n".join(command(sandbox, "--json", "no_such_module_", status=1)))
    assert record["verdict"]["what"] == verdict.what
    assert record["verdict"]["why"] == verdict.why
    assert record["causes"][0]["address"] == f"loadstone explain {cause.code}"


def test_a_module_in_sys_modules() -> None:
    """What is imported already is found so; without a finder, that is said."""
    assert loadstone.explain("sys").verdict.what.endswith("; imported already")
    name = "made_by_hand_"
    sys.modules[name] = type(sys)(name)
    try:
        verdict = loadstone.explain(name).verdict
    finally:
        del sys.modules[name]
    assert verdict.what == "found: in sys.modules; imported already"


def test_evidence_is_short_unless_asked_for(sandbox: Sandbox) -> None:
    """By default there is what matters; with ``--verbose`` every finder and entry, whole paths."""
    sandbox.write({"colorsys.py": ""})
    short = "\n".join(command(sandbox, "colorsys"))
    whole = "\n".join(command(sandbox, "--verbose", "colorsys"))
    assert "BuiltinImporter: no" not in short
    assert "submodule_search_locations" not in short
    assert "BuiltinImporter: no" in whole
    assert "submodule_search_locations" in whole
    assert f"{sandbox.root}/colorsys.py is found before" in whole
    explanation = loadstone.explain("colorsys")
    assert "submodule_search_locations" not in str(explanation)
    assert "submodule_search_locations" in explanation.text(verbose=True)


def test_who_was_asked_for_what_is_not_there(sandbox: Sandbox) -> None:
    """The short evidence names the finders and the path entries."""
    text = "\n".join(command(sandbox, "no_such_module_", status=1))
    assert re.search("asked for no_such_module_, in vain: .*BuiltinImporter, .*PathFinder\\n", text)
    assert "looked in: ., " in text


def test_several_names(sandbox: Sandbox) -> None:
    """Each has its page, under its name; the status says whether all are found; JSON is a list."""
    sandbox.write({"one.py": "print('runs')\nimport two", "two.py": ""})
    lines = command(sandbox, "one", "two")
    assert [lines[0], lines[1]] == ["one", "---"]
    assert lines[lines.index("two") - 1] == ""
    assert lines[lines.index("two") + 2].startswith(f"found: {sandbox.root}/two.py")
    assert command(sandbox, "one", "no_such_module_", status=1)
    records = json.loads("\n".join(command(sandbox, "--json", "one", "two")))
    assert [record["name"] for record in records] == ["one", "two"]
    result = sandbox.python("-m", "loadstone", "explain", "one", ".two")
    assert (result.returncode, result.stdout) == (2, "")
    result = sandbox.python("-m", "loadstone", "explain", "--load", "one", "one")
    assert (result.returncode, result.stderr) == (0, "runs\nruns\n"), "each as in a new program"


def test_a_cause_that_is_only_possible_says_so(sandbox: Sandbox) -> None:
    """Behind its code, on the page."""
    proved = loadstone.explain("no_such_module_")
    (cause, *_) = proved.causes
    possible = type(cause)(cause.code, cause.title, cause.evidence, cause.remedy, proved=False)
    explanation = type(proved)(proved.name, False, (), proved.module, (possible,))
    assert f"\n{cause.code} {cause.title}\n" in str(proved)
    assert f"\n{cause.code} (possible) {cause.title}\n" in str(explanation)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{here}/a.py is found before /b.py", "./a.py is found before /b.py"),
        ("in {here}", "in ."),
        ("in {here}: no", "in .: no"),
        ("'{here}/a'", "'./a'"),
        ("{here}er/a", "{here}er/a"),
        ("/elsewhere{here}/a", "/elsewhere{here}/a"),
        ("file://{here}/a", "file://{here}/a"),
        ("{here}-old/a {here}/.venv/bin/python -m pip", "{here}-old/a ./.venv/bin/python -m pip"),
    ],
)
def test_paths_are_written_as_the_reader_sees_them(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, text: str, shown: str
) -> None:
    """A path below the current directory is relative; what only looks like one is left alone."""
    monkeypatch.chdir(sandbox.root)
    here = os.getcwd()
    assert near(text.format(here=here)) == shown.format(here=here)
    monkeypatch.chdir("/")
    assert near("/usr/lib") == "/usr/lib"


def test_a_page_has_the_name_of_the_module_for_a_title() -> None:
    """It stands above the verdict."""
    assert rendered(page_of(loadstone.explain("sys"))).startswith("sys\n---\nfound: ")
