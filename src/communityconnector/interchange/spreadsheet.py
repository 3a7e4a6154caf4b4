"""A plain spreadsheet as a directory: one CSV, a service a row, whose columns a small mapping names.

The mapping is guessed from the column names, shown, and can be saved, edited and given.
"""

from __future__ import annotations

import csv
import difflib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import attrs

from communityconnector.errors import InvalidMappingError, SourceNotFoundError
from communityconnector.model.identity import DISCLOSURE_LINK, mint

FIELDS: Final[Mapping[str, str]] = {
    "service.id": "id, record id, service id, program id, site id",
    "service.name": "name, service, service name, program, program name, nombre, servicio, nombre del servicio, title",
    "service.alternate_name": "alternate name, aka, also known as, other name",
    "service.description": "description, services, services provided, services offered, program description, "
    "service description, what we do, details, descripcion, notes, comments, about, summary",
    "service.url": "website, url, web site, web, web address, link, homepage, sitio web, pagina web",
    "service.email": "email, e mail, email address, correo, correo electronico, contact email",
    "service.status": "status, estado del servicio, active",
    "service.eligibility_description": "eligibility, who is served, who we serve, population served, target population, "
    "elegibilidad, requirements, requisitos, restrictions, criteria, serves, population",
    "service.ages": "ages, ages served, age, age range, edad, edades, age group",
    "service.minimum_age": "minimum age, min age, edad minima",
    "service.maximum_age": "maximum age, max age, edad maxima",
    "service.fees_description": "fees, fee, cost, costs, price, costo, precio",
    "service.application_process": "how to apply, application process, intake procedure, intake process, intake, access, "
    "how to access, como solicitar, referral process",
    "service.assured_date": "last updated, updated, last verified, verified, date verified, date updated, last reviewed",
    "service.alert": "alert, notice",
    "organization.name": "agency, agency name, organization, organization name, organisation, provider, provider name, "
    "agencia, organizacion, company, sponsor, parent agency",
    "organization.website": "agency website, organization website",
    "organization.description": "agency description, organization description",
    "location.name": "location, location name, site, site name, branch, lugar",
    "location.address": "address, full address, location address, direccion, domicilio",
    "location.address_1": "address 1, address line 1, street, street address, calle, street 1, address1, physical address",
    "location.address_2": "address 2, address line 2, suite, unit, street 2, address2",
    "location.city": "city, town, ciudad",
    "location.region": "county, condado",
    "location.state_province": "state, st, province, estado, provincia",
    "location.postal_code": "zip, zip code, zipcode, postal code, postcode, codigo postal",
    "location.country": "country, pais",
    "location.latitude": "latitude, lat, latitud, y",
    "location.longitude": "longitude, lon, lng, long, longitud, x",
    "location.confidential": "confidential, confidential address, address confidential, do not publish, private address, "
    "confidencial",
    "location.accessibility": "accessibility, wheelchair accessible, ada accessible, accesibilidad, wheelchair, ada",
    "location.transportation": "transportation, transit, bus, directions, transporte",
    "schedules": "hours, hours of operation, opening hours, business hours, office hours, open, times, days and hours, "
    "days hours, horario, horas, schedule",
    "phones": "phone, telephone, phone number, telephone number, tel, main phone, phone 1, phone 2, telefono, telephone 2, "
    "phone2, office phone, mobile, cell",
    "phones.fax": "fax, fax number",
    "phones.toll_free": "toll free, toll free number, 800 number, hotline",
    "languages": "languages, language, languages spoken, idiomas, idioma",
    "attributes": "category, categories, type, service type, keywords, tags, subcategory, categoria, tipo, need",
    "service_areas": "service area, area served, areas served, coverage area, counties served, area de servicio, "
    "geographic area",
    "required_documents": "documents, required documents, documents required, bring, what to bring, documentos",
    "contacts.name": "contact, contact name, contact person, contacto",
    "contacts.title": "contact title, title of contact, position",
}
"""What a column may mean, and the names that columns of that meaning bear (in English and Spanish)."""

IGNORED: Final = ""
"""The meaning of a column that is kept as it is, as an unknown field of the service."""


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9\u00e0-\u00ff]+", " ", name.casefold()).split()).translate(_ACCENTS)


_ACCENTS: Final = str.maketrans("\u00e1\u00e9\u00ed\u00f3\u00fa\u00f1\u00fc", "aeiounu")


