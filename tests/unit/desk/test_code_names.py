"""The codes that type checkers know are the codes that exist."""

from __future__ import annotations

from typing import get_args

import pytest

from communityconnector import desk_options, referrals
from communityconnector.desk import DeliveryStatus
from communityconnector.desk.messages.tracking import DeliveryStatusName
from communityconnector.interchange import Mode
from communityconnector.matching import Rank
from communityconnector.model import Audience
from communityconnector.referrals import names
from communityconnector.referrals.mappings import WORDINGS
from communityconnector.referrals.states import STATES, ReferralStatus
from communityconnector.referrals.texts import STATUS_WORDS

CODES = {
    "Role": (referrals.Role, names.RoleName),
    "Event": (referrals.Event, names.EventName),
    "Outcome": (referrals.Outcome, names.OutcomeName),
    "HoldReason": (referrals.HoldReason, names.HoldReasonName),
    "Source": (referrals.Source, names.SourceName),
    "ReferralStatus": (referrals.ReferralStatus, names.StatusName),
    "ReferralType": (referrals.ReferralType, names.ReferralTypeName),
    "AgeBand": (referrals.AgeBand, names.AgeBandName),
    "Priority": (referrals.Priority, names.PriorityName),
    "Basis": (referrals.Basis, names.BasisName),
    "UnmetReason": (referrals.UnmetReason, names.UnmetReasonName),
    "DeliveryStatus": (DeliveryStatus, DeliveryStatusName),
    "Audience": (Audience, desk_options.AudienceName),
    "Mode": (Mode, desk_options.ModeName),
    "Rank": (Rank, desk_options.RankName),
}


@pytest.mark.parametrize("name", CODES)
def test_the_types_list_every_code_and_no_other(name):
    codes, literal = CODES[name]
    assert [code.value for code in codes] == list(get_args(literal))


def test_every_state_has_facts_words_for_patrons_and_words_of_other_systems():
    states = set(ReferralStatus)
    assert set(STATES) == {row.status for row in WORDINGS} == states
    assert {language: set(words) for language, words in STATUS_WORDS.items()} == {"en": states, "es": states}
