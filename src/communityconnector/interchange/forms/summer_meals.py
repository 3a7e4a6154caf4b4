"""Sites of summer meals for children, as the Department of Agriculture puts them on a map: a row a site and season.

The first and the last day bound the hours. Names in capitals are written as names mostly are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, SheetForm
from communityconnector.interchange.forms.row_services import (
    RowForm,
    add_kinds,
    as_written,
    has_columns,
    places_of,
)
from communityconnector.interchange.texts.date_cells import day_of
from communityconnector.model import Severity

_FIELDS: Final = {
    "siteidexternal": "service.id",
    "sitename": "service.name",
    "sponsorname": "organization.name",
    "sponsoringorganization": "organization.name",
    "sitestreet": "location.address_1",
    "siteaddress": "location.address_1",
    "siteaddress1": "location.address_1",
    "sitestreet2": "location.address_2",
    "siteaddress2": "location.address_2",
    "sitecity": "location.city",
    "sitestate": "location.state_province",
    "sitezip": "location.postal_code",
    "sitecounty": "location.region",
    "sitephone": "phones",
    "sitehours": "schedules",
    "sitestatus": "service.status",
    "enddate": "service.status",
    "latitude": "location.latitude",
    "longitude": "location.longitude",
    "geometrylatitude": "location.latitude",
    "geometrylongitude": "location.longitude",
}
_TOLD: Final = ("servicetype", "siteinstructions", "comments")
_IN_CAPITALS: Final = ("address_1", "address_2", "city", "region")
_BOUNDS: Final = {"startdate": "valid_from", "enddate": "valid_to"}


def _finish(raw: dict[str, Any], row: Mapping[str, str]) -> Sequence[FormNote] | None:
    add_kinds(raw, "Summer meals for children")
    raw["name"] = f"Summer meals: {as_written(raw['name'])}"
    for place in places_of(raw):
        for address in place.get("addresses") or ():
            address.update({part: as_written(address[part]) for part in _IN_CAPITALS if part in address})
    notes = []
    told = [row.get(column, "") for column in _TOLD]
    for column, field in _BOUNDS.items():
        text = row.get(column, "")
        day, guessed = day_of(text)
        for schedule in raw.get("schedules") or ():
            schedule[field] = day
        if day and field == "valid_from":
            told.append(f"First day: {day}")
        if guessed:
            message = "a day with month and day in an order that is guessed"
            notes.append(FormNote("date-guessed", message, f"read as {day}", Severity.INFO, column))
        elif text and not day:
            notes.append(
                FormNote(
                    "not-a-date", "not a day that can be read in one way", "kept as it was", where=column
                )
            )
    raw["description"] = "; ".join(filter(None, told))
    return notes


_FORM: Final = RowForm("sites of summer meals (USDA)", _FIELDS, _finish, id_keys=("sitename",))


def _recognises(columns: Sequence[str]) -> bool:
    return has_columns(columns, "sitename", "sitehours", "startdate", "enddate", "servicetype")


SUMMER_MEALS: Final = SheetForm("summer-meals", _recognises, _FORM.lift)
"""Sites of summer meals."""
