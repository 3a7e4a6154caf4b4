"""Messages that are claimed for a while, with all that it takes to send them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import attrs

from communityconnector.desk.kinds import BY_DUE, OUTBOX, stamp
from communityconnector.desk.ledger import Held, Ledger, intake_keys, intake_of
from communityconnector.desk.outbox import NEEDS_CONSENT, Recipient, Row, RowStatus
from communityconnector.errors import StaleRecordError
from communityconnector.notification import Secret
from communityconnector.referrals import Consent, ContactPreference, Intake, Letterhead, Policy
from communityconnector.storage import KeyRange, Put, Record, Storage, SupportsClaims

LEASE: Final = timedelta(minutes=5)
"""How long a worker has for what it has claimed, before others may take it."""


@attrs.frozen
class Claimed:
    """A row that is ours for a while, and what it takes to send it."""

    row: Row
    version: int
    until: datetime
    held: Held | None
    consent: Consent | None
    intake: Intake | None
    contacts: tuple[ContactPreference, ...]


@attrs.frozen
class Ready:
    """A message that can be sent."""

    notifier: str
    to: Secret
    language: str
    named: bool = True


@attrs.frozen
class Verdict:
    """Why a message is not sent now."""

    status: RowStatus
    why: str
    due: datetime | None = None


def claim(ledger: Ledger, count: int) -> list[Claimed]:
    """Claim messages that are due, and read what it takes to send them."""
    now = ledger.now()
    records = claimed(ledger.storage, stamp(now), stamp(now + LEASE), count)
    rows = [(Row.from_dict(record.document), record.version) for record in records]
    held = ledger.find({row.referral_id for row, _ in rows})
    consents = ledger.consents({one.about.consent_id for one in held.values() if one.about.consent_id})
    intakes = ledger.intakes({key for one in held.values() for key in intake_keys(one.referral)})
    found = []
    for row, version in rows:
        of = held.get(row.referral_id)
        consent = consents.get(of.about.consent_id) if of is not None else None
        found.append(
            Claimed(
                row,
                version,
                now + LEASE,
                of,
                None if consent is None else consent[0],
                None if of is None else intake_of(of.referral, intakes),
                ledger.private(row.referral_id).private.contacts if row.recipient is Recipient.PATRON else (),
            )
        )
    return found


def looked(one: Claimed, letterhead: Letterhead, policy: Policy, now: datetime) -> Ready | Verdict:
    """Whether a message may be sent now, and how."""
    if one.held is None:
        return Verdict(RowStatus.WITHDRAWN, "purged")
    if NEEDS_CONSENT[one.row.template] and (one.consent is None or not one.consent.in_force(now)):
        return Verdict(RowStatus.WITHDRAWN, "consent")
    if one.row.recipient is Recipient.AGENCY:
        return _to_agency(one.intake)
    if one.row.recipient is Recipient.STAFF:
        return _to_staff(letterhead)
    return _to_patron(one.contacts, letterhead, policy, now)


def _to_agency(intake: Intake | None) -> Ready | Verdict:
    if intake is None or not intake.notifier:
        return Verdict(RowStatus.DEAD, "no-intake")
    return Ready(intake.notifier, intake.address, intake.language)


def _to_staff(letterhead: Letterhead) -> Ready | Verdict:
    if not letterhead.staff_notifier:
        return Verdict(RowStatus.WITHDRAWN, "no-staff-address")
    return Ready(letterhead.staff_notifier, letterhead.staff_address, letterhead.language)


def _to_patron(
    contacts: Sequence[ContactPreference], letterhead: Letterhead, policy: Policy, now: datetime
) -> Ready | Verdict:
    for notifier, contact in letterhead.ways(contacts, now, policy.contact_fresh_for):
        start = contact.next_safe(now, policy.zone)
        if start > now:
            return Verdict(RowStatus.PENDING, "safe-hours", start)
        return Ready(notifier, contact.address, contact.language, contact.ok_to_name_library)
    return Verdict(RowStatus.WITHDRAWN, "no-safe-contact")


def claimed(storage: Storage, now: str, until: str, count: int) -> list[Record]:
    """Take messages that are due: by the storage's own claims, or else by writing that they are ours.

    Args:
        storage: where they are.
        now: the moment.
        until: until when they are ours.
        count: how many at most.
    """
    if isinstance(storage, SupportsClaims):
        return storage.claim(OUTBOX, BY_DUE, now, until, count)
    due = sorted(storage.scan(OUTBOX, KeyRange(BY_DUE, "", now)), key=lambda one: (one.keys[BY_DUE], one.id))
    taken = []
    for record in due[:count]:
        put = Put(OUTBOX, record.id, record.document, record.version, {**record.keys, BY_DUE: until})
        try:
            version = storage.commit([put])
        except StaleRecordError:
            continue  # another worker was faster
        taken.append(Record(OUTBOX, record.id, version, record.document, put.keys))
    return taken
