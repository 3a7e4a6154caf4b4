"""What a service is for, as far as its record tells, and whether that is what somebody needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import attrs

from communityconnector.matching.answers import Reason, met, unknown, unmet
from communityconnector.matching.query import Query
from communityconnector.matching.ranking import SURE_ENOUGH
from communityconnector.model import Service, TaxonomyTerm
from communityconnector.model.codes import ancestors_of
from communityconnector.model.refuge import SAFE_HOUSE, look
from communityconnector.needs import Interpretation, PhraseInterpreter, Vocabulary
from communityconnector.needs.interpreter import GUESSED
from communityconnector.needs.offered import Offered
from communityconnector.needs.words import stems

TERM: Final = 1.0
"""How surely a taxonomy term says what a service is for."""
NAME: Final = 0.85
"""How surely a phrase in a service's name or a term's name says it."""
DESCRIPTION: Final = 0.6
"""How surely a phrase in its description says it."""
NARROWER: Final = 0.95
"""A service for something narrower than what was asked counts a little less than one for just that."""
IN_NAME: Final = 1.0
"""What a word of the patron counts that a service has in its name."""
IN_TEXT: Final = 0.6
"""What it counts in the description or in the name of a term."""

AGENCY: Final = 0.6
"""How surely a phrase in its agency's name says it, where nothing in the service's own record does."""
HINT: Final = 0.25
"""How surely a word says it that has another sense beside others; what that alone is for is a question."""

_VAGUE_IN_NAME: Final = 0.5
_VAGUE_IN_DESCRIPTION: Final = 0.75
_LISTS: Final = frozenset({"taxonomy_term", "category"})
_SAY_LITTLE: Final = frozenset({"only_name", "agency"})
"""Beside these, the service may do more of the kind."""


class Sign(NamedTuple):
    """The surest sign that a service is for a concept, or for something narrower.

    Attributes:
        found: the concept that the sign is of.
        strength: how surely, 0 to 1; less for a narrower concept.
        source: where it stands: `taxonomy_term`, `category`, `name`, `description` or `agency`; `only_name` for a name
            beside which the record says nothing of what the service is for.
        words: the name of the term or the category, or the phrase that was found.
    """

    found: str
    strength: float
    source: str
    words: str

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        if self.source in _LISTS:
            return f"listed under “{self.words}”"
        if self.source == "agency":
            return f"its agency's name says “{self.words}”"
        source = "name" if self.source == "only_name" else self.source
        return f"its {source} says “{self.words}”"


class Listed(NamedTuple):
    """A taxonomy term that a service is listed under, itself or by a narrower one.

    Attributes:
        term: the term's code, else its id.
        name: its name.
    """

    term: str
    name: str


class TermKey(NamedTuple):
    """One of the keys by which a service is found that is listed under a term; the least of equal keys counts.

    Attributes:
        key: id or code.
        derived: whether the code is only told by a narrower one.
        id: id of the term that has the key, or tells it.
        listed: that term.
    """

    key: str
    derived: bool
    id: str
    listed: Listed


@attrs.frozen
class Purpose:
    """What is known of a service's purpose.

    Attributes:
        signs: for each concept, and for those that are broader, the surest sign.
        terms: the service's taxonomy terms, and their broader ones, by id and by code; codes that tell their own
            broader ones (see `model.codes`) stand for those too.
        name_words: stems of its names, without phrases that say something else than what is offered.
        text_words: stems of its description, as far as that says what is offered, and of its terms and categories, but for
            those in its names.
        described: whether the record says what the service is for at all.
    """

    signs: Mapping[str, Sign]
    terms: Mapping[str, Listed]
    name_words: frozenset[str]
    text_words: frozenset[str]
    described: bool


def purpose_of(
    service: Service, directory_terms: Mapping[str, TaxonomyTerm], phrases: PhraseInterpreter
) -> Purpose:
    """Gather what a service's record says of its purpose.

    Args:
        service: the service.
        directory_terms: the directory's taxonomy terms by id, for broader terms.
        phrases: finds a vocabulary's phrases in texts.
    """
    own = _Signs(phrases)
    terms: dict[str, TermKey] = {}
    listed = [a.taxonomy_term for a in service.attributes if a.taxonomy_term is not None]
    for term in listed:
        placed = phrases.vocabulary.place(term)
        if placed is not None:
            own.add(placed, TERM, "taxonomy_term", term.name)
        else:
            own.add_name(term.name, "taxonomy_term", term.name)
        for key in term_keys(term, directory_terms):
            terms[key.key] = min(terms.get(key.key, key), key)
    # A category without a term, as plain lists have it.
    categories = [a.label or a.value or "" for a in service.attributes if a.taxonomy_term is None]
    for category in filter(None, categories):
        own.add_name(category, "category", category)
    # A category that means nothing here says as little as none.
    source = "name" if service.description or listed or own.signs else "only_name"
    name_words: set[str] = set()
    seeks = False
    for name in filter(None, (service.name, service.alternate_name)):
        said = own.add_name(name, source)
        name_words.update(word for word in stems(name) if word not in said.other)
        seeks = seeks or said.seeks
    described = phrases.offered_in(service.description or "")
    for concept, (weight, phrase) in described.found.items():
        if weight >= _VAGUE_IN_DESCRIPTION and not seeks:
            own.add(concept, DESCRIPTION * weight, "description", phrase)
    agency = service.organization
    if not own.signs and not service.description and agency is not None:
        for concept, (weight, phrase) in phrases.phrases_in(agency.name, _VAGUE_IN_NAME).items():
            if _may_be(concept, agency.name):
                own.add(concept, AGENCY * weight, "agency", phrase)
    text = " . ".join([*(term.name for term in listed), *categories])
    return Purpose(
        signs=_with_broader(own.signs, phrases.vocabulary),
        terms={key: found.listed for key, found in terms.items()},
        name_words=frozenset(name_words),
        text_words=(described.words | frozenset(stems(text))) - name_words,
        described=bool(service.description or listed or own.signs),
    )


class _Signs:
    """The surest sign of each concept, as they are gathered.

    Args:
        phrases: finds a vocabulary's phrases in texts.
    """

    def __init__(self, phrases: PhraseInterpreter) -> None:
        self.signs: dict[str, Sign] = {}
        self._phrases = phrases

    def add(self, concept: str, strength: float, source: str, words: str) -> None:
        """Take a sign in."""
        held = self.signs.get(concept)
        if held is None or strength > held.strength:
            self.signs[concept] = Sign(concept, strength, source, words)

    def add_name(self, name: str, source: str, words: str = "") -> Offered:
        """Take in what a name says.

        Args:
            name: of a service, a term or a category.
            source: which of these.
            words: what to show for it; the phrases in it by default.
        """
        said = self._phrases.offered_in(name)
        for concept, (weight, phrase) in said.found.items():
            if weight >= _VAGUE_IN_NAME and _may_be(concept, name):
                self.add(concept, NAME * weight, source, words or phrase)
        looks = look(name)
        if looks is not None and looks[0] in self._phrases.vocabulary.concepts:
            self.add(looks[0], NAME, source, words or looks[1])
        for concept, (_, phrase) in said.hints.items():
            self.add(concept, HINT, source, words or phrase)
        return said


def _may_be(concept: str, name: str) -> bool:
    """Whether a name may be a sign of a concept.

    Of a refuge only what redaction takes for one: nothing is offered as a confidential place beside an address that is
    shown.
    """
    return concept != SAFE_HOUSE or (look(name) or ("",))[0] == SAFE_HOUSE


def term_keys(term: TaxonomyTerm, directory_terms: Mapping[str, TaxonomyTerm]) -> Iterator[TermKey]:
    """The keys by which a service is found that is listed under a term: its own, and those of broader terms."""
    for broader in (term, *_broader(term, directory_terms)):
        told = Listed(broader.code or broader.id, broader.name)
        yield TermKey(broader.id, False, broader.id, told)  # noqa: FBT003  # a field by its place
        if broader.code:
            yield TermKey(broader.code, False, broader.id, told)  # noqa: FBT003  # a field by its place
            for code in ancestors_of(broader.code):
                yield TermKey(code, True, broader.id, told)  # noqa: FBT003  # a field by its place


def _with_broader(own: Mapping[str, Sign], words: Vocabulary) -> dict[str, Sign]:
    """The signs also for the concepts above them; of equal ones the concept's own, then the first by name."""
    signs = dict(own)
    for concept in sorted(own):
        narrower = own[concept]._replace(strength=own[concept].strength * NARROWER)
        for broader in words.ancestors(concept):
            held = signs.get(broader)
            if held is None or narrower.strength > held.strength:
                signs[broader] = narrower
    return signs


