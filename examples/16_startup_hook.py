"""A start-up hook in a fresh virtual environment: every interpreter of it starts with the hook in place."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import attrs
import typing_extensions

import loadstone

HOOK = """
import loadstone
from loadstone.abc import MetaPathFinder

class Watcher(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        print("looking for", fullname)

def install():
    import sys
    sys.meta_path.insert(0, Watcher())
"""


def run(*arguments, **variables):
    environment = {**os.environ, **variables}
    done = subprocess.run([python, *arguments], env=environment, capture_output=True, text=True, check=True)
    print("$ python", *arguments)
    print(done.stdout.replace(str(site), "site-packages"), end="")


with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = Path(folder, "Scripts" if os.name == "nt" else "bin", "python")
    (site,) = Path(folder).rglob("site-packages")

    # In place of `pip install loadstone`: the environment finds what this one has.
    (site / "here.pth").write_text(
        "\n".join(
            [
                str(Path(loadstone.__file__).parent.parent),
                str(Path(attrs.__file__).parent.parent),
                str(Path(typing_extensions.__file__).parent),
            ]
        )
    )
    (site / "watcher.py").write_text(HOOK)

    run("-m", "loadstone", "startup", "add", "watch", "watcher:install", "--for", "wsgiref")
    run("-c", "import colorsys, wsgiref")
    run("-m", "loadstone", "startup", "list")
    run("-c", "import wsgiref", LOADSTONE_STARTUP="0")
    run("-m", "loadstone", "startup", "remove", "watch")
    run("-c", "import wsgiref")
