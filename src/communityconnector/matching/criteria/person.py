"""What the need says of the person: age and language."""

from __future__ import annotations

from typing import Any, Final

from communityconnector.interchange.texts.ages import NO_LIMIT
from communityconnector.matching.answers import Answer, Doubt, Reason, doubted, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.languages import codes_of, is_named_in, is_served, may_be_served, name_of
from communityconnector.matching.query import Query
from communityconnector.model import Offer
from communityconnector.needs.prose_ages import prose_ages


def _age_facts(offer: Offer) -> Facts:
    service = offer.service
    low, high = service.minimum_age, service.maximum_age
    if _makes_sense(low, high):
        return (low, high, None)
    names = filter(None, (service.name, service.alternate_name))
    return (low, high, prose_ages(names, service.eligibility_description or "", service.description or ""))


def _age_answer(facts: Facts, age: Any) -> Reason:
    low, high, prose = facts
    if prose is None:
        return _answer_of_limits(low, high, age)
    low, high, is_rule = prose
    reason = _answer_of_limits(low, high, age)
    if reason.answer is not Answer.UNMET:
        return reason
    doubt = Doubt.UNLIKELY if is_rule else Doubt.DOUBTFUL
    question = f"{reason.text}, its words say: ask whether they accept a person of {age:g}"
    return doubted("age", doubt, question, **reason.evidence)


def _answer_of_limits(low: float | None, high: float | None, age: float) -> Reason:
    evidence = {"minimum_age": low, "maximum_age": high}
    if not _makes_sense(low, high):
        return unknown("age", f"Ask whether they accept people of {age:g}", **evidence)
    low = low or None
    high = None if high is None or high >= NO_LIMIT else high
    span = _span(low, high)
    # A whole number of years is an age from one birthday to the next.
    eldest = age + 1 if float(age).is_integer() else age
    # "Up to 17" includes everyone until the eighteenth birthday.
    end = None if high is None else high + 1 if float(high).is_integer() else high
    too_young = low is not None and (eldest <= low if eldest > age else age < low)
    if too_young or (end is not None and age >= end):
        return unmet("age", f"For people {span}", **evidence)
    if (low is not None and age < low) or (end is not None and eldest > end):
        return unknown("age", f"For people {span}: ask whether they accept a person of {age:g}", **evidence)
    return met("age", f"For people {span}", **evidence)


def _makes_sense(low: float | None, high: float | None) -> bool:
    """Return whether the limits say anything: sources write 0 to 0, negative ages and limits in the wrong order."""
    if low is None and high is None:
        return False
    if (low is not None and not 0 <= low <= OLDEST) or (high is not None and high < 0):
        return False
    if not low and high == 0:
        return False
    return low is None or high is None or low <= high


OLDEST: Final = 150
"""A minimum age beyond this is not an age in years."""


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"of {_years(low)} to {_years(high)} years"
    if low is not None:
        return f"of {_years(low)} and over"
    return "of all ages" if high is None else f"of up to {_years(high)} years"


def _years(age: float) -> str:
    """Return an age in years as people write it."""
    return f"{age:.2g}" if age < 1 else f"{age:g}"


AGE: Final = Criterion("age", lambda query: query.need.age, _age_facts, _age_answer)
"""Whether the service accepts people of an age."""


def _required_language(query: Query) -> str | None:
    language = query.need.language
    if language is None:
        return None
    codes = codes_of(language)
    # An unknown language is compared by its name.
    return next(iter(codes)) if codes else language.strip().casefold()


def _language_facts(offer: Offer) -> Facts:
    place = offer.location
    own = offer.service.languages + (place.languages if place else ())
    by_phone = tuple(language for phone in offer.phones for language in phone.languages)
    return (
        tuple((spoken.name or "", spoken.code or "") for spoken in own),
        tuple((spoken.name or "", spoken.code or "") for spoken in by_phone),
        offer.service.interpretation_services or "",
    )


def _language_answer(facts: Facts, required: Any) -> Reason:
    listed, by_phone, interpreters = facts
    is_understood, may_include = True, False
    for name, code in (*listed, *by_phone):
        spoken = _codes(name, code)
        is_understood = is_understood and spoken is not None
        if spoken is None:
            spoken = frozenset({name.strip().casefold(), code.strip().casefold()})
        if is_served(required, spoken):
            return met("language", f"Served in {name or name_of(code)}", code=code or required)
        may_include = may_include or may_be_served(required, spoken)
    if interpreters:
        if is_named_in(required, interpreters):
            return met("language", f"Interpreters: {interpreters}", interpretation_services=interpreters)
        return unknown(
            "language", f"Interpreters: {interpreters}. Ask for one", interpretation_services=interpreters
        )
    # Sources in English rarely list English, and the languages on the phone say little of those at the place.
    if not listed or may_include or not is_understood or required == "en":
        return unknown("language", f"Ask whether they speak {name_of(required)}")
    spoken_there = ", ".join(sorted({name or name_of(code) for name, code in listed} - {""}))
    return unmet("language", f"Served in {spoken_there}", languages=spoken_there)


def names_language(facts: Facts, wanted: str) -> bool:
    """Return whether an offer's facts about languages name one, as the directory writes it."""
    listed, by_phone, _ = facts
    folded = wanted.strip().casefold()
    return any(
        folded in {name.strip().casefold(), code.strip().casefold()} for name, code in (*listed, *by_phone)
    )


def _codes(name: str, code: str) -> frozenset[str] | None:
    """Return the languages of an entry, by its code and its name; `None` if neither is understood."""
    by_code = codes_of(code) if code.strip() else None
    by_name = codes_of(name) if name.strip() else None
    if by_code is None:
        return by_name
    return by_code | by_name if by_name else by_code


LANGUAGE: Final = Criterion("language", _required_language, _language_facts, _language_answer)
"""Whether people are served in a language, in person, on the phone or by an interpreter."""
