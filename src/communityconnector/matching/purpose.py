"""What a service is for, as far as its record says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import attrs

from communityconnector.matching.weights import SIGNS
from communityconnector.model import Service, TaxonomyTerm
from communityconnector.model.codes import ancestors_of
from communityconnector.model.refuge import SAFE_HOUSE, look
from communityconnector.needs import Lexicon, Vocabulary
from communityconnector.needs.contexts import ALONG, BOUGHT, FORMS
from communityconnector.needs.offered import Claim, Offered
from communityconnector.needs.placement import categories_of
from communityconnector.needs.term_places import How, TermPlace
from communityconnector.needs.words import stems, words_of

TERM: Final = 1.0
"""How surely a taxonomy term that the vocabulary knows says what a service is for."""
SOURCES: Final = SIGNS
"""How surely a phrase says what a service is for, by where it stands (`sign.` in `data/weights.csv`):

- `taxonomy_term`, `category`: in the name of a term or a category.
- `name`: in the service's name; `only_name`: there, and nothing else in the record says what it is for.
- `agency`: in its agency's name, where nothing in the service's own record says it.
- `first_claim`: in the first sentences of the description, and again later if there are more; `only_claim`: the same
  where the name, such as a person's or a saint's, says nothing.
- `description`: in several other sentences, or in one that agrees with the name or the terms.
- `mention`: once in a long description, as one word of several meanings, or among many other needs.
- `term_word`, `name_word`: as a word of a term or a name that may have another sense there.
"""
BROAD: Final = 0.4
"""What a term for a main need counts, such as "Health", where the service's name says what it is for."""
NARROWER: Final = 0.95
"""A service for something narrower than what was asked counts a little less than one for just that."""
UNCONFIRMED: Final = 0.7
"""What a phrase in the name counts, beside one that a long description confirms."""
IN_NAME: Final = 1.0
"""What each of the patron's words counts that is in the service's name."""
IN_TEXT: Final = 0.6
"""What each counts that is in the description or in the name of a term."""
HINT: Final = 0.25
"""What loose words of a patron in a record count."""

_VAGUE_IN_NAME: Final = 0.5
_VAGUE_IN_DESCRIPTION: Final = 0.75
_SURE_WORD: Final = 1.0
"""The weight of a phrase of one word that a description may say once."""
_LONG: Final = 3
"""A description of more sentences says again what it is about."""
_MANY: Final = 5
"""A sentence that names more needs only mentions each."""
LISTS: Final = frozenset({"taxonomy_term", "category"})
"""Sources in which a service is listed under something."""


class Sign(NamedTuple):
    """The surest sign that a service is for a concept, or for something narrower.

    Attributes:
        concept: the concept that the sign is of.
        strength: how surely, 0 to 1; less for a narrower concept.
        source: where it stands, one of `SOURCES`.
        words: the name of the term or the category, or the phrase.
    """

    concept: str
    strength: float
    source: str
    words: str

    @property
    def where(self) -> str:
        """Where it stands, in words."""
        return f"{_WHERE[self.source]} “{self.words}”"


_WHERE: Final = {
    "taxonomy_term": "listed under", "category": "listed under", "term_word": "listed under", "name": "its name says",
    "only_name": "its name says", "name_word": "its name has the word", "agency": "its agency's name says",
    "first_claim": "its description says", "only_claim": "its description says", "description": "its description says",
    "mention": "its description mentions",
}  # fmt: skip


class ListedTerm(NamedTuple):
    """A taxonomy term that a service is listed under, itself or by a narrower one.

    Attributes:
        term: the term's code, else its id.
        name: its name.
    """

    term: str
    name: str


class TermKey(NamedTuple):
    """One of the keys that find the services listed under a term; the least of equal keys counts.

    Attributes:
        key: id or code.
        is_derived: whether a narrower code implies it.
        id: the id of the term that has the key or implies it.
        listed: that term.
    """

    key: str
    is_derived: bool
    id: str
    listed: ListedTerm


