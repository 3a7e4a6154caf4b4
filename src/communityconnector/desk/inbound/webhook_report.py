"""What stands in a web hook that reports what happened to a referral."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple, NoReturn

import attrs

from communityconnector.desk.store.record_kinds import stamp
from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Uncopied
from communityconnector.referrals import Event
from communityconnector.storage import lawful_id

_MOST_WORD: Final = 100
"""Another system's word is kept as it came, and is none where it is longer: it may be somebody's words."""


class ForeignStatus(NamedTuple):
    """Another system's word for where a referral stands.

    Attributes:
        system: whose word it is.
        text: the word.
    """

    system: str
    text: str


@attrs.frozen(kw_only=True, repr=False)
class StatusReport(Uncopied):
    """What a report says: an event of ours, or another system's word.

    Attributes:
        referral_id: of which referral.
        at: when it happened, if it says so.
        said: what happened, or how another system calls where the referral stands now.
        details: what is told with an event, as `Details` has it.
    """

    referral_id: str
    at: datetime | None
    said: Event | ForeignStatus
    details: Mapping[str, Any] = attrs.field(factory=dict)


def read_report(body: bytes, latest: datetime) -> StatusReport:
    """What a report says.

    Args:
        body: exactly what came.
        latest: nothing can have happened after it.

    Raises:
        InvalidReferralError: it is none. The message repeats nothing of it.
    """
    try:
        said = json.loads(body.decode(), object_pairs_hook=_once_each, parse_constant=_none)
        at = _moment(said.get("at"))
    except (ValueError, OverflowError, RecursionError, AttributeError, TypeError):
        _unreadable()
    if at is not None and at > latest:
        _unreadable()
    ids = {said[name] for name in ("referral_id", "identifier") if isinstance(said.get(name), str)}
    if len(ids) != 1 or ("event" in said) == ("status" in said):
        _unreadable()
    (referral_id,) = ids
    if not lawful_id(referral_id):
        _unreadable()
    if "event" in said:
        return StatusReport(referral_id=referral_id, at=at, said=Event(said["event"]), details=_details(said))
    word = said["status"]
    if not isinstance(word, str) or not 0 < len(word) <= _MOST_WORD or not word.isprintable():
        _unreadable()
    system = said.get("system")
    if not isinstance(system, str):
        _unreadable()
    return StatusReport(referral_id=referral_id, at=at, said=ForeignStatus(system, word))


def _details(said: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: said[name] for name in ("outcome", "hold_reason", "text") if said.get(name) is not None}
    review_on = said.get("review_on")
    if review_on is not None:
        try:
            found["review_on"] = date.fromisoformat(review_on)
        except (ValueError, TypeError):
            _unreadable()
    return found


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    stamp(moment)  # in the first and last hours of all time there is no such moment in UTC
    return moment


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object, in which each name stands once: of two values nobody knows which counts."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found


def _none(_: str) -> NoReturn:
    """There are no such numbers as NaN in JSON."""
    raise ValueError


def _unreadable() -> NoReturn:
    message = "the report is none: see `Desk.receive` for what it says"
    raise InvalidReferralError(message) from None
