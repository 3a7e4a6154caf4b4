"""One purge: records past their retention date are deleted in small commits, counted, and logged once."""

from __future__ import annotations

import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import attrs

from communityconnector.desk.casework.due_work import SYSTEM
from communityconnector.desk.context import DeskContext
from communityconnector.desk.reporting.counts import count_writes, is_counted
from communityconnector.desk.store.audit_log import Fact
from communityconnector.desk.store.failure_isolator import FailureIsolator
from communityconnector.desk.store.ledger import OvertakenError
from communityconnector.desk.store.legal_holds import LegalHolds, delete_writes, leaves_traces
from communityconnector.desk.store.record_kinds import (
    AUDIT,
    BY_PURGE,
    CONSENT,
    COUNT,
    DISCLOSURE,
    LINK,
    OUTBOX,
    PRIVATE,
    REFERRAL,
    REQUEST,
    stamp,
)
from communityconnector.desk.store.referral_record import StoredReferral, read_referral
from communityconnector.desk.store.unmet_need_records import detach_due_needs
from communityconnector.errors import StorageError
from communityconnector.referrals import ReferralStatus
from communityconnector.storage import Delete, KeyRange, Record, SupportsWiping, Write

_LOG: Final = logging.getLogger("communityconnector")

_BATCH: Final = 50
"""So many records are deleted in a commit, so that other processes can write in between. A referral takes a dozen with it."""
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class _Plan(NamedTuple):
    """The writes that delete some records, and how many referrals become a count by them."""

    writes: list[Write]
    counted: int = 0


