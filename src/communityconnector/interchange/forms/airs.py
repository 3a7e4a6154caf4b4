"""AIRS XML 3.0, 3.1 and 4.0, the form in which 211 centres hand on their resources (Inform USA, formerly AIRS).

In 3.x an agency holds its sites, and a site its services; in 4.0 all of them stand beside each other and name each other by
ids. An agency is read as a whole, so that a file of any size takes the memory of its largest agency; a file of 4.0 takes
the memory of its records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET

from communityconnector.interchange.files.sources import SourceFile
from communityconnector.interchange.files.xml_text import BrokenXmlError, UnsafeXmlError, elements, text_of
from communityconnector.interchange.forms import airs_parts as parts
from communityconnector.interchange.forms.content import FileForm, FormNote, LiftedRecord, LiftedRecords
from communityconnector.model import Severity

_START: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,50}(?:<\?xml[^>]{0,200}>)?\s{0,50}(?:<!--.{0,500}?-->\s{0,50})?<(?:\w{1,20}:)?Source\b[^>]{0,2000}"
    rb"(?:SchemaVersion|TaxonomyVersion|SoftwareVendor|airs\.org)",
    re.DOTALL | re.IGNORECASE,
)
_DELETED_BY_WORDS: Final = re.compile(r"DEL(?:\d{2})?\b")
"""How some centres begin the description of a record that is to be deleted."""
_RANK: Final = ("", "active", "inactive", "defunct")


def _lift(file: SourceFile) -> Iterator[LiftedRecords]:
    notes: list[FormNote] = []
    yield LiftedRecords("AIRS XML", _records(file, notes), notes)


def _records(file: SourceFile, notes: list[FormNote]) -> Iterator[LiftedRecord]:
    gone = [0]
    flat = _FlatFile()
    try:
        with file.open() as stream:
            for element, line in elements(stream, {"Agency", "Site", "Service", "SiteService"}):
                if parts.is_deleted(element):
                    gone[0] += 1
                elif element.tag == "Agency" and element.find("AgencyID") is None:
                    yield from _of_agency(element, None, line, gone)
                else:
                    flat.add(element, line)
    except (BrokenXmlError, UnsafeXmlError) as error:
        action = "read up to there" if isinstance(error, BrokenXmlError) else "not read further"
        notes.append(FormNote("broken-xml", str(error), action, Severity.ERROR))
    yield from flat.records(gone)
    if gone[0]:
        notes.append(FormNote("deleted-rows", f"{gone[0]:,} records that are marked as deleted"))


def _organization(agency: ET.Element, parent: str | None, key: str) -> dict[str, Any]:
    raw: dict[str, Any] = {
        "id": key,
        "name": parts.said(agency, "Name", "AgencyName"),
        "alternate_name": next(
            (
                name
                for aka in (*agency.findall("AKA"), *agency.findall("AlternateName"))
                if not parts.flags(aka) and (name := parts.said(aka, "Name", "AlternateName"))
            ),
            None,
        ),
        "description": parts.said(agency, "AgencyDescription", "Description"),
        "website": _address(agency, "URL"),
        "email": _address(agency, "Email"),
        "phones": parts.phones(agency, key),
        **parts.flags(agency),
    }
    if parent:
        raw["parent_organization_id"] = parent
    return raw


def _address(parent: ET.Element, tag: str) -> str | None:
    """Return the first address of a kind ("URL", "Email") that is not private."""
    shown = (element for element in parent.findall(tag) if "Confidential" not in parts.flags(element))
    return next(
        (
            text
            for element in shown
            if (text := parts.said(element, "Address") or parts.plain(text_of(element)))
        ),
        None,
    )


def _location(site: ET.Element, key: str) -> dict[str, Any]:
    point = site.find("SpatialLocation")
    addresses = parts.addresses(site, key)
    physical = [address for address in addresses if address["address_type"] == "physical"]
    # Only latitude and longitude: some write the point once more as the datum.
    north, east = (
        (None, None) if point is None else (parts.said(point, "Latitude"), parts.said(point, "Longitude"))
    )
    is_virtual = site.find("NoPhysicalAddress") is not None and not physical
    raw: dict[str, Any] = {
        "id": key,
        "location_type": "virtual" if is_virtual else "physical",
        "name": parts.said(site, "Name", "Title"),
        "description": parts.said(site, "SiteDescription", "PhysicalLocationDescription") or None,
        "transportation": parts.said(site, "BusServiceAccess") or None,
        "latitude": (north or "").lstrip("+") or None,
        "longitude": (east or "").lstrip("+") or None,
        "addresses": addresses,
        "phones": parts.phones(site, f"{key}-site"),
        **parts.flags(site),
    }
    if access := parts.said(site, "DisabilitiesAccess"):
        raw["accessibility"] = [{"id": f"{key}-accessibility", "description": access}]
    if any(
        "Confidential" in address and address["Confidential"].lower() in {"true", "1", "yes"}
        for address in physical
    ):
        raw["Confidential"] = "true"
    return raw


def _service(element: ET.Element, key: str) -> dict[str, Any]:
    info = element.find("ResourceInfo")
    told = {} if info is None else dict(info.attrib)
    return {
        "id": key,
        "name": parts.said(element, "Name", "Title"),
        "description": parts.said(element, "Description"),
        "url": _address(element, "URL"),
        "email": _address(element, "Email"),
        "assured_date": parts.date_of(told.get("DateLastVerified")),
        "last_modified": parts.date_of(told.get("DateOfLastAction")),
        "phones": parts.phones(element, f"{key}-service"),
        "schedules": parts.schedules(element, key),
        "attributes": parts.terms(element, key),
        "languages": parts.languages(element, key),
        "service_areas": parts.areas(element, key),
        **parts.requirements(element, key),
        **parts.flags(element),
        **{
            name: value
            for name, value in told.items()
            if name in parts.FLAGS and value.lower() in {"false", "0", "no"}
        },
    }


def _of_agency(agency: ET.Element, parent: str | None, line: int, gone: list[int]) -> Iterator[LiftedRecord]:
    """Yield the services of an agency of 3.x and of the agencies within it, or the agency where it has none."""
    key = parts.said(agency, "Key") or parts.said(agency, "Name")
    organization = _organization(agency, parent, key)
    count = 0
    for site in (*agency.findall("Site"), *agency.findall("AgencyLocation")):
        if parts.is_deleted(site):
            gone[0] += 1
            continue
        place = _location(site, parts.said(site, "Key") or f"{key}-{count}")
        for element in site.findall("SiteService"):
            if parts.is_deleted(element):
                gone[0] += 1
                continue
            count += 1
            raw = _service(element, parts.said(element, "Key") or f"{key}-{count}")
            yield LiftedRecord(
                "service", _joined(raw, organization, place, (element, site, agency)), str(line)
            )
    if not count:
        yield LiftedRecord("organization", organization, str(line))
    for within in agency.findall("Agency"):
        if parts.is_deleted(within):
            gone[0] += 1
        else:
            yield from _of_agency(within, key, line, gone)


def _joined(
    raw: dict[str, Any],
    organization: dict[str, Any],
    place: dict[str, Any] | None,
    tree: Iterable[ET.Element],
) -> dict[str, Any]:
    """Return a service with its agency and its place; the most closed state of the three is its state."""
    states = [(element.get("Status") or text_of(element.find("Status"))).lower() for element in tree]
    words = (raw["description"], organization["description"])
    if any(_DELETED_BY_WORDS.match(text or "") for text in words):
        states.append("inactive")
    status = max((state for state in states if state in _RANK), key=_RANK.index, default="")
    flags = {name: place[name] for name in parts.FLAGS if place and name != "Confidential" and name in place}
    links = [] if place is None else [{"id": f"{raw['id']}-at-{place['id']}", "location": place}]
    return {
        **flags, **raw, "name": raw["name"] or organization["name"], "status": status, "organization": organization,
        "service_at_locations": links,
    }  # fmt: skip


class _FlatFile:
    """The records of 4.0, which name each other."""

    def __init__(self) -> None:
        self._agencies: dict[str, tuple[ET.Element, int]] = {}
        self._sites: dict[str, ET.Element] = {}
        self._services: dict[str, tuple[ET.Element, int]] = {}
        self._at: dict[str, list[ET.Element]] = {}

    def add(self, element: ET.Element, line: int) -> None:
        """Take in a record."""
        key = parts.said(element, "AgencyID" if element.tag == "Agency" else "ID")
        if element.tag == "Agency":
            self._agencies[key] = element, line
        elif element.tag == "Site":
            self._sites[key] = element
        elif element.tag == "Service":
            self._services[key] = element, line
        else:
            self._at.setdefault(parts.said(element, "ServiceID"), []).append(element)

    def records(self, gone: list[int]) -> Iterator[LiftedRecord]:
        """Yield the services with their places, then the agencies without services."""
        used: set[str] = set()
        for key, (element, line) in self._services.items():
            links = [link for link in self._at.get(key, []) if not parts.is_deleted(link)]
            gone[0] += len(self._at.get(key, [])) - len(links)
            agency_key = parts.said(element, "AgencyID")
            used.add(agency_key)
            yield LiftedRecord("service", self._service(key, element, links, agency_key), str(line))
        for key, (element, line) in self._agencies.items():
            if key not in used:
                yield LiftedRecord("organization", _organization(element, None, key), str(line))

    def _service(
        self, key: str, element: ET.Element, links: list[ET.Element], agency_key: str
    ) -> dict[str, Any]:
        agency = self._agencies.get(agency_key, (None, 0))[0]
        organization = {"id": agency_key, "name": agency_key, "description": ""}
        if agency is not None:
            organization = _organization(agency, None, agency_key)
        site_keys = [parts.said(link, "SiteID") for link in links] or [parts.said(element, "SiteID")]
        raw = _service(element, key)
        joined: list[dict[str, Any]] = []
        tree = [element, *links, *([] if agency is None else [agency])]
        for number, site_key in enumerate(filter(None, site_keys)):
            site = self._sites.get(site_key)
            if site is None:
                continue
            tree.append(site)
            here = {"id": f"{key}-at-{site_key}", "location": _location(site, site_key)}
            if links:
                own = _service(links[number], f"{key}-{site_key}")
                here |= {name: own[name] for name in ("phones", "schedules", "service_areas") if own[name]}
                for name in ("attributes", "languages"):
                    raw[name] = raw[name] or own[name]
                for name in ("assured_date", "last_modified", "eligibility_description", "fees_description"):
                    raw[name] = raw[name] or own[name]
            joined.append(here)
        whole = _joined(raw, organization, None, tree)
        return {**whole, "service_at_locations": joined}


def _recognises(start: bytes, _name: str) -> bool:
    return _START.match(start) is not None


AIRS: Final = FileForm("airs", _recognises, _lift)
"""AIRS XML 3.0, 3.1 and 4.0."""
