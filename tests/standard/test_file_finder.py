"""FileFinder: what it finds in one directory, and when it looks again."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .libraries import Library, both, facts, result, unprivileged

if TYPE_CHECKING:
    from ..conftest import Sandbox

EXTENSION = Library("importlib").machinery.EXTENSION_SUFFIXES[0]
LONG_AGO = (1_000_000_000, 1_000_000_000)


def settle(folder: Path) -> None:
    """Have `folder` look as if it had been left alone for years."""
    os.utime(folder, LONG_AGO)


@pytest.mark.parametrize("settled", [False, True])
@pytest.mark.parametrize(
    ("files", "found"),
    [
        (["m.py"], "m.py"),
        (["m.pyc"], "m.pyc"),
        ([f"m{EXTENSION}"], f"m{EXTENSION}"),
        (["m.py", "m.pyc"], "m.py"),
        ([f"m{EXTENSION}", "m.py", "m.pyc"], f"m{EXTENSION}"),
        (["m/__init__.py"], "m/__init__.py"),
        (["m/__init__.pyc"], "m/__init__.pyc"),
        (["m/__init__.py", "m/__init__.pyc"], "m/__init__.py"),
        ([f"m/__init__{EXTENSION}", "m/__init__.py"], f"m/__init__{EXTENSION}"),
        (["m/__init__.py", "m.py"], "m/__init__.py"),
        (["m/__init__.py/file", "m.py"], "m.py"),
        (["m/__init__.py/file"], []),
        (["m/other.py", "m.py"], "m.py"),
        (["m/other.py", "m.pyc"], "m.pyc"),
        (["m/other.py"], []),
        (["m/other.py", "m.py/file"], []),
        (["m.py/file"], None),
        (["m.py/__init__.py"], None),
        (["m.pyc/file", "m.py"], "m.py"),
        (["m.py/file", "m.pyc"], "m.pyc"),
        (["m"], None),
        (["m", "m.py"], "m.py"),
        (["M.py", "m.PY", "M/__init__.py"], None),
        (["m.txt", "m.pyo", "m.p", "mm.py", ".py", "m."], None),
        (["m.n.py"], None),
        ([], None),
    ],
    ids=str,
)
def test_what_is_found(
    library: Library, sandbox: Sandbox, files: list[str], found: Any, settled: bool
) -> None:
    """Packages come before modules, the suffixes in their order, and a bare folder last, as a portion."""
    root = sandbox.write(dict.fromkeys(files, b""))
    if settled:
        settle(root)
    spec = library.finder(root).find_spec("m")
    if found is None:
        assert spec is None
    elif not found:
        assert spec.loader is None
        assert spec.submodule_search_locations == [str(root / "m")]
        assert spec.origin is None
        assert not spec.has_location
    else:
        assert spec.name == "m"
        assert spec.origin == spec.loader.path == str(root / found)
        assert spec.loader.name == "m"
        assert spec.has_location
        is_package = "/" in found
        assert spec.submodule_search_locations == ([str(root / "m")] if is_package else None)
        assert type(spec) is library.machinery.ModuleSpec


@pytest.mark.parametrize(
    "name", ["m", "pkg.m", "other.pkg.m", "m.", "", ".m", "m.py", "a/m", "m/a", "M", " m"]
)
def test_only_the_last_part_of_the_name_counts(sandbox: Sandbox, name: str) -> None:
    """A finder looks for what comes after the last dot, and gives the spec the whole name."""
    root = sandbox.write({"m.py": "", "a/m.py": "", "py/x": ""})
    theirs, ours = both(lambda library: facts(library.finder(root).find_spec(name)))
    assert ours == theirs


@pytest.mark.parametrize("name", [b"m", 3, None, ["m"], "m\0", "\udc80", "m" * 300, "m" * 100_000], ids=repr)
def test_odd_names(sandbox: Sandbox, name: Any) -> None:
    """What is no name, and what no file can be called, ends as it ends in importlib."""
    root = sandbox.write({"m.py": ""})
    for folder in (root, root / "nothing"):
        theirs, ours = both(lambda library, folder=folder: facts(library.finder(folder).find_spec(name)))
        assert ours[0] == theirs[0]


@pytest.mark.parametrize(
    "suffixes", [[".txt"], ["_end.py"], [""], [".a", ".b"], [".b", ".a"], [".x.py"], ["é"]]
)
def test_suffixes_are_free(sandbox: Sandbox, suffixes: list[str]) -> None:
    """A loader may be for any suffix, and the first that fits in the order given is taken."""
    root = sandbox.write(
        {"m.txt": "", "m_end.py": "", "m.a": "", "m.b": "", "m": "", "m.x.py": "", "mé": "", "mé.py": ""}
    )

    def find(library: Library) -> Any:
        return facts(library.finder(root, (library.machinery.SourceFileLoader, suffixes)).find_spec("m"))

    theirs, ours = both(find)
    assert ours == theirs
    assert ours[1]["origin"] == str(root / f"m{suffixes[0]}")


def test_details_may_be_read_once(library: Library, sandbox: Sandbox) -> None:
    """Suffixes may come from an iterator, and loaders be any callable."""
    root = sandbox.write({"m.b": ""})
    finder = library.finder(root, (lambda name, path: (name, path), iter([".a", ".b"])))
    for _ in range(2):
        assert finder.find_spec("m").loader == ("m", str(root / "m.b"))


@pytest.mark.parametrize("suffix", [".py", ".txt"])
def test_details_that_make_no_loader(sandbox: Sandbox, suffix: str) -> None:
    """Where a callable returns None for a loader, the suffix tells one, or nothing is found."""
    root = sandbox.write({"m.py": "", "m.txt": ""})
    theirs, ours = both(
        lambda library: facts(library.finder(root, (lambda *_: None, [suffix])).find_spec("m"))
    )
    assert ours == theirs


def test_no_details(library: Library, sandbox: Sandbox) -> None:
    """A finder without loaders finds nothing but portions."""
    root = sandbox.write({"m.py": "", "n/m.py": ""})
    finder = library.machinery.FileFinder(str(root))
    assert finder.find_spec("m") is None
    assert finder.find_spec("n").submodule_search_locations == [str(root / "n")]


def test_new_and_removed_files_are_noticed(library: Library, sandbox: Sandbox) -> None:
    """A directory whose modification time changed is listed anew."""
    settle(sandbox.root)
    finder = library.finder(sandbox.root)
    assert finder.find_spec("m") is None
    (sandbox.root / "m.py").touch()
    assert finder.find_spec("m")
    (sandbox.root / "m.py").unlink()
    os.utime(sandbox.root, (1, 1))
    assert finder.find_spec("m") is None


def test_invalidate_caches(library: Library, sandbox: Sandbox) -> None:
    """A file that the modification time does not tell of is found after `invalidate_caches`."""
    settle(sandbox.root)
    finder = library.finder(sandbox.root)
    assert finder.find_spec("m") is None
    (sandbox.root / "m.py").touch()
    settle(sandbox.root)
    assert finder.find_spec("m") is None
    finder.invalidate_caches()
    assert finder.find_spec("m")


def test_recent_changes_are_looked_at(library: Library, sandbox: Sandbox) -> None:
    """In a directory that changed just now, a file that was listed is looked at again before it is found."""
    root = sandbox.write({"m.py": "", "pkg/__init__.py": ""})
    now = time.time()
    os.utime(root, (now, now))
    finder = library.finder(root)
    assert finder.find_spec("m")
    assert finder.find_spec("pkg")
    (root / "m.py").unlink()
    (root / "pkg/__init__.py").unlink()
    (root / "pkg").rmdir()
    os.utime(root, (now, now))
    assert finder.find_spec("m") is None
    assert finder.find_spec("pkg") is None


@pytest.mark.parametrize("mtime", [-2, 0, 1, 4_000_000_000, time.time() + 3600])
def test_strange_modification_times(library: Library, sandbox: Sandbox, mtime: float) -> None:
    """A directory from before 1970 or from the future is searched like any other."""
    root = sandbox.write({"m.py": ""})
    os.utime(root, (mtime, mtime))
    finder = library.finder(root)
    assert finder.find_spec("m")
    (root / "n.py").touch()
    assert finder.find_spec("n")


def test_future_directories_are_never_settled(library: Library, sandbox: Sandbox) -> None:
    """Where the modification time is in the future, every file found is looked at again."""
    root = sandbox.write({"m.py": ""})
    future = time.time() + 3600
    os.utime(root, (future, future))
    finder = library.finder(root)
    assert finder.find_spec("m")
    (root / "m.py").unlink()
    os.utime(root, (future, future))
    assert finder.find_spec("m") is None


@pytest.mark.parametrize(("whole", "age", "proves"), [(True, 3, True), (True, 0, False), (False, 0.5, True)])
def test_when_directories_are_settled(sandbox: Sandbox, whole: bool, age: float, proves: bool) -> None:
    """A listing is proof once the file system's clock has ticked: sooner where it tells fractions."""
    root = sandbox.write({"m.py": ""})
    then = int(time.time()) - age if whole else time.time() - age
    os.utime(root, (then, then))
    finder = Library("loadstone").finder(root)
    assert finder.find_spec("m")
    (root / "m.py").unlink()
    os.utime(root, (then, then))
    assert (finder.find_spec("m") is not None) == proves


