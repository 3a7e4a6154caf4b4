"""How a referral is counted: by what, when it counts, and what remains of it once it is deleted."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from communityconnector.desk.context import DeskContext
from communityconnector.desk.store.record_kinds import COUNT
from communityconnector.desk.store.referral_record import StoredReferral
from communityconnector.needs import Vocabulary
from communityconnector.referrals import Policy, Referral
from communityconnector.referrals.fields import Code
from communityconnector.referrals.states import STATES
from communityconnector.storage import ABSENT, Put, Write

OTHER: Final = "other"
"""The need of a referral whose needs are in no vocabulary."""


class Ending(Code):
    """How a referral has ended, as far as it is known."""

    OPEN = "open"
    LOOP_CLOSED = "loop_closed"
    LATE = "late"
    """Its outcome was reported, but after the time in which an answer is expected (`Policy.follow_up_window`)."""
    DISPUTED = "disputed"
    """It was reported as completed, and the patron denies it."""
    EXPIRED = "expired"
    """Its outcome was never reported."""


def is_counted(referral: Referral) -> bool:
    """Whether a referral counts: it was more than a draft, and not entered in error."""
    return STATES[referral.status].is_counted


def count_writes(context: DeskContext, referrals: Iterable[StoredReferral]) -> list[Write]:
    """Make the writes by which deleted referrals become counts: no ids, and no days."""
    numbers = Counter(json.dumps(describe(one, context), sort_keys=True) for one in referrals)
    ids = {hashlib.sha256(text.encode()).hexdigest()[:32]: text for text in sorted(numbers)}
    records = context.ledger.storage.get(COUNT, ids)
    writes: list[Write] = []
    for key, text in ids.items():
        before = records.get(key)
        count = numbers[text] + (0 if before is None else before.document["count"])
        document = {"of": json.loads(text), "count": count}
        writes.append(Put(COUNT, key, document, ABSENT if before is None else before.version))
    return writes


def describe(stored: StoredReferral, context: DeskContext) -> dict[str, str]:
    """Give what a referral is counted by."""
    referral, closed = stored.referral, stored.referral.closed_at
    return {
        "month": "" if closed is None else closed.isoformat()[:7],
        "type": referral.type.value,
        "status": referral.status.value,
        "outcome": "" if referral.outcome is None else referral.outcome.value,
        "need": top_of(context.vocabulary, referral.concepts),
        "ending": _ending(stored, context.ledger.policy).value,
    }


def top_of(vocabulary: Vocabulary, concepts: Sequence[str]) -> str:
    """Give the need at the top of the vocabulary that the first of several belongs to; `other` if it is in none."""
    first = concepts[0] if concepts else ""
    return [first, *vocabulary.ancestors(first)][-1] if first in vocabulary.concepts else OTHER


def _ending(stored: StoredReferral, policy: Policy) -> Ending:
    referral = stored.referral
    if not referral.is_closed:
        return Ending.OPEN
    if not referral.is_loop_closed:
        return Ending.EXPIRED
    if stored.metadata.disputed_at:
        return Ending.DISPUTED
    since, recorded = referral.sent_at or referral.given_at, referral.outcome_recorded_at
    is_late = since is not None and recorded is not None and recorded - since > policy.follow_up_window
    return Ending.LATE if is_late else Ending.LOOP_CLOSED
