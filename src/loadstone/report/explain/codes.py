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
        "Every Python and every virtual environment has packages of its own.",
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
        "LS226",
        "A local file or folder hides what is installed",
        "The directory of the script, or the working directory, comes before site-packages on sys.path: every"
        " import of that name gets the local module, in installed packages too.",
        "Rename the local file or folder.",
    ),
    Entry(
        "LS227",
        "A module does not have the name that is asked of it",
        "The module is there and whole, and neither its code nor, of a package, a file of its directory has"
        " the name: it may be misspelt, or of another version.",
        "Check the name, and the version of the distribution that has the module.",
    ),
    Entry(
        "LS228",
        "It is a name in a package, not a module",
        "An import statement without from takes modules only; functions, classes and other names are imported"
        " from the module that has them.",
        "Import it from the package: from PACKAGE import NAME.",
    ),
    Entry(
        "LS229",
        "A shared library of the system is missing",
        "An extension module, or code that loads a library by its name, needs a library that is no part of"
        " Python, and that the system's loader does not find.",
        "Install the package of the system that brings it.",
    ),
    Entry(
        "LS230",
        "An extension module does not load",
        "Its file is damaged, has been renamed, or was built for other versions of the libraries that it is"
        " loaded with.",
        "Install the distribution again, in a version that is built for this system.",
    ),
    Entry(
        "LS231",
        "A source tree that has not been built",
        "The package is found where its source is, and some of its modules are only made by its build.",
        "Start from another directory, or build it: python -m pip install -e DIRECTORY.",
    ),
    Entry(
        "LS232",
        "Bytecode without source, or damaged, is in the way",
        "A file NAME.pyc beside the sources is a module of its own, which stays when its source has gone. A"
        " file in __pycache__ is only made again where its source has changed.",
        "Delete the file.",
    ),
    Entry(
        "LS233",
        "A relative import in what is not imported as a part of its package",
        "A file that is run by its path, or found from within its own package, is in no package, and a"
        " relative import has nothing to start from.",
        "Run it as a module, python -m PACKAGE.MODULE, from the directory above the package.",
    ),
    Entry(
        "LS234",
        "The module is near the program, in a directory that is not on the search path",
        "Of a program that is run by its path, sys.path has the directory in which it is, not the one above"
        " it nor the working directory.",
        "Run it as a module, python -m PACKAGE.MODULE, from the directory above the package.",
    ),
    Entry(
        "LS235",
        "An extension module in an archive",
        "The system loads extension modules from files; those in a zip archive are not found.",
        "Unpack the archive into a directory, and put that on the path in its place.",
    ),
    Entry(
        "LS236",
        "The source of a module cannot be compiled",
        "It is of another version of Python, in another encoding than it says, or damaged.",
        "Correct the file, or use a version of it that is made for this Python.",
    ),
    Entry(
        "LS237",
        "The module ends the program, replaces or removes itself, while it is imported",
        "Code of a script that is meant to be run, not imported, is executed by an import all the same.",
        "Put what is to be done by the script alone below if __name__ == '__main__'.",
    ),
    Entry(
        "LS238",
        "A folder without __init__ is taken for the package",
        "A directory of the name is a namespace package, if nothing on the path has an __init__ for it;"
        " finders behind the path finder, as those of editable installs, are not asked any more.",
        "Start the program from another directory, or rename the folder.",
    ),
    Entry(
        "LS239",
        "A part of the explanation could not be made",
        "Something that was looked at raised an exception; the other causes were looked for all the same.",
        "Look at what the exception names; if it is loadstone itself, please report it.",
    ),
    Entry(
        "LS240",
        "The distribution that has the module is not installed",
        "The module is well known, or what is installed requires its distribution, which this Python does not"
        " have.",
        "Install the distribution.",
    ),
    Entry(
        "LS241",
        "An extra of an installed distribution would bring it",
        "Distributions have requirements that are installed only if they are asked for: the extras.",
        'Install the extra: python -m pip install "NAME[EXTRA]".',
    ),
    Entry(
        "LS242",
        "The project asks for the distribution that has the module, and it is not installed",
        "Files of the project name it: its dependencies, an extra or group of them, requirements, a lock.",
        "Install what the project asks for.",
    ),
    Entry(
        "LS243",
        "The module is of another distribution than the well-known one",
        "Two distributions have modules of one name, and the one that is installed is not the one by which"
        " the name is known.",
        "Uninstall it, and install the other.",
    ),
    Entry(
        "LS244",
        "Two distributions have written the same file",
        "The one that was installed last has overwritten files of the other. Uninstalling either takes files"
        " from both.",
        "Uninstall both, and install the one that is wanted.",
    ),
    Entry(
        "LS245",
        "A file of a distribution is not what was installed",
        "Its content is not that in the list of the distribution's files: it was edited, or an install was"
        " interrupted or went over another.",
        "Install the distribution again.",
    ),
    Entry(
        "LS246",
        "The installed distribution has no such module",
        "The distribution of the package is installed, and the module is not in the list of its files: the"
        " name is wrong, or it is in another version.",
        "Mend the name, or install a version that has the module.",
    ),
    Entry(
        "LS247",
        "A distribution is installed in a version that what imports it does not take",
        "Distributions say which versions of others they need. An install of something else, later, may have"
        " brought another one.",
        "Install the version that is required.",
    ),
    Entry(
        "LS248",
        "The metadata is asked for of a distribution that is not installed",
        "importlib.metadata has nothing under the name. That is a distribution's name, not a module's.",
        "Install the project or distribution.",
    ),
    Entry(
        "LS249",
        "An editable install does not lead to the module",
        "The distribution counts as installed, and its modules are looked for in the project's directory,"
        " which has been moved, renamed or deleted, or no longer has them.",
        "Install the project again, from where it is now: python -m pip install -e DIRECTORY.",
    ),
    Entry(
        "LS250",
        "The frozen application does not have the module",
        "The tool that built the application found out which modules it needs. What is imported by a name"
        " that is known only when the program runs escapes it.",
        "Build the application again, and name the module to the tool: its option for hidden imports.",
    ),
    Entry(
        "LS251",
        "An install or uninstall was interrupted",
        "pip puts files aside under names that begin with ~ until it is done. Those that are there still were"
        " never brought back.",
        "Delete what was put aside, and install the distribution again.",
    ),
    Entry(
        "LS252",
        "The installed version does not have the name",
        "A module has no such attribute: it came with a later version, has left since, or is in another"
        " module.",
        "Take the name from where it is now, or install a version that has it.",
    ),
    Entry(
        "LS253",
        "The project that has the module is not installed",
        "Its files are there, in a directory that is not on sys.path, as those below src never are.",
        "Install the project: python -m pip install -e DIRECTORY.",
    ),
    Entry(
        "LS254",
        "A .pth file that makes a namespace package is not processed",
        "Such files are processed in the directories of site only, not in others on sys.path or PYTHONPATH.",
        "Add the directory with site.addsitedir, or install the distribution into this Python.",
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
