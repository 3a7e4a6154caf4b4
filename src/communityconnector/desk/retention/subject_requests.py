"""What patrons may ask of a desk: what it keeps about them, whom it has told, and to forget them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.casework.consent import Consenting
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.failure_isolator import FailureIsolator, read_each
from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.legal_holds import LegalHolds, owner_of
from communityconnector.desk.store.outbox import message_records
from communityconnector.desk.store.record_kinds import (
    BY_PATRON,
    CONSENT,
    DISCLOSURE,
    EVENT,
    FOLLOW_UP,
    PRIVATE,
    REFERRAL,
)
from communityconnector.desk.store.referral_record import read_referral
from communityconnector.referrals import Actor, Role
from communityconnector.referrals.documents import texts
from communityconnector.storage import Put, Record, Write, fetch

_KINDS: Final = (PRIVATE, CONSENT, DISCLOSURE)


@attrs.frozen(kw_only=True)
class Erasure:
    """What an erasure did.

    Attributes:
        erased: ids of the referrals from which the patron is gone.
        cancelled: those that an agency had, and that were open.
        kept: ids of those that are under a legal hold, and were left as they are: erase again when it ends.
        failed: ids of those that could not be read. The patron is gone from them too, but an agency that has one could
            not be asked to delete what it holds: call it.
    """

    erased: tuple[str, ...] = attrs.field(default=(), converter=texts)
    cancelled: tuple[str, ...] = attrs.field(default=(), converter=texts)
    kept: tuple[str, ...] = attrs.field(default=(), converter=texts)
    failed: tuple[str, ...] = attrs.field(default=(), converter=texts)


class Subjects(Consenting):
    """The part of a desk that answers for what it keeps about patrons."""

    def export_for(self, patron: str, *, actor: Actor) -> dict[str, Any]:
        """All that is kept about a patron, in plain values that JSON can hold, in the open. That it was asked is logged.

        A referral is found by what is kept of the patron with it: after an erasure, or when consents and disclosures
        have been let go of, there is nothing to be found.

        Args:
            patron: the host's reference.
            actor: staff, for the patron.

        Returns:
            `patron`, and `referrals`: for each `referral`, `about`, `events`, `private`, `answers`, `messages`,
            `consents` and `disclosures`, as they are kept.

        Raises:
            IllegalTransitionError: this role may not.
            SealBrokenError: what is private cannot be opened.
        """
        ledger = self._for_staff("export", actor)
        found = _patron_records(ledger, patron)
        exported = [_export_referral(ledger, key, records) for key, records in found.items()]
        facts = [
            Fact(actor=actor, action="export", referral_id=key, fields=tuple(one["private"].get("told", ())))
            for key, one in zip(found, exported, strict=True)
        ]
        ledger.commit([], facts or [Fact(actor=actor, action="export")], ledger.now())
        # As JSON has it, so that what comes of it can be written and handed over as it is.
        return dict(json.loads(json.dumps({"patron": patron, "referrals": exported})))

    def disclosures_of(self, patron: str, *, actor: Actor) -> tuple[dict[str, Any], ...]:
        """Who was told what about a patron, when and what for: as long as it is kept, three years by default.

        A message that still waits to be sent counts. One that was kept back before the agency heard of it does not.

        42 CFR 2.24 asks an intermediary for such a list within 30 days.

        Args:
            patron: the host's reference.
            actor: staff, for the patron.

        Returns:
            For each `at`, `agency_id`, `service_id`, `intermediaries`, `fields`, `purpose`, `consent_id` and
            `referral_id`, the first at first.

        Raises:
            IllegalTransitionError: this role may not.
        """
        ledger = self._for_staff("disclosures", actor)
        kept = [dict(one.document) for one in ledger.of_patron(DISCLOSURE, patron)]
        found = [one for one in kept if "withdrawn_at" not in one]
        ids = dict.fromkeys(one["referral_id"] for one in found)
        facts = [Fact(actor=actor, action="disclosures", referral_id=key) for key in ids]
        ledger.commit([], facts or [Fact(actor=actor, action="disclosures")], ledger.now())
        return tuple(sorted(found, key=lambda one: (one["at"], one["referral_id"])))

    def erase(self, patron: str, *, actor: Actor) -> Erasure:
        """Forget a patron: what is private goes, with the keys that sealed it, and nothing leads to the patron any more.

        Consents are taken back first (`revoke_consent`): open referrals are cancelled, and agencies are asked to delete
        what they hold, also of referrals that are closed. That there were referrals stays, without a patron, until they are purged; so do consents
        and disclosures, which then can be found by nobody's reference. The storage's files are cleared of it by the next
        purge: call `purge` at once.

        Args:
            patron: the host's reference.
            actor: staff, for the patron.

        Raises:
            IllegalTransitionError: this role may not.
        """
        ledger, apart = self._for_staff("erase", actor), FailureIsolator()
        erased, cancelled, kept = [], [], []
        for key in _patron_records(ledger, patron):
            if LegalHolds.found(ledger).keep(key):
                kept.append(key)
                ledger.commit([], [Fact(actor=actor, action="keep", referral_id=key)])
                continue
            if apart.tried(REFERRAL, key, partial(self._cancel, key, actor)):
                cancelled.append(key)
            if ledger.again(partial(_forget_patron, ledger, key, patron, actor)):
                erased.append(key)
            else:
                kept.append(key)
        failed = sorted(key for _, key in apart.failed)
        return Erasure(erased=erased, cancelled=cancelled, kept=kept, failed=failed)

    def _cancel(self, referral_id: str, actor: Actor) -> bool:
        """Take the consent to a referral back. Whether that cancelled it, with an agency, is the answer."""
        held = self._parts.ledger.held(referral_id)
        if held is None:
            return False
        self.revoke_consent(referral_id, actor=actor)
        return held.referral.sent_at is not None and not held.referral.is_closed

    def _for_staff(self, action: str, actor: Actor) -> Ledger:
        check_role(actor, action, Role.STAFF)
        return self._parts.ledger


def _patron_records(ledger: Ledger, patron: str) -> dict[str, list[Record]]:
    """The records that are a patron's, by the ids of their referrals."""
    found: dict[str, list[Record]] = {}
    for kind in _KINDS:
        for record in ledger.of_patron(kind, patron):
            found.setdefault(owner_of(record) or record.id, []).append(record)
    return dict(sorted(found.items()))


