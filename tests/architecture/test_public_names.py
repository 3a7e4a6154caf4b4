"""The public names are a promise: adding one is a decision, taking one away a breaking change."""

from __future__ import annotations

import pytest

import communityconnector as cc
from communityconnector import interchange, matching, model, needs, partners, referrals

SNAPSHOT = {
    cc: """
        Agency Answer AsyncConnector Audience ColumnMapping CommunityConnectorError Connector Directory Disclosure Explanation Finding Index
        Interpretation Itinerary Location Match MatchResult Matcher Mode Need Offer Organization Point Rank Reason Service Severity Wellness
        __version__ cycling distance driving kilometers miles read sample vocabulary walking write
    """,
    model: """
        ENTITIES Accessibility Address Agency Attribute Audience Change Contact CostOption Difference Directory Disclosure FieldSpec
        Finding Frequency Funding Kind Language Location LocationType MetaTableDescription Metadata Offer
        Organization OrganizationIdentifier Phone Point Program Record RequiredDocument Schedule Service ServiceArea
        ServiceAtLocation ServiceCapacity ServiceStatus Severity Taxonomy TaxonomyTerm Unit Update Url Weekday columns
        distance kilometers miles required specs
    """,
    interchange: "ColumnMapping Mode Source converter documents duplicates page read records tables to_raw write",
    needs: """
        Concept CrisisLine Interpretation Interpreter Need Phrase PhraseInterpreter Understood Vocabulary Wellness
        interpreter load vocabulary
    """,
    matching: "WEIGHTS Answer Contribution Engine Errand Explanation Index Itinerary Match MatchResult MatchResults Query Rank "
    "Reason Stop UnmetNeed by_travel_time",
    partners: """
        CONTACT_EVERY KeyContact Occurrence Partnership PartnershipStatus Partnerships Visit Visitors monthly quarterly weekly
    """,
    referrals: """
        IMPLIED MEANINGS TABLE TERMINAL Actor Advanced Clock CodeClass ConsentView DeclinedBy Details Due Event HoldReason
        Meaning Next Outcome Policy Priority Proposal Referral ReferralEvent ReferralStatus ReferralType Role Sending
        Source Transition UnmetReason add_business_days advance check_discard create due re_refer
    """,
}


@pytest.mark.parametrize("module", SNAPSHOT, ids=lambda module: module.__name__)
def test_public_names_are_as_agreed(module):
    assert sorted(module.__all__) == sorted(SNAPSHOT[module].split())


@pytest.mark.parametrize("module", SNAPSHOT, ids=lambda module: module.__name__)
def test_every_public_name_exists(module):
    for name in module.__all__:
        assert getattr(module, name) is not None


def test_dir_lists_the_public_names():
    assert set(cc.__all__) <= set(dir(cc))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'agency'"):
        _ = cc.agency
