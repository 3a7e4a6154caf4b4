"""A plain spreadsheet as a directory: one CSV, a service a row, whose columns a small mapping names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from communityconnector.interchange.column_mapping import FIELDS, IGNORED, ColumnMapping
from communityconnector.interchange.states import is_yes_or_no, sense_of
from communityconnector.model.identity import DISCLOSURE_LINK, mint


@attrs.frozen
class SheetRow:
    """What a row becomes.

    Attributes:
        raw: a nested HSDS service as raw JSON; empty for an empty row.
        notes: what was guessed or could not be read: rule, message, column, value.
    """

    raw: dict[str, Any]
    notes: tuple[tuple[str, str, str, str], ...] = ()


def lift_row(mapping: ColumnMapping, row: Mapping[str, str], key: str) -> SheetRow:
    """Make one nested HSDS service of a row.

    Ids are made of the row's own id, else of `key`, and of the agency's name: never of an address, which would let
    somebody test guesses of a hidden one.

    Args:
        mapping: what the columns mean.
        row: cells by column name.
        key: what tells the row from others, should it have no id.
    """
    cells: dict[str, list[tuple[str, str]]] = {}
    for column, cell in row.items():
        text = cell.strip()
        if text:
            field = mapping.columns.get(column, IGNORED)
            if field == "schedules" and is_yes_or_no(column, text):
                # "Open: Yes" tells no hours.
                field = "service.status"
            cells.setdefault(field, []).append((column, text))
    if not cells:
        return SheetRow({})
    return _Sheet(cells, key).row()


class _Sheet:
    """One row while it becomes a service."""

    def __init__(self, cells: dict[str, list[tuple[str, str]]], key: str) -> None:
        self.cells = cells
        self.notes: list[tuple[str, str, str, str]] = []
        given = self.first("service.id")
        self.id = given or mint("row", key)

    def first(self, field: str) -> str:
        """The first cell of a meaning."""
        return self.cells.get(field, [("", "")])[0][1]

    def joined(self, field: str) -> str:
        """All cells of a meaning."""
        return "; ".join(dict.fromkeys(text for _, text in self.cells.get(field, ())))

    def many(self, field: str) -> list[tuple[str, str]]:
        """The parts of all cells of a meaning, with their columns."""
        return [
            (c, part) for c, text in self.cells.get(field, ()) for part in _SPLIT.split(text) if part.strip()
        ]

    def note(self, rule: str, message: str, field: str) -> None:
        column, value = self.cells[field][0]
        self.notes.append((rule, message, column, value))

    def child(self, name: str, number: int = 0) -> str:
        """The id of something within the service."""
        return mint("row", self.id, name, str(number))

    def row(self) -> SheetRow:
        agency = self.first("organization.name")
        name = self.first("service.name") or agency
        if not self.first("service.name") and agency:
            self.note(
                "name-from-agency",
                "no name of a service; the agency's name stands for it",
                "organization.name",
            )
        raw: dict[str, Any] = {"id": self.id, "name": name}
        raw.update(self.texts())
        hours = self.joined("schedules")
        if hours:
            # The reader of every form turns words into schedules where they are certain.
            raw["schedules"] = [{"id": self.child("schedule"), "description": hours}]
        phones = self.phones()
        if phones:
            raw["phones"] = phones
        for field, part in _LISTS.items():
            items = [
                {"id": self.child(field, n), part: text.strip()}
                for n, (_, text) in enumerate(self.many(field))
            ]
            if items:
                raw[field] = items
        for item in raw.get("attributes", ()):
            item["link_type"] = "service_type"
        contact = {part: self.first(f"contacts.{part}") for part in ("name", "title")}
        if any(contact.values()):
            raw["contacts"] = [{"id": self.child("contact"), **{k: v for k, v in contact.items() if v}}]
        if agency:
            raw["organization"] = self.agency(agency)
        place = self.place()
        if place:
            raw["service_at_locations"] = [{"id": self.child("at"), "location": place}]
        for column, text in self.cells.get(IGNORED, ()):
            raw.setdefault(f"x_{column}" if column in raw else column, text)
        return SheetRow(raw, tuple(self.notes))

    def texts(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for field in FIELDS:
            entity, _, name = field.partition(".")
            if entity == "service" and name not in ("id", "name", "status", "ages", "email"):
                text = self.joined(field)
                if text:
                    found[name] = text
        ages = self.joined("service.ages")
        if ages:
            said = found.get("eligibility_description", "")
            found["eligibility_description"] = "; ".join(filter(None, (said, f"Ages: {ages}")))
            limits = age_limits(ages)
            found.update({k: v for k, v in (limits or {}).items() if k not in found})
            if limits is None:
                self.note(
                    "ages-not-read",
                    "ages in words that cannot be read with certainty; kept as text",
                    "service.ages",
                )
        if self.first("service.fees_description").lower() in {
            "free",
            "gratis",
            "none",
            "no cost",
            "no fee",
            "$0",
            "0",
        }:
            found["cost_options"] = [{"id": self.child("cost"), "option": "free", "amount": 0}]
        for column, text in self.cells.get("service.status", ()):
            # The reader of every form knows what such names and words mean.
            found.setdefault(column if sense_of(column) is not None else "status", text)
        mails = [part for _, part in self.many("service.email")]
        if mails:
            found["email"] = mails[0]
            if len(mails) > 1:
                self.note(
                    "several-emails", "several e-mail addresses; the first is the service's", "service.email"
                )
                found["x_more_emails"] = mails[1:]
        return found

    def phones(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for field, kind in (("phones", ""), ("phones.toll_free", "voice"), ("phones.fax", "fax")):
            for _, part in self.many(field):
                match = _EXTENSION.search(part)
                phone: dict[str, Any] = {"id": self.child("phone", len(found)), "number": part.strip()}
                if match:
                    phone.update(number=part[: match.start()].strip(" ,;"), extension=match[1])
                if kind:
                    phone["type"] = kind
                if field == "phones.toll_free":
                    phone["description"] = "Toll free"
                found.append(phone)
        return found

    def agency(self, name: str) -> dict[str, Any]:
        found = {"id": mint("organization", " ".join(name.casefold().split())), "name": name}
        for part in ("website", "description"):
            text = self.first(f"organization.{part}")
            if text:
                found[part] = text
        return found

    def place(self) -> dict[str, Any]:
        address = {
            part: text
            for part in (
                "address_1",
                "address_2",
                "city",
                "region",
                "state_province",
                "postal_code",
                "country",
            )
            if (text := self.first(f"location.{part}"))
        }
        whole = self.joined("location.address")
        if whole:
            parts = _ONE_LINE.fullmatch(whole)
            if parts and not address.keys() & {"city", "postal_code"}:
                address = {**{k: v for k, v in parts.groupdict().items() if v}, **address}
            else:
                address = {"address_1": whole, **address}
        place: dict[str, Any] = {}
        for part in ("name", "latitude", "longitude", "transportation"):
            text = self.first(f"location.{part}")
            if text:
                place[part] = text
        if address:
            place["addresses"] = [{"id": self.child("address"), "address_type": "physical", **address}]
        access = self.joined("location.accessibility")
        if access and access.lower() not in {"no", "n", "none", "false"}:
            words = "Wheelchair accessible" if access.lower() in {"yes", "y", "x", "true", "si"} else access
            place["accessibility"] = [{"id": self.child("accessibility"), "description": words}]
        hidden = self.first("location.confidential").lower()
        if hidden and hidden not in {"no", "n", "false", "0"}:
            # Any other word may mean that the place is to be kept secret, so it is.
            place["attributes"] = [
                {"id": self.child("disclosure"), "link_type": DISCLOSURE_LINK, "value": "never"}
            ]
        return {"id": self.child("location"), "location_type": "physical", **place} if place else {}


_SPLIT: Final = re.compile(r"\s*[;|\n]\s*|\s+/\s+|\s+or\s+|,\s+(?!ext|x\d)", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"[,;\s]*(?:ext\.?|extension|x)\s*\.?\s*(\d{1,6})\s*$", re.IGNORECASE | re.ASCII
)
_ONE_LINE: Final = re.compile(
    r"(?P<address_1>\d[^,]*)(?:,\s*(?P<address_2>(?i:suite|ste|unit|apt|#)[^,]*))?,\s*(?P<city>[^,\d]+),\s*"
    r"(?P<state_province>[A-Z]{2})\.?,?\s+(?P<postal_code>\d{5}(?:-\d{4})?)"
)
_LISTS: Final = {
    "languages": "name",
    "attributes": "label",
    "service_areas": "name",
    "required_documents": "document",
}
_AGE: Final = r"(\d{1,3})(?:\s*(?:years?|yrs?)(?:\s*old)?)?"
_AGES: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], dict[str, int]]], ...]] = (
    (
        re.compile(rf"{_AGE}\s*(?:-|\u2013|to|through)\s*{_AGE}"),
        lambda m: {"minimum_age": int(m[1]), "maximum_age": int(m[2])},
    ),
    (
        re.compile(rf"{_AGE}\s*(?:\+|and (?:over|older|up|above)|or (?:over|older|above))"),
        lambda m: {"minimum_age": int(m[1])},
    ),
    (re.compile(r"adults?(?: only)?"), lambda _: {"minimum_age": 18}),
    (re.compile(r"all(?: ages)?|any(?: age)?|everyone"), lambda _: {}),
)


def age_limits(text: str) -> dict[str, int] | None:
    """The ages that a text states ("18-24", "60 and older"), inclusive, in years; `None` where they are not certain."""
    bare = re.sub(r"^ages?:?\s*", "", text.strip().lower()).rstrip(".")
    for pattern, limits in _AGES:
        found = pattern.fullmatch(bare)
        if found:
            ages = limits(found)
            return ages if ages.get("minimum_age", 0) <= ages.get("maximum_age", 999) else None
    return None
