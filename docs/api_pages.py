"""Write the pages of `docs/reference/api` and `rooms.md` from the docstrings: `python docs/api_pages.py`.

A page of `api` stands for a room or for a class of the face. Tests fail when a page is out of date.
"""

from __future__ import annotations

import ast
import functools
import json
import re
import sys
from collections.abc import Iterator
from enum import Enum
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import NamedTuple

from api_source import (
    ROOT,
    Item,
    class_signature,
    decorated,
    function_signature,
    home,
    item,
    methods,
    public_names,
    string_of,
    targets,
)

from communityconnector import errors

FOLDER = Path(__file__).parent / "reference" / "api"
INDEX = FOLDER.parent / "api.md"
ROOMS = FOLDER.parent / "rooms.md"
COMMAND = "python docs/api_pages.py"
NOTE = f"<!-- Written by `{COMMAND}` from the docstrings. Change those. -->"
ROOMS_INTRO = (
    "Every room of `src/communityconnector` and its files, each with the first line of its docstring. The "
    "[map](../explanation/architecture.md) shows how the rooms lie above each other."
)
SECTIONS = ("Args", "Attributes", "Returns", "Yields", "Raises", "Example")


class Page(NamedTuple):
    """A page of the reference.

    Attributes:
        title: its heading.
        intro: what stands under the heading; by default what the first module says of itself.
        parts: modules, of which every public name is described, and single names as `module:Name`.
        without: names of these modules that are not promised.
    """

    title: str
    parts: tuple[str, ...]
    intro: str = ""
    without: frozenset[str] = frozenset()


PAGES = {
    "connector": Page(
        "Connector",
        ("connector:Connector", "async_connector:AsyncConnector", "desk_options:MatchingOptions", "desk_options:MessageOptions"),
        "A desk: open one, load a directory, match needs, make referrals and follow them.",
    ),
    "desk-directory": Page(
        "desk.directory", ("stored_directory:StoredDirectory", "directory_store:Loaded"), "The directory in a desk's storage."
    ),
    "desk-referrals": Page(
        "desk.referrals",
        ("desk:Referrals", "desk:ReferralRequest", "desk:DueReferral", "desk:DueReport"),
        "Making referrals, carrying them on and showing them. [Referrals, end to end](../../explanation/referrals.md) says how it hangs together.",
    ),
    "desk-parts": Page(
        "The other parts of a desk",
        ("desk",),
        "`desk.messages`, `desk.links`, `desk.webhooks`, `desk.privacy`, `desk.statistics` and `desk.audit`, and what their calls return.",
        frozenset({"Desk", "DeskContext", "Ledger", "ServiceSummary", "Referrals", "ReferralRequest", "DueReferral", "DueReport"}),
    ),
    "partners": Page("communityconnector.partners", ("partners", "partners.table:read_visits")),
    "matcher": Page("Matcher", ("matcher:Matcher", "sample_directory:sample"), "Needs matched with a directory in memory."),
    "needs": Page("communityconnector.needs", ("needs", "needs.placement")),
    "semantic": Page(
        "communityconnector.needs.semantic",
        ("needs.semantic.encoder", "needs.semantic.head:Head", "needs.semantic.anchors:anchors", "adapters.sentence_encoder:SentenceEncoder"),
        "Sentence encoders. [Understand more with an encoder](../../how-to/understand-more-with-an-encoder.md) says what they are for.",
    ),
    "matching": Page(
        "communityconnector.matching",
        ("matching", "matching.schedules.hours:status", "matching.schedules.hours:Hours", "matching.schedules.hours:Open"),
    ),
    "coverage": Page("communityconnector.coverage", ("coverage", "coverage.measures")),
    "model": Page("communityconnector.model", ("model",), without=frozenset({"Agency"})),
    "interchange": Page(
        "communityconnector.interchange",
        ("interchange", "interchange.checks.profiles", "interchange.checks.validation", "adapters.hsds_api"),
    ),
    "referrals": Page("communityconnector.referrals", ("referrals",)),
    "other-systems": Page(
        "Referrals in other systems",
        ("referrals.mappings", "referrals.fhir"),
        "What other systems call the states of a referral, and referrals as FHIR resources.",
    ),
    "storage": Page(
        "communityconnector.storage",
        ("storage", "adapters.sql:open_storage", "adapters.sql:create_storage", "adapters.sql:migrate", "adapters.memory:MemoryStorage"),
    ),
    "notification": Page(
        "communityconnector.notification",
        (
            "notification", "adapters.console:ConsoleNotifier", "adapters.smtp:SmtpNotifier",
            "adapters.webhook:WebhookNotifier", "adapters.apprise:AppriseNotifier",
        ),
    ),
    "webhooks": Page("communityconnector.webhooks", ("webhooks",)),
    "encryption": Page("communityconnector.encryption", ("encryption", "adapters.crypto:AesGcmKeyring")),
    "geocoding": Page("communityconnector.geocoding", ("geocoding", "adapters.us_zip:UsZipGeocoder")),
    "travel": Page("communityconnector.travel", ("travel",)),
    "settings": Page("communityconnector.settings", ("settings",)),
    "plugins": Page(
        "communityconnector.plugins",
        ("plugins:Plugins", "plugins:PluginReport", "plugins:PluginState", "hookspecs"),
        "The plugins of a desk, and what a plugin may declare. [Hooks](../hooks.md) describes the hooks themselves.",
    ),
    "testing": Page(
        "communityconnector.testing",
        (
            "testing.storage:StorageContract", "testing.notifiers:NotifierContract", "testing.geocoders:GeocoderContract",
            "testing.exporters:ExporterContract", "testing.interpreters:InterpreterContract", "testing.encoders:EncoderContract",
            "testing.fixtures:MakePlugins", "testing.strategies",
        ),
        "Contracts that prove a storage, a notifier, a geocoder, an exporter, an interpreter or an encoder, and strategies for hypothesis.",
    ),
    "relevance": Page(
        "communityconnector.testing.relevance",
        ("testing.relevance", "testing.relevance.measures"),
        without=frozenset({"Agreement", "Estimate", "services", "words"}),
    ),
    "relevance-of-words": Page(
        "communityconnector.testing.relevance.words",
        ("testing.relevance.words", "testing.relevance.words.measured"),
    ),
    "relevance-of-services": Page(
        "communityconnector.testing.relevance.services",
        ("testing.relevance.services", "testing.relevance.services.measured"),
    ),
    "errors": Page("communityconnector.errors", ("errors",)),
}  # fmt: skip


