"""Distributions in a dict of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution
from pathlib import PurePosixPath
from typing import Any


def normalized(name: str) -> str:
    """The name as PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def distributions(files: dict[str, str], name: str | None) -> Iterator[Distribution]:
    """Those with the name, or all."""
    for path in list(files):
        folder, _, file = path.partition("/")
        wanted = name is None or normalized(folder.partition("-")[0]) == normalized(name)
        if wanted and file == "METADATA" and folder.endswith(".dist-info"):
            yield ModelDistribution(files, folder)


class ModelDistribution(Distribution):
    """A distribution whose files are in a folder."""

    def __init__(self, files: dict[str, str], folder: str) -> None:
        self.contents = files
        self.folder = folder

    def read_text(self, filename: Any) -> str | None:
        return self.contents.get(f"{self.folder}/{filename}")

    def locate_file(self, path: Any) -> Any:
        return PurePosixPath(path)
