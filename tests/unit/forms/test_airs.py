"""AIRS XML: agencies within agencies, sites, services, hours, areas, terms, states; and nothing private shown."""

from __future__ import annotations

import io

import pytest

import communityconnector as cc
from communityconnector import interchange

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
SOURCE = (
    '<Source xmlns="http://www.airs.org/schema/3_1/AIRS.xsd" SoftwareVendor="Invented" SchemaVersion="3.1">'
)
SITE = (
    "<Site Status='active'><Key>20</Key><Name>Hall</Name><PhysicalAddress><Line1>1 Elm Street</Line1><City>Boone</City>"
    "<County>Watauga</County><State>NC</State><ZipCode>28607</ZipCode><Country>United States</Country></PhysicalAddress>"
    "<SpatialLocation><Datum>36.2, -81.6</Datum><Latitude>+36.2</Latitude><Longitude>-81.6</Longitude></SpatialLocation>{0}</Site>"
)
PANTRY = "<SiteService Status='active'><Key>30</Key><Name>Food Pantry</Name>{0}</SiteService>"


def read(body, head=SOURCE, **options):
    return cc.read(io.BytesIO(f"{HEAD}{head}{body}</Source>".encode()), **options)


def agency(*parts, key=10, name="Laurel Help", attributes=""):
    return f"<Agency {attributes}><Key>{key}</Key><Name>{name}</Name>{''.join(parts)}</Agency>"


def only(directory):
    (service,) = directory.services.values()
    return service


def rules(directory):
    return {finding.rule for finding in directory.findings}


def public(directory, tmp_path):
    interchange.write(directory, tmp_path / "out.json", audience="public")
    return (tmp_path / "out.json").read_text()


def test_a_service_has_its_agency_and_its_place():
    service = only(read(agency(SITE.format(PANTRY.format("")))))
    (link,) = service.service_at_locations
    (address,) = link.location.addresses
    assert (service.id, service.name, service.status) == ("30", "Food Pantry", "active")
    assert (service.organization.id, service.organization.name) == ("10", "Laurel Help")
    assert (link.location.id, link.location.name, link.location.latitude, link.location.longitude) == (
        "20",
        "Hall",
        36.2,
        -81.6,
    )
    assert (address.address_1, address.city, address.region, address.state_province, address.postal_code, address.country) == (
        "1 Elm Street", "Boone", "Watauga", "NC", "28607", "US",
    )  # fmt: skip


def test_hours_are_of_each_day_with_their_notes():
    hours = (
        "<TimeOpen><Monday><From>09:00:00</From><To>12:00:00</To></Monday><Monday><From>13:00:00</From><To>16:00:00</To></Monday>"
        "<Friday><From>22:00:00</From><To>02:00:00</To></Friday><Notes>Closed holidays</Notes></TimeOpen>"
    )
    service = only(read(agency(SITE.format(PANTRY.format(hours)))))
    assert [(s.byday, s.opens_at, s.closes_at) for s in service.schedules] == [
        ("MO", "09:00", "12:00"), ("MO", "13:00", "16:00"), ("FR", "22:00", "02:00"),
    ]  # fmt: skip
    assert {s.notes for s in service.schedules} == {"Closed holidays"}
    season = "<Seasonal><StartDate>2026-06-01</StartDate><EndDate>2026-08-31</EndDate></Seasonal>"
    bounded = only(read(agency(SITE.format(PANTRY.format(hours + season)))))
    assert {(s.valid_from, s.valid_to) for s in bounded.schedules} == {("2026-06-01", "2026-08-31")}
    assert only(read(agency(SITE.format(PANTRY.format("<TimeOpen/>"))))).schedules == ()


def test_areas_are_towns_and_counties_of_their_state():
    area = (
        "<GeographicAreaServed><County>Ashe</County><State>NC</State><City>Damascus</City><State>VA</State>"
        "<ZipCode>28607</ZipCode><Description>and surrounding towns</Description></GeographicAreaServed>"
    )
    service = only(read(agency(SITE.format(PANTRY.format(area)))))
    assert [a.name for a in service.service_areas] == [
        "Ashe County, NC",
        "Damascus, VA",
        "28607",
        "and surrounding towns",
    ]


def test_whom_it_is_for_what_it_costs_and_what_to_bring():
    told = (
        "<AgeRequirements MinimumAge='60' Gender='Female'>60 and over</AgeRequirements><GeneralEligibility>Anyone in need</GeneralEligibility>"
        "<FeeStructure>No fee</FeeStructure><DocumentsRequired>Photo ID</DocumentsRequired>"
        "<ApplicationProcess><Step><Description>Call first</Description></Step><Step><Description>Come in</Description></Step></ApplicationProcess>"
        "<Languages><Name>English, Spanish</Name></Languages>"
    )
    service = only(read(agency(SITE.format(PANTRY.format(told)))))
    assert service.eligibility_description == "Anyone in need. 60 and over. Female only"
    assert (service.minimum_age, service.maximum_age, service.fees_description) == (60, None, "No fee")
    assert [document.document for document in service.required_documents] == ["Photo ID"]
    assert service.application_process == "Call first; Come in"
    assert [language.name for language in service.languages] == ["English", "Spanish"]