@attrs.frozen
class Purpose:
    """What is known of a service's purpose.

    Attributes:
        signs: the surest sign for each concept and for each broader one.
        terms: the service's taxonomy terms and the broader ones, by id and by code; also broader codes that a code
            implies (see `model.codes`).
        name_words: stems of its names, without phrases that do not say what is offered.
        text_words: stems of its terms, its categories and those parts of its description that say what is offered, without
            the stems of its names.
        described: whether the record says what the service is for at all.
    """

    signs: Mapping[str, Sign]
    terms: Mapping[str, ListedTerm]
    name_words: frozenset[str]
    text_words: frozenset[str]
    described: bool


def purpose_of(service: Service, directory_terms: Mapping[str, TaxonomyTerm], lexicon: Lexicon) -> Purpose:
    """Return what a service's record says of its purpose.

    Args:
        service: the service.
        directory_terms: the directory's taxonomy terms by id, for broader terms.
        lexicon: finds a vocabulary's phrases in texts.
    """
    described = lexicon.offered_in(service.description or "")
    titles = tuple(filter(None, (service.name, service.alternate_name)))
    asked = _asked(service, titles, described, lexicon)
    own = _Signs(lexicon, asked)
    terms: dict[str, TermKey] = {}
    places = lexicon.term_places(directory_terms)
    listed = [a.taxonomy_term for a in service.attributes if a.taxonomy_term is not None]
    for term in listed:
        own.add_place(places.of_term(term), "taxonomy_term", term.name)
        for key in term_keys(term, directory_terms):
            terms[key.key] = min(terms.get(key.key, key), key)
    for category in (categories := list(categories_of(service))):
        own.add_place(places.of_category(category), "category", category)
    # A category that means nothing here says as little as none.
    source = "name" if service.description or listed or own.signs else "only_name"
    name_words: set[str] = set()
    for name in titles:
        offered = own.add_name(name, source, described=described)
        name_words.update(word for word in stems(name) if word not in offered.other)
    if not asked.seeks:
        own.add_description(described)
    own.weaken_broad()
    agency = service.organization
    if not own.signs and not service.description and agency is not None:
        for concept, claim in lexicon.phrases_in(agency.name, _VAGUE_IN_NAME).items():
            if _may_be(concept, agency.name):
                own.add(concept, SOURCES["agency"] * claim.weight, "agency", claim.words)
    text = " . ".join([*(term.name for term in listed), *categories])
    return Purpose(
        signs=_with_broader(own.signs, lexicon.vocabulary),
        terms={key: term_key.listed for key, term_key in terms.items()},
        name_words=frozenset(name_words),
        text_words=(described.words | frozenset(stems(text))) - name_words,
        described=bool(service.description or listed or own.signs),
    )


class _Asks(NamedTuple):
    """What else than offering a record may be about.

    Attributes:
        seeks: whether it asks for volunteers, donations or employees.
        addresses_others: whether it is for those who help people, employ them or rent to them.
        lowers_prices: whether it is about a lower price for what people buy.
    """

    seeks: bool
    addresses_others: bool
    lowers_prices: bool

    def for_need(self, concept: str, main_need: str) -> bool:
        """Return whether this leaves a concept only mentioned."""
        if self.seeks and concept != "volunteering":
            return True
        if self.addresses_others and main_need not in _FOR_HELPERS:
            return True
        return self.lowers_prices and main_need in BOUGHT


def _asked(service: Service, titles: Sequence[str], described: Offered, lexicon: Lexicon) -> _Asks:
    names = [lexicon.offered_in(title) for title in titles]
    terms = [a.taxonomy_term.name for a in service.attributes if a.taxonomy_term is not None]
    listed = [*terms, *categories_of(service)]
    whom = lexicon.offered_in(service.eligibility_description or "")
    return _Asks(
        seeks=any(text.seeks for text in (*names, described))
        or (bool(listed) and all(lexicon.offered_in(term).seeks for term in listed)),
        addresses_others=any(text.addresses_others for text in (*names, described, whom)),
        lowers_prices=any(text.lowers_prices for text in (*names, described)),
    )


