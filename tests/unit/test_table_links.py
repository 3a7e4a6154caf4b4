"""Tables of one source are tied as they say, whatever their keys are called and however they list them."""

from __future__ import annotations

import json

import pytest

from communityconnector import interchange

SERVICES = "id,organization_id,name,description,status\n1,1,Legal Clinic,Help,active\n2,1,Health Clinic,Care,active\n"
AGENCIES = "id,name,description\n1,Laurel House,x\n"


def read(folder, **tables):
    for name, text in {"services": SERVICES, "organizations": AGENCIES, **tables}.items():
        (folder / f"{name}.csv").write_text(text)
    return interchange.read(folder)


def findings_of(directory, rule):
    return [finding for finding in directory.findings if finding.rule == rule]


def test_an_owner_that_only_the_table_of_extras_holds_is_an_owner(tmp_path):
    area = {"id": "3", "name": "Ashe County"}
    at_location = {"id": "2", "description": "No place is known", "service_areas": [area]}
    service = {"id": "1", "name": "Legal Clinic", "status": "active", "service_at_locations": [at_location]}
    (tmp_path / "a.json").write_text(json.dumps([service]))
    interchange.write(interchange.read(tmp_path / "a.json"), tmp_path / "tables")
    back = interchange.read(tmp_path / "tables")
    assert not findings_of(back, "row-without-owner")
    (service,) = back.services.values()
    assert service.service_at_locations[0].service_areas[0].name == "Ashe County"


@pytest.mark.parametrize(
    "cell",
    [
        "1,2",
        "1;2",
        "1|2",
        "1 , 2",
        "['1', '2']",
        '["1","2"]',
        "1 2",
        "[1,2]",
        "2,1,2",
        "1/2",
        "1 and 2",
        "1 & 2",
        "{1,2}",
        "1.0;2.0",
    ],
)
def test_a_list_of_ids_gives_each_owner_its_own(tmp_path, cell):
    quoted = '"' + cell.replace('"', '""') + '"'
    directory = read(tmp_path, schedules=f"id,service_id,freq,byday,opens_at\n7,{quoted},WEEKLY,MO,09:00\n")
    schedules = [service.schedules for service in directory.services.values()]
    assert [[s.byday for s in held] for held in schedules] == [["MO"], ["MO"]]
    assert len({s.id for held in schedules for s in held}) == 2
    assert [(f.file, f.count) for f in findings_of(directory, "list-of-ids")] == [("schedules.csv", 1)]


@pytest.mark.parametrize("cell", ["1,9", "9;8", "a b"])
def test_a_list_with_unknown_ids_is_left_alone_and_reported(tmp_path, cell):
    directory = read(tmp_path, phones=f'id,service_id,number\n7,"{cell}",555-0101\n')
    assert [f.value for f in findings_of(directory, "dangling-reference")] == [cell]


def test_an_id_that_looks_like_a_list_is_an_id(tmp_path):
    services = SERVICES + '"1,2",1,Both,x,active\n'
    directory = read(tmp_path, services=services, phones='id,service_id,number\n7,"1,2",555-0101\n')
    assert [len(s.phones) for s in directory.services.values()] == [0, 0, 1]


KEYS = [
    ("service_recordid", "service_organization"),
    ("recordid", "organization_recordid"),
    ("ServiceID", "OrganizationId"),
    ("Service Id", "org_id"),
    ("service_id", "agency_id"),
    ("record_id", "provider_id"),
    ("service_uuid", "AgencyID"),
    ("fk_service", "fk_organization"),
    ("service_fk", "organization_fk"),
    ("id_servicio", "id_organizacion"),
    ("IdServicio", "agencia_id"),
]


@pytest.mark.parametrize(("key", "owner"), KEYS)
@pytest.mark.parametrize("ids", [("1", "2", "a"), ("recA1", "recB2", "recOrg9")])
def test_keys_under_other_names_tie_the_tables(tmp_path, key, owner, ids):
    one, two, agency = ids
    directory = read(
        tmp_path,
        services=f"{key},service_name,{owner},status\n{one},A,{agency},active\n{two},B,{agency},active\n",
        organizations=f"organization_recordid,organization_name\n{agency},Laurel House\n",
        phones=f"phone_recordid,phone_number,phone_services\np,555-0101,{one}\nq,555-0102,{two}\n",
    )
    assert list(directory.services) == [one, two]
    assert {s.organization.name for s in directory.services.values()} == {"Laurel House"}
    assert [[p.number for p in s.phones] for s in directory.services.values()] == [["555-0101"], ["555-0102"]]
    assert {f.path for f in findings_of(directory, "linked-by-value")} >= {"phone_services"}
    assert not findings_of(directory, "row-without-owner")


