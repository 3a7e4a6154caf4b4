"""Reading a web hook that reports what happened to a referral."""

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
"""Another system's word is stored as it came; a longer one is refused, since it may be free text about a person."""


class ForeignStatus(NamedTuple):
    """Another system's word for where a referral stands.

    Attributes:
        system: the other system.
        text: the word.
    """

    system: str
    text: str


@attrs.frozen(kw_only=True, repr=False)
class StatusReport(Uncopied):
    """A report: an event of ours, or another system's word.

    Attributes:
        referral_id: which referral.
        at: when it happened, if it says so.
        news: what happened, or another system's word for where the referral stands now.
        details: the details of an event, as `referrals.Details` has them.
    """

    referral_id: str
    at: datetime | None
    news: Event | ForeignStatus
    details: Mapping[str, Any] = attrs.field(factory=dict)


def read_report(body: bytes, latest: datetime) -> StatusReport:
    """Read a report.

    Args:
        body: exactly what came.
        latest: nothing can have happened after it.

    Raises:
        InvalidReferralError: it is not a valid report. The message repeats nothing of it.
    """
    try:
        document = json.loads(body.decode(), object_pairs_hook=_once_each, parse_constant=_refuse_constant)
        at = _moment(document.get("at"))
    except (ValueError, OverflowError, RecursionError, AttributeError, TypeError):
        _unreadable()
    if at is not None and at > latest:
        _unreadable()
    ids = {document[name] for name in ("referral_id", "identifier") if isinstance(document.get(name), str)}
    if len(ids) != 1 or ("event" in document) == ("status" in document):
        _unreadable()
    (referral_id,) = ids
    if not lawful_id(referral_id):
        _unreadable()
    if "event" in document:
        return StatusReport(
            referral_id=referral_id, at=at, news=Event(document["event"]), details=_details(document)
        )
    word = document["status"]
    if not isinstance(word, str) or not 0 < len(word) <= _MOST_WORD or not word.isprintable():
        _unreadable()
    system = document.get("system")
    if not isinstance(system, str):
        _unreadable()
    return StatusReport(referral_id=referral_id, at=at, news=ForeignStatus(system, word))


def _details(document: Mapping[str, Any]) -> dict[str, Any]:
    details = {
        name: document[name] for name in ("outcome", "hold_reason", "text") if document.get(name) is not None
    }
    review_on = document.get("review_on")
    if review_on is not None:
        try:
            details["review_on"] = date.fromisoformat(review_on)
        except (ValueError, TypeError):
            _unreadable()
    return details


def _moment(text: Any) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    stamp(moment)  # in the first and last hours of all time there is no such moment in UTC
    return moment


def _once_each(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object in which each name occurs once: of two values it is not known which counts."""
    document = dict(pairs)
    if len(document) < len(pairs):
        raise ValueError
    return document


def _refuse_constant(_: str) -> NoReturn:
    """Refuse NaN and infinities: JSON has no such numbers."""
    raise ValueError


def _unreadable() -> NoReturn:
    message = "not a valid status report: see `Webhooks.receive` for its fields"
    raise InvalidReferralError(message) from None
