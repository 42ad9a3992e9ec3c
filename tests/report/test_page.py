"""Pages: the same facts on every kind of terminal and in JSON."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest

from loadstone.report.page import Page, text_of
from loadstone.report.records import as_json
from loadstone.report.terminal import Progress, rendered, show

from .conftest import on_terminal, written

if TYPE_CHECKING:
    from ..conftest import Sandbox

SGR = re.compile(r"\x1b\[[0-9;]*m")


def a_page() -> Page:
    page = Page()
    page.heading("Found")
    page.line(("name", "pkg"), " is a ", ("good", "package"), indent=1)
    page.line()
    page.table(["module", "ms"], [["pkg", ("bad", "12.5")], ["pkg.mod", "3.0"]], right=[1])
    page.heading("Tree")
    tree = page.tree("root")
    child = tree.add("first → ", ("dim", "asked"))
    child.add("grandchild")
    tree.add("last [not markup]")
    return page


PLAIN = """\
Found
-----
  pkg is a package

module     ms
pkg      12.5
pkg.mod   3.0

Tree
----
root
├─ first → asked
│  └─ grandchild
└─ last [not markup]
"""


def test_plain_text() -> None:
    """A page is plain text, line by line, with trees drawn in box characters."""
    assert rendered(a_page()) == PLAIN


def test_ascii() -> None:
    """Where the encoding has no box characters, nothing beyond ASCII is written."""
    text = rendered(a_page(), unicode=False)
    assert text.isascii()
    assert "|- first -> asked\n|  `- grandchild\n`- last" in text


class Stream(io.TextIOWrapper):
    """A text stream over memory with an encoding."""

    def __init__(self, encoding: str) -> None:
        super().__init__(io.BytesIO(), encoding=encoding, newline="\n", write_through=True)

    def text(self) -> str:
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode(self.encoding)


def test_what_is_no_terminal_gets_plain_text_in_its_encoding() -> None:
    """A pipe or file gets no colours, and nothing its encoding lacks."""
    for encoding, unicode in (("utf-8", True), ("ascii", False), ("latin-1", False)):
        stream = Stream(encoding)
        show(a_page(), stream)
        assert stream.text() == rendered(a_page(), unicode=unicode)


def test_names_of_files_that_no_encoding_has() -> None:
    """A path with undecodable bytes is shown escaped, not raised about."""
    page = Page()
    page.line("/tmp/\udcff")
    assert rendered(page) == "/tmp/\\udcff\n"
    assert rendered(page, unicode=False) == "/tmp/\\udcff\n"


def plain(text: str) -> str:
    """The words, without colours, rules and spaces."""
    return " ".join(re.sub(r"\x1b\[[0-9;]*m|[-─│├└]", "", text).split())


@pytest.mark.parametrize("has_rich", [True, False])
def test_a_terminal_gets_the_same_facts(
    terminal: tuple[io.TextIOWrapper, int], has_rich: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal the page has colours where rich is installed; the words are the same."""
    stream, master = terminal
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if has_rich:
        pytest.importorskip("rich")
    else:
        monkeypatch.setitem(sys.modules, "rich", None)
        monkeypatch.setitem(sys.modules, "rich.console", None)
    show(a_page(), stream)
    text = written(master, stream)
    assert ("\x1b[" in text) == has_rich
    assert plain(text) == plain(PLAIN)
    assert "package\n\n" in re.sub(r"\x1b\[[0-9;]*m", "", text)


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_colours(
    terminal: tuple[io.TextIOWrapper, int], variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`NO_COLOR` and a dumb terminal are honoured."""
    stream, master = terminal
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv(variable, value)
    show(a_page(), stream)
    assert written(master, stream) == PLAIN


@pytest.fixture
def shadowed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A folder whose name is long, with a file that hides a module of the standard library."""
    pytest.importorskip("rich")
    for variable in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLUMNS"):
        monkeypatch.delenv(variable, raising=False)
    sandbox.write({f"{'long' * 20}/colorsys.py": ""})
    sandbox.root /= "long" * 20
    return sandbox


@pytest.mark.parametrize("columns", [60, 200])
def test_a_terminal_of_any_width_gets_the_same_words(shadowed: Sandbox, columns: int) -> None:
    """Lines are wrapped at its edge, but commands and paths can be copied: they are left to the terminal."""
    shown = on_terminal(columns, "explain", "--verbose", "colorsys", cwd=shadowed.root)
    assert SGR.search(shown)
    lines = SGR.sub("", shown).splitlines()
    remedy = f"→ Rename {shadowed.root}/colorsys.py, and delete its cache in __pycache__."
    assert [line.strip() for line in lines].count(remedy) == 2
    whole = [line for line in lines if len(line) > columns and "→" not in line]
    assert all(max(map(len, line.split())) > columns for line in whole)
    assert any(line.startswith(f"found: {shadowed.root}/colorsys.py; ") for line in lines)
    other = on_terminal(1000, "explain", "--verbose", "colorsys", cwd=shadowed.root)
    times = r"\d+(\.\d+)?(µs|ms|s)"
    assert re.sub(times, "", "".join(plain(shown).split())) == re.sub(
        times, "", "".join(plain(other).split())
    )


def test_colours_are_forced(shadowed: Sandbox) -> None:
    """With ``FORCE_COLOR`` a pipe gets colours, and lines as long as they are; ``NO_COLOR`` is stronger."""
    words = ("-m", "loadstone", "explain", "colorsys")
    bare = shadowed.python(*words, TERM="xterm").stdout
    forced = shadowed.python(*words, TERM="xterm", FORCE_COLOR="1").stdout
    assert not SGR.search(bare)
    assert SGR.search(forced)
    assert [line for line in bare.splitlines() if set(line) != {"-"}] == SGR.sub("", forced).splitlines()
    for variables in ({"NO_COLOR": "1"}, {"TTY_COMPATIBLE": "0"}):
        assert shadowed.python(*words, TERM="xterm", FORCE_COLOR="1", **variables).stdout == bare


@pytest.mark.parametrize(
    "variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TTY_COMPATIBLE": "0"}, {"FORCE_COLOR": ""}]
)
def test_a_terminal_that_is_to_have_no_colours(shadowed: Sandbox, variables: dict[str, str]) -> None:
    """What rich takes for no terminal with colours gets what a pipe gets."""
    shown = on_terminal(60, "explain", "colorsys", cwd=shadowed.root, **variables)
    assert shown == shadowed.python("-m", "loadstone", "explain", "colorsys").stdout


