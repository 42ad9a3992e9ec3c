"""A real application with a dozen finders of other people, seen from inside."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from loadstone._core.versions import COMPILES_FOR_MODULE

from .findings import page

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture
def python(sandbox: Sandbox) -> Any:
    """Run Python with the application importable; its result has to be 0 unless told otherwise."""
    page.prepare(sandbox.root)
    environment = {**os.environ, "PYTHONPATH": str(page.HERE), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        result = subprocess.run(
            [sys.executable, *arguments],
            cwd=sandbox.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert result.returncode == status, result.stdout + result.stderr
        return result

    return run


@pytest.mark.skipif(COMPILES_FOR_MODULE, reason="importnb's loader does not take the name that 3.15 passes")
def test_trace_of_an_application(python: Any, sandbox: Sandbox) -> None:
    """The trace has every import with its finder; the application runs as it does without."""
    python(str(page.HERE / "application.py"))
    python("-m", "loadstone", "trace", "-o", "trace.json", str(page.HERE / "application.py"))
    traced = json.loads((sandbox.root / "trace.json").read_text(encoding="utf-8"))
    by_name = {record["name"]: record for record in traced["imports"]}
    assert len(by_name) > 300
    finders = {record["finder"] for record in traced["imports"] if record["finder"]}
    assert {"loadstone.framework.lazy.Lazy", "loadstone.framework.portions.Portions"} < finders
    assert {name.rpartition(".")[2] for name in finders} >= {"BuiltinImporter", "PathFinder"}
    missing = by_name["no_such_package"]
    assert missing["error"] is not None
    assert missing["file"].endswith("application.py")
    assert {"requests", "kitpkg.mod", "hy", "six.moves.urllib.parse"} <= by_name.keys()


def test_explain_in_an_application(python: Any) -> None:
    """Explain names every finder that is asked, in the chain that the application has set up."""
    program = """
import application, json, loadstone
from loadstone.report.records import plain
print(json.dumps([plain(loadstone.explain(name)) for name in ("kitpkg.mod", "no_such_package", "requestss")]))
"""
    found, missing, close = json.loads(python("-W", "ignore", "-c", program).stdout)
    assert found["found"]
    assert not missing["found"]
    text = json.dumps(missing)
    for finder in ("TypeguardFinder", "_SixMetaPathImporter", "Ideas", "Scikit", "ImportHookFinder", "Path"):
        assert finder in text, finder
    assert "requests" in json.dumps(close["causes"])


def test_doctor_in_an_application(python: Any) -> None:
    """Doctor looks at the chain that the application has set up, and is not a finder short."""
    result = python("-W", "ignore", "-c", "import application, loadstone; print(loadstone.doctor())")
    assert result.stdout