_FOR_HELPERS: Final = frozenset({"work", "education"})
"""Main needs that those who help or employ people may have themselves."""


class _Signs:
    """Collects the surest sign of each concept.

    Args:
        lexicon: finds a vocabulary's phrases in texts.
        asks: what else than offering the record is about.
    """

    def __init__(self, lexicon: Lexicon, asks: _Asks) -> None:
        self.signs: dict[str, Sign] = {}
        self._lexicon = lexicon
        self._asks = asks

    def add(self, concept: str, strength: float, source: str, words: str) -> None:
        """Add a sign; if the record does not offer it, as a mention."""
        if self._asks.for_need(concept, self._lexicon.vocabulary.main_need(concept)):
            strength = min(strength, SOURCES["mention"])
        surest = self.signs.get(concept)
        if surest is None or strength > surest.strength:
            self.signs[concept] = Sign(concept, strength, source, words)

    def add_place(self, place: TermPlace, source: str, name: str) -> None:
        """Add what a term or a category that the service is listed under says.

        Args:
            place: the place of the term or the category.
            source: which of these it is.
            name: its name.
        """
        surely = TERM if place.how in _GIVEN else SOURCES[source]
        for concept, weight in place.concepts.items():
            self.add(concept, surely * weight, source, name)
        if place.how is How.NONE:
            said = self._lexicon.offered_in(name)
            for concept in (*said.hints, *said.mentions):
                self.add(concept, SOURCES["term_word"], "term_word", name)

    def weaken_broad(self) -> None:
        """Weaken what broad terms say where the name says that the service is for something else."""
        words = self._lexicon.vocabulary
        named = {
            words.main_need(concept) for concept, sign in self.signs.items() if sign.source in _STATED - LISTS
        }
        for concept, sign in self.signs.items():
            if named and concept not in named and sign.source in LISTS and not words.concepts[concept].parent:
                self.signs[concept] = sign._replace(strength=sign.strength * BROAD)

    def add_name(self, name: str, source: str, described: Offered) -> Offered:
        """Add what a name says, and return it.

        Args:
            name: the name.
            source: `name` or `only_name`.
            described: what the description says, which may confirm the name.
        """
        offered = self._lexicon.offered_in(name)
        strength = SOURCES[source]
        main_need = self._lexicon.vocabulary.main_need
        kinds = {main_need(concept) for concept, claim in offered.concepts.items() if not _is_form(claim)}
        for concept, claim in offered.concepts.items():
            if claim.weight >= _VAGUE_IN_NAME and _may_be(concept, name):
                is_only_form = _is_form(claim) and bool(kinds) and main_need(concept) not in kinds
                if is_only_form or described.only_mentions(concept):
                    self.add(concept, SOURCES["name_word"], "name_word", claim.words)
                    continue
                confirmed = described.sentences <= _LONG or concept in described.concepts
                self.add(
                    concept,
                    strength * claim.weight * (1.0 if confirmed else UNCONFIRMED),
                    source,
                    claim.words,
                )
        looks = look(name)
        if looks is not None and not offered.seeks and looks[0] in self._lexicon.vocabulary.concepts:
            self.add(looks[0], strength, source, looks[1])
        for concept, (_, phrase) in (*offered.hints.items(), *offered.mentions.items()):
            self.add(concept, SOURCES["name_word"], "name_word", phrase)
        return offered

    def add_description(self, described: Offered) -> None:
        """Add what a description says; more surely what it says first and again, or what agrees with other signs."""
        main_need = self._lexicon.vocabulary.main_need
        stated = {concept for concept, sign in self.signs.items() if sign.source in _STATED}
        named = {concept for concept in stated if self.signs[concept].source not in LISTS}
        kinds, named_kinds = set(map(main_need, stated)), set(map(main_need, self._narrow(named)))
        for concept in self._narrow(stated - named):
            if main_need(concept) in named_kinds:
                sign = self.signs[concept]
                self.signs[concept] = sign._replace(strength=sign.strength * UNCONFIRMED)
        for concept, claim in described.concepts.items():
            if claim.weight < _VAGUE_IN_DESCRIPTION:
                continue
            kind = main_need(concept)
            is_along = concept in ALONG and concept not in stated and stated != {kind} and bool(stated)
            if described.only_mentions(concept) or is_along:
                source = "mention"
            else:
                # A service named for one thing is less probably for another of the same kind.
                is_another = kind in named_kinds and concept not in stated and concept != kind
                agrees = kind in kinds and not is_another
                source = _source_in_description(claim, agrees=agrees, is_long=described.sentences > _LONG)
            if source == "first_claim" and not named:
                source = "only_claim"
            self.add(concept, SOURCES[source] * claim.weight, source, claim.words)
        for concept, (weight, words) in described.mentions.items():
            if weight >= _VAGUE_IN_DESCRIPTION:
                self.add(concept, SOURCES["mention"] * weight, "mention", words)

    def _narrow(self, concepts: Iterable[str]) -> set[str]:
        return {concept for concept in concepts if self._lexicon.vocabulary.concepts[concept].parent}


