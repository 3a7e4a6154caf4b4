"""Referrals in storage: making them and carrying them on, messages, answers, retention, and the log of it all."""

from communityconnector.desk.casework.due_work import DueReferral, DueReport
from communityconnector.desk.casework.referral_request import ReferralRequest
from communityconnector.desk.casework.referrals import Referrals
from communityconnector.desk.context import DeskContext
from communityconnector.desk.desk import Desk
from communityconnector.desk.inbound.link_pages import AgencyPage, PatronPage
from communityconnector.desk.inbound.link_replies import LinkReply, Links
from communityconnector.desk.inbound.webhook_receiver import (
    ReportResult,
    UnclearReport,
    WebhookResult,
    Webhooks,
)
from communityconnector.desk.messages.dispatcher import DispatchReport
from communityconnector.desk.messages.messages import Messages
from communityconnector.desk.reporting.counts import Ending
from communityconnector.desk.reporting.statistics import ReferralStatistics, Statistics
from communityconnector.desk.retention.legal_hold_commands import LegalHold, LegalHoldReport
from communityconnector.desk.retention.privacy import Privacy
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
    "Links",
    "MessageStatus",
    "Messages",
    "OutboxMessage",
    "PatronPage",
    "Privacy",
    "PurgeReport",
    "Recipient",
    "ReferralRequest",
    "ReferralStatistics",
    "Referrals",
    "ReportResult",
    "ServiceSummary",
    "Statistics",
    "UnclearReport",
    "UnreadableMessage",
    "Verification",
    "WebhookResult",
    "WebhookSender",
    "Webhooks",
]
