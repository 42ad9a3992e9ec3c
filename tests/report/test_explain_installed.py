"""The causes that lie in what is installed: each in an environment as installers leave it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone.report.explain import installations
from loadstone.report.explain.records import Cause

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture(autouse=True)
def nowhere(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory is of no project."""
    monkeypatch.chdir(tmp_path_factory.mktemp("nowhere"))


def first(name: str, *, load: bool = False) -> Cause:
    """The first cause of an explanation."""
    return loadstone.explain(name, load=load).causes[0]


def bare(command: str) -> str:
    """A command without the quotation marks that the platform's shell needs."""
    return command.replace("'", "").replace('"', "")


def codes(name: str, *, load: bool = False) -> list[str]:
    """The codes of its causes, in order."""
    return [cause.code for cause in loadstone.explain(name, load=load).causes]


def install(
    sandbox: Sandbox,
    name: str,
    version: str,
    files: dict[str, str] | None = None,
    *,
    headers: str = "",
    site: str = "site",
    info: dict[str, str] | None = None,
    hashed: bool = True,
) -> Path:
    """Install a distribution as pip does: its files, and its metadata with the hashes of those."""
    files = files or {}
    folder = f"{name.replace('-', '_')}-{version}.dist-info"
    meta = {
        f"{folder}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{headers}",
        f"{folder}/INSTALLER": "pip\n",
        **{f"{folder}/{file}": text for file, text in (info or {}).items()},
    }
    rows = []
    for file, text in {**files, **meta}.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{file},{f'sha256={digest}' if hashed else ''},{len(text.encode())}\n")
    rows.append(f"{folder}/RECORD,,\n")
    sandbox.write({f"{site}/{file}": text for file, text in {**files, **meta}.items()})
    sandbox.write({f"{site}/{folder}/RECORD": "".join(rows)})
    place = sandbox.root / site
    if str(place) not in sys.path:
        sandbox.on_path(site)
    return place


def editable(sandbox: Sandbox, name: str, project: Path, module: str, **more: Any) -> Path:
    """Install a project as an editable one, by a `.pth` file."""
    direct = json.dumps({"dir_info": {"editable": True}, "url": project.as_uri()})
    return install(
        sandbox,
        name,
        "1.0",
        {f"__editable__.{name}-1.0.pth": f"{project}\n"},
        info={"direct_url.json": direct, "top_level.txt": f"{module}\n"},
        **more,
    )


def test_a_well_known_module_is_to_be_installed(sandbox: Sandbox) -> None:
    """LS240 stands first for a module that is well known, before names that are nearly its own."""
    sandbox.write({"redys.py": "", "typerr.py": ""}, on_path=True)
    sys.path[1:] = [entry for entry in sys.path[1:] if "site-packages" not in entry]
    for name in ("redis", "typer", "google.protobuf.message", "zope.interface"):
        cause = first(name)
        assert cause.code in ("LS240", "LS202"), name
        assert "LS203" not in codes(name)
        assert cause.remedy.startswith(f"Install it: {sys.executable} -m ")
        assert " -m pip install " in cause.remedy
    assert first("google.cloud.storage.blob").remedy.endswith(" install google-cloud-storage")
    assert first("yaml.constructor").remedy.endswith(" install PyYAML")


def test_what_nobody_knows_is_named_to_no_installer(sandbox: Sandbox) -> None:
    """LS225: no command names what an index may have under a name that nothing here knows."""
    sandbox.write({"wanted_thing.py": ""}, on_path=True)
    cause = first("wanted_thin")
    assert cause.code == "LS225"
    assert "wanted_thing, whose name is nearly this one" in cause.evidence
    assert "install wanted_thin" not in str(loadstone.explain("wanted_thin"))
    assert codes("wanted_thin")[1] == "LS203"


def test_near_names_are_only_of_what_can_be_found(sandbox: Sandbox) -> None:
    """LS203: modules of the standard library that this platform or build does not have are none."""
    absent = "winreg" if sys.platform != "win32" else "termios"
    assert f"is {absent}" not in "".join(cause.evidence for cause in loadstone.explain(f"{absent}x").causes)
    assert "there is colorsys" in "".join(cause.evidence for cause in loadstone.explain("colorsysx").causes)


def test_what_lies_beside_is_told_after_what_is_to_be_installed(sandbox: Sandbox) -> None:
    """LS217: notes and data under the name of a module are only possible causes."""
    sandbox.write({"yaml.md": "", "redis.json": "{}", "wanted.log": ""}, on_path=True)
    sys.path[1:] = [entry for entry in sys.path[1:] if "site-packages" not in entry]
    assert codes("yaml")[0] == "LS202"
    assert codes("redis")[0] == "LS240"
    assert codes("wanted")[:2] == ["LS225", "LS217"]


def test_the_extra_that_brings_it(sandbox: Sandbox) -> None:
    """LS241: a requirement of an extra tells how its distribution is installed."""
    extra = "Provides-Extra: fast\nRequires-Dist: turbo>=2; extra == 'fast'\n"
    install(sandbox, "Engine", "3.1", {"engine.py": ""}, headers=extra)
    cause = first("turbo")
    assert cause.code == "LS241"
    assert cause.evidence == "Engine 3.1 has the extra 'fast', which brings turbo>=2: that is not installed"
    assert bare(cause.remedy).endswith("install Engine[fast]")


