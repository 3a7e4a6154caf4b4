"""The privacy columns of a plain spreadsheet, and what they hide of each row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.interchange.texts.privacy.marks import UNLISTED, PrivacyMark, mark_of_flag
from communityconnector.interchange.texts.privacy.names import FlagName, is_about, read_name
from communityconnector.interchange.texts.privacy.values import FlagAnswer, answer_of
from communityconnector.model.identity import mint
from communityconnector.model.internal_fields import PRIVATE
from communityconnector.model.level import Disclosure, strictest

YES_HIDES: Final = "privacy.yes_hides"
"""The meaning of a column in which a yes hides what its name is about."""
NO_HIDES: Final = "privacy.no_hides"
"""The meaning of a column in which a no does."""
MEANINGS: Final = frozenset({YES_HIDES, NO_HIDES})


def privacy_meaning(column: str, cells: Iterable[str]) -> str:
    """Return whether a column is one of privacy, by its name and, where that leaves it open, its cells; "" if it is not."""
    flag = read_name(column)
    if flag is None or not (flag.sure or any(answer_of(cell) in _PLAIN for cell in cells)):
        return ""
    return YES_HIDES if flag.yes_hides else NO_HIDES


_PLAIN: Final = frozenset(
    {FlagAnswer.YES, FlagAnswer.NO, FlagAnswer.HIDDEN, FlagAnswer.STAFF, FlagAnswer.SHOWN}
)


def ticked_columns(columns: Iterable[str], rows: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """Return the columns among some, in which a no hides, that have a yes in any row: there a blank is a no as well."""
    open_columns = {column for column in columns if (flag := read_name(column)) and not flag.yes_hides}
    ticked: set[str] = set()
    for row in rows:
        if not open_columns:
            break
        answered = {
            c
            for c in open_columns
            if answer_of(row.get(c, "")) not in (FlagAnswer.BLANK, FlagAnswer.NO, FlagAnswer.HIDDEN)
        }
        ticked |= answered
        open_columns -= answered
    return frozenset(ticked)


@attrs.frozen
class PrivacyColumns:
    """The privacy columns of a sheet.

    Attributes:
        flags: what each says by its name.
        ticked: those in which a blank means no.
    """

    flags: Mapping[str, FlagName]
    ticked: frozenset[str]

    @classmethod
    def of(cls, columns: Mapping[str, str], rows: Iterable[Mapping[str, str]]) -> PrivacyColumns:
        """Find them.

        Args:
            columns: the meaning of each column.
            rows: the rows of the sheet, cells by column name.
        """
        flags = {
            column: attrs.evolve(read_name(column) or _PLACE, yes_hides=meaning == YES_HIDES, sure=True)
            for column, meaning in columns.items()
            if meaning in MEANINGS
        }
        shown = [column for column, flag in flags.items() if not flag.yes_hides]
        return cls(flags, ticked_columns(shown, rows))

    def hide(self, row: Mapping[str, str], raw: dict[str, Any]) -> list[PrivacyMark]:
        """Hide in a raw nested service what its row says is private.

        Args:
            row: the cells by column name.
            raw: the service that was made of them; it is changed.
        """
        marks: list[PrivacyMark] = []
        for column, flag in self.flags.items():
            mark = mark_of_flag(column, flag, row.get(column, ""), is_blank_no=column in self.ticked)
            if mark is None:
                continue
            marks.append(mark)
            if mark.is_itself:
                _hide_cells(raw, {column: row[column].strip()}, mark.level)
                continue
            if mark.scopes - _ABOUT_PLACES:
                _hide_cells(raw, _private_cells(row, flag), mark.level)
            if mark.of_record and not raw.get("service_at_locations"):
                raw.setdefault(UNLISTED, column)
            elif not mark.scopes or mark.scopes & _ABOUT_PLACES:
                _hide_places(raw, mark.level)
        return marks


_PLACE: Final = FlagName(yes_hides=True, scopes=frozenset({Scope.PLACE}))


_ABOUT_PLACES: Final = frozenset({Scope.PLACE, Scope.LISTING})


def _private_cells(row: Mapping[str, str], flag: FlagName) -> dict[str, str]:
    """Return the cells of a row that are about a flag's subject."""
    return {
        name: text for name, cell in row.items() if is_about(flag.subject, name) and (text := cell.strip())
    }


def _hide_places(raw: dict[str, Any], level: Disclosure) -> None:
    links = raw.setdefault("service_at_locations", [])
    if not links:
        key = str(raw.get("id", ""))
        place = {"id": mint("row", key, "location", "0"), "location_type": "physical"}
        links.append({"id": mint("row", key, "at", "0"), "location": place})
    for link in links:
        if isinstance(link.get("location"), dict):
            _hide(link["location"], level)


def _hide(record: dict[str, Any], level: Disclosure) -> None:
    current = record.get("disclosure")
    record["disclosure"] = (level if current is None else strictest(level, Disclosure(current))).value


_DIGITS: Final = re.compile(r"\d+")


def _digits(text: str) -> str:
    return "".join(_DIGITS.findall(text))


def _hide_cells(raw: dict[str, Any], cells: Mapping[str, str], level: Disclosure) -> None:
    """Hide what was made of some cells, wherever it went."""
    texts = {text.casefold() for text in cells.values()}
    digits = [number for text in cells.values() if len(number := _digits(text)) >= _SHORTEST_NUMBER]
    for name, value in list(raw.items()):
        if name in cells or (
            isinstance(value, str) and name not in _PLAIN_FIELDS and value.casefold() in texts
        ):
            raw.setdefault(PRIVATE, {})[name] = raw.pop(name)
    for field, record in _parts(raw):
        if field == "phones":
            number = _digits(str(record.get("number", "")))
            if len(number) >= _SHORTEST_NUMBER and any(
                number in hidden or hidden in number for hidden in digits
            ):
                _hide(record, level)
        elif any(str(record.get(part, "")).casefold() in texts for part in _TELLING[field]) and (
            field == "contacts" or record.get("address_type") == "postal"
        ):
            _hide(record, level)


_SHORTEST_NUMBER: Final = 7
_PLAIN_FIELDS: Final = frozenset({"id", "name", "description", "status"})
_TELLING: Final = {"contacts": ("name", "email"), "addresses": ("address_1",)}
_PARTS: Final = ("phones", *_TELLING)


def _parts(raw: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the phones, contacts and addresses within a raw service, with the field that holds each."""
    for name, value in raw.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and name != PRIVATE:
                if name in _PARTS:
                    yield name, item
                yield from _parts(item)
