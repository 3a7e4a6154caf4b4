"""What a service is like: its cost, access, required documents and capacity, and how fresh its record is."""

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


def _cost_facts(offer: Offer) -> Facts:
    service = offer.service
    amounts = tuple((cost.amount, cost.option or "", cost.currency or "") for cost in service.cost_options)
    return (amounts, service.fees_description or service.fees or "")


def _cost_answer(facts: Facts, most: Any) -> Reason:
    options, fees = facts
    amounts = [amount for amount, _, _ in options if amount is not None]
    text = fold(" . ".join([fees, *(option for _, option, _ in options)]))
    evidence = {"fees_description": fees, "amounts": amounts}
    is_free = bool(_FREE.search(text)) and not _NOT_FREE.search(text)
    if is_free or any(amount <= most for amount in amounts):
        return met(
            "cost", "Free" if is_free or 0 in amounts else f"Costs {min(amounts):g} at least", **evidence
        )
    # Only prices without any words, and for every option, surely mean that it costs more.
    if amounts and len(amounts) == len(options) and not fees:
        return unmet("cost", f"Costs {min(amounts):g} at least", **evidence)
    if fees:
        return unknown("cost", f"Fees: {fees} Ask what it comes to", **evidence)
    return unknown("cost", "Ask what it costs", **evidence)


COST: Final = Criterion("cost", lambda query: query.need.max_cost, _cost_facts, _cost_answer)
"""Whether the service costs no more than a limit; 0 means free."""

_NO_ACCESS: Final = re.compile(r"\b(?:not|no|none|without|inaccessible|sin)\b")


def _access_facts(offer: Offer) -> Facts:
    entries = offer.location.accessibility if offer.location is not None else ()
    return tuple(sorted({" ".join(filter(None, (a.description, a.details))) for a in entries} - {""}))


def _access_answer(facts: Facts, required: Any) -> Reason:
    questions = []
    for words in required:
        wanted = frozenset(stems(words))
        texts = [text for text in facts if wanted <= frozenset(stems(text))]
        if any(not _NO_ACCESS.search(fold(text)) for text in texts):
            continue
        if texts:
            return unmet("accessibility", f"On record: {texts[0]}", accessibility=texts)
        questions.append(words)
    if questions:
        return unknown("accessibility", f"Ask about: {', '.join(questions)}", accessibility=list(facts))
    return met("accessibility", f"Accessible: {', '.join(required)}", accessibility=list(facts))


ACCESSIBILITY: Final = Criterion(
    "accessibility", lambda query: query.need.accessibility or None, _access_facts, _access_answer
)
"""Whether the location has the access that a person needs."""


def _document_facts(offer: Offer) -> Facts:
    return tuple(document.document or "" for document in offer.service.required_documents)


_NO_DOCUMENTS: Final = frozenset({"none", "no documents", "no documentation", "nothing", "n/a", "ninguno"})


def _document_answer(facts: Facts, lacked: Any) -> Reason:
    documents = [text for text in facts if text]
    if not documents:
        return unknown("documents", "Ask which documents they require")
    if all(fold(text).strip(" .") in _NO_DOCUMENTS for text in documents):
        return met("documents", "No documents required", required_documents=documents)
    for text in documents:
        # "Photo ID or passport" leaves a choice.
        choices = [frozenset(stems(choice)) for choice in re.split(r"\bor\b|\bo\b|/", fold(text))]
        if all(any(frozenset(stems(words)) <= choice for words in lacked) for choice in choices):
            return unmet("documents", f"Asks for: {text}", required_documents=documents)
    return met("documents", f"Asks only for: {', '.join(documents)}", required_documents=documents)


DOCUMENTS: Final = Criterion(
    "documents", lambda query: query.need.without_documents or None, _document_facts, _document_answer
)
"""Whether the service is available without documents that the patron lacks."""

CAPACITY_HOLDS: Final = timedelta(days=2)
"""How long a count of free places is trusted."""


def _capacity_facts(offer: Offer) -> Facts:
    return tuple(
        (c.available, c.updated or "", c.unit.name if c.unit else "") for c in offer.service.capacities
    )


def _capacity_answer(facts: Facts, required: Any) -> Reason:
    least, now = required
    fresh = [
        (available, unit)
        for available, updated, unit in facts
        if available is not None and _is_recent(updated, now)
    ]
    if not fresh:
        return unknown("capacity", "Ask whether there is room", available=[a for a, _, _ in facts])
    most, unit = max(fresh)
    evidence = {"available": most, "unit": unit}
    if most >= least:
        return met("capacity", f"Room: {most:g} {unit}".rstrip(), **evidence)
    return unmet("capacity", f"Too little room: {most:g} {unit}".rstrip(), **evidence)


def _is_recent(updated: str, now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(updated)
    except ValueError:
        return False
    at = at.replace(tzinfo=now.tzinfo) if at.tzinfo is None else at
    return now - CAPACITY_HOLDS <= at <= now + CAPACITY_HOLDS


CAPACITY: Final = Criterion(
    "capacity",
    # By the hour, so that the answers are worked out once an hour at most.
    lambda query: (
        None
        if query.need.capacity is None
        else (query.need.capacity, query.now.replace(minute=0, second=0, microsecond=0))
    ),
    _capacity_facts,
    _capacity_answer,
)
"""Whether the service has room, by counts of the last two days."""

OFFERING: Final = (COST, ACCESSIBILITY, DOCUMENTS, CAPACITY)
"""The criteria about what a service is like, in the order of their reasons."""


def _assured_facts(offer: Offer) -> Facts:
    return (offer.service.assured_date or "",)


_NO_DAY: Final = date(1970, 1, 1)
"""The first day that computers count from. Databases write it, or an earlier day, for no date."""


def _assured_answer(facts: Facts, required: Any) -> Reason:
    (text,) = facts
    earliest, today = required
    try:
        assured = date.fromisoformat(text)
    except ValueError:
        assured = _NO_DAY
    if assured <= _NO_DAY or assured > today:
        # A later day is when the record is to be checked next.
        return unknown("assured", "No date of a last check on file: ask whether the record is still right")
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
    _assured_facts,
    _assured_answer,
)
"""Whether the record was checked recently enough."""
