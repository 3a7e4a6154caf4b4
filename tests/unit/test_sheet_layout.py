"""What people write around and between the rows of a sheet is no service, and nothing of it vanishes in silence."""

from __future__ import annotations

import io

import pytest

import communityconnector as cc

HEADER = "Agency,Program,Phone,Hours"
ROW = "Laurel,Food Pantry,828-555-0101,Mon-Fri 9-5"


def read(text, **more):
    file = io.BytesIO(text.encode("utf-8"))
    file.name = "list.csv"
    return cc.read(file, **more)


def rules(directory):
    return {finding.rule: finding for finding in directory.findings}


def names(directory):
    return [service.name for service in directory.services.values()]


@pytest.mark.parametrize(
    "before",
    [
        "Ashe County Resource List,,,\nUpdated Nov 2026,,,\n,,,\n",
        "Ashe County Resource List\n\n",
        '"Resources, by county"\n"Call before you go; hours change"\n',
        ",,Contact,\n",
        "Prepared by the library | 2026,,,\n" * 12,
    ],
)
def test_lines_above_the_header_are_skipped_and_reported(before):
    directory = read(f"{before}{HEADER}\n{ROW}\n")
    assert names(directory) == ["Food Pantry"]
    assert "rows-before-header" in rules(directory)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "Resources of the county\n", "sep={0}\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_delimiter_and_any_end_of_line_gives_the_same(mark, above, end):
    lines = [HEADER, ROW, "Maple,Night Shelter,828-555-0102,24/7", '"Oak, Inc.",Clinic,828-555-0103,']
    text = (
        above.format(mark)
        + "\n".join(lines).replace(",", mark).replace(f'"Oak{mark} Inc."', '"Oak, Inc."')
        + "\n"
    )
    directory = read(text.replace("\n", end))
    assert names(directory) == ["Food Pantry", "Night Shelter", "Clinic"]
    assert [agency.name for agency in directory.organizations.values()] == ["Laurel", "Maple", "Oak, Inc."]


def test_a_blank_before_a_quote_belongs_to_no_cell():
    directory = read('"Agency", "Program", "Address"\n"Laurel", "Pantry", "1 Oak St, Boone, NC 28607"\n')
    (service,) = directory.services.values()
    assert (service.name, service.service_at_locations[0].location.addresses[0].city) == ("Pantry", "Boone")


def test_lines_in_two_encodings_are_read_each_as_it_is():
    content = "Agency,Program,Phone\nPeña,Comida,1\n".encode() + "Muñoz,Ropa,2\n".encode("cp1252")
    directory = cc.read(io.BytesIO(content))
    assert [agency.name for agency in directory.organizations.values()] == ["Peña", "Muñoz"]
    assert "not-utf-8" in rules(directory)


def test_a_heading_is_the_category_of_what_follows_and_no_service():
    directory = read(
        f"{HEADER}\nFOOD,,,\n{ROW}\nHOUSING AND SHELTER,,,\nMaple,Night Shelter,828-555-0102,24/7\n"
    )
    assert names(directory) == ["Food Pantry", "Night Shelter"]
    labels = [[a.label for a in service.attributes] for service in directory.services.values()]
    assert labels == [["FOOD"], ["HOUSING AND SHELTER"]]
    assert rules(directory)["section-row"].line == 4


def test_a_sheet_of_little_but_names_has_no_headings():
    directory = read("Agency,Phone,Hours\nLaurel,,\nMaple,,\nOak,828-555-0101,\n")
    assert names(directory) == ["Laurel", "Maple", "Oak"]


def test_a_blank_agency_repeats_the_one_above_if_no_name_is_repeated():
    directory = read(
        f"{HEADER}\n{ROW}\n,Diaper Bank,828-555-0102,\nMaple,Shelter,828-555-0103,\n,Clinic,828-555-0104,\n"
    )
    assert [s.organization.name for s in directory.services.values()] == [
        "Laurel",
        "Laurel",
        "Maple",
        "Maple",
    ]
    findings = [finding for finding in directory.findings if finding.rule == "agency-from-above"]
    assert [(finding.line, finding.value) for finding in findings] == [(3, "Laurel"), (5, "Maple")]


