"""Checks of the names in a need: an unknown term, language or order is refused, with similar names."""

from __future__ import annotations

import re
from typing import Any, Final

from communityconnector.errors import InvalidNeedError, UnknownNeedError
from communityconnector.matching import languages
from communityconnector.matching.index import Index
from communityconnector.matching.ranking import Rank
from communityconnector.model.codes import is_hierarchical
from communityconnector.needs import Need
from communityconnector.needs.suggestions import did_you_mean

_SECTION: Final = re.compile("[A-Z]")
"""The broadest codes of 211 taxonomies are single letters."""


def check_need(need: Any, index: Index) -> Need:
    """Return a need, or a text as a need, whose terms and language are known.

    Args:
        need: the need.
        index: the index of the directory.

    Raises:
        InvalidNeedError: it is not a need, or its language is unknown.
        UnknownNeedError: one of its terms is neither in the needs vocabulary nor in the directory. Codes in the form of
            211 taxonomies are always accepted, since "no service is listed there" is an answer.
    """
    checked = Need(need) if isinstance(need, str) else need
    if not isinstance(checked, Need):
        message = f"a need must be a `Need` or a text, not {type(need).__name__}"
        raise InvalidNeedError(message)
    for term in checked.terms:
        if not (index.has_term(term) or is_hierarchical(term) or _SECTION.fullmatch(term)):
            raise UnknownNeedError(_unknown_term(term, index))
    language = checked.language
    if language is not None and not languages.is_known(language) and not index.has_language(language):
        near = did_you_mean(language, languages.names())
        message = f"`language` is unknown; {near or 'give an ISO 639 code or an English name: es, Spanish'}"
        raise InvalidNeedError(message)
    return checked


def check_rank(value: Any) -> Rank:
    """Return an order by its name.

    Raises:
        InvalidNeedError: there is no such order.
    """
    try:
        return Rank(value)
    except ValueError:
        listing = ", ".join(Rank)
        near = did_you_mean(value, Rank) if isinstance(value, str) else ""
        message = f"`rank` is unknown; {near or f'it is one of {listing}'}"
        raise InvalidNeedError(message) from None


def _unknown_term(term: str, index: Index) -> str:
    concepts = index.lexicon.vocabulary.concepts.values()
    known = {**index.term_names(), **{c.name: c.id for c in concepts}, **{c.id: c.id for c in concepts}}
    near = did_you_mean(term, known)
    listing = "`vocabulary().concepts` lists the needs, `directory.taxonomy_terms` the directory's own terms"
    return f"the term {term[:50]!r} is unknown; {near + ' ' if near else ''}{listing}"
