"""The needs vocabulary: what a patron may need, in plain words, with its share in the wellness dimensions.

Concepts, phrases and the crosswalk to Open Eligibility are tables in `needs/data`, which a librarian can read and edit.
The words are this project's own. Only the identifiers of Open Eligibility are used.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.errors import UnknownNeedError
from communityconnector.model import TaxonomyTerm
from communityconnector.needs.also_helps import FurtherConcept
from communityconnector.needs.suggestions import did_you_mean
from communityconnector.needs.tables import rows_of
from communityconnector.needs.words import fold

TAXONOMY: Final = "communityconnector needs"
"""The name of the vocabulary as an HSDS taxonomy. The codes of its terms are ids of concepts."""


class Wellness(StrEnum):
    """The seven dimensions of the Ashe County Wellness Circle, a lens over services, books and events."""

    PHYSICAL = "physical"
    EMOTIONAL = "emotional"
    SPIRITUAL = "spiritual"
    OCCUPATIONAL = "occupational"
    SOCIAL = "social"
    ENVIRONMENTAL = "environmental"
    INTELLECTUAL = "intellectual"


@attrs.frozen
class Concept:
    """Something that a patron may need.

    Attributes:
        id: a stable identifier, such as `food-pantry`.
        name: the plain name, as staff would say it.
        definition: what the patron gets, in one sentence.
        parent: the id of the broader concept; "" at the top.
        wellness: its share in each wellness dimension; the shares add up to 1.
        sensitive: tags of matters that need care, such as `dv` or `sud`.
    """

    id: str
    name: str
    definition: str = ""
    parent: str = ""
    wellness: Mapping[Wellness, float] = attrs.field(factory=dict, hash=False)
    sensitive: frozenset[str] = frozenset()


@attrs.frozen
class Phrase:
    """Everyday words for a concept.

    Attributes:
        words: the phrase.
        concept: id of the concept.
        weight: how surely the words mean it, 0 to 1.
        language: ISO 639-1 code.
    """

    words: str
    concept: str
    weight: float
    language: str = "en"


@attrs.frozen
class CrisisLine:
    """A number to call now.

    Attributes:
        kind: the kind of danger that it is for (`Vocabulary.dangers`).
        name: its name.
        phone: the number to call.
        text: how to reach it by text message, if possible.
        url: its page.
        note: other information.
        language: the language of its name and note, as ISO 639-1 code.
    """

    kind: str
    name: str
    phone: str
    text: str = ""
    url: str = ""
    note: str = ""
    language: str = "en"

    @property
    def reach(self) -> str:
        """How to reach it, in its language: "call 988 or text HOME to 741741"."""
        call, text, either = ("llame al", "envíe", "o") if self.language == "es" else ("call", "text", "or")
        ways = (f"{call} {self.phone}" if self.phone else "", f"{text} {self.text}" if self.text else "")
        return f" {either} ".join(filter(None, ways))


@attrs.frozen
class DangerKind:
    """A kind of danger, such as violence at home.

    Attributes:
        id: a stable identifier, such as `home_violence`.
        name: the plain name, for staff.
        needs: ids of the needs that come first then.
        related: ids of needs that are worth showing beside them.
        asked_for: ids of the needs for which people in this danger ask, so that asking for one tells of it.
        situations: what it says of the person (`Cues.situations`).
        questions: by language (`en`, `es`), the sentence above the crisis lines: it asks, and does not claim to know.
    """

    id: str
    name: str
    needs: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    asked_for: tuple[str, ...] = ()
    situations: tuple[str, ...] = ()
    questions: Mapping[str, str] = attrs.field(factory=dict, hash=False)


@attrs.frozen(eq=False)
class Vocabulary:
    """Concepts, the words for them, and the crosswalk from other taxonomies.

    Attributes:
        concepts: concepts by id, in the order of their table.
        phrases: everyday words for them.
        open_eligibility: concept by Open Eligibility id.
        dangers: kinds of danger by id.
        crisis_phrases: words of danger, with the kind of danger.
        crisis_lines: numbers to call, for each kind of danger the most urgent first.
        library_business: phrases of ordinary library business, which is not a need.
        provider_phrases: what agencies call what they offer, which is read in records only, in place of phrases of the
            same words and concept.
        also_helps: by id of a concept, the concepts whose services also help (see `further_concepts`).
        broader_codes: the Open Eligibility ids of terms that are broader than their concept.
        local_terms: a library's own places of terms and categories (`with_terms`): by `term_key` of a name, code or id,
            how surely it is for each concept; no concept if it says nothing of what is offered.
    """

    concepts: Mapping[str, Concept]
    phrases: tuple[Phrase, ...]
    open_eligibility: Mapping[str, str]
    dangers: Mapping[str, DangerKind] = attrs.field(factory=dict)
    crisis_phrases: tuple[tuple[str, str], ...] = ()
    crisis_lines: tuple[CrisisLine, ...] = ()
    library_business: tuple[str, ...] = ()
    provider_phrases: tuple[Phrase, ...] = ()
    also_helps: Mapping[str, tuple[FurtherConcept, ...]] = attrs.field(factory=dict)
    broader_codes: frozenset[str] = frozenset()
    local_terms: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)

    def concept(self, key: str) -> Concept:
        """Return the concept of an id.

        Raises:
            UnknownNeedError: there is no such concept.
        """
        try:
            return self.concepts[key]
        except KeyError:
            near = did_you_mean(
                key, {c.name: c.id for c in self.concepts.values()} | {k: k for k in self.concepts}
            )
            message = f"no need {key!r} in the vocabulary; {near + ' ' if near else ''}`vocabulary().concepts` lists them"
            raise UnknownNeedError(message) from None

    def with_words(self, path: str | os.PathLike[str]) -> Vocabulary:
        """Return this vocabulary with a library's own words, from one CSV.

        Its columns `phrase` and `concept` are required; `concept` is the id of a need, or `not-a-need` for a name that is
        library business. `weight` (0 to 1, by default 1) and `language` (by default any) may be left out. A row with a new
        `concept` and a `name` makes a need of the library's own, with `definition`, `parent`, `dimensions` and `sensitive`
        as in `needs/data/concepts.csv`; what is left out of the last two is its parent's. From the weight 0.6 on, such
        phrases outrank the learned model and the built-in phrases.

        Args:
            path: the CSV, in UTF-8.

        Raises:
            SourceNotFoundError: the file cannot be read.
            InvalidWordsError: a column is missing or unknown, or a row cannot be used. The message names each row.
        """
        from communityconnector.needs.local_words import add_words

        return add_words(self, path)

    def with_terms(self, path: str | os.PathLike[str]) -> Vocabulary:
        """Return this vocabulary with a library's own places of taxonomy terms and categories, from one CSV.

        Its columns `term` and `concept` are required. `term` is the name, the code or the id of a term, or a category as
        a cell has it; `concept` is the id of a need, or `not-a-need` if the term does not say what is offered. A term for
        several needs has a row for each. `weight` (0 to 1, by default 1) says how surely the term is for the need; `notes`
        is for the librarian. Such a place counts before every other.

        Args:
            path: the CSV, in UTF-8.

        Raises:
            SourceNotFoundError: the file cannot be read.
            InvalidWordsError: a column is missing or unknown, or a row cannot be used. The message names each row.
        """
        from communityconnector.needs.local_terms import add_terms

        return add_terms(self, path)

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        children: dict[str, tuple[str, ...]] = {}
        for concept in self.concepts.values():
            children[concept.parent] = (*children.get(concept.parent, ()), concept.id)
        return children

    def with_descendants(self, key: str) -> Iterator[str]:
        """Yield the concept's id and the ids of all narrower ones."""
        yield key
        for child in self._children.get(key, ()):
            yield from self.with_descendants(child)

    def ancestors(self, key: str) -> Iterator[str]:
        """Yield the ids of the broader concepts, nearest first."""
        parent = self.concepts[key].parent
        while parent:
            yield parent
            parent = self.concepts[parent].parent

    @cached_property
    def _main_needs(self) -> dict[str, str]:
        return {key: next(reversed([key, *self.ancestors(key)])) for key in self.concepts}

    def main_need(self, key: str) -> str:
        """Return the id of the broadest concept that a concept belongs to."""
        return self._main_needs[key]

    def place(self, term: TaxonomyTerm) -> str | None:
        """Return the concept of a directory's taxonomy term, by its code; `None` if the code is unknown.

        Known codes are this vocabulary's own (taxonomy `communityconnector needs`) and Open Eligibility's.
        """
        code = (term.code or "").strip()
        detail = term.taxonomy_detail
        about = f"{term.taxonomy or ''} {detail.name if detail else ''} {term.term_uri or ''}"
        if code in self.concepts and TAXONOMY in about:
            return code
        if _OPEN_ELIGIBILITY.search(about):
            return self.open_eligibility.get(code)
        return None