def test_settled_directories_prove_what_is_listed(sandbox: Sandbox) -> None:
    """In a directory left alone for seconds before it was listed, loadstone takes the listing's word."""
    root = sandbox.write({"m.py": "", "bare/x.py": ""})
    settle(root)
    finder = Library("loadstone").finder(root)
    assert finder.find_spec("m")
    (root / "m.py").unlink()
    (root / "bare/x.py").unlink()
    (root / "bare").rmdir()
    settle(root)
    assert finder.find_spec("m")
    assert finder.find_spec("bare").submodule_search_locations == [str(root / "bare")]
    finder.invalidate_caches()
    assert finder.find_spec("m") is None
    assert finder.find_spec("bare") is None


@pytest.mark.parametrize("settled", [False, True])
def test_symbolic_links(library: Library, sandbox: Sandbox, settled: bool) -> None:
    """Links lead to modules and packages; dangling ones and loops are nothing."""
    root = sandbox.write({"real/m.py": "", "real/pkg/__init__.py": "", "real/bare/x.py": ""})
    links = {
        "m.py": "real/m.py", "pkg": "real/pkg", "bare": "real/bare", "dangling.py": "nowhere",
        "loop.py": "loop.py", "ring": "ring", "folder.py": "real", "here": ".", "file": "real/m.py",
    }  # fmt: skip
    for name, aim in links.items():
        (root / name).symlink_to(aim)
    if settled:
        settle(root)
    finder = library.finder(root)
    assert finder.find_spec("m").origin == str(root / "m.py")
    assert finder.find_spec("pkg").origin == str(root / "pkg/__init__.py")
    for name in ("bare", "here"):
        assert finder.find_spec(name).submodule_search_locations == [str(root / name)]
    for name in ("dangling", "loop", "ring", "folder", "file"):
        assert finder.find_spec(name) is None


