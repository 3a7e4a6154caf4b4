"""Importing the library costs little, loads nothing heavy and touches nothing outside."""

from __future__ import annotations

import subprocess
import sys


def in_fresh_python(code: str) -> str:
    """What a program of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=900
    )
    return done.stdout.strip()


def loaded_by(code: str) -> set[str]:
    """The modules that some code loads, beyond those with which Python began."""
    return set(
        in_fresh_python(
            f"import sys\nbefore = set(sys.modules)\n{code}\nprint(' '.join(sys.modules.keys() - before))"
        ).split()
    )


def test_import_loads_nothing_heavy():
    loaded = loaded_by("import communityconnector")
    assert "communityconnector" in loaded
    heavy = {
        "geopy",
        "sqlalchemy",
        "pandas",
        "numpy",
        "hypothesis",
        "pytest",
        "rich",
        "click",
        "dateutil",
        "cattrs",
    }
    assert heavy.isdisjoint(loaded)


def test_every_public_name_loads_without_heavy_packages():
    loaded = loaded_by("import communityconnector as cc\nfor name in cc.__all__: getattr(cc, name)")
    assert "communityconnector.matcher" in loaded
    assert {"geopy", "sqlalchemy", "pandas", "hypothesis", "rich", "click"}.isdisjoint(loaded)


def test_relevance_needs_no_extra():
    loaded = loaded_by("from communityconnector.testing import relevance\nassert relevance.words.read")
    assert {"hypothesis", "pytest"}.isdisjoint(loaded)


def test_import_opens_no_data_file_and_no_socket():
    code = (
        "import sys\n"
        "seen = []\n"
        "def hook(event, args):\n"
        "    if event.startswith('socket.') or event in ('os.putenv', 'subprocess.Popen'):\n"
        "        seen.append(event)\n"
        "    if event == 'open' and str(args[0]).endswith(('.csv', '.json')):\n"
        "        seen.append(str(args[0]))\n"
        "sys.addaudithook(hook)\n"
        "import communityconnector\n"
        "print(seen)"
    )
    assert in_fresh_python(code) == "[]"


def test_a_desk_opens_where_the_package_has_no_installed_metadata():
    """As from a copy of the source: `pip install --target` without metadata, a zip, a vendored folder."""
    code = (
        "import importlib.metadata as m\n"
        "def missing(name): raise m.PackageNotFoundError(name)\n"
        "m.version = missing\n"
        "import communityconnector as cc\n"
        "from importlib.resources import files\n"
        "file = files('communityconnector') / 'sample'\n"
        "with cc.Connector.open() as desk: desk.load(file)\n"
        "print(cc.__version__)"
    )
    assert in_fresh_python(code) == "unknown"
