"""Forks while other threads import: the child can import, and nothing hangs.

LOADSTONE_FORK_ROUNDS sets how often is forked.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import loadstone

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")

FILES = {
    "slow.py": """
        import os, sys
        if os.getpid() == sys.parent:  # in a child, another thread may have held the locks of these
            sys.ready.set()
            sys.go.wait(20)
        where = os.getpid()
        done = True
    """,
    "other.py": "done = True",
    "needs.py": "import slow, other\ndone = slow.done and other.done",
    "pkg/__init__.py": "",
    "pkg/sub.py": "from . import more\ndone = True",
    "pkg/more.py": "",
}

PROGRAM = """
import faulthandler, os, signal, sys, threading
import loadstone
faulthandler.dump_traceback_later(60, exit=True)
sys.path.insert(0, ".")
sys.parent, sys.ready, sys.go = os.getpid(), threading.Event(), threading.Event()
way = sys.argv[1]
loadstone.live  # from here on, forks are looked after
if way == "takeover":
    loadstone.takeover()
if way == "isolated":
    system = loadstone.ImportSystem.isolated(["."])
    load = system.import_module
elif way in ("statement", "takeover"):
    load = lambda name: __import__(name, fromlist=["done"])
else:
    load = loadstone.import_module
"""

ONCE = """
thread = threading.Thread(target=load, args=("slow",))
thread.start()
sys.ready.wait()
child = os.fork()
if not child:
    signal.alarm(20)
    status = 3
    try:
        assert load("other").done
        assert load("slow").done
        assert load("slow").where == os.getpid()
        assert load("needs").done
        assert load("pkg.sub").done
        status = 0
    finally:
        os._exit(status)
_, status = os.waitpid(child, 0)
sys.go.set()
thread.join()
assert load("slow").where == os.getpid()
print("child:", os.waitstatus_to_exitcode(status))
"""

OFTEN = """
import random
sys.go.set()
names = ["slow", "other", "needs", "pkg.sub", "pkg.more", "pkg"]
modules = system.modules if way == "isolated" else sys.modules
end = threading.Event()
failed = []
def keep_importing(seed):
    dice = random.Random(seed)
    while not end.is_set():
        name = dice.choice(names)
        try:
            load(name)
        except Exception as error:
            failed.append(error)
        if seed == 0:
            modules.pop(dice.choice(["other", "slow", "needs"]), None)
threads = [threading.Thread(target=keep_importing, args=(seed,)) for seed in range(3)]
for thread in threads:
    thread.start()
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        signal.alarm(20)
        status = 3
        try:
            for name in names:
                load(name)
            status = 0
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    if status:
        break
end.set()
for thread in threads:
    thread.join()
print("child:", os.waitstatus_to_exitcode(status))
"""

ROUNDS = os.environ.get("LOADSTONE_FORK_ROUNDS", "20")
WAYS = ["import_module", "statement", "takeover", "isolated"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("program", [ONCE, OFTEN], ids=["once", "often"])
def test_fork_while_a_thread_imports(sandbox: Sandbox, way: str, program: str) -> None:
    """A forked child imports anew what a thread of its parent was importing, and everything else."""
    sandbox.write(FILES)
    source = os.path.dirname(os.path.dirname(loadstone.__file__))
    done = sandbox.python(
        *("-Wignore", "-c", PROGRAM + program, way, ROUNDS),
        PYTHONPATH=source,
        timeout=100,
        measured=program is ONCE,
    )
    assert (done.stdout, done.returncode) == ("child: 0\n", 0), done.stderr
