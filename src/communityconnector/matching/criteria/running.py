"""Whether a service runs: by its status, and by what its name, alert and description say of closing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from communityconnector.interchange.structuring.own_fields import STATE
from communityconnector.interchange.texts.closures import Closing, Closure, closures, may_close
from communityconnector.interchange.texts.privacy.marks import UNLISTED
from communityconnector.matching.answers import Reason, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.query import Query
from communityconnector.model import Offer, Record, Service, ServiceStatus

_STRENGTH: Final = {kind: number for number, kind in enumerate(Closing)}


def _status_facts(offer: Offer) -> Facts:
    ordered = sorted(set(_closures(offer)), key=lambda closure: (_STRENGTH[Closing(closure.kind)], closure))
    return (offer.service.status, tuple(map(tuple, ordered)))


def _closures(offer: Offer) -> Iterator[Closure]:
    service, agency, place, link = (
        offer.service,
        offer.organization,
        offer.location,
        offer.service_at_location,
    )
    for record, called in ((agency, "agency"), (place, "place")):
        yield from _of_record(record, called)
    if (service.extra or (agency is not None and agency.extra)) and _is_unlisted(service):
        yield Closure(Closing.UNREFERRED, "", "", "not for the public")
    names = (
        service.name,
        service.alternate_name,
        None if agency is None else agency.name,
        None if place is None else place.name,
    )
    texts = (service.description, None if link is None else link.description)
    # All texts are searched at once first, since nearly all services say nothing of closing.
    if not may_close("\n".join(filter(None, (*names, *texts, service.alert)))):
        return
    for name in names:
        yield from closures(name or "", title=True)
    yield from closures(service.alert or "", service.name, certain=True)
    for text in texts:
        yield from closures(text or "", service.name)


def _of_record(record: Record | None, called: str) -> Iterator[Closure]:
    """Yield what an agency or a place, which have no status in HSDS, says of its own."""
    state = record.extra.get(STATE) if record is not None and record.extra else None
    if isinstance(state, str) and state:
        kind = _OF_STATUS.get(state, Closing.DOUBT)
        yield Closure(kind, "", "", f"The {called} is {state}" if kind is not Closing.DOUBT else state)


def _is_unlisted(service: Service) -> bool:
    """Return whether a service without a place that could be hidden, or its agency, is not for the public."""
    if any(link.location is not None for link in service.service_at_locations):
        return False
    agency = service.organization
    return UNLISTED in service.extra or (agency is not None and UNLISTED in agency.extra)


_OF_STATUS: Final = {
    ServiceStatus.INACTIVE.value: Closing.GONE,
    ServiceStatus.DEFUNCT.value: Closing.GONE,
    ServiceStatus.TEMPORARILY_CLOSED.value: Closing.PAUSED,
}


def _required_day(query: Query) -> str:
    """Return the day on which the service must run: when it must be open, else today."""
    need = query.need
    moment = need.open_at or (need.open_between[0] if need.open_between else query.now)
    return moment.date().isoformat()


def _status_answer(facts: Facts, day: Any) -> Reason:  # noqa: PLR0911  # one answer a line
    status, rows = facts
    closes = [Closure(*row) for row in rows]
    words = {
        "gone": _first(closes, Closing.GONE, lambda c: c.since <= day),
        "later": _first(closes, Closing.GONE, lambda c: c.since > day),
        "unreferred": _first(closes, Closing.UNREFERRED),
        "paused": _first(closes, Closing.PAUSED, lambda c: c.until >= day),
        "ask": _first(closes, Closing.PAUSED, lambda c: not c.until) or _first(closes, Closing.DOUBT),
        "over": _first(closes, Closing.PAUSED, lambda c: bool(c.until) and c.until < day),
    }
    evidence = {"status": status, **({"said": closes[0].words} if closes else {})}
    if words["unreferred"]:
        return unmet(
            "status",
            f"The record says not to refer people here: \u201c{words['unreferred']}\u201d",
            **evidence,
        )
    if status in _STOPPED:
        return unmet("status", f"The service is {status}", **evidence)
    if words["gone"]:
        return unmet(
            "status", f"The record says that it has stopped: \u201c{words['gone']}\u201d", **evidence
        )
    if words["paused"] or (status == ServiceStatus.TEMPORARILY_CLOSED and not words["over"]):
        more = words["paused"] or words["ask"]
        text = "The record says that it is closed for now; ask when it reopens"
        return unmet("status", f"{text}: \u201c{more}\u201d" if more else text, **evidence)
    if status == ServiceStatus.TEMPORARILY_CLOSED:
        return unknown(
            "status",
            f"The record says \u201c{words['over']}\u201d: ask whether they have reopened",
            **evidence,
        )
    if words["ask"]:
        return unknown(
            "status", f"The record says \u201c{words['ask']}\u201d: call before going there", **evidence
        )
    if status == ServiceStatus.ACTIVE:
        later = f"; the record says \u201c{words['later']}\u201d" if words["later"] else ""
        return met("status", f"The service is active{later}", **evidence)
    return unknown("status", "Ask whether the service still runs", **evidence)


_STOPPED: Final = (ServiceStatus.INACTIVE, ServiceStatus.DEFUNCT)


def _first(closes: list[Closure], kind: Closing, holds: Any = lambda _: True) -> str:
    return next((closure.words for closure in closes if closure.kind == kind and holds(closure)), "")


STATUS: Final = Criterion("status", _required_day, _status_facts, _status_answer, is_before_distance=True)
"""Whether the service runs; always asked. A service that has stopped, or is closed on the day, is ruled out. One that may
be closed is a question, with the record's own words."""
