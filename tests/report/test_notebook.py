"""Pages in notebooks: the same words as on a terminal, as HTML that does nothing."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import loadstone
from loadstone.report.notebook import html_of
from loadstone.report.terminal import rendered

from .browser import dom, needs_browser
from .test_hostile_names import HOSTILE, hostile_page
from .test_page import a_page, plain

if TYPE_CHECKING:
    from ..conftest import Sandbox


class Reader(HTMLParser):
    """What a reader sees of HTML, and the elements that it is made of; all must be closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: set[str] = set()
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert {name for name, _ in attributes} <= {"style", "open"}
        self.open.append(tag)
        self.elements.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_same_words_as_plain_text() -> None:
    """Headings, lines, tables and trees are all there, in order."""
    words = " ".join(Reader(html_of(a_page())).words)
    assert re.sub(r"\s+", "", words) == re.sub(r"\s+", "", plain(rendered(a_page())))


def test_explanations_and_diagnoses_show_themselves() -> None:
    """What `_repr_html_` gives a notebook has what `str` has."""
    for record in (loadstone.explain("no_such_module_"), loadstone.doctor(only=["LS141"])):
        words = "".join(Reader(record._repr_html_()).words)
        for line in str(record).splitlines():
            if not re.fullmatch("-+", line):
                assert line.strip() in words


def test_a_trace_shows_itself(sandbox: Sandbox) -> None:
    """A trace has what its page says, with the tree cut short."""
    sandbox.write({"top.py": "import middle\n", "middle.py": "import low\n", "low.py": ""}, on_path=True)
    with loadstone.trace() as trace:
        loadstone.import_module("top")
    words = "".join(Reader(trace._repr_html_()).words)
    for line in rendered(trace.page(depth=2)).splitlines():
        assert "".join(line.strip("-├─│└ ").split()) in "".join(words.split())
    assert "1 more below" in words


def test_names_are_text() -> None:
    """No name makes an element or an attribute; what cannot be seen is written as an escape."""
    text = html_of(hostile_page(HOSTILE))
    assert Reader(text).elements <= {
        "div",
        "span",
        "table",
        "tr",
        "th",
        "td",
        "details",
        "summary",
    }
    assert text.isprintable()
    text.encode()


@needs_browser
def test_in_a_browser(tmp_path: Path) -> None:
    """A real browser makes of it what was written: no script of a name runs, no element of one is there."""
    page = tmp_path / "page.html"
    fragment = html_of(hostile_page(HOSTILE))
    page.write_text(f"<meta charset=utf-8><title>kept</title><body>{fragment}</body>", encoding="utf-8")
    made = dom(page, "", tmp_path / "profile")
    assert "<title>kept</title>" in made
    body = made.partition("<body>")[2]
    assert not re.search("<(script|img|svg|a|iframe)[ >]", body)
    assert "<summary>" in body
    assert "javascript:document.title='broken'//" in html.unescape(body)
