"""The criteria: each looks at one offer and answers met, unmet or unknown, with its evidence.

A criterion that was not asked gives no reason. What the directory does not say is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import attrs

from communityconnector.matching import areas, hours
from communityconnector.matching.answers import Answer, Reason, met, unknown, unmet
from communityconnector.matching.meaning import Meaning, Sign
from communityconnector.matching.query import Query
from communityconnector.model import Disclosure, Offer, Point, ServiceStatus, distance
from communityconnector.needs import Vocabulary
from communityconnector.needs.words import fold

if TYPE_CHECKING:
    from geopy.distance import Distance


@attrs.frozen
class Judgement:
    """All criteria's answers about one offer.

    Attributes:
        reasons: the answers, in the order of the criteria.
        relevance: how well the offer fits the need itself, 0 to 1.
        distance: how far away it is; `None` where that is unknown or there is nowhere to go.
    """

    reasons: tuple[Reason, ...]
    relevance: float
    distance: Distance | None

    @property
    def fits(self) -> bool:
        """Whether nothing rules the offer out."""
        return all(reason.answer is not Answer.UNMET for reason in self.reasons)


def judge(offer: Offer, need: tuple[float, Reason], query: Query) -> Judgement:
    """Ask every criterion about one offer.

    Args:
        offer: the offer.
        need: what `for_need` said of its service.
        query: the need, resolved.
    """
    relevance, reason = need
    reasons = [reason, _status(offer)]
    away: Distance | None = None
    if query.point is not None:
        place = offer.point
        away = distance(query.point, place) if place is not None else None
        reasons.extend(_area(offer, query.point))
        reasons.append(_distance(offer, away, query))
    reasons.extend(_age(offer, query))
    reasons.extend(_language(offer, query))
    reasons.extend(_open_at(offer, query))
    return Judgement(tuple(reasons), relevance, away)


_NARROWER: Final = 0.95
"""A service for something narrower than what was asked counts a little less than one for just that."""

_WORDS: Final = {"name": 1.0, "description": 0.6}
"""What a word of the patron counts, by where the service has it."""


def for_need(purpose: Meaning, query: Query, words: Vocabulary) -> tuple[float, Reason]:
    """Whether a service is for what the patron needs, and how well; any one of several needs is enough."""
    best: tuple[float, Reason] | None = None
    broad: Sign | None = None
    # An interpreter of the host's own may name a need that this vocabulary lacks.
    wanted = [(u.concept, u.weight) for u in query.meaning.concepts if u.concept in words.concepts]
    for term in query.need.terms:
        if term in purpose.terms:
            found = purpose.terms[term]
            best = _better(
                best, 1.0, met("need", f"Listed under “{found.name}”", term=found.code or found.id)
            )
    for concept, weight in wanted:
        name = words.concepts[concept].name
        for narrower in words.with_descendants(concept):
            sign = purpose.signs.get(narrower)
            if sign is not None:
                value = weight * sign.strength * (1.0 if narrower == concept else _NARROWER)
                reason = met(
                    "need", f"Offers: {name} ({_where(sign)})", concept=concept, found=narrower, **_told(sign)
                )
                best = _better(best, value, reason)
        for broader in words.ancestors(concept):
            broad = broad or purpose.signs.get(broader)
    best = _by_words(best, purpose, query, understood=bool(wanted))
    if best is not None:
        return best
    asked = words.concepts[wanted[0][0]].name if wanted else "what is needed"
    if broad is not None and broad.source == "taxonomy_term":
        question = f"Listed only under “{broad.words}”: ask whether they offer: {asked}"
        return 0.0, unknown("need", question, **_told(broad))
    if not purpose.described:
        return 0.0, unknown(
            "need", f"The record does not say what it is for: ask whether they offer: {asked}"
        )
    return 0.0, unmet("need", f"Nothing in the record says: {asked}")


def _better(best: tuple[float, Reason] | None, value: float, reason: Reason) -> tuple[float, Reason]:
    return best if best is not None and best[0] >= value else (value, reason)


def _where(sign: Sign) -> str:
    if sign.source == "taxonomy_term":
        return f"listed under “{sign.words}”"
    return f"its {sign.source} says “{sign.words}”"


def _told(sign: Sign) -> dict[str, Any]:
    return {"source": sign.source, "words": sign.words}


def _by_words(
    best: tuple[float, Reason] | None, purpose: Meaning, query: Query, *, understood: bool
) -> tuple[float, Reason] | None:
    """The patron's own words in the service's texts.

    Where a need was understood, only a service that has every word counts, such as one asked for by name.
    Otherwise half of the words are enough.
    """
    asked = query.meaning.words
    if not asked or query.meaning.library_business:
        return best
    in_name = [word for word in asked if word in purpose.name_words]
    in_text = [word for word in asked if word not in purpose.name_words and word in purpose.text_words]
    share = (len(in_name) + len(in_text)) / len(asked)
    if share < (1.0 if understood else 0.5):
        return best
    value = (len(in_name) * _WORDS["name"] + len(in_text) * _WORDS["description"]) / len(asked)
    where = "name" if in_name else "description"
    return _better(best, value, met("need", f"Its {where} has the words asked for", source=where))


def _status(offer: Offer) -> Reason:
    status = offer.service.status
    if status == ServiceStatus.ACTIVE:
        return met("status", "The service is active", status=status)
    if not status:
        return unknown("status", "Ask whether the service still runs")
    return unmet("status", f"The service is {status}", status=status)


def _area(offer: Offer, point: Point) -> Iterator[Reason]:
    served = offer.service_areas
    if not served:
        if offer.placeless:
            yield unknown("area", "Ask whether they serve where you are")
        return
    answer, name = areas.serves(served, point)
    called = name or "an area given as a shape"
    if answer is Answer.MET:
        yield met("area", f"Serves {called}, where you are", area=name)
    elif answer is Answer.UNMET:
        yield unmet("area", f"Serves {called}, where you are not", area=name)
    else:
        yield unknown("area", f"Serves {called}: ask whether that takes in where you are", area=name)


def _distance(offer: Offer, away: Distance | None, query: Query) -> Reason:
    limit = query.need.within
    if away is not None:
        text = f"{in_words(away)} away, straight line"
        if limit is not None and away.km > limit.km:
            return unmet("distance", f"{text}; {in_words(limit)} was the limit", miles=away.miles, km=away.km)
        return met("distance", text, miles=away.miles, km=away.km)
    if offer.remote:
        return met("distance", "Nowhere to go: by phone, online, or it comes to you", remote=True)
    if offer.placeless:
        return unknown("distance", "No place is on record: ask whether one has to go somewhere")
    place = offer.location
    if place is not None and place.disclosure not in (None, Disclosure.PUBLIC) and not place.addresses:
        return unknown(
            "distance", "The place is confidential: call, and the agency says where", confidential=True
        )
    return unknown("distance", "Where it is, is not on record: ask for the address")


def in_words(away: Distance) -> str:
    """A distance as staff would say it, in miles and kilometres."""
    return f"{away.miles:.1f} miles ({away.km:.1f} km)"


def _age(offer: Offer, query: Query) -> Iterator[Reason]:
    age = query.need.age
    if age is None:
        return
    low, high = offer.service.minimum_age, offer.service.maximum_age
    told = {"minimum_age": low, "maximum_age": high}
    if (low is None and high is None) or (low is not None and high is not None and low > high):
        yield unknown("age", f"Ask whether they take people of {age:g}", **told)
        return
    span = _span(low, high)
    # "Up to 17" takes in everybody until the eighteenth birthday.
    beyond = high is not None and age >= (high + 1 if float(high).is_integer() else high)
    if (low is not None and age < low) or beyond:
        yield unmet("age", f"For people {span}", **told)
    else:
        yield met("age", f"For people {span}", **told)


def _span(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"of {low:g} to {high:g} years"
    return f"of {low:g} and over" if low is not None else f"of up to {high:g} years"


def _language(offer: Offer, query: Query) -> Iterator[Reason]:
    wanted = query.need.language
    if wanted is None:
        return
    asked = fold(wanted.strip())
    code = asked if asked in _PRIMARY else asked.partition("-")[0]
    listed = offer.languages
    for language in listed:
        names = {fold(language.code or ""), fold(language.name or "")}
        if code in names or _PRIMARY.get(code) in names:
            yield met("language", f"Served in {language.name or language.code}", code=language.code)
            return
    interpreters = offer.service.interpretation_services
    name = _LANGUAGES.get(code, code)
    if interpreters and name in fold(interpreters):
        yield met("language", f"Interpreters: {interpreters}", interpretation_services=interpreters)
    elif interpreters:
        yield unknown(
            "language", f"Interpreters: {interpreters}. Ask for one", interpretation_services=interpreters
        )
    elif not listed or code in ("en", "eng", "english"):
        # Sources in English seldom list English.
        yield unknown("language", f"Ask whether they speak {name.title()}")
    else:
        spoken = ", ".join(sorted({language.name or language.code or "" for language in listed} - {""}))
        yield unmet("language", f"Served in {spoken}", languages=spoken)


_LANGUAGES: Final = {
    "en": "english", "es": "spanish", "fr": "french", "de": "german", "pt": "portuguese", "ru": "russian",
    "uk": "ukrainian", "ar": "arabic", "zh": "chinese", "vi": "vietnamese", "ko": "korean", "tl": "tagalog",
    "ht": "haitian creole", "hmn": "hmong", "so": "somali", "sw": "swahili", "hi": "hindi", "ur": "urdu",
    "pl": "polish", "fa": "persian", "ja": "japanese", "my": "burmese", "ase": "american sign language",
}  # fmt: skip
"""English names of languages that US libraries are asked for, by ISO 639 code."""

_PRIMARY: Final = {name: code for code, name in _LANGUAGES.items()} | _LANGUAGES


def _open_at(offer: Offer, query: Query) -> Iterator[Reason]:
    moment = query.need.open_at
    if moment is None:
        return
    found = hours.at(offer.schedules, moment, query.zone)
    if found.state is hours.Open.OPEN and found.opens_at is not None and found.closes_at is not None:
        span = f"{found.opens_at:%H:%M} to {found.closes_at:%H:%M}"
        yield met(
            "open_at",
            f"Open then: {span}",
            opens_at=f"{found.opens_at:%H:%M}",
            closes_at=f"{found.closes_at:%H:%M}",
        )
    elif found.state is hours.Open.CLOSED:
        yield unmet("open_at", "Closed then")
    else:
        yield unknown("open_at", f"Ask whether they are open then ({found.note})")