_GIVEN: Final = (How.TABLE, How.CROSSWALK)
"""Places that a person gave."""
_STATED: Final = LISTS | {"name", "only_name"}


def _is_form(claim: Claim) -> bool:
    """Return whether a phrase says only in which form something is given: "counseling", "crisis line"."""
    return FORMS.issuperset(words_of(claim.words))


def _source_in_description(claim: Claim, *, agrees: bool, is_long: bool) -> str:
    """Return the source of a claim in a description.

    Args:
        claim: the claim.
        agrees: whether the name or a term says something of the same main need.
        is_long: whether the description is long.
    """
    is_said_again = claim.times > 1
    is_loose = claim.weight < _SURE_WORD and " " not in claim.words
    if claim.beside > _MANY or (is_loose and not (is_said_again or agrees)):
        return "mention"
    if claim.is_first and (is_said_again or not is_long):
        return "first_claim"
    return "description" if is_said_again or agrees else "mention"


def _may_be(concept: str, name: str) -> bool:
    """Return whether a name may be a sign of a concept.

    A name is a sign of a refuge only if redaction also takes it for one. Otherwise a service would be offered as a
    confidential place next to an address that is shown.
    """
    return concept != SAFE_HOUSE or (look(name) or ("",))[0] == SAFE_HOUSE


def term_keys(term: TaxonomyTerm, directory_terms: Mapping[str, TaxonomyTerm]) -> Iterator[TermKey]:
    """Yield the keys that find services listed under a term: its own keys and those of broader terms."""
    for broader in (term, *_broader(term, directory_terms)):
        listed = ListedTerm(broader.code or broader.id, broader.name)
        yield TermKey(broader.id, False, broader.id, listed)  # noqa: FBT003  # a field by its place
        if broader.code:
            yield TermKey(broader.code, False, broader.id, listed)  # noqa: FBT003  # a field by its place
            for code in ancestors_of(broader.code):
                yield TermKey(code, True, broader.id, listed)  # noqa: FBT003  # a field by its place


def _with_broader(own: Mapping[str, Sign], words: Vocabulary) -> dict[str, Sign]:
    """Add signs for the broader concepts; of equal ones the concept's own counts, then the first by name."""
    signs = dict(own)
    for concept in sorted(own):
        narrower = own[concept]._replace(strength=own[concept].strength * NARROWER)
        for broader in words.ancestors(concept):
            surest = signs.get(broader)
            if surest is None or narrower.strength > surest.strength:
                signs[broader] = narrower
    return signs


def _broader(term: TaxonomyTerm, directory_terms: Mapping[str, TaxonomyTerm]) -> list[TaxonomyTerm]:
    """Return the broader terms of a term. Published taxonomies have cycles, so none is visited twice."""
    broader: dict[str, TaxonomyTerm] = {}
    parent = directory_terms.get(term.parent_id or "")
    while parent is not None and parent.id not in broader and parent.id != term.id:
        broader[parent.id] = parent
        parent = directory_terms.get(parent.parent_id or "")
    return list(broader.values())
