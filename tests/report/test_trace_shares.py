"""What a trace ends with: each distribution's share, the dearest imports, and which of them could be lazy."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import loadstone
from loadstone.report.terminal import rendered
from loadstone.report.trace.owners import NOT_FOUND, PYTHON, with_owners
from loadstone.report.trace.records import Import, Trace
from loadstone.report.trace.shares import dearest, shares
from loadstone.report.trace.statements import statement_at

if TYPE_CHECKING:
    from ..conftest import Sandbox

SLOW = "import time\ntime.sleep({})\n"


def dist(name: str, files: dict[str, str], **more: str) -> dict[str, str]:
    """A distribution as pip leaves it: its files, and its metadata beside them."""
    info = f"site-packages/{name.replace('-', '_')}-1.0.dist-info"
    placed = {f"site-packages/{file}": text for file, text in files.items()}
    record = "".join(f"{file},,\n" for file in files)
    about = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", "RECORD": record, **more}
    return {**placed, **{f"{info}/{file}": text for file, text in about.items()}}


ENVIRONMENT = {
    **dist(
        "Heavy-Weight", {"heavy/__init__.py": SLOW.format(0.2) + "from . import part\n", "heavy/part.py": ""}
    ),
    **dist("spam", {"spam.py": "import heavy\nimport colorsys\n"}),
    **dist("name-one", {"shared/one.py": ""}),
    **dist("name-two", {"shared/two.py": SLOW.format(0.02)}),
    "app/__init__.py": "",
    "app/core.py": "import spam\nimport shared.two, shared.one\n" + SLOW.format(0.1),
    "app/main.py": "from app import core\ntry:\n    import fast_spam\nexcept ImportError:\n    pass\n",
    "run.py": "import sys\nsys.path.insert(0, 'site-packages')\nimport app.main\n",
}


def traced(sandbox: Sandbox, *arguments: str, files: dict[str, str] | None = None) -> tuple[Trace, str]:
    """The trace of a program, and what is shown of it."""
    sandbox.write(ENVIRONMENT if files is None else files)
    command = ["-m", "loadstone", "trace"]
    done = sandbox.python(*command, "-o", "trace.json", *arguments, measured=False)
    assert done.returncode == 0, done.stderr
    trace = Trace.from_json((sandbox.root / "trace.json").read_text())
    return trace, rendered(trace.page(), unicode=False)


def test_each_distribution_has_its_share(sandbox: Sandbox) -> None:
    """By the metadata where the module lies, also of namespaces that several have; Python is one, too."""
    trace, text = traced(sandbox, "run.py")
    found = {share.name: share for share in shares(trace)}
    assert found.keys() == {
        "Heavy-Weight",
        "spam",
        "name-one",
        "name-two",
        PYTHON,
        "app",
        "shared",
        NOT_FOUND,
    }
    assert sum(share.own for share in found.values()) == pytest.approx(trace.importing)
    assert sum(share.part for share in found.values()) == pytest.approx(1)
    heavy, app = found["Heavy-Weight"], found["app"]
    assert (heavy.modules, heavy.entry.importer, heavy.entry.line) == (2, "spam", 1)
    assert heavy.own >= 0.2
    assert app.own < app.cumulative
    assert app.cumulative == pytest.approx(trace.importing, rel=0.1)
    row = next(line for line in text.splitlines() if line.startswith("Heavy-Weight"))
    assert re.fullmatch(r"Heavy-Weight +\d+\.\d ms +\d+% +\d+\.\d ms +2  \S*spam\.py:1", row)


def test_the_dearest_imports_are_those_the_program_asks_for(sandbox: Sandbox) -> None:
    """What is installed is told with all that it imports, and by the line of the program that asks."""
    trace, text = traced(sandbox, "run.py")
    found = [
        (each.record.name, each.record.file and Path(each.record.file).name) for each in dearest(trace, 5)
    ]
    assert found[:3] == [("spam", "core.py"), ("app", "run.py"), ("shared.two", "core.py")]
    assert not {"heavy", "heavy.part", "app.core"} & {name for name, _ in found}
    last = text.partition("What the program asks for that costs most\n")[2]
    lines = last.splitlines()
    assert re.fullmatch(r"\d+\.\d ms  spam  .*core\.py:1: import spam", lines[1])
    assert lines[2] == "  could be lazy: nothing in this file uses it"


def test_a_command_of_the_environment_is_the_program(sandbox: Sandbox) -> None:
    """With ``-m``, the distribution of the module is not one dear import, but what asks for some."""
    files = {
        **ENVIRONMENT,
        **dist(
            "tool",
            {"tool/__init__.py": "", "tool/__main__.py": "import spam\nimport tool.own\n", "tool/own.py": ""},
        ),
    }
    sandbox.write(files)
    command = ["-m", "loadstone", "trace", "-o", "trace.json", "-m", "tool"]
    done = sandbox.python(*command, measured=False, PYTHONPATH=str(sandbox.root / "site-packages"))
    assert done.returncode == 0, done.stderr
    trace = Trace.from_json((sandbox.root / "trace.json").read_text())
    assert {each.distribution for each in trace.imports if each.name.startswith("tool")} == {"tool"}
    first = dearest(trace, 1)[0]
    assert (first.record.name, first.record.importer) == ("spam", "__main__")


def test_editable_installs_and_local_files(sandbox: Sandbox) -> None:
    """A module below the project of an editable install is of that; a folder beside is of no distribution."""
    root = sandbox.write({"src/proj/mod.py": "", "beside.py": "", "src/proj2.py": ""}, on_path=True)
    about = f'{{"url": "{(root / "src").as_uri()}", "dir_info": {{"editable": true}}}}'
    sandbox.write(dist("Proj", {}, **{"direct_url.json": about}))
    sys.path[:0] = [str(root / "site-packages"), str(root / "src")]
    with loadstone.trace() as trace:
        __import__("proj.mod")
        __import__("beside")
        __import__("colorsys")
    owners = {each.name: each.distribution for each in with_owners(trace.imports)}
    assert owners["proj.mod"] == "Proj"
    assert owners["beside"] is None
    assert owners.get("colorsys", PYTHON) == PYTHON


def test_owners_of_what_cannot_be_read() -> None:
    """Origins that are no files of that name, and names without an origin, are of nobody."""
    records = [
        Import(number, None, name, origin=origin, kind=kind)
        for number, (name, origin, kind) in enumerate(
            [
                ("a.b", "somewhere", "other"),
                ("a.b", "/x/site-packages/c/d.py", "source"),
                ("json", None, "other"),
                ("json", None, "missing"),
                ("own", None, "other"),
                ("zipimport", "frozen", "frozen"),
                ("a", "/", "source"),
            ]
        )
    ]
    assert [each.distribution for each in with_owners(records)] == [
        None,
        None,
        PYTHON,
        None,
        None,
        PYTHON,
        None,
    ]


FILE = """\
from __future__ import annotations
import used, unused
import later as late, used.sub
from decorating import wrap
from star import *
from annotated import Type
try:
    import guarded