def _broader(term: TaxonomyTerm, directory_terms: Mapping[str, TaxonomyTerm]) -> list[TaxonomyTerm]:
    """The terms above a term. Published taxonomies hold cycles, so none is visited twice."""
    found: dict[str, TaxonomyTerm] = {}
    parent = directory_terms.get(term.parent_id or "")
    while parent is not None and parent.id not in found and parent.id != term.id:
        found[parent.id] = parent
        parent = directory_terms.get(parent.parent_id or "")
    return list(found.values())


@attrs.frozen(repr=False)
class Wanted:
    """A concept that is needed.

    Attributes:
        concept: its id.
        name: its plain name.
        weight: how surely it was meant.
    """

    concept: str
    name: str
    weight: float


@attrs.frozen(repr=False)
class Asked:
    """What of a need a service's purpose has to answer; any one of it is enough. No repr shows it.

    Attributes:
        terms: taxonomy terms, by id or code.
        wanted: concepts.
        broader: the concepts above those, nearest first: services listed there may be asked.
        words: stems of the patron's own words.
        understood: whether it is known what is needed; else only the words say it.
        exact: whether the words are as the patron has them, and none without a slip.
        name: what is needed, in words.
    """

    terms: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    broader: tuple[str, ...]
    words: tuple[str, ...]
    understood: bool
    exact: bool
    name: str


