"""Referrals: states, events, outcomes and the one table that says what may happen. Pure: nothing is stored or sent."""

from communityconnector.referrals.clocks import Clock, Due, add_business_days, due
from communityconnector.referrals.codes import (
    MEANINGS,
    CodeClass,
    DeclinedBy,
    HoldReason,
    Meaning,
    Next,
    Outcome,
    UnmetReason,
)
from communityconnector.referrals.details import ConsentView, Details, Sending
from communityconnector.referrals.policy import Policy
from communityconnector.referrals.referral import Proposal, Referral, ReferralEvent
from communityconnector.referrals.states import (
    TERMINAL,
    Actor,
    Event,
    Priority,
    ReferralStatus,
    ReferralType,
    Role,
    Source,
)
from communityconnector.referrals.table import IMPLIED, TABLE, Transition
from communityconnector.referrals.transitions import Advanced, advance, check_discard, create, re_refer

__all__ = [
    "IMPLIED",
    "MEANINGS",
    "TABLE",
    "TERMINAL",
    "Actor",
    "Advanced",
    "Clock",
    "CodeClass",
    "ConsentView",
    "DeclinedBy",
    "Details",
    "Due",
    "Event",
    "HoldReason",
    "Meaning",
    "Next",
    "Outcome",
    "Policy",
    "Priority",
    "Proposal",
    "Referral",
    "ReferralEvent",
    "ReferralStatus",
    "ReferralType",
    "Role",
    "Sending",
    "Source",
    "Transition",
    "UnmetReason",
    "add_business_days",
    "advance",
    "check_discard",
    "create",
    "due",
    "re_refer",
]
