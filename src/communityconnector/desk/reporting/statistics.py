"""Counting referrals and unmet needs, without saying who is counted."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from statistics import median
from types import MappingProxyType
from typing import Final, NoReturn

import attrs

from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.failure_isolator import read_each
from communityconnector.desk.store.record_kinds import COUNT, REFERRAL
from communityconnector.desk.store.referral_record import StoredReferral, read_referral
from communityconnector.desk.store.unmet_need_records import read_unmet_needs
from communityconnector.errors import InvalidStatisticsError
from communityconnector.needs import Vocabulary
from communityconnector.referrals import (
    Basis,
    Policy,
    Referral,
    ReferralStatus,
    Table,
    suppress,
    tags_of,
)
from communityconnector.referrals.documents import Code
from communityconnector.storage import ABSENT, Put, Write

OTHER: Final = "other"
"""A need of no vocabulary."""
_DAY: Final = timedelta(days=1)
_UNCOUNTED: Final = (ReferralStatus.DRAFT, ReferralStatus.ENTERED_IN_ERROR)
_BY: Final = ("month", "type", "status", "outcome", "need", "ending")
_UNMET_BY: Final = ("reason", "need", "area", "month", "language", "channel")
_POINTING: Final = frozenset({"need", "area", "month"})


class Ending(Code):
    """How a referral has ended, as far as it is known."""

    OPEN = "open"
    LOOP_CLOSED = "loop_closed"
    LATE = "late"
    """Somebody said how it came out, but only after the time in which an answer is awaited (`Policy.follow_up_window`)."""
    DISPUTED = "disputed"
    """Somebody else said that it was completed, and the patron says that it was not."""
    EXPIRED = "expired"
    """Nobody said how it came out, in time or later."""


@attrs.frozen
class ReferralStatistics:
    """Referrals, counted.

    Attributes:
        by: by what.
        table: the counts, with small ones hidden (`suppress`). Where they are counted by one thing alone, or by none,
            the last name of each is how the referrals ended.
        median_days: how many days it took an agency to answer, by the first name; only where enough of them have, and
            their number is shown. Of referrals that are still kept.
    """

    by: tuple[str, ...]
    table: Table
    median_days: Mapping[str, float]

    def loop_closed(self, name: str | None = None) -> float | None:
        """The share of closed referrals that came to an end of which somebody told in time; `None` where it is not shown.

        In time is within `Policy.follow_up_window` of sending or of handing over. What was told late, and what the patron
        says otherwise, is closed, and no success of the loop's: each is an ending of its own.

        Args:
            name: of those with this first name alone, where they are counted by one thing.
        """
        return self._share(Ending.LOOP_CLOSED, name)

    def expired(self, name: str | None = None) -> float | None:
        """The share of closed referrals of which nobody told how they came out; `None` where it is not shown.

        Args:
            name: as for `loop_closed`.
        """
        return self._share(Ending.EXPIRED, name)

    def _share(self, ending: Ending, name: str | None) -> float | None:
        whole = self.by in ((), ("ending",))
        if len(self.by) > 1 or (name is not None and whole):
            message = "shares are shown by one thing at a time: statistics(by=['need'])"
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


class Counting:
    """The part of a desk that counts."""

    _parts: DeskContext

    def statistics(self, by: Sequence[str] = (), *, k: int | None = None) -> ReferralStatistics:
        """Referrals by month of closing, type, status, outcome, need or ending: those that are kept, and those that were.

        Drafts, and what was entered in error, do not count. A need is one at the top of the vocabulary; of several, the
        one that was named first. Whoever combines tables may find out more than one shows: publish few.

        Args:
            by: any of `month`, `type`, `status`, `outcome`, `need` and `ending`.
            k: the least count to be shown, if more than the policy has (`small_cell`).

        A referral that cannot be read is left out, and told to the log of the program.

        Raises:
            InvalidStatisticsError: nothing is counted so, or k is less than the policy has.
        """
        by, least = _names(by, _BY), self._least(k)
        shown = by if len(by) > 1 else tuple(dict.fromkeys((*by, "ending")))
        found: Counter[tuple[str, ...]] = Counter()
        days: dict[str, list[float]] = defaultdict(list)
        for held in self._kept():
            said, referral = _describe(held, self._parts), held.referral
            found[tuple(said[name] for name in shown)] += 1
            if by and referral.responded_at is not None and referral.sent_at is not None:
                days[said[by[0]]].append((referral.responded_at - referral.sent_at) / _DAY)
        for record in self._parts.ledger.storage.scan(COUNT):
            said = record.document["of"]
            found[tuple(said[name] for name in shown)] += record.document["count"]
        table = suppress(found, least)
        medians = {
            name: round(median(took), 1)
            for name, took in sorted(days.items())
            if len(took) >= least and table.rows.get(name, table.cell(name)) is not None
        }
        return ReferralStatistics(by, table, MappingProxyType(medians))

    def unmet_statistics(
        self, by: Sequence[str] = ("need", "reason"), *, k: int | None = None, sensitive: bool = True
    ) -> Mapping[Basis, Table]:
        """Needs that could not be met, one table for what patrons said and one for what staff saw: never one for both.

        Args:
            by: any of `reason`, `need`, `area`, `month`, `language` and `channel`. That the tables are apart is also
                said by `basis`.
            k: the least count to be shown, if more than the policy has (`small_cell`).
            sensitive: whether matters that need care are counted (`SENSITIVE`); what is of no vocabulary is one.

        Raises:
            InvalidStatisticsError: nothing is counted so, k is less than the policy has, or matters that need care would
                be counted by need, area and month at once.
        """
        by, least = (
            tuple(name for name in _names(by, (*_UNMET_BY, "basis")) if name != "basis"),
            self._least(k),
        )
        if sensitive and set(by) >= _POINTING:
            message = (
                "need, area and month at once can point to one patron: leave one of the three out, or leave out "
                "the matters that need care (sensitive=False)"
            )
            raise InvalidStatisticsError(message)
        vocabulary = self._parts.vocabulary
        tables: dict[Basis, Counter[tuple[str, ...]]] = {basis: Counter() for basis in Basis}
        for one in read_unmet_needs(self._parts.ledger):
            if not sensitive and tags_of(vocabulary, one.concepts, one.terms):
                continue
            said = {**attrs.asdict(one), "reason": one.reason.value, "need": top_of(vocabulary, one.concepts)}
            tables[one.basis][tuple(said[name] for name in by) or ("all",)] += 1
        return MappingProxyType({basis: suppress(found, least) for basis, found in tables.items()})

    def _kept(self) -> Iterator[StoredReferral]:
        for held in read_each(self._parts.ledger.storage.scan(REFERRAL), read_referral):
            if is_counted(held.referral):
                yield held

    def _least(self, k: int | None) -> int:
        least = self._parts.ledger.policy.small_cell
        if k is not None and k < least:
            _refuse(f"counts below {least} are hidden, as the policy says: k may only be more")
        return k or least


def is_counted(referral: Referral) -> bool:
    """Whether a referral counts: it was more than a draft, and not entered in error."""
    return referral.status not in _UNCOUNTED


def count_writes(parts: DeskContext, referrals: Iterable[StoredReferral]) -> list[Write]:
    """The writes by which referrals that are let go of become counts: no ids, and no days."""
    found = Counter(json.dumps(_describe(one, parts), sort_keys=True) for one in referrals)
    ids = {hashlib.sha256(said.encode()).hexdigest()[:32]: said for said in sorted(found)}
    held = parts.ledger.storage.get(COUNT, ids)
    writes: list[Write] = []
    for key, said in ids.items():
        before = held.get(key)
        count = found[said] + (0 if before is None else before.document["count"])
        document = {"of": json.loads(said), "count": count}
        writes.append(Put(COUNT, key, document, ABSENT if before is None else before.version))
    return writes


def top_of(vocabulary: Vocabulary, concepts: Sequence[str]) -> str:
    """The need at the top of the vocabulary that the first of several belongs to; `other` where it is in none."""
    first = concepts[0] if concepts else ""
    return [first, *vocabulary.ancestors(first)][-1] if first in vocabulary.concepts else OTHER


def _ending(held: StoredReferral, policy: Policy) -> Ending:
    referral = held.referral
    if not referral.is_closed:
        return Ending.OPEN
    if not referral.is_loop_closed:
        return Ending.EXPIRED
    if held.about.disputed_at:
        return Ending.DISPUTED
    since, told = referral.sent_at or referral.given_at, referral.outcome_recorded_at
    late = since is not None and told is not None and told - since > policy.follow_up_window
    return Ending.LATE if late else Ending.LOOP_CLOSED


def _describe(held: StoredReferral, parts: DeskContext) -> dict[str, str]:
    referral, closed = held.referral, held.referral.closed_at
    return {
        "month": "" if closed is None else closed.isoformat()[:7],
        "type": referral.type.value,
        "status": referral.status.value,
        "outcome": "" if referral.outcome is None else referral.outcome.value,
        "need": top_of(parts.vocabulary, referral.concepts),
        "ending": _ending(held, parts.ledger.policy).value,
    }


def _names(by: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    if isinstance(by, str) or not set(by) <= set(known) or len(set(by)) < len(by):
        _refuse(f"it is counted by a list of some of these, each once: {', '.join(known)}")
    return tuple(by)


def _refuse(message: str) -> NoReturn:
    raise InvalidStatisticsError(message)
