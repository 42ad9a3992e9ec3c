"""The codes of the causes that `explain` names."""

from __future__ import annotations

import attrs

from ..catalogue import Entry, register
from .examples import EXAMPLES

__all__ = ["CODES"]

_ENTRIES = (
    Entry(
        "LS201",
        "A distribution that has the module is installed, and the module is not found",
        "The metadata of an installed distribution lists the module, but its files are not where finders"
        " look: they were deleted or moved, an editable install points to a directory that has gone, or the"
        " distribution is for another platform.",
        "Install the distribution again: python -m pip install --force-reinstall NAME.",
    ),
    Entry(
        "LS202",
        "The module comes with a distribution of another name",
        "What is installed by pip and what is imported have names of their own, which need not be the same.",
        "Install the distribution, or import the module that it has.",
    ),
    Entry(
        "LS203",
        "There is a module with nearly this name",
        "A letter may be wrong, missing or swapped.",
        "Correct the name.",
    ),
    Entry(
        "LS204",
        "A local module hides one of the standard library",
        "The directory of the script, or the working directory, comes before the standard library on"
        " sys.path.",
        "Rename the local file, and delete its cache in __pycache__.",
    ),
    Entry(
        "LS205",
        "A circular import: the module is in the middle of being imported",
        "A module is executed while it is imported. What it imports that imports it back sees it half done.",
        "Import inside the function that needs it, import the module instead of a name from it, or move what"
        " both need into a third module.",
    ),
    Entry(
        "LS206",
        "The module is None in sys.modules",
        "Something has put None there, to forbid importing it.",
        "Find what puts it there, or take it away: del sys.modules[NAME].",
    ),
    Entry(
        "LS207",
        "A .pth file leads to a directory that is not there",
        "Lines of .pth files in site-packages are added to sys.path, those of missing directories are not."
        " Old editable installs are made so.",
        "Install the project again, or delete the file.",
    ),
    Entry(
        "LS208",
        "The parent is not a package",
        "Only packages, which have a __path__, have submodules.",
        "Check the name; where the last part is a function or class, import it from the module.",
    ),
    Entry(
        "LS209",
        "The parent's search path is empty",
        "A package whose __path__ has no entries has no submodules that can be found.",
        "Find what empties it: the package's own code, or the finder that made it.",
    ),
    Entry(
        "LS210",
        "The module is there, and a finder does not look",
        "Finders remember what directories and archives hold. What is written so quickly after a directory"
        " was looked at that its modification time stays the same is not noticed.",
        "Call importlib.invalidate_caches() after writing modules.",
    ),
    Entry(
        "LS211",
        "A finder or path hook raised an exception",
        "The exception ends the search: the finders behind are not asked.",
        "Mend, reorder or uninstall that finder. Finders return None for what they do not know.",
    ),
    Entry(
        "LS212",
        "A file or directory differs from the name in upper and lower case",
        "Names of modules are case-sensitive, on every platform.",
        "Correct the name, or rename the file.",
    ),
    Entry(
        "LS213",
        "A compiled file is for another Python or platform",
        "Extension modules and bytecode are made for one version of Python, and the former for one platform.",
        "Install the distribution with this Python: python -m pip install --force-reinstall NAME.",
    ),
    Entry(
        "LS214",
        "A name with a hyphen",
        "An import statement takes identifiers only; distributions have hyphens where modules have"
        " underscores.",
        "Rename the file or directory, or write the name with an underscore.",
    ),
    Entry(
        "LS215",
        "The standard library of this Python does not have the module",
        "Modules come and go between versions.",
        "Use what has replaced it, or a backport.",
    ),
    Entry(
        "LS216",
        "Only the cache of the module is left",
        "Bytecode in __pycache__ is used only beside its source.",
        "Restore the source file, or delete the cache.",
    ),
    Entry(
        "LS217",
        "A file is called almost as the module's would be",
        "A suffix that no finder here looks for, or a directory or a broken link in the place of a file.",
        "Rename it, or install the finder that knows such files.",
    ),
    Entry(
        "LS218",
        "An entry of the search path cannot be used",
        "It does not exist, cannot be read, is broken or is no str. It is passed over without a word.",
        "Mend it, or take it off the path.",
    ),
    Entry(
        "LS219",
        "What sys.modules has is not what a search finds now",
        "The module was imported when the path was another, was replaced, or was made without a finder.",
        "Look at where it was imported first; start the program anew after changes.",
    ),
    Entry(
        "LS220",
        "The module raised an exception while it was executed",
        "It was found, and its own code failed.",
        "Mend what the exception tells of.",
    ),
    Entry(
        "LS221",
        "That is not the name of a module",
        "Modules are named by identifiers with dots between them, without slashes and suffixes.",
        "Leave out the suffix, and write dots for slashes.",
    ),
    Entry(
        "LS222",
        "A copy of the parent that is not used has the module",
        "Two directories have a package of this name. The one that is found first is all there is, unless"
        " both are portions of a namespace package.",
        "Remove one of the two, put the right one first, or delete __init__.py from both.",
    ),
    Entry(
        "LS223",
        "It is installed for another Python",
        "Every Python and every virtual environment has packages of its own, and so has every user. The one"
        " that is active, lies in the project, or has its pip on PATH need not be the one that runs.",
        "Install it for this one with python -m pip, which cannot be another Python's pip.",
    ),
    Entry(
        "LS224",
        "The parent has not been executed",
        "A package may change its __path__, or put submodules into sys.modules, when it is executed.",
        "Look again with --load (load=True).",
    ),
    Entry(
        "LS225",
        "Nothing here has the module",
        "No finder knows it, no installed distribution lists it, and nothing here is called nearly so.",
        "Install the distribution that has it with this Python, or add its directory to sys.path.",
    ),
    Entry(
        "LS255",
        "The interpreter came to its end while it executed the module",
        "Code that is not Python's own can bring the whole process down: an extension module that is broken"
        " or was built for another version, or a call of os._exit().",
        "Ask about what it imports at that line, with --load; install the distribution with the extension"
        " module again, for this Python.",
    ),
    Entry(
        "LS256",
        "The module is where the program starts, and sys.path does not begin there",
        "With -P, -I or PYTHONSAFEPATH, neither the folder of a script nor the working directory is looked"
        " at.",
        "Start Python without the option or variable, install the project, or add the directory to"
        " PYTHONPATH.",
    ),
    Entry(
        "LS257",
        "The module is on PYTHONPATH, which is not looked at",
        "With -E or -I, Python takes no notice of its environment variables.",
        "Start Python without the option, or install the module.",
    ),
    Entry(
        "LS258",
        "PYTHONPATH leads to the packages of another Python",
        "What is installed for one version of Python need not work with another: extension modules do not.",
        "Unset PYTHONPATH, or take that entry off it, and install the distribution for this Python.",
    ),
)
CODES = {
    entry.code: register(attrs.evolve(entry, bad=bad, good=good))
    for entry in _ENTRIES
    for bad, good in [EXAMPLES.get(entry.code, ("", ""))]
}
"""The entries by code."""
