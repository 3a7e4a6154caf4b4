"""Settings of the documentation. Build it with `python -m sphinx -W -b html docs docs/_build`."""

import re
from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "communityconnector"
author = "The communityconnector developers"
copyright = f"2026, {author}"  # noqa: A001  # Sphinx reads this name
release = version = version_of("communityconnector")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "communityconnector"
html_show_copyright = False

myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

_CODE = re.compile(r"(?<![`:\w])`([^`\n]+)`(?!`)(\w*)")


def _plain_backticks(*event: object) -> None:
    """Docstrings mark code as Markdown does, `so`; reStructuredText wants two backticks."""
    lines = event[-1]
    if isinstance(lines, list):
        lines[:] = [
            _CODE.sub(lambda found: f"``{found[1]}``" + rf"\ {found[2]}" * bool(found[2]), line)
            for line in lines
        ]


def setup(app: Sphinx) -> None:
    """Take part in the build: Sphinx calls this."""
    app.connect("autodoc-process-docstring", _plain_backticks, priority=400)