def test_a_cell_may_list_the_rows_of_another_table_from_either_side(tmp_path):
    directory = read(
        tmp_path,
        services='service_recordid,service_name,service_locations,service_taxonomy\n1,A,"31,32",41\n2,B,32,"41, 42"\n',
        organizations='organization_recordid,organization_name,organization_services\n11,Laurel House,"1,2"\n',
        locations="location_recordid,location_name\n31,Main\n32,Annex\n",
        taxonomies="taxonomy_recordid,taxonomy_name,taxonomy_parent_name\n41,Food,\n42,Legal,\n",
    )
    services = directory.services.values()
    assert [s.organization.name for s in services] == ["Laurel House"] * 2
    assert [[link.location.name for link in s.service_at_locations] for s in services] == [
        ["Main", "Annex"],
        ["Annex"],
    ]
    assert [[a.taxonomy_term.name for a in s.attributes] for s in services] == [["Food"], ["Food", "Legal"]]


def test_the_key_that_other_tables_use_is_the_tables_key(tmp_path):
    directory = read(
        tmp_path,
        services="id,service_recordid,name,status\n1,901,A,active\n2,902,B,active\n",
        phones="id,service_id,number\n1,902,555-0102\n2,901,555-0101\n",
    )
    assert {s.name: [p.number for p in s.phones] for s in directory.services.values()} == {
        "A": ["555-0101"],
        "B": ["555-0102"],
    }


def test_a_column_that_points_by_its_name_and_not_by_its_values_is_no_link(tmp_path):
    directory = read(tmp_path, phones="id,service_id,number,org_id\n7,1,555-0101,EIN-5\n")
    assert not findings_of(directory, "linked-by-value")
    assert directory.services["1"].phones[0].extra["org_id"] == "EIN-5"


@pytest.mark.parametrize("name", ["taxonomy_types", "lookup", "users", "x_services_log"])
def test_a_helper_table_beside_tables_of_hsds_is_no_list_of_services(tmp_path, name):
    helper = (
        "record,name,type,notes,phone\n1,Service Category,internal,a,555-0101\n2,Other,internal,b,555-0102\n"
    )
    directory = read(tmp_path, **{name: helper})
    assert len(directory.services) == 2
    (said,) = findings_of(directory, "unknown-table")
    assert "2 rows" in said.message
    assert said.file == f"{name}.csv"


def test_a_folder_of_plain_sheets_is_read_even_if_they_are_named_like_tables(tmp_path):
    header = "Name of Service,Organization Name,Phone Number,Address\n"
    (tmp_path / "food_services.csv").write_text(header + "Pantry,Laurel House,555-0101,1 Oak St\n")
    (tmp_path / "clinics.csv").write_text(header + "Clinic,Elk House,555-0102,2 Oak St\n")
    directory = interchange.read(tmp_path)
    assert sorted(s.name for s in directory.services.values()) == ["Clinic", "Pantry"]


@pytest.mark.parametrize("name", ["services", "locations", "organizations", "phones"])
def test_a_plain_sheet_is_read_as_one_whatever_it_is_called(tmp_path, name):
    text = "Program,Agency,Phone,Street,City,Zip,Hours\nPantry,Laurel House,555-0101,1 Oak St,Elk,28694,Mon 9am-1pm\n"
    (tmp_path / f"{name}.csv").write_text(text)
    (service,) = interchange.read(tmp_path / f"{name}.csv").services.values()
    assert (service.name, service.organization.name) == ("Pantry", "Laurel House")
    assert service.phones[0].number == "555-0101"


def test_rows_that_belong_to_nothing_are_an_error_with_table_and_count(tmp_path):
    directory = read(
        tmp_path,
        eligibility="id,service_id,eligibility\n,,Adults\n,,Families\n3,1,Elders\n",
        phones="id,service_id,number\n1,,555-0101\n2,1,555-0102\n",
    )
    said = {(f.file, f.severity, f.count) for f in findings_of(directory, "row-without-owner")}
    assert said == {("eligibility.csv", "error", 2), ("phones.csv", "error", 1)}
    assert directory.table("phone")["1"].number == "555-0101"
    assert {a.label for a in directory.table("attribute").values()} == {"Adults", "Families"}