_BY_NAME: Final[Mapping[str, str]] = {
    name: field for field, names in FIELDS.items() for name in names.split(", ")
}


@attrs.frozen
class ColumnMapping:
    """What the columns of a spreadsheet mean.

    Attributes:
        columns: meaning by column name: one of `FIELDS`, or "" for a column that is kept as it is.
    """

    columns: Mapping[str, str]

    @classmethod
    def guess(cls, header: Sequence[str], rows: Sequence[Mapping[str, str]] = ()) -> ColumnMapping:
        """Guess it from the column names, and from some rows where a name leaves it open.

        Args:
            header: the column names.
            rows: some rows, cells by column name.
        """
        found = {column: _meaning(column) for column in header}
        if "service.name" not in found.values():
            # The sheet lists agencies; what is called a location may be all the name there is.
            for spare in ("organization.name", "location.name"):
                named = [column for column, field in found.items() if field == spare]
                if named and spare == "location.name":
                    found[named[0]] = "service.name"
                if named:
                    break
        for column, field in found.items():
            if field in _BOUNDS and not _within(column, rows, _BOUNDS[field]):
                found[column] = IGNORED
        return cls(found)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> ColumnMapping:
        """Read a mapping that `save` wrote and somebody may have edited: a CSV of `column,field`.

        Raises:
            SourceNotFoundError: there is no such file.
            InvalidMappingError: a row has not two cells, or names a field that is none of `FIELDS`.
        """
        try:
            with Path(path).open(encoding="utf-8-sig", newline="") as file:
                rows = [row for row in csv.reader(file) if any(cell.strip() for cell in row)]
        except OSError as error:
            message = f"{path}: cannot be opened ({error.strerror})"
            raise SourceNotFoundError(message) from error
        except (UnicodeDecodeError, csv.Error) as error:
            message = f"{path}: no table of columns ({error})"
            raise InvalidMappingError(message) from error
        columns: dict[str, str] = {}
        for number, row in enumerate(rows[1:], start=2):
            if len(row) < 2:
                message = f"{path} line {number}: two cells expected, the column and its field"
                raise InvalidMappingError(message)
            columns[row[0]] = row[1].strip()
        return cls(columns)

    def __attrs_post_init__(self) -> None:
        for column, field in self.columns.items():
            if field and field not in FIELDS:
                near = difflib.get_close_matches(field, FIELDS, n=3, cutoff=0.3)
                message = (
                    f"column {column!r}: {field!r} is no field; perhaps {', '.join(near) or 'one of FIELDS'}"
                )
                raise InvalidMappingError(message)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the mapping as a CSV of two columns, to be edited in any spreadsheet program."""
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("column", "field"))
            writer.writerows(self.columns.items())

    def __str__(self) -> str:
        """One line a column."""
        width = max(map(len, self.columns), default=0)
        return "\n".join(
            f"{column:{width}}  {field or '(kept as it is)'}" for column, field in self.columns.items()
        )


_BOUNDS: Final = {"location.latitude": 90.0, "location.longitude": 180.0}


def _within(column: str, rows: Sequence[Mapping[str, str]], bound: float) -> bool:
    """Whether a column called like a coordinate holds nothing else."""
    cells = [row.get(column, "").strip() for row in rows]
    filled = [cell for cell in cells if cell]
    if not filled and len(_plain(column)) > 1:
        return True
    try:
        return bool(filled) and all(abs(float(cell)) <= bound for cell in filled)
    except ValueError:
        return False


def _meaning(column: str) -> str:
    return _BY_NAME.get(_plain(column), IGNORED)


def looks_like_spreadsheet(header: Sequence[str]) -> bool:
    """Whether column names are those of a sheet of services: something that names, and two columns more."""
    found = {_meaning(column) for column in header} - {IGNORED, "service.id"}
    return bool(found & {"service.name", "organization.name"}) and len(found) >= 3


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
            cells.setdefault(mapping.columns.get(column, IGNORED), []).append((column, text))
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
        status = self.first("service.status")
        if status:
            found["status"] = _STATUS.get(status.lower(), status)
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
_STATUS: Final = {
    "open": "active",
    "yes": "active",
    "activo": "active",
    "closed permanently": "defunct",
    "permanently closed": "defunct",
    "temporarily closed": "temporarily closed",
    "inactivo": "inactive",
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
