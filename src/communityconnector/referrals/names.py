"""The codes of referrals as type checkers know them, so that a slip in a text is seen before the program runs."""

from __future__ import annotations

from typing import Literal

RoleName = Literal["staff", "patron", "agency", "system", "adapter"]
EventName = Literal[
    "create",
    "give",
    "send",
    "acknowledge",
    "attempt_contact",
    "accept",
    "reject",
    "start",
    "hold",
    "complete",
    "fail",
    "cancel",
    "revoke_consent",
    "expire",
    "close_given",
    "void",
    "amend_outcome",
    "re_refer",
    "discard",
]
OutcomeName = Literal[
    "service_received",
    "service_received_partly",
    "enrolled",
    "information_sufficient",
    "not_eligible",
    "no_capacity",
    "no_funds",
    "waitlist_too_long",
    "out_of_area",
    "wrong_service",
    "service_ended",
    "documents_missing",
    "agency_unreachable",
    "agency_no_response",
    "referred_onward",
    "patron_declined",
    "need_met_elsewhere",
    "no_show",
    "unable_to_contact_patron",
    "consent_revoked",
    "language_barrier",
    "disability_access_barrier",
    "transport_barrier",
    "cost_barrier",
    "hours_barrier",
    "safety_concern",
    "duplicate",
    "sent_in_error",
    "unknown",
    "other",
]
HoldReasonName = Literal["waitlisted", "awaiting_patron", "awaiting_documents", "agency_paused"]
SourceName = Literal["agency", "patron", "staff"]
StatusName = Literal[
    "draft",
    "given",
    "requested",
    "accepted",
    "in_progress",
    "on_hold",
    "completed",
    "failed",
    "rejected",
    "cancelled",
    "expired",
    "entered_in_error",
]
ReferralTypeName = Literal[
    "information", "self", "direct", "warm_handoff", "in_library", "assessment", "application_help"
]
AgeBandName = Literal["under_13", "13_17", "adult", "unknown"]
PriorityName = Literal["routine", "urgent"]
BasisName = Literal["presented", "perceived"]
UnmetReasonName = Literal[
    "no_such_service",
    "none_in_area",
    "all_at_capacity",
    "no_funds",
    "not_eligible_anywhere",
    "none_open_when_needed",
    "no_language_or_access",
    "no_transport",
    "cost",
    "waitlist_too_long",
    "patron_declined_options",
    "unknown",
]
