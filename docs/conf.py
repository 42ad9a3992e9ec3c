"""Sphinx configuration."""

import loadstone

project = "Loadstone"
author = "Loadstone contributors"
copyright = "2026, Loadstone contributors"
version = release = loadstone.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "Loadstone"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
