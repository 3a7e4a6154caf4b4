"""Workbooks: every visible sheet is read as a CSV file would be, and what people mark by looks is told."""

from __future__ import annotations

import io
import sys
import zipfile
from datetime import date, time

import pytest
import xlsxwriter

import communityconnector as cc
from communityconnector import interchange
from communityconnector.interchange.files import workbook_marks

HEADER = ["Agency", "Program", "Address", "City", "State", "Zip", "Phone", "Hours"]
PANTRY = ["Alder Help", "Food Pantry", "1 Alder Way", "Boone", "NC", 28607, 8285550100, "Mon 9am-12pm"]


def book(path, fill, name="Sheet1"):
    with xlsxwriter.Workbook(path) as workbook:
        fill(workbook, workbook.add_worksheet(name))
    return path


def rows(sheet, *lines, first=0, style=None):
    for number, line in enumerate(lines, start=first):
        for column, value in enumerate(line):
            if value is not None:
                sheet.write(number, column, value, style)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "list.xlsx"


def rules(directory):
    return {finding.rule: finding for finding in directory.findings}


def test_a_sheet_is_read_as_its_csv(path, tmp_path):
    book(path, lambda _, sheet: rows(sheet, HEADER, PANTRY))
    plain = tmp_path / "list.csv"
    plain.write_text("\n".join(",".join(map(str, line)) for line in (HEADER, PANTRY)) + "\n")
    (one,), (other,) = (cc.read(file).services.values() for file in (path, plain))
    assert (one.name, one.organization.name) == ("Food Pantry", "Alder Help")
    assert one.phones[0].number == other.phones[0].number == "8285550100"
    assert one.service_at_locations[0].location.addresses[0].postal_code == "28607"
    assert [s.opens_at for s in one.schedules] == [s.opens_at for s in other.schedules] == ["09:00"]


def test_numbers_dates_and_times_are_what_a_person_sees(path):
    def fill(workbook, sheet):
        rows(sheet, ["Program", "Zip", "State", "Verified Date", "Monday Open", "Monday Close", "Phone"])
        rows(sheet, ["Food Pantry", 2118, "MA", None, None, None, 6175550100], first=1)
        sheet.write_datetime(1, 3, date(2026, 3, 2), workbook.add_format({"num_format": "m/d/yy"}))
        for column, hour in ((4, 9), (5, 12)):
            sheet.write_datetime(1, column, time(hour, 30), workbook.add_format({"num_format": "h:mm"}))

    (service,) = cc.read(book(path, fill)).services.values()
    assert service.service_at_locations[0].location.addresses[0].postal_code == "02118"
    assert service.assured_date == "2026-03-02"
    assert next((s.byday, s.opens_at, s.closes_at) for s in service.schedules) == ("MO", "09:30", "12:30")


def test_title_rows_sections_and_totals_are_no_services(path):
    def fill(_, sheet):
        rows(sheet, ["Resource list of the county"], [], HEADER, ["FOOD"], PANTRY, ["Total", 1])
        sheet.merge_range(0, 0, 0, 7, "Resource list of the county")

    directory = cc.read(book(path, fill))
    assert [service.name for service in directory.services.values()] == ["Food Pantry"]
    assert {"rows-before-header", "section-row", "total-row"} <= rules(directory).keys()
    assert rules(directory)["section-row"].line == 4


def test_an_agency_that_spans_rows_is_that_of_each(path):
    def fill(_, sheet):
        rows(
            sheet,
            HEADER,
            PANTRY,
            [None, "Clothes Closet", "2 Alder Way", "Boone", "NC", 28607, 8285550101, "Tue 9am-12pm"],
        )
        sheet.merge_range(1, 0, 2, 0, "Alder Help")

    directory = cc.read(book(path, fill))
    assert {(s.name, s.organization.name) for s in directory.services.values()} == {
        ("Food Pantry", "Alder Help"),
        ("Clothes Closet", "Alder Help"),
    }


def test_every_visible_sheet_is_read_and_a_hidden_one_is_told(path):
    def fill(workbook, sheet):
        rows(sheet, HEADER, PANTRY)
        rows(
            workbook.add_worksheet("Clinics"),
            ["Clinic", "Phone", "City"],
            ["Free Clinic", 8285550102, "Boone"],
        )
        secret = workbook.add_worksheet("Internal")
        rows(
            secret,
            HEADER,
            ["Hidden Agency", "Secret Shelter", "9 Hidden Road", "Boone", "NC", 28607, 8285550199, ""],
        )
        secret.hide()
        rows(workbook.add_worksheet("Codes"), ["1", "2"], ["3", "4"])

    directory = cc.read(book(path, fill, "Food"))
    assert {service.name for service in directory.services.values()} == {"Food Pantry", "Free Clinic"}
    hidden = rules(directory)["hidden-sheet"]
    assert (hidden.file, hidden.action) == ("list.xlsx/Internal", "not read")
    assert rules(directory)["unknown-table"].file == "list.xlsx/Codes"
    assert "Hidden" not in repr(directory.findings)


def test_rows_that_are_struck_through_no_longer_hold(path):
    def fill(workbook, sheet):
        strike = workbook.add_format({"font_strikeout": True})
        rows(sheet, HEADER, PANTRY)
        rows(sheet, ["Gone Help", "Old Pantry", "3 Alder Way"], first=2, style=strike)
        rows(sheet, ["New Help", "New Pantry"], first=3)
        sheet.write(3, 2, "5 Former Street", strike)

    directory = cc.read(book(path, fill))
    assert {service.name for service in directory.services.values()} == {"Food Pantry", "New Pantry"}
    struck = rules(directory)["struck-through"]
    assert (struck.count, struck.message) == (1, "rows that are struck through: 3")


