"""All that a desk does with referrals, as named parts."""

from __future__ import annotations

from communityconnector.desk.casework.referrals import Referrals
from communityconnector.desk.context import DeskContext
from communityconnector.desk.inbound.link_replies import Links
from communityconnector.desk.inbound.webhook_receiver import Webhooks
from communityconnector.desk.messages.messages import Messages
from communityconnector.desk.reporting.statistics import Statistics
from communityconnector.desk.retention.privacy import Privacy


class Desk:
    """All that a desk does with referrals, as named parts. It may be shared between threads.

    Args:
        context: what the parts work with.

    Attributes:
        referrals: makes referrals, carries them on and shows them.
        messages: sends messages.
        links: shows what links in messages lead to, and takes answers by them.
        webhooks: takes reports by web hooks.
        privacy: answers for what is stored about patrons.
        statistics: counts referrals and unmet needs.
        audit: the log of who did what; `audit.verify()` checks whether it is whole.
    """

    def __init__(self, context: DeskContext) -> None:
        self.referrals = Referrals(context)
        self.messages = Messages(context)
        self.links = Links(context)
        self.webhooks = Webhooks(context)
        self.privacy = Privacy(context)
        self.statistics = Statistics(context)
        self.audit = context.ledger.audit
