"""The examples run by themselves and print what stands beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda script: script.stem)
def test_an_example_prints_what_is_expected(script: Path, tmp_path: Path) -> None:
    """The script succeeds, in any directory, says nothing on stderr, and prints its ``.out`` file."""
    result = subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == script.with_suffix(".out").read_text(encoding="utf-8")
    assert not list(tmp_path.iterdir()), "an example cleans up"


def test_every_expected_output_has_its_example() -> None:
    """No output is left over from an example that is gone."""
    assert {path.stem for path in EXAMPLES.glob("*.out")} == {path.stem for path in EXAMPLES.glob("*.py")}