def test_a_locale_without_characters_beyond_ascii(shadowed: Sandbox) -> None:
    """In the C locale a terminal with colours, and a pipe, get arrows and trees in ASCII."""
    variables = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    shown = on_terminal(60, "explain", "--verbose", "colorsys", cwd=shadowed.root, **variables)
    assert SGR.search(shown)
    for text in (
        shown,
        shadowed.python("-m", "loadstone", "explain", "--verbose", "colorsys", **variables).stdout,
    ):
        assert text.isascii()
        assert "-> Rename" in text
        assert "`-- " in text or "`- " in text


@pytest.mark.parametrize("variables", [{"TERM": "dumb"}, {"TTY_INTERACTIVE": "0"}, {"TTY_COMPATIBLE": "0"}])
def test_progress_only_where_lines_can_be_taken_back(
    terminal: tuple[io.TextIOWrapper, int], monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """A terminal that cannot, or that is said to be none, has no line of progress."""
    stream, master = terminal
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    with Progress(1, "checking", stream) as progress:
        progress.step()
    assert written(master, stream) == ""


def test_rich_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """A colour terminal whose encoding is ASCII gets nothing that it cannot show."""
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    class Terminal(Stream):
        def isatty(self) -> bool:
            return True

    stream = Terminal("ascii")
    show(a_page(), stream)
    assert plain(stream.text()).startswith("Found pkg is a package")


def test_progress_shows_on_a_terminal_only(
    terminal: tuple[io.TextIOWrapper, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Progress is written over itself on a terminal, cleared at the end, and nowhere else."""
    monkeypatch.setenv("TERM", "xterm-256color")
    stream, master = terminal
    with Progress(2, "checking", stream) as progress:
        progress.step("one")
        progress.step("two")
    text = written(master, stream)
    assert "checking 1/2 one" in text
    assert text.endswith("\r\x1b[K")
    quiet = io.StringIO()
    with Progress(1, "checking", quiet) as progress:
        progress.step()
    assert quiet.getvalue() == ""


@attrs.frozen
class Inner:
    path: Path
    flags: frozenset[str]


@attrs.frozen
class Record:
    name: str
    inner: tuple[Inner, ...]
    times: dict[str, float]
    live: object = attrs.field(repr=False, default=None)


def test_records_as_json() -> None:
    """Records become objects, collections arrays, other values their repr; fields without repr stay out."""
    record = Record("pkg", (Inner(Path("/a"), frozenset({"b", "a"})),), {"find": 0.5}, object())
    assert json.loads(as_json(record)) == {
        "name": "pkg",
        "inner": [{"path": repr(Path("/a")), "flags": ["a", "b"]}],
        "times": {"find": 0.5},
    }


def test_text_of_parts() -> None:
    """The text of parts leaves the styles out."""
    assert text_of(["a ", ("bad", "b")]) == "a b"
