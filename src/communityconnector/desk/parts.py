"""What every part of a desk works with."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import attrs

from communityconnector.desk.ledger import Ledger
from communityconnector.desk.senders import Sender, check_senders
from communityconnector.needs import Vocabulary
from communityconnector.notification import Notifier
from communityconnector.referrals import Letterhead
from communityconnector.referrals.mappings import WORDS, Words


@attrs.frozen
class Listed:
    """What the directory says of a service, as far as a referral asks.

    Attributes:
        id: the service's id.
        name: its name.
        organization_id: id of the agency that runs it.
        active: whether it is active.
        confidential: whether it, or a place of it, is to be hidden from anybody.
        tags: tags of matters that need care, by what the service is for.
    """

    id: str
    name: str
    organization_id: str
    active: bool
    confidential: bool
    tags: frozenset[str] = frozenset()


@attrs.frozen(eq=False, repr=False)
class Parts:
    """What every part of a desk works with.

    Attributes:
        ledger: reads and writes what belongs to referrals.
        listed: what the directory says of a service; raises `ServiceNotFoundError`.
        letterhead: whom messages are from.
        notifiers: send messages, by name.
        vocabulary: the needs that are known.
        random: spreads tries over time.
        has_term: whether the directory has a taxonomy term of an id or a code.
        has_agency: whether the directory has an agency of an id; anything, where none has been loaded.
        senders: systems that may report by web hooks.
        words: what words of other systems mean.
    """

    ledger: Ledger
    listed: Callable[[str], Listed]
    letterhead: Letterhead
    notifiers: Mapping[str, Notifier]
    vocabulary: Vocabulary
    random: random.Random
    has_term: Callable[[str], bool]
    has_agency: Callable[[str], bool]
    senders: tuple[Sender, ...] = attrs.field(default=(), converter=check_senders)
    words: Words = WORDS