def test_terms_are_codes_names_or_words_of_the_centre():
    listed = "<Taxonomy><Code>BD-1800.2000</Code><Code>YB-8000</Code></Taxonomy><Taxonomy><Code>{what:'FOOD',who:'Seniors'}</Code></Taxonomy>"
    service = only(read(agency(SITE.format(PANTRY.replace("{0}", listed)))))
    terms = [a.taxonomy_term for a in service.attributes]
    assert [(term.code, term.name) for term in terms] == [
        ("BD-1800.2000", "BD-1800.2000"), ("YB-8000", "YB-8000"), (None, "FOOD"), (None, "Seniors"),
    ]  # fmt: skip


def test_verified_is_not_edited_and_a_date_that_stands_for_none_is_none():
    info = "<ResourceInfo DateLastVerified='{0}' DateOfLastAction='2026-09-20'/>"
    service = only(read(agency(SITE.format(PANTRY.format(info.format("2026-09-01"))))))
    assert (service.assured_date, service.last_modified) == ("2026-09-01", "2026-09-20T00:00:00Z")
    assert only(read(agency(SITE.format(PANTRY.format(info.format("1900-01-01")))))).assured_date is None


def test_phones_have_type_and_extension_and_empty_ones_are_none():
    phone = (
        "<Phone><PhoneNumber/><Type>Fax</Type></Phone><Phone TollFree='true'><PhoneNumber>800-555-0100</PhoneNumber>"
        "<Extension>12</Extension><Type>Voice</Type><Description>Intake</Description></Phone>"
    )
    (organization,) = read(agency(phone)).organizations.values()
    assert [(p.number, p.extension, p.type, p.description) for p in organization.phones] == [
        ("800-555-0100", 12, "voice", "Intake")
    ]


def test_markup_that_is_escaped_twice_is_taken_out():
    text = "<Description>Gives &amp;lt;b&amp;gt;food&amp;lt;/b&amp;gt; &amp;amp; diapers.</Description>"
    assert only(read(agency(SITE.format(PANTRY.format(text))))).description == "Gives food & diapers."


def test_agencies_within_agencies_keep_their_parent():
    inner = agency(SITE.format(PANTRY.format("")), key=11, name="Laurel Pantry")
    directory = read(agency(inner))
    assert {(o.id, o.parent_organization_id) for o in directory.organizations.values()} == {
        ("10", None),
        ("11", "10"),
    }


@pytest.mark.parametrize(
    ("agency_state", "service_state", "status"),
    [
        ("active", "active", "active"),
        ("active", "inactive", "inactive"),
        ("inactive", "active", "inactive"),
        ("defunct", "active", "defunct"),
    ],
)
def test_the_most_closed_state_counts(agency_state, service_state, status):
    body = SITE.format(PANTRY.format("").replace("Status='active'", f"Status='{service_state}'"))
    assert only(read(agency(body, attributes=f"Status='{agency_state}'"))).status == status


def test_deleted_records_are_told_and_not_read():
    gone = "<Site delete='1'><Key>22</Key></Site>"
    directory = read(
        agency(SITE.format(PANTRY.format("")), gone) + "<Agency delete='1'><Key>99</Key></Agency>"
    )
    (finding,) = [f for f in directory.findings if f.rule == "deleted-rows"]
    assert finding.message.startswith("2 records")
    assert only(directory).status == "active"
    by_words = agency(
        "<AgencyDescription>DEL26 Was food help.</AgencyDescription>", SITE.format(PANTRY.format(""))
    )
    assert only(read(by_words)).status == "inactive"


@pytest.mark.parametrize(
    "secret",
    [
        "<PhysicalAddress Confidential='true'><Line1>9 Hidden Road</Line1><City>Boone</City><State>NC</State></PhysicalAddress>",
        "<PhysicalAddress><Line1>9 Hidden Road</Line1><City>Boone</City><State>NC</State><Confidential>true</Confidential></PhysicalAddress>",
        "<PhysicalAddress><ReasonWithheld>Safety</ReasonWithheld></PhysicalAddress>",
    ],
)
def test_a_confidential_place_is_shown_nowhere(secret, tmp_path):
    site = (
        f"<Site><Key>21</Key><Name>House</Name>{secret}<SpatialLocation><Datum>36.4111, -81.5111</Datum><Latitude>36.4111</Latitude>"
        f"<Longitude>-81.5111</Longitude></SpatialLocation>{PANTRY.format('')}</Site>"
    )
    shown = public(read(agency(site)), tmp_path)
    assert "Food Pantry" in shown
    assert not [trace for trace in ("Hidden", "36.41", "81.51") if trace in shown]