def _export_referral(ledger: Ledger, referral_id: str, records: Iterable[Record]) -> dict[str, Any]:
    # As it is written down: what a newer version wrote is the patron's to have, too.
    record = fetch(ledger.storage, REFERRAL, referral_id)
    held = {} if record is None else record.document
    kept = {kind: [one.document for one in records if one.kind == kind] for kind in _KINDS}
    return {
        "referral": held.get("referral", {"id": referral_id}),
        "about": held.get("about", {}),
        "events": [one.document for one in ledger.under(EVENT, referral_id)],
        "private": ledger.private(referral_id).private.to_dict() if kept[PRIVATE] else {},
        "answers": [one.document for one in ledger.under(FOLLOW_UP, referral_id)],
        "messages": [one.document for one in message_records(ledger.storage, referral_id)],
        "consents": kept[CONSENT],
        "disclosures": kept[DISCLOSURE],
    }


def _forget_patron(ledger: Ledger, referral_id: str, patron: str, actor: Actor) -> bool:
    """Have nothing lead from a referral to its patron; `False` where a legal hold was set meanwhile."""
    holds = LegalHolds.found(ledger)
    if holds.keep(referral_id):
        return False
    writes: list[Write] = ledger.forget_private(referral_id)
    kept = ledger.storage.get(REFERRAL, [referral_id]).values()
    writes += [
        ledger.put(held.referral, held.about.bare(), held.version)
        for held in read_each(kept, read_referral)
        if held.about != held.about.bare()
    ]
    for record in _patron_records(ledger, patron).get(referral_id, ()):
        if record.kind != PRIVATE:
            keys = {name: value for name, value in record.keys.items() if name != BY_PATRON}
            writes.append(Put(record.kind, record.id, record.document, record.version, keys))
    fact = Fact(actor=actor, action="erase", referral_id=referral_id)
    ledger.commit([*writes, holds.guard({}, unwiped=True)], [fact])
    return True
