"""`Location.disclosure` as an HSDS attribute, and back.

HSDS has no field that says a location is confidential. An attribute with a term of our own taxonomy is lawful
HSDS in JSON and in tables, and any HSDS software carries it along unharmed.
"""

from __future__ import annotations

from typing import Any, Final

from communityconnector.model.identity import DISCLOSURE_LINK, DISCLOSURE_TAXONOMY, mint
from communityconnector.model.location import Disclosure, Location
from communityconnector.model.taxonomy import Attribute, TaxonomyTerm

_DESCRIPTIONS: Final = {
    Disclosure.PUBLIC: "Everybody may learn where the location is.",
    Disclosure.STAFF_ONLY: "Library staff may learn where the location is; the public may not.",
    Disclosure.CONTACT_ONLY: "Nobody is told where the location is; its phones and contacts may be given.",
    Disclosure.NEVER: "Nobody is told where the location is, nor anything else that belongs to it.",
}


def states_level(attribute: Attribute) -> bool:
    """Whether an attribute says who may learn where its location is."""
    term = attribute.taxonomy_term
    words = [attribute.link_type or ""]
    if term is not None:
        words += [term.taxonomy or "", term.taxonomy_detail.name if term.taxonomy_detail else ""]
    return any(word.strip().casefold() in (DISCLOSURE_LINK, DISCLOSURE_TAXONOMY) for word in words)


def level_of(attributes: tuple[Attribute, ...]) -> tuple[Disclosure | None, tuple[Attribute, ...]]:
    """The disclosure level that a location's attributes state, and the other attributes.

    A level that is not one of ours is read as `never`: when in doubt, a place stays hidden. Of several the
    strictest counts.
    """
    stated = [a for a in attributes if states_level(a)]
    if not stated:
        return None, attributes
    rest = tuple(a for a in attributes if not states_level(a))
    return strictest(*(_level(a) for a in stated)), rest


def strictest(*levels: Disclosure) -> Disclosure:
    """The level that tells least."""
    return max(levels, key=list(Disclosure).index)


def level_named(word: object) -> Disclosure:
    """The level of a word; `never` where it is none of ours."""
    text = word.strip().lower() if isinstance(word, str) else ""
    return Disclosure(text) if text in tuple(Disclosure) else Disclosure.NEVER


def _level(attribute: Attribute) -> Disclosure:
    term = attribute.taxonomy_term
    for word in (attribute.value, term.code if term else None, term.name if term else None):
        if word is not None and word.strip().lower() in tuple(Disclosure):
            return Disclosure(word.strip().lower())
    return Disclosure.NEVER


def attribute_for(location: Location) -> Attribute | None:
    """The attribute that states a location's disclosure, or `None` where it states none."""
    level = location.disclosure
    if level is None:
        return None
    term = TaxonomyTerm(
        id=mint("disclosure", level),
        code=level.value,
        name=level.value,
        description=_DESCRIPTIONS[level],
        taxonomy=DISCLOSURE_TAXONOMY,
    )
    return Attribute(
        id=mint("disclosure of", location.id),
        link_type=DISCLOSURE_LINK,
        link_entity="location",
        value=level.value,
        label="Who may learn where this is",
        taxonomy_term=term,
    )


def with_level(location: dict[str, Any], extra: dict[str, Any]) -> None:
    """Move what is said of disclosure among a location's constructor arguments into `disclosure`.

    Said by an attribute, or by a field or column of that name, which people write because ours is called so.
    Attributes that could not be read may have said it: then it is `never`.
    """
    levels = []
    if extra.get("disclosure"):
        levels.append(level_named(extra.pop("disclosure")))
    if extra.get("attributes"):
        levels.append(Disclosure.NEVER)
    stated, location["attributes"] = level_of(location.get("attributes", ()))
    if stated is not None:
        levels.append(stated)
    if levels:
        location["disclosure"] = strictest(*levels)
