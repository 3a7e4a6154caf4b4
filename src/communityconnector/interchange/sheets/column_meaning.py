"""What the columns of a spreadsheet most likely mean, by the words of their names and a look at their cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Final

from communityconnector.interchange.sheets.column_fields import ASIDE, FIELDS, IGNORED
from communityconnector.interchange.sheets.column_words import (
    plain_words,
    shared_prefixes,
    shows_people,
    words_of,
)
from communityconnector.interchange.sheets.day_columns import (
    FIELDS_OF_DAYS,
    day_column,
    day_meaning,
    short_week,
)
from communityconnector.interchange.sheets.tick_boxes import tick_boxes
from communityconnector.interchange.texts.cells import degrees
from communityconnector.interchange.texts.privacy.sheet import privacy_meaning
from communityconnector.interchange.texts.states import is_state, sense_of

Rows = Sequence[Mapping[str, str]]
_Meanings = dict[str, str]
"""Meaning by column."""


def meanings(header: Sequence[str], rows: Rows = ()) -> _Meanings:
    """Return what each column means: one of `FIELDS`, or "" where that is not understood.

    Args:
        header: the columns' names.
        rows: some rows, cells by column, for where a name leaves it open.
    """
    prefixes = shared_prefixes(header)
    fields = {
        column: privacy_meaning(column, [row.get(column, "") for row in rows]) or meaning_of(column, prefixes)
        for column in header
    }
    fields.update(dict.fromkeys(short_week(header), "schedules.day"))
    for settle in (
        _settle_ids,
        _settle_records,
        _settle_names,
        _settle_agency,
        _settle_geocoder,
        _settle_days,
        _settle_points,
    ):
        settle(fields, rows)
    for column, field in fields.items():
        fields[column] = _by_cells(column, field, rows)
    return {**fields, **tick_boxes(fields, rows)}


UNSPECIFIC: Final = frozenset({
    IGNORED, ASIDE, "service.id", "location.latitude", "location.longitude", "location.point", "service.last_modified",
    "schedules.limits", "schedules.notes", "level.parent", "level.site", "level.program",
})  # fmt: skip


def meaning_of(column: str, prefixes: frozenset[str] = frozenset()) -> str:
    """Return the field that a column is by its name alone; "" where that is not understood.

    Args:
        column: its name.
        prefixes: first words that stand before many of the sheet's columns, and say nothing.
    """
    field = _meaning(column)
    if not field and prefixes and (words := plain_words(column)) and words[0] in prefixes:
        field = _meaning(" ".join(words[1:]))
    return field or ("service.status" if sense_of(column) is not None else IGNORED)


@lru_cache(maxsize=8192)
def _meaning(column: str) -> str:
    if field := day_meaning(column):
        return field
    if _GIVEN_NAME.fullmatch(" ".join(plain_words(column))):
        return IGNORED
    ways = words_of(column)
    fields = {field for way in ways[:1] if (field := _of_words(way))}
    if not fields:
        # Where a name can be read in several ways, only what they agree on counts.
        fields = {field for way in ways[1:] if (field := _of_words(way))}
    return fields.pop() if len(fields) == 1 else IGNORED


_GIVEN_NAME: Final = re.compile(r"(?:first|given) ?name")
"""A person's; "first" otherwise stands for the number."""


def _of_words(words: frozenset[str]) -> str:
    fewer = list(dict.fromkeys((words, words - {"list"})))
    ways = [way for some in fewer for way in (some, *_without_owners(some))]
    for way in ways:
        if field := _BY_WORDS.get(way):
            return field
    for way in ways:
        if (field := _BY_WORDS.get(frozenset(word for word in way if not word.isdigit()), "")) in _MANY:
            return field
    for angle in ("latitude", "longitude"):
        if angle in words and not words & {"latitude", "longitude", "minimum", "maximum"} - {angle}:
            return f"location.{angle}"
    return _date_of(words)


def _without_owners(words: frozenset[str]) -> Iterator[frozenset[str]]:
    """Yield the words without those that only say whose phone, address or age it is, where such it is."""
    for owners, fields in (({"service"}, _OF_A_SERVICE), (_OWNERS, _OF_ANY), (OF_A_PHONE, ("phones",))):
        rest = words - owners
        bare = frozenset(word for word in rest if not word.isdigit())
        if rest and rest != words and _BY_WORDS.get(rest, _BY_WORDS.get(bare, "")).startswith(fields):
            yield rest


_OWNERS: Final = frozenset({"place", "service", "agency", "physical", "lead", "parent", "meal"})
OF_A_PHONE: Final = frozenset(
    "intake crisis after hours 24 evening daytime appointment appointments referral office".split()
)
"""Words that say what a phone is for, and leave it the service's."""
_OF_ANY: Final = (
    "phones", "location.address", "location.city", "location.state", "location.postal", "location.country",
    "location.region", "location.latitude", "location.longitude", "location.point", "location.house", "location.access",
    "service.email", "service.url", "service.status", "schedules", "languages",
)  # fmt: skip
"""Fields that mean the same whether a column says that they are of the service, of its place or of its agency."""
_OF_A_SERVICE: Final = (
    "service.desc", "service.elig", "service.m", "service.fees", "service.app", "service.ages", "service.alert",
    "service.alt", "service.a", "required_documents", "attributes",
)  # fmt: skip

