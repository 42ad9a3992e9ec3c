"""The completion of shells: a script by shtab, tried in a real one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from loadstone.__main__ import main

if TYPE_CHECKING:
    from ..conftest import Sandbox

TRY = """
source ./script.bash
complete -p loadstone >&2
try() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _shtab_loadstone 2>/dev/null
    echo "${COMPREPLY[*]}"
}
try loadstone ex
try loadstone explain --v
try loadstone doctor --i
try loadstone startup sy
try loadstone trace prog
try loadstone run prog
try loadstone trace -o prog
"""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_completes_commands_options_and_files(sandbox: Sandbox) -> None:
    """A real bash, with the script that is printed, completes what the parsers know."""
    pytest.importorskip("shtab")
    sandbox.write({"program.py": "", "try.bash": TRY})
    made = sandbox.python("-m", "loadstone", "--completion", "bash")
    assert (made.returncode, made.stderr) == (0, "")
    (sandbox.root / "script.bash").write_text(made.stdout)
    done = subprocess.run(
        ["bash", "--norc", "try.bash"], cwd=sandbox.root, capture_output=True, text=True, check=True
    )
    assert "loadstone" in done.stderr
    assert done.stdout.splitlines() == [
        "explain",
        "--verbose",
        "--import --ignore",
        "sync",
        *["program.py"] * 3,
    ]


def test_every_shell_has_a_script(capsys: pytest.CaptureFixture[str]) -> None:
    """A script is printed for each shell that shtab knows; another one is an error, with those there are."""
    shells = pytest.importorskip("shtab").SUPPORTED_SHELLS
    assert {"bash", "zsh"} <= {*shells}
    for shell in shells:
        with pytest.raises(SystemExit) as ended:
            main(["--completion", shell])
        assert ended.value.code == 0
        assert "explain" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["--completion", "cmd\x1b[2J"])
    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert "expected one of bash, zsh" in error
    assert "\x1b" not in error


def test_without_shtab(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not installed, the error names the extra that installs it."""
    monkeypatch.setitem(sys.modules, "shtab", None)
    with pytest.raises(SystemExit) as ended:
        main(["--completion", "bash"])
    assert ended.value.code == 2
    assert 'pip install "loadstone[completion]"' in capsys.readouterr().err
