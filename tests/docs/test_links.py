"""Links between pages lead to files, and to headings that are there. So do the paths that the page of promises names."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "src/**/*.md", "examples/**/*.md", "tests/**/*.md")
    for path in ROOT.glob(pattern)
    if "_build" not in path.parts
)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")


@functools.cache
def prose(page: Path) -> str:
    return FENCED.sub("", page.read_text(encoding="utf-8"))


def slug(heading: str) -> str:
    """The anchor that GitHub and Sphinx make of a heading."""
    words = re.sub(r"\]\([^)]*\)", "", heading).lower()
    return re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")


@functools.cache
def anchors(page: Path) -> set[str]:
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)}


def broken(page: Path, text: str) -> list[str]:
    found = []
    for link in LINK.findall(text):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page):
    assert broken(page, prose(page)) == []


def test_a_broken_link_is_seen():
    page = ROOT / "README.md"
    assert broken(page, "[a](nowhere.md) [b](#nothing-like-this) [c](docs/index.md#nor-this)") == [
        "nowhere.md",
        "#nothing-like-this",
        "docs/index.md#nor-this",
    ]


def test_the_page_of_promises_names_files_that_exist():
    text = prose(ROOT / "docs" / "explanation" / "promises.md")
    paths = [path for path in re.findall(r"`([\w./]+)`", text) if "/" in path]
    assert len(paths) > 40
    package = ROOT / "src" / "communityconnector"
    assert [path for path in paths if not (ROOT / path).exists() and not (package / path).exists()] == []


PACKAGE = ROOT / "src" / "communityconnector"
ROOMS = "|".join(path.stem for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists())
DOTTED = re.compile(rf"`(?:communityconnector\.)?((?:{ROOMS})(?:\.\w+)+)[`(]")
"""A name that is written with the rooms that it is in, such as `matching.schedules.hours.status`."""


def is_found(name: str) -> bool:
    """Whether the rooms and the module of a dotted name exist, and have the rest of it."""
    parts = name.split(".")
    place = PACKAGE
    while parts and (place / parts[0]).is_dir():
        place /= parts.pop(0)
    if parts and (module := place / f"{parts[0]}.py").exists():
        files = [module]
        parts.pop(0)
    elif len(parts) > 1 and parts[0].islower():
        return False  # a room or a module that is not there
    else:
        files = list(place.rglob("*.py"))
    words = {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}
    return words.issuperset(parts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_name_with_its_rooms_exists(page):
    named = {name for name in DOTTED.findall(prose(page)) if not name.startswith("desk.")}
    assert [name for name in sorted(named) if not is_found(name)] == []


def test_a_name_that_is_in_another_room_is_seen():
    assert is_found("matching.schedules.hours.status")
    assert not is_found("matching.hours.status")
    assert not is_found("interchange.validation.validate")
