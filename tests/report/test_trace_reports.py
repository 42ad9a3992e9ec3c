"""Traces as pages, JSON and HTML; comparisons and budgets."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import attrs
import pytest

from loadstone.report.terminal import rendered
from loadstone.report.trace.budget import check, seconds_of
from loadstone.report.trace.comparison import compare
from loadstone.report.trace.records import Import, Lazy, Reentry, Trace
from loadstone.report.trace.repetition import least

from .browser import Browser, dom, needs_browser

EVIL = "</script><script>document.title='broken'</script><img src=x onerror=1>&\u2028\udc80"


def an_import(number: int, name: str, own: float, cumulative: float | None = None, **facts: Any) -> Import:
    """A record with times in milliseconds."""
    own /= 1e3
    return Import(
        number=number,
        name=name,
        importer=facts.pop("importer", "__main__"),
        file=facts.pop("file", f"{facts.get('parent', 'app')}.py"),
        line=number + 1,
        kind=facts.pop("kind", "source"),
        executing=own,
        own=own,
        cumulative=own if cumulative is None else cumulative / 1e3,
        started=number / 1e3,
        parent=facts.pop("parent", None),
        **facts,
    )


def a_trace() -> Trace:
    """Two outermost imports with others below, failures and a cycle."""
    missing = {"kind": "missing", "error": "ModuleNotFoundError", "message": "No module named 'fast'"}
    imports = [
        an_import(0, "app", 5, 95, size=10, compiled=True),
        an_import(1, "app.core", 30, 90, parent=0, loader="x.L", finder="x.F"),
        an_import(2, "pandas", 50, 60, parent=1, reload=True),
        an_import(3, "pandas.io", 10, parent=2, kind="extension"),
        an_import(4, "fast", 0, parent=1, swallowed=True, **missing),
        an_import(5, "bad", 1, thread=1, finished=False, error="ValueError", message="no", file=None),
        an_import(6, "worse", 4, error="ValueError", message="no", swallowed=False),
    ]
    cycle = Reentry("app", 1, "app.core", "core.py", 3, 0, ("app", "app.core", "app"))
    return Trace(imports, [cycle], 0.2, ["app.py", "-v"], "3.12.0")


def test_the_page() -> None:
    """The tree with times, the slowest, failures with what became of them, and cycles."""
    text = rendered(a_trace().page(), unicode=False)
    assert "7 imports in 100.0 ms, 200.0 ms in all, 1 compiled, 3 failed, 1 unfinished\n" in text
    assert "|- 95.0 ms  5.0 ms  app compiled  app.py:1\n" in text
    assert "|     |- 60.0 ms  50.0 ms  pandas reload  1.py:3\n" in text
    assert "|     `- 0.0 ms  0.0 ms  fast missing swallowed  1.py:5\n" in text
    assert "bad unfinished ValueError thread 1\n" in text
    assert "50.0 ms   0.0 ms   0.0 ms    50.0 ms  pandas     1.py:3\n" in text
    assert "fast: ModuleNotFoundError: No module named 'fast' (swallowed)\n  at 1.py:5\n" in text
    assert "bad: ValueError: no\n  at ?\n" in text
    assert "worse: ValueError: no (raised)\n" in text
    again = Trace([an_import(number, "fast", 0, error="ImportError", message="x") for number in range(3)])
    assert "fast: ImportError: x\n  at app.py:1 and 2 times more\n" in rendered(again.page())
    assert "app -> app.core -> app\n  half executed when it was imported at core.py:3\n" in text


def test_the_tree_can_be_cut() -> None:
    """By depth and by time; what is left out is counted."""
    assert "`- 90.0 ms  30.0 ms  app.core  0.py:2  ... 3 more below\n" in rendered(
        a_trace().page(depth=2), unicode=False
    )
    text = rendered(a_trace().page(least=0.05), unicode=False)
    assert "... 1 more in 10.0 ms\n" in text
    assert "... 2 more in 5.0 ms\n" in text


def test_an_empty_trace() -> None:
    """Has a page too."""
    assert rendered(Trace().page()) == "Imports\n-------\n0 imports in 0.0 ms, 0.0 ms in all\n"


def a_lazy_trace() -> Trace:
    """Imports that resolved lazy ones, and some that nobody used."""
    text = Lazy("text", None, "text", "app", "app.py", 3)
    imports = [
        an_import(0, "app", 5),
        an_import(1, "text", 4, file="use.py", lazy=text),
        an_import(2, "odd", 1, file=None, lazy=Lazy("odd")),
    ]
    never = [
        Lazy("pkg", "a", "a", "app", "app.py", 5, loaded=True),
        Lazy("pkg", "b", "b", "app", "app.py", 5, loaded=True),
        Lazy("other", None, "other", "app", "app.py", 7, loaded=False),
        Lazy("last", None, "last", "lib", "lib.py", None, loaded=False),
    ]
    return Trace(imports, [], 0.1, ["app.py"], "3.15.0", never)


def test_lazy_imports_on_the_page() -> None:
    """Where each was declared, beside where it was used; what nobody used, by module and statement."""
    text = rendered(a_lazy_trace().page(), unicode=False)
    assert "3 imports in 10.0 ms, 100.0 ms in all, 2 lazy, 4 lazy never used\n" in text
    assert "|- 4.0 ms  4.0 ms  text  use.py:2, declared lazy at app.py:3\n" in text
    assert "`- 1.0 ms  1.0 ms  odd  ?, declared lazy at ?\n" in text
    never = """\
