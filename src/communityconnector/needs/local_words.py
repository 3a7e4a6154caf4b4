"""A library's own words, from one CSV: local names of needs, needs of its own, and names that are no need.

The file is a librarian's. Its faults are reported all at once, each with its row as a spreadsheet program numbers it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.needs.learned.labels import NOT_A_NEED
from communityconnector.needs.local_rows import Problems, Row, is_weight, read_rows, suggestion
from communityconnector.needs.vocabulary import Concept, Phrase, Vocabulary, Wellness, shares_of
from communityconnector.needs.words import STOP_WORDS, fold, words_of

REQUIRED: Final = ("phrase", "concept")
"""The columns that a file of local words must have."""
OPTIONAL: Final = ("weight", "language", "name", "definition", "parent", "dimensions", "sensitive", "notes")
"""The columns that it may have. `notes` is for the librarian alone."""

_LONGEST_PHRASE: Final = 200
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


def add_words(words: Vocabulary, path: str | os.PathLike[str]) -> Vocabulary:
    """Return a vocabulary with the words of a file (see `Vocabulary.with_words`)."""
    return _Addition(words, path).result()


class _Addition:
    """The words of a file, as they are added to a vocabulary."""

    def __init__(self, words: Vocabulary, path: str | os.PathLike[str]) -> None:
        self._words = words
        self._path = path
        self._problems = Problems(path)
        self._rows = read_rows(path, REQUIRED, OPTIONAL)

    def result(self) -> Vocabulary:
        """Return the vocabulary with the words.

        Raises:
            InvalidWordsError: a row cannot be used.
        """
        concepts = {**self._words.concepts, **self._new_concepts()}
        phrases = [phrase for row in self._rows for phrase in self._phrases(row, concepts)]
        self._problems.raise_if_any()
        no_needs = [phrase.words for phrase in phrases if phrase.concept == NOT_A_NEED]
        needs = {_key(phrase): phrase for phrase in phrases if phrase.concept != NOT_A_NEED}
        changed = {phrase.concept for phrase in phrases}
        return attrs.evolve(
            self._words,
            concepts=MappingProxyType(concepts),
            # A row takes the place of the phrase that was there, so that its weight counts.
            phrases=(
                *(p for p in self._words.phrases if p.concept not in changed or _key(p) not in needs),
                *needs.values(),
            ),
            library_business=tuple(dict.fromkeys((*self._words.library_business, *no_needs))),
        )

    def _new_concepts(self) -> dict[str, Concept]:
        """Return the needs that the file describes, each with what it leaves out taken from its parent."""
        described: dict[str, Row] = {}
        names = {fold(concept.name): key for key, concept in self._words.concepts.items()}
        for row in self._rows:
            key, name = row["concept"], row["name"]
            known = self._words.concepts.get(key)
            if not name or (known is not None and fold(known.name) == fold(name)):
                continue
            if known is not None:
                self._problems.add(
                    row, f"{key!r} is already a need: leave `name` empty, or choose another id"
                )
            elif key == NOT_A_NEED:
                self._problems.add(row, f"{NOT_A_NEED!r} takes no `name`: leave it empty")
            elif not _ID.fullmatch(key):
                self._problems.add(
                    row, "the id of a new need has small letters, digits and hyphens: bike-repair"
                )
            elif key in described and fold(described[key]["name"]) != fold(name):
                first = described[key].number
                self._problems.add(
                    row, f"row {first} gives {key!r} another name: give it one, or leave `name` empty here"
                )
            elif names.get(fold(name), key) != key:
                self._problems.add(
                    row, f"the need {names[fold(name)]!r} has this name: use its id, or another name"
                )
            else:
                names[fold(name)] = key
                described.setdefault(key, row)
        concepts: dict[str, Concept] = {}
        for key in described:
            self._describe(key, described, concepts)
        return concepts

    def _describe(self, key: str, described: Mapping[str, Row], concepts: dict[str, Concept]) -> None:
        """Add a new need to concepts, after its parents."""
        line = [key]
        while (parent := described[line[-1]]["parent"]) in described and parent not in concepts:
            if parent in line:
                row = described[key]
                self._problems.add(row, "it is its own parent: name a broader need in `parent`, or none")
                return
            line.append(parent)
        for each in reversed(line):
            row = described[each]
            above = concepts.get(row["parent"]) or self._words.concepts.get(row["parent"])
            if row["parent"] and above is None:
                near = suggestion(row["parent"], self._words.concepts, described)
                self._problems.add(row, f"`parent` is unknown; {near}")
            concepts[each] = Concept(
                id=each,
                name=row["name"],
                definition=row["definition"],
                parent=row["parent"],
                wellness=self._wellness(row) or (above.wellness if above else {}),
                sensitive=self._sensitive(row) | (above.sensitive if above else frozenset()),
            )

    def _sensitive(self, row: Row) -> frozenset[str]:
        tags = frozenset(filter(None, map(str.strip, row["sensitive"].split(";"))))
        known = {tag for concept in self._words.concepts.values() for tag in concept.sensitive}
        if tags - known:
            self._problems.add(row, f"`sensitive` has an unknown tag; there are: {', '.join(sorted(known))}")
        return tags

    def _wellness(self, row: Row) -> Mapping[Wellness, float]:
        try:
            shares = shares_of(row["dimensions"])
        except ValueError:
            shares = {}
        total = sum(shares.values())
        if row["dimensions"] and not (abs(total - 1) < 0.001 and all(share > 0 for share in shares.values())):
            known = ", ".join(Wellness)
            self._problems.add(
                row, f"`dimensions` are shares that add up to 1: physical:0.7;social:0.3 (there are: {known})"
            )
        return shares

    def _phrases(self, row: Row, concepts: Mapping[str, Concept]) -> Iterator[Phrase]:
        """Yield the phrase of a row, if it can be used."""
        key, phrase, weight, language = (
            row["concept"],
            fold(row["phrase"]),
            row["weight"],
            row["language"].lower(),
        )
        before = len(self._problems)
        parts = words_of(phrase)
        if not parts or len(phrase) > _LONGEST_PHRASE:
            self._problems.add(
                row,
                f"`phrase` needs words of Latin letters or digits, {_LONGEST_PHRASE} letters in all at most",
            )
        elif STOP_WORDS.issuperset(parts):
            self._problems.add(
                row, "`phrase` has only words that stand in nearly every question: add a word that is its own"
            )
        if key not in concepts and key != NOT_A_NEED:
            near = suggestion(key, self._words.concepts, concepts)
            self._problems.add(row, f"`concept` is unknown; {near} For a new need, fill in `name`")
        if weight and not is_weight(weight):
            self._problems.add(
                row, "`weight` is a number above 0, at most 1: 1.0 for words that mean only this"
            )
        if language and not _LANGUAGE.fullmatch(language):
            self._problems.add(row, "`language` is a code, such as en or es, or empty for any")
        if len(self._problems) == before:
            yield Phrase(row["phrase"].lower(), key, float(weight or 1), language)


def _key(phrase: Phrase) -> tuple[tuple[str, ...], str]:
    return words_of(phrase.words), phrase.concept
