"""Who is looking, and what they may learn about confidential places: the one redaction step.

Shelters for people who flee violence stay safe only if no output of any kind gives their place away. So the
place is taken out of the records themselves, before anything ranks, prints, maps or exports them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import attrs

from communityconnector.choices import Choice
from communityconnector.model.claims import PARTS, name_of
from communityconnector.model.confidential import Confidential, Hidden
from communityconnector.model.identity import mint
from communityconnector.model.internal_fields import has_internal, without_internal
from communityconnector.model.level import Disclosure
from communityconnector.model.location import Address, Location
from communityconnector.model.metadata import Metadata
from communityconnector.model.organization import Organization
from communityconnector.model.record import Kind, Record, specs
from communityconnector.model.service import Service, ServiceArea, ServiceAtLocation
from communityconnector.model.shape import R, evolve, shape
from communityconnector.model.traces import Traces
from communityconnector.model.withheld import link_without_place, place_withheld


class Audience(Choice):
    """For whom a directory is shown or written."""

    PUBLIC = "public"
    """Patrons, web pages, hand-outs, exports: the default everywhere."""
    STAFF = "staff"
    """Library staff at the desk: also sees places marked `staff_only`."""
    STEWARD = "steward"
    """The keeper of the data, for their own copy: sees everything."""


_HIDDEN: Final[Mapping[Audience, frozenset[Disclosure]]] = {
    Audience.PUBLIC: frozenset({Disclosure.STAFF_ONLY, Disclosure.CONTACT_ONLY, Disclosure.NEVER}),
    Audience.STAFF: frozenset({Disclosure.CONTACT_ONLY, Disclosure.NEVER}),
    Audience.STEWARD: frozenset(),
}


def redaction(audience: Audience, hidden: Confidential) -> Redaction | None:
    """The change that makes any record fit for an audience, or `None` where nothing needs hiding.

    Args:
        audience: for whom.
        hidden: what must be hidden.
    """
    change = Redaction(audience, hidden)
    return change if change.needed else None


class Redaction:
    """Makes records fit for an audience, those that they embed first.

    Args:
        audience: for whom.
        hidden: what must be hidden.
    """

    def __init__(self, audience: Audience, hidden: Confidential) -> None:
        levels = _HIDDEN[audience]
        self._places = {key: one for key, one in hidden.places.items() if one.level in levels}
        self._links = {key: one for key, one in hidden.links.items() if one.level in levels}
        self._bystanders = hidden.own
        self._private = {key: values for key, (level, values) in hidden.parts.items() if level in levels}
        self._internal = hidden.internal and bool(levels)
        self.needed = bool(self._places or self._links or self._private or self._internal)
        texts = {value for values in self._private.values() for value in values}
        self._traces = Traces([one.site for one in self._places.values()], parts=texts)
        self._own_traces: dict[tuple[str, ...], Traces] = {}

    def __call__(self, record: Record) -> Record:
        """The record as the audience may see it."""
        record = self._without_parts(record)
        if self._internal and record.extra and has_internal(record.extra):
            record = evolve(record, {"extra": without_internal(record.extra)})
        if isinstance(record, Location):
            hidden = self._places.get(record.id)
            if hidden is not None:
                return place_withheld(record, hidden.level)
        elif isinstance(record, ServiceAtLocation):
            shown = self._link(record)
            if shown is not record:
                return shown
        elif isinstance(record, (Service, Organization)):
            near = self._hidden_places_of(record)
            if near:
                record = self._of_a_hidden_place(record, near)
        elif isinstance(record, Metadata) and record.resource_id in self._places:
            return without_values(record)
        if name_of(record) in self._bystanders:
            return record
        return _masked(record, self._traces)

    def takes_out(self, record: Record) -> bool:
        """Whether a record is a phone, contact or address that the audience may not see."""
        return record.entity in PARTS and name_of(record) in self._private

    def withholds(self, record: Record) -> bool:
        """Whether a record is a hidden location, or a service given at one."""
        if isinstance(record, ServiceAtLocation):
            at_hidden = record.location is not None and record.location.id in self._places
            return at_hidden or record.id in self._links
        return isinstance(record, Location) and record.id in self._places

    def masked(self, value: Any) -> Any:
        """Any JSON value without traces of hidden places."""
        return self._traces.masked(value)

    def _link(self, link: ServiceAtLocation) -> ServiceAtLocation:
        if link.id in self._links and link.location is not None:
            level = self._links[link.id].level
            # The place itself stays, for it is another agency's; its id would lead there.
            apart = Location(id=mint("withheld", link.id), location_type=link.location.location_type)
            return link_without_place(attrs.evolve(link, location=place_withheld(apart, level)), level)
        if link.location is not None and link.location.id in self._places:
            return link_without_place(link, self._places[link.location.id].level)
        return link

    def _hidden_places_of(self, record: Service | Organization) -> list[tuple[str, Hidden]]:
        """The hidden places that a service or an agency leads to, each under a name of its own."""
        if isinstance(record, Organization):
            return [
                (key, self._places[key]) for key in (p.id for p in record.locations) if key in self._places
            ]
        hidden_places = []
        for link in record.service_at_locations:
            if link.id in self._links:
                hidden_places.append((f"link {link.id}", self._links[link.id]))
            elif link.location is not None and link.location.id in self._places:
                hidden_places.append((link.location.id, self._places[link.location.id]))
        return hidden_places

    def _of_a_hidden_place(self, record: R, near: list[tuple[str, Hidden]]) -> R:
        """Return a service or an agency that leads to hidden places, without what may reveal them."""
        key = tuple(name for name, _ in near)
        traces = self._own_traces.get(key)
        if traces is None:
            traces = self._own_traces[key] = Traces((one.site for _, one in near), own=True)
        extra = {name: value for name, value in record.extra.items() if not _tells_where(name, value)}
        changed: dict[str, Any] = {} if len(extra) == len(record.extra) else {"extra": extra}
        for name, target in shape(record.entity).manys:
            embedded = getattr(record, name)
            if target == "metadata":
                kept = tuple([one for one in embedded if _is_harmless(one, record)])
            elif target in _APART:
                continue
            else:
                kept = tuple([_masked(one, traces) for one in embedded])
            if len(kept) < len(embedded) or any(a is not b for a, b in zip(kept, embedded, strict=True)):
                changed[name] = kept
        if isinstance(record, Service) and record.program is not None:
            changed["program"] = _masked(record.program, traces)
        return _masked(evolve(record, changed) if changed else record, traces)

    def _without_parts(self, record: Record) -> Record:
        """A record without the phones, contacts and addresses that the audience may not see."""
        changed: dict[str, Any] = {}
        for name, target in shape(record.entity).manys:
            if target in PARTS:
                embedded = getattr(record, name)
                shown = tuple([part for part in embedded if not self.takes_out(part)])
                if len(shown) < len(embedded):
                    changed[name] = shown
        return evolve(record, changed) if changed else record


_APART: Final = frozenset({"location", "service_at_location", "service"})
"""Entities whose records are looked at by themselves."""

_PLACE: Final = re.compile(
    r"addr|match_|location|latitude|longitude|street|city|postal|zip|accessib|geo|coord|datum|direction|map|gps|where|site"
    r"|what3words|plus_?code|(?:^|_)(?:lat|lon|lng|long|x|y|point|place)(?:$|_)|transport|landmark|ubicacion|direccion",
    re.IGNORECASE,
)
"""Names of fields that may reveal a place."""
_POINT: Final = re.compile(r"-?\d{1,3}\.\d{2,}[,; ]+-?\d{1,3}\.\d{2,}|\bPOINT\b|-?\d{1,3}\.\d{4,}")


def _tells_where(name: str, value: Any) -> bool:
    """Return whether an unknown field may reveal a place, by its name or by a point in it."""
    bare = name.removeprefix("x_")
    return bool(
        _PLACE.search(bare)
        or _AXIS.search(bare)
        or (isinstance(value, (str, float)) and _POINT.search(str(value)))
    )


_AXIS: Final = re.compile(r"(?:^|[a-z_ ])[XY]$|^(?:disp|display|centroid)[_ ]?[xy]$")


def _is_harmless(change: Metadata, owner: Record) -> bool:
    """Return whether a change of a service or an agency is one of an HSDS field that reveals no place."""
    name = change.field_name.strip().lower()
    return name in specs(type(owner)) and not _PLACE.search(f"{change.resource_type or ''} {name}")


def tells_a_place(change: Metadata) -> bool:
    """Return whether a change that no record embeds is one of a place, by its entity or its field."""
    return bool(_PLACE.search(f"{change.resource_type or ''} {change.field_name}"))


def without_values(change: Metadata) -> Metadata:
    """A change without what was changed."""
    return attrs.evolve(change, previous_value="", replacement_value="", extra={})


def _masked(record: R, traces: Traces) -> R:
    """Return a record whose texts reveal no places. Web addresses and shapes that do are removed as a whole."""
    if not traces:
        return record
    changed: dict[str, Any] = {}
    for name, facts in specs(type(record)).items():
        if facts.kind in _NO_TEXT or (name in _OPEN and isinstance(record, Address)):
            continue
        text = getattr(record, name)
        if isinstance(text, str) and text and (masked := traces.masked(text)) is not text:
            whole = facts.kind is Kind.URI or (name == "extent" and isinstance(record, ServiceArea))
            changed[name] = _nothing(record, name) if whole else masked
    if record.extra and (extra := traces.masked(record.extra)) is not record.extra:
        changed["extra"] = extra
    return evolve(record, changed) if changed else record


_NO_TEXT: Final = frozenset(
    {
        Kind.ONE,
        Kind.MANY,
        Kind.ID,
        Kind.REFERENCE,
        Kind.CHOICE,
        Kind.NUMBER,
        Kind.DATE,
        Kind.TIME,
        Kind.TIMESTAMP,
    }
)
_OPEN: Final = ("address_1", "address_2", "city", "state_province", "postal_code", "country", "region")
"""Lines of an address that is shown at all: its place is open."""


def _nothing(record: Record, name: str) -> str | None:
    return "" if attrs.fields_dict(type(record))[name].default is attrs.NOTHING else None
