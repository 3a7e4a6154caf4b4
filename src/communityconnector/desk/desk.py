"""All that a desk does with referrals, as one."""

from __future__ import annotations

from typing import Any

import attrs

from communityconnector.desk.casework.contact_preferences import Contacting
from communityconnector.desk.casework.queries import Looking
from communityconnector.desk.casework.referring import Referring
from communityconnector.desk.casework.unmet_needs import Noting
from communityconnector.desk.context import DeskContext
from communityconnector.desk.inbound.link_replies import Answering
from communityconnector.desk.inbound.webhook_receiver import Receiving
from communityconnector.desk.messages.tracking import Tracking
from communityconnector.desk.reporting.statistics import Counting
from communityconnector.desk.retention.commands import Retaining
from communityconnector.desk.retention.subject_requests import Subjects
from communityconnector.errors import StorageError
from communityconnector.storage import SupportsHost


class Desk(
    Referring, Contacting, Subjects, Looking, Answering, Receiving, Tracking, Retaining, Counting, Noting
):
    """Makes referrals, carries them on, sends messages and takes answers. It may be shared between threads.

    Args:
        parts: what it works with.
    """

    def __init__(self, parts: DeskContext) -> None:
        self._parts = parts

    def within(self, connection: Any) -> Desk:
        """This desk inside a transaction that the host has begun, so that its rows and the referral commit together.

        Args:
            connection: the host's connection, to the same database: SQLAlchemy's, for those that ship.

        Raises:
            StorageError: the storage cannot write in somebody else's transaction.
        """
        ledger = self._parts.ledger
        if not isinstance(ledger.storage, SupportsHost):
            message = "this storage cannot write in a transaction of its host: one of a SQL database can"
            raise StorageError(message)
        inside = ledger.over(ledger.storage.within(connection))
        return Desk(attrs.evolve(self._parts, ledger=inside))