def test_a_link_that_is_led_elsewhere(library: Library, sandbox: Sandbox) -> None:
    """A link is followed anew at each search, in a settled directory too."""
    root = sandbox.write({"real/m.py": ""})
    (root / "m.py").symlink_to("real/m.py")
    settle(root)
    finder = library.finder(root)
    assert finder.find_spec("m")
    (root / "real/m.py").unlink()
    assert finder.find_spec("m") is None


def test_directory_becomes_a_loop(library: Library, sandbox: Sandbox) -> None:
    """An error of the file system that is none of the usual ones passes through."""
    root = sandbox.write({"folder/m.py": ""})
    finder = library.finder(root / "folder")
    assert finder.find_spec("m")
    (root / "folder").rename(root / "moved")
    (root / "folder").symlink_to("folder")
    with pytest.raises(OSError, match="symbolic link"):
        finder.find_spec("m")


def test_directory_vanishes(library: Library, sandbox: Sandbox) -> None:
    """A directory that is gone has no modules; when it is back, it has again."""
    root = sandbox.write({"folder/m.py": "", "folder/n.py": ""})
    finder = library.finder(root / "folder")
    assert finder.find_spec("m")
    (root / "folder").rename(root / "away")
    assert finder.find_spec("m") is None
    assert finder.find_spec("n") is None
    (root / "folder").touch()
    assert finder.find_spec("m") is None
    (root / "folder").unlink()
    (root / "away").rename(root / "folder")
    assert finder.find_spec("n")


def test_file_vanishes_after_the_search(library: Library, sandbox: Sandbox) -> None:
    """A module whose folder vanishes between finding and loading is an OSError that names the file."""
    root = sandbox.write({"folder/m.py": "", "folder/n.pyc": b""})
    finder = library.finder(root / "folder")
    specs = [finder.find_spec("m"), finder.find_spec("n")]
    for file in (root / "folder").iterdir():
        file.unlink()
    (root / "folder").rmdir()
    for spec in specs:
        module = library.util.module_from_spec(spec)
        with pytest.raises(FileNotFoundError) as caught:
            spec.loader.exec_module(module)
        assert caught.value.filename == spec.origin


