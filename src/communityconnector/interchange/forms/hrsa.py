"""Sites of health centers, as the Health Resources and Services Administration publishes them (a CSV of 55 columns).

Facts: the data set "Health Center Service Delivery and Look-Alike Sites". Hours a week are no opening hours, and the day on
which the row was made is that of the whole snapshot: neither is read as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, SheetForm
from communityconnector.interchange.forms.row_services import RowForm, add_kinds, has_columns

_FIELDS: Final = {
    "bphcassignednumber": "service.id",
    "sitename": "service.name",
    "healthcentername": "organization.name",
    "healthcentertype": "attributes",
    "siteaddress": "location.address_1",
    "sitecity": "location.city",
    "sitestateabbreviation": "location.state_province",
    "sitepostalcode": "location.postal_code",
    "completecountyname": "location.region",
    "sitetelephonenumber": "phones",
    "sitewebaddress": "service.url",
    "sitestatusdescription": "service.status",
    "geocodingartifactaddressprimaryxcoordinate": "location.longitude",
    "geocodingartifactaddressprimaryycoordinate": "location.latitude",
}
_KINDS: Final = (
    "healthcentertypedescription",
    "healthcenterlocationtypedescription",
    "healthcenterservicedeliverysitelocationsettingdescription",
)
_OFFICE: Final = "administrative"
_MOVES: Final = ("mobile", "intermittent")
_SEASONAL: Final = "seasonal"


def _finish(raw: dict[str, Any], row: Mapping[str, str]) -> Sequence[FormNote] | None:
    if any(row.get(column, "").casefold() == _OFFICE for column in _KINDS):
        return None
    add_kinds(raw, "Community health center")
    kind = row.get("healthcenterlocationtypedescription", "")
    calendar = row.get("healthcenteroperatingcalendar", "")
    told = [kind] if kind.casefold().startswith((*_MOVES, _SEASONAL)) else []
    if _SEASONAL in calendar.casefold() and not any(_SEASONAL in text.casefold() for text in told):
        told.append(calendar)
    if told:
        # Where and when it is there, no column says.
        raw["alert"] = f"Kind of site: {', '.join(told)}"
    return ()


_FORM: Final = RowForm(
    "sites of health centers (HRSA)", _FIELDS, _finish, not_services="offices, where nobody is treated"
)


def _recognises(columns: Sequence[str]) -> bool:
    return has_columns(columns, "healthcentername", "bphcassignednumber", "sitename")


HRSA: Final = SheetForm("hrsa", _recognises, _FORM.lift)
"""Sites of health centers."""
