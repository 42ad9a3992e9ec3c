"""Checks of the metadata of installed distributions."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...distributions import Installed
from . import repair
from .check import Seen, check
from .environment import Environment


@check(
    "LS130",
    "warning",
    "a distribution that is installed twice",
    detail="One directory has the metadata of two versions: an upgrade was interrupted, or files were "
    "unpacked over others. Which version programs are told is a matter of luck, and the files may be of "
    "both. In two directories, the first on the path counts; that is a note.",
    remedy="uninstall it, as often as it takes, and install it again",
    source="Recording installed projects",
)
def installed_twice(environment: Environment) -> Iterator[Seen]:
    """By their names, in normal form; what is left over of an uninstall is LS134."""
    by_name: dict[str, list[Installed]] = {}
    for distribution in environment.own:
        if distribution.place:
            by_name.setdefault(distribution.key, []).append(distribution)
    for name, several in by_name.items():
        places = {os.path.realpath(one.place): one for one in several}
        versions = [f"{one.version} in {place}" for place, one in places.items()]
        if len({one.version for one in places.values()}) < 2:
            continue  # an editable install of old is found by its project, too
        is_one_directory = len({os.path.dirname(place) for place in places}) < len(places)
        yield Seen(
            name,
            " and ".join(versions),
            f"{repair.uninstall(name)}, until there is none; then {repair.reinstall(several[0])}"
            if is_one_directory
            else "none is needed, if the first is the one that is meant",
            None if is_one_directory else "note",
            several[0].place,
        )


@check(
    "LS134",
    "warning",
    "a distribution whose metadata is damaged",
    detail="It is left over from an install that was interrupted, or a file was changed afterwards. pip "
    "passes it by or fails on it, and so do programs that ask for versions, files or entry points.",
    remedy="install the distribution again, or delete the directory",
    source="Core metadata specifications; Recording installed projects",
)
def damaged(environment: Environment) -> Iterator[Seen]:
    """Each file that is missing, or cannot be read; and what pip has left of an uninstall."""
    for distribution in environment.distributions():
        place = distribution.place
        if distribution.is_aside:
            evidence = "is left of an uninstall or upgrade that was interrupted"
            yield Seen(place, evidence, f"delete the directory: {place}", file=place)
            continue
        for trouble in distribution.troubles():
            remedy = f"delete the directory: {place}" if place and distribution.name is None else ""
            yield Seen(place or distribution.release, trouble, remedy, file=place)
