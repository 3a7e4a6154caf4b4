"""What is kept of a referral: the referral, what is kept beside it, and what of that is still to be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import attrs

from communityconnector.desk.store.record_kinds import stamp
from communityconnector.notification import Uncopied
from communityconnector.referrals import SENT, Clock, Due, Policy, Private, Referral, due
from communityconnector.referrals.documents import texts
from communityconnector.storage import Record


@attrs.frozen(kw_only=True)
class ReferralMetadata:
    """What is kept of a referral beside the referral itself.

    Attributes:
        done: what was due and has been done, as `task_name` names it.
        consent_id: the consent that counts.
        consent_until: when it ends.
        area: where it was asked for, coarsely: the beginning of a ZIP code, a county, a branch.
        language: the language that it was asked for in.
        channel: how the patron came.
        basis: whether the patron said the need, or staff saw it.
        needs_review: whether another system told something that nobody understood.
        external_system: which one tells of it.
        external_status: what it said last, in its own words.
        reported_at: when what a sender of web hooks reported last had happened, as it said itself.
        answered: whether the patron has said how it went.
        disputed_at: since when the patron says otherwise than the agency; empty where they do not.
        private: whether anything of the patron's own is kept.
        fresh_until: until when the patron's word that a way to reach them is safe counts; empty where there is none.
        ended: whether that is kept for a legal hold alone, for the patron has taken the consent back: it is not used.
        guardian: whether a guardian must consent, by the age that was said (`Policy.needs_guardian`).
        service_name: the service's name when the referral was sent.
        heard: whether the agency is known to have heard of the referral: it answered, or was told by staff or a link.
            Once the referral is closed: whether it may have heard at all.
        retracted: whether the agency was asked to delete what it holds.
    """

    done: tuple[str, ...] = attrs.field(default=(), converter=texts)
    consent_id: str = ""
    consent_until: str = ""
    area: str = ""
    language: str = ""
    channel: str = ""
    basis: str = ""
    needs_review: bool = False
    external_system: str = ""
    external_status: str = ""
    reported_at: str = ""
    answered: bool = False
    disputed_at: str = ""
    private: bool = False
    fresh_until: str = ""
    ended: bool = False
    guardian: bool = False
    service_name: str = ""
    heard: bool = False
    retracted: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The same as a plain document; what is empty is left out."""
        plain = attrs.asdict(self, filter=lambda field, value: value != field.default)
        return {**plain, "done": list(self.done)} if self.done else plain

    def bare(self) -> Self:
        """The same once what is the patron's own has gone: another system's words go with it, for they may be of them."""
        return attrs.evolve(self, private=False, external_status="", needs_review=False)


@attrs.frozen
class StoredReferral:
    """A referral as it is kept.

    Attributes:
        referral: the referral.
        about: what is kept beside it.
        version: the version of its record; not that of the referral.
    """

    referral: Referral
    about: ReferralMetadata
    version: int


@attrs.frozen
class StoredPrivate(Uncopied):
    """What is a patron's own as it is kept.

    Attributes:
        private: what it says.
        version: the version of its record; `ABSENT` where there is none.
        purge: when it is to be let go of; empty for not yet.
    """

    private: Private
    version: int
    purge: str = ""


def read_referral(record: Record) -> StoredReferral:
    """The referral that a record holds."""
    said: Mapping[str, Any] = record.document
    return StoredReferral(
        Referral.from_dict(said["referral"]), ReferralMetadata(**said["about"]), record.version
    )


def task_name(one: Due) -> str:
    """What a thing that is due is called once it is done."""
    return f"{one.clock}@{stamp(one.at)}"


def open_tasks(referral: Referral, about: ReferralMetadata, policy: Policy) -> tuple[Due, ...]:
    """What is or will be due for a referral and has not been done, soonest first."""
    everything = due(
        referral,
        policy,
        consent_until=_moment(about.consent_until),
        answered=about.answered,
        disputed_at=_moment(about.disputed_at),
    )
    found = [one for one in everything if task_name(one) not in about.done]
    to_come = referral.status in SENT or any(one.clock is Clock.FOLLOW_UP for one in found)
    if to_come and about.private and about.fresh_until:
        found.append(Due(datetime.fromisoformat(about.fresh_until), Clock.VERIFY_CONTACT))
    return tuple(sorted(found))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
