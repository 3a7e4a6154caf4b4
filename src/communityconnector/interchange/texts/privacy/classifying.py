"""Attributes and terms which say that what they classify is private."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from communityconnector.interchange.texts.privacy.lexicon import Scope
from communityconnector.interchange.texts.privacy.marks import PrivacyMark, mark_in_words, mark_of_flag
from communityconnector.interchange.texts.privacy.names import read_name
from communityconnector.interchange.texts.privacy.words import privacy_phrase_in
from communityconnector.model.identity import DISCLOSURE_LINK, DISCLOSURE_TAXONOMY

CLASSIFYING: Final = {"attribute": frozenset({"label", "value"}), "taxonomy_term": frozenset({"name"})}
"""The entities that this file is about, with the fields that may say something."""


def mark_class_privacy(entity: str, values: dict[str, Any]) -> PrivacyMark | None:
    """State in our words what an attribute or a term says of privacy in others, and return the mark.

    An attribute "Confidential: Yes" becomes one that states a level, and a term "Confidential location" one of our own
    taxonomy, so that they are understood wherever they are attached.
    """
    if entity == "taxonomy_term":
        if values.get("taxonomy") == DISCLOSURE_TAXONOMY:
            return None
        mark = _mark("name", values.get("name"), None)
        if mark is not None:
            values.update(taxonomy=DISCLOSURE_TAXONOMY, code=mark.level.value)
        return mark
    if values.get("link_type") == DISCLOSURE_LINK:
        return None
    for name in ("label", "link_type"):
        mark = _mark(name, values.get(name), values.get("value"))
        if mark is not None:
            values.update(link_type=DISCLOSURE_LINK, value=mark.level.value)
            return mark
    mark = _mark("value", values.get("value"), None)
    if mark is not None:
        values.update(link_type=DISCLOSURE_LINK, value=mark.level.value)
    return mark


@lru_cache(maxsize=4096)
def _mark(field: str, name: str | None, value: str | None) -> PrivacyMark | None:
    if not name:
        return None
    flag = None if field == "value" else read_name(name)
    if flag is not None and value:
        return mark_of_flag(field, flag, value)
    if flag is not None and flag.yes_hides and flag.sure and Scope.PLACE in flag.scopes:
        return mark_of_flag(field, flag, "yes")
    return None if value and field != "value" else mark_in_words(field, privacy_phrase_in(name))
