"""Private data of a referral, in one place, so that it can be deleted without the rest.

It is written to storage and read from it. It goes nowhere else: to no log, no message and no export.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo

import attrs

from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Secret, Uncopied
from communityconnector.referrals.consent import AgeBand
from communityconnector.referrals.fields import CLOCKS_DIFFER, Code, as_utc_if_any, typed
from communityconnector.serialization import Document, DocumentForm


class Channel(Code):
    """A way to reach a patron."""

    EMAIL = "email"
    SMS = "sms"
    VOICE = "voice"
    """A call by staff: the library itself never calls."""


class Safe(Code):
    """The patron's answer to whether a contact is safe."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@attrs.frozen(kw_only=True, repr=False, field_transformer=typed)
class ContactPreference(Uncopied):
    """One way to reach a patron, and its terms. By default it is not used.

    It follows the NNEDV's Safety Net: never contact a survivor in a way that they have not confirmed as safe, leave no
    message unless they agreed, and ask again, because what is safe changes.

    Attributes:
        channel: the kind of contact.
        address: the address or number.
        safe: whether the patron confirmed that it is safe. Messages are sent only for `yes`.
        ok_to_leave_message: whether a voice message may be left.
        ok_to_name_library: whether a message may name the library.
        safe_from: the time of day when safe hours begin, in the library's time zone.
        safe_until: the time of day when they end; earlier than `safe_from` if that is past midnight.
        language: the language to write in, as a BCP 47 tag.
        verified_at: when the patron last confirmed it.

    Raises:
        InvalidReferralError: safe hours lack a beginning or an end, have a time zone, or end when they begin.
    """

    FORM = DocumentForm(error=InvalidReferralError)

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
        hours = [time_of_day for time_of_day in (self.safe_from, self.safe_until) if time_of_day is not None]
        if len(hours) == 1:
            message = "safe hours of a contact need both a beginning and an end"
            raise InvalidReferralError(message)
        if any(time_of_day.tzinfo is not None for time_of_day in hours):
            message = "safe hours of a contact must be times without a time zone, such as time(9): the library's zone applies"
            raise InvalidReferralError(message)
        if len(set(hours)) < len(hours):
            message = "safe hours of a contact must not begin and end at the same time: leave them out if every hour is safe"
            raise InvalidReferralError(message)

    def is_ahead(self, moment: datetime) -> bool:
        """Return whether `verified_at` is in the future, which is a mistake, such as a wrong year: it would count for ever."""
        return self.verified_at is not None and self.verified_at > moment + CLOCKS_DIFFER

    def may_be_used(self, moment: datetime, fresh_for: timedelta) -> bool:
        """Return whether messages may be sent there: the patron confirmed that it is safe, and not too long ago."""
        fresh = self.verified_at is not None and moment - self.verified_at < fresh_for
        return self.safe is Safe.YES and fresh and not self.is_ahead(moment)

    @property
    def has_hours(self) -> bool:
        """Whether it is safe only in some hours of the day."""
        return self.safe_from is not None

    def next_safe(self, moment: datetime, zone: tzinfo) -> datetime:
        """Return the first moment in the safe hours, `moment` itself or later."""
        if self.safe_from is None or self.safe_until is None:
            return moment
        local = moment.astimezone(zone)
        now = local.time()
        is_inside = (
            self.safe_from <= now < self.safe_until
            if self.safe_from < self.safe_until
            else now >= self.safe_from or now < self.safe_until
        )
        if is_inside:
            return moment
        start = datetime.combine(local.date(), self.safe_from, zone)
        return (start if start > local else start + timedelta(days=1)).astimezone(moment.tzinfo)

    def __repr__(self) -> str:
        return f"<ContactPreference by {self.channel}>"


@attrs.frozen(kw_only=True, repr=False, field_transformer=typed)
class Private(Document, Uncopied):
    """A patron's private data in one referral.

    Attributes:
        patron: the host's opaque reference to the patron; empty by default.
        shared_fields: the values that the agency receives, by name of the field.
        contacts: ways to reach the patron, in the order in which to try them.
        notes: notes that were added to events, by version of the referral.
        age_band: the patron's rough age.
    """

    FORM = DocumentForm(error=InvalidReferralError, names={"shared_fields": "told"})

    patron: str = ""
    shared_fields: Mapping[str, Secret] = attrs.field(factory=dict)
    contacts: tuple[ContactPreference, ...] = ()
    notes: Mapping[str, Secret] = attrs.field(factory=dict)
    age_band: AgeBand = attrs.field(default=AgeBand.UNKNOWN, converter=AgeBand)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to store."""
        return self == Private()

    def fresh_until(self, fresh_for: timedelta) -> datetime | None:
        """Return until when at least one contact counts as safe, or `None` if the patron confirmed none."""
        confirmed = [
            contact.verified_at
            for contact in self.contacts
            if contact.safe is Safe.YES and contact.verified_at
        ]
        return max(confirmed) + fresh_for if confirmed else None

    def __repr__(self) -> str:
        return "<Private>"
