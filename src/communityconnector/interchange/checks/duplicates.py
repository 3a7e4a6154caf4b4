"""Records that may be one: suspects within a directory and across sources, each with its evidence.

Pairs are only looked at where something brings them together (a phone, a website, a street, a spot on the map), so
that a directory of 100,000 services takes seconds. Nothing is merged: a person has to decide.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final
from urllib.parse import urlsplit

import attrs

from communityconnector.model import (
    Directory,
    Finding,
    Location,
    Organization,
    Phone,
    Record,
    Service,
    Severity,
)
from communityconnector.model.same_place import cells, near, same_street, streets_of

_MOST_TOGETHER: Final = 50
"""Most records that one piece of evidence may bring together. A hotline that 300 records list says nothing about them."""

_ALIKE: Final = 0.85
"""From which likeness (0 to 1) two names count as alike."""

_PLATFORMS: Final = frozenset(
    "facebook.com instagram.com twitter.com x.com linktr.ee sites.google.com wordpress.com blogspot.com wixsite.com "
    "weebly.com youtube.com google.com".split()
)
"""Hosts that many agencies share."""


@attrs.frozen
class _Entry:
    """A record among the sources: which source it is from, and what it is called."""

    source: int
    record: Record
    name: str
    signs: tuple[tuple[str, str], ...]


def duplicates(*directories: Directory) -> tuple[Finding, ...]:
    """Suspected duplicates of organizations, locations and services.

    Two organizations are suspects if they share a website, a phone or a tax number and their names are alike, or if
    one of these and the city is the same. Two locations, if they share a street and postal code, or lie within 100 m
    and have names alike. Two services, if their names are alike and they belong to the same (or a suspected same)
    organization at the same (or a suspected same) place. A record that two sources hold under one id is not a suspect.

    Evidence is described without the values themselves. Confidential places are compared like any other: pass
    views (`Directory.for_audience`) where the reader of the answer may not see them.

    Args:
        directories: one directory, or several sources to compare.

    Returns:
        Findings of the rules `duplicate-organization`, `duplicate-location` and `duplicate-service`, about the later
        record of each pair; `value` holds `other` (id of the earlier), `evidence` and `score` (0 to 1).
        `duplicates-not-compared` reports evidence that brought together too many records to compare.
    """
    findings: list[Finding] = []
    agencies = list(_entries(directories, "organization", _organization_signs))
    same_agency = _suspects(agencies, "organization", findings)
    places = list(_entries(directories, "location", _location_signs))
    same_place = _suspects(places, "location", findings)

    def service_signs(record: Service) -> Iterator[tuple[str, str]]:
        agency = record.organization
        if agency is not None:
            yield "same organization", same_agency.get(agency.id, agency.id)
        for link in record.service_at_locations:
            if link.location is not None:
                yield "same place", same_place.get(link.location.id, link.location.id)
        yield from _reach(record.phones, record.url)

    _suspects(list(_entries(directories, "service", service_signs)), "service", findings)
    return tuple(findings)


def _entries(
    directories: Iterable[Directory], entity: str, signs: Callable[..., Iterator[tuple[str, str]]]
) -> Iterator[_Entry]:
    seen: set[str] = set()
    for source, directory in enumerate(directories):
        for key, record in directory.table(entity).items():
            if key not in seen:
                seen.add(key)
                yield _Entry(
                    source,
                    record,
                    str(getattr(record, "name", "") or ""),
                    tuple(dict.fromkeys(signs(record))),
                )


_DIGITS: Final = re.compile(r"\D+")
_WORD: Final = re.compile(r"[^\W_]+")
_EMPTY_WORDS: Final = frozenset("the of and for inc llc ltd co corp corporation incorporated a an in".split())


def plain_name(name: str) -> str:
    """Return a name without case, punctuation and words that say nothing, its words in order."""
    return " ".join(sorted(word for word in _WORD.findall(name.casefold()) if word not in _EMPTY_WORDS))


def likeness(one: str, other: str) -> float:
    """Return how alike two names are, from 0 to 1, whatever the order of their words."""
    first, second = plain_name(one), plain_name(other)
    if not first or not second:
        return 0.0
    return 1.0 if first == second else SequenceMatcher(None, first, second).ratio()


def _reach(phones: Iterable[Phone], url: str | None) -> Iterator[tuple[str, str]]:
    for phone in phones:
        digits = _DIGITS.sub("", phone.number)[-10:]
        if len(digits) >= 7 and phone.type != "fax":
            yield "same phone", digits
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url else ""
    if host and not any(host == platform or host.endswith(f".{platform}") for platform in _PLATFORMS):
        yield "same website", host


def _organization_signs(record: Organization) -> Iterator[tuple[str, str]]:
    yield from _reach(record.phones, record.website)
    if record.tax_id:
        yield "same tax number", _DIGITS.sub("", record.tax_id) or record.tax_id
    if record.email:
        yield "same e-mail address", record.email.casefold()
    for place in record.locations:
        for address in place.addresses:
            if address.postal_code:
                yield "same postal code", f"{address.postal_code[:5]} {plain_name(record.name)[:4]}"
    yield "same name", plain_name(record.name)


def _location_signs(record: Location) -> Iterator[tuple[str, str]]:
    for street in streets_of(record):
        for area in street.areas if street.numbered else ():
            yield "same street", f"{street.core} {area}"
    if record.point is not None:
        for cell in cells(record.point):
            yield "near each other", cell


_TELLING: Final[Mapping[str, frozenset[str]]] = {
    "organization": frozenset({"same tax number"}),
    "location": frozenset({"same street"}),
    "service": frozenset(),
}
"""Evidence that is enough whatever the names."""

_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    "organization": frozenset(
        {"same phone", "same website", "same e-mail address", "same postal code", "same name"}
    ),
    "location": frozenset({"near each other"}),
    "service": frozenset({"same organization", "same phone", "same website"}),
}
"""Evidence of which one piece is needed beside names that are alike."""


def _suspects(entries: list[_Entry], entity: str, findings: list[Finding]) -> dict[str, str]:
    """Find the suspects of an entity, and return for each the id of the first of its kind."""
    blocks: dict[tuple[str, str], list[int]] = {}
    for number, entry in enumerate(entries):
        for sign in entry.signs:
            blocks.setdefault(sign, []).append(number)
    pairs: dict[tuple[int, int], list[str]] = {}
    for (kind, _), numbers in blocks.items():
        if len(numbers) > _MOST_TOGETHER:
            findings.append(_too_many(entity, kind, len(numbers)))
            continue
        for pair in combinations(numbers, 2):
            pairs.setdefault(pair, []).append(kind)
    first_of: dict[str, str] = {}
    for (one, other), signs in sorted(pairs.items()):
        score = likeness(entries[one].name, entries[other].name)
        evidence = sorted(set(signs))
        if entity == "location":
            evidence = [sign for sign in evidence if _holds(sign, entries[one].record, entries[other].record)]
        alike = score >= _ALIKE
        enough = _TELLING[entity] & set(evidence) or (alike and _NEEDED[entity] & set(evidence))
        if not enough or (entity == "service" and not _places_agree(entries[one], entries[other], evidence)):
            continue
        if alike:
            evidence.append("names alike" if score < 1 else "same name")
        early, late = entries[one], entries[other]
        first_of[late.record.id] = first_of.get(early.record.id, early.record.id)
        findings.append(_suspect(entity, early, late, sorted(set(evidence)), score))
    return first_of


def _holds(sign: str, one: Record, other: Record) -> bool:
    """Return whether what two locations share, by which they were brought together, holds on a second look."""
    if not isinstance(one, Location) or not isinstance(other, Location):
        return True
    if sign == "same street":
        return any(same_street(a, b) for a in streets_of(one) for b in streets_of(other))
    return one.point is not None and other.point is not None and near(one.point, other.point)


def _places_agree(one: _Entry, other: _Entry, evidence: list[str]) -> bool:
    """Return whether two services are at one place, or at least one of them is at none."""
    if "same place" in evidence:
        return True
    return not all(getattr(entry.record, "service_at_locations", ()) for entry in (one, other))


_RULES: Final = {
    "organization": "duplicate-organization",
    "location": "duplicate-location",
    "service": "duplicate-service",
}


def _suspect(entity: str, early: _Entry, late: _Entry, evidence: list[str], score: float) -> Finding:
    where = "in another source" if early.source != late.source else "in this source"
    return Finding(
        Severity.WARNING,
        _RULES[entity],
        f"may be the same as a record {where}: {', '.join(evidence)}; if so, keep one",
        entity=entity,
        record_id=late.record.id,
        value={"other": early.record.id, "evidence": evidence, "score": round(score, 3)},
    )


def _too_many(entity: str, sign: str, count: int) -> Finding:
    return Finding(
        Severity.INFO,
        "duplicates-not-compared",
        f"{count:,} records of {entity} share one piece of evidence ({sign}): too many to compare",
        f"not compared by that; at most {_MOST_TOGETHER} are",
        entity=entity,
    )