def term_key(name: str) -> str:
    """Return what a name, code or id of a term is compared by: without case, accents and further white space."""
    return " ".join(fold(name).split())


_OPEN_ELIGIBILITY: Final = re.compile(r"open[\s_-]*eligibility", re.IGNORECASE)


@cache
def vocabulary() -> Vocabulary:
    """Return the built-in vocabulary."""
    return load(files("communityconnector") / "needs" / "data")


def load(folder: Traversable) -> Vocabulary:
    """Read a vocabulary from a folder of tables laid out as those in `needs/data`."""
    concepts = {
        row["id"]: Concept(
            id=row["id"],
            name=row["name"],
            definition=row["definition"],
            parent=row["parent"],
            wellness=shares_of(row["dimensions"]),
            sensitive=frozenset(filter(None, row["sensitive"].split(";"))),
        )
        for row in rows_of("concepts.csv", folder)
    }
    also_helps: dict[str, tuple[FurtherConcept, ...]] = {}
    for row in rows_of("also_helps.csv", folder):
        also = FurtherConcept(row["also"], float(row["weight"]), row["reason"])
        also_helps[row["concept"]] = (*also_helps.get(row["concept"], ()), also)
    crosswalk = list(rows_of("open_eligibility.csv", folder))
    return Vocabulary(
        concepts=MappingProxyType(concepts),
        phrases=_phrases("phrases.csv", folder),
        provider_phrases=_phrases("provider_phrases.csv", folder),
        dangers={kind.id: kind for kind in map(_danger_kind, rows_of("dangers.csv", folder))},
        open_eligibility={row["oe_id"]: row["concept"] for row in crosswalk},
        broader_codes=frozenset(row["oe_id"] for row in crosswalk if row["relation"] == "broader"),
        crisis_phrases=tuple((row["phrase"], row["kind"]) for row in rows_of("crisis.csv", folder)),
        crisis_lines=tuple(CrisisLine(**row) for row in rows_of("crisis_lines.csv", folder)),
        library_business=tuple(row["phrase"] for row in rows_of("library_business.csv", folder)),
        also_helps=also_helps,
    )


def _phrases(name: str, folder: Traversable) -> tuple[Phrase, ...]:
    return tuple(
        Phrase(row["phrase"], row["concept"], float(row["weight"]), row["language"])
        for row in rows_of(name, folder)
    )


def _danger_kind(row: Mapping[str, str]) -> DangerKind:
    needs, related, asked_for, situations = (
        tuple(filter(None, row[column].split(";")))
        for column in ("needs", "related", "asked_for", "situations")
    )
    questions = {"en": row["question"], "es": row["question_es"]}
    return DangerKind(row["kind"], row["name"], needs, related, asked_for, situations, questions)


def shares_of(text: str) -> dict[Wellness, float]:
    """Return the shares of `physical:0.7;social:0.3`.

    Raises:
        ValueError: a dimension is unknown, or its share is not a number.
    """
    pairs = (part.split(":") for part in text.split(";") if part)
    return {Wellness(name): float(share) for name, share in pairs}
