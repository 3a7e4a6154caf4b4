"""Whether a service is for what is needed: its relevance, and the reason in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import attrs

from communityconnector.matching.answers import Reason, met, unknown, unmet
from communityconnector.matching.purpose import HINT, IN_NAME, IN_TEXT, LISTS, TERM, ListedTerm, Purpose, Sign
from communityconnector.matching.query import Query
from communityconnector.needs import Certainty, Interpretation, Vocabulary
from communityconnector.needs.also_helps import further_concepts
from communityconnector.needs.interpretation import GUESSED
from communityconnector.needs.words import stems


@attrs.frozen(repr=False)
class WantedConcept:
    """A concept that is needed.

    Attributes:
        concept: its id.
        name: its plain name.
        weight: how surely it was meant.
        why: for one that was not asked for but also helps, why it does; else "".
    """

    concept: str
    name: str
    weight: float
    why: str = ""


@attrs.frozen(repr=False)
class NeedCriteria:
    """What a service may be for to meet a need; any one of these is enough. The repr does not show it.

    Attributes:
        terms: taxonomy terms, by id or code.
        wanted: concepts.
        broader: the broader concepts, nearest first. Services listed there are a question.
        words: stems of the patron's words.
        is_understood: whether the need is understood; otherwise only the words state it.
        has_hints: whether loose words of a record are a hint: not if the need is understood, if there is danger, or if the
            words are no need.
        is_exact: whether the words are as the patron wrote them, without corrections.
        name: the need in words.
    """

    terms: tuple[str, ...]
    wanted: tuple[WantedConcept, ...]
    broader: tuple[str, ...]
    words: tuple[str, ...]
    is_understood: bool
    has_hints: bool
    is_exact: bool
    name: str


def need_criteria(query: Query, vocabulary: Vocabulary) -> NeedCriteria:
    """Return what a query asks of the purpose of a service."""
    meaning = query.meaning
    # The host's own interpreter may name a need that this vocabulary lacks.
    wanted = tuple(
        WantedConcept(u.concept, vocabulary.concepts[u.concept].name, u.weight)
        for u in meaning.concepts
        if u.concept in vocabulary.concepts
    )
    broader = dict.fromkeys(b for w in wanted for b in vocabulary.ancestors(w.concept))
    return NeedCriteria(
        terms=query.need.terms,
        wanted=wanted,
        broader=tuple(broader),
        words=() if _is_all_understood(meaning) else meaning.words,
        is_understood=bool(wanted or query.need.terms),
        has_hints=not (wanted or query.need.terms or meaning.urgent or _is_no_need(meaning)),
        is_exact=True,
        name=wanted[0].name if wanted else "what is needed",
    )


def also_helping(need: NeedCriteria, vocabulary: Vocabulary) -> NeedCriteria | None:
    """Return what was not asked for but also helps; `None` if nothing does."""
    asked = {one.concept: one.weight for one in need.wanted}
    wanted = tuple(
        WantedConcept(also.concept, vocabulary.concepts[also.concept].name, 1.0, also.reason)
        for also in further_concepts(asked, vocabulary)
    )
    if not wanted:
        return None
    return attrs.evolve(
        need, terms=(), wanted=wanted, broader=(), words=(), is_understood=False, has_hints=False
    )


def _is_no_need(meaning: Interpretation) -> bool:
    """Return whether the words are no need, nor a word that may be a service's name."""
    return meaning.certainty is Certainty.NOT_A_NEED and len(meaning.words) != 1


def _is_all_understood(meaning: Interpretation) -> bool:
    """Return whether the phrases that were understood cover all words, so that no service is asked for by its name.

    Then only a record that says the same thing fits: a support group for people who lost a child has the words of
    "child support".
    """
    covered = {stem for concept in meaning.concepts for phrase in concept.words for stem in stems(phrase)}
    return bool(meaning.concepts) and not meaning.is_guessed and covered.issuperset(meaning.words)


def assess(purpose: Purpose, need: NeedCriteria, left: float, line: float) -> tuple[float, Reason]:
    """Return how well a service fits a need, 0 to 1, with the reason.

    Args:
        purpose: what the service is for.
        need: what is needed.
        left: what the other answers about it leave of the fit.
        line: the lowest fit with which the need is met. With less, the reason is a question.
    """
    best, make_reason = 0.0, None
    for value, other in _answers(purpose, need):
        if value > best:
            best, make_reason = value, other
    if make_reason is not None:
        fit = best * left
        return fit, make_reason(fit >= line)
    for concept in need.broader:
        sign = purpose.signs.get(concept)
        if sign is not None and is_listed_broadly(sign, concept):
            return 0.0, is_broader(sign, need)
    if not purpose.described and need.is_understood:
        return 0.0, is_undescribed(need)
    return 0.0, unmet("need", f"Nothing in the record says: {need.name}")