_MANY: Final = frozenset({
    "phones", "phones.fax", "phones.toll_free", "languages", "attributes", "service_areas", "required_documents",
    "service.email", "service.url", "schedules", "schedules.opens", "schedules.closes", "location.name",
    "location.address", "service.name",
})  # fmt: skip
"""Fields whose columns may be numbered ("Phone 2", "Language 3")."""

_BY_WORDS: Final[Mapping[frozenset[str], str]] = {
    words_of(name)[0]: field for field, names in FIELDS.items() for name in names.split(", ")
}


def _date_of(words: frozenset[str]) -> str:
    """Return a date of checking or of editing, however it is worded ("Resource Verified Date", "UpdatedOn")."""
    rest = words - _DATE_WORDS
    for word, field in (("verified", "service.assured_date"), ("edited", "service.last_modified")):
        if rest == {word}:
            return field
    return IGNORED


_DATE_WORDS: Final = frozenset("date at last time most place service agency".split())


def _settle_ids(fields: _Meanings, rows: Rows) -> None:
    """Choose the column of ids: the first that is called one, if each row has another."""
    for column in fields:
        if not (fields[column] == "service.id" or words_of(column)[0] & {"id", "fid"}):
            continue
        cells = [row.get(column, "").strip() for row in rows]
        is_unique = bool(cells) and all(cells) and len(set(cells)) == len(cells)
        if fields[column] == "service.id":
            if is_unique or not cells:
                break
            fields[column] = IGNORED
        elif (
            is_unique
            and not fields[column]
            and "service.id" not in fields.values()
            and column == next(iter(fields))
        ):
            fields[column] = "service.id"
            break


def _settle_records(fields: _Meanings, _rows: Rows) -> None:
    """Take an agency's description for the record's in exports of a vendor that calls every record an agency."""
    ids = [column for column in fields if words_of(column)[:1] == (_VENDOR_ID,)]
    if ids and "service.description" not in fields.values():
        _rename(fields, "organization.description", "service.description")


_VENDOR_ID: Final = frozenset({"place", "agency", "number"})


def _settle_names(fields: _Meanings, rows: Rows) -> None:
    """Choose the column that names the service: a sheet has one, under many names."""
    named = [column for column, field in fields.items() if field == "service.name"]
    plain = [column for column in named if words_of(column)[0] <= _PLAIN_NAME]
    exact = [column for column in named if column not in plain]
    if plain and exact:
        if "organization.name" not in fields.values():
            fields[plain[0]] = "organization.name"
        elif all("name" in words_of(column)[0] for column in exact):
            fields[plain[0]] = "service.alternate_name"
        else:
            # "Agency, Name, Program": the name is the service's; the program says of which kind it is.
            fields.update(dict.fromkeys(exact, "attributes"))
        return
    if named:
        return
    has_agency = "organization.name" in fields.values()
    for column, field in fields.items():
        if field == "location.name" and (not has_agency or "name" in words_of(column)[0]):
            fields[column] = "service.name"
            return
    for column, field in fields.items():
        words = words_of(column)[0]
        is_of_a_person = words & _NAMES_OF_OTHERS or _GIVEN_NAME.fullmatch(" ".join(plain_words(column)))
        if not has_agency and not field and "name" in words and not is_of_a_person:
            # "Business Name", "Food Pantry Name": whatever it is called, the rows are named by it.
            fields[column] = "service.name"
            return
    if not has_agency and (column := _first_of_texts(fields, rows)):
        fields[column] = "service.name"


def _first_of_texts(fields: _Meanings, rows: Rows) -> str:
    """Return the first column of a table that plainly is of services, where it names the rows under a name of its own."""
    others = set(fields.values()) - UNSPECIFIC
    if len(others) < 3 or not any(field.startswith(_OF_SERVICES_ONLY) for field in others):
        return ""
    for column, field in fields.items():
        cells = [row.get(column, "").strip() for row in rows]
        if not cells or field == "service.id" or all(cell.isdigit() or not cell for cell in cells):
            continue
        words = words_of(column)[0]
        texts = [cell for cell in cells if len(cell) <= 120 and sum(map(str.isalpha, cell)) * 2 > len(cell)]
        names_rows = len(texts) * 10 >= len(cells) * 9 and len(set(texts)) * 10 >= len(texts) * 9
        is_free = field in {IGNORED, "location.name"} and words and not words & _NAMES_OF_OTHERS
        return column if names_rows and is_free and not shows_people(column) else ""
    return ""


