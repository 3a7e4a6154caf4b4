"""The desk's own work: referrals in storage, what is due of them, messages, answers, and the log of it all."""

from communityconnector.desk.casework.due_work import DueReferral, DueReport
from communityconnector.desk.casework.referring import ReferralRequest
from communityconnector.desk.context import DeskContext
from communityconnector.desk.desk import Desk
from communityconnector.desk.inbound.link_replies import AgencyPage, LinkReply, PatronPage
from communityconnector.desk.inbound.webhook_receiver import ReportResult, UnclearReport, WebhookResult
from communityconnector.desk.messages.dispatcher import DispatchReport
from communityconnector.desk.reporting.statistics import Ending, ReferralStatistics
from communityconnector.desk.retention.commands import LegalHold, LegalHoldReport
from communityconnector.desk.retention.purge import PurgeReport
from communityconnector.desk.retention.subject_requests import Erasure
from communityconnector.desk.store.audit_log import Audit, Entry, Head, Verification
from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.outbox import (
    DeliveryStatus,
    MessageStatus,
    OutboxMessage,
    Recipient,
    UnreadableMessage,
)
from communityconnector.desk.store.webhook_senders import WebhookSender
from communityconnector.referrals.service_summary import ServiceSummary

__all__ = [
    "AgencyPage",
    "Audit",
    "DeliveryStatus",
    "Desk",
    "DeskContext",
    "DispatchReport",
    "DueReferral",
    "DueReport",
    "Ending",
    "Entry",
    "Erasure",
    "Head",
    "Ledger",
    "LegalHold",
    "LegalHoldReport",
    "LinkReply",
    "MessageStatus",
    "OutboxMessage",
    "PatronPage",
    "PurgeReport",
    "Recipient",
    "ReferralRequest",
    "ReferralStatistics",
    "ReportResult",
    "ServiceSummary",
    "UnclearReport",
    "UnreadableMessage",
    "Verification",
    "WebhookResult",
    "WebhookSender",
]
