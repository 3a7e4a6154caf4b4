"""Lists of the Department of Housing and Urban Development: counseling agencies, housing authorities, places for the homeless.

Facts: the answers of HUD's API of housing counselors and its codes; the map layers of public housing authorities and
developments; the inventory of beds (HIC) and the projects of a homeless system (HMIS CSV). None of them says how long a
waiting list is. Beds are counted once a year: they are no vacancies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from communityconnector.interchange.forms.content import FormNote, SheetForm
from communityconnector.interchange.forms.hud_codes import (
    AUTHORITY_PROGRAMS,
    COUNSELING,
    LANGUAGES,
    PROJECT_KINDS,
)
from communityconnector.interchange.forms.row_services import (
    RowForm,
    add_kinds,
    has_columns,
    key_of,
    places_of,
)
from communityconnector.model import Severity
from communityconnector.model.identity import mint
from communityconnector.model.internal_fields import PRIVATE
from communityconnector.model.level import Disclosure

_COUNSELING: Final = {
    "agcid": "service.id",
    "nme": "organization.name",
    "adr1": "location.address_1",
    "adr2": "location.address_2",
    "city": "location.city",
    "statecd": "location.state_province",
    "zipcd": "location.postal_code",
    "countynme": "location.region",
    "agcaddrlatitude": "location.latitude",
    "agcaddrlongitude": "location.longitude",
    "phone1": "phones",
    "phone2": "phones",
    "fax": "phones.fax",
    "email": "service.email",
    "weburl": "service.url",
}


_MOST_CODES: Final = 300


def _codes(text: str) -> list[str]:
    """Return the parts of a list; texts of a list in JSON are parted by semicolons, since commas stand within them."""
    mark = ";" if ";" in text else ","
    return [part.strip() for part in text.split(mark, _MOST_CODES)[:_MOST_CODES] if part.strip()]


def _is_code(text: str) -> bool:
    return len(text) <= 3 and text.isupper()


def _counseling(raw: dict[str, Any], row: Mapping[str, str]) -> Sequence[FormNote] | None:
    services = _codes(row.get("services", ""))
    add_kinds(
        raw,
        "Housing counseling",
        *(COUNSELING.get(code, "" if _is_code(code) else code) for code in services),
    )
    names = [LANGUAGES.get(code, code) for code in _codes(row.get("languages", ""))]
    raw["languages"] = [
        {"id": mint("row", str(raw["id"]), "language", name), "name": name}
        for name in dict.fromkeys(names)
        if name
    ]
    unread = [code for code in services if _is_code(code) and code not in COUNSELING]
    if unread:
        message = f"codes of services that are not known here: {', '.join(unread[:20])}"
        return (FormNote("columns-not-understood", message, "kept as they are", Severity.INFO, "services"),)
    return ()


_AUTHORITY: Final = {
    "participantcode": "service.id",
    "formalparticipantname": "organization.name",
    "stdaddr": "location.address_1",
    "stdcity": "location.city",
    "stdst": "location.state_province",
    "stdzip5": "location.postal_code",
    "haphnnum": "phones",
    "hafaxnum": "phones.fax",
    "haemailaddrtext": "service.email",
    "lat": "location.latitude",
    "lon": "location.longitude",
    "geometrylatitude": "location.latitude",
    "geometrylongitude": "location.longitude",
}
_DEVELOPMENT: Final = {
    **_AUTHORITY,
    "projectname": "service.name",
    "developmentcode": "service.id",
    "participantcode": "",
}
_PERSON: Final = "execdir"
"""How the columns begin that are about an authority's director, whom nobody asks for a place to live."""


def _authority(raw: dict[str, Any], row: Mapping[str, str]) -> Sequence[FormNote] | None:
    program = row.get("haprogramtype", "")
    add_kinds(raw, "Public housing authority", *AUTHORITY_PROGRAMS.get(program.casefold(), (program,)))
    _keep_people(raw)
    return ()


def _development(raw: dict[str, Any], _: Mapping[str, str]) -> Sequence[FormNote] | None:
    add_kinds(raw, "Public housing")
    _keep_people(raw)
    return ()


def _keep_people(raw: dict[str, Any]) -> None:
    for name in [name for name in raw if key_of(name).removeprefix("x").startswith(_PERSON)]:
        raw.setdefault(PRIVATE, {})[name] = raw.pop(name)


_HOMELESS: Final = {
    "agency": "organization.name",
    "organizationname": "organization.name",
    "progname": "service.name",
    "projectname": "service.name",
    "projectid": "service.id",
    "address1": "location.address_1",
    "address2": "location.address_2",
    "city": "location.city",
    "state": "location.state_province",
    "zip": "location.postal_code",
    "operatingenddate": "service.status",
}
_VICTIMS: Final = frozenset(
    {"dv", "domestic violence", "domestic violence victims", "survivors of domestic violence"}
)


def _homeless(raw: dict[str, Any], row: Mapping[str, str]) -> Sequence[FormNote] | None:
    kind = row.get("progtype") or row.get("projecttype") or row.get("projtype") or ""
    add_kinds(raw, PROJECT_KINDS.get(kind.upper(), "" if kind.isdigit() else kind))
    group = row.get("targetpop") or row.get("targetpopulation") or ""
    if group.casefold() not in _VICTIMS:
        return ()
    for place in places_of(raw):
        place["disclosure"] = Disclosure.NEVER.value
    message = "a project for victims of violence is read as: hide the place"
    return (FormNote("hidden-by-words", message, "hidden", Severity.INFO, "TargetPop"),)


def _is_of_the_homeless(columns: Sequence[str]) -> bool:
    return any(
        has_columns(columns, *names)
        for names in (
            ("progtype", "agency", "progname"),
            ("organizationname", "projectname", "projecttype"),
            ("organizationname", "projectname", "victimserviceprovider"),
        )
    )


HUD_FORMS: Final = (
    SheetForm(
        "hud-counseling",
        lambda columns: has_columns(columns, "nme", "agcid", "adr1"),
        RowForm("housing counseling agencies (HUD)", _COUNSELING, _counseling).lift,
    ),
    SheetForm(
        "hud-development",
        lambda columns: has_columns(columns, "formalparticipantname", "projectname"),
        RowForm(
            "public housing developments (HUD)", _DEVELOPMENT, _development, id_keys=("projectname",)
        ).lift,
    ),
    SheetForm(
        "hud-authority",
        lambda columns: has_columns(columns, "participantcode", "formalparticipantname"),
        RowForm("public housing authorities (HUD)", _AUTHORITY, _authority).lift,
    ),
    SheetForm(
        "hud-homeless",
        _is_of_the_homeless,
        RowForm(
            "projects for the homeless (HIC, HMIS)", _HOMELESS, _homeless, id_keys=("agency", "progname")
        ).lift,
    ),
)
"""Lists of the Department of Housing and Urban Development."""
