"""A library's own words, from one CSV: local names of needs, needs of its own, and names that are no need.

The file is a librarian's. Its faults are reported all at once, each with its row as a spreadsheet program numbers it.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.errors import InvalidWordsError, SourceNotFoundError
from communityconnector.needs.learned.labels import NOT_A_NEED
from communityconnector.needs.suggestions import did_you_mean
from communityconnector.needs.vocabulary import Concept, Phrase, Vocabulary, Wellness, shares_of
from communityconnector.needs.words import STOP_WORDS, fold, words_of

REQUIRED: Final = ("phrase", "concept")
"""The columns that a file of local words must have."""
OPTIONAL: Final = ("weight", "language", "name", "definition", "parent", "dimensions", "sensitive", "notes")
"""The columns that it may have. `notes` is for the librarian alone."""

_MOST_SHOWN: Final = 5
_LONGEST_PHRASE: Final = 200
_ID: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")


@attrs.frozen
class _Row:
    """A row of the file.

    Attributes:
        number: its number, the header being row 1.
        cells: its cells by column, without white space around them.
    """

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


def add_words(words: Vocabulary, path: str | os.PathLike[str]) -> Vocabulary:
    """Return a vocabulary with the words of a file (see `Vocabulary.with_words`)."""
    return _Addition(words, path).result()


class _Addition:
    """The words of a file, as they are added to a vocabulary."""

    def __init__(self, words: Vocabulary, path: str | os.PathLike[str]) -> None:
        self._words = words
        self._path = path
        self._problems: list[str] = []
        self._rows = _read_rows(path)

    def result(self) -> Vocabulary:
        """Return the vocabulary with the words.

        Raises:
            InvalidWordsError: a row cannot be used. The message lists the first few.
        """
        concepts = {**self._words.concepts, **self._new_concepts()}
        phrases = [phrase for row in self._rows for phrase in self._phrases(row, concepts)]
        if self._problems:
            shown = "; ".join(self._problems[:_MOST_SHOWN])
            more = len(self._problems) - _MOST_SHOWN
            message = f"{self._path}: {shown}{f'; and {more} more' if more > 0 else ''}"
            raise InvalidWordsError(message)
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
        described: dict[str, _Row] = {}
        names = {fold(concept.name): key for key, concept in self._words.concepts.items()}
        for row in self._rows:
            key, name = row["concept"], row["name"]
            known = self._words.concepts.get(key)
            if not name or (known is not None and fold(known.name) == fold(name)):
                continue
            if known is not None:
                self._add_problem(row, f"{key!r} is already a need: leave `name` empty, or choose another id")
            elif key == NOT_A_NEED:
                self._add_problem(row, f"{NOT_A_NEED!r} takes no `name`: leave it empty")
            elif not _ID.fullmatch(key):
                self._add_problem(
                    row, "the id of a new need has small letters, digits and hyphens: bike-repair"
                )
            elif key in described and fold(described[key]["name"]) != fold(name):
                first = described[key].number
                self._add_problem(
                    row, f"row {first} gives {key!r} another name: give it one, or leave `name` empty here"
                )
            elif names.get(fold(name), key) != key:
                self._add_problem(
                    row, f"the need {names[fold(name)]!r} has this name: use its id, or another name"
                )
            else:
                names[fold(name)] = key
                described.setdefault(key, row)
        concepts: dict[str, Concept] = {}
        for key in described:
            self._describe(key, described, concepts)
        return concepts

    def _describe(self, key: str, described: Mapping[str, _Row], concepts: dict[str, Concept]) -> None:
        """Add a new need to concepts, after its parents."""
        line = [key]
        while (parent := described[line[-1]]["parent"]) in described and parent not in concepts:
            if parent in line:
                row = described[key]
                self._add_problem(row, "it is its own parent: name a broader need in `parent`, or none")
                return
            line.append(parent)
        for each in reversed(line):
            row = described[each]
            above = concepts.get(row["parent"]) or self._words.concepts.get(row["parent"])
            if row["parent"] and above is None:
                near = self._suggestion(row["parent"], described)
                self._add_problem(row, f"`parent` is unknown; {near}")
            concepts[each] = Concept(
                id=each,
                name=row["name"],
                definition=row["definition"],
                parent=row["parent"],
                wellness=self._wellness(row) or (above.wellness if above else {}),
                sensitive=self._sensitive(row) | (above.sensitive if above else frozenset()),
            )

    def _sensitive(self, row: _Row) -> frozenset[str]:
        tags = frozenset(filter(None, map(str.strip, row["sensitive"].split(";"))))
        known = {tag for concept in self._words.concepts.values() for tag in concept.sensitive}
        if tags - known:
            self._add_problem(row, f"`sensitive` has an unknown tag; there are: {', '.join(sorted(known))}")
        return tags

    def _wellness(self, row: _Row) -> Mapping[Wellness, float]:
        try:
            shares = shares_of(row["dimensions"])
        except ValueError:
            shares = {}
        total = sum(shares.values())
        if row["dimensions"] and not (abs(total - 1) < 0.001 and all(share > 0 for share in shares.values())):
            known = ", ".join(Wellness)
            self._add_problem(
                row, f"`dimensions` are shares that add up to 1: physical:0.7;social:0.3 (there are: {known})"
            )
        return shares

    def _phrases(self, row: _Row, concepts: Mapping[str, Concept]) -> Iterator[Phrase]:
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
            self._add_problem(
                row,
                f"`phrase` needs words of Latin letters or digits, {_LONGEST_PHRASE} letters in all at most",
            )
        elif STOP_WORDS.issuperset(parts):
            self._add_problem(
                row, "`phrase` has only words that stand in nearly every question: add a word that is its own"
            )
        if key not in concepts and key != NOT_A_NEED:
            near = self._suggestion(key, concepts)
            self._add_problem(row, f"`concept` is unknown; {near} For a new need, fill in `name`")
        if weight and not _is_weight(weight):
            self._add_problem(
                row, "`weight` is a number above 0, at most 1: 1.0 for words that mean only this"
            )
        if language and not _LANGUAGE.fullmatch(language):
            self._add_problem(row, "`language` is a code, such as en or es, or empty for any")
        if len(self._problems) == before:
            yield Phrase(row["phrase"].lower(), key, float(weight or 1), language)

    def _suggestion(self, key: str, concepts: Mapping[str, object]) -> str:
        known = self._words.concepts
        names = {concept.name: concept.id for concept in known.values()} | {
            each: each for each in (*known, *concepts)
        }
        near = did_you_mean(key, names) if key else ""
        return near or "`communityconnector.vocabulary().concepts` lists the ids."

    def _add_problem(self, row: _Row, what: str) -> None:
        self._problems.append(f"row {row.number}: {what}")


def _key(phrase: Phrase) -> tuple[tuple[str, ...], str]:
    return words_of(phrase.words), phrase.concept


def _is_weight(text: str) -> bool:
    try:
        return 0 < float(text) <= 1
    except ValueError:
        return False


def _read_rows(path: str | os.PathLike[str]) -> list[_Row]:
    """Return the rows of a file of local words that are not empty.

    Raises:
        SourceNotFoundError: the file cannot be read.
        InvalidWordsError: it is no CSV in UTF-8, or its columns are not those of local words.
    """
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            rows = [[cell.strip() for cell in row] for row in csv.reader(file)]
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise SourceNotFoundError(message) from None
    except (ValueError, csv.Error):
        message = f"{path}: is no CSV in UTF-8: in a spreadsheet program, save it as `CSV UTF-8`"
        raise InvalidWordsError(message) from None
    header = [column.lower() for column in rows[0]] if rows else []
    _check_header(path, header)
    wide = [number for number, row in enumerate(rows, start=1) if any(row[len(header) :])]
    if wide:
        message = f"{path}: row {wide[0]}: has more cells than there are columns: put a cell that has a comma in quotes"
        raise InvalidWordsError(message)
    return [
        _Row(number, dict(zip(header, row, strict=False)))
        for number, row in enumerate(rows[1:], start=2)
        if any(row)
    ]


def _check_header(path: str | os.PathLike[str], header: Sequence[str]) -> None:
    missing = [f"`{column}`" for column in REQUIRED if column not in header]
    unknown = [column for column in header if column and column not in (*REQUIRED, *OPTIONAL)]
    known = ", ".join((*REQUIRED, *OPTIONAL))
    if missing:
        message = f"{path}: row 1: the column {' and '.join(missing)} is missing: row 1 names the columns, parted by commas ({known})"
    elif unknown:
        near = did_you_mean(unknown[0], (*REQUIRED, *OPTIONAL))
        message = f"{path}: row 1: {len(unknown)} unknown {'column' if len(unknown) == 1 else 'columns'}; {near or f'there are: {known}'}"
    elif len(set(header)) < len(header) and len(set(filter(None, header))) < len(list(filter(None, header))):
        message = f"{path}: row 1: a column stands twice: keep one"
    else:
        return
    raise InvalidWordsError(message)