def test_an_extra_of_a_well_known_module(sandbox: Sandbox) -> None:
    """LS241 stands after the distribution itself, which is what is asked for."""
    extra = 'Provides-Extra: cfg\nRequires-Dist: pyyaml; (python_version > "3") and extra == "cfg"\n'
    install(sandbox, "Engine", "3.1", {"engine.py": ""}, headers=extra)
    sys.path[1:] = [entry for entry in sys.path[1:] if "site-packages" not in entry]
    found = {cause.code: cause for cause in loadstone.explain("yaml").causes}
    assert list(found)[:2] == ["LS202", "LS241"]
    assert "'yaml' comes with 'pyyaml'" in found["LS241"].evidence


def test_a_requirement_that_is_not_installed(sandbox: Sandbox) -> None:
    """LS240: what is installed requires it, in a version that the remedy names; markers are heeded."""
    required = "Requires-Dist: turbo<3,>=2\nRequires-Dist: never; sys_platform == 'plan9'\n"
    install(sandbox, "Engine", "3.1", {"engine.py": ""}, headers=required)
    cause = first("turbo")
    assert cause.code == "LS240"
    assert cause.evidence.startswith("Engine 3.1 requires turbo<3,>=2, which is not installed for ")
    assert bare(cause.remedy).endswith("install turbo<3,>=2")
    assert first("never").code == "LS225"


PYPROJECT = """
[project]
name = "app"
dependencies = ["turbo>=2", "Wind_Mill ; python_version > '3'"]
optional-dependencies = {ui = ["paint"]}
[dependency-groups]
base = ["hammer"]
dev = [{include-group = "base"}, "saw>1", {include-group = "dev"}]
[tool.poetry.dependencies]
python = "^3.10"
steam = "*"
[tool.poetry.group.docs.dependencies]
ink = "^1"
"""
PROJECTS = {
    "turbo": ("pyproject.toml", PYPROJECT, "dependencies asks for turbo>=2", "-m pip install turbo>=2"),
    "wind_mill": ("pyproject.toml", PYPROJECT, "dependencies asks for Wind_Mill", "-m pip install Wind_Mill"),
    "paint": ("pyproject.toml", PYPROJECT, "the extra 'ui' asks for paint", "[ui]"),
    "saw": ("pyproject.toml", PYPROJECT, "the dependency group 'dev' asks for saw>1", "pyproject.toml:dev"),
    "hammer": ("pyproject.toml", PYPROJECT, "group 'base' asks for hammer", "pyproject.toml:base"),
    "steam": ("pyproject.toml", PYPROJECT, "[tool.poetry.dependencies] asks for steam", "poetry install -C "),
    "ink": ("pyproject.toml", PYPROJECT, "the group 'docs' of poetry asks for ink", " --with docs"),
    "req": (
        "requirements-dev.txt",
        "# all\n-r other.txt\nreq==1.5 --hash=sha256:0 # so\nhttps://x/y.whl\n",
        "requirements-dev.txt asks for req==1.5",
        "requirements-dev.txt",
    ),
    "uvd": ("uv.lock", '[[package]]\nname = "uvd"\n', "uv.lock asks for uvd", "uv sync"),
    "poe": ("poetry.lock", '[[package]]\nname = "poe"\n', "poetry.lock asks for poe", "poetry install"),
    "pyl": (
        "pylock.dev.toml",
        '[[packages]]\nname = "pyl"\n',
        "pylock.dev.toml asks for pyl",
        " install pyl",
    ),
    "pip_env": ("Pipfile.lock", '{"develop": {"pip-env": {}}}', "asks for pip-env", "pipenv sync --dev"),
}