@attrs.frozen(kw_only=True)
class PurgeReport:
    """What a purge deleted; or would delete, if it only looked.

    Attributes:
        at: as of which moment.
        dry_run: whether it only looked.
        gone: how many records of each kind. It includes what an earlier purge did that was cut off.
        counted: how many referrals have become a count.
        kept: how many records of each kind are due and under a legal hold. While there is any hold, the log is kept too.
        wiped: whether deleted private data is gone from the storage's files too; `None` if that was not asked for or is
            not possible. If it is `False`, the next purge tries again.
        failed: how many referrals could not be read. Those past their date are deleted all the same, and not counted.
    """

    at: datetime
    dry_run: bool
    gone: Mapping[str, int] = _NOTHING
    counted: int = 0
    kept: Mapping[str, int] = _NOTHING
    wiped: bool | None = None
    failed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Give the report as plain values."""
        return {
            **attrs.asdict(self),
            "at": self.at.isoformat(),
            "gone": dict(self.gone),
            "kept": dict(self.kept),
        }


class Purge:
    """One purge.

    Args:
        context: what the desk works with.
        at: as of which moment.
        dry_run: whether only to look.
    """

    def __init__(self, context: DeskContext, at: datetime, *, dry_run: bool) -> None:
        self._context = context
        self._ledger = context.ledger
        self._at = at
        self._until = stamp(at)
        self._dry_run = dry_run
        self._gone: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._isolator = FailureIsolator()
        self._seen: set[tuple[str, str]] = set()
        """What a dry run has counted as gone, and sees again."""

    def run(self, *, wipe: bool) -> PurgeReport:
        """Delete records past their retention date.

        Args:
            wipe: whether the storage also removes them from its files.
        """
        self._each(REFERRAL, self._referrals)
        self._each(PRIVATE, self._privates)
        for kind in (CONSENT, DISCLOSURE, OUTBOX, LINK, REQUEST):
            self._each(kind, self._others)
        if not self._dry_run:
            detach_due_needs(self._ledger, self._at)
        self._log()
        gone = self._gone if self._dry_run else Counter(self._ledger.retry(self._settle))
        wiped = self._wipe() if wipe and not self._dry_run else None
        report = PurgeReport(
            at=self._at,
            dry_run=self._dry_run,
            counted=gone.pop(COUNT, 0),
            gone=MappingProxyType(dict(sorted((+gone).items()))),
            kept=MappingProxyType(dict(sorted((+self._kept).items()))),
            wiped=wiped,
            failed=len(self._isolator.failed),
        )
        _LOG.info("purge: %d records gone, %d kept", sum(report.gone.values()), sum(report.kept.values()))
        return report

    def _each(self, kind: str, plan: Callable[[Sequence[Record]], _Plan]) -> None:
        """Delete what is due of a kind, some at a time."""
        due, after = KeyRange(BY_PURGE, "", self._until), ""
        while page := list(self._ledger.storage.scan(kind, due, after=after, limit=_BATCH)):
            ids = [one.id for one in page]
            self._kept[kind] += self._ledger.retry(partial(self._some, kind, ids, plan))
            after = ids[-1]

    def _some(self, kind: str, ids: Sequence[str], plan: Callable[[Sequence[Record]], _Plan]) -> int:
        """Delete some records, if they are still due; gives how many a legal hold keeps."""
        holds = LegalHolds.read(self._ledger)
        records = self._ledger.storage.get(kind, ids)
        due = [
            records[key]
            for key in ids
            if key in records
            and records[key].keys.get(BY_PURGE, self._until + "~") <= self._until
            and (kind, key) not in self._seen
        ]
        free = [one for one in due if not holds.cover_record(one)]
        self._commit(holds, plan(free))
        return len(due) - len(free)

    def _commit(self, holds: LegalHolds, plan: _Plan) -> None:
        writes = plan.writes
        if not writes:
            return
        gone = Counter(one.kind for one in writes if isinstance(one, Delete))
        gone[COUNT] = plan.counted
        if self._dry_run:
            self._gone += gone
            self._seen |= {(one.kind, one.id) for one in writes if isinstance(one, Delete)}
            return
        self._ledger.commit([*writes, holds.guard_write(+gone, unwiped=leaves_traces(writes))])

    def _referrals(self, due: Sequence[Record]) -> _Plan:
        gone: list[Write] = []
        count: list[StoredReferral] = []
        for one in due:
            stored = self._isolator.attempt(REFERRAL, one.id, partial(read_referral, one))
            # What cannot be read is deleted by its id all the same: its date has passed.
            draft = stored is not None and stored.referral.status is ReferralStatus.DRAFT
            everything = partial(delete_writes, self._ledger, one.id, one.version, is_draft=draft)
            gone += self._isolator.attempt(REFERRAL, one.id, everything) or []
            if stored is not None and is_counted(stored.referral):
                count.append(stored)
        return _Plan([*count_writes(self._context, count), *gone], len(count))

    def _privates(self, due: Sequence[Record]) -> _Plan:
        writes: list[Write] = []
        referrals = self._ledger.storage.get(REFERRAL, [one.id for one in due])
        for one in due:
            writes += self._ledger.delete_private_writes(one.id)
            if one.id in referrals:
                stored = self._isolator.attempt(REFERRAL, one.id, partial(read_referral, referrals[one.id]))
                if stored is not None:
                    writes.append(
                        self._ledger.referral_write(stored.referral, stored.metadata.bare(), stored.version)
                    )
        return _Plan(writes)

    @staticmethod
    def _others(due: Sequence[Record]) -> _Plan:
        return _Plan([Delete(one.kind, one.id, one.version) for one in due])

    def _log(self) -> None:
        audit, before = self._ledger.audit, self._at - self._ledger.policy.keep_audit
        if LegalHolds.read(self._ledger).scopes:
            self._kept[AUDIT] = audit.count_before(before)
        elif self._dry_run:
            self._gone[AUDIT] = audit.count_before(before)
        else:
            while self._ledger.retry(partial(self._log_some, before)):
                pass

    def _log_some(self, before: datetime) -> bool:
        holds = LegalHolds.read(self._ledger)
        writes = [] if holds.scopes else self._ledger.audit.oldest(before)
        self._commit(holds, _Plan(writes))
        return bool(writes)

    def _settle(self) -> Mapping[str, int]:
        """Log how many records went."""
        holds = LegalHolds.read(self._ledger)
        if holds.gone:
            fields = tuple(f"{kind}:{number}" for kind, number in sorted(holds.gone.items()))
            self._ledger.commit(
                [holds.clear_write(unwiped=holds.unwiped)],
                [Fact(actor=SYSTEM, action="purge", fields=fields)],
            )
        return holds.gone

    def _wipe(self) -> bool | None:
        storage = self._ledger.storage
        if not isinstance(storage, SupportsWiping):
            return None
        holds = LegalHolds.read(self._ledger)
        if not holds.unwiped:
            return True
        try:
            done = storage.wipe()
        except StorageError as error:
            _LOG.warning("what was purged is still in the storage's files: %s", error)
            return False
        if done:
            # If more was deleted meanwhile, the next purge wipes that.
            with contextlib.suppress(OvertakenError):
                self._ledger.commit([attrs.evolve(holds, unwiped=False).guard_write({}, unwiped=False)])
        return done
