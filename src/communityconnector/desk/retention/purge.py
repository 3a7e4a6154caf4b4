"""One purge: what is due is let go of in small commits, counted where it counts, and told to the log once."""

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
from communityconnector.desk.reporting.statistics import count_writes, is_counted
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
"""So many records are let go of in a commit, so that others can write in between. A referral takes a dozen with it."""
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})


class _Plan(NamedTuple):
    """The writes that let go of some records, and how many referrals become a count by them."""

    writes: list[Write]
    counted: int = 0


@attrs.frozen(kw_only=True)
class PurgeReport:
    """What a purge let go of; or would, where it only looked.

    Attributes:
        at: the moment as of which.
        dry_run: whether it only looked.
        gone: how many records of each kind. What an earlier purge did that was cut off is in it.
        counted: how many referrals have become a count.
        kept: how many records of each kind are due and under a legal hold. While there is any hold, the log is kept too.
        wiped: whether what was private can be read from the storage's own files no more; `None` where it was not asked
            to see to that, or cannot. If not, the next purge tries again.
        failed: how many referrals could not be read. Those whose time had come went all the same, and were not counted.
    """

    at: datetime
    dry_run: bool
    gone: Mapping[str, int] = _NOTHING
    counted: int = 0
    kept: Mapping[str, int] = _NOTHING
    wiped: bool | None = None
    failed: int = 0

    def to_dict(self) -> dict[str, Any]:
        """The report as plain values."""
        return {
            **attrs.asdict(self),
            "at": self.at.isoformat(),
            "gone": dict(self.gone),
            "kept": dict(self.kept),
        }


class Purge:
    """One purge.

    Args:
        parts: what every part of a desk works with.
        at: the moment as of which.
        dry_run: whether only to look.
    """

    def __init__(self, parts: DeskContext, at: datetime, *, dry_run: bool) -> None:
        self._parts = parts
        self._ledger = parts.ledger
        self._at = at
        self._until = stamp(at)
        self._dry_run = dry_run
        self._gone: Counter[str] = Counter()
        self._kept: Counter[str] = Counter()
        self._apart = FailureIsolator()
        self._seen: set[tuple[str, str]] = set()
        """What a dry run has counted as gone, and finds still there."""

    def run(self, *, wipe: bool) -> PurgeReport:
        """Let go of everything whose time has come.

        Args:
            wipe: whether to have the storage take it out of its files.
        """
        self._each(REFERRAL, self._referrals)
        self._each(PRIVATE, self._privates)
        for kind in (CONSENT, DISCLOSURE, OUTBOX, LINK, REQUEST):
            self._each(kind, self._others)
        if not self._dry_run:
            detach_due_needs(self._ledger, self._at)
        self._log()
        gone = self._gone if self._dry_run else Counter(self._ledger.again(self._settle))
        wiped = self._wipe() if wipe and not self._dry_run else None
        report = PurgeReport(
            at=self._at,
            dry_run=self._dry_run,
            counted=gone.pop(COUNT, 0),
            gone=MappingProxyType(dict(sorted((+gone).items()))),
            kept=MappingProxyType(dict(sorted((+self._kept).items()))),
            wiped=wiped,
            failed=len(self._apart.failed),
        )
        _LOG.info("purge: %d records gone, %d kept", sum(report.gone.values()), sum(report.kept.values()))
        return report

    def _each(self, kind: str, plan: Callable[[Sequence[Record]], _Plan]) -> None:
        """Let go of what is due of a kind, some at a time."""
        due, after = KeyRange(BY_PURGE, "", self._until), ""
        while page := list(self._ledger.storage.scan(kind, due, after=after, limit=_BATCH)):
            ids = [one.id for one in page]
            self._kept[kind] += self._ledger.again(partial(self._some, kind, ids, plan))
            after = ids[-1]

    def _some(self, kind: str, ids: Sequence[str], plan: Callable[[Sequence[Record]], _Plan]) -> int:
        """Let go of some records, if they are still due. How many are held is the answer."""
        holds = LegalHolds.found(self._ledger)
        found = self._ledger.storage.get(kind, ids)
        due = [
            found[key]
            for key in ids
            if key in found
            and found[key].keys.get(BY_PURGE, self._until + "~") <= self._until
            and (kind, key) not in self._seen
        ]
        free = [one for one in due if not holds.keep_record(one)]
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
        self._ledger.commit([*writes, holds.guard(+gone, unwiped=leaves_traces(writes))])

    def _referrals(self, due: Sequence[Record]) -> _Plan:
        gone: list[Write] = []
        count: list[StoredReferral] = []
        for one in due:
            held = self._apart.tried(REFERRAL, one.id, partial(read_referral, one))
            # What cannot be read goes by its id all the same: its time has come.
            draft = held is not None and held.referral.status is ReferralStatus.DRAFT
            everything = partial(delete_writes, self._ledger, one.id, one.version, is_draft=draft)
            gone += self._apart.tried(REFERRAL, one.id, everything) or []
            if held is not None and is_counted(held.referral):
                count.append(held)
        return _Plan([*count_writes(self._parts, count), *gone], len(count))

    def _privates(self, due: Sequence[Record]) -> _Plan:
        writes: list[Write] = []
        found = self._ledger.storage.get(REFERRAL, [one.id for one in due])
        for one in due:
            writes += self._ledger.forget_private(one.id)
            if one.id in found:
                held = self._apart.tried(REFERRAL, one.id, partial(read_referral, found[one.id]))
                if held is not None:
                    writes.append(self._ledger.put(held.referral, held.about.bare(), held.version))
        return _Plan(writes)

    @staticmethod
    def _others(due: Sequence[Record]) -> _Plan:
        return _Plan([Delete(one.kind, one.id, one.version) for one in due])

    def _log(self) -> None:
        audit, before = self._ledger.audit, self._at - self._ledger.policy.keep_audit
        if LegalHolds.found(self._ledger).scopes:
            self._kept[AUDIT] = audit.count_before(before)
        elif self._dry_run:
            self._gone[AUDIT] = audit.count_before(before)
        else:
            while self._ledger.again(partial(self._log_some, before)):
                pass

    def _log_some(self, before: datetime) -> bool:
        holds = LegalHolds.found(self._ledger)
        writes = [] if holds.scopes else self._ledger.audit.oldest(before)
        self._commit(holds, _Plan(writes))
        return bool(writes)

    def _settle(self) -> Mapping[str, int]:
        """Have the log say what went."""
        holds = LegalHolds.found(self._ledger)
        if holds.gone:
            said = tuple(f"{kind}:{number}" for kind, number in sorted(holds.gone.items()))
            self._ledger.commit(
                [holds.settled(unwiped=holds.unwiped)], [Fact(actor=SYSTEM, action="purge", fields=said)]
            )
        return holds.gone

    def _wipe(self) -> bool | None:
        storage = self._ledger.storage
        if not isinstance(storage, SupportsWiping):
            return None
        holds = LegalHolds.found(self._ledger)
        if not holds.unwiped:
            return True
        try:
            done = storage.wipe()
        except StorageError as error:
            _LOG.warning("what was purged is still in the storage's files: %s", error)
            return False
        if done:
            # Where somebody has let go of more meanwhile, the next purge wipes that.
            with contextlib.suppress(OvertakenError):
                self._ledger.commit([attrs.evolve(holds, unwiped=False).guard({}, unwiped=False)])
        return done
