"""`DeskContext`: what every part of a desk is given."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

import attrs

from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.webhook_senders import WebhookSender, check_senders
from communityconnector.needs import Vocabulary
from communityconnector.notification import Notifier
from communityconnector.referrals import Letterhead
from communityconnector.referrals.mappings import WORDS, Words
from communityconnector.referrals.service_summary import ServiceSummary


@attrs.frozen(eq=False, repr=False)
class DeskContext:
    """What every part of a desk is given.

    Attributes:
        ledger: reads and writes what belongs to referrals.
        find_service: gives what the directory says of a service; raises `ServiceNotFoundError`.
        letterhead: whom messages are from.
        notifiers: send messages, by name.
        vocabulary: the needs that are known.
        random: spreads retries over time.
        has_term: whether the directory has a taxonomy term of an id or a code.
        has_agency: whether the directory has an agency of an id; always, if no directory has been loaded.
        senders: systems that may report by web hooks.
        words: what words of other systems mean.
    """

    ledger: Ledger
    find_service: Callable[[str], ServiceSummary]
    letterhead: Letterhead
    notifiers: Mapping[str, Notifier]
    vocabulary: Vocabulary
    random: random.Random
    has_term: Callable[[str], bool]
    has_agency: Callable[[str], bool]
    senders: tuple[WebhookSender, ...] = attrs.field(default=(), converter=check_senders)
    words: Words = WORDS