@pytest.mark.parametrize("mode", [0o000, 0o111, 0o444, 0o555])
def test_unreadable_directories(library: Library, open_folder: Path, mode: int) -> None:
    """Of a directory that cannot be listed nothing is found, and nothing is raised."""
    folder = open_folder / "folder"
    folder.mkdir()
    (folder / "m.py").write_text("x = 1")
    (folder / "pkg").mkdir()
    (folder / "pkg/__init__.py").touch()
    settle(folder)
    folder.chmod(mode)
    with unprivileged():
        finder = library.finder(folder)
        found = [finder.find_spec(name) is not None for name in ("m", "pkg", "nothing")]
    folder.chmod(0o755)
    if mode == 0o444:
        # It can be listed, but what is in it cannot be looked at; loadstone has the listing's word for it.
        assert found == [library.is_loadstone, library.is_loadstone, False]
    else:
        readable = mode == 0o555
        assert found == [readable, readable, False]


def test_unreadable_file(library: Library, open_folder: Path) -> None:
    """A module file that must not be read is found, and raises PermissionError when it is loaded."""
    file = open_folder / "m.py"
    file.write_text("x = 1")
    file.chmod(0)
    with unprivileged():
        spec = library.finder(open_folder).find_spec("m")
        with pytest.raises(PermissionError):
            spec.loader.exec_module(library.util.module_from_spec(spec))


@pytest.mark.parametrize("name", ["größe", "\udcff\udcfe", "モジュール", "a b", "x" * 250, "e\u0301"])
def test_names_of_every_kind(library: Library, sandbox: Sandbox, name: str) -> None:
    """Modules and packages may have any name that the file system can store, valid UTF-8 or not."""
    raw = os.fsencode(name)
    if len(raw) > 250:
        pytest.skip("too long for a file")
    root = os.fsencode(sandbox.root)
    with open(os.path.join(root, raw + b".py"), "w") as file:
        file.write("x = 1\n")
    os.mkdir(os.path.join(root, b"p" + raw[:200]))
    with open(os.path.join(root, b"p" + raw[:200], b"__init__.py"), "w") as file:
        file.write("x = 2\n")
    sys.dont_write_bytecode = True
    finder = library.finder(sandbox.root)
    for full, value in ((name, 1), ("p" + os.fsdecode(raw[:200]), 2)):
        spec = finder.find_spec(full)
        module = library.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        assert module.x == value
        assert module.__name__ == full


@pytest.mark.parametrize("length", [100, 200, 255])
def test_long_paths(library: Library, sandbox: Sandbox, length: int) -> None:
    """Deep folders with long names hold modules, until the file system refuses."""
    folder = sandbox.root
    while len(str(folder)) < 3000:
        folder /= "d" * length
    folder.mkdir(parents=True)
    (folder / "m.py").write_text("x = 1\n")
    spec = library.finder(folder).find_spec("m")
    module = library.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.x == 1
    assert library.finder("/" + "d/" * 5000).find_spec("m") is None
    assert library.finder("/" + "d" * 5000).find_spec("m") is None


@pytest.mark.parametrize(
    "entry", ["", ".", "sub", "./sub", "../sub", "sub/", "sub/.", "./", "././sub", ".//sub"]
)
def test_relative_entries(sandbox: Sandbox, entry: str) -> None:
    """A relative entry is taken from the working directory of the moment that the finder is made."""
    root = sandbox.write({"m.py": "", "sub/m.py": "", "in/sub/m.py": ""})

    def find(library: Library) -> Any:
        os.chdir(root / "in" if entry == "../sub" else root)
        finder = library.finder(entry)
        os.chdir("/")
        return finder.path, facts(finder.find_spec("m")), repr(finder)

    theirs, ours = both(find)
    assert ours == theirs
    assert os.path.isabs(ours[1][0])


def test_no_working_directory(sandbox: Sandbox) -> None:
    """Without a working directory, finders for relative entries are refused as importlib refuses them."""
    gone = sandbox.root / "gone"
    for entry in ("", ".", "sub"):

        def find(library: Library, entry: str = entry) -> Any:
            gone.mkdir()
            os.chdir(gone)
            gone.rmdir()
            return library.finder(entry).path

        theirs, ours = both(find)
        assert ours == theirs