def asked_of(query: Query, words: Vocabulary) -> Asked:
    """What a query asks of a service's purpose."""
    meaning = query.meaning
    # An interpreter of the host's own may name a need that this vocabulary lacks.
    wanted = tuple(
        Wanted(u.concept, words.concepts[u.concept].name, u.weight)
        for u in meaning.concepts
        if u.concept in words.concepts
    )
    broader = dict.fromkeys(b for w in wanted for b in words.ancestors(w.concept))
    return Asked(
        terms=query.need.terms,
        wanted=wanted,
        broader=tuple(broader),
        words=() if meaning.library_business or _is_all_understood(meaning) else meaning.words,
        understood=bool(wanted or query.need.terms),
        exact=True,
        name=wanted[0].name if wanted else "what is needed",
    )


def _is_all_understood(meaning: Interpretation) -> bool:
    """Whether phrases for what was understood hold all that was said, so that nothing is asked for by a name of its own.

    Then only a record that says the same thing is for it: a support group for those who lost a child has the words of
    "child support".
    """
    said = {stem for found in meaning.concepts for phrase in found.words for stem in stems(phrase)}
    return bool(meaning.concepts) and not meaning.is_guessed and said.issuperset(meaning.words)


def for_need(purpose: Purpose, asked: Asked) -> tuple[float, Reason]:
    """Whether a service is for what is needed, and how well: its relevance, 0 to 1, with the reason.

    From `SURE_ENOUGH` up the service is for it; with less it may be, and the reason is a question.
    """
    best, reason = 0.0, None
    for value, found in _answers(purpose, asked):
        if value > best:
            best, reason = value, found
    if reason is not None:
        return best, reason
    for concept in asked.broader:
        sign = purpose.signs.get(concept)
        if sign is not None and is_listed_broadly(sign, concept):
            return 0.0, broadly_listed(sign, asked)
    if not purpose.described and asked.understood:
        return 0.0, undescribed(asked)
    return 0.0, unmet("need", f"Nothing in the record says: {asked.name}")