def test_two_services_of_one_id_are_both_kept_whether_read_whole_or_one_by_one(tmp_path):
    services = SERVICES + "2,1,Food Pantry,Groceries,active\n"
    directory = read(tmp_path, services=services)
    assert sorted(s.name for s in directory.services.values()) == [
        "Food Pantry",
        "Health Clinic",
        "Legal Clinic",
    ]
    streamed = [r.name for r in interchange.records(tmp_path) if r.entity == "service"]
    assert sorted(streamed) == ["Food Pantry", "Health Clinic", "Legal Clinic"]
    assert [(f.file, f.entity, f.count) for f in findings_of(directory, "id-used-twice")] == [
        ("services.csv", "service", 1)
    ]


def test_a_flat_json_record_that_belongs_to_nothing_is_an_error(tmp_path):
    raw = '{"services": [{"id": "1", "name": "A", "status": "active"}], "phones": [{"id": "p", "number": "555-0101"}]}'
    (tmp_path / "a.json").write_text(raw)
    (said,) = findings_of(interchange.read(tmp_path / "a.json"), "row-without-owner")
    assert (said.severity, said.entity, said.record_id) == ("error", "phone", "p")


def test_a_list_of_ids_in_flat_json_gives_each_owner_its_own(tmp_path):
    services = '{"id": "1", "name": "A", "status": "active"}, {"id": "2", "name": "B", "status": "active"}'
    raw = (
        f'{{"services": [{services}], "phones": [{{"id": "p", "service_id": "1;2", "number": "555-0101"}}]}}'
    )
    (tmp_path / "a.json").write_text(raw)
    directory = interchange.read(tmp_path / "a.json")
    assert [[p.number for p in s.phones] for s in directory.services.values()] == [["555-0101"]] * 2
    assert [(f.entity, f.count) for f in findings_of(directory, "list-of-ids")] == [("phone", 1)]


def test_a_key_that_a_program_wrote_with_a_fraction_is_the_whole_number(tmp_path):
    directory = read(tmp_path, phones="id,service_id,number\n7,1.0,555-0101\n8,2.00,555-0102\n9,,555-0103\n")
    assert [[p.number for p in s.phones] for s in directory.services.values()] == [["555-0101"], ["555-0102"]]


@pytest.mark.parametrize(
    ("other", "apart"),
    [
        (("9 Birch St", "Sparta"), True), (("1 Oak Street", "Boone"), False), (("9 Birch St", "Boone"), False),
        (("1 Oak St", "Town of Boone"), False), (("", "Sparta"), False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("link", [{}, {"id": "1"}], ids=["link without id", "links of one id"])
def test_two_places_of_one_id_on_streets_of_different_towns_are_two(tmp_path, other, apart, link):
    services = []
    for number, (street, city) in enumerate((("1 Oak St", "Boone"), other)):
        place = {"id": "1", "addresses": [{"id": "1", "address_1": street, "city": city}]}
        services.append(
            {"id": f"s{number}", "name": "Food Pantry", "service_at_locations": [{**link, "location": place}]}
        )
    (tmp_path / "a.json").write_text(json.dumps(services))
    directory = interchange.read(tmp_path / "a.json")
    assert len(directory.locations) == 1 + apart
    if apart:
        shown = [s.service_at_locations[0].location.addresses for s in directory.services.values()]
        assert [[a.city for a in addresses] for addresses in shown] == [["Boone"], ["Sparta"]]


@pytest.mark.parametrize(
    ("agencies", "programs", "sites", "links"),
    [
        ("agency_id,agency_name", "program_id,agency_id,program_name", "site_id,agency_id,site_name", "program_id,site_id"),
        ("Agency ID,Agency Name", "Program ID,Agency ID,Program Name", "Site ID,Agency ID,Site Name", "Program ID,Site ID"),
        ("id,name", "id,organization_id,name", "id,organization_id,name", "id,program_id,location_id"),
    ],
)  # fmt: skip
def test_programs_are_services_where_a_source_has_no_others(tmp_path, agencies, programs, sites, links):
    number = "9," if links.startswith("id") else ""
    for name, text in {
        "agencies": f"{agencies}\na1,Laurel House\na2,Maple House\n",
        "programs": f"{programs}\np1,a2,Food Pantry\n",
        "sites": f"{sites},address,city,state,zip\nt1,a2,Main,1 Oak St,Boone,NC,28607\n",
        "program_sites": f"{links}\n{number}p1,t1\n",
    }.items():
        (tmp_path / f"{name}.csv").write_text(text)
    directory = interchange.read(tmp_path)
    (service,) = directory.services.values()
    assert (service.name, service.organization.name) == ("Food Pantry", "Maple House")
    (address,) = service.service_at_locations[0].location.addresses
    assert (address.address_1, address.city, address.postal_code) == ("1 Oak St", "Boone", "28607")
