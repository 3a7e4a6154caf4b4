"""`desk.statistics`: referrals and unmet needs, counted so that no count leads to a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from statistics import median
from types import MappingProxyType
from typing import Final, Literal, NoReturn

import attrs

from communityconnector.desk.context import DeskContext
from communityconnector.desk.reporting.counts import Ending, describe, is_counted, top_of
from communityconnector.desk.store.failure_isolator import read_each
from communityconnector.desk.store.record_kinds import COUNT, REFERRAL
from communityconnector.desk.store.referral_record import StoredReferral, read_referral
from communityconnector.desk.store.unmet_need_records import read_unmet_needs
from communityconnector.errors import InvalidStatisticsError
from communityconnector.referrals import Basis, Table, suppress, tags_of

ReferralDimension = Literal["month", "type", "status", "outcome", "need", "ending"]
"""What referrals can be counted by."""
UnmetDimension = Literal["reason", "need", "area", "month", "language", "channel", "basis"]
"""What unmet needs can be counted by."""

_DAY: Final = timedelta(days=1)
_BY: Final = ("month", "type", "status", "outcome", "need", "ending")
_UNMET_BY: Final = ("reason", "need", "area", "month", "language", "channel")
_POINTING: Final = frozenset({"need", "area", "month"})
"""Together these can point to one patron."""


@attrs.frozen
class ReferralStatistics:
    """Referrals, counted.

    Attributes:
        by: what they are counted by.
        table: the counts, with small ones hidden (`suppress`). If they are counted by one thing alone, or by none, the
            last name of each is how the referrals ended.
        median_days: how many days it took an agency to answer, by the first name, if enough of them answered and their
            number is shown. Only of referrals that are still stored.
    """

    by: tuple[str, ...]
    table: Table
    median_days: Mapping[str, float]

    def loop_closed(self, name: str | None = None) -> float | None:
        """The share of closed referrals whose outcome was reported in time; `None` where it is not shown.

        In time is within `Policy.follow_up_window` of sending or handing over. Late and disputed ones are closed, but
        each is an ending of its own.

        Args:
            name: only those with this first name, if they are counted by one thing.
        """
        return self._share(Ending.LOOP_CLOSED, name)

    def expired(self, name: str | None = None) -> float | None:
        """The share of closed referrals whose outcome was never reported; `None` where it is not shown.

        Args:
            name: as for `loop_closed`.
        """
        return self._share(Ending.EXPIRED, name)

    def _share(self, ending: Ending, name: str | None) -> float | None:
        whole = self.by in ((), ("ending",))
        if len(self.by) > 1 or (name is not None and whole):
            message = "shares are shown by one thing at a time: statistics.referrals(by=['need'])"
            raise InvalidStatisticsError(message)
        closed = [self._number(one, name) for one in Ending if one is not Ending.OPEN]
        known = [count for count in closed if count is not None]
        part = self._number(ending, name)
        if part is None or len(known) < len(closed) or not sum(known):
            return None
        return part / sum(known)

    def _number(self, ending: Ending, name: str | None) -> int | None:
        if not self.table.columns:
            return self.table.cell(ending)
        return self.table.columns.get((ending,), 0) if name is None else self.table.cell(name, ending)


class Statistics:
    """Counts referrals and unmet needs. It may be shared between threads.

    Args:
        context: what the desk works with.
    """

    def __init__(self, context: DeskContext) -> None:
        self._context = context

    def referrals(self, by: Sequence[ReferralDimension] = (), *, k: int | None = None) -> ReferralStatistics:
        """Count referrals, stored and purged, by month of closing, type, status, outcome, need or ending.

        Drafts, and referrals entered in error, do not count. A need is one at the top of the vocabulary; of several, the
        one that was named first. Combined tables may reveal more than each one alone: publish few. A referral that
        cannot be read is left out, and the program's log gets its id.

        Args:
            by: what to count by.
            k: the least count to show, if more than the policy's (`small_cell`).

        Raises:
            InvalidStatisticsError: they cannot be counted by this, or k is less than the policy's.
        """
        names, least = _check_names(by, _BY), self._least(k)
        shown = names if len(names) > 1 else tuple(dict.fromkeys((*names, "ending")))
        counts: Counter[tuple[str, ...]] = Counter()
        days: dict[str, list[float]] = defaultdict(list)
        for stored in self._stored():
            row, referral = describe(stored, self._context), stored.referral
            counts[tuple(row[name] for name in shown)] += 1
            if names and referral.responded_at is not None and referral.sent_at is not None:
                days[row[names[0]]].append((referral.responded_at - referral.sent_at) / _DAY)
        for record in self._context.ledger.storage.scan(COUNT):
            row = record.document["of"]
            counts[tuple(row[name] for name in shown)] += record.document["count"]
        table = suppress(counts, least)
        medians = {
            name: round(median(took), 1)
            for name, took in sorted(days.items())
            if len(took) >= least and table.rows.get(name, table.cell(name)) is not None
        }
        return ReferralStatistics(names, table, MappingProxyType(medians))

    def unmet_needs(
        self,
        by: Sequence[UnmetDimension] = ("need", "reason"),
        *,
        k: int | None = None,
        sensitive: bool = True,
    ) -> Mapping[Basis, Table]:
        """Count needs that could not be met: one table for what patrons said, one for what staff saw, never one for both.

        Args:
            by: what to count by. `basis` may be named too; the tables are apart by it anyway.
            k: the least count to show, if more than the policy's (`small_cell`).
            sensitive: whether sensitive matters are counted (`SENSITIVE`); a need in no vocabulary is one.

        Raises:
            InvalidStatisticsError: they cannot be counted by this, k is less than the policy's, or sensitive matters
                would be counted by need, area and month at once.
        """
        names = tuple(name for name in _check_names(by, (*_UNMET_BY, "basis")) if name != "basis")
        least = self._least(k)
        if sensitive and set(names) >= _POINTING:
            message = (
                "need, area and month at once can point to one patron: leave one of the three out, or leave out "
                "sensitive matters (sensitive=False)"
            )
            raise InvalidStatisticsError(message)
        vocabulary = self._context.vocabulary
        tables: dict[Basis, Counter[tuple[str, ...]]] = {basis: Counter() for basis in Basis}
        for need in read_unmet_needs(self._context.ledger):
            if not sensitive and tags_of(vocabulary, need.concepts, need.terms):
                continue
            row = {
                **attrs.asdict(need),
                "reason": need.reason.value,
                "need": top_of(vocabulary, need.concepts),
            }
            tables[need.basis][tuple(row[name] for name in names) or ("all",)] += 1
        return MappingProxyType({basis: suppress(counts, least) for basis, counts in tables.items()})

    def _stored(self) -> Iterator[StoredReferral]:
        for stored in read_each(self._context.ledger.storage.scan(REFERRAL), read_referral):
            if is_counted(stored.referral):
                yield stored

    def _least(self, k: int | None) -> int:
        least = self._context.ledger.policy.small_cell
        if k is not None and k < least:
            _refuse(f"counts below {least} are hidden by the policy: k may only be more")
        return k or least


def _check_names(by: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    if isinstance(by, str) or not set(by) <= set(known) or len(set(by)) < len(by):
        _refuse(f"`by` takes a list of some of these, each once: {', '.join(known)}")
    return tuple(by)


def _refuse(message: str) -> NoReturn:
    raise InvalidStatisticsError(message)
