"""A row of a plain spreadsheet as a nested HSDS service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.notes import Draft
from communityconnector.interchange.sheets.column_fields import ASIDE, FIELDS, IGNORED
from communityconnector.interchange.sheets.column_mapping import ColumnMapping
from communityconnector.interchange.sheets.column_meaning import OF_A_PHONE, meaning_of
from communityconnector.interchange.sheets.column_words import words_of
from communityconnector.interchange.sheets.day_columns import FIELDS_OF_DAYS, WEEK, week_columns
from communityconnector.interchange.sheets.day_hours import days_not_weekly, read_week
from communityconnector.interchange.sheets.hours import hours_of, limits_of
from communityconnector.interchange.sheets.place import place_of
from communityconnector.interchange.sheets.row import Cells, refuse_implausible
from communityconnector.interchange.sheets.tick_boxes import is_ticked, value_of
from communityconnector.interchange.texts.ages import age_limits
from communityconnector.interchange.texts.cells import (
    extension_of,
    is_blank,
    is_phone,
    link_in,
    split_phones,
    without_fraction,
    without_markup,
)
from communityconnector.interchange.texts.date_cells import day_of, is_mangled_span
from communityconnector.interchange.texts.privacy.sheet import NO_HIDES, YES_HIDES
from communityconnector.interchange.texts.states import is_yes_or_no, sense_of
from communityconnector.model.identity import mint
from communityconnector.model.internal_fields import PRIVATE


@attrs.frozen
class SheetRow:
    """What a row becomes.

    Attributes:
        raw: a nested HSDS service as raw JSON; empty for a row that names nothing.
        notes: what was guessed or could not be read.
    """

    raw: dict[str, Any]
    notes: tuple[Draft, ...] = ()


class RowReader:
    """Reads the rows of one sheet.

    Args:
        mapping: what its columns mean.

    Attributes:
        day_columns: the columns that hold the hours of a day, and what their names say of it.
    """

    def __init__(self, mapping: ColumnMapping) -> None:
        self.mapping = mapping
        self._order = {column: number for number, column in enumerate(mapping.columns)}
        named = week_columns(list(mapping.columns))
        self.day_columns = {
            column: named[column]
            for column, field in mapping.columns.items()
            if field in FIELDS_OF_DAYS and column in named
        }
        self._kept = {column: _kept_name(column) for column in mapping.columns}

    def cells(self, row: Mapping[str, str]) -> Cells:
        """Return the cells of a row that hold something, by what they mean."""
        cells = Cells()
        for column, cell in row.items():
            text = without_markup(cell.strip())
            if not is_blank(text):
                field = self.mapping.columns.get(column, IGNORED)
                if field in _LINKS:
                    text = link_in(cell) or text
                if field in FIELDS_OF_DAYS and column not in self.day_columns:
                    # A mapping may say so of a column whose name has no day.
                    field = "schedules"
                if field == "schedules" and is_yes_or_no(column, text):
                    # "Open: Yes" states no hours.
                    field = "service.status"
                cells.add(field, column, text)
        return cells

    def read(self, row: Mapping[str, str], key: str, *, agency: str = "", category: str = "") -> SheetRow:
        """Make one nested HSDS service of a row.

        Ids are made of the row's own id, else of `key`, and of the agency's name: never of an address, which would let
        a reader test guesses of a hidden one.

        Args:
            row: cells by column name.
            key: what distinguishes the row from others, should it have no id.
            agency: the agency that the sheet's layout gives it, should the row name none.
            category: what a line above says that the row is, among others.
        """
        cells = self.cells(row)
        for column in row:
            self._order.setdefault(column, len(self._order))
        refuse_implausible(cells, self._order)
        made = _Service(cells, key, self, row)
        made.agency_name = cells.first("organization.name") or agency
        return made.row(category)

    def kept_name(self, column: str) -> str:
        """Return the field under which a column is kept that fills none of HSDS."""
        return self._kept.get(column, column)


def _kept_name(column: str) -> str:
    """Return a column's name, unless the reader of records would take it for what the sheet says that it is not."""
    return f"x_{column}" if meaning_of(column) or column in _FIELDS_OF_A_SERVICE else column


_FIELDS_OF_A_SERVICE: Final = frozenset(
    {"id", "name", "status", "organization", "organization_id", "location", "locations"}
)


