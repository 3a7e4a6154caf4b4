"""What a column means is known by the words of its name, in whatever way they are written."""

from __future__ import annotations

import io

import pytest

import communityconnector as cc
from communityconnector.interchange.sheets.column_fields import FIELDS
from communityconnector.interchange.sheets.column_meaning import meaning_of, meanings
from communityconnector.interchange.sheets.column_words import words_of
from communityconnector.interchange.sheets.signs import looks_like_spreadsheet

MEANT = {
    "service.name": ["Name", "PROGRAM_NAME", "Program/Service", "Nombre del servicio", "Name of Service", "publicName"],
    "organization.name": [
        "Agency", "ORGANIZATIONNAME", "Org. Name", "Agency/Organization Name", "Nombre de la organización", "ParentAgency",
        "What is the name of your organization?", "Operated by", "Provider__c",
    ],
    "location.address": ["Full Address", "Dirección", "Site Address", "service_location_address"],
    "location.address_1": ["PhysicalAddress1", "Street Address", "Address Line 1", "ADDRESS_LINE_1__C", "addr:street"],
    "location.address_2": ["SITE_address2", "Address 2", "Suite"],
    "location.house_number": ["Street #", "addr:housenumber"],
    "location.city": ["City/Town", "PhysicalCity", "Ciudad", "addr:city"],
    "location.state_province": ["PhysicalStateProvince", "State Abbreviation", "St.", "Estado"],
    "location.postal_code": ["ZIP", "Zip Code*", "Postal_Code", "Código postal", "PHYSICALPOSTALCODE"],
    "location.latitude": ["Lat", "Google Lat", "Y Coordinate", "Latitude (decimal degrees)"],
    "location.longitude": ["lng", "Long", "X_Coord", "LONGITUDE"],
    "location.point": ["Lat/Long", "GPS Coordinates", "the_geom", "Geo Location"],
    "phones": [
        "Phone1Number", "Phone 2", "Tel #", "PHONENUMBER", "Teléfono", "Site Telephone Number", "contact:phone",
        "Phone number (for the public)", "TELÉFONO 1",
    ],
    "phones.toll_free": ["Toll-Free Phone Number", "Hotline"],
    "phones.tty": ["TTY phone number", "PhoneTTY"],
    "phones.extension": ["Ext.", "PhoneExtension"],
    "service.email": ["E-mail Address", "EmailAddress", "Correo electrónico"],
    "service.url": ["Web Page", "WebsiteAddress", "Página web", "Website 2"],
    "schedules": [
        "HoursOfOperation", "Hours (M-F)", "Days/Hours of Operation", "Horario de atención", "opening_hours",
        "What are your hours of operation?",
    ],
    "schedules.days": ["Day of Week", "Días"],
    "schedules.opens": ["Start Time", "Open Time"],
    "schedules.closes": ["End_Time", "Closing Time"],
    "schedules.day": ["Mon", "TUESDAY HOURS", "Lunes", "fp_wed", "Sat & Sun", "Mon-Fri"],
    "schedules.day_opens": ["MONDAY_OPEN_TIME__C", "Open Friday", "fp_mon_open1"],
    "schedules.day_closes": ["MONDAY_CLOSED_TIME__C", "Close Friday", "fp_mon_close1"],
    "service.assured_date": ["Last Verified", "Resource Verified Date", "LastVerifiedOn", "Date Reviewed", "Fecha de verificación"],
    "service.last_modified": ["Last Updated", "UpdatedOn", "LASTMODIFIEDDATE", "updated_at", "EditDate", "Última actualización"],
    "service.eligibility_description": ["Requirements", "Requisitos de elegibilidad", "Who Is Served", "ELIGIBILITY"],
    "required_documents": ["What to Bring", "Documents Required", "Qué traer", "ID required"],
    "service.minimum_age": ["Minimum Age Requirement", "service_min_age", "Edad mínima"],
    "languages": ["Languages Spoken", "LanguagesOffered", "Idiomas que hablan", "Language 2"],
    "attributes": ["Category", "Service Type", "TaxonomyTerms", "Program List", "Tipo"],
    "service_areas": ["Counties Served", "Areas Served (Counties)", "CoverageArea"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "name"), [(field, name) for field, names in MEANT.items() for name in names]
)
def test_names_that_people_write_are_understood(field, name):
    assert meaning_of(name) == field


@pytest.mark.parametrize(
    "name",
    [
        "Volunteer Phone", "Staff Email", "Director Name", "Home Address", "Mailing Address", "Billing City", "Verified By",
        "Last Updated By", "Number of Clients Served", "Date of Birth", "Hours per Week", "Phone 1 Name", "Phone Type", "Zip+4",
        "Parent Agency ID", "Date Added", "Internal Notes", "Your name", "Case Manager Phone", "Address Type", "Start Date",
    ],
)  # fmt: skip
def test_columns_about_other_people_or_things_are_ignored(name):
    assert meaning_of(name) in {"", "aside"}


