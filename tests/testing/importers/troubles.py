"""Importers that hang, crash or make a noise."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
import time
from typing import Any

from model import Model


class Hangs(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitnone":
            time.sleep(100)
        return super().find_spec(fullname, path, target)


class HangsAlways(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.startswith("kit"):
            time.sleep(100)
        return super().find_spec(fullname, path, target)


class Locks(Model):
    lock = threading.Lock()

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        with self.lock:
            time.sleep(0)
            return spec


class Exits(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitnone":
            print("going", file=sys.stderr, flush=True)
            os._exit(7)
        return super().find_spec(fullname, path, target)


class IsKilled(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitnone":
            os.kill(os.getpid(), signal.SIGKILL)
        return super().find_spec(fullname, path, target)


class Prints(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        print('{"begins": "nonsense"}')
        os.write(1, b"more nonsense\n")
        return super().find_spec(fullname, path, target)


class LeavesAtOnce(Model):
    def __init__(self) -> None:
        os._exit(7)


class LeavesBehind(Model):
    def __init__(self) -> None:
        super().__init__()
        atexit.register(os._exit, 7)


class SleepsAtOnce(Model):
    def __init__(self) -> None:
        time.sleep(100)


model = Model()
hangs = Hangs()