def test_the_place_of_what_is_not_for_the_website_is_hidden(tmp_path):
    site = SITE.format(PANTRY.format("")).replace("<Site ", "<Site ExcludeFromWebsite='true' ")
    shown = public(read(agency(site)), tmp_path)
    assert not [trace for trace in ("1 Elm Street", "36.2", "28607") if trace in shown]


def test_what_is_not_for_referral_is_not_offered():
    info = "<ResourceInfo AvailableForReferral='false' DateLastVerified='2026-09-01'/>"
    assert not list(cc.Matcher(read(agency(SITE.format(PANTRY.format(info))))).match("food pantry"))


def test_private_names_and_phones_are_shown_nowhere(tmp_path):
    private = (
        "<AKA><Name>Old Secret House</Name><Confidential>true</Confidential></AKA>"
        "<Phone Confidential='true'><PhoneNumber>828-555-0199</PhoneNumber></Phone>"
        "<URL Confidential='true'><Address>https://secret.example.org</Address></URL>"
    )
    shown = public(read(agency(private, SITE.format(PANTRY.format("")))), tmp_path)
    assert not [trace for trace in ("Old Secret", "0199", "secret.example.org") if trace in shown]


def test_the_flat_form_of_4_0_is_joined_by_its_ids():
    body = (
        "<Agency><AgencyID>A1</AgencyID><AgencyName>Laurel Help</AgencyName></Agency><Agency><AgencyID>A2</AgencyID><AgencyName>Alone</AgencyName></Agency>"
        "<Site><ID>S1</ID><AgencyID>A1</AgencyID><Title>Hall</Title><PhysicalAddress><Line1>1 Elm Street</Line1><City>Boone</City>"
        "<State>NC</State><PostalCode>28607</PostalCode></PhysicalAddress></Site>"
        "<Service><ID>V1</ID><Title>Food Pantry</Title><Description>Food</Description><AgencyID>A1</AgencyID></Service>"
        "<SiteService><ID>X1</ID><SiteID>S1</SiteID><ServiceID>V1</ServiceID><OpenHours><dayOpen>Tuesday</dayOpen>"
        "<TimeOpens>09:00:00</TimeOpens><TimeCloses>12:00:00</TimeCloses></OpenHours>"
        "<Taxonomy><TaxonomyCode>BD-1800.2000</TaxonomyCode><TaxonomyTerm>Food Pantries</TaxonomyTerm></Taxonomy></SiteService>"
    )
    directory = read(body, '<Source SoftwareVendor="Invented" SchemaVersion="4.0.0">')
    service = only(directory)
    (link,) = service.service_at_locations
    assert (service.organization.name, link.location.addresses[0].postal_code) == ("Laurel Help", "28607")
    assert [(s.byday, s.opens_at) for s in link.schedules] == [("TU", "09:00")]
    assert service.attributes[0].taxonomy_term.name == "Food Pantries"
    assert {o.name for o in directory.organizations.values()} == {"Laurel Help", "Alone"}


def test_a_broken_file_is_read_up_to_the_break():
    whole = agency(SITE.format(PANTRY.format("")))
    text = f"{HEAD}{SOURCE}\n{whole}\n<Agency><Key>11</Key><Name>Cut"
    directory = cc.read(io.BytesIO(text.encode()))
    (broken,) = [finding for finding in directory.findings if finding.rule == "broken-xml"]
    assert (broken.message, broken.action) == ("not well formed in line 4", "read up to there")
    assert only(directory).name == "Food Pantry"


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_declarations_are_refused(declared):
    text = f"{HEAD}<!-- c -->{SOURCE}".replace("<Source", f"{declared}<Source", 1)
    directory = cc.read(io.BytesIO(f"{text}{agency()}</Source>".encode()))
    assert not directory.organizations
    assert {"broken-xml", "unknown-form"} & rules(directory)


def test_elements_without_end_are_refused():
    assert "broken-xml" in rules(read("<Agency>" + "<Agency>" * 500))


@pytest.mark.parametrize("name", ["airs31.xml", "airs30_icarol.xml", "airs40.xml"])
def test_the_examples_of_the_three_versions_are_read(shared_data, name, tmp_path):
    directory = cc.read(shared_data / "formats" / name)
    expected = {
        "airs31.xml": {"Food pantry", "Night shelter"},
        "airs30_icarol.xml": {"Alder Help"},
        "airs40.xml": {"Food pantry"},
    }
    assert {service.name for service in directory.services.values()} == expected[name]
    shown = public(directory, tmp_path)
    assert not [trace for trace in ("36.4111", "Safety of residents", "Old Alder House") if trace in shown]
    if name == "airs40.xml":
        assert "1 Alder Way" not in shown
