"""Pages: the same facts on every kind of terminal and in JSON."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import attrs
import pytest

from loadstone.report.page import Page, text_of
from loadstone.report.records import as_json
from loadstone.report.terminal import Progress, rendered, show

from .conftest import written


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
