"""Tables of a homeless system: joined by their ids, no place of a provider for victims, nothing of people who were helped."""

from __future__ import annotations

import pytest

import communityconnector as cc
from communityconnector import interchange

ORGANIZATION = "OrganizationID,OrganizationName,VictimServiceProvider,OrganizationCommonName,DateUpdated,DateDeleted,ExportID\n"
PROJECT = (
    "ProjectID,OrganizationID,ProjectName,ProjectCommonName,OperatingEndDate,ProjectType,TargetPopulation,DateUpdated,"
    "DateDeleted,ExportID\n"
)
PLACE = "ProjectCoCID,ProjectID,CoCCode,Geocode,Address1,Address2,City,State,ZIP,DateUpdated,DateDeleted,ExportID\n"


def write(folder, *, victims="0", target="4", deleted="", ended=""):
    (folder / "Organization.csv").write_text(f"{ORGANIZATION}1,Laurel Help,{victims},,2026-01-01,,e\n")
    (folder / "Project.csv").write_text(
        f"{PROJECT}10,1,Laurel Nights,,{ended},1,{target},2026-01-01,{deleted},e\n"
    )
    (folder / "ProjectCoC.csv").write_text(
        f"{PLACE}100,10,NC-501,371234,1 Elm Street,,Boone,NC,28607,2026-01-01,,e\n"
    )
    return folder


def only(directory):
    (service,) = directory.services.values()
    return service


def public(directory, tmp_path):
    interchange.write(directory, tmp_path / "out.json", audience="public")
    text = (tmp_path / "out.json").read_text()
    (tmp_path / "out.json").unlink()
    return text


def test_a_project_has_its_agency_and_its_place(tmp_path):
    directory = cc.read(write(tmp_path))
    service = only(directory)
    (address,) = service.service_at_locations[0].location.addresses
    assert (service.id, service.name, service.organization.name) == ("10", "Laurel Nights", "Laurel Help")
    assert (address.address_1, address.city, address.state_province, address.postal_code) == (
        "1 Elm Street", "Boone", "NC", "28607",
    )  # fmt: skip
    assert [attribute.label for attribute in service.attributes] == ["Emergency shelter"]
    assert (service.assured_date, service.last_modified) == (None, None)
    assert "Elm Street" in public(directory, tmp_path)


@pytest.mark.parametrize("marks", [{"victims": "1"}, {"victims": "99"}, {"target": "1"}])
def test_the_place_of_a_provider_for_victims_is_hidden(tmp_path, marks):
    directory = cc.read(write(tmp_path, **marks))
    shown = public(directory, tmp_path)
    assert "Laurel Nights" in shown
    assert "Elm Street" not in shown
    assert "28607" not in shown
    seen = only(directory.for_audience("public"))
    assert not [a for link in seen.service_at_locations for a in link.location.addresses]


def test_a_project_that_has_ended_says_so_and_a_deleted_one_is_told(tmp_path):
    assert only(cc.read(write(tmp_path, ended="2024-06-30"))).alert == "Last day: 2024-06-30"
    directory = cc.read(write(tmp_path, deleted="2026-02-01"))
    assert not directory.services
    assert "deleted-rows" in {finding.rule for finding in directory.findings}


def test_people_who_were_helped_are_never_read(tmp_path):
    head = "PersonalID,FirstName,LastName,SSN,DOB,VeteranStatus,DateUpdated,DateDeleted,ExportID\n"
    (write(tmp_path) / "Client.csv").write_text(
        f"{head}p1,Roleone,Roletwo,000000000,1900-01-01,0,2026-01-01,,e\n"
    )
    directory = cc.read(tmp_path)
    assert len(directory.services) == 1
    assert "Roleone" not in public(directory, tmp_path) + repr(directory.findings)


def test_a_row_without_ids_is_told(tmp_path):
    path = write(tmp_path) / "Project.csv"
    path.write_text(path.read_text() + ",,Nobody's Nights,,,1,4,2026-01-01,,e\n")
    directory = cc.read(tmp_path)
    assert len(directory.services) == 1
    assert "row-without-owner" in {finding.rule for finding in directory.findings}
