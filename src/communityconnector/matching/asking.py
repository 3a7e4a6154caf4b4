"""What a need asks for by name must be known: other terms, languages and orders are refused, with what is near."""

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
    """A need, or a text as one, whose terms and language are known.

    Args:
        need: the need.
        index: the index of the directory that is asked.

    Raises:
        InvalidNeedError: it is no need, or its language is not known.
        UnknownNeedError: one of its terms is neither in the needs vocabulary nor in the directory. Codes of the form
            of 211 taxonomies are taken as they are: that no service is listed under one is an answer.
    """
    asked = Need(need) if isinstance(need, str) else need
    if not isinstance(asked, Need):
        message = f"a need must be a `Need` or a text, not {type(need).__name__}"
        raise InvalidNeedError(message)
    for term in asked.terms:
        if not (index.has_term(term) or is_hierarchical(term) or _SECTION.fullmatch(term)):
            raise UnknownNeedError(_unknown_term(term, index))
    wanted = asked.language
    if wanted is not None and not languages.is_known(wanted) and not index.has_language(wanted):
        near = did_you_mean(wanted, languages.names())
        message = f"`language` is not known; {near or 'give an ISO 639 code or an English name: es, Spanish'}"
        raise InvalidNeedError(message)
    return asked


def rank_of(value: Any) -> Rank:
    """An order by its name.

    Raises:
        InvalidNeedError: there is no such order.
    """
    try:
        return Rank(value)
    except ValueError:
        listing = ", ".join(Rank)
        near = did_you_mean(value, Rank) if isinstance(value, str) else ""
        message = f"`rank` is not known; {near or f'it is one of {listing}'}"
        raise InvalidNeedError(message) from None


def _unknown_term(term: str, index: Index) -> str:
    concepts = index.phrases.vocabulary.concepts.values()
    known = {**index.term_names(), **{c.name: c.id for c in concepts}, **{c.id: c.id for c in concepts}}
    near = did_you_mean(term, known)
    listing = "`vocabulary().concepts` lists the needs, `directory.taxonomy_terms` the directory's own terms"
    return f"the term {term[:50]!r} is not known; {near + ' ' if near else ''}{listing}"
