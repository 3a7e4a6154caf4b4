"""Checks of what callers give. An error says what would be right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

import attrs

from communityconnector.errors import InvalidReferralError, UnexpectedArgumentError, UnknownNeedError
from communityconnector.matching import languages
from communityconnector.needs import Vocabulary
from communityconnector.needs.suggestions import did_you_mean
from communityconnector.referrals import Actor

T = TypeVar("T", bound=attrs.AttrsInstance)

_EXAMPLES: Final = {
    "Actor": "Actor('staff', 'desk-2')",
    "ConsentTerms": "ConsentTerms(fields=['first_name'], purpose='a meal', method='verbal')",
    "FollowUp": "FollowUp(reached=True, helped='yes')",
    "Intake": "Intake(id=match.organization.id)",
}


def check_kind(name: str, value: object, kind: type[object]) -> None:
    """Make sure that an argument is of its kind.

    Raises:
        InvalidReferralError: it is of another kind. The message repeats nothing of it.
    """
    if not isinstance(value, kind):
        message = f"`{name}` takes {_EXAMPLES[kind.__name__]}, and not a {type(value).__name__}"
        raise InvalidReferralError(message)


def check_id(name: str, value: object) -> None:
    """Make sure that an id is a text.

    Raises:
        InvalidReferralError: it is something else.
    """
    if not isinstance(value, str):
        message = f"`{name}` takes an id, such as `match.organization.id`, and not a {type(value).__name__}"
        raise InvalidReferralError(message)


def check_actor(actor: object) -> None:
    """Make sure that an actor is an `Actor`.

    Raises:
        InvalidReferralError: it is something else, such as a text.
    """
    check_kind("actor", actor, Actor)


def build(kind: type[T], given: Mapping[str, Any], call: str) -> T:
    """Build a value of the keywords of a call.

    Args:
        kind: what it is.
        given: its fields.
        call: the name of the call, for the message.

    Raises:
        UnexpectedArgumentError: it has no such field.
        CommunityConnectorError: as the kind itself raises it.
    """
    known = [field.name for field in attrs.fields(kind)]
    odd = sorted(given.keys() - set(known))
    if odd:
        near = did_you_mean(odd[0], known) or f"besides it takes {', '.join(known)}"
        message = f"`{call}` takes no `{odd[0]}`; {near}"
        raise UnexpectedArgumentError(message)
    return kind(**given)


def check_concepts(vocabulary: Vocabulary, concepts: Iterable[Any]) -> None:
    """Make sure that needs are known.

    Raises:
        UnknownNeedError: one is not in the vocabulary. It may be a patron's words, so the message does not repeat it.
    """
    for key in concepts:
        if key not in vocabulary.concepts:
            names = {concept.name: concept.id for concept in vocabulary.concepts.values()}
            known = {**names, **{each: each for each in vocabulary.concepts}}
            near = did_you_mean(key, known) if isinstance(key, str) else ""
            message = (
                f"`concepts` takes ids of needs; {near + ' ' if near else ''}"
                "`vocabulary().concepts` lists them, and `match.needs` has those that were asked for"
            )
            raise UnknownNeedError(message)


def check_language(language: str) -> None:
    """Make sure that a language is known; an empty one is fine.

    Raises:
        InvalidReferralError: it is not known. The message does not repeat it.
    """
    if language and not languages.is_known(language):
        near = did_you_mean(language, languages.names()) or "give an ISO 639 code: es, vi"
        message = f"`language` is unknown; {near}"
        raise InvalidReferralError(message)
