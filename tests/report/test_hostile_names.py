"""Names of files and modules that would drive a terminal, or run in a browser, do neither."""

from __future__ import annotations

import html
import io
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadstone.report.explain.inquiry import explain
from loadstone.report.page import Page
from loadstone.report.records import as_json
from loadstone.report.terminal import Progress, rendered, show
from loadstone.report.trace.records import Import, Lazy, Reentry, Trace

from .browser import dom, needs_browser
from .conftest import written

if TYPE_CHECKING:
    from ..conftest import Sandbox

# A title, a cleared screen, a rule of C1, one for the direction of text, line ends of several kinds.
DRIVES = "x\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r\x0b\x85\u2028\x7fy"
FORGES = f"{DRIVES}\nLS999 forged"
SGR = re.compile(r"\x1b\[[0-9;]*m")  # the colours of rich
SCRIPTS = (
    "</script><script>document.title='broken'</script>",
    "<img src=x onerror=document.title='broken'>",
    '"><svg onload=document.title="broken">',
    "javascript:document.title='broken'//",
    "{title}{style}{data}{script}",
    "<!--<script>",
)
HOSTILE = "".join(SCRIPTS) + FORGES + "\0\udc80&lt;"

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such names of files")


def hostile_page(text: str) -> Page:
    """A page with `text` in every place that there is."""
    page = Page()
    page.heading(text)
    page.line(("name", text), " and ", text, indent=1)
    page.table(["first", text], [[text, ("bad", text)], ["plain", text]], right=[1])
    tree = page.tree(text)
    tree.add(("dim", text)).add(text)
    return page


def controls(text: str) -> set[str]:
    """The characters in `text`, without line ends, that cannot be seen."""
    return {character for character in text if not character.isprintable()} - {"\n"}


@pytest.mark.parametrize("unicode", [True, False])
@given(st.text(st.characters(exclude_categories=()), min_size=1))
def test_no_text_drives_a_terminal(unicode: bool, text: str) -> None:
    """Whatever a name holds, a plain page has as many lines as for any other, and only what can be seen."""
    shown = rendered(hostile_page(text), unicode=unicode)
    assert controls(shown) == set()
    assert shown.count("\n") == rendered(hostile_page("name")).count("\n")


def test_the_escapes_are_those_of_repr() -> None:
    """What cannot be seen is written as Python writes it; what can be seen, of any script, is left alone."""
    page = Page()
    page.line("a\x1b[2J\n\x9b\u202e\udc80", " größe 名前 \\ ' [b]")
    assert rendered(page) == "a\\x1b[2J\\n\\x9b\\u202e\\udc80 größe 名前 \\ ' [b]\n"


