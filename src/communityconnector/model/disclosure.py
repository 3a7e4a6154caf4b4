"""The field `disclosure` as an HSDS attribute, and back.

HSDS has no field that says that something is confidential. An attribute with a term of our own taxonomy is lawful
HSDS in JSON and in tables, and any HSDS software carries it along unharmed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from communityconnector.model.identity import DISCLOSURE_LINK, DISCLOSURE_TAXONOMY, mint
from communityconnector.model.level import Disclosure, level_named, strictest
from communityconnector.model.record import Record
from communityconnector.model.taxonomy import Attribute, TaxonomyTerm

_DESCRIPTIONS: Final = {
    Disclosure.PUBLIC: "Everyone may see it.",
    Disclosure.STAFF_ONLY: "Library staff may see it; the public may not.",
    Disclosure.CONTACT_ONLY: "It is not shown; phones and contacts of a place may be given.",
    Disclosure.NEVER: "It is not shown, nor anything else that belongs to it.",
}


def states_level(attribute: Attribute) -> bool:
    """Return whether an attribute states who may see the record that has it."""
    if _is_ours(attribute.link_type):
        return True
    term = attribute.taxonomy_term
    if term is None:
        return False
    return _is_ours(term.taxonomy) or (
        term.taxonomy_detail is not None and _is_ours(term.taxonomy_detail.name)
    )


@lru_cache(maxsize=1_024)
def _is_ours(word: str | None) -> bool:
    return word is not None and word.strip().casefold() in _OURS


_OURS: Final = frozenset({DISCLOSURE_LINK, DISCLOSURE_TAXONOMY})


def level_of(attributes: tuple[Attribute, ...]) -> tuple[Disclosure | None, tuple[Attribute, ...]]:
    """The disclosure level that a record's attributes state, and the other attributes.

    A level that is not one of ours is read as `never`: when in doubt, what may be private stays hidden. Of several
    the strictest counts.
    """
    for attribute in attributes:
        if states_level(attribute):
            break
    else:
        return None, attributes
    stated = [a for a in attributes if states_level(a)]
    rest = tuple(a for a in attributes if not states_level(a))
    return strictest(*(_level(a) for a in stated)), rest


def _level(attribute: Attribute) -> Disclosure:
    term = attribute.taxonomy_term
    for word in (attribute.value, term.code if term else None, term.name if term else None):
        if word is not None and word.strip().lower() in tuple(Disclosure):
            return Disclosure(word.strip().lower())
    return level_named(attribute.value)


def attribute_for(record: Record) -> Attribute | None:
    """The attribute that states a record's disclosure, or `None` where it states none."""
    level: Disclosure | None = getattr(record, "disclosure", None)
    if level is None:
        return None
    term = TaxonomyTerm(
        id=mint("disclosure", level),
        code=level.value,
        name=level.value,
        description=_DESCRIPTIONS[level],
        taxonomy=DISCLOSURE_TAXONOMY,
    )
    # Locations came first, and the ids of their attributes must not change.
    named = (record.id,) if record.entity == "location" else (record.entity, record.id)
    return Attribute(
        id=mint("disclosure of", *named),
        link_type=DISCLOSURE_LINK,
        link_entity=record.entity,
        value=level.value,
        label="Who may see this",
        taxonomy_term=term,
    )


def with_level(values: dict[str, Any], extra: dict[str, Any]) -> None:
    """Move statements of disclosure among a record's constructor arguments into `disclosure`.

    Said by an attribute, or by a field or column of that name, which people write because ours is called so.
    Attributes that could not be read may have said it: then it is `never`.

    Args:
        values: arguments of the record's class.
        extra: its other fields.
    """
    levels = []
    if extra:
        if extra.get("disclosure"):
            levels.append(level_named(extra.pop("disclosure")))
        if "attributes" in extra and DISCLOSURE_LINK in repr(extra["attributes"]).casefold():
            levels.append(Disclosure.NEVER)
    if "attributes" in values:
        stated, values["attributes"] = level_of(values["attributes"])
        if stated is not None:
            levels.append(stated)
    if levels:
        values["disclosure"] = strictest(*levels)
