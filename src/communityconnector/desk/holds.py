"""What must not be let go of, and how whoever lets go of something heeds it.

A legal hold may be set while something is being let go of. So all that lets go of private things also writes one small
record, of the version that it read before it looked for holds, and so does whoever sets a hold: of the two, the later
one begins again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Self

import attrs

from communityconnector.desk.held import Held
from communityconnector.desk.kinds import (
    BY_REFERRAL,
    CONSENT,
    DATA_KEY,
    DISCLOSURE,
    EVENT,
    EVERYTHING,
    FOLLOW_UP,
    LEGAL_HOLD,
    PRIVATE,
    REFERRAL,
    RETENTION,
)
from communityconnector.desk.ledger import Ledger
from communityconnector.desk.outbox import records_of
from communityconnector.referrals import ReferralStatus
from communityconnector.storage import ABSENT, Delete, KeyRange, Put, Record, Write

_STATE: Final = "state"
_LEAVES_TRACES: Final = frozenset({PRIVATE, DATA_KEY, CONSENT, DISCLOSURE, REFERRAL})
"""What was deleted of these is worth writing a file anew."""


@attrs.frozen
class Holds:
    """The legal holds that there are, and what has been let go of since the log last told.

    Attributes:
        scopes: ids of the referrals that are held; `*` for all.
        gone: how many records of each kind were let go of by a purge that is not in the log yet.
        unwiped: whether something private was let go of that a storage's files may still hold.
        version: the version of the record that says so.
    """

    scopes: frozenset[str]
    gone: Mapping[str, int]
    unwiped: bool
    version: int

    @classmethod
    def found(cls, ledger: Ledger) -> Self:
        """The holds as they stand. What rests on them is committed with `guards`, `guard` or `settled`."""
        # The order counts: a hold that is set after this first look makes the guard stale.
        state = ledger.storage.get(RETENTION, [_STATE]).get(_STATE)
        said: Mapping[str, Any] = {} if state is None else state.document
        scopes = frozenset(record.id for record in ledger.storage.scan(LEGAL_HOLD))
        version = ABSENT if state is None else state.version
        return cls(scopes, said.get("gone", {}), said.get("unwiped", False), version)

    def keep(self, referral_id: str) -> bool:
        """Whether nothing of a referral may be let go of."""
        return EVERYTHING in self.scopes or referral_id in self.scopes

    def guard(self, gone: Mapping[str, int], *, unwiped: bool) -> Put:
        """The write that comes to nothing where a hold was set meanwhile.

        Args:
            gone: what the log is to tell of later.
            unwiped: whether something private is let go of.
        """
        added = dict(sorted((Counter(self.gone) + Counter(gone)).items()))
        return Put(
            RETENTION, _STATE, {"gone": added, "unwiped": self.unwiped or unwiped}, expected=self.version
        )

    def guards(self, writes: Sequence[Write]) -> list[Write]:
        """The same for whoever writes into the log himself: nothing, where nothing is let go of."""
        return [self.guard({}, unwiped=leaves_traces(writes))] if writes else []

    def settled(self, *, unwiped: bool) -> Put:
        """The write by which nothing is left to be told."""
        return Put(RETENTION, _STATE, {"gone": {}, "unwiped": unwiped}, expected=self.version)


def leaves_traces(writes: Iterable[Write]) -> bool:
    """Whether writes let go of something that may be private."""
    return any(isinstance(one, Delete) and one.kind in _LEAVES_TRACES for one in writes)


def all_of(ledger: Ledger, held: Held) -> list[Write]:
    """The writes that let go of a referral with all that belongs to it.

    Consents outlive it, as disclosures do, for a list of them can be asked for later; but not those of a draft, from
    which nobody was told anything.
    """
    referral = held.referral
    found: list[Record] = [*ledger.under(EVENT, referral.id), *ledger.under(FOLLOW_UP, referral.id)]
    found += records_of(ledger.storage, referral.id)
    if referral.status is ReferralStatus.DRAFT:
        found += ledger.storage.scan(CONSENT, KeyRange(BY_REFERRAL, referral.id, referral.id))
    return [
        Delete(REFERRAL, referral.id, held.version),
        *ledger.forget_private(referral.id),
        *(Delete(one.kind, one.id, one.version) for one in found),
    ]