@pytest.mark.parametrize("text", [DRIVES, FORGES, "".join(map(chr, range(32))), "\x80\x9d\x9f\ufeff\u200f"])
def test_no_text_drives_a_terminal_by_rich(
    terminal: tuple[io.TextIOWrapper, int], text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal with colours, colours are all that the page does to it."""
    pytest.importorskip("rich")
    stream, master = terminal
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    show(hostile_page(text), stream)
    shown = written(master, stream)
    assert SGR.search(shown)
    assert controls(SGR.sub("", shown)) == set()


def test_progress_fits_the_terminal(
    terminal: tuple[io.TextIOWrapper, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line of progress is narrower than the terminal, so that it can be erased, and drives nothing."""
    stream, master = terminal
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(os, "get_terminal_size", lambda number: os.terminal_size((30, 10)))
    with Progress(1, "checks", stream) as progress:
        progress.step(DRIVES * 3)
    erased = "\r\x1b[K"
    before, line, after = written(master, stream).split(erased)
    assert (before, after) == ("", "")
    assert line.startswith("checks 1/1 x\\x1b]0;")
    assert len(line) == 29
    assert controls(line) == set()


@pytest.fixture
def folder(sandbox: Sandbox) -> Path:
    """A folder with a hostile name, in which modules are that hide others, fail, or are badly named."""
    folder = sandbox.root / FORGES.replace("/", "")
    sandbox.write(
        {
            f"{folder.name}/json.py": "",
            f"{folder.name}/{FORGES}.py": "",
            f"{folder.name}/fails.py": f"raise ImportError({FORGES!r}, name={FORGES!r})",
            f"{folder.name}/zz.pyd": "",
            f"{folder.name}/zz.pyc": "",
            f"{folder.name}/nopackage/a.py": "",
            f"{folder.name}/lost.pth": f"/nowhere/{DRIVES}\n",
            f"{folder.name}/broken.dist-info/METADATA": f"Name: b{DRIVES}\nVersion: {DRIVES}\n".encode(
                "utf-8", "surrogateescape"
            ),
            f"{folder.name}/broken.dist-info/RECORD": f"zz/{DRIVES}.py,,\n",
            "program.py": f"""
                import sys
                sys.path.insert(0, {str(folder)!r})
                for name in ("json", "fails", {FORGES!r}, {DRIVES!r}):
                    try:
                        __import__(name)
                    except ImportError:
                        pass
            """,
        }
    )
    return folder


COMMANDS = {
    "explain what is there": ["explain", "json"],
    "explain what is not": ["explain", f"zz{FORGES}"],
    "explain what is nearly": ["explain", "zz"],
    "explain a package": ["explain", f"json.{FORGES}"],
    "explain by loading": ["explain", "--load", "fails"],
    "explain a relative name": ["explain", f".{FORGES}"],
    "doctor": ["doctor"],
    "doctor, importing": ["doctor", "--import", "fails"],
    "doctor, in vain": ["doctor", "--only", FORGES],
    "doctor, scanning": ["doctor", "--scan", FORGES],
    "trace": ["trace", "program.py"],
    "trace, over budget": ["trace", "--forbid", "x*", "program.py"],
    "trace, no file": ["trace", "-o", f"no{FORGES}/a.html", "program.py"],
    "startup": ["startup", "add", FORGES, FORGES],
    "startup, a hook": ["startup", "remove", FORGES],
    "check": ["check", f"{FORGES}:{FORGES}", "--finds", FORGES],
    "no command": [FORGES],
    "no option": ["explain", "json", FORGES],
}


@pytest.mark.usefixtures("unmeasured")
@posix
@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_prints_what_drives_a_terminal(folder: Path, sandbox: Sandbox, command: str) -> None:
    """Folders, modules, messages and metadata with control characters: commands write them as escapes."""
    result = sandbox.python("-m", "loadstone", *COMMANDS[command], PYTHONPATH=str(folder))
    shown = result.stdout + result.stderr
    assert "Traceback" not in shown
    assert controls(shown) == set()
    assert not [line for line in shown.splitlines() if line.startswith("LS999")]
    if command not in ("explain by loading", "doctor, importing"):
        assert "\\x1b]0;owned\\x07" in shown


@pytest.mark.usefixtures("unmeasured")
@posix
@pytest.mark.parametrize("words", [["explain", "json"], ["doctor"]])
def test_json_is_printable(folder: Path, sandbox: Sandbox, words: list[str]) -> None:
    """The JSON of a report shows no control character to a terminal, and gives each back to who reads it."""
    result = sandbox.python("-m", "loadstone", *words, "--json", PYTHONPATH=str(folder))
    assert controls(result.stdout) == set()
    assert any(str(folder) in text for text in texts(json.loads(result.stdout)))


def texts(value: object) -> list[str]:
    """All the texts in what JSON holds."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_records_come_back_from_json(text: str) -> None:
    """A record as JSON is printable ASCII whatever it holds, and reading it gives the same."""
    written = as_json({"name": text})
    assert controls(written) == set()
    assert written.isascii()
    assert json.loads(written) == {"name": text}


@posix
def test_what_is_printed_of_an_explanation_is_escaped(folder: Path) -> None:
    """``print`` of an explanation shows what the command line does."""
    sys.path.insert(0, str(folder))
    text = str(explain(f"json.{FORGES}"))
    assert controls(text) == set()
    assert "\\x1b]0;owned" in text


def hostile_trace() -> Trace:
    """A trace with a hostile text in every place that holds one."""
    known = Import(number=0, name=HOSTILE, importer=None, file=None, line=None, kind="source", parent=None)
    values = {
        field.name: HOSTILE
        for field in attrs.fields(Import)
        if "str" in str(field.type) and field.name not in ("name", "kind")
    }
    lazy = Lazy(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1, loaded=True)
    imports = [
        attrs.evolve(
            known, number=number, own=0.01, cumulative=0.01, started=number / 100, lazy=lazy, **values
        )
        for number in range(2)
    ]
    imports.append(attrs.evolve(known, number=2, own=0.01, cumulative=0.01, started=0.02, kind=HOSTILE))
    cycle = Reentry(HOSTILE, 0, HOSTILE, HOSTILE, 3, 0, (HOSTILE, HOSTILE))
    return Trace(imports, [cycle], 0.1, [HOSTILE, "-v"], HOSTILE, [lazy])


@needs_browser
@pytest.mark.parametrize("fragment", ["", "sort=name&search=script", "zoom=%3C/script%3E", "sort=error"])
def test_no_name_does_anything_in_a_browser(tmp_path: Path, fragment: str) -> None:
    """In a real browser every name is text: no script of theirs runs, no element of theirs is made."""
    page = tmp_path / "trace.html"
    page.write_text(hostile_trace().to_html(), encoding="utf-8")
    made = dom(page, fragment, tmp_path / "profile")
    title = html.unescape(made.partition("<title>")[2].partition("</title>")[0])
    assert title.startswith("Imports of </script><script>document.title='broken'</script>")
    body = made.partition("<body")[2].partition('<script type="application/json"')[0]
    assert not re.search("<(script|img|svg|a|iframe)[ >]", body)
    assert "&lt;img src=x onerror" in body
    names = re.findall(r'<td class="name"><button>(.*?)</button>', body, re.DOTALL)
    assert len(names) == 3
    assert all(html.unescape(name).startswith(SCRIPTS[0]) for name in names)


@posix
@needs_browser
def test_a_hostile_program_in_a_browser(sandbox: Sandbox, tmp_path: Path) -> None:
    """A real program whose files are called like elements and scripts is traced to a page that is whole."""
    name = "<img src=x onerror=alert(1)><"
    (sandbox.root / f"{name}.py").write_text("value = 1\n", encoding="utf-8")
    script = "<svg onload=document.title='broken'>\x1b[2J.py"
    (sandbox.root / script).write_text(f"__import__({name!r})\n", encoding="utf-8")
    result = sandbox.python("-m", "loadstone", "trace", "-o", "page.html", script)
    assert (result.returncode, result.stderr) == (0, "")
    made = dom(sandbox.root / "page.html", "", tmp_path / "profile")
    assert html.unescape(made.partition("<title>")[2].partition("</title>")[0]) == f"Imports of {script}"
    body = made.partition("<body")[2].partition('<script type="application/json"')[0]
    assert "<img" not in body
    assert "<svg" not in body
    assert html.unescape(re.findall(r'<td class="name"><button>(.*?)</button>', body)[0]) == name
