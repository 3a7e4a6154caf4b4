"""The table of wording for cues, and where its phrases stand in a text.

A phrase is words, compared by their stems. `a/b` is either word, `=word` that form only, `...` up to three others,
`<child>` any word of that class, and `^` at its head the beginning of the text. A row of kind `class` puts a word into
a class; one of kind `none` hides shorter phrases inside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from communityconnector.needs.cues.spelling import Spelling
from communityconnector.needs.cues.text import Token, Word, normal, plain
from communityconnector.needs.tables import rows_of
from communityconnector.needs.words import stem

CLASS: Final = "class"
NONE: Final = "none"
_GAP: Final = "..."
_BEGINNING: Final = "^"
_MOST_SKIPPED: Final = 3
_MOST_WORDS: Final = 8192
_NO_CLASS: Final[set[str]] = set()


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

    def after(self, part: str) -> _Node:
        """Return the node that a part of a phrase leads to."""
        if part == _GAP:
            self.gap = self.gap or _Node()
            return self.gap
        key = _key(part)
        if key not in self.steps:
            self.steps[key] = _Node()
        return self.steps[key]


class Table:
    """Phrases that say something about a person, found in one pass, and classes of words.

    Args:
        rows: rows with `phrase`, `kind`, `value`, `language` and `unless`.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        self._root = _Node()
        self._root.steps[_BEGINNING] = _Node()
        self._classes: dict[str, set[str]] = {}
        self.word = lru_cache(maxsize=_MOST_WORDS)(self._word)
        """Return what is known of a folded word."""
        self._known: set[str] = set()
        phrases = []
        spelled: dict[str, set[str]] = {"en": set(), "es": set()}
        for row in rows:
            words = [word.split("/") for word in plain(row["phrase"]).split()]
            if row["kind"] == CLASS:
                for word in words[0]:
                    self._classes.setdefault(_key(word), set()).add(row["value"])
            else:
                phrases.append((words, row))
            spelled[row["language"]].update(normal(part.removeprefix("=")) for word in words for part in word)
        for words, row in phrases:
            self._add(words, row)
        for word in filter(str.isalpha, spelled["es"] - spelled["en"]):
            self._classes.setdefault(f"={word}", set()).add("spanish")
        whole = spelled["en"] | spelled["es"]
        self._known = {stem(word) for word in whole}
        self._spelling = Spelling(whole)

    def _add(self, words: list[list[str]], row: Mapping[str, str]) -> None:
        forms = (f"={normal(part.removeprefix('='))}" for word in words for part in word)
        negates = any("negative" in self._classes.get(form, _NO_CLASS) for form in forms)
        unless = frozenset(stem(normal(word)) for word in plain(row["unless"] or "").split())
        rule = Rule(row["kind"], tuple(row["value"].split(";")), unless, negates)
        nodes = [self._root]
        for word in words:
            nodes = [node.after(part) for node in nodes for part in word]
        for node in nodes:
            node.rules.append(rule)

    def _word(self, word: str) -> Word:
        stemmed = stem(word)
        if stemmed not in self._known:
            word = self._spelling.meant(word)
            stemmed = stem(word)
        classes = self._classes.get(stemmed, _NO_CLASS) | self._classes.get(f"={word}", _NO_CLASS)
        keys = (stemmed, f"={word}", *(f"<{name}>" for name in sorted(classes)))
        return Word(word, stemmed, frozenset(classes), keys)

    def hits(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """Yield the phrases that stand in a text."""
        beginning = self._root.steps[_BEGINNING]
        for first in range(len(tokens)):
            open_nodes = [(self._root, first)] if first else [(self._root, 0), (beginning, 0)]
            while open_nodes:
                node, position = open_nodes.pop()
                for rule in node.rules:
                    yield Hit(rule, first, position - 1)
                if position == len(tokens) or tokens[position].clause != tokens[first].clause:
                    continue
                open_nodes.extend(
                    (node.steps[key], position + 1) for key in tokens[position].keys if key in node.steps
                )
                if node.gap is None:
                    continue
                for after in range(position, min(position + _MOST_SKIPPED + 1, len(tokens))):
                    if tokens[after].clause != tokens[position - 1].clause:
                        break
                    open_nodes.extend(
                        (node.gap.steps[key], after + 1)
                        for key in tokens[after].keys
                        if key in node.gap.steps
                    )


def longest(hits: Iterable[Hit]) -> list[Hit]:
    """Return hits without those inside a longer one or a second time at the same words, in the order of the text."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.first, -hit.last)):
        if not kept or hit.last > kept[-1].last:
            kept.append(hit)
    return kept


@cache
def _key(part: str) -> str:
    """Return what a word of a phrase is compared by: a class, one form only, or its stem."""
    if part.startswith(("<", "=")) or part == _BEGINNING:
        return part
    return stem(normal(part))


@cache
def table() -> Table:
    """Return the table of `needs/data/situations.csv`."""
    return Table(rows_of("situations.csv"))