class _Service:
    """One row while it becomes a service."""

    def __init__(self, cells: Cells, key: str, reader: RowReader, row: Mapping[str, str]) -> None:
        self.cells = cells
        self.reader = reader
        self.sheet_row = row
        self.agency_name = ""
        self.first, self.joined = cells.first, cells.joined
        self.id = without_fraction(self.first("service.id")) or mint("row", key)

    def many(self, field: str) -> list[str]:
        """Return the parts of all cells of a field."""
        return [part for _, text in self.cells.of(field) for part in _parts(text)]

    def child(self, name: str, number: int = 0) -> str:
        """Return the id of something within the service."""
        return mint("row", self.id, name, str(number))

    def row(self, category: str) -> SheetRow:
        name = self.first("service.name") or self.agency_name
        if not name:
            return SheetRow({}, tuple(self.cells.notes))
        if not self.first("service.name"):
            message = "no name of a service; the agency's name stands for it"
            self.cells.note_field("organization.name", message, rule="name-from-agency")
        raw: dict[str, Any] = {"id": self.id, "name": name, **self.texts(), **self.dates()}
        schedules = self.schedules()
        if schedules:
            raw["schedules"] = [{"id": self.child("schedule", n), **item} for n, item in enumerate(schedules)]
        phones = self.phones()
        if phones:
            raw["phones"] = phones
        raw.update(self.lists(category))
        contact = {part: self.first(f"contacts.{part}") for part in ("name", "title")}
        if any(contact.values()):
            raw["contacts"] = [{"id": self.child("contact"), **{k: v for k, v in contact.items() if v}}]
        if self.agency_name:
            raw["organization"] = self.agency(self.agency_name)
        place = self.place()
        if place:
            raw["service_at_locations"] = [{"id": self.child("at"), "location": place}]
        for column, text in (cell for field in _KEPT for cell in self.cells.of(field)):
            raw.setdefault(self.reader.kept_name(column), text)
        for column, text in self.cells.refused.items():
            kept = raw.setdefault(PRIVATE, {}) if column in self.cells.private else raw
            kept.setdefault(f"x_{column}", text)
        return SheetRow(raw, tuple(self.cells.notes))

    def lists(self, category: str) -> dict[str, list[dict[str, Any]]]:
        """Return the fields of which a cell may hold several."""
        fields: dict[str, list[dict[str, Any]]] = {}
        for field, part in _LISTS.items():
            texts = self.many(field)
            if field == "languages":
                texts = [
                    part.strip() for text in texts for part in text.split(",", _MOST_PARTS) if part.strip()
                ]
            texts += [
                value_of(column) for column, cell in self.cells.of(f"{field}.ticked") if is_ticked(cell)
            ]
            if field == "attributes" and category:
                texts = list(dict.fromkeys((*texts, category)))
            if texts:
                fields[field] = [{"id": self.child(field, n), part: text} for n, text in enumerate(texts)]
        for item in fields.get("attributes", ()):
            item["link_type"] = "service_type"
        return fields

    def texts(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for field in FIELDS:
            entity, _, name = field.partition(".")
            if entity == "service" and name not in _NO_PLAIN_TEXT:
                text = self.joined(field)
                if text:
                    fields[name] = text
        ages = self.joined("service.ages")
        if ages:
            eligibility = fields.get("eligibility_description", "")
            fields["eligibility_description"] = "; ".join(filter(None, (eligibility, f"Ages: {ages}")))
            limits = None if is_mangled_span(ages) else age_limits(ages)
            fields.update({k: v for k, v in (limits or {}).items() if k not in fields})
            if limits is None:
                message = "ages in words that cannot be read with certainty; kept as text"
                self.cells.note_field("service.ages", message, rule="ages-not-read")
        if self.first("service.fees_description").lower() in _FREE:
            fields["cost_options"] = [{"id": self.child("cost"), "option": "free", "amount": 0}]
        for column, text in self.cells.of("service.status"):
            # The reader of every form knows what such names and words mean.
            fields.setdefault(column if sense_of(column) is not None else "status", text)
        links = self.many("service.url")
        if links:
            fields["url"] = links[0]
            if len(links) > 1:
                more = enumerate(dict.fromkeys(links[1:]))
                fields["additional_urls"] = [{"id": self.child("url", n), "url": link} for n, link in more]
        mails = [part for part in self.many("service.email") if "@" in part]
        if mails:
            fields["email"] = mails[0]
            if len(mails) > 1:
                message = "several e-mail addresses; the first is the service's"
                self.cells.note_field("service.email", message, rule="several-emails")
                fields["x_more_emails"] = mails[1:]
        return fields

    def dates(self) -> dict[str, str]:
        """Return the day of checking and that of editing, each from its own columns; several are never joined into one."""
        fields: dict[str, str] = {}
        for field, name in (
            ("service.assured_date", "assured_date"),
            ("service.last_modified", "last_modified"),
        ):
            for column, text in self.cells.of(field):
                day, guessed = day_of(text)
                if not day:
                    self.cells.refuse(column, "not a date that can be read in one way")
                elif name not in fields:
                    fields[name] = day if name == "assured_date" else f"{day}T00:00:00Z"
                    if guessed:
                        message = _GUESSED_DATES[guessed]
                        self.cells.note("date-guessed", message, "read as", column, text, read_as=day)
                else:
                    fields.setdefault(f"x_{column}", text)
        return fields

    def schedules(self) -> list[dict[str, Any]]:
        """Return the row's hours; those in words are left to the reader of every form."""
        schedules: list[dict[str, Any]] = []
        if self.reader.day_columns:
            schedules += self.week()
        hours = hours_of(self.cells)
        return [*schedules, hours] if hours else schedules

    def week(self) -> list[dict[str, Any]]:
        notes = " ".join(
            self.joined(field) for field in ("service.description", "service.alert", "schedules")
        )
        doubtful = set(days_not_weekly(notes)) | (set(WEEK) if limits_of(self.cells) else set())
        if self.first("schedules.varied").lower() in {"yes", "y", "true", "x", "si", "1", "checked"}:
            doubtful |= set(WEEK)
        plausible = {
            column: cell for column, cell in self.sheet_row.items() if column not in self.cells.refused
        }
        week = read_week(self.reader.day_columns, plausible, doubtful)
        column = next(iter(self.reader.day_columns))
        if week.read:
            message = "hours in columns of days"
            self.cells.note("hours-read", message, "read as", column, week.words, read_as=week.read)
        if week.unread:
            message = f"hours in columns of days that cannot be read with certainty ({week.doubt})"
            self.cells.note("hours-not-read", message, "kept as text", column, week.unread)
        return [dict(item) for item in week.schedules]

    def phones(self) -> list[dict[str, Any]]:
        phones: list[dict[str, Any]] = []
        extension = self.first("phones.extension")
        for field, kind, words in _PHONES:
            for column, cell in self.cells.of(field):
                for part in split_phones(cell):
                    if not is_phone(part):
                        self.cells.note("not-a-phone", "not a phone number", "kept as it was", column, part)
                        continue
                    number, own = extension_of(without_fraction(part))
                    phone: dict[str, Any] = {"id": self.child("phone", len(phones)), "number": number}
                    if own or (extension and not phones):
                        phone["extension"] = own or extension
                    about = words or (column if words_of(column)[0] & OF_A_PHONE else "")
                    phone.update(
                        {key: value for key, value in (("type", kind), ("description", about)) if value}
                    )
                    phones.append(phone)
        return phones

    def agency(self, name: str) -> dict[str, Any]:
        agency = {"id": mint("organization", " ".join(name.casefold().split())), "name": name}
        for part in ("website", "description"):
            text = self.first(f"organization.{part}")
            if text:
                agency[part] = text
        return agency

    def place(self) -> dict[str, Any]:
        place = place_of(self.cells, self.child)
        return {"id": self.child("location"), "location_type": "physical", **place} if place else {}


def _parts(text: str) -> list[str]:
    """Return the parts of a cell that lists several things."""
    pieces = [" ".join(line.split()) for line in text.splitlines()]
    for mark in (";", "|", " / ", " or ", ", "):
        pieces = [part for piece in pieces for part in piece.split(mark)]
    parts = [part.strip(" ,") for part in pieces if part.strip(" ,")]
    return parts if len(parts) <= _MOST_PARTS else [text]


_MOST_PARTS: Final = 300
"""Most things that one cell lists; what has more is a text with many commas."""

_KEPT: Final = (IGNORED, ASIDE, YES_HIDES, NO_HIDES, "level.parent", "level.site", "level.program")
"""Fields whose cells stay under the names of their columns."""
_NO_PLAIN_TEXT: Final = frozenset("id name status ages email url level assured_date last_modified".split())
_FREE: Final = frozenset({"free", "gratis", "none", "no cost", "no fee", "$0", "0"})
_GUESSED_DATES: Final = {
    "order": "a date of which month and day may be the other way round",
    "serial": "a date as a spreadsheet program counts days",
}
_PHONES: Final = (
    ("phones", "", ""),
    ("phones.toll_free", "voice", "Toll free"),
    ("phones.fax", "fax", ""),
    ("phones.tty", "textphone", ""),
)
_LINKS: Final = frozenset({"service.url", "organization.website"})
_LISTS: Final = {
    "languages": "name",
    "attributes": "label",
    "service_areas": "name",
    "required_documents": "document",
}
