"""The desk's own work: referrals in storage, what is due of them, messages, answers, and the log of it all."""

from communityconnector.desk.answering import AgencyPage, PatronPage, Replied
from communityconnector.desk.audit import Audit, Entry, Head, Verified
from communityconnector.desk.counting import Ending, Statistics
from communityconnector.desk.desk import Desk
from communityconnector.desk.dispatching import Dispatched
from communityconnector.desk.following import DueDone, DueReferral
from communityconnector.desk.ledger import Ledger
from communityconnector.desk.outbox import Recipient, Row, RowStatus, Tracked, UnreadableRow
from communityconnector.desk.parts import Listed, Parts
from communityconnector.desk.purging import PurgeReport
from communityconnector.desk.receiving import Received, Taken, ToReview
from communityconnector.desk.referring import Asked
from communityconnector.desk.retaining import Frozen, LegalHold
from communityconnector.desk.senders import Sender
from communityconnector.desk.subjects import Erasure

__all__ = [
    "AgencyPage",
    "Asked",
    "Audit",
    "Desk",
    "Dispatched",
    "DueDone",
    "DueReferral",
    "Ending",
    "Entry",
    "Erasure",
    "Frozen",
    "Head",
    "Ledger",
    "LegalHold",
    "Listed",
    "Parts",
    "PatronPage",
    "PurgeReport",
    "Received",
    "Recipient",
    "Replied",
    "Row",
    "RowStatus",
    "Sender",
    "Statistics",
    "Taken",
    "ToReview",
    "Tracked",
    "UnreadableRow",
    "Verified",
]
