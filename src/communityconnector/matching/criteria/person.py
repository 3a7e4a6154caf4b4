"""What was said of the person: age, language, situation."""

from __future__ import annotations

from typing import Any, Final

from communityconnector.interchange.texts.ages import NO_LIMIT
from communityconnector.matching.answers import Reason, met, unknown, unmet
from communityconnector.matching.criteria.criterion import Criterion, Facts
from communityconnector.matching.criteria.no_rule import affirmed, says_no_rule
from communityconnector.matching.languages import answers_to, codes_of, maybe, name_of, named_in
from communityconnector.matching.query import Query
from communityconnector.model import Offer
from communityconnector.needs.words import stems


def _ages(offer: Offer) -> Facts:
    return (offer.service.minimum_age, offer.service.maximum_age)


def _takes_age(facts: Facts, age: Any) -> Reason:
    low, high = facts
    told = {"minimum_age": low, "maximum_age": high}
    if not _makes_sense(low, high):
        return unknown("age", f"Ask whether they take people of {age:g}", **told)
    low = low or None
    high = None if high is None or high >= NO_LIMIT else high
    span = _span(low, high)
    # A whole number of years is an age from one birthday to the next.
    eldest = age + 1 if float(age).is_integer() else age
    # "Up to 17" takes in everybody until the eighteenth birthday.
    end = None if high is None else high + 1 if float(high).is_integer() else high
    too_young = low is not None and (eldest <= low if eldest > age else age < low)
    if too_young or (end is not None and age >= end):
        return unmet("age", f"For people {span}", **told)
    if (low is not None and age < low) or (end is not None and eldest > end):
        return unknown("age", f"For people {span}: ask whether they take this one, who is {age:g}", **told)
    return met("age", f"For people {span}", **told)


def _makes_sense(low: float | None, high: float | None) -> bool:
    """Whether the limits say anything: sources fill in 0 to 0, negative ages and limits in the wrong order."""
    if low is None and high is None:
        return False
    if (low is not None and not 0 <= low <= OLDEST) or (high is not None and high < 0):
        return False
    if not low and high == 0:
        return False
    return low is None or high is None or low <= high


OLDEST: Final = 150
"""A least age beyond this is not an age in years."""


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"of {_years(low)} to {_years(high)} years"
    if low is not None:
        return f"of {_years(low)} and over"
    return "of all ages" if high is None else f"of up to {_years(high)} years"


def _years(age: float) -> str:
    """An age in years as people read it."""
    return f"{age:.2g}" if age < 1 else f"{age:g}"


AGE: Final = Criterion("age", lambda query: query.need.age, _ages, _takes_age)
"""Whether the service takes people of an age."""


def _language(query: Query) -> str | None:
    wanted = query.need.language
    if wanted is None:
        return None
    codes = codes_of(wanted)
    # A language that is not known here is looked for by its name.
    return next(iter(codes)) if codes else wanted.strip().casefold()


def _languages(offer: Offer) -> Facts:
    place = offer.location
    own = offer.service.languages + (place.languages if place else ())
    by_phone = tuple(language for phone in offer.phones for language in phone.languages)
    return (
        tuple((spoken.name or "", spoken.code or "") for spoken in own),
        tuple((spoken.name or "", spoken.code or "") for spoken in by_phone),
        offer.service.interpretation_services or "",
    )


def _speaks(facts: Facts, asked: Any) -> Reason:
    listed, by_phone, interpreters = facts
    understood, doubtful = True, False
    for name, code in (*listed, *by_phone):
        spoken = _codes(name, code)
        understood = understood and spoken is not None
        if spoken is None:
            spoken = frozenset({name.strip().casefold(), code.strip().casefold()})
        if answers_to(asked, spoken):
            return met("language", f"Served in {name or name_of(code)}", code=code or asked)
        doubtful = doubtful or maybe(asked, spoken)
    called = name_of(asked)
    if interpreters:
        if named_in(asked, interpreters):
            return met("language", f"Interpreters: {interpreters}", interpretation_services=interpreters)
        return unknown(
            "language", f"Interpreters: {interpreters}. Ask for one", interpretation_services=interpreters
        )
    # Sources in English seldom list English; what is spoken on the phone says little of what is spoken there.
    if not listed or doubtful or not understood or asked == "en":
        return unknown("language", f"Ask whether they speak {called}")
    spoken_there = ", ".join(sorted({name or name_of(code) for name, code in listed} - {""}))
    return unmet("language", f"Served in {spoken_there}", languages=spoken_there)


def names_language(facts: Facts, wanted: str) -> bool:
    """Whether an offer's facts about languages name one, as they write it."""
    listed, by_phone, _ = facts
    folded = wanted.strip().casefold()
    return any(
        folded in {name.strip().casefold(), code.strip().casefold()} for name, code in (*listed, *by_phone)
    )


def _codes(name: str, code: str) -> frozenset[str] | None:
    """The languages of an entry; its code counts first, and its name where there is none that is understood."""
    found = codes_of(code) if code.strip() else None
    more = codes_of(name) if name.strip() else None
    if found is None:
        return more
    return found | more if more else found


LANGUAGE: Final = Criterion("language", _language, _languages, _speaks)
"""Whether one is served in a language, in person, on the phone or by an interpreter."""


def _eligibility(offer: Offer) -> Facts:
    service = offer.service
    labels = [attribute.label or attribute.value or "" for attribute in service.attributes]
    terms = [a.taxonomy_term.name for a in service.attributes if a.taxonomy_term is not None]
    return (service.eligibility_description or "", tuple(sorted({*labels, *terms} - {""})))


def _for_situation(facts: Facts, asked: Any) -> Reason | None:
    text, labels = facts
    written = " . ".join(map(affirmed, (text, *labels)))
    found = frozenset(stems(written))
    said = [words for words in asked if frozenset(stems(words)) <= found]
    if said:
        return met("situation", f"Says that it is for: {', '.join(said)}", eligibility_description=text)
    who = ", ".join(asked)
    if not text:
        return unknown("situation", f"Ask whether it is meant for: {who}")
    rule = says_no_rule(text)
    if rule is None:
        return unknown(
            "situation", f"Eligibility: {text} Ask whether that fits: {who}", eligibility_description=text
        )
    # "None" tells that nothing is asked of anyone, not that the service is for them.
    return (
        met("situation", f"Says that it is for everyone: {text}", eligibility_description=text)
        if rule
        else None
    )


SITUATION: Final = Criterion(
    "situation", lambda query: query.need.situations or None, _eligibility, _for_situation
)
"""Whether the service says that it is for people in a situation (veterans, women, parents). Never unmet: a library
does not judge who is eligible."""