@pytest.mark.parametrize(
    "name",
    ["Date Added", "Internal Notes", "Match_type", "Score", "GlobalID", "EnteredOn", "Resource Created Date"],
)
def test_what_a_program_keeps_for_itself_is_set_aside(name):
    assert meaning_of(name) == "aside"
    text = f"Program,City,Phone,{name}\nFood Pantry,Boone,828-555-0100,something\n"
    directory = cc.read(io.StringIO(text))
    (service,) = directory.services.values()
    assert "something" in service.extra.values()
    assert "columns-not-understood" not in {finding.rule for finding in directory.findings}


def test_no_two_fields_are_called_by_the_same_words():
    seen: dict[frozenset[str], str] = {}
    for field, names in FIELDS.items():
        for name in names.split(", "):
            assert seen.setdefault(words_of(name)[0], field) == field, name
            assert meaning_of(name) == field, name


def test_a_prefix_of_all_columns_is_ignored():
    header = ["wpx_name", "wpx_phone", "wpx_city", "wpx_zip"]
    assert list(meanings(header).values()) == [
        "service.name", "phones", "location.city", "location.postal_code",
    ]  # fmt: skip
    header = [
        "content_post_title",
        "content_body",
        "content_date",
        "shop_location__city",
        "shop_location__zip",
        "shop_contact__phone",
    ]
    assert list(meanings(header).values()) == [
        "service.name", "service.description", "", "location.city", "location.postal_code", "phones",
    ]  # fmt: skip
    assert set(meanings(["volunteer name", "volunteer phone", "volunteer city"]).values()) == {""}


def test_names_cut_to_ten_letters_are_completed_where_one_field_fits():
    assert meaning_of("Pantry_Nam") == "location.name"
    assert meaning_of("Postal_Cod") == "location.postal_code"


@pytest.mark.parametrize(
    ("header", "named"),
    [
        (["Site Name", "Address", "Phone"], "Site Name"),
        (["Agency", "Site Name", "Phone"], "Site Name"),
        (["Name", "Service", "Phone"], "Service"),
        (["Agency", "Name", "Program"], "Name"),
        (["Location", "Phone", "Hours"], "Location"),
    ],
)
def test_one_column_names_the_service(header, named):
    columns = meanings(header)
    assert [column for column, field in columns.items() if field == "service.name"] == [named]


def test_an_agencys_address_is_the_services_only_where_there_is_no_other():
    assert meanings(["Program", "Agency Address", "Site Address"])["Agency Address"] == ""
    assert meanings(["Program", "Agency Address"])["Agency Address"] == "location.address"


def test_the_status_of_a_program_that_looked_up_addresses_is_no_status_of_a_service():
    rows = [{"Name": "A", "Status": "M", "Score": "100"}, {"Name": "B", "Status": "U", "Score": "0"}]
    assert meanings(["Name", "Status", "Score"], rows)["Status"] == ""
    rows = [{"Name": "A", "Status": "Active", "Score": "100"}]
    assert meanings(["Name", "Status", "Score"], rows)["Status"] == "service.status"


def test_x_and_y_are_degrees_only_where_they_can_be():
    degrees = [{"Name": "A", "X": "-81.5", "Y": "36.4"}]
    metres = [{"Name": "A", "X": "-9072540", "Y": "4357000"}]
    assert meanings(["Name", "X", "Y"], degrees)["X"] == "location.longitude"
    assert meanings(["Name", "X", "Y"], metres)["Y"] == ""


def test_cells_say_what_a_name_leaves_open():
    phones = [{"Agency": "A", "Contact": "828-555-0101", "Location": "12 Oak St, Boone"}]
    columns = meanings(["Agency", "Contact", "Location"], phones)
    assert (columns["Contact"], columns["Location"]) == ("phones", "location.address")


def test_an_id_must_tell_rows_apart():
    assert meanings(["ID", "Name"], [{"ID": "1"}, {"ID": "2"}])["ID"] == "service.id"
    assert meanings(["ID", "Name"], [{"ID": "1"}, {"ID": "1"}])["ID"] == ""


def test_a_place_with_a_name_and_a_point_is_no_service():
    assert not looks_like_spreadsheet(["NAME", "Latitude", "Longitude"])


def test_placeholder_column_names_are_ignored():
    for name in ("", "\x00", "---", "?" * 100_000, "x" * 100_000, "a b " * 30_000):
        assert meaning_of(name) == ""


@pytest.mark.parametrize("column", ["Business Name", "Food Pantry Name", "Entity Name", "Kitchen name"])
def test_the_only_name_column_names_the_service(column):
    assert meanings([column, "Address", "Phone"])[column] == "service.name"


@pytest.mark.parametrize("column", ["Contact Name", "First Name", "File name", "Street name", "Column name"])
def test_a_persons_or_things_name_does_not_name_the_service(column):
    assert meanings([column, "Address", "Phone"])[column] != "service.name"