@pytest.mark.parametrize(
    "rows",
    [
        f"{ROW}\nLaurel,Clothes,828-555-0103,\n,Diaper Bank,828-555-0102,\n",  # agencies are written every time
        f"{ROW}\n\n,Diaper Bank,828-555-0102,\n",  # a blank line ends the block
        f"{ROW}\nDIAPERS,,,\n,Diaper Bank,828-555-0102,\nMaple,Shelter,828-555-0103,\n",  # so does a heading
    ],
)
def test_elsewhere_a_blank_agency_is_unknown(rows):
    directory = read(f"{HEADER}\n{rows}")
    (bank,) = [service for service in directory.services.values() if service.name == "Diaper Bank"]
    assert bank.organization is None


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (HEADER, "repeated-header"),
        (HEADER.upper(), "repeated-header"),
        ("Total,2,,", "total-row"),
        ("Total agencies: 1,,,", "total-row"),
        ("GRAND TOTAL,1,,", "total-row"),
        ("Source: the county library,,,", "note-row"),
        ("* call before you go,,,", "note-row"),
        (",,828-555-0109,Mon 9-12", "row-without-name"),
    ],
)
def test_lines_that_are_no_services_are_named(line, rule):
    directory = read(f"{HEADER}\n{ROW}\n{line}\n")
    assert names(directory) == ["Food Pantry"]
    assert rules(directory)[rule].line == 3


@pytest.mark.parametrize(
    "help_row",
    ["Text,Text,[any number],Text", "(required),(required),xxx-xxx-xxxx,e.g. Mon 9-5", "string,string,string,string", "Enter the agency,Enter the program,,"],
)  # fmt: skip
def test_help_under_the_header_is_no_service(help_row):
    directory = read(f"{HEADER}\n{help_row}\n{ROW}\n")
    assert names(directory) == ["Food Pantry"]
    assert "help-row" in rules(directory)


@pytest.mark.parametrize(
    "name", ["Total Care Clinic", "Totally Kids", "Example House", "Select Health", "The Date Palm"]
)
def test_a_service_that_is_called_like_a_total_or_like_help_stays_one(name):
    assert names(read(f"{HEADER}\n{name},{name},828-555-0101,Mon 9-5\n")) == [name]


