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
from communityconnector.referrals.consent import AgeBand, Consent, ConsentMethod, ConsentTerms, GivenBy
from communityconnector.referrals.details import Details, Sending
from communityconnector.referrals.follow_up import Answered, FollowUp, Helped
from communityconnector.referrals.intake import Intake
from communityconnector.referrals.letterhead import Letterhead
from communityconnector.referrals.policy import Policy
from communityconnector.referrals.private import Channel, ContactPreference, Private, Safe
from communityconnector.referrals.referral import Proposal, Referral, ReferralEvent
from communityconnector.referrals.sensitivity import SENSITIVE, derived_ref, patron_ref, tags_of
from communityconnector.referrals.states import (
    SENT,
    TERMINAL,
    Actor,
    Event,
    Priority,
    ReferralStatus,
    ReferralType,
    Role,
    Source,
)
from communityconnector.referrals.statistics import Table, suppress
from communityconnector.referrals.table import IMPLIED, TABLE, Transition
from communityconnector.referrals.texts import Template
from communityconnector.referrals.transitions import Advanced, advance, check_discard, create, re_refer
from communityconnector.referrals.unmet import Basis, UnmetRecord, reason_for

__all__ = [
    "IMPLIED",
    "MEANINGS",
    "SENSITIVE",
    "SENT",
    "TABLE",
    "TERMINAL",
    "Actor",
    "Advanced",
    "AgeBand",
    "Answered",
    "Basis",
    "Channel",
    "Clock",
    "CodeClass",
    "Consent",
    "ConsentMethod",
    "ConsentTerms",
    "ContactPreference",
    "DeclinedBy",
    "Details",
    "Due",
    "Event",
    "FollowUp",
    "GivenBy",
    "Helped",
    "HoldReason",
    "Intake",
    "Letterhead",
    "Meaning",
    "Next",
    "Outcome",
    "Policy",
    "Priority",
    "Private",
    "Proposal",
    "Referral",
    "ReferralEvent",
    "ReferralStatus",
    "ReferralType",
    "Role",
    "Safe",
    "Sending",
    "Source",
    "Table",
    "Template",
    "Transition",
    "UnmetReason",
    "UnmetRecord",
    "add_business_days",
    "advance",
    "check_discard",
    "create",
    "derived_ref",
    "due",
    "patron_ref",
    "re_refer",
    "reason_for",
    "suppress",
    "tags_of",
]
