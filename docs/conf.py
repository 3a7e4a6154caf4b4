"""Settings of the documentation. Build it with `python -m sphinx -W -b html docs docs/_build`."""

from importlib.metadata import version as version_of

project = "communityconnector"
author = "The communityconnector developers"
copyright = f"2026, {author}"  # noqa: A001  # Sphinx reads this name
release = version = version_of("communityconnector")

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "communityconnector"
html_show_copyright = False

myst_heading_anchors = 3