def test_a_table_without_a_name_says_which_columns_it_has_and_what_to_do(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Qué,Wo,Tel\nPantry,Boone,828-555-0101\nClinic,Boone,828-555-0102\n", encoding="utf-8")
    directory = cc.read(path)
    finding = rules(directory)["no-name-column"]
    assert not directory.services
    assert all(word in finding.message for word in ("Wo", "Tel", "--save-mapping", "service.name", "2 rows"))
    mapping = tmp_path / "mapping.toml"
    cc.ColumnMapping(directory.dataset["columns"]).save(mapping)
    mapping.write_text(
        mapping.read_text(encoding="utf-8").replace('"Qué"]\nfield = ""', '"Qué"]\nfield = "service.name"'),
        encoding="utf-8",
    )
    assert names(cc.read(path, mapping=mapping)) == ["Pantry", "Clinic"]


def test_columns_that_are_not_understood_are_listed_and_can_be_given_a_meaning():
    text = "Agency,Program,Phone,Wo\nLaurel,Pantry,828-555-0101,Boone\n"
    directory = read(text)
    assert "Wo" in rules(directory)["columns-not-understood"].message
    assert directory.dataset["columns"]["Wo"] == ""
    again = read(text, mapping=cc.ColumnMapping({**directory.dataset["columns"], "Wo": "location.city"}))
    (service,) = again.services.values()
    assert service.service_at_locations[0].location.addresses[0].city == "Boone"


def test_a_mapping_finds_its_header_below_other_lines():
    mapping = cc.ColumnMapping({"Was": "service.name", "Wo": "location.city"})
    assert names(read("A list\n\nWas,Wo\nPantry,Boone\n", mapping=mapping)) == ["Pantry"]


def test_rows_that_say_the_same_service_again_are_one():
    directory = read(
        "id,name,address,phone,description\n"
        "1,Food Pantry,1 Oak St,828-555-0101,First Thursday\n"
        "2,FOOD PANTRY,1 Oak St.,(828) 555-0101,Every Saturday\n"
        "3,Food Pantry,9 Elm St,828-555-0103,Fridays\n"
    )
    assert [(s.id, s.description) for s in directory.services.values()] == [
        ("1", "First Thursday\nEvery Saturday"), ("3", "Fridays"),
    ]  # fmt: skip
    assert "line 3" in rules(directory)["repeated-row"].message


@pytest.mark.parametrize(
    ("column", "one", "other"),
    [
        ("Hours", "Mon 9-12", "Tue 9-12"),
        ("Status", "active", "inactive"),
        ("Ages", "18+", "60+"),
        ("City", "Boone", "Lenoir"),
    ],
)
def test_rows_that_contradict_each_other_are_not_one(column, one, other):
    text = f"Name,Address,Phone,{column}\nPantry,1 Oak St,828-555-0101,{one}\nPantry,1 Oak St,828-555-0101,{other}\n"
    assert len(read(text).services) == 2


def test_rows_of_agencies_and_sites_beside_programs_are_no_services():
    directory = read(
        "ResourceAgencyNum,PublicName,TaxonomyLevelName,ParentAgency,Phone1Number\n"
        "1,Laurel,Agency,,828-555-0101\n2,Main Site,Site,Laurel,\n3,Pantry,Program,Laurel,828-555-0102\n4,,ProgramAtSite,,\n"
    )
    assert names(directory) == ["Pantry"]
    assert rules(directory)["level-not-read"].count == 3
    sites = read("PublicName,TaxonomyLevelName,Phone1Number\nMain Site,Site,828-555-0101\n")
    assert names(sites) == ["Main Site"]


LEVELS = (
    "ResourceAgencyNum,PublicName,TaxonomyLevelName,ParentAgency,ParentAgencyNum,PhysicalAddress1,PhysicalCity,Latitude,Longitude,"
    "PhysicalAddressIsPrivate,Phone1Number,HoursOfOperation,AgencyStatus,ExcludeFromWebsite,ConnectsToSiteNum,ConnectsToProgramNum,Notes\n"
    "1,Laurel,Agency,,0,,,,,,,,Active,,,,\n"
    "2,Main Site,Site,Laurel,1,1 Oak St,Boone,36.21,-81.67,No,828-555-0102,Mon 9am-noon,Active,,,,\n"
    "3,West Site,Site,Laurel,1,3 Elm St,Boone,36.25,-81.70,{private},828-555-0103,,{state},,,,\n"
    "4,Pantry,Program,Laurel,1,,,,,,828-555-0104,,Active,{excluded},,,\n"
    "5,Clothes,Program,Laurel,2,,,,,,,,Active,,,,\n"
    "6,,ProgramAtSite,,1,,,,,{link},,,Active,,2,4,{note}\n"
    "7,,ProgramAtSite,,1,,,,,,,Tue 1pm-3pm,Active,,3,4,\n"
)


def streets(directory):
    """The streets that the public sees, by service."""
    return {
        service.name: sorted(
            address.address_1
            for link in service.service_at_locations
            if link.location
            for address in link.location.addresses
            if address.address_1
        )
        for service in directory.for_audience("public").services.values()
    }


def levels(**cells):
    return read(
        LEVELS.format(**{"private": "No", "state": "Active", "excluded": "", "link": "", "note": "", **cells})
    )


def test_programs_are_at_the_sites_that_rows_of_their_own_join_them_to():
    directory = levels()
    assert streets(directory) == {"Pantry": ["1 Oak St", "3 Elm St"], "Clothes": ["1 Oak St"]}
    (pantry,) = (service for service in directory.services.values() if service.name == "Pantry")
    main, west = sorted(pantry.service_at_locations, key=lambda link: link.location.name)
    assert main.location.phones[0].number == "828-555-0102"
    assert main.location.schedules[0].byday == "MO"
    assert west.schedules[0].byday == "TU"
    assert rules(directory)["sites-joined"].count == 3
    assert rules(directory)["level-not-read"].count == 1


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"private": "Yes"}, {"Pantry": ["1 Oak St"], "Clothes": ["1 Oak St"]}),
        ({"state": "Inactive"}, {"Pantry": ["1 Oak St"], "Clothes": ["1 Oak St"]}),
        # What stands at a hidden street and point would give these away.
        ({"excluded": "Yes"}, {"Pantry": [], "Clothes": []}),
        ({"link": "Yes"}, {"Pantry": ["3 Elm St"], "Clothes": []}),
        ({"note": "Confidential location"}, {"Pantry": ["3 Elm St"], "Clothes": []}),
    ],
    ids=str,
)
def test_a_private_mark_in_any_row_hides_the_joined_place(cells, expected):
    assert streets(levels(**cells)) == expected