except ImportError:
    guarded = None
if True:
    import conditional
class Holder:
    import inside
    base = used.x
@wrap
def function(one: Type, two=late.default) -> Type:
    import here
    conditional()
    value: Type = 1
number: Type = (lambda: function2())()
from several import (
    function2,
    other
)
del other
"""


@pytest.mark.parametrize(
    ("line", "module", "could_wait", "reason"),
    [
        (2, "used", False, "line 15 uses it while the module is imported"),
        (2, "unused", True, "nothing in this file uses it"),
        (3, "later", False, "line 17 uses it while the module is imported"),
        (3, "used.sub", False, "line 15 uses it while the module is imported"),
        (4, "decorating", False, "line 16 uses it while the module is imported"),
        (5, "star", False, "it takes all names"),
        (6, "annotated", True, "it is first used in a function, at line 17"),
        (8, "guarded", False, "it is in a try statement"),
        (12, "conditional", True, "it is first used in a function, at line 19"),
        (14, "inside", False, "it is in a class statement"),
        (18, "here", None, "it is in a function"),
        (22, "several", False, "line 26 uses it while the module is imported"),
        (24, "several", False, "line 26 uses it while the module is imported"),
    ],
)
def test_whether_an_import_could_be_lazy(
    tmp_path: Path, line: int, module: str, could_wait: bool | None, reason: str
) -> None:
    """By what its own file does with the names, while it is imported and later."""
    (tmp_path / "file.py").write_text(FILE)
    statement = statement_at(str(tmp_path / "file.py"), line, module)
    assert statement is not None
    assert (statement.could_wait, statement.reason) == (could_wait, reason)


def test_annotations_count_where_they_are_executed(tmp_path: Path) -> None:
    """That is in Pythons before 3.14, in files that do not put them off."""
    text = FILE.replace("from __future__ import annotations", "")
    (tmp_path / "file.py").write_text(text)
    statement = statement_at(str(tmp_path / "file.py"), 6, "annotated")
    assert statement is not None
    assert statement.could_wait is (sys.version_info >= (3, 14))


@pytest.mark.parametrize(
    "content", [b"import x\n(", b"\xff\xfe", b"x = 1\n", b"", b"# coding: none\nimport x\n"]
)
def test_a_statement_that_cannot_be_read(tmp_path: Path, content: bytes) -> None:
    """Is none; neither is one in a file that is not there, or a folder."""
    (tmp_path / "file.py").write_bytes(content)
    assert statement_at(str(tmp_path / "file.py"), 1, "x") is None
    assert statement_at(str(tmp_path / "absent.py"), 1, "x") is None
    assert statement_at(str(tmp_path), 1, "x") is None
    assert statement_at(None, 1, "x") is None
    assert statement_at(str(tmp_path / "file.py"), None, "x") is None


def test_a_failure_is_told_once(sandbox: Sandbox) -> None:
    """However often it was tried, and through whatever it spread; first what nobody has caught."""
    sandbox.write(
        {
            "one.py": "import two\n",
            "two.py": "import absent_spam\n",
            "many.py": """
                for _ in range(5):
                    try:
                        import absent_eggs
                    except ImportError:
                        pass
            """,
        },
        on_path=True,
    )
    trace = loadstone.trace()

    def traced() -> None:
        with trace:
            __import__("many")
            __import__("one")

    with pytest.raises(ImportError):
        traced()
    text = rendered(trace.page(), unicode=False)
    failed = text.partition("Failed\n------\n")[2].partition("\n\n")[0].splitlines()
    spam, eggs = (
        f"absent_{name}: ModuleNotFoundError: No module named 'absent_{name}'" for name in ("spam", "eggs")
    )
    assert failed[0] == f"{spam} (raised)"
    assert failed[2:4] == ["  of that failed two, one", f"{eggs} (swallowed)"]
    assert failed[4].endswith("many.py:3 and 4 times more")
    assert len(failed) == 5


def test_a_long_trace_is_short_until_all_is_asked_for(sandbox: Sandbox) -> None:
    """The tree, and lists that are long, are cut; a second is called a second."""
    many = range(60)
    files = {
        f"mods/m{number}.py": f"""
            import mods
            try:
                import gone{number}
            except ImportError:
                pass
        """
        for number in many
    }
    files["mods/__init__.py"] = "".join(f"from . import m{number}\n" for number in many)
    files |= {f"top{number}.py": "" for number in range(20)}
    sandbox.write(files, on_path=True)
    with loadstone.trace() as trace:
        __import__("mods")
        for number in range(20):
            __import__(f"top{number}")
    short, whole = (rendered(trace.page(whole=whole), unicode=False) for whole in (False, True))
    assert len(short.splitlines()) < 75
    assert "--verbose" in short
    assert "|- " not in short
    for mark in ("gone59", "-> mods.m59", "|- ", "top19"):
        assert mark in whole
    assert "... 52 more" in short
    assert "... 55 more" in short
    slow = Trace([Import(0, None, "mod", own=1.5, executing=1.5, cumulative=1.5)], seconds=2.0)
    text = rendered(slow.page())
    assert "1 imports in 1.50 s, 2.00 s in all" in text
    assert "1500" not in text
