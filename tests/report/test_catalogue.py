"""The catalogue: every code stands for one thing, and is documented."""

from __future__ import annotations

import ast
import json
import re
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadstone.report.catalogue import Entry, address_of, register, together
from loadstone.report.lookup import entry_of

if TYPE_CHECKING:
    from ..conftest import Sandbox

TESTS = Path(__file__).parent.parent
DOCS = TESTS.parent / "docs"


@pytest.fixture(scope="module")
def conf() -> dict[str, Any]:
    """The configuration of the documentation, which makes the page."""
    return runpy.run_path(str(DOCS / "conf.py"))


def entries(conf: dict[str, Any]) -> list[Entry]:
    """All there are."""
    return [entry for _, table in conf["tables"]() for entry, _ in table]


def test_every_code_stands_for_one_thing(conf: dict[str, Any]) -> None:
    """No code is given twice, and each table keeps to its own hundreds."""
    codes = [entry.code for entry in entries(conf)]
    assert len(set(codes)) == len(codes)
    doctor, explain, kit = ([entry.code for entry, _ in table] for _, table in conf["tables"]())
    assert all(re.fullmatch(r"LS1\d\d", code) for code in doctor)
    assert all(re.fullmatch(r"LS2\d\d", code) for code in explain)
    assert all(re.fullmatch(r"LS[3-9]\d\d", code) for code in kit)


def test_a_code_is_given_once(conf: dict[str, Any]) -> None:
    """What would give a code a second meaning is refused; the same entry may come again."""
    first = entries(conf)[0]
    assert register(first) == first
    with pytest.raises(ValueError, match=f"{first.code} stands for .* already: found 'another'"):
        register(Entry(first.code, "another", "detail"))
    assert entries(conf)[0] is first


def test_what_is_registered_is_there(conf: dict[str, Any]) -> None:
    """Every code that stands in the source is in the catalogue: no room of checks is left out."""
    known = {entry.code for entry in entries(conf)}
    for file in (TESTS.parent / "src").rglob("*.py"):
        assert {*re.findall(r"\bLS\d{3}\b", file.read_text(encoding="utf-8"))} <= known, file


def test_every_code_is_tested(conf: dict[str, Any]) -> None:
    """Each stands in a test of the suite."""
    tests = "".join(file.read_text(encoding="utf-8") for file in TESTS.rglob("*.py"))
    assert [entry.code for entry in entries(conf) if entry.code not in tests] == []


def test_every_entry_says_what_it_is(conf: dict[str, Any]) -> None:
    """Each has a line and a detail; what is found has a remedy, what is promised a source."""
    for entry in entries(conf):
        assert entry.title, entry.code
        assert "\n" not in entry.title, entry.code
        assert entry.detail, entry.code
        assert entry.source if entry.code >= "LS3" else entry.remedy, entry.code


def test_the_page_has_every_code(conf: dict[str, Any]) -> None:
    """The page that Sphinx gets has an anchor and a heading for each code, below what is written by hand."""
    written = (DOCS / "reference" / "catalogue.md").read_text(encoding="utf-8")
    source = [written]
    conf["write_catalogue"](None, "reference/loadstone", source)
    assert source == [written]
    conf["write_catalogue"](None, "reference/catalogue", source)
    (page,) = source
    assert page.startswith(written)
    for entry in entries(conf):
        assert page.count(f"\n({entry.code.lower()})=\n### {entry.code}: ") == 1


def test_names_are_no_markup(conf: dict[str, Any]) -> None:
    """Underscores and the like stay what they are, but code between backquotes is code."""
    assert conf["as_markdown"]("__path__ of `__main__`, *x*") == r"\_\_path\_\_ of `__main__`, \*x\*"


def test_what_is_found_has_examples(conf: dict[str, Any]) -> None:
    """What doctor finds and explain names has an example of what is wrong and one of what is right."""
    for entry in entries(conf):
        if entry.code >= "LS3":
            assert (entry.bad, entry.good) == ("", ""), "a promise is kept or not"
            continue
        assert entry.bad, entry.code
        assert entry.good, entry.code
        assert entry.bad != entry.good, entry.code
        for line in f"{entry.bad}\n{entry.good}".split("\n"):
            assert 0 < len(line) <= 76, entry.code


def test_examples_of_python_can_be_compiled(conf: dict[str, Any]) -> None:
    """An example that is no command, no list of files and no line of a start-up file is Python."""
    compiled = set()
    for entry in entries(conf):
        for text in (entry.bad, entry.good):
            first = text.partition("\n")[0]
            if re.match(r"(class|def|import|from|spec) ", first) and "import json.loads" not in text:
                ast.parse(text)
                compiled.add(entry.code)
    assert {"LS103", "LS171", "LS203", "LS211"} <= compiled


def test_a_code_looked_up(sandbox: Sandbox) -> None:
    """``explain CODE`` shows the entry: what is wrong, what to do, both examples; several, or as JSON."""

    def explained(*words: str, status: int = 0) -> str:
        result = sandbox.python("-m", "loadstone", "explain", *words)
        assert result.returncode == status
        return result.stdout if status == 0 else result.stderr

    entry = entry_of("LS142")
    assert entry is not None
    text = explained("LS142")
    assert text.startswith(f"LS142 {entry.title}\n")
    for part in (entry.detail, f"→ {entry.remedy}", "wrong:", "right:", f"source: {entry.source}"):
        assert part in text
    for line in (*entry.bad.split("\n"), *entry.good.split("\n")):
        assert f"  {line}\n" in text
    both = explained("LS204", "LS301")
    assert "LS204 " in both
    assert "\n\nLS301 " in both
    assert json.loads(explained("--json", "LS204"))["bad"]
    assert [one["code"] for one in json.loads(explained("--json", "LS204", "LS301"))] == ["LS204", "LS301"]
    assert explained("ls142") == text
    assert "the catalogue has no LS999" in explained("LS999", status=1)
    assert "not both" in explained("LS204", "json", status=2)


def test_the_address_of_an_entry(sandbox: Sandbox) -> None:
    """It is in the documentation that the installed metadata names; else it is the command that shows it."""
    assert address_of("LS142") == "loadstone explain LS142"
    commands = [address_of(code) for code in ("LS142", "LS204", "LS142")]
    assert together(commands) == "loadstone explain LS142 LS204"
    sandbox.write(
        {
            "loadstone-9.dist-info/METADATA": "Metadata-Version: 2.1\nName: loadstone\nVersion: 9\n"
            "Project-URL: Source, https://example.invalid/code\n"
            "Project-URL: documentation, https://example.invalid/docs/\n",
            "asks.py": "from loadstone.report.catalogue import address_of, together\n"
            "print(address_of('LS142'))\nprint(together(map(address_of, ['LS142', 'LS204'])))",
        }
    )
    page = "https://example.invalid/docs/reference/catalogue.html"
    first, both = sandbox.python("asks.py").stdout.splitlines()
    assert first == f"{page}#ls142"
    assert both == f"{page}#ls142 {page}#ls204"
    sandbox.write({"loadstone-9.dist-info/METADATA": b"\xff\xfe"})
    assert sandbox.python("asks.py").stdout.splitlines()[0] == "loadstone explain LS142"
