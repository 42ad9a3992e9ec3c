"""A program with a dozen import hooks of different people, which imports real packages through them."""

import sys
import warnings

import hy  # noqa: F401
import importers
import wrapt
from beartype.claw import beartype_package

import loadstone

importers.put_on_path()
importers.six_moves()
importers.typeguard_hook()
importers.pytest_rewriting()
importers.importnb_notebooks()
importers.scikit_build_core_editable()
sys.meta_path.append(importers.setuptools_editable())
# Its loader lets no other hook in: it gets what nobody else finds.
sys.meta_path.remove(ideas_finder := importers.ideas_hook())
sys.meta_path.append(ideas_finder)

beartype_package("kitpkg")
wrapt.register_post_import_hook(lambda module: module.__dict__.update(seen_by_wrapt=True), "requests")


class Note(loadstone.Transform):
    def transform_source(self, text, spec):
        return text + "\nnoted = True\n"


loadstone.install(Note(["kitpkg", "kitpkg.*"]))
loadstone.install(importers.memory_tree())
loadstone.when_imported("requests", lambda module: module.__dict__.update(seen_by_loadstone=True))
loadstone.lazy("colorsys")


def main():
    """Import real packages, and what the hooks act on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import colorsys

        import kitbook
        import kitpkg.mod
        import requests
        from six.moves.urllib.parse import quote

        try:
            import no_such_package  # noqa: F401
        except ImportError:
            pass
    assert quote("ä")
    assert colorsys.rgb_to_hsv(1, 0, 0)
    assert kitbook.x == 1
    assert kitpkg.mod.noted
    assert requests.seen_by_wrapt
    assert requests.seen_by_loadstone


if __name__ == "__main__":
    main()