def items(page: Page) -> Iterator[Item]:
    """Yield what a page describes."""
    for part in page.parts:
        module, _, name = part.partition(":")
        module = f"{ROOT}.{module}"
        for each in [name] if name else public_names(module):
            if each not in page.without:
                yield item(module, each)


# Docstrings


@functools.cache
def places() -> dict[str, str]:
    """Return where each class, function and method is described; not those names that stand on two pages."""
    found: dict[str, str] = {}
    for slug, page in PAGES.items():
        for each in items(page):
            names = [each.name]
            if isinstance(each.node, ast.ClassDef):
                names += [f"{each.name}.{part.name}" for part in methods(each.node)]
            for name in names:
                anchor = "" if slug == "errors" else "#" + name.lower().replace(".", "")
                found[name] = "" if name in found else f"{slug}.md{anchor}"
    return {name: place for name, place in found.items() if place}


def linked(text: str) -> str:
    """Return a text in which classes of the reference and their methods are links. Small names may mean arguments."""
    return re.sub(
        r"(?<![`\[])`(?:cc\.)?([A-Z]\w+(?:\.\w+)?)`(?![`\]])",
        lambda match: f"[{match[0]}]({places()[match[1]]})" if match[1] in places() else match[0],
        text,
    )


def sections(documentation: str) -> dict[str, str]:
    """Return a docstring's sections by name; what comes first is under an empty name."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in documentation.splitlines():
        if line.removesuffix(":") in SECTIONS and line.endswith(":"):
            name = line.removesuffix(":")
            found[name] = []
        else:
            if line and not line.startswith(" "):
                name = ""
            found[name].append(line)
    return {name: cleandoc("\n" + "\n".join(lines)) for name, lines in found.items()}


def prose(text: str) -> str:
    """Return a docstring's text as Markdown: paragraphs in one line each, examples as blocks."""
    blocks: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        lines = paragraph.splitlines()
        if any(line.lstrip().startswith(">>>") for line in lines):
            start = next(number for number, line in enumerate(lines) if line.lstrip().startswith(">>>"))
            if start:
                blocks.append(" ".join(line.strip() for line in lines[:start]))
            example = cleandoc("\n" + "\n".join(lines[start:]))
            blocks.append(f"```python\n{example}\n```")
        elif lines and lines[0].startswith("    "):
            blocks.append("```text\n" + cleandoc("\n" + paragraph) + "\n```")
        elif lines and lines[0].startswith("- "):
            blocks.append(linked("\n".join(lines)))
        else:
            blocks.append(linked(" ".join(line.strip() for line in lines)))
    return "\n\n".join(block for block in blocks if block)


