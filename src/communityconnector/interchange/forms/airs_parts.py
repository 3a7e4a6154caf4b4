"""The parts of AIRS XML as parts of HSDS: addresses, phones, hours, areas, terms and the rest, by their local names.

Facts: the schemas 3.0, 3.1 and 4.0 of the Alliance of Information and Referral Systems (airsalliance/airs-xml), and what
exports of iCarol add to them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET

from communityconnector.interchange.files.xml_text import text_of

_TAG: Final = re.compile(r"<[^<>]{0,500}>")
_DAYS: Final = {
    "Sunday": "SU", "Monday": "MO", "Tuesday": "TU", "Wednesday": "WE", "Thursday": "TH", "Friday": "FR", "Saturday": "SA",
}  # fmt: skip
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})")
_NEVER: Final = "1900-01-01"
"""Stands for a date that is not known."""
_CODED: Final = re.compile(r"(?:what|who)\s{0,3}:\s{0,3}'([^']{1,80})'")
"""A local term in place of a code: `{what:'FOOD',who:'Seniors'}`."""
_COUNTRIES: Final = {"UNITED STATES": "US", "USA": "US", "UNITED STATES OF AMERICA": "US", "CANADA": "CA"}
FLAGS: Final[tuple[str, ...]] = (
    "Confidential",
    "ExcludeFromWebsite",
    "ExcludeFromDirectory",
    "AvailableForDirectory",
    "AvailableForReferral",
)
"""Marks of privacy; they are kept under their names, by which they are understood."""


def said(parent: ET.Element, *names: str) -> str:
    """Return the text of the first child that has one of some names and a text; "" for none. Markup is taken out."""
    for name in names:
        for child in parent.findall(name):
            if text := plain(text_of(child)):
                return text
    return ""


def plain(text: str) -> str:
    """Return a text without markup, which some exports escape twice."""
    if "&" in text:
        text = html.unescape(html.unescape(text))
    return " ".join(_TAG.sub(" ", text).split()) if "<" in text else text.strip()


def flags(element: ET.Element) -> dict[str, str]:
    """Return the marks of privacy of an element, in an attribute or, since 4.0, a child."""
    found = {name: value for name in FLAGS if (value := element.get(name) or text_of(element.find(name)))}
    if element.find("ReasonWithheld") is not None:
        found["Confidential"] = "true"
    return found


def is_deleted(element: ET.Element) -> bool:
    """Return whether an element only says that its record was deleted."""
    return element.get("delete", "").lower() in {"1", "true", "yes"}


def date_of(text: str | None) -> str | None:
    """Return a date; `None` where it is not known."""
    found = _DATE.match(text or "")
    return None if found is None or found[1] == _NEVER else found[1]


def addresses(site: ET.Element, key: str) -> list[dict[str, Any]]:
    """Return the addresses of a site; one that is withheld has no lines, and says so."""
    made = []
    for tag, kind in (
        ("PhysicalAddress", "physical"),
        ("MailingAddress", "postal"),
        ("OtherAddress", "physical"),
    ):
        for number, element in enumerate(site.findall(tag)):
            lines = [said(element, "PreAddressLine"), *(said(element, f"Line{n}") for n in range(1, 10))]
            lines = [line for line in lines if line]
            own = flags(element)
            country = said(element, "Country")
            if (
                not lines
                and not said(element, "City", "ZipCode", "PostalCode")
                and not own.get("Confidential")
            ):
                continue
            made.append(
                {
                    "id": f"{key}-{tag}-{number}",
                    "address_type": kind,
                    "address_1": lines[0] if lines else "",
                    "address_2": ", ".join(lines[1:]),
                    "city": said(element, "City"),
                    "region": said(element, "County"),
                    "state_province": said(element, "State"),
                    "postal_code": said(element, "ZipCode", "PostalCode"),
                    "country": _COUNTRIES.get(country.upper(), country),
                    **own,
                }
            )
    return made


def phones(parent: ET.Element, key: str) -> list[dict[str, Any]]:
    """Return the phones of an agency, a site or a service; most exports have empty ones."""
    made = []
    for number, element in enumerate(parent.findall("Phone")):
        digits = said(element, "PhoneNumber", "Phone")
        if not digits:
            continue
        words = [said(element, "Description"), said(element, "Function"), said(element, "Name")]
        made.append(
            {
                "id": f"{key}-phone-{number}",
                "number": digits,
                "extension": said(element, "Extension"),
                "type": said(element, "Type").lower() or None,
                "description": ", ".join(dict.fromkeys(filter(None, words))),
                **flags(element),
            }
        )
    return made


def schedules(service: ET.Element, key: str) -> list[dict[str, Any]]:
    """Return the hours of a service. A season with dates bounds them; one in words stands beside them."""
    made: list[dict[str, Any]] = []
    bounds = _season(service)
    for parent in service.findall("TimeOpen"):
        notes = said(parent, "Notes")
        for day, code in _DAYS.items():
            made += [
                _hours(code, said(element, "From"), said(element, "To"), notes) | bounds
                for element in parent.findall(day)
            ]
        if notes and not made:
            made.append({"description": notes, **bounds})
    for element in service.findall("OpenHours"):
        code = _DAYS.get(said(element, "dayOpen").capitalize(), "")
        if code:
            made.append(
                _hours(code, said(element, "TimeOpens"), said(element, "TimeCloses"), said(element, "Notes"))
                | bounds
            )
    return [{"id": f"{key}-schedule-{number}", **one} for number, one in enumerate(made)]


def _hours(day: str, opens: str, closes: str, notes: str) -> dict[str, Any]:
    return {
        "freq": "WEEKLY", "byday": day, "opens_at": opens[:5] or None, "closes_at": closes[:5] or None, "notes": notes or None,
    }  # fmt: skip


def _season(service: ET.Element) -> dict[str, Any]:
    season = service.find("Seasonal")
    if season is None:
        return {}
    first, last = date_of(said(season, "StartDate")), date_of(said(season, "EndDate"))
    bounds: dict[str, Any] = {"valid_from": first, "valid_to": last} if first or last else {}
    words = said(season, "Description") or (
        "" if first or last else f"{said(season, 'StartDate')} {said(season, 'EndDate')}".strip()
    )
    return {**bounds, "description": words} if words else bounds


def terms(service: ET.Element, key: str) -> list[dict[str, Any]]:
    """Return the terms of a service as attributes; those of one `Taxonomy` belong together, a service and whom it is for."""
    made: list[dict[str, Any]] = []
    for group in service.findall("Taxonomy"):
        names = [text_of(term) for term in group.findall("TaxonomyTerm")]
        codes = [text_of(code) for code in (*group.findall("Code"), *group.findall("TaxonomyCode"))]
        for number, code in enumerate(filter(None, codes)):
            local = _CODED.findall(code)
            for name in local or [names[number] if number < len(names) else code]:
                term = {"id": f"term-{name if local else code}", "code": "" if local else code, "name": name}
                term |= {"description": name, "taxonomy": "local" if local else "211 Taxonomy"}
                made.append({"id": f"{key}-term-{len(made)}", "taxonomy_term": term})
    return made


def languages(parent: ET.Element, key: str) -> list[dict[str, Any]]:
    """Return the languages that are spoken; "English, Spanish" are two."""
    names = [
        name.strip()
        for element in parent.findall("Languages")
        for name in re.split(r"[,;/]", said(element, "Name"))
        if name.strip()
    ]
    return [
        {"id": f"{key}-language-{number}", "name": name} for number, name in enumerate(dict.fromkeys(names))
    ]


def areas(service: ET.Element, key: str) -> list[dict[str, Any]]:
    """Return the areas that are served. A town or a county belongs to the state that follows it."""
    names: list[str] = []
    for tag in ("GeographicAreaServed", "ServiceArea"):
        for element in service.findall(tag):
            names += _named(element)
    return [{"id": f"{key}-area-{number}", "name": name} for number, name in enumerate(dict.fromkeys(names))]


def _named(area: ET.Element) -> Iterator[str]:
    waiting = ""
    for child in area:
        text = plain(text_of(child))
        if not text:
            continue
        if child.tag == "State":
            yield f"{waiting}, {text}" if waiting else text
            waiting = ""
            continue
        if waiting:
            yield waiting
            waiting = ""
        if child.tag in {"County", "City"}:
            waiting = f"{text} County" if child.tag == "County" and "county" not in text.lower() else text
        elif child.tag in {"ZipCode", "Description", "Country", "PostalCode"}:
            yield text
    if waiting:
        yield waiting


def requirements(service: ET.Element, key: str) -> dict[str, Any]:
    """Return whom a service is for, what it costs, what to bring and how to apply."""
    ages = service.find("AgeRequirements")
    eligibility = [
        said(service, "GeneralEligibility"),
        *(
            said(service, tag)
            for tag in (
                "AgeRequirements",
                "FamilyRequirements",
                "IncomeRequirements",
                "ResidencyRequirements",
            )
        ),
    ]
    gender = "" if ages is None else (ages.get("Gender") or "")
    if gender.lower() not in {"", "both", "any", "all", "no restriction"}:
        eligibility.append(f"{gender.capitalize()} only")
    documents = [
        said(element, "Description") or plain(text_of(element))
        for element in service.findall("DocumentsRequired")
    ]
    applying = service.find("ApplicationProcess")
    steps = [] if applying is None else [plain(text_of(step)) for step in applying.iter("Description")]
    return {
        "eligibility_description": ". ".join(dict.fromkeys(part.rstrip(".") for part in eligibility if part))
        or None,
        "minimum_age": None if ages is None else ages.get("MinimumAge"),
        "maximum_age": None if ages is None else ages.get("MaximumAge"),
        "fees_description": said(service, "FeeStructure", "Fees") or None,
        "application_process": "; ".join(filter(None, steps)) or said(service, "ApplicationProcess") or None,
        "required_documents": [
            {"id": f"{key}-document-{number}", "document": text}
            for number, text in enumerate(documents)
            if text
        ],
    }