@pytest.mark.parametrize("name", PROJECTS)
def test_what_the_project_asks_for(sandbox: Sandbox, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS242: the project's dependencies, extras, groups, requirements and locks are known names."""
    file, content, place, command = PROJECTS[name]
    if file.endswith(".toml") or file in ("uv.lock", "poetry.lock"):
        pytest.importorskip("tomllib" if sys.version_info >= (3, 11) else "tomli")
    sandbox.write({f"app/{file}": content, "app/setup.cfg": "", "app/deep/er/x.txt": ""})
    monkeypatch.chdir(sandbox.root / "app" / "deep" / "er")
    cause = first(name)
    assert cause.code == "LS242"
    assert place in cause.evidence
    assert "which is not installed for" in cause.evidence
    assert cause.remedy.startswith("Install what the project asks for: ")
    assert command in bare(cause.remedy)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe[", b"[project", b"[project]\nname = 3\ndependencies = 3\n", b""]
)
def test_a_project_that_cannot_be_read(
    sandbox: Sandbox, content: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is no TOML, JSON or list of requirements asks for nothing."""
    for file in ("pyproject.toml", "uv.lock", "Pipfile.lock", "requirements.txt", "setup.cfg", "setup.py"):
        (sandbox.root / file).write_bytes(content)
    (sandbox.root / "poetry.lock").mkdir()
    monkeypatch.chdir(sandbox.root)
    assert first("unheard_of").code == "LS225"


def test_a_project_that_is_not_installed(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS253: the module is below src of the project in which this happens."""
    sandbox.write({"app/setup.py": "setup(name='my-app')", "app/src/my_app/__init__.py": ""})
    monkeypatch.chdir(sandbox.root / "app")
    cause = first("my_app.cli")
    assert cause.code == "LS253"
    assert cause.evidence.startswith(f"{sandbox.root}/app/src/my_app/__init__.py is of the project my-app")
    assert cause.remedy.endswith(f"install -e {sandbox.root}/app")


def test_an_editable_install_that_has_moved(sandbox: Sandbox) -> None:
    """LS249: it is installed again from where it came, or is now, and never from an index."""
    gone = sandbox.root / "work" / "old"
    editable(sandbox, "movd", gone, "movd")
    cause = first("movd")
    assert cause.code == "LS249"
    assert cause.evidence == f"movd 1.0 is an editable install of {gone}, which is not there"
    assert "install -e NEWPLACE" in cause.remedy
    sandbox.write({"work/new/setup.py": "setup(name='movd')"})
    assert first("movd").remedy.endswith(f"install -e {sandbox.root}/work/new")
    gone.mkdir(parents=True)
    assert first("movd").evidence.endswith("which is there; has no 'movd' at its top, or in src")
    sandbox.write({"work/old/src/movd.py": ""})
    assert first("movd").evidence.endswith(f"which is there; nothing leads to {gone}/src/movd.py")
    assert first("movd").remedy.endswith(f"install -e {gone}")
    assert "force-reinstall" not in str(loadstone.explain("movd"))


def test_what_the_project_of_an_editable_install_does_not_have(sandbox: Sandbox) -> None:
    """LS225, not LS249: the package is found in the project, and only a file of it is missing."""
    sandbox.write({"work/pack/__init__.py": ""}, on_path=False)
    editable(sandbox, "pack", sandbox.root / "work", "pack")
    sandbox.on_path("work")
    cause = first("pack.core")
    assert cause.code == "LS225"
    assert cause.evidence == f"'pack' has no module 'core': nothing in {sandbox.root}/work/pack is it"


def test_a_well_known_module_in_other_letters(sandbox: Sandbox) -> None:
    """LS202: with how it is spelt; LS212 where its distribution is installed."""
    cause = first("Yaml")
    assert (cause.code, cause.remedy.startswith("Import yaml; to install it: ")) == ("LS202", True)
    assert cause.remedy.endswith("install PyYAML")
    install(sandbox, "PyYAML", "6", {"yaml/__init__.py": ""})
    assert (first("YAML").code, first("YAML").remedy) == ("LS212", "Correct the name: it is yaml.")


def test_an_editable_install_without_a_list_of_modules(sandbox: Sandbox) -> None:
    """LS249: by the name of the distribution, where its metadata does not tell its modules."""
    direct = json.dumps({"dir_info": {"editable": True}, "url": (sandbox.root / "old").as_uri()})
    install(sandbox, "Far-Away", "2", {"_far_away.pth": "/x\n"}, info={"direct_url.json": direct})
    assert first("far_away.sub").code == "LS249"


@pytest.mark.parametrize("direct", ["{", "[]", '{"url": 3}', '{"url": "file:///x", "dir_info": 3}', "null"])
def test_a_damaged_record_of_where_it_came_from(sandbox: Sandbox, direct: str) -> None:
    """LS201: what `direct_url.json` does not tell is not known."""
    install(sandbox, "Odd", "1", info={"direct_url.json": direct, "top_level.txt": "odd\n"})
    assert first("odd").code == "LS201"


def test_a_folder_that_hides_an_editable_install(sandbox: Sandbox) -> None:
    """LS249: a checkout's folder is taken for a namespace package before the editable finder is asked."""
    sandbox.write({"projects/hid/hid/__init__.py": "value = 1", "projects/hid/setup.py": "setup(name='hid')"})
    project = sandbox.root / "projects" / "hid"
    editable(sandbox, "hid", project, "hid")
    sandbox.on_path("projects")

    class EditableFinder:
        """As the one that setuptools installs."""

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name != "hid":
                return None
            return spec_from_file_location(name, project / "hid" / "__init__.py")

    sys.meta_path.append(EditableFinder())
    explanation = loadstone.explain("hid")
    assert explanation.found
    cause = explanation.causes[0]
    assert cause.code == "LS249"
    assert cause.evidence == (
        f"{project} has no __init__.py, and is found before {project}/hid/__init__.py, "
        "the editable install hid 1.0"
    )
    assert f"install -e {project} --config-settings editable_mode=compat" in cause.remedy


def test_where_it_came_from_is_where_it_is_installed_from_again(sandbox: Sandbox) -> None:
    """LS201: by the repository or archive that is recorded, else by its name."""
    repository = {"url": "https://host/x.git", "vcs_info": {"vcs": "git", "commit_id": "0a1b"}}
    install(sandbox, "Rep", "1", info={"direct_url.json": json.dumps(repository), "top_level.txt": "rep"})
    assert first("rep").remedy.endswith("--force-reinstall git+https://host/x.git@0a1b")
    archive = {"url": "https://host/x.whl", "archive_info": {}}
    install(sandbox, "Arc", "1", info={"direct_url.json": json.dumps(archive), "top_level.txt": "arc"})
    assert first("arc").remedy.endswith("--force-reinstall https://host/x.whl")
    sandbox.write({"dev/setup.py": "", "dev/Dev.egg-info/PKG-INFO": "Name: Dev\nVersion: 1\n"})
    sandbox.write({"dev/Dev.egg-info/top_level.txt": "devel\n"})
    sandbox.on_path("dev")
    assert first("devel").remedy.endswith(f"install -e {sandbox.root}/dev")


def test_files_of_a_submodule_are_gone(sandbox: Sandbox) -> None:
    """LS201: a file in the middle of a package that RECORD has and nobody finds."""
    place = install(sandbox, "Torn", "1.2", {"torn/__init__.py": "", "torn/core.py": "", "torn/x.py": ""})
    os.remove(place / "torn" / "core.py")
    cause = first("torn.core")
    assert cause.code == "LS201"
    assert cause.evidence == "Torn 1.2 has torn/core.py, by its own list, and it is not there"
    os.remove(place / "torn" / "x.py")
    assert first("torn.core").evidence.endswith("of its 6 files 2 are not there")


def test_a_submodule_that_the_installed_distribution_does_not_have(sandbox: Sandbox) -> None:
    """LS246; LS247 where something else that is installed requires another version."""
    install(sandbox, "Torn", "1.2", {"torn/__init__.py": "def main(): pass\n"})
    cause = first("torn.cli")
    assert cause.code == "LS246"
    assert cause.evidence == "Torn 1.2, which is installed, has no torn.cli, by its own list"
    assert "LS246" not in codes("torn.main"), "that is a function"
    install(sandbox, "User", "9", {"user9.py": ""}, headers="Requires-Dist: torn (>=2.0)\n")
    cause = first("torn.cli")
    assert cause.code == "LS247"
    assert cause.evidence.endswith("; User 9 requires torn>=2.0")
    assert bare(cause.remedy).endswith("install torn>=2.0")


def test_an_install_that_was_interrupted(sandbox: Sandbox) -> None:
    """LS251: what pip has put aside, and left there."""
    sandbox.write(
        {
            "site/~umfast/__init__.py": "",
            "site/~umfast-1.2.dist-info/METADATA": "Name: numfast\nVersion: 1.2\n",
            "site/~umfast-1.2.dist-info/RECORD": "numfast/__init__.py,,\n",
            "site/~-her.py": "",
        }
    )
    sandbox.on_path("site")
    cause = first("numfast")
    assert cause.code == "LS251"
    assert cause.evidence.startswith(
        f"{sandbox.root}/site/~umfast is what pip put aside to replace 'numfast'"
    )
    assert f"/site/~umfast and {sandbox.root}/site/~umfast-1.2.dist-info, and install it" in cause.remedy
    assert cause.remedy.endswith("-m pip install numfast")
    assert first("other").remedy == f"Delete {sandbox.root}/site/~-her.py, and install it again."
    assert "LS251" not in codes("nother")


def test_the_wrong_one_of_two_distributions(sandbox: Sandbox) -> None:
    """LS243: a namesake of a well-known module's distribution, that fails or may be meant for it."""
    install(sandbox, "fitz", "0.0.1", {"fitz/__init__.py": "from frontend_ import *\n"})
    install(sandbox, "jwt", "1.3", {"jwt/__init__.py": ""}, site="more")
    cause = first("fitz", load=True)
    assert cause.code == "LS243"
    assert cause.proved
    assert "'fitz' here is of the distribution fitz 0.0.1" in cause.evidence
    assert cause.evidence.endswith("the well-known one of that name is of 'PyMuPDF'")
    assert "uninstall fitz, then" in cause.remedy
    assert cause.remedy.endswith("install PyMuPDF")
    possible = first("jwt", load=True)
    assert (possible.code, possible.proved) == ("LS243", False)
    install(sandbox, "PyMuPDF", "1", {"pymupdf/__init__.py": "import nosuch_\n"})
    assert "LS243" not in codes("pymupdf", load=True)


def test_two_distributions_in_one_place(sandbox: Sandbox) -> None:
    """LS244: both have the file in their lists, with other content in each."""
    install(sandbox, "PyJWT", "2.8", {"jwt/__init__.py": "encode = 1\n"})
    install(sandbox, "jwt", "1.3", {"jwt/__init__.py": "raise ImportError('no')\n"})
    cause = first("jwt", load=True)
    assert cause.code == "LS244"
    assert cause.evidence.startswith("PyJWT 2.8 and jwt 1.3 have both written ") or cause.evidence.startswith(
        "jwt 1.3 and PyJWT 2.8 have both written "
    )
    assert cause.remedy.endswith("install PyJWT")
    install(sandbox, "opencv-python", "4", {"cv2/__init__.py": "a = 1\n"})
    install(sandbox, "opencv-python-headless", "4.1", {"cv2/__init__.py": "b = 1\n"})
    assert codes("cv2") == ["LS244"], "without executing it"


def test_parts_of_one_package_are_no_clash(sandbox: Sandbox) -> None:
    """LS244: files that are the same in both, and those of pkgutil's namespace packages, are no matter."""
    same = "import nosuch_\n__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    for hashed in (True, False):
        install(sandbox, f"One-{hashed}", "1", {f"ns{hashed}/__init__.py": same}, hashed=hashed)
        install(sandbox, f"Two-{hashed}", "1", {f"ns{hashed}/__init__.py": same}, hashed=hashed)
        assert "LS244" not in codes(f"ns{hashed}", load=True)


def test_a_file_that_was_changed_after_it_was_installed(sandbox: Sandbox) -> None:
    """LS245: only possible, and only of a module that fails."""
    place = install(sandbox, "Kept", "1", {"kept.py": "value = 1\n"})
    (place / "kept.py").write_text("from nosuch_ import value\n")
    assert "LS245" not in codes("kept")
    altered = next(cause for cause in loadstone.explain("kept", load=True).causes if cause.code == "LS245")
    assert not altered.proved
    assert altered.evidence.startswith(f"{place}/kept.py is not as Kept 1 was installed")


def test_an_older_version_than_the_importer_requires(sandbox: Sandbox) -> None:
    """LS247: a name, a submodule or an attribute that is lacking, and the requirement that is not met."""
    install(sandbox, "corex", "1.0", {"corex/__init__.py": "old = 1\n"})
    asks = {
        "from_it": "from corex import validate\n",
        "submodule": "import corex.validation\n",
        "attribute": "import corex\ncorex.validate()\n",
    }
    files = {f"pydx/{name}.py": text for name, text in asks.items()}
    install(sandbox, "Py-DX", "2.0", {"pydx/__init__.py": "", **files}, headers="Requires-Dist: corex >= 2\n")
    for name in asks:
        cause = first(f"pydx.{name}", load=True)
        assert cause.code == "LS247", name
        assert cause.proved
        why, asker = cause.evidence.splitlines()
        assert why == "Py-DX 2.0 requires corex>=2, and corex 1.0 is installed"
        assert f" is asked for in {sandbox.root}/site/pydx/{name}.py, line " in asker
        assert bare(cause.remedy).endswith("install corex>=2")


def test_a_requirement_that_is_met_is_not_blamed(sandbox: Sandbox) -> None:
    """LS247 is not said where the version will do, or the requirement is an extra's or another platform's."""
    install(sandbox, "corex", "2.5", {"corex/__init__.py": ""})
    headers = "Requires-Dist: corex>=2\nRequires-Dist: corex<1; extra == 'old'\n"
    headers += "Requires-Dist: corex<1; sys_platform == 'plan9'\nRequires-Dist: corex???\n"
    install(sandbox, "pydx", "2.0", {"pydx.py": "from corex import validate\n"}, headers=headers)
    assert "LS247" not in codes("pydx", load=True)


def test_the_projects_requirement_is_not_met(sandbox: Sandbox) -> None:
    """LS247: a project's own code fails, and its requirements ask for another version."""
    install(sandbox, "corex", "1.0", {"corex/__init__.py": ""})
    sandbox.write({"app/requirements.txt": "corex~=2.1\n", "app/mine.py": "from corex import validate\n"})
    sandbox.on_path("app")
    cause = first("mine", load=True)
    assert cause.code == "LS247"
    assert cause.evidence.startswith(
        f"{sandbox.root}/app/requirements.txt asks for corex~=2.1, and corex 1.0"
    )
    assert bare(cause.remedy).endswith("install corex~=2.1")


def test_a_conflict_that_others_have(sandbox: Sandbox) -> None:
    """LS247: the requirement of a distribution that took no part is only a possible cause."""
    install(sandbox, "corex", "1.0", {"corex/__init__.py": ""})
    install(sandbox, "far", "3", {"far.py": ""}, headers="Requires-Dist: corex>=2\n")
    sandbox.write({"mine.py": "from corex import validate\n"}, on_path=True)
    found = next(cause for cause in loadstone.explain("mine", load=True).causes if cause.code == "LS247")
    assert not found.proved
    assert found.evidence.startswith("far 3 requires corex>=2, and corex 1.0 is installed")


def test_where_a_name_has_gone(sandbox: Sandbox) -> None:
    """LS252: by what is known of versions, by the package's other modules, by another copy of it."""
    install(
        sandbox, "Jinja2", "3.1.4", {"jinja2/__init__.py": "", "jinja2/deep/utils.py": "def helper(): 0\n"}
    )
    sandbox.write({"a1.py": "from jinja2 import Markup\n", "a2.py": "from jinja2 import helper\n"})
    sandbox.write(
        {"a3.py": "import collections\ncollections.Mapping\n", "a4.py": "from jinja2 import later\n"}
    )
    sandbox.on_path()
    cause = first("a1", load=True)
    assert cause.code == "LS252"
    assert cause.evidence.startswith("jinja2.Markup has left Jinja2 with 3.1; Jinja2 3.1.4 is installed\n")
    assert cause.remedy.startswith("Use markupsafe.Markup, or an older version of Jinja2: ")
    assert bare(cause.remedy).endswith("install Jinja2<3.1")
    cause = first("a2", load=True)
    assert "jinja2, of Jinja2 3.1.4, has no 'helper'" in cause.evidence
    assert cause.remedy == "Import it so: from jinja2.deep.utils import helper"
    cause = first("a3", load=True)
    assert cause.evidence.startswith("collections.Mapping has left the standard library with Python 3.10; ")
    assert cause.remedy == "Use collections.abc.Mapping"
    assert "LS252" not in codes("a4", load=True)
    entry = sys.path.index(str(sandbox.root / "site"))
    install(sandbox, "Jinja2", "4.0", {"jinja2/__init__.py": "later = 1\n"}, site="behind")
    sys.path.remove(str(sandbox.root / "behind"))
    sys.path.insert(entry + 1, str(sandbox.root / "behind"))
    cause = first("a4", load=True)
    assert f"{sandbox.root}/behind/jinja2/__init__.py has it, of Jinja2 4.0" in cause.evidence


def test_a_name_that_has_come_later(sandbox: Sandbox) -> None:
    """LS252: the first version that has it is what is to be installed."""
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    install(sandbox, "typing_extensions", "4.9.0", {"typing_extensions.py": "Self = 1\n"})
    sandbox.write({"wants.py": "from typing_extensions import TypeIs\n"}, on_path=True)
    sys.modules.pop("typing_extensions", None)
    cause = first("wants", load=True)
    assert cause.code == "LS252"
    assert cause.evidence.startswith("typing_extensions.TypeIs came to typing_extensions with 4.10; ")
    assert bare(cause.remedy).endswith("install typing_extensions>=4.10")


def test_a_distribution_that_is_looked_up(sandbox: Sandbox) -> None:
    """LS248: its name is no module's; the line that asks is told, and the project that it would be."""
    asks = "import importlib.metadata as m\nversion = m.version('my-proj-x')\n"
    sandbox.write({"app/verx.py": asks})
    sandbox.on_path("app")
    cause = first("verx", load=True)
    assert cause.code == "LS248"
    assert cause.evidence.startswith(f"{sandbox.root}/app/verx.py, line 2, asks for the metadata of the ")
    assert "distribution 'my-proj-x', which is not installed for " in cause.evidence
    assert cause.remedy.startswith("If it is a project of yours")
    assert "explain my-proj-x" not in str(loadstone.explain("verx", load=True))
    sandbox.write({"app/setup.py": "setup(name='My.Proj_X')"})
    assert first("verx", load=True).remedy.endswith(
        f"Install the project: {sys.executable} -m pip install -e {sandbox.root}/app"
    )
    sandbox.write({"app/verx.py": asks.replace("my-proj-x", "requests-oauthlib")})
    sys.path[1:] = [entry for entry in sys.path[1:] if "site-packages" not in entry]
    assert first("verx", load=True).remedy.endswith("install requests-oauthlib")


FROZEN = {
    "PyInstaller": ("sys.frozen = True; sys._MEIPASS = '/x'", "--hidden-import plug.in_a"),
    "py2exe": ("sys.frozen = 'console_exe'", "plug.in_a among its includes"),
    "py2app": ("sys.frozen = 'macosx_app'", "plug.in_a among its includes"),
    "Nuitka": ("__compiled__ = True", "--include-module=plug.in_a"),
    "cx_Freeze": ("sys.frozen = True; sys.modules['__startup__'] = sys", "--includes plug.in_a"),
    "PyOxidizer": ("sys.oxidized = True", "plug.in_a among the packages"),
    "the tool that built it": ("sys.frozen = True", "--hidden-import plug.in_a for PyInstaller"),
}


@pytest.mark.parametrize("tool", FROZEN)
def test_a_frozen_application(sandbox: Sandbox, tool: str) -> None:
    """LS250: the tool's own option is the remedy, and nothing is to be installed, known or not."""
    setting, option = FROZEN[tool]
    program = f"import sys\nimport loadstone\n{setting}\nsys.executable = '/opt/app/app'\n"
    program += "print(loadstone.explain('plug.in_a'), loadstone.explain('yamlx'), loadstone.explain('bs4'))\n"
    program += "import importlib.metadata as m\n"
    sandbox.write({"app.py": program, "verx.py": "import importlib.metadata as m\nm.version('nosuch')\n"})
    done = sandbox.python("app.py")
    assert done.returncode == 0, done.stderr
    assert "LS250" in done.stdout
    assert f"Build it again, with {tool}: " in done.stdout
    assert option in done.stdout
    assert "pip install" not in done.stdout


def test_metadata_in_a_frozen_application(sandbox: Sandbox) -> None:
    """LS248: metadata is built in by an option of its own."""
    program = "import sys\nimport loadstone\nsys.frozen = True; sys._MEIPASS = '/x'\n"
    program += "print(loadstone.explain('verx', load=True))\n"
    sandbox.write({"app.py": program, "verx.py": "import importlib.metadata as m\nm.version('nosuch')\n"})
    assert "with PyInstaller: --copy-metadata nosuch" in sandbox.python("app.py").stdout


def test_a_namespace_package_that_a_pth_file_would_make(sandbox: Sandbox) -> None:
    """LS254: such files are processed in the directories of site only."""
    install(sandbox, "zopx.event", "4", {"zopx.event-4-nspkg.pth": "import sys\n"})
    cause = next(cause for cause in loadstone.explain("zopx.event").causes if cause.code == "LS254")
    assert f"{sandbox.root}/site/zopx.event-4-nspkg.pth makes the namespace package 'zopx'" in cause.evidence
    assert "LS217" not in codes("zopx.event"), "that is no source file under another name"


def test_names_that_the_metadata_tells(sandbox: Sandbox) -> None:
    """LS201: PEP 794's Import-Name tells the modules where there is no list of them."""
    names = "Import-Name: told ; private\nImport-Name: space.part\nImport-Namespace: space\n"
    info = sandbox.root / "site" / "Teller-1.dist-info"
    sandbox.write({"site/Teller-1.dist-info/METADATA": f"Name: Teller\nVersion: 1\n{names}"})
    sandbox.on_path("site")
    assert info.is_dir()
    assert first("told").code == first("space").code == "LS201"


def test_this_environment_is_whole() -> None:
    """Of what is installed here nothing is told that is not so."""
    for name in ("pytest", "attrs", "loadstone"):
        assert [cause.code for cause in loadstone.explain(name, load=True).causes] == []


def test_code_of_others_that_uses_what_is_gone(sandbox: Sandbox) -> None:
    """LS252: a distribution that uses what another has lost is to be renewed, not edited."""
    install(sandbox, "Jinja2", "3.1.4", {"jinja2/__init__.py": ""})
    install(
        sandbox,
        "Flusk",
        "1.1",
        {"flusk.py": "from jinja2 import escape\n"},
        headers="Requires-Dist: jinja2\n",
    )
    cause = first("flusk", load=True)
    assert cause.code == "LS252"
    assert cause.remedy.startswith("Install a newer version of Flusk: ")
    assert "or an older version of Jinja2: " in cause.remedy


def test_the_wrong_distribution_of_a_module_that_a_program_uses(sandbox: Sandbox) -> None:
    """LS243 and LS244: of what fails further in, and of what a program asks in vain."""
    install(sandbox, "serial", "0.0.97", {"serial/__init__.py": ""})
    install(sandbox, "fitz", "0.0.1", {"fitz/__init__.py": "import frontend_\n"})
    sandbox.write({"one.py": "import serial\nserial.Serial()\n", "two.py": "import fitz\n"}, on_path=True)
    for name, right in (("one", "pyserial"), ("two", "PyMuPDF")):
        cause = next(cause for cause in loadstone.explain(name, load=True).causes if cause.code == "LS243")
        assert cause.remedy.endswith(f"install {right}"), name
    assert first("two", load=True).code == "LS243"
    install(sandbox, "PyJWT", "2.8", {"jwt/__init__.py": "encode = 1\n"})
    install(sandbox, "jwt", "1.3", {"jwt/__init__.py": "JWT = 1\n"})
    sandbox.write({"three.py": "from jwt import encode\n"})
    assert first("three", load=True).code == "LS244"


def test_a_version_that_a_message_complains_of(sandbox: Sandbox) -> None:
    """LS247: proved where the exception names the distribution, else only possible."""
    install(sandbox, "p-core", "2.20", {"p_core.py": ""})
    required = "Requires-Dist: p-core==2.27\n"
    raises = "raise SystemError('the installed p_core version is wrong')\n"
    install(sandbox, "pyd", "2", {"pyd.py": raises, "pye.py": "raise SystemError('no')\n"}, headers=required)
    cause = first("pyd", load=True)
    assert (cause.code, cause.proved) == ("LS247", True)
    assert cause.evidence.startswith("pyd 2 requires p-core==2.27, and p-core 2.20 is installed")
    found = loadstone.explain("pye", load=True).causes
    assert [(cause.code, cause.proved) for cause in found] == [("LS220", True), ("LS247", False)]


def test_a_distribution_for_another_python(sandbox: Sandbox) -> None:
    """LS247: what fails says itself that it is not for this version of Python."""
    newer = {"headers": "Requires-Python: >=99\n"}
    install(sandbox, "Far", "1", {"far.py": "import nosuch_\n", "far2.py": "print 1\n"}, **newer)  # type: ignore[arg-type]
    for name in ("far", "far2"):
        cause = next(cause for cause in loadstone.explain(name, load=True).causes if cause.code == "LS247")
        assert cause.evidence.startswith("Far 1 requires Python >=99, and this is Python 3."), name
    assert "LS247" not in codes("far")


def test_the_name_of_a_distribution_is_no_misspelt_module(sandbox: Sandbox) -> None:
    """LS202: what is asked for by the name of a distribution, with its hyphen."""
    install(sandbox, "Big-Thing", "1", {"bigthing/__init__.py": ""})
    assert first("big-thing").remedy == "Import one of them: bigthing."
    assert "its module is 'sklearn'" in first("scikit-learn").evidence
    assert "LS214" not in codes("scikit-learn")
    assert first("un-known").code == "LS214"


def test_stubs_are_no_module(sandbox: Sandbox) -> None:
    """LS202: stubs for type checkers are told beside what is to be installed."""
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    install(sandbox, "types-PyYAML", "6.0", {"yaml-stubs/__init__.pyi": ""})
    cause = first("yaml")
    assert cause.code == "LS202"
    assert cause.evidence.endswith("\ntypes-PyYAML 6.0 has only stubs for type checkers")


def test_a_module_that_a_version_has_lost(sandbox: Sandbox) -> None:
    """LS252: asked for by its name, without executing anything."""
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    install(sandbox, "scikit-learn", "1.5", {"sklearn/__init__.py": ""})
    cause = first("sklearn.cross_validation")
    assert cause.code == "LS252"
    assert cause.evidence == (
        "sklearn.cross_validation has left scikit-learn with 0.20; scikit-learn 1.5 is installed"
    )
    assert cause.remedy.startswith("Use sklearn.model_selection, or an older version of scikit-learn: ")


def test_extension_modules_of_another_numpy(sandbox: Sandbox) -> None:
    """LS247: what NumPy and those who were built for it say, with who it was."""
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    message = "numpy.dtype size changed, may indicate binary incompatibility. Expected 96, got 88"
    install(sandbox, "numpy", "2.1", {"numpy/__init__.py": ""})
    install(sandbox, "Fast", "1.2", {"fast.py": f"raise ValueError('{message}')\n"})
    cause = first("fast", load=True)
    assert cause.code == "LS247"
    assert cause.evidence == (
        "Fast 1.2 was built for another version of NumPy than numpy 2.1, which is installed"
    )
    assert bare(cause.remedy).endswith("install numpy<2")


def test_a_namesake_in_small_letters(sandbox: Sandbox) -> None:
    """LS202 before LS212: a well-known module is not had by renaming another distribution's."""
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    install(sandbox, "crypto", "1.4", {"crypto/__init__.py": ""})
    found = codes("Crypto")
    assert found[0] == "LS202"
    assert found.index("LS212") > 0


def test_a_conflict_that_pkg_resources_finds(sandbox: Sandbox) -> None:
    """LS247: what it was asked for, and what it has found."""
    source = "class VersionConflict(Exception): pass\nraise VersionConflict('corex 1.0', 'corex>=2')\n"
    sandbox.write({"script.py": source}, on_path=True)
    cause = first("script", load=True)
    assert cause.code == "LS247"
    assert cause.evidence == "corex>=2 is required, and corex 1.0 is installed"


def test_a_link_to_a_project_that_has_moved(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """LS249: what `setup.py develop` leaves is a link, and the metadata is where the project was."""
    gone = sandbox.root / "gone"
    sandbox.write({"site/Old-Tool.egg-link": f"{gone}\n.", "site/easy-install.pth": f"{gone}\n"})
    monkeypatch.setattr(installations, "site_directories", lambda: [str(sandbox.root / "site")])
    cause = first("old_tool.main")
    assert cause.code == "LS249"
    assert cause.evidence == (
        f"{sandbox.root}/site/Old-Tool.egg-link is an editable install of {gone}, which is not there"
    )
    assert "uninstall Old-Tool" in cause.remedy
    gone.mkdir()
    assert "LS249" not in codes("old_tool.main")


def test_a_name_of_a_namespace_package(sandbox: Sandbox) -> None:
    """LS240: `from google.cloud import storage`, where others have parts of google.cloud."""
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    for name in [name for name in sys.modules if name.partition(".")[0] == "google"]:
        del sys.modules[name]
    install(sandbox, "google-cloud-core", "2", {"google/cloud/_helpers/__init__.py": ""})
    sandbox.write({"uses.py": "from google.cloud import storage\n"}, on_path=True)
    cause = first("uses", load=True)
    assert cause.code == "LS240"
    assert cause.remedy.endswith("install google-cloud-storage")


def test_a_finder_that_tells_of_files_that_have_moved(sandbox: Sandbox) -> None:
    """LS249: found by a finder of an editable install that does not look, and not to be loaded."""
    project = sandbox.root / "gone"
    editable(sandbox, "redir", project, "redir")

    class Redirecting:
        """As the one that scikit-build-core installs."""

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name != "redir":
                return None
            return spec_from_file_location(name, project / "redir" / "__init__.py")

    sys.meta_path.insert(0, Redirecting())
    explanation = loadstone.explain("redir")
    assert explanation.found
    assert explanation.causes[0].code == "LS249"
    assert (
        explanation.causes[0].evidence == f"redir 1.0 is an editable install of {project}, which is not there"
    )


def test_a_file_that_the_package_itself_imports_is_gone(sandbox: Sandbox) -> None:
    """LS201: an import of a submodule by its package makes it no name that could be imported from there."""
    source = "from .core import Thing\nfrom .other import other\n"
    place = install(sandbox, "Torn", "1", {"torn/__init__.py": source, "torn/core.py": "Thing = 1\n"})
    (place / "torn" / "core.py").unlink()
    cause = first("torn", load=True)
    assert cause.code == "LS201"
    assert cause.evidence.startswith("Torn 1 has torn/core.py, by its own list, and it is not there\n")
    assert first("torn.core").code == "LS201"
    assert "LS246" not in codes("torn.other"), "that is a name in the package"


def test_the_extra_of_the_one_that_imports(sandbox: Sandbox) -> None:
    """LS241 stands first, where the distribution that imports the module has an extra for it."""
    sys.path[:] = [entry for entry in sys.path if "site-packages" not in entry]
    for name in [name for name in sys.modules if name.partition(".")[0] == "yaml"]:
        del sys.modules[name]
    extra = "Provides-Extra: cfg\nRequires-Dist: PyYAML>=6; extra == 'cfg'\n"
    install(sandbox, "Other", "1", {"other.py": ""}, headers=extra.replace("cfg", "conf"))
    install(sandbox, "Engine", "3.1", {"engine.py": "import yaml\n"}, headers=extra)
    cause = first("engine", load=True)
    assert cause.code == "LS241"
    assert cause.evidence.startswith("'yaml' comes with 'PyYAML'; Engine 3.1 has the extra 'cfg'")
    assert bare(cause.remedy).endswith("install Engine[cfg]")
    assert bare(first("yaml").remedy).endswith("install PyYAML"), "asked for by itself"


def test_the_project_of_the_code_that_fails(sandbox: Sandbox) -> None:
    """LS242: the project is that of the file that imports the module, wherever this happens."""
    sandbox.write({"app/requirements.txt": "tool-box>=3\n", "app/code/mine.py": "import tool_box.x\n"})
    sandbox.on_path("app/code")
    cause = first("mine", load=True)
    assert cause.code == "LS242"
    assert f"{sandbox.root}/app/requirements.txt asks for tool-box>=3, which is not" in cause.evidence
    assert cause.remedy.endswith(f"install -r {sandbox.root}/app/requirements.txt")
