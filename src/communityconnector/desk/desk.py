"""All that a desk does with referrals, as one."""

from __future__ import annotations

from typing import Any

import attrs

from communityconnector.desk.answering import Answering
from communityconnector.desk.contacting import Contacting
from communityconnector.desk.counting import Counting
from communityconnector.desk.looking import Looking
from communityconnector.desk.noting import Noting
from communityconnector.desk.parts import Parts
from communityconnector.desk.receiving import Receiving
from communityconnector.desk.referring import Referring
from communityconnector.desk.retaining import Retaining
from communityconnector.desk.subjects import Subjects
from communityconnector.desk.tracking import Tracking
from communityconnector.errors import StorageError
from communityconnector.storage import SupportsHost


class Desk(
    Referring, Contacting, Subjects, Looking, Answering, Receiving, Tracking, Retaining, Counting, Noting
):
    """Makes referrals, carries them on, sends messages and takes answers. It may be shared between threads.

    Args:
        parts: what it works with.
    """

    def __init__(self, parts: Parts) -> None:
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
