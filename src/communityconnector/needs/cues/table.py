"""The table of wording for cues, and where its phrases stand in a text.

A phrase is words, compared by their stems. `a/b` is either word, `=word` that form only, `...` up to three others,
`<child>` any word of that class, and `^` at its head the beginning of the text. A row of kind `class` puts a word into a class; one of kind `none` hides shorter phrases inside it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from communityconnector.needs.cues.text import Token, normal, plain
from communityconnector.needs.words import stem

CLASS: Final = "class"
NONE: Final = "none"
_GAP: Final = "..."
_BEGINNING: Final = "^"
_MOST_SKIPPED: Final = 3


class Rule(NamedTuple):
    """A row of the table.

    Attributes:
        kind: the field of `Cues`, or `none`.
        values: what the phrase says there.
        unless: stems that take it back wherever they stand in the text.
        negates: whether the phrase itself holds a negative, so that another before it changes nothing.
    """

    kind: str
    values: tuple[str, ...]
    unless: frozenset[str]
    negates: bool


class Hit(NamedTuple):
    """A rule whose phrase stands in a text.

    Attributes:
        rule: the rule.
        first: number of its first word.
        last: number of its last word.
    """

    rule: Rule
    first: int
    last: int


class _Node:
    __slots__ = ("gap", "rules", "steps")

    def __init__(self) -> None:
        self.steps: dict[str, _Node] = {}
        self.gap: _Node | None = None
        self.rules: list[Rule] = []


NEGATIVES: Final = frozenset(
    "no not never none without wo aint isnt arent wasnt werent dont doesnt didnt cant cannot wont havent hasnt hadnt nobody"
    " sin nunca ni jamas tampoco neither nor lost out".split()
)


class Table:
    """Phrases that say something about a person, found in one pass.

    Args:
        rows: rows with `phrase`, `kind`, `value`, `language` and `unless`.

    Attributes:
        classes: the classes of words, by stem.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self.classes: dict[str, tuple[str, ...]] = {}
        self._root = _Node()
        self._root.steps[_BEGINNING] = _Node()
        for row in rows:
            words = plain(row["phrase"]).split()
            if row["kind"] == CLASS:
                for word in words[0].split("/"):
                    key = stem(normal(word))
                    self.classes[key] = (*self.classes.get(key, ()), f"<{row['value']}>")
                continue
            unless = frozenset(stem(normal(word)) for word in plain(row["unless"] or "").split())
            negates = not NEGATIVES.isdisjoint(
                word for part in words for word in map(normal, part.split("/"))
            )
            rule = Rule(row["kind"], tuple(row["value"].split(";")), unless, negates)
            for node in self._nodes(words):
                node.rules.append(rule)

    def _nodes(self, words: list[str]) -> list[_Node]:
        nodes = [self._root]
        for word in words:
            if word == _GAP:
                for node in nodes:
                    node.gap = node.gap or _Node()
                nodes = [node.gap for node in nodes if node.gap]
            else:
                keys = [_key(part) for part in word.split("/")]
                nodes = [node.steps.setdefault(key, _Node()) for node in nodes for key in keys]
        return nodes

    def hits(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Yield the phrases that stand in a text."""
        keys = [(token.stem, f"={token.word}", *self.classes.get(token.stem, ())) for token in tokens]
        beginning = self._root.steps[_BEGINNING]
        for first in range(len(tokens)):
            open_nodes = [(self._root, first)] if first else [(self._root, 0), (beginning, 0)]
            while open_nodes:
                node, position = open_nodes.pop()
                for rule in node.rules:
                    yield Hit(rule, first, position - 1)
                if position == len(tokens):
                    continue
                open_nodes.extend(
                    (node.steps[key], position + 1) for key in keys[position] if key in node.steps
                )
                if node.gap is None:
                    continue
                for after in range(position, min(position + _MOST_SKIPPED + 1, len(tokens))):
                    if tokens[after].clause != tokens[position - 1].clause:
                        break
                    open_nodes.extend(
                        (node.gap.steps[key], after + 1) for key in keys[after] if key in node.gap.steps
                    )

    def has_class(self, word_stem: str, name: str) -> bool:
        """Return whether a stem is of a class."""
        return f"<{name}>" in self.classes.get(word_stem, ())


def _key(part: str) -> str:
    """Return what a word of a phrase is compared by: a class, one form only, or its stem."""
    if part.startswith(("<", "=")) or part == _BEGINNING:
        return part
    return stem(normal(part))


@cache
def table() -> Table:
    """Return the table of `needs/data/situations.csv`."""
    data = files("communityconnector.needs") / "data" / "situations.csv"
    return Table(csv.DictReader(io.StringIO(data.read_text(encoding="utf-8"))))
