"""Whether a service is for people like the person whom a need is for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from communityconnector.matching.answers import Doubt, Reason, doubted, met, unknown
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.criteria.no_rule import affirmed, says_no_rule
from communityconnector.model import Offer
from communityconnector.needs.audience import Alternatives, audience_of
from communityconnector.needs.populations import Person, populations
from communityconnector.needs.words import stems


def _facts(offer: Offer) -> Facts:
    service = offer.service
    labels = [attribute.label or attribute.value or "" for attribute in service.attributes]
    terms = [a.taxonomy_term.name for a in service.attributes if a.taxonomy_term is not None]
    categories = tuple(sorted({*labels, *terms} - {""}))
    eligibility = service.eligibility_description or ""
    # The offers of a service follow each other.
    audience = _audience_of(
        tuple(filter(None, (service.name, service.alternate_name))),
        categories,
        eligibility,
        service.description or "",
    )
    return (eligibility, categories, audience.only, audience.welcomes)


_audience_of: Final = lru_cache(maxsize=16)(audience_of)


def _answer(facts: Facts, required: Any) -> Reason | None:
    text, labels, only, welcomes = facts
    situations, person = required
    doubt = _doubt(only, person)
    if doubt is not None:
        who = name_of(only)
        question = f"Says that it is for {who}: ask whether they help others"
        return doubted("situation", doubt, question, eligibility_description=text, populations=who)
    reason = _answer_in_words(text, labels, situations) if situations else None
    if reason is not None and reason.answer == "met":
        return reason
    who = name_of(only) if _said(only, person) else ""
    welcomed = sorted(person.said.intersection(welcomes) - _COMMON)
    if who or welcomed:
        who = who or _joined([populations()[one].name for one in welcomed])
        return met("situation", f"For {who}", eligibility_description=text, populations=who)
    return reason


def _answer_in_words(text: str, labels: Sequence[str], situations: Sequence[str]) -> Reason | None:
    written = " . ".join(map(affirmed, (text, *labels)))
    affirmed_stems = frozenset(stems(written))
    named = [words for words in situations if frozenset(stems(words)) <= affirmed_stems]
    if named:
        return met("situation", f"Says that it is for: {', '.join(named)}", eligibility_description=text)
    who = ", ".join(situations)
    if not text:
        return unknown("situation", f"Ask whether it is meant for: {who}")
    rule = says_no_rule(text)
    if rule is None:
        return unknown(
            "situation", f"Eligibility: {text} Ask whether that fits: {who}", eligibility_description=text
        )
    # "None" means that nothing is required, not that the service is for this person.
    return (
        met("situation", f"Says that it is for everyone: {text}", eligibility_description=text)
        if rule
        else None
    )


_COMMON: Final = frozenset({"low-income", "families"})
"""Populations to which most patrons belong."""


@lru_cache(maxsize=10_000)
def _doubt(only: tuple[Alternatives, ...], person: Person) -> Doubt | None:
    """Return how much whom a service is for speaks against a person; `None` if nothing does."""
    doubts = [_doubt_of(alternatives, person) for alternatives in only]
    return next(
        (doubt for doubt in (Doubt.UNLIKELY, Doubt.DOUBTFUL, Doubt.POSSIBLE) if doubt in doubts), None
    )


def _doubt_of(alternatives: Alternatives, person: Person) -> Doubt | None:
    if any(person.populations.issuperset(of) for of in alternatives):
        return None
    if all(not person.excluded.isdisjoint(of) for of in alternatives):
        return Doubt.UNLIKELY
    return (
        Doubt.POSSIBLE
        if any(_HALF.issuperset(set(of) - person.populations) for of in alternatives)
        else Doubt.DOUBTFUL
    )


_HALF: Final = frozenset({"women", "men"})
"""Populations of which a person of whom nothing is said is one as likely as not."""


def _said(only: tuple[Alternatives, ...], person: Person) -> bool:
    """Return whether a service is for people like the person, by what was said of the person."""
    return bool(only) and all(any(person.said.issuperset(of) for of in one) for one in only)


def name_of(only: Sequence[Alternatives]) -> str:
    """Return whom a service is for, in words.

    Args:
        only: what the person has to be, statement by statement (`Audience.only`).
    """
    table = populations()
    statements = dict.fromkeys(
        _joined([" who are ".join(table[one].name for one in of) for of in alternatives])
        for alternatives in only
    )
    return "; and for ".join(statements)


def _joined(names: Sequence[str]) -> str:
    """Return names as a list: "veterans, seniors or women"."""
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


SITUATION: Final = Criterion(
    "situation", lambda query: (query.need.situations, query.person), _facts, _answer
)
"""Whether the service is for people like the person (veterans, women, parents). Asked of every need, and never unmet, since a
library does not decide who is eligible: a service for other people is doubted."""