def _answers(purpose: Purpose, asked: Asked) -> Iterator[tuple[float, Reason]]:
    for term in asked.terms:
        if term in purpose.terms:
            yield TERM, listed(purpose.terms[term])
    for wanted in asked.wanted:
        sign = purpose.signs.get(wanted.concept)
        if sign is not None:
            yield wanted.weight * sign.strength, offered(wanted, sign)
    in_name = sum(word in purpose.name_words for word in asked.words)
    in_text = sum(word in purpose.text_words for word in asked.words)
    value = by_words(in_name, in_text, asked)
    if value:
        yield value, has_words(in_name, value)


def by_words(in_name: int, in_text: int, asked: Asked) -> float:
    """What the patron's own words count that a service has; 0 where it has too few.

    Two words or more that it has all, and in its name at least one, tell a service that is asked for by name. Others,
    and words that were repaired, only hint at it, and only where it is not known what is needed; half of them must
    occur.

    Args:
        in_name: how many it has in its names.
        in_text: how many others it has in its texts.
        asked: what is asked.
    """
    every = len(asked.words)
    value = (in_name * IN_NAME + in_text * IN_TEXT) / every if every else 0.0
    if asked.exact and in_name and 1 < every == in_name + in_text:
        return value
    if asked.understood or in_name + in_text < 0.5 * every:
        return 0.0
    return HINT * value


def is_listed_broadly(sign: Sign, concept: str) -> bool:
    """Whether what has a sign for a concept, or something narrower, may do something else that is narrower too.

    So it is where it is listed under a term or category of just this concept, and where nothing but a name says what it
    is for: a food pantry of which nothing else is known may serve meals, but is asked for no lawyer.
    """
    if sign.source in _LISTS:
        return sign.found == concept and sign.strength >= SURE_ENOUGH
    return sign.source in _SAY_LITTLE


def listed(term: Listed) -> Reason:
    """The reason of a service listed under a term that is asked for."""
    return met("need", f"Listed under “{term.name}”", term=term.term)


def offered(wanted: Wanted, sign: Sign) -> Reason:
    """The reason of a service that is for what is wanted, or may be."""
    evidence = {"concept": wanted.concept, "found": sign.found, "source": sign.source, "words": sign.words}
    if wanted.weight * sign.strength >= SURE_ENOUGH:
        return met("need", f"Offers: {wanted.name} ({sign.where})", **evidence)
    where = f"{sign.where[0].upper()}{sign.where[1:]}"
    if wanted.weight <= GUESSED:
        return unknown("need", f"{where}: ask whether that is what is needed", **evidence)
    return unknown("need", f"{where}: ask whether they offer: {wanted.name}", **evidence)


def has_words(in_name: int, value: float) -> Reason:
    """The reason of a service that has the patron's own words."""
    where = "name" if in_name else "description"
    if value >= SURE_ENOUGH:
        return met("need", f"Its {where} has the words asked for", source=where)
    return unknown("need", f"Its {where} has such words: ask whether it is what is needed", source=where)


def broadly_listed(sign: Sign, asked: Asked) -> Reason:
    """The reason of a service that is only listed under something broader, or of which only a name is known."""
    if sign.source in _LISTS:
        question = f"Listed only under “{sign.words}”: ask whether they offer: {asked.name}"
    else:
        question = f"Only {sign.where}: ask whether they offer: {asked.name}"
    return unknown("need", question, source=sign.source, words=sign.words)


def undescribed(asked: Asked) -> Reason:
    """The reason of a service whose record does not say what it is for."""
    return unknown("need", f"The record does not say what it is for: ask whether they offer: {asked.name}")
