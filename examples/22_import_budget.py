"""An import budget for continuous integration: a program must not import some modules, and not take long."""

import subprocess
import sys
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    Path(folder, "app.py").write_text("import helper\nprint('running')\n")
    Path(folder, "helper.py").write_text("import wave\n")
    command = [sys.executable, "-m", "loadstone", "trace", "--fail-over", "60s", "--forbid"]
    for forbidden in ("tkinter*", "wave"):
        done = subprocess.run(
            [*command, forbidden, "app.py"], cwd=folder, capture_output=True, text=True, check=False
        )
        print(f"{forbidden}: {done.stdout.strip()}, exit status {done.returncode}")
        if done.returncode:
            finding = done.stderr[done.stderr.index("'wave'") :]
            for line in finding.splitlines():
                words = line.split()
                print(line if line.startswith("'") else f"  {words[-4]} at {Path(words[-1]).name}")
