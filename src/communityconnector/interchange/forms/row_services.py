"""Rows of a list whose columns are known by name: each becomes a service, with what only that list's rows say added to it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

import attrs

from communityconnector.interchange.forms.content import FormNote, LiftedRecord, LiftedRecords, LiftedTable
from communityconnector.interchange.sheets.column_fields import IGNORED
from communityconnector.interchange.sheets.column_mapping import ColumnMapping
from communityconnector.interchange.sheets.column_words import plain_words
from communityconnector.interchange.sheets.services import RowReader, SheetRow
from communityconnector.interchange.texts.privacy.sheet import MEANINGS, PrivacyColumns, privacy_meaning
from communityconnector.model.identity import mint

Finish = Callable[[dict[str, Any], Mapping[str, str]], Sequence[FormNote] | None]
"""Adds to a nested raw service what its row says besides, by the keys of columns; `None` for a row that is no service."""

_LOOKED_AT: Final = 200
"""Rows whose cells show whether a column is a mark of privacy."""


def key_of(column: str) -> str:
    """Return a column's name without casing and punctuation: "Site_ID_External" and "Site ID External" are one."""
    return "".join(plain_words(column))


def has_columns(columns: Collection[str], *wanted: str) -> bool:
    """Return whether a table has some columns, by their keys."""
    return set(wanted) <= set(map(key_of, columns))


@attrs.frozen
class RowForm:
    """What the rows of a list mean.

    Attributes:
        title: what it is, in words.
        fields: the field of a sheet that each column fills, by its key. Others are kept as they are.
        finish: adds what the fields of a sheet do not hold.
        id_keys: columns that tell rows without an id apart, beside the line; never those of an address, which may be hidden.
        not_services: what rows are of which `finish` makes no service, in words.
    """

    title: str
    fields: Mapping[str, str]
    finish: Finish
    id_keys: tuple[str, ...] = ()
    not_services: str = ""

    def lift(self, listed: LiftedTable) -> LiftedRecords:
        """Return the services of a list."""
        notes = list(listed.notes)
        return LiftedRecords(self.title, self._records(listed, notes), notes)

    def _records(self, listed: LiftedTable, notes: list[FormNote]) -> Iterator[LiftedRecord]:
        mapping = self._mapping(listed)
        reader = RowReader(mapping)
        privacy = PrivacyColumns.of(mapping.columns, (cells for _, cells in listed.rows))
        others: list[str] = []
        for where, cells in listed.rows:
            row = {key_of(column): text.strip() for column, text in cells.items()}
            told = [self.title, *(row.get(key, "") for key in self.id_keys), where]
            made = reader.read(cells, "\n".join(told))
            hidden = _hide(made, cells, privacy)
            added = self.finish(made.raw, row) if made.raw else None
            if added is not None:
                own = (FormNote(n.rule, n.message, n.action, n.severity, n.path) for n in made.notes)
                yield LiftedRecord("service", made.raw, where, (*own, *hidden, *added))
            elif any(row.values()):
                others.append(where)
        if others:
            shown = ", ".join(others[:20]) + (" ..." if len(others) > 20 else "")
            what = self.not_services or "rows that name neither a service nor an agency"
            notes.append(FormNote("level-not-read", f"{what}: {shown}", "not read as services"))

    def _mapping(self, listed: LiftedTable) -> ColumnMapping:
        columns = dict.fromkeys(column for _, cells in listed.rows for column in cells)
        sample = [cells for _, cells in listed.rows[:_LOOKED_AT]]
        fields = {}
        for column in columns:
            private = privacy_meaning(column, [cells.get(column, "") for cells in sample])
            fields[column] = private if private in MEANINGS else self.fields.get(key_of(column), IGNORED)
        return ColumnMapping(fields)


def _hide(made: SheetRow, cells: Mapping[str, str], privacy: PrivacyColumns) -> list[FormNote]:
    """Hide what a row says is private, and return what the reader of records, who sees the marks again, does not say."""
    if not made.raw:
        return []
    beyond = any(_BEYOND.fullmatch(column) and text.strip() for column, text in cells.items())
    blank = [column for column in privacy.flags if not cells.get(column, "").strip()]
    if beyond or any(note.rule == "columns-shifted" for note in made.notes):
        cells = {**cells, **dict.fromkeys(blank, "in doubt")}
    marks = privacy.hide(cells, made.raw)
    return [
        FormNote(mark.rule, mark.message("service"), "hidden", mark.severity, mark.field)
        for mark in marks
        if mark.field in blank
    ]


_BEYOND: Final = re.compile(r"column \d{1,6}", re.ASCII)
"""How a cell is called that stands beyond the last column."""


def add_kinds(raw: dict[str, Any], *labels: str) -> None:
    """Add to a raw service words that say of what kind it is."""
    kinds = raw.setdefault("attributes", [])
    known = {item.get("label") for item in kinds}
    for label in labels:
        if label and label not in known:
            key = mint("row", str(raw["id"]), "kind", label)
            kinds.append({"id": key, "link_type": "service_type", "label": label})


def places_of(raw: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the raw locations of a raw service."""
    for link in raw.get("service_at_locations") or ():
        if isinstance(link.get("location"), dict):
            yield link["location"]


def as_written(text: str) -> str:
    """Return a text in capitals as names are mostly written; abbreviations that show as such stay."""
    if not text.isupper():
        return text
    return _WORD.sub(_as_word, text)


_WORD: Final = re.compile(r"[^\s/-]+")


def _as_word(found: re.Match[str]) -> str:
    word = found[0]
    bare = word.strip(".,;:()'\"&")
    if (bare in _SMALL and found.start()) or _ORDINAL.fullmatch(bare):
        return word.lower()
    is_spoken = bare.isalpha() and not set("AEIOUY").isdisjoint(bare)
    if bare in _ABBREVIATIONS or not (is_spoken or bare in _TITLES or "'" in bare):
        return word
    first, mark, rest = word.partition("'")
    return f"{first}'{rest.capitalize()}" if mark and len(first) == 1 else word.capitalize()


_ORDINAL: Final = re.compile(r"\d{1,4}(?:ST|ND|RD|TH)", re.ASCII)
_SMALL: Final = frozenset({"OF", "THE", "AND", "AT", "IN", "FOR", "ON"})
_TITLES: Final = frozenset(
    {"ST", "MT", "FT", "DR", "MR", "MRS", "JR", "SR", "LN", "RD", "BLVD", "HWY", "PKWY", "CT", "PL", "SQ"}
)
_ABBREVIATIONS: Final = frozenset({"YMCA", "YWCA", "II", "III", "IV", "PO", "NE", "SE", "ISD", "USA", "AME"})