_OF_SERVICES_ONLY: Final = (
    "schedules", "service.elig", "service.desc", "service.fees", "attributes", "languages", "service_areas",
)  # fmt: skip
"""What no list of people has."""


_NAMES_OF_OTHERS: Final = frozenset(
    "contact first last middle given family person volunteer donor client patient child member respondent staff manager director user login file field column table variable "
    "attribute code key street road city county state country region area bus route tax legal".split()
)
"""Words beside "name" that say that it is the name of a person, or of a thing that is not a service."""

_PLAIN_NAME: Final = frozenset({"name", "title", "1"})


def _settle_agency(fields: _Meanings, _rows: Rows) -> None:
    """Take an agency's address for the service's only where the sheet has no other."""
    own = [
        column
        for column, field in fields.items()
        if field.startswith("location.") and "agency" in words_of(column)[0]
    ]
    others = any(
        field.startswith(("location.address", "location.city", "location.postal")) and column not in own
        for column, field in fields.items()
    )
    if others:
        fields.update(dict.fromkeys(own, IGNORED))


def _settle_geocoder(fields: _Meanings, rows: Rows) -> None:
    """Ignore the status of a geocoding program: it says how well an address fitted."""
    marks = {"".join(plain_words(column)) for column in fields}
    if not marks & _GEOCODER:
        return
    for column, field in fields.items():
        cells = {row.get(column, "").strip().upper() for row in rows} - {""}
        if field == "service.status" and cells and cells <= _GEOCODER_STATES:
            fields[column] = IGNORED


_GEOCODER: Final = frozenset(
    "matchaddr matchtype matchscore score locname addrtype accuracyscore accuracytype".split()
)
_GEOCODER_STATES: Final = frozenset(
    {"M", "U", "T", "MATCH", "TIE", "NO_MATCH", "MATCHED", "UNMATCHED", "TIED"}
)


def _settle_days(fields: _Meanings, _rows: Rows) -> None:
    """Ignore days behind a word of their own ("summer Monday"), unless most of a week follows that word."""
    groups: dict[str, list[str]] = {}
    for column, field in fields.items():
        if field in FIELDS_OF_DAYS and (about := day_column(column)) and about.group:
            groups.setdefault(about.group, []).append(column)
    for columns in groups.values():
        if len(columns) < 3:
            fields.update(dict.fromkeys(columns, IGNORED))


def _settle_points(fields: _Meanings, _rows: Rows) -> None:
    """Ignore an X without a Y: it is not a longitude."""
    for column, field in fields.items():
        other = {"location.latitude": "location.longitude", "location.longitude": "location.latitude"}.get(
            field
        )
        if other and other not in fields.values() and len(column.strip()) == 1:
            fields[column] = IGNORED


def _rename(fields: _Meanings, old: str, new: str) -> None:
    for column, field in fields.items():
        if field == old:
            fields[column] = new


def _by_cells(column: str, field: str, rows: Rows) -> str:
    """Return a column's field, corrected where its cells show that its name means something else."""
    cells = [cell for row in rows if (cell := row.get(column, "").strip())]
    if len(plain_words(column)) == 1 and len(column.strip()) == 1 and field in BOUNDS:
        # X and Y are degrees only where all of them can be.
        return field if cells and all(map(partial(_is_degree, bound=BOUNDS[field]), cells)) else IGNORED
    if not cells:
        return field
    if field == "location.state_province" and sum(map(is_state, cells)) * 2 > len(cells):
        # "Estado: inactivo".
        return "service.status"
    if field in BOUNDS and sum(degrees(cell) is not None for cell in cells) * 2 < len(cells):
        return IGNORED
    for meant, pattern, shown in _SHOWN:
        if field == meant and _most(cells, pattern):
            return shown if field != "schedules" or "open" in words_of(column)[0] else IGNORED
    return field


BOUNDS: Final = {"location.latitude": 90.0, "location.longitude": 180.0}


def _is_degree(cell: str, bound: float) -> bool:
    angle = degrees(cell)
    return angle is not None and abs(angle) <= bound


def _most(cells: Sequence[str], pattern: re.Pattern[str]) -> bool:
    return sum(pattern.fullmatch(cell[:200]) is not None for cell in cells) * 5 >= len(cells) * 4


_PHONE: Final = re.compile(r"[+(]?\d[\d ().+-]{6,20}(?:(?:x|ext)[. ]?\d{1,6})?", re.IGNORECASE | re.ASCII)
_MAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,100}")
_YES_NO: Final = re.compile(r"yes|no|y|n|true|false|open|closed|x|0|1|si|s\u00ed", re.IGNORECASE)
_STREET: Final = re.compile(r"\d{1,6}[A-Za-z]? [^\d].{3,}", re.DOTALL)
_SHOWN: Final = (
    ("contacts.name", _PHONE, "phones"),
    ("contacts.name", _MAIL, "service.email"),
    ("schedules", _YES_NO, "service.status"),
    ("location.name", _STREET, "location.address"),
)
"""What a column's name says, what its cells are, and what it is then."""
