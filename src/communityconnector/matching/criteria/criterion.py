"""The shape of a criterion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from communityconnector.matching.answers import Reason
from communityconnector.matching.query import Query
from communityconnector.model import Offer

Facts = tuple[Any, ...]
"""What a criterion has to know of an offer: values that JSON can hold, nested in tuples. Offers share most of them."""


def as_facts(value: Any) -> Any:
    """Facts as JSON holds them, with tuples in place of its lists again."""
    return tuple(map(as_facts, value)) if isinstance(value, list) else value


@attrs.frozen
class Criterion:
    """One thing that may be asked of an offer.

    Attributes:
        name: its name in reasons.
        asked: what a query asks of it, as a value that can be hashed; `None` where it asks nothing.
        facts: what the criterion has to know of an offer.
        answer: the answer of facts to what is asked; `None` where it does not bear on the offer.
        restored: facts from what JSON holds of them.
    """

    name: str
    asked: Callable[[Query], Any]
    facts: Callable[[Offer], Facts]
    answer: Callable[[Facts, Any], Reason | None]
    restored: Callable[[Any], Facts] = as_facts
