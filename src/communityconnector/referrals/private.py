"""Everything of a referral that is the patron's own, in one place, so that it can be forgotten without the rest.

It is written to storage and read from it, and goes nowhere else: no log, no message, no export.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final, Self

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret, Uncopied
from communityconnector.referrals.consent import AgeBand
from communityconnector.referrals.documents import CLOCKS_DIFFER, TYPED, Code, as_utc_if_any


class Channel(Code):
    """A way to reach a patron."""

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    """A call by staff: the library itself never calls."""


class Safe(Code):
    """Whether the patron has said that a way to reach them is safe."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True, repr=False, field_transformer=TYPED)
class ContactPreference(Uncopied):
    """One way to reach a patron, and on what terms. By default it is not used.

    After the NNEDV's Safety Net: never contact a survivor by a way that they have not said is safe, leave no message
    unless they said so, and ask again, because what is safe changes.

    Attributes:
        channel: by what.
        address: where.
        safe: whether the patron said that it is safe. Only `yes` lets anything be sent.
        ok_to_leave_message: whether a voice message may be left.
        ok_to_name_library: whether a message may say whom it is from.
        safe_from: from what time of day on, in the library's zone.
        safe_until: until what time of day; earlier than `safe_from` where it is past midnight.
        language: in which language to write, as BCP 47 writes it.
        verified_at: when the patron last said so.

    Raises:
        InvalidReferralError: safe hours lack a beginning or an end, have a zone of their own, or end when they begin.
    """

    channel: Channel = attrs.field(converter=Channel)
    address: Secret
    safe: Safe = attrs.field(default=Safe.UNKNOWN, converter=Safe)
    ok_to_leave_message: bool = False
    ok_to_name_library: bool = False
    safe_from: time | None = None
    safe_until: time | None = None
    language: str = "en"
    verified_at: datetime | None = attrs.field(default=None, converter=as_utc_if_any)

    def __attrs_post_init__(self) -> None:
        hours = [each for each in (self.safe_from, self.safe_until) if each is not None]
        if len(hours) == 1:
            message = "safe hours of a contact have a beginning and an end"
            raise InvalidReferralError(message)
        if any(each.tzinfo is not None for each in hours):
            message = "safe hours of a contact are times of day in the library's zone, with none of their own: time(9)"
            raise InvalidReferralError(message)
        if len(set(hours)) < len(hours):
            message = "safe hours of a contact end at another time than they begin; leave them out where any hour is safe"
            raise InvalidReferralError(message)

    def is_ahead(self, moment: datetime) -> bool:
        """Whether the patron's word is from the future, which is a mistake, as of a year: it would count for ever."""
        return self.verified_at is not None and self.verified_at > moment + CLOCKS_DIFFER

    def may_be_used(self, moment: datetime, fresh_for: timedelta) -> bool:
        """Whether anything may be sent there: the patron said that it is safe, and not too long ago."""
        fresh = self.verified_at is not None and moment - self.verified_at < fresh_for
        return self.safe is Safe.YES and fresh and not self.is_ahead(moment)

    @property
    def has_hours(self) -> bool:
        """Whether it is safe in some hours of the day alone."""
        return self.safe_from is not None

    def next_safe(self, moment: datetime, zone: tzinfo) -> datetime:
        """The first moment from one on that lies in the safe hours."""
        if self.safe_from is None or self.safe_until is None:
            return moment
        local = moment.astimezone(zone)
        now = local.time()
        inside = (
            self.safe_from <= now < self.safe_until
            if self.safe_from < self.safe_until
            else now >= self.safe_from or now < self.safe_until
        )
        if inside:
            return moment
        start = datetime.combine(local.date(), self.safe_from, zone)
        return (start if start > local else start + timedelta(days=1)).astimezone(moment.tzinfo)

    def __repr__(self) -> str:
        return f"<ContactPreference by {self.channel}>"


_CONTACT_PARTS: Final = ("ok_to_leave_message", "ok_to_name_library", "language")


@attrs.frozen(kw_only=True, repr=False, field_transformer=TYPED)
class Private(Uncopied):
    """What is the patron's own.

    Attributes:
        patron: the host's opaque reference; empty where there is none, as by default.
        told: what the agency is to be told, by name of the field.
        contacts: ways to reach the patron, those to try first at first.
        notes: words that were added to events, by version of the referral.
        age_band: how old the patron is, roughly.
    """

    patron: str = ""
    told: Mapping[str, Secret] = attrs.field(factory=dict)
    contacts: tuple[ContactPreference, ...] = ()
    notes: Mapping[str, Secret] = attrs.field(factory=dict)
    age_band: AgeBand = attrs.field(default=AgeBand.UNKNOWN, converter=AgeBand)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to keep."""
        return self == Private()

    def fresh_until(self, fresh_for: timedelta) -> datetime | None:
        """Until when the patron's word counts for at least one contact; `None` where it never did."""
        said = [one.verified_at for one in self.contacts if one.safe is Safe.YES and one.verified_at]
        return max(said) + fresh_for if said else None

    def to_dict(self) -> dict[str, Any]:
        """All of it in the open, for storage alone."""
        return {
            "patron": self.patron,
            "told": {name: text.reveal() for name, text in self.told.items()},
            "contacts": [_contact(contact) for contact in self.contacts],
            "notes": {version: text.reveal() for version, text in self.notes.items()},
            "age_band": self.age_band.value,
        }

    @classmethod
    def from_dict(cls, document: Mapping[str, Any]) -> Self:
        """What `to_dict` wrote."""
        return cls(
            patron=document["patron"],
            told={name: Secret(text) for name, text in document["told"].items()},
            contacts=tuple(_contact_of(contact) for contact in document["contacts"]),
            notes={version: Secret(text) for version, text in document["notes"].items()},
            age_band=document["age_band"],
        )

    def __repr__(self) -> str:
        return "<Private>"


def _contact(contact: ContactPreference) -> dict[str, Any]:
    return {
        "channel": contact.channel.value,
        "address": contact.address.reveal(),
        "safe": contact.safe.value,
        "safe_from": contact.safe_from and contact.safe_from.isoformat(),
        "safe_until": contact.safe_until and contact.safe_until.isoformat(),
        "verified_at": contact.verified_at and contact.verified_at.isoformat(),
        **{name: getattr(contact, name) for name in _CONTACT_PARTS},
    }


def _contact_of(said: Mapping[str, Any]) -> ContactPreference:
    return ContactPreference(
        channel=said["channel"],
        address=Secret(said["address"]),
        safe=said["safe"],
        safe_from=said["safe_from"] and time.fromisoformat(said["safe_from"]),
        safe_until=said["safe_until"] and time.fromisoformat(said["safe_until"]),
        verified_at=said["verified_at"] and datetime.fromisoformat(said["verified_at"]),
        **{name: said[name] for name in _CONTACT_PARTS},
    )
