"""What a person should look at of what is hidden: places hidden by their looks, and what only stays hidden."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from communityconnector.model.confidential import Confidential, Why
from communityconnector.model.finding import Finding, Severity
from communityconnector.model.refuge import look, may_look
from communityconnector.model.service import Service

OF_ALL: Final = frozenset({"looks-like-a-refuge", "stands-where-hidden"})
"""The rules of these findings that any directory may give rise to."""
_LONG: Final = 4000
"""Letters of a description that are read."""
DOUBTS: Final = OF_ALL | {"still-hidden"}
"""The rules of these findings, which hold no values."""


def doubts(confidential: Confidential, still: Iterable[str] = ()) -> Iterator[Finding]:
    """Findings about what is hidden and no record hides outright.

    Args:
        confidential: what is hidden.
        still: `entity id` of what only stays hidden because it was before.
    """
    places = [("location", key, hidden) for key, hidden in confidential.places.items()]
    links = [("service_at_location", key, hidden) for key, hidden in confidential.links.items()]
    for entity, key, hidden in (*places, *links):
        if hidden.why is Why.LOOKS:
            yield _found(
                "looks-like-a-refuge",
                entity,
                key,
                f"does not state who may know where it is, and “{hidden.words}” is written of it or of what is given there; "
                "state `disclosure`: `public`, or a stricter level",
                "hidden from the public",
            )
        elif hidden.why is Why.SAME:
            yield _found(
                "stands-where-hidden",
                entity,
                key,
                "says nothing of who may know where it is, and stands where a hidden place stands; say `disclosure`",
                "hidden with it",
            )
    for name in still:
        entity, _, key = name.partition(" ")
        yield _found(
            "still-hidden",
            entity,
            key,
            "was hidden before, and its record no longer says so; a person has to decide whether it may be shown",
            "kept hidden",
        )


def suspects(services: Iterable[Service], confidential: Confidential) -> Iterator[Finding]:
    """Places that are shown although what is written about a service there sounds like a refuge.

    Args:
        services: the services.
        confidential: what is hidden.
    """
    for service in services:
        for text in (service.description, service.eligibility_description):
            words = look(text[:_LONG]) if text and may_look(text) else None
            if words is None:
                continue
            shown = [
                link.location
                for link in service.service_at_locations
                if link.location is not None
                and link.location.id not in confidential.places
                and link.id not in confidential.links
            ]
            if not any(p.disclosure is None and (p.addresses or p.point) for p in shown):
                continue
            yield Finding(
                Severity.INFO,
                "looks-like-a-refuge",
                f"its description says “{words[1]}”: is its place one that should be hidden?",
                "",
                entity="service",
                record_id=service.id,
            )
            break


def _found(rule: str, entity: str, key: str, message: str, action: str) -> Finding:
    return Finding(Severity.WARNING, rule, message, action, entity=entity, record_id=key)
