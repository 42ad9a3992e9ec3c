"""Importers at fault in finding: each breaks one promise, and is the proof of the check with that code."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from model import Model
from registry import fault


@fault("LS301")
class FindsOneOnly(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return None if fullname == "kitone" else super().find_spec(fullname, path, target)


@fault("LS302")
class FindsTooMuch(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitnone":
            return self.spec(fullname, self.loader, is_package=False)
        return super().find_spec(fullname, path, target)


@fault("LS303")
class ImportsWhatItFinds(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitone":
            sys.modules.setdefault(fullname, ModuleType(fullname))
        return super().find_spec(fullname, path, target)
