"""A referral as it is stored: the referral, its metadata, its private data, and its open tasks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

import attrs

from communityconnector.desk.store.record_kinds import stamp
from communityconnector.errors import InvalidReferralError
from communityconnector.notification import Uncopied
from communityconnector.referrals import SENT, Clock, Due, Policy, Private, Referral, due
from communityconnector.referrals.fields import texts
from communityconnector.serialization import Document, DocumentForm
from communityconnector.storage import Record


@attrs.frozen(kw_only=True)
class ReferralMetadata(Document):
    """What is stored beside a referral.

    Attributes:
        done: what was due and has been done, as `task_name` names it.
        consent_id: the consent that counts.
        consent_until: when it ends.
        area: where it was asked for, coarsely: the beginning of a ZIP code, a county, a branch.
        language: the language that it was asked for in.
        channel: how the patron came.
        basis: whether the patron named the need, or staff saw it.
        needs_review: whether another system reported something that was not understood.
        external_system: that other system.
        external_status: its last report, in its own words.
        reported_at: when the last reported event happened, according to the sender of the web hook.
        answered: whether the patron has said how it went.
        disputed_at: since when patron and agency disagree; empty if they do not.
        private: whether private data is stored.
        fresh_until: until when the patron's contacts count as confirmed; empty if there are none.
        ended: whether the private data is kept for a legal hold alone, after the consent was taken back: it is not used.
        guardian: whether a guardian must consent, by the age band that was given (`Policy.needs_guardian`).
        service_name: the service's name when the referral was sent.
        heard: whether the agency is known to have received the referral: it answered, or was called or given a link. Once
            the referral is closed: whether it may have received it at all.
        retracted: whether the agency was asked to delete what it holds.
    """

    FORM = DocumentForm(error=InvalidReferralError, omits="default")

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

    def bare(self) -> Self:
        """Give the metadata without private data: another system's word goes with it, for it may be about the patron."""
        return attrs.evolve(self, private=False, external_status="", needs_review=False)


@attrs.frozen
class StoredReferral:
    """A referral as it is stored.

    Attributes:
        referral: the referral.
        metadata: what is stored beside it.
        version: the version of its record; not that of the referral.
    """

    referral: Referral
    metadata: ReferralMetadata
    version: int


@attrs.frozen
class StoredPrivate(Uncopied):
    """Private data as it is stored.

    Attributes:
        private: what it says.
        version: the version of its record; `ABSENT` where there is none.
        purge: when it is to be deleted; empty for not yet.
    """

    private: Private
    version: int
    purge: str = ""


def read_referral(record: Record) -> StoredReferral:
    """The referral that a record holds."""
    document: Mapping[str, Any] = record.document
    return StoredReferral(
        Referral.from_dict(document["referral"]),
        ReferralMetadata.from_dict(document["about"]),
        record.version,
    )


def task_name(one: Due) -> str:
    """What a thing that is due is called once it is done."""
    return f"{one.clock}@{stamp(one.at)}"


def open_tasks(referral: Referral, metadata: ReferralMetadata, policy: Policy) -> tuple[Due, ...]:
    """What is or will be due for a referral and has not been done, soonest first."""
    everything = due(
        referral,
        policy,
        consent_until=_moment(metadata.consent_until),
        answered=metadata.answered,
        disputed_at=_moment(metadata.disputed_at),
    )
    tasks = [one for one in everything if task_name(one) not in metadata.done]
    to_come = referral.status in SENT or any(one.clock is Clock.FOLLOW_UP for one in tasks)
    if to_come and metadata.private and metadata.fresh_until:
        tasks.append(Due(datetime.fromisoformat(metadata.fresh_until), Clock.VERIFY_CONTACT))
    return tuple(sorted(tasks))


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