def test_hidden_columns_are_not_read_and_hidden_rows_are_told(path, tmp_path):
    def fill(_, sheet):
        rows(sheet, [*HEADER, "Director's cell"], [*PANTRY, "828-555-0177"], ["Alder Help", "Coat Closet"])
        sheet.set_column(8, 8, None, None, {"hidden": True})
        sheet.set_row(2, None, None, {"hidden": True})

    directory = cc.read(book(path, fill))
    assert {service.name for service in directory.services.values()} == {"Food Pantry", "Coat Closet"}
    interchange.write(directory, tmp_path / "out.json", audience="steward")
    assert "0177" not in (tmp_path / "out.json").read_text()
    assert {"hidden-column", "hidden-row"} <= rules(directory).keys()


def test_tables_of_hsds_in_one_workbook_are_joined(path):
    def fill(workbook, sheet):
        rows(sheet, ["id", "name", "description"], ["o1", "Alder Help", "Helps."])
        services = workbook.add_worksheet("services")
        rows(services, ["id", "organization_id", "name", "status"], ["s1", "o1", "Food Pantry", "active"])

    (service,) = cc.read(book(path, fill, "organizations")).services.values()
    assert (service.id, service.organization.name) == ("s1", "Alder Help")


def test_a_workbook_within_a_zip_is_read(path, tmp_path):
    book(path, lambda _, sheet: rows(sheet, HEADER, PANTRY))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(path, "lists/list.xlsx")
    (service,) = cc.read(tmp_path / "all.zip").services.values()
    assert service.name == "Food Pantry"


def open_document(cells, **attributes):
    told = "".join(f' table:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    made = "".join(
        f"<table:table-row{told}>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in cells
    )
    names = " ".join(
        f'xmlns:{key}="urn:oasis:names:tc:opendocument:xmlns:{key}:1.0"'
        for key in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="Food">{made}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    file.seek(0)
    return file


def test_a_spreadsheet_of_openoffice_is_read():
    (service,) = cc.read(
        open_document([["Program", "City", "Phone"], ["Food Pantry", "Boone", "828-555-0100"]])
    ).services.values()
    assert (service.name, service.phones[0].number) == ("Food Pantry", "828-555-0100")


def test_a_row_repeated_without_end_is_refused():
    directory = cc.read(open_document([["Program", "City"]], number_rows_repeated=1_000_000))
    assert rules(directory)["too-large"].action == "not read"


def test_a_sheet_that_claims_to_be_endless_is_refused(path):
    def fill(_, sheet):
        rows(sheet, HEADER, PANTRY)
        sheet.write(1_048_575, 16_383, "x")

    directory = cc.read(book(path, fill))
    assert "20,000,000 cells" in rules(directory)["too-large"].message


def test_declarations_in_a_workbook_are_not_followed(path):
    book(path, lambda _, sheet: rows(sheet, HEADER, PANTRY))
    hostile = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(hostile, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/workbook.xml":
                content = content.replace(b"?>", b'?><!DOCTYPE w [<!ENTITY a "aaaa">]>', 1)
            target.writestr(name, content)
    assert workbook_marks.marks_of(hostile.getvalue()) == {}


@pytest.mark.parametrize("cut", [30, 500, -200, -20])
def test_a_broken_workbook_is_a_finding(path, tmp_path, cut):
    book(path, lambda _, sheet: rows(sheet, HEADER, PANTRY))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(path.read_bytes()[:cut])
    assert any(finding.action == "not read" for finding in cc.read(broken).findings)


def test_an_older_document_that_is_no_workbook_says_what_to_do(tmp_path):
    old = tmp_path / "list.xls"
    old.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert "save the list as .xlsx" in rules(cc.read(old))["unknown-form"].message


def test_without_the_reader_it_says_what_it_is_and_what_to_install(path, monkeypatch):
    def fill(workbook, sheet):
        rows(sheet, HEADER, PANTRY)
        workbook.add_worksheet("Other")

    book(path, fill)
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    finding = rules(cc.read(path))["unknown-form"]
    assert finding.message == (
        "an Excel workbook of 2 sheets: install communityconnector[excel], or save the sheet that holds the list as CSV (UTF-8)"
    )


def test_a_mapping_is_for_a_workbook_too(path):
    book(path, lambda _, sheet: rows(sheet, ["Wer", "Was"], ["Alder Help", "Food Pantry"]))
    mapping = cc.ColumnMapping({"Wer": "organization.name", "Was": "service.name"})
    (service,) = cc.read(path, mapping=mapping).services.values()
    assert (service.name, service.organization.name) == ("Food Pantry", "Alder Help")


def test_the_example_of_a_county_is_read_right(shared_data):
    directory = cc.read(shared_data / "formats" / "workbook.xlsx")
    found = {
        (s.organization.name if s.organization else s.name, s.phones[0].number if s.phones else "")
        for s in directory.services.values()
    }
    assert found == {
        ("Alder Help", "336-555-0100"), ("Alder Help", "336-555-0101"), ("Safe House", "336-555-0109"), ("Old Pantry", ""),
        ("Alder Clinic", ""),
    }  # fmt: skip
    public = repr(directory.for_audience("public").services)
    assert "Director" not in public
    assert [m.service.name for m in cc.Matcher(directory).match("food pantry", limit=None)].count(
        "Old Pantry"
    ) == 0
