"""The shape of a criterion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from communityconnector.matching.answers import Reason
from communityconnector.matching.query import Query
from communityconnector.model import Offer

Facts = tuple[Any, ...]
"""What a criterion needs to know of an offer: values that JSON can hold, in nested tuples. Many offers share them."""


def facts_from_json(value: Any) -> Any:
    """Return facts from their JSON form, with tuples in place of its lists."""
    return tuple(map(facts_from_json, value)) if isinstance(value, list) else value


@attrs.frozen
class Criterion:
    """One question that an offer answers.

    Attributes:
        name: its name in reasons, and in the metadata of the fields of `Need` that ask it.
        requirement: returns what a query requires, as a hashable value; `None` if it requires nothing.
        facts: returns what the criterion needs to know of an offer.
        answer: returns the answer of facts to a requirement; `None` if the criterion does not apply to the offer.
        from_json: returns facts from their JSON form.
        is_before_distance: whether its reason stands before that of the distance.
    """

    name: str
    requirement: Callable[[Query], Any]
    facts: Callable[[Offer], Facts]
    answer: Callable[[Facts, Any], Reason | None]
    from_json: Callable[[Any], Facts] = facts_from_json
    is_before_distance: bool = False