def _answers(purpose: Purpose, need: NeedCriteria) -> Iterator[tuple[float, Callable[[bool], Reason]]]:
    """Yield what a service is for: how surely, and how to say it, given whether it is sure enough."""
    for term in need.terms:
        if term in purpose.terms:
            yield TERM, partial(is_listed, purpose.terms[term])
    for wanted in need.wanted:
        sign = purpose.signs.get(wanted.concept)
        if sign is not None:
            yield wanted.weight * sign.strength, partial(is_offered, wanted, sign)
    in_name = sum(word in purpose.name_words for word in need.words)
    in_text = sum(word in purpose.text_words for word in need.words)
    value = value_of_words(in_name, in_text, need)
    if value:
        yield value, partial(has_words, in_name)


def value_of_words(in_name: int, in_text: int, need: NeedCriteria) -> float:
    """Return the relevance of a service that has some of the patron's words; 0 if it has too few.

    Two words or more, all of them and at least one in the name, mean a service that is asked for by its name. Other
    words, and corrected ones, are only a hint, and only if the need is not understood. Half of them must occur.

    Args:
        in_name: the number of words in its names.
        in_text: the number of other words in its texts.
        need: what is needed.
    """
    every = len(need.words)
    value = (in_name * IN_NAME + in_text * IN_TEXT) / every if every else 0.0
    if need.is_exact and in_name and 1 < every == in_name + in_text:
        return value
    if not need.has_hints or in_name + in_text < 0.5 * every:
        return 0.0
    return HINT * value


def is_listed_broadly(sign: Sign, concept: str) -> bool:
    """Return whether a service with a sign for a concept, or for a narrower one, may offer other narrower things too.

    It may if it is listed under exactly this concept, or if only a name says what it is for: a food pantry of which
    nothing else is known may serve meals, but not offer a lawyer.
    """
    if sign.source in LISTS:
        return sign.concept == concept and sign.strength > HINT
    return sign.source in _SAY_LITTLE


_SAY_LITTLE = frozenset({"only_name", "agency"})
"""Sources that leave open what else the service offers."""


def is_listed(term: ListedTerm, is_sure: bool) -> Reason:  # noqa: FBT001  # see `_answers`
    """Return the reason of a service that is listed under a term of the need."""
    text = f"Listed under “{term.name}”"
    if is_sure:
        return met("need", text, term=term.term)
    return unknown("need", f"{text}: ask whether it is for you", term=term.term)


def is_offered(wanted: WantedConcept, sign: Sign, is_sure: bool) -> Reason:  # noqa: FBT001  # see `_answers`
    """Return the reason of a service that is, or may be, for a concept of the need."""
    evidence = {"concept": wanted.concept, "found": sign.concept, "source": sign.source, "words": sign.words}
    if wanted.why:
        answer = met if is_sure else unknown
        return answer("need", f"May also help: {wanted.name} ({sign.where}), since {wanted.why}", **evidence)
    if is_sure:
        return met("need", f"Offers: {wanted.name} ({sign.where})", **evidence)
    where = f"{sign.where[0].upper()}{sign.where[1:]}"
    if wanted.weight <= GUESSED:
        return unknown("need", f"{where}: ask whether that is what is needed", **evidence)
    return unknown("need", f"{where}: ask whether they offer: {wanted.name}", **evidence)


def has_words(in_name: int, is_sure: bool) -> Reason:  # noqa: FBT001  # see `_answers`
    """Return the reason of a service that has the patron's words."""
    where = "name" if in_name else "description"
    if is_sure:
        return met("need", f"Its {where} has the words asked for", source=where)
    return unknown("need", f"Its {where} has such words: ask whether it is what is needed", source=where)


def is_broader(sign: Sign, need: NeedCriteria) -> Reason:
    """Return the reason of a service that is only listed under something broader, or of which only a name is known."""
    where = f"Listed only under “{sign.words}”" if sign.source in LISTS else f"Only {sign.where}"
    question = f"{where}: ask whether they offer: {need.name}"
    return unknown("need", question, source=sign.source, words=sign.words)


def is_undescribed(need: NeedCriteria) -> Reason:
    """Return the reason of a service whose record does not say what it is for."""
    return unknown("need", f"The record does not say what it is for: ask whether they offer: {need.name}")