Lazy, never used
----------------
app
  pkg.a, pkg.b (imported all the same)  app.py:5
  other  app.py:7
lib
  last  lib.py
"""
    assert f"{never}\nSlowest" in text
    (found,) = check(a_lazy_trace(), forbidden=["text"])
    assert "text 4.0 ms  use.py:2, declared lazy at app.py:3\n" in rendered(found.page())


def test_lazy_imports_as_json_and_back() -> None:
    """They are read as the same records; a trace written before there were any can be compared."""
    trace = a_lazy_trace()
    again = Trace.from_json(trace.to_json())
    assert (again.imports, again.unused) == (trace.imports, trace.unused)
    data = json.loads(trace.to_json())
    assert data["imports"][1]["lazy"]["line"] == 3
    assert [each["bound"] for each in data["unused"]] == ["a", "b", "other", "last"]
    del data["unused"]
    for each in data["imports"]:
        del each["lazy"]
    old = Trace.from_json(json.dumps(data))
    assert (old.unused, {each.lazy for each in old.imports}) == ([], {None})
    assert "nothing has changed" in rendered(compare(old, trace).page())


def test_json_and_back() -> None:
    """What was written is read as the same records; unknown fields of a later loadstone are passed over."""
    trace = a_trace()
    again = Trace.from_json(trace.to_json())
    assert (again.imports, again.reentries) == (trace.imports, trace.reentries)
    assert (again.seconds, again.program, again.python) == (0.2, ["app.py", "-v"], "3.12.0")
    assert again.to_json() == trace.to_json()
    data = json.loads(trace.to_json())
    data["imports"][0]["colour"] = "red"
    assert Trace.from_json(json.dumps(data)).imports == trace.imports
    with pytest.raises(RuntimeError, match="once"):
        again.start()


def damaged(**changes: Any) -> str:
    """The JSON of a trace with other values in it."""
    data = json.loads(a_trace().to_json())
    data.update(changes)
    return json.dumps({name: value for name, value in data.items() if value is not ...})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not the JSON of a trace: "),
        (b"\xff\xfe\xfd", "not the JSON of a trace: "),
        ("[]", "not a trace: expected an object"),
        ("{}", "not a trace: expected an object"),
        (damaged(format=99), "expected a trace in format 1, not 99"),
        (damaged(imports=...), "KeyError: 'imports'"),
        (damaged(imports=[{"number": 1}]), "an import without a name"),
        (damaged(imports=[{"number": "1", "name": "x"}]), "number must be a number, not '1'"),
        (
            damaged(imports=[{"number": 1, "name": "x", "parent": 1}]),
            "parent must be a number below 1, not 1",
        ),
        (damaged(imports=["x"]), "a record must be an object, not 'x'"),
        (damaged(imports=[{"number": 1, "name": "x", "lazy": "y"}]), "a record must be an object, not 'y'"),
        (damaged(unused=[{}]), "an import without a name"),
        (damaged(seconds=None), "TypeError"),
    ],
)
def test_what_is_no_trace(text: str, message: str) -> None:
    """Is refused with ValueError, which says what was expected."""
    with pytest.raises(ValueError, match=re.escape(message)):
        Trace.from_json(text)


def test_a_comparison() -> None:
    """Slower and faster beyond the noise, new and gone; failed imports do not count as there."""
    before = a_trace()
    after = a_trace()
    after.imports[0] = attrs.evolve(before.imports[0], own=0.0055)
    after.imports[1] = attrs.evolve(before.imports[1], own=0.050)
    after.imports[2] = attrs.evolve(before.imports[2], own=0.020)
    after.imports[4] = attrs.evolve(before.imports[4], error=None)
    del after.imports[3]
    found = compare(before, after)
    assert [(change.name, round(change.difference, 3)) for change in found.slower] == [("app.core", 0.02)]
    assert [change.name for change in found.faster] == ["pandas"]
    assert [record.name for record in found.new] == ["fast"]
    assert [record.name for record in found.gone] == ["pandas.io"]
    text = rendered(found.page())
    assert "imports took 100.0 ms before, 80.5 ms now (-19.5 ms)\n" in text
    assert " +20.0    30.0  50.0  clock  app.core\n" in text
    late = rendered(compare(timed(500, 500), timed(2500, 2500)).page())
    assert "imports took 500.0 ms (500.0 ms CPU) before, 2.50 s (2.50 s CPU) now (+2.00 s)\n" in late
    assert "+2.00 s   500.0  2.50 s  CPU  mod\n" in late
    same = rendered(compare(before, before).page())
    assert "nothing has changed beyond the noise" in same


def timed(own: float, cpu: float | None, runs: int = 1, name: str = "mod") -> Trace:
    """A trace of one import, with milliseconds by the clock and of the CPU."""
    record = an_import(0, name, own)
    return Trace([attrs.evolve(record, cpu=None if cpu is None else cpu / 1e3)], [], 1.0, [], "3", runs=runs)


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (timed(10, 10), timed(90, 14), None),  # interrupted for other programs
        (timed(10, 10), timed(14.5, 14.5), None),
        (timed(10, 10), timed(16, 16), ("CPU", 6)),
        (timed(60, 10), timed(90, 16), ("CPU", 6)),
        (timed(100, 100), timed(125, 125), None),
        (timed(100, 100), timed(135, 135), ("CPU", 35)),
        (timed(10, 10, runs=5), timed(13, 13, runs=5), ("CPU", 3)),
        (timed(10, 10, runs=5), timed(13, 13, runs=1), None),
        (timed(10, 10, runs=5), timed(11.5, 11.5, runs=5), None),
        (timed(1, 1), timed(201, 1), ("clock", 200)),  # sleeps
        (timed(201, 1), timed(1, 1), ("clock", -200)),
        (timed(10, None), timed(13, 13), ("clock", 3)),  # of before the CPU time was recorded
        (timed(10, 10), timed(11.5, None), None),
    ],
)
def test_what_a_busy_machine_adds_is_no_change(
    before: Trace, after: Trace, change: tuple[str, float] | None
) -> None:
    """The CPU time counts, and waiting that is not explained by it; one run says less than several."""
    found = compare(before, after)
    changes = [(each.measure, round(each.difference * 1e3)) for each in (*found.slower, *found.faster)]
    assert changes == ([] if change is None else [change])
    again = compare(after, before)
    assert (len(again.faster), len(again.slower)) == (len(found.slower), len(found.faster))


def test_several_runs_are_put_together() -> None:
    """Each import has its least times, what it has in its course included; runs need not import the same."""
    quick = Trace(
        [
            attrs.evolve(an_import(0, "app", 5, 25), cpu=0.004),
            attrs.evolve(an_import(1, "lib", 20, parent=0), cpu=0.001),
            an_import(2, "again", 1, error="ImportError", message="no"),
            an_import(3, "again", 3),
        ],
        seconds=0.2,
        startup_seconds=0.03,
        startup=[an_import(-1, "site", 7)],
    )
    slow = Trace(
        [
            attrs.evolve(an_import(0, "app", 50, 60), cpu=0.003),
            attrs.evolve(an_import(1, "lib", 10, parent=0), cpu=0.002),
            an_import(2, "again", 2),
            an_import(3, "more", 2),
        ],
        seconds=0.3,
        startup_seconds=0.02,
        startup=[an_import(-1, "site", 4)],
    )
    for traces in ([quick, slow], [slow, quick]):
        trace = least(traces)
        times = [
            (each.name, round(each.own * 1e3), round(each.cumulative * 1e3), each.cpu)
            for each in trace.imports
        ]
        assert times == [
            ("app", 5, 15, 0.003),
            ("lib", 10, 10, 0.001),
            ("again", 1, 1, None),
            ("again", 2, 2, None),
        ]
        assert (trace.seconds, trace.startup_seconds, trace.startup[0].own, trace.runs) == (
            0.2,
            0.02,
            0.004,
            2,
        )
        assert "the least of 2 runs" in rendered(trace.page())
        assert Trace.from_json(trace.to_json()).runs == 2


def test_a_long_comparison_is_cut() -> None:
    """On the page; the records are all there."""
    many = Trace([an_import(number, f"m{number}", 1) for number in range(40)], [], 1.0, [], "3")
    found = compare(Trace(), many)
    assert len(found.new) == 40
    assert "… 15 more, 15.0 ms\n" in rendered(found.page())


@pytest.mark.parametrize(("text", "seconds"), [("300ms", 0.3), ("1.5s", 1.5), (" 2 s ", 2), (".5ms", 0.0005)])
def test_times_of_budgets(text: str, seconds: float) -> None:
    """Milliseconds and seconds."""
    assert seconds_of(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["300", "ms", "-1s", "1m", "", "1e3s"])
def test_what_is_no_time(text: str) -> None:
    """Is refused, with what was expected."""
    with pytest.raises(ValueError, match=r"expected a time like 300ms or 1\.5s, not "):
        seconds_of(text)


def test_budgets() -> None:
    """The limit for all imports, and names that must not be there, each with the path that led there."""
    trace = a_trace()
    assert check(trace, limit=0.11, forbidden=["numpy*", "fast"]) == []
    (late,) = check(trace, limit=0.05)
    assert late.what == "imports took 100.0 ms, more than 50.0 ms"
    assert [record.name for record in late.paths[0]] == ["app", "app.core", "pandas"]
    (pandas,) = check(trace, forbidden=["pandas"])
    assert [[record.name for record in path] for path in pandas.paths] == [["app", "app.core", "pandas"]]
    assert "'pandas' must not be imported, but pandas was" in rendered(pandas.page())
    assert "    → app.core 90.0 ms  0.py:2\n" in rendered(pandas.page())
    (worse,) = check(trace, forbidden=["*orse"])
    assert rendered(worse.page()).endswith("  worse  app.py:7\n")


def test_html_is_one_page_that_asks_for_nothing() -> None:
    """No address of anything else is in it; names and paths cannot end its script."""
    trace = a_trace()
    trace.imports[1] = attrs.evolve(trace.imports[1], name=EVIL, file=EVIL, message=EVIL)
    trace.program = [EVIL, "{style}", "{data}"]
    page = trace.to_html()
    assert "http://" not in page
    assert "https://" not in page
    assert page.count("</script>") == 2
    assert "<img" not in page
    data = re.search(r'<script type="application/json" id="data">(.*)</script>', page)
    assert data is not None
    assert json.loads(data[1])["imports"][1]["name"] == EVIL.replace("\udc80", "?")


@needs_browser
def test_the_page_in_a_browser(tmp_path: Path) -> None:
    """It draws the chart and the table, zooms, sorts and searches, and no name does any harm."""
    trace = a_trace()
    trace.imports[3] = attrs.evolve(trace.imports[3], name=EVIL, file=EVIL)
    page = tmp_path / "a trace.html"
    page.write_text(trace.to_html(), encoding="utf-8")

    whole = dom(page, "", tmp_path / "profile")
    assert "<title>Imports of app.py -v</title>" in whole
    assert "<img" not in whole
    chart = whole.partition('id="chart"')[2].partition('id="detail"')[0]
    labels = re.findall(r'aria-label="([^"]*), [\d.]+ milliseconds"', chart)
    assert labels[:3] == ["app", "app.core", "pandas"]
    assert "broken" in labels[3]
    rows = re.findall(r'<td class="name"><button>(.*?)</button>', whole)
    assert rows[:3] == ["pandas", "app.core", "&lt;/script&gt;" + rows[2].removeprefix("&lt;/script&gt;")]
    assert "app → app.core → app" in whole

    sorted_up = dom(page, "sort=name&search=A", tmp_path / "profile")
    rows = re.findall(r'<td class="name"><button>(.*?)</button>', sorted_up)
    assert rows[-4:] == ["app.core", "bad", "fast", "pandas"]
    assert 'aria-sort="ascending"' in sorted_up
    assert re.search(r'class="[^"]*match[^"]*"[^>]*aria-label="pandas', sorted_up) or "match" in sorted_up

    zoomed = dom(page, "zoom=pandas", tmp_path / "profile")
    chart = zoomed.partition('id="chart"')[2].partition('id="detail"')[0]
    assert [name for name in ("app", "app.core", "pandas", "worse") if f'aria-label="{name},' in chart] == [
        "app",
        "app.core",
        "pandas",
    ]
    trail = zoomed.partition('id="trail"')[2].partition("</nav>")[0]
    assert re.findall(r"<button>(.*?)</button>", trail)[1:] == ["app", "app.core", "pandas"]
    assert "50.0 ms without" in zoomed.partition('id="detail"')[2]


@needs_browser
def test_lazy_imports_in_a_browser(tmp_path: Path) -> None:
    """The table says where each was declared; those that nobody used are listed below it."""
    page = tmp_path / "lazy.html"
    page.write_text(a_lazy_trace().to_html(), encoding="utf-8")
    whole = dom(page, "zoom=text", tmp_path / "profile")
    assert "declared lazy at</button>" in whole
    assert "lazy: declared by app at app.py:3" in whole
    never = whole.partition('id="unused"')[2].partition("</section>")[0]
    assert re.findall("<b>(.*?)</b>", never) == ["pkg.a", "pkg.b", "other", "last"]
    assert "declared by app at app.py:5, imported all the same" in never


NAMES = "[...document.querySelectorAll('#table td.name')].map(each => each.textContent)"
ALL_BARS = "[...document.querySelectorAll('#chart button')]"
BARS = f"{ALL_BARS}.map(each => each.getAttribute('aria-label').split(',')[0])"
HEAD = "[...document.querySelectorAll('#table th button')].find(each => each.textContent === {!r})"
BAR = "document.querySelector('#chart button[aria-label^=\"{},\"]')"


@needs_browser
def test_a_person_at_the_page(tmp_path: Path) -> None:
    """Clicks zoom, sort and change the order; search narrows; Escape leads back; pictures are saved."""
    page = tmp_path / "trace.html"
    page.write_text(a_trace().to_html(), encoding="utf-8")
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with Browser(page, tmp_path / "profile", downloads) as browser:
        assert browser.value(NAMES)[:3] == ["pandas", "app.core", "pandas.io"]
        browser.click(HEAD.format("module"))
        browser.until(f"{NAMES}[0] === 'app'")
        assert browser.value(NAMES) == ["app", "app.core", "bad", "fast", "pandas", "pandas.io", "worse"]
        browser.click(HEAD.format("module"))
        browser.until(f"{NAMES}[0] === 'worse'")

        browser.click(BAR.format("app.core"))
        browser.until(f"{BARS}.join() === 'app,app.core,pandas,pandas.io'")
        assert "zoom=app.core" in browser.value("location.hash")
        assert "90.0 ms with what it imports (90.0 % of all)" in browser.value("$('detail').textContent")
        browser.press("Escape")
        browser.until("location.hash.includes('zoom=app&') || location.hash.endsWith('zoom=app')")
        browser.press("Escape")
        browser.until("!location.hash.includes('zoom')")

        assert browser.value("$('order').textContent") == "biggest first"
        lefts = f"{ALL_BARS}.map(each => parseFloat(each.style.left))"
        first = browser.value(f"{BARS}[{lefts}.indexOf(0)]")
        assert first == "app"
        browser.click("$('order')")
        browser.until("$('order').textContent === 'as they happened'")

        browser.click("$('search')")
        browser.type("pand")
        browser.until(f"{NAMES}.length === 2")
        browser.press("Escape")
        browser.until(f"{NAMES}.length === 7")

        browser.click("$('svg')")
        browser.click("$('png')")
        for name, start in (("imports.svg", b"<svg xmlns="), ("imports.png", b"\x89PNG")):
            deadline = time.monotonic() + 30
            while not (downloads / name).exists():
                assert time.monotonic() < deadline, name
                time.sleep(0.05)
            assert (downloads / name).read_bytes().startswith(start)
    picture = ElementTree.parse(downloads / "imports.svg")
    titles = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}title")]
    assert "pandas.io 10.0 ms, own 10.0 ms" in titles


@needs_browser
def test_the_start_of_the_interpreter_in_a_browser(tmp_path: Path) -> None:
    """What is imported before the program stands in a list of its own, the dearest first."""
    trace = a_trace()
    trace.startup = [an_import(-2, "site", 2, 9), an_import(-1, "agent", 7, parent=-2, file="agent.pth")]
    trace.startup_seconds = 0.02
    page = tmp_path / "trace.html"
    page.write_text(trace.to_html(), encoding="utf-8")
    whole = dom(page, "", tmp_path / "profile")
    assert "<dt>before the program</dt><dd>20.0 ms</dd>" in whole
    section = whole.partition('id="startup"')[2].partition("</section>")[0]
    assert re.findall("<b>(.*?)</b>", section) == ["agent", "site"]
    assert "agent.pth:0" in section


@needs_browser
def test_names_below_a_package_are_shown_without_its_name(tmp_path: Path) -> None:
    """In the chart, a module that its own package imports has only the rest of its name."""
    page = tmp_path / "trace.html"
    page.write_text(a_trace().to_html(), encoding="utf-8")
    whole = dom(page, "", tmp_path / "profile")
    assert re.search(r'aria-label="app.core, 90.0 milliseconds"[^>]*>.core 90.0<', whole)
    assert re.search(r'aria-label="pandas, 60.0 milliseconds"[^>]*>pandas 60.0<', whole)
    assert "meets it half executed" in whole.partition('id="cycles"')[2]


def test_speedscope() -> None:
    """A profile for each thread: what begins and ends, nested, in order, with names and places."""
    data = json.loads(a_trace().to_speedscope())
    main, other = data["profiles"]
    frames = data["shared"]["frames"]
    assert (main["name"], other["name"]) == ("main thread", "thread 1")
    assert frames[0] == {"name": "app", "file": "app.py", "line": 1}
    for profile in data["profiles"]:
        stack: list[int] = []
        last = profile["startValue"]
        for event in profile["events"]:
            assert profile["startValue"] <= last <= event["at"] <= profile["endValue"]
            last = event["at"]
            if event["type"] == "O":
                stack.append(event["frame"])
            else:
                assert stack.pop() == event["frame"]
        assert stack == []
    names = [frames[event["frame"]]["name"] for event in main["events"] if event["type"] == "O"]
    assert names == ["app", "app.core", "pandas", "pandas.io", "fast", "worse"]


def test_chrome_events() -> None:
    """Complete events in microseconds, one an import, with the facts about it; the threads have names."""
    events = json.loads(a_trace().to_chrome())["traceEvents"]
    assert [event["args"]["name"] for event in events if event["ph"] == "M"] == [
        "imports of app.py -v",
        "main thread",
        "thread 1",
    ]
    found = {event["name"]: event for event in events if event["ph"] == "X"}
    assert len(found) == 7
    assert found["pandas"]["ts"] == pytest.approx(2000)
    assert found["pandas"]["dur"] == pytest.approx(60000)
    assert found["pandas"]["args"]["own ms"] == 50
    assert found["worse"]["args"]["error"] == "ValueError: no"


LOG = """\
import time: self [us] | cumulative | imported package
import time:       100 |        100 |   inner.first
the program says something
import time: cached    | cached     |     sys
import time:        50 |         50 |     deep
import time:        30 |         80 |   inner.second
import time:        20 |        200 | outer
Traceback (most recent call last): import time: 1 | 2 | no
import time:         7 |          7 | last
"""


def test_a_log_of_importtime() -> None:
    """A log of -X importtime is a trace: who imported what, and times; other lines do no harm."""
    trace = Trace.from_importtime(LOG)
    rows = [
        (each.name, each.parent, round(each.own * 1e6), round(each.cumulative * 1e6))
        for each in trace.imports
    ]
    assert rows == [
        ("outer", None, 20, 200),
        ("inner.first", 0, 100, 100),
        ("inner.second", 0, 30, 80),
        ("deep", 2, 50, 50),
        ("last", None, 7, 7),
    ]
    assert trace.importing == pytest.approx(207e-6)
    assert [round(each.started * 1e6) for each in trace.imports] == [0, 0, 100, 100, 200]
    assert Trace.from_json(trace.to_json()).imports == trace.imports
    with pytest.raises(RuntimeError):
        trace.start()


def test_what_is_no_log_of_importtime() -> None:
    """A text without a line of such a log is refused."""
    with pytest.raises(ValueError, match="import time"):
        Trace.from_importtime("nothing of the kind\n")


def test_a_real_log_of_importtime(tmp_path: Path) -> None:
    """What the running Python writes is read, and the times add up as it says."""
    log = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import json"], capture_output=True, text=True, check=True
    ).stderr
    trace = Trace.from_importtime(log)
    by_name = {each.name: each for each in trace.imports}
    json_one = by_name["json"]
    assert by_name["json.decoder"].parent == json_one.number
    (line,) = [line for line in log.splitlines() if line.rpartition("|")[2].strip() == "json"]
    assert json_one.cumulative * 1e6 == pytest.approx(int(line.split("|")[1]), abs=len(trace.imports))
