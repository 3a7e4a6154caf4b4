"""What a service is like: its cost, accessibility, papers, room, and how fresh its record is."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any, Final

from communityconnector.matching.answers import Reason, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.model import Offer
from communityconnector.needs.words import fold, stems

_FREE: Final = re.compile(r"\b(?:free|no (?:fees?|costs?|charge)|sin (?:costo|cargo)|gratis|gratuito)\b")
_NOT_FREE: Final = re.compile(r"\b(?:not|isn't|no es) (?:free|gratis|gratuito)\b|\bfree (?:for|to|if|with)\b")


def _costs(offer: Offer) -> Facts:
    service = offer.service
    amounts = tuple((cost.amount, cost.option or "", cost.currency or "") for cost in service.cost_options)
    return (amounts, service.fees_description or service.fees or "")


def _affordable(facts: Facts, most: Any) -> Reason:
    options, fees = facts
    amounts = [amount for amount, _, _ in options if amount is not None]
    text = fold(" . ".join([fees, *(option for _, option, _ in options)]))
    told = {"fees_description": fees, "amounts": amounts}
    free = bool(_FREE.search(text)) and not _NOT_FREE.search(text)
    if free or any(amount <= most for amount in amounts):
        return met("cost", "Free" if free or 0 in amounts else f"Costs {min(amounts):g} at least", **told)
    # A price without words, and no option whose price is open, is the only sure sign that it costs more.
    if amounts and len(amounts) == len(options) and not fees:
        return unmet("cost", f"Costs {min(amounts):g} at least", **told)
    if fees:
        return unknown("cost", f"Fees: {fees} Ask what it comes to", **told)
    return unknown("cost", "Ask what it costs", **told)


COST: Final = Criterion("cost", lambda query: query.need.max_cost, _costs, _affordable)
"""Whether the service costs no more than so much; 0 asks for free ones."""

_NO_ACCESS: Final = re.compile(r"\b(?:not|no|none|without|inaccessible|sin)\b")


def _access(offer: Offer) -> Facts:
    place = offer.location
    found = place.accessibility if place is not None else ()
    return tuple(sorted({" ".join(filter(None, (a.description, a.details))) for a in found} - {""}))


def _accessible(facts: Facts, asked: Any) -> Reason:
    open_words = []
    for words in asked:
        wanted = frozenset(stems(words))
        having = [text for text in facts if wanted <= frozenset(stems(text))]
        if any(not _NO_ACCESS.search(fold(text)) for text in having):
            continue
        if having:
            return unmet("accessibility", f"On record: {having[0]}", accessibility=having)
        open_words.append(words)
    if open_words:
        return unknown("accessibility", f"Ask about: {', '.join(open_words)}", accessibility=list(facts))
    return met("accessibility", f"Accessible: {', '.join(asked)}", accessibility=list(facts))


ACCESSIBILITY: Final = Criterion(
    "accessibility", lambda query: query.need.accessibility or None, _access, _accessible
)
"""Whether the location has what somebody needs to get in and around. What is not on record is unknown."""


def _papers(offer: Offer) -> Facts:
    return tuple(document.document or "" for document in offer.service.required_documents)


_NO_PAPERS: Final = frozenset({"none", "no documents", "no documentation", "nothing", "n/a", "ninguno"})


def _doable(facts: Facts, lacked: Any) -> Reason:
    listed = [text for text in facts if text]
    if not listed:
        return unknown("documents", "Ask which papers they want to see")
    if all(fold(text).strip(" .") in _NO_PAPERS for text in listed):
        return met("documents", "No papers needed", required_documents=listed)
    for text in listed:
        # "Photo ID or passport" leaves a choice.
        choices = [frozenset(stems(choice)) for choice in re.split(r"\bor\b|\bo\b|/", fold(text))]
        if all(any(frozenset(stems(words)) <= choice for words in lacked) for choice in choices):
            return unmet("documents", f"Asks for: {text}", required_documents=listed)
    return met("documents", f"Asks only for: {', '.join(listed)}", required_documents=listed)


DOCUMENTS: Final = Criterion(
    "documents", lambda query: query.need.without_documents or None, _papers, _doable
)
"""Whether the service can be had without papers that the patron lacks."""

CAPACITY_HOLDS: Final = timedelta(days=2)
"""How long a count of free places is believed."""


def _room(offer: Offer) -> Facts:
    return tuple(
        (c.available, c.updated or "", c.unit.name if c.unit else "") for c in offer.service.capacities
    )


def _has_room(facts: Facts, asked: Any) -> Reason:
    least, now = asked
    fresh = [
        (available, unit)
        for available, updated, unit in facts
        if available is not None and _fresh(updated, now)
    ]
    if not fresh:
        return unknown("capacity", "Ask whether there is room", available=[a for a, _, _ in facts])
    most, unit = max(fresh)
    told = {"available": most, "unit": unit}
    if most >= least:
        return met("capacity", f"Room: {most:g} {unit}".rstrip(), **told)
    return unmet("capacity", f"Too little room: {most:g} {unit}".rstrip(), **told)


def _fresh(updated: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(updated)
    except ValueError:
        return False
    at = at.replace(tzinfo=now.tzinfo) if at.tzinfo is None else at
    return now - CAPACITY_HOLDS <= at <= now + CAPACITY_HOLDS


CAPACITY: Final = Criterion(
    "capacity",
    # To the hour: two who ask in the same hour get the same answer, and it is worked out once.
    lambda query: (
        None
        if query.need.capacity is None
        else (query.need.capacity, query.now.replace(minute=0, second=0, microsecond=0))
    ),
    _room,
    _has_room,
)
"""Whether the service has room, by counts of the last two days."""


def _assured(offer: Offer) -> Facts:
    return (offer.service.assured_date or "",)


_NO_DAY: Final = date(1970, 1, 1)
"""The first day of a clock's count: what is not later was never set."""


def _is_fresh(facts: Facts, asked: Any) -> Reason:
    (text,) = facts
    earliest, today = asked
    try:
        assured = date.fromisoformat(text)
    except ValueError:
        assured = _NO_DAY
    if assured <= _NO_DAY or assured > today:
        # Databases write such days for none; a day to come is when it is to be checked.
        return unknown("assured", "No date of a last check is on record: ask whether it still holds")
    if assured >= earliest:
        return met("assured", f"Checked on {text}", assured_date=text)
    return unmet("assured", f"Last checked on {text}", assured_date=text)


ASSURED: Final = Criterion(
    "assured",
    lambda query: (
        None
        if query.need.assured_within is None
        else (query.now.date() - query.need.assured_within, query.now.date())
    ),
    _assured,
    _is_fresh,
)
"""Whether the record was checked lately enough."""