def test_sites_are_services_where_hardly_any_program_is_joined_to_them():
    rows = "".join(f"{n},Site {n},Site,Laurel,828-555-01{n}\n" for n in range(10, 20))
    directory = read(
        "ResourceAgencyNum,PublicName,TaxonomyLevelName,ParentAgency,Phone1Number,ConnectsToSiteNum,ConnectsToProgramNum\n"
        f"{rows}30,Pantry,Program,Laurel,828-555-0130,,\n31,,ProgramAtSite,,,10,30\n"
    )
    assert len(directory.services) == 10


def test_a_plain_sheet_is_read_whatever_its_file_is_called(tmp_path):
    text = "Name of Service,Organization Name,Description,Phone Number,Address\nPantry,Laurel,Food,828-555-0101,1 Oak St\n"
    for name in ("ours.csv", "services.csv", "locations.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (service,) = cc.read(tmp_path / name).services.values()
        assert (service.name, service.organization.name) == ("Pantry", "Laurel")


def test_a_name_alone_between_rows_is_a_service_where_headings_look_otherwise():
    rows = f"{ROW}\nMaple,,,\nOak,Clinic,828-555-0103,\n"
    assert names(read(f"{HEADER}\n{rows}")) == ["Food Pantry", "Maple", "Clinic"]
    assert names(read(f"{HEADER}\n- FOOD -,,,\n{rows}")) == ["Food Pantry", "Maple", "Clinic"]
    assert names(read(f"{HEADER}\nFood,,,\n{ROW}\nHousing,,,\nOak,Clinic,828-555-0103,\n")) == [
        "Food Pantry",
        "Clinic",
    ]


def test_a_second_table_under_the_first_has_its_own_columns():
    directory = read(f"{HEADER}\n{ROW}\n\nAgency,Address,Email\nMaple,1 Oak St,maple@example.org\n")
    maple = list(directory.services.values())[1]
    assert (maple.name, maple.email) == ("Maple", "maple@example.org")
    assert maple.service_at_locations[0].location.addresses[0].address_1 == "1 Oak St"
    assert set(directory.dataset["columns"]) == {"Agency", "Program", "Phone", "Hours", "Address", "Email"}


def test_two_columns_of_one_name_are_reported_once():
    directory = read("Name,Phone,Phone,Hours\nPantry,828-555-0101,828-555-0102,Mon 9-5\n")
    assert [finding.rule for finding in directory.findings].count("duplicate-column") == 1
    (service,) = directory.services.values()
    assert [phone.number for phone in service.phones] == ["828-555-0101", "828-555-0102"]


def test_a_sheet_whose_names_stand_in_its_first_column_is_turned():
    directory = read(
        "Name,Pantry,Clinic\nPhone,828-555-0101,828-555-0102\nAddress,1 Oak St,2 Elm St\nHours,Mon 9-5,Tue 9-5\n"
    )
    assert [(s.name, s.phones[0].number) for s in directory.services.values()] == [
        ("Pantry", "828-555-0101"), ("Clinic", "828-555-0102"),
    ]  # fmt: skip
    assert "sheet-turned" in rules(directory)


def test_a_row_of_a_list_is_no_header_because_its_words_could_name_columns():
    directory = read("Wie,Was,Wo\nPantry,Food,28607\nSite,Program,828-555-0101\n")
    assert not directory.services


@pytest.mark.parametrize("foot", ["Page 1 of 2", "p\u00e1gina 2", "Pg. 3", "Page 1/4"])
def test_the_foot_of_a_page_is_no_service(foot):
    directory = read(
        f"Agency,Program,Phone\nLaurel,Pantry,828-555-0101\n{foot},,\nMaple,Diapers,828-555-0102\n"
    )
    assert names(directory) == ["Pantry", "Diapers"]