def listed(text: str) -> list[str]:
    """Return the entries of a section as list items: `name: what it is`, over one or more lines."""
    entries: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and entries:
            entries[-1] += " " + line.strip()
        elif line.strip():
            entries.append(line)
    return [
        f"- {linked(f'`{name}`')}: {linked(rest.strip())}"
        for name, _, rest in (entry.partition(":") for entry in entries)
    ]


def described(documentation: str) -> list[str]:
    """Return a docstring as blocks of Markdown."""
    found = sections(documentation)
    blocks = [prose(found.pop(""))]
    for name, text in found.items():
        if name in ("Returns", "Yields"):
            blocks.append(f"**{name}:** {linked(' '.join(text.split()))}")
        elif name == "Example":
            blocks.append(prose(text))
        else:
            blocks += [f"**{'Arguments' if name == 'Args' else name}:**", "\n".join(listed(text))]
    return [block for block in blocks if block]


# Pages


def described_class(found: Item) -> Iterator[str]:
    """Yield what a page says of a class."""
    cls, node = found.value, found.node
    assert isinstance(node, ast.ClassDef)  # noqa: S101  # the caller has looked
    yield f"```py\n{class_signature(cls, node)}\n```"
    yield from described(found.documentation)
    if issubclass(cls, Enum):
        yield "\n".join(_members(node, cls))
    elif "TypedDict" in map(ast.unparse, node.bases):
        yield "\n".join(f"- `{ast.unparse(part)}`" for part in node.body if isinstance(part, ast.AnnAssign))
    for part in methods(node):
        yield f"### `{node.name}.{part.name}`"
        if decorated(part, "property", "cached_property"):
            returns = f": {ast.unparse(part.returns)}" if part.returns else ""
            yield f"```py\n{part.name}{returns}\n```"
        else:
            overloads: list[ast.FunctionDef | ast.AsyncFunctionDef] = [
                other
                for other in node.body
                if isinstance(other, ast.FunctionDef)
                and other.name == part.name
                and decorated(other, "overload")
            ]
            shown = "\n".join(function_signature(each, part.name) for each in overloads or [part])
            yield f"```py\n{shown}\n```"
        yield from described(ast.get_docstring(part) or "")


def _members(node: ast.ClassDef, cls: type[Enum]) -> Iterator[str]:
    for part, following in zip(node.body, [*node.body[1:], None], strict=True):
        for name in targets(part):
            if name in cls.__members__:
                text = " ".join(string_of(following).split())
                yield f"- `{name}` = `{cls[name].value!r}`" + (f": {text}" if text else "")


def described_errors(found: list[Item]) -> Iterator[str]:
    """Yield the table of errors."""
    rows = []
    for error in found:
        text = " ".join(sections(error.documentation)[""].split())
        also = ", ".join(f"`{base.__name__}`" for base in error.value.__bases__)
        rows.append(f"| `{error.name}` | `{error.value.code}` | {also} | {linked(text)} |")
    yield "\n".join(["| error | code | is a | raised when |", "|---|---|---|---|", *rows])
    for error in found:
        if attributes := sections(error.documentation).get("Attributes"):
            yield f"`{error.name}` has more attributes:\n\n" + "\n".join(listed(attributes))


