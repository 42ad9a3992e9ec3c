"""Where a way cannot answer as a directory on `sys.path` does, and why."""

from __future__ import annotations

import re
import sys
from typing import NamedTuple

from .questions import TOPICS


class Limit(NamedTuple):
    """The ways (a regular expression), the topic and the questions in it that it is about, and its reason."""

    ways: str
    topic: str
    questions: set[str]
    reason: str
    there: bool = True


OTHER = r"(?!zip on the path)(zip|memory|source|finder and loader|file system).*"

LIMITS = [
    Limit(
        r".*, by path entry",
        "importlib.metadata",
        set(TOPICS["importlib.metadata"]) - {"no_distribution"},
        "along sys.path, importlib.metadata knows directories and zip archives only",
    ),
    Limit(
        r"unlistable.*",
        "importlib.metadata",
        set(TOPICS["importlib.metadata"]) - {"no_distribution"},
        "what a tree that cannot list has is known by asking for it only",
    ),
    Limit(
        r"unlistable.*",
        "importlib.resources",
        {
            "names",
            "names_deeper",
            "names_in_a_file",
            "whole_tree",
            "contents",
            "of_namespace",
            "folder_on_disk",
        },
        "the tree cannot list",
    ),
    Limit(
        r"unlistable.*",
        "importlib.resources",
        {"are_resources"},
        "Python 3.11 and 3.12 list the folder to answer is_resource()",
        (3, 11) <= sys.version_info < (3, 13),
    ),
    Limit(
        r"unlistable.*",
        "pkgutil",
        {name for name in TOPICS["pkgutil"] if name.startswith("listed")} | {"walked", "finders_told"},
        "the tree cannot list",
    ),
    Limit(r"unlistable.*", "pydoc", {"contents_rendered", "searched"}, "the tree cannot list"),
    Limit(
        r"unlistable.*", "Traversable", {"exists", "suffixes", "parent"}, "this tree has no more than it must"
    ),
    Limit(
        r"(?!directory,).*, by hand",
        "importlib.resources",
        {"of_folder_of_data"},
        "without install(), it is the path finder that finds it, whose reader knows directories only",
    ),
    Limit(
        r"(?!directory,|zip on the path,).*, (by path entry|isolated)",
        "importlib.resources",
        {"of_namespace", "of_folder_of_data"},
        "the standard library's reader for namespace packages knows directories only",
    ),
    Limit(
        r"directory, isolated",
        "importlib.resources",
        {"of_namespace"},
        "the standard library's reader for namespace packages knows their own kind of path only",
    ),
    Limit(
        OTHER,
        "importlib.resources",
        {"folder_on_disk"},
        "as_file() makes folders since Python 3.12",
        sys.version_info < (3, 12),
    ),
    Limit(
        r"zip(?! on the path).*",
        "Traversable",
        {"suffixes"},
        "zipfile.Path has suffixes since Python 3.11",
        sys.version_info < (3, 11),
    ),
    Limit(
        r"aliased",
        "importlib",
        {"attributes", "loader", "code_runs", "spec_of_missing", "missing"},
        "the module is the one that the alias stands for, and so are its spec, its loader and its errors",
    ),
    Limit(
        r"aliased",
        "importlib.metadata",
        # What is not there is left out since Python 3.12.
        {"installed_file_read", "located"} | ({"installed_files"} if sys.version_info >= (3, 12) else set()),
        "the files are where the module is that the alias stands for",
    ),
    Limit(
        r"aliased",
        "pkgutil",
        {"listed_at_top", "listed_at_top_with_prefix"}
        | ({"loaders"} if sys.version_info < (3, 14) else set()),
        "an alias is not listed, and a module's loader answers to its own name",
    ),
    Limit(r"aliased", "pickle", {"loaded_afresh"}, "what is pickled has the module's own name"),
    Limit(r"aliased", "pydoc", {"searched"}, "an alias is not listed"),
    Limit(r"aliased", "runpy", {"run_what_cannot"}, "the error says what the name is an alias of"),
]


def limited(way: str, topic: str) -> set[str]:
    """The questions of the topic that the way answers otherwise."""
    found: set[str] = set()
    for limit in LIMITS:
        if limit.there and limit.topic == topic and re.fullmatch(limit.ways, way):
            found |= limit.questions
    return found
