"""Letting go of what has been kept long enough, and keeping what a court may ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Final

import attrs

from communityconnector.desk.authorization import check_role
from communityconnector.desk.casework.due_work import SYSTEM
from communityconnector.desk.context import DeskContext
from communityconnector.desk.retention.purge import Purge, PurgeReport
from communityconnector.desk.store.audit_log import CODE, Fact
from communityconnector.desk.store.legal_holds import REFERRAL_KINDS, LegalHolds, owner_of
from communityconnector.desk.store.record_kinds import DATA_KEY, EVERYTHING, LEGAL_HOLD, stamp
from communityconnector.errors import InvalidReferralError
from communityconnector.referrals import Actor, Role
from communityconnector.referrals.documents import as_utc
from communityconnector.storage import ABSENT, Delete, Put, Write, fetch

_BATCH: Final = 50
"""So many keys are wrapped anew in a commit, so that others can write in between."""


@attrs.frozen
class LegalHold:
    """A legal hold.

    Attributes:
        referral_id: on which referral; `None` for all.
        reason: why, as a code.
        since: when it was set.
    """

    referral_id: str | None
    reason: str
    since: datetime


@attrs.frozen
class LegalHoldReport:
    """What is kept of a referral that is under a legal hold.

    Attributes:
        referral_id: of which referral.
        holds: the holds that it is under.
        kept: ids of the records that are kept, by their kind; entries of the log among them, by their numbers.
    """

    referral_id: str
    holds: tuple[LegalHold, ...]
    kept: Mapping[str, tuple[str, ...]]


class Retaining:
    """The part of a desk that lets go of what has been kept long enough."""

    _parts: DeskContext

    def purge(self, now: datetime | None = None, *, dry_run: bool = False, wipe: bool = True) -> PurgeReport:
        """Let go of everything whose time has come. Run it every night; after an erasure, at once.

        Each referral is counted before it goes (`statistics`), in the same commit, so a purge that is cut off goes on
        where it was. What is under a legal hold is kept. One entry in the log says how much of what went.

        Args:
            now: the moment, if not the present one.
            dry_run: whether only to look.
            wipe: whether to have the storage take what was deleted out of its files, if it can (`SupportsWiping`). A
                SQLite file is written anew for that, where something private went. For a large one, do so weekly.

        Returns:
            What was let go of.

        Raises:
            InvalidReferralError: the moment has no zone.
            StorageError: the storage failed. What was let go of until then stays so; call it again.
        """
        at = self._parts.ledger.now() if now is None else as_utc(now)
        return Purge(self._parts, at, dry_run=dry_run).run(wipe=wipe)

    def freeze(self, referral_id: str | None, *, actor: Actor, reason: str) -> None:
        """Set a legal hold: nothing of it is let go of until `unfreeze`, by whatever way.

        Args:
            referral_id: on which referral; `None` for all, those that are yet to be made included.
            actor: staff.
            reason: why, as a code: it goes into the log.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role sets no holds.
            InvalidReferralError: the reason is no code.
        """
        self._hold(referral_id, actor, reason, sets=True)

    def unfreeze(self, referral_id: str | None, *, actor: Actor, reason: str) -> None:
        """End a legal hold. What is due goes with the next purge; what was to be erased is to be erased again.

        Args:
            referral_id: that on which referral; `None` for the one on all.
            actor: staff.
            reason: why, as a code: it goes into the log.

        Raises:
            IllegalTransitionError: this role ends no holds.
            InvalidReferralError: there is no such hold, or the reason is no code.
        """
        self._hold(referral_id, actor, reason, sets=False)

    def legal_holds(self) -> tuple[LegalHold, ...]:
        """The legal holds that there are, that on all first."""
        found = self._parts.ledger.storage.scan(LEGAL_HOLD)
        return tuple(
            LegalHold(
                None if record.id == EVERYTHING else record.id,
                record.document["reason"],
                datetime.fromisoformat(record.document["since"]),
            )
            for record in found
        )

    def release_report(self, referral_id: str | None = None, *, actor: Actor) -> tuple[LegalHoldReport, ...]:
        """What is kept of everything that is under a legal hold, for whoever has to answer a court. It is logged.

        It lists ids and kinds, and nothing of what stands in a record: staff read that by `private` or `export_for`, if
        the order that they were given covers it.

        Args:
            referral_id: only of this referral; `None` for all that are held.
            actor: staff.

        Returns:
            What is held, by referral.

        Raises:
            ReferralNotFoundError: there is none.
            IllegalTransitionError: this role is not told.
        """
        ledger = self._parts.ledger
        check_role(actor, "release_report", Role.STAFF)
        holds = {one.referral_id: one for one in self.legal_holds()}
        on_all = holds.get(None)
        kept: dict[str, dict[str, list[str]]] = {key: {} for key in holds if key is not None}
        for kind in REFERRAL_KINDS:
            for record in ledger.storage.scan(kind):
                owner = owner_of(record)
                if owner and (on_all is not None or owner in holds):
                    kept.setdefault(owner, {}).setdefault(kind, []).append(record.id)
        wanted = {key: of for key, of in sorted(kept.items()) if referral_id in (None, key)}
        if referral_id is not None and not wanted:
            ledger.need(referral_id)
        facts = [
            Fact(actor=actor, action="release_report", referral_id=key, fields=tuple(of))
            for key, of in wanted.items()
        ]
        ledger.commit([], facts or [Fact(actor=actor, action="release_report")], ledger.now())
        return tuple(
            LegalHoldReport(
                key, tuple(one for one in (holds.get(key), on_all) if one is not None), _freeze(of)
            )
            for key, of in wanted.items()
        )

    def rewrap_keys(self) -> int:
        """Have every data key wrapped by the newest of the host's keys, after one was put first in the keyring.

        A run that was cut off goes on when it is called again.

        Returns:
            How many keys were wrapped anew.

        Raises:
            InvalidReferralError: the desk has no keyring.
            SealBrokenError: a key cannot be unwrapped.
        """
        ledger = self._parts.ledger
        if ledger.keyring is None:
            message = "the desk has no keyring: open it with one"
            raise InvalidReferralError(message)
        keyring, done, after = ledger.keyring, 0, ""

        def write(ids: Sequence[str]) -> int:
            held = ledger.storage.get(DATA_KEY, ids).values()
            found = [(one, keyring.rewrap(one.document["wrapped"], one.id)) for one in held]
            puts = [
                Put(DATA_KEY, one.id, {"wrapped": wrapped}, one.version, one.keys)
                for one, wrapped in found
                if wrapped != one.document["wrapped"]
            ]
            if puts:
                ledger.commit(
                    [*puts, LegalHolds.found(ledger).guard({}, unwiped=True)],
                    [Fact(actor=SYSTEM, action="rewrap", fields=(f"{DATA_KEY}:{len(puts)}",))],
                )
            return len(puts)

        while page := list(ledger.storage.scan(DATA_KEY, after=after, limit=_BATCH)):
            done += ledger.again(partial(write, [one.id for one in page]))
            after = page[-1].id
        return done

    def _hold(self, referral_id: str | None, actor: Actor, reason: str, *, sets: bool) -> None:
        ledger = self._parts.ledger
        action = "freeze" if sets else "unfreeze"
        check_role(actor, action, Role.STAFF)
        if not CODE.fullmatch(reason):
            message = "the reason of a legal hold is a code, such as a case number: letters, digits and . _ -"
            raise InvalidReferralError(message)
        if referral_id == EVERYTHING:
            message = "a hold on all referrals is meant by None"
            raise InvalidReferralError(message)
        scope = EVERYTHING if referral_id is None else referral_id

        def write() -> None:
            guard = LegalHolds.found(ledger).guard({}, unwiped=False)
            held = fetch(ledger.storage, LEGAL_HOLD, scope)
            now = ledger.now()
            writes: list[Write] = [guard]
            if sets:
                if referral_id is not None:
                    ledger.need(referral_id)
                said = {"reason": reason, "since": stamp(now) if held is None else held.document["since"]}
                writes.append(Put(LEGAL_HOLD, scope, said, ABSENT if held is None else held.version))
            elif held is None:
                message = "there is no such legal hold to end (`legal_holds`)"
                raise InvalidReferralError(message)
            else:
                writes.append(Delete(LEGAL_HOLD, scope, held.version))
            fact = Fact(actor=actor, action=action, referral_id=referral_id or "", because=reason)
            ledger.commit(writes, [fact], now)

        ledger.again(write)


def _freeze(kept: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({kind: tuple(ids) for kind, ids in kept.items()})
