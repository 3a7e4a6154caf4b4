"""The public names are a promise: adding one is a decision, taking one away a breaking change."""

from __future__ import annotations

import pytest

import communityconnector as cc
from communityconnector import interchange, matching, model, needs, partners, referrals

SNAPSHOT = {
    cc: """
        Actor Agency AgencyNotFoundError Answer ApiUnreachableError AsyncConnector Audience ColumnMapping
        CommunityConnectorError Connector ConsentTerms ContactPreference Directory DirectoryNotLoadedError
        Disclosure Event Explanation Finding FollowUp IdempotencyConflictError IllegalTransitionError Index
        Intake Interpretation InvalidConsentError InvalidDirectoryError InvalidMappingError InvalidNeedError
        InvalidPartnershipError InvalidPatronRefError InvalidPointError InvalidRecordError
        InvalidReferralError InvalidSettingsError InvalidSignatureError InvalidStatisticsError
        InvalidVisitError InvalidWeightsError InvalidWordsError Itinerary Letterhead LinkNotValidError LoadCutOffError
        Location Match MatchResult Matcher MatchingOptions Message MessageOptions MigrationNeededError
        MissingExtraError Mode Need NotDeliveredError Offer Organization Outcome PartnershipNotFoundError
        PermissionDeniedError PlaceNotFoundError PluginError Point Policy Rank Reason Referral
        ReferralNotFoundError ReferralStatus Role SealBrokenError Secret Service ServiceNotFoundError
        Severity SourceNotFoundError StaleRecordError StorageClosedError StorageError StorageFullError
        StorageNotFoundError UnexpectedArgumentError UnknownFormError UnknownNameError UnknownNeedError
        UnusableIndexError UnusableStorageError VisitNotFoundError Wellness __version__ cycling distance
        driving hookimpl kilometers miles read sample vocabulary walking write
    """,
    model: """
        ENTITIES Accessibility Address Agency Attribute Audience Change Contact CostOption Difference Directory Disclosure FieldSpec
        Finding Frequency Funding Harm Kind Language Location LocationType MetaTableDescription Metadata Offer
        Organization OrganizationIdentifier Phone Point Program Record RequiredDocument Schedule Service ServiceArea
        ServiceAtLocation ServiceCapacity ServiceStatus Severity Taxonomy TaxonomyTerm Unit Update Url Weekday by_harm columns
        distance kilometers miles required specs
    """,
    interchange: "ColumnGuess ColumnMapping FileForm FormNote LiftedRecord LiftedRecords LiftedTable Mode Source SourceFile columns_of converter documents duplicates page read records tables to_raw write",
    needs: """
        AssistedInterpreter Certainty Concept CrisisLine Cues Danger DangerKind FurtherConcept Interpretation Interpreter Lexicon Need PatronInterpreter Phrase
        Understood Vocabulary Wellness further_concepts interpreter lexicon load open_eligibility_codes vocabulary
    """,
    matching: "WEIGHTS Answer Aspect Contribution Engine Errand Explanation Factor Index Itinerary Match MatchResult MatchResults Query Rank "
    "Reason Reweighable Share Stop UnmetNeed by_travel_time completeness read_weights write_weights",
    partners: """
        CONTACT_EVERY KeyContact Occurrence Partnership PartnershipStatus Partnerships Visit Visits monthly quarterly weekly
    """,
    referrals: """
        Actor Advanced AgeBand Answered Basis Channel Clock CodeClass Consent ConsentMethod ConsentTerms
        ContactPreference DeclinedBy Details Due Event FollowUp GivenBy Helped HoldReason IMPLIED
        Intake Letterhead MEANINGS Meaning Next Outcome Policy Priority Private Proposal Referral ReferralEvent
        ReferralStatus ReferralType Role SENSITIVE SENT Safe Sending Source TABLE TERMINAL Table Template
        Transition UnmetReason UnmetRecord add_business_days advance check_discard create derived_ref due
        patron_ref re_refer reason_for suppress tags_of
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
