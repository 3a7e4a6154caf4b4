"""What the columns of a plain spreadsheet mean: guessed from their names, shown, and can be saved, edited and given."""

from __future__ import annotations

import csv
import difflib
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from communityconnector.errors import InvalidMappingError, SourceNotFoundError
from communityconnector.interchange.states import sense_of

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
    found = _BY_NAME.get(_plain(column), IGNORED)
    return "service.status" if found == IGNORED and sense_of(column) is not None else found


def looks_like_spreadsheet(header: Sequence[str]) -> bool:
    """Whether column names are those of a sheet of services: something that names, and two columns more."""
    found = {_meaning(column) for column in header} - {IGNORED, "service.id"}
    return bool(found & {"service.name", "organization.name"}) and len(found) >= 3