def test_path_hook(library: Library, sandbox: Sandbox) -> None:
    """The path hook makes finders of its class for directories, and refuses everything else."""
    root = sandbox.write({"m.py": "", "file": ""})
    (root / "loop").symlink_to("loop")

    class Own(library.machinery.FileFinder):  # type: ignore[misc,name-defined]
        pass

    hook = Own.path_hook(*library.details())
    finder = hook(str(root))
    assert type(finder) is Own
    assert finder.find_spec("m").origin == str(root / "m.py")
    os.chdir(root)
    assert os.path.samefile(hook("").path, root)
    for entry in (
        str(root / "file"),
        str(root / "m.py"),
        str(root / "nothing"),
        str(root / "loop"),
        "x" * 5000,
    ):
        with pytest.raises(ImportError, match="only directories are supported") as caught:
            hook(entry)
        assert caught.value.path == entry
    assert hook.__name__ == "path_hook_for_FileFinder"


@pytest.mark.parametrize("entry", [None, 3, b"", b"/", Path("/"), "\0", object()], ids=repr)
def test_path_hook_for_odd_entries(entry: Any) -> None:
    """What is no path is refused as importlib refuses it."""

    def hook(library: Library) -> Any:
        return library.machinery.FileFinder.path_hook(*library.details())(entry).path

    theirs, ours = both(hook)
    assert ours[0] == theirs[0]


def test_kinship(library: Library, sandbox: Sandbox) -> None:
    """Loadstone's finder counts as importlib's, is not shared between entries and has a telling repr."""
    finder = library.finder(sandbox.root)
    assert isinstance(finder, Library("importlib").machinery.FileFinder)
    assert isinstance(finder, library.abc.PathEntryFinder)
    assert repr(finder) == f"FileFinder({str(sandbox.root)!r})"


def test_case_variable_is_for_other_systems(
    library: Library, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a system whose file names have case, PYTHONCASEOK changes nothing."""
    monkeypatch.setenv("PYTHONCASEOK", "1")
    root = sandbox.write({"Upper.py": ""})
    assert library.finder(root).find_spec("upper") is None
    assert library.finder(root).find_spec("Upper")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="importlib has them no more")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_deprecated_methods(sandbox: Sandbox) -> None:
    """`find_loader` and `find_module` answer as importlib's do."""
    root = sandbox.write({"m.py": "", "bare/x.py": ""})

    def find(library: Library) -> Any:
        finder = library.finder(root)
        answers = []
        for name in ("m", "bare", "nothing"):
            loader, portions = finder.find_loader(name)
            answers.append((type(loader).__name__, portions, type(finder.find_module(name)).__name__))
        return answers

    theirs, ours = both(find)
    assert ours == theirs


def test_listing_with_odd_entries(library: Library, sandbox: Sandbox) -> None:
    """Pipes, sockets and devices that are called like modules are none."""
    os.mkfifo(sandbox.root / "pipe.py")
    (sandbox.root / "null.py").symlink_to("/dev/null")
    for settled in (False, True):
        if settled:
            settle(sandbox.root)
        finder = library.finder(sandbox.root)
        assert finder.find_spec("pipe") is None
        assert finder.find_spec("null") is None


def test_a_listing_of_minus_one(library: Library, sandbox: Sandbox) -> None:
    """A directory of the very second before 1970 looks like one never listed: nothing is found, as ever."""
    root = sandbox.write({"m.py": ""})
    os.utime(root, (-1, -1))
    assert library.finder(root).find_spec("m") is None


def test_verbose_search(library: Library, sandbox: Sandbox) -> None:
    """Under -vv every file that is tried is reported, in importlib's words."""
    sandbox.write({"lib/m.py": "", "lib/bare/x": ""})
    program = library.prelude + "import sys\nsys.path.insert(0, 'lib')\nimport m, bare\n"
    lines = sandbox.python("-vv", "-c", program).stderr.splitlines()
    root = sandbox.root / "lib"
    for ending in (
        f"# trying {root}/m{EXTENSION}",
        f"# trying {root}/m.py",
        f"# possible namespace for {root}/bare",
    ):
        assert ending in lines
    assert result(lines.index, f"# trying {root}/m.pyc")[0] is ValueError