def page_text(page: Page) -> str:
    """Return a page as Markdown."""
    blocks = [NOTE, f"# {page.title}"]
    blocks += [page.intro] if page.intro else [prose(import_module(f"{ROOT}.{page.parts[0]}").__doc__ or "")]
    found = list(items(page))
    if page is PAGES["errors"]:
        blocks += described_errors([each for each in found if isinstance(each.value, type)])
        return "\n\n".join(blocks) + "\n"
    if len(found) > 3:
        blocks.append(" · ".join(f"[`{each.name}`](#{each.name.lower()})" for each in found))
    for each in found:
        blocks.append(f"## `{each.name}`")
        if isinstance(each.node, ast.ClassDef):
            blocks += described_class(each)
        elif isinstance(each.node, ast.FunctionDef):
            blocks.append(f"```py\n{function_signature(each.node, each.name)}\n```")
            blocks += described(each.documentation)
        else:
            annotation = getattr(each.node, "annotation", None)
            kind = f": {ast.unparse(annotation)}" if annotation else ""
            # The project's formatter must have nothing to change, so a long text is left out.
            if isinstance(each.value, str | int | float) and len(str(each.value)) < 50:
                kind += f" = {json.dumps(each.value)}"
            blocks += [f"```py\n{each.name}{kind}\n```", *described(each.documentation)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def face() -> str:
    """Return the table of what `import communityconnector as cc` gives, errors aside."""
    where = {
        (each.module, each.name): slug
        for slug, page in PAGES.items()
        if slug != "errors"
        for each in items(page)
    }
    rows = []
    for name in sorted(import_module(ROOT).__all__):
        if hasattr(errors, name) or name.startswith("__"):
            continue
        module = home(ROOT, name)
        # `Agency` is another name of `Organization`.
        own = getattr(getattr(import_module(module), name), "__name__", name)
        slug = where[home(module, own), own]
        documentation = sections(item(module, own).documentation)[""]
        first = " ".join(documentation.partition("\n\n")[0].split())
        rows.append(f"| [`{name}`](api/{slug}.md#{own.lower()}) | {first} |")
    return "\n".join(["| name | what it is |", "|---|---|", *rows])


def contents() -> str:
    """Return the table of pages."""
    rows = []
    for slug, page in PAGES.items():
        text = (
            page.intro or prose(import_module(f"{ROOT}.{page.parts[0]}").__doc__ or "").partition("\n\n")[0]
        )
        text = re.sub(r"\]\((?!\.\./)", "](api/", text).replace("](../", "](")
        rows.append(f"| [{page.title}](api/{slug}.md) | {text} |")
    return "\n".join(["| page | holds |", "|---|---|", *rows])


def rooms() -> str:
    """Return the page of every room and file, each with the first sentence of its docstring."""
    package = Path(str(import_module(ROOT).__file__)).parent
    blocks = [
        NOTE,
        "# Rooms and files",
        ROOMS_INTRO,
    ]
    tops: dict[str, list[str]] = {}
    for path in sorted(
        package.rglob("*.py"), key=lambda path: (path.parent.parts, path.name != "__init__.py", path.name)
    ):
        relative = path.relative_to(package)
        name = (
            str(relative.parent) if path.name == "__init__.py" and path.parent != package else str(relative)
        )
        text = " ".join(
            (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
            .partition("\n\n")[0]
            .split()
        )
        top = relative.parts[0] if len(relative.parts) > 1 else ""
        mark = "**" if path.name == "__init__.py" and top else ""
        tops.setdefault(top, []).append(f"| {mark}`{name}`{mark} | {text} |")
    for top, rows in sorted(tops.items()):
        blocks += [f"## {top or 'Single files'}", "\n".join(["| file | holds |", "|---|---|", *rows])]
    return "\n\n".join(blocks) + "\n"


def between(text: str, mark: str, inner: str) -> str:
    """Return a text with another text between two of its marks."""
    before, start, rest = text.partition(f"<!-- {mark} -->\n")
    _, end, after = rest.partition(f"<!-- end of {mark} -->")
    return f"{before}{start}\n{inner}\n\n{end}{after}"


def pages() -> dict[Path, str]:
    """Return every page that is written, by its path."""
    written = {FOLDER / f"{slug}.md": page_text(page) for slug, page in PAGES.items()}
    index = between(INDEX.read_text(encoding="utf-8"), "pages", contents())
    return {**written, ROOMS: rooms(), INDEX: between(index, "names", face())}


def main() -> None:
    """Write the pages, and delete those that no longer belong."""
    current = pages()
    FOLDER.mkdir(exist_ok=True)
    for path, text in current.items():
        path.write_text(text, encoding="utf-8")
    for path in FOLDER.glob("*.md"):
        if path not in current:
            path.unlink()
    sys.stdout.write(f"{len(current)} pages\n")


if __name__ == "__main__":
    main()
