"""Files shaped like those that libraries are really handed are answered rightly, or it is said that they are unknown.

The files are not part of this project; without them these tests are skipped. Each kind of fault has its own tests
elsewhere, with input of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import communityconnector as cc
from communityconnector.model import Harm

SHARED = Path(os.environ.get("COMMUNITYCONNECTOR_SHARED", Path(__file__).parents[3] / "shared"))
CASES = SHARED / "cases"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(), reason="needs the folder of such files beside the project"
)
NEW_YORK = ZoneInfo("America/New_York")


def read(name):
    return cc.read(CASES / name)


def rules(directory):
    return {finding.rule for finding in directory.findings}


def harms(directory):
    return {finding.harm for finding in directory.findings}


def named(directory, name):
    (found,) = [s for s in directory.services.values() if s.name == name]
    return found


def only(directory):
    (found,) = directory.services.values()
    return found


def place(service):
    return service.service_at_locations[0].location


def answers(directory, criterion, **need):
    """What one criterion says of each service, by its agency's name, else by its own."""
    matcher = cc.Matcher(
        directory, zone="America/New_York", clock=lambda: datetime(2026, 11, 30, 12, tzinfo=UTC)
    )
    asked = cc.Need(**{"text": "food pantry", **need})
    by_service = {}
    for key, service in matcher.directory.services.items():
        for explanation in matcher.explain(asked, key):
            reason = next((r for r in explanation.reasons if r.criterion == criterion), None)
            agency = service.organization.name if service.organization else ""
            by_service[service.name if agency in ("", "Laurel House", "Corner House") else agency] = (
                reason and str(reason.answer)
            )
    return by_service


def open_at(name, day, clock, **need):
    moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=NEW_YORK)
    return answers(read(name), "open_at", open_at=moment, **need)


def offered(directory, text, **need):
    """Services that are shown as fitting, by name, best first."""
    matcher = cc.Matcher(
        directory, zone="America/New_York", clock=lambda: datetime(2026, 11, 30, 12, tzinfo=UTC)
    )
    return [match.service.name for match in matcher.match(cc.Need(text, **need))]


# Hours


def test_an_ordinal_after_a_span_makes_it_monthly_or_unknown():
    states = open_at("01-ordinal-after-span/hours.csv", "2026-12-05", "10:30")
    assert len(states) == 4
    assert "met" not in states.values()


def test_a_closed_ordinal_or_a_day_without_times_is_not_open():
    assert "met" not in open_at("02-closed-ordinal-and-bare-days/hours.csv", "2026-12-04", "10:30").values()


def test_twelve_am_in_daytime_hours_is_doubtful():
    states = open_at("03-12am-for-noon/hours.csv", "2026-12-02", "01:00")
    assert set(states.values()) == {"unknown"}


@pytest.mark.parametrize("name", ["hours.csv", "weekly.json"])
def test_a_span_of_twenty_hours_is_doubtful(name):
    directory = read(f"04-span-of-20-hours/{name}")
    assert rules(directory) & {"implausible-span", "hours-not-read"}
    states = open_at(f"04-span-of-20-hours/{name}", "2026-12-02", "23:30")
    assert set(states.values()) == {"unknown"}


def test_a_holiday_schedule_overrides_the_weekly_hours():
    name = "05-holiday-schedule-1x"
    assert open_at(name, "2026-12-22", "10:00") == {"Corner Food Pantry": "unmet"}
    assert open_at(name, "2026-12-08", "15:00") == {"Corner Food Pantry": "unmet"}
    assert open_at(name, "2026-12-08", "10:00") == {"Corner Food Pantry": "met"}
    assert open_at(name, "2026-12-09", "15:00") == {"Corner Food Pantry": "met"}


@pytest.mark.parametrize("name", ["shorter.json", "weekly.json"])
def test_a_schedule_for_the_very_day_overrides_the_weekly_hours(name):
    assert open_at(f"06-exception-3x/{name}", "2026-12-24", "15:00")["Corner Food Pantry"] != "met"
    assert open_at(f"06-exception-3x/{name}", "2026-12-23", "15:00")["Corner Food Pantry"] == "met"


@pytest.mark.parametrize(
    ("name", "day", "wanted"),
    [
        ("bysetpos.json", "2026-12-06", {"unmet", "unknown"}),
        ("bysetpos.json", "2026-12-13", {"met", "unknown"}),
        ("bymonth.json", "2026-12-06", {"unmet", "unknown"}),
        ("exdate.json", "2026-12-25", {"unmet", "unknown"}),
        ("exdate.json", "2026-12-18", {"met", "unknown"}),
    ],
)
def test_no_part_of_a_rule_is_dropped_so_that_hours_grow(name, day, wanted):
    assert open_at(f"07-rrule-parts-ignored/{name}", day, "14:30")["Corner Food Pantry"] in wanted


@pytest.mark.parametrize("name", ["weekly.json", "label.json"])
def test_a_schedules_own_zone_counts(name):
    assert open_at(f"08-schedule-timezone/{name}", "2026-12-02", "13:00") == {"Corner Food Pantry": "met"}
    assert open_at(f"08-schedule-timezone/{name}", "2026-12-02", "10:00") == {"Corner Food Pantry": "unmet"}


def test_twenty_four_hours_and_short_times_are_read_in_any_column():
    states = open_at("d20-times", "2026-12-02", "03:00")
    assert (states["Legal Clinic"], states["Health Clinic"]) == ("met", "unmet")
    assert open_at("d20-times", "2026-12-02", "10:00")["Health Clinic"] == "met"


def test_a_column_a_day_is_read_as_hours():
    name = "25-day-columns/days.csv"
    found = {day: open_at(name, f"2026-12-0{day}", "10:00")["Laurel"] for day in (1, 2, 5)}
    assert found == {1: "met", 2: "unmet", 5: "unknown"}


# Privacy


@pytest.mark.parametrize(
    "name", ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "f.csv", "g.csv", "flags.json"]
)
def test_any_privacy_mark_of_a_file_hides_the_place(name):
    matcher = cc.Matcher(read(f"09-private-flag-columns/{name}"))
    (match,) = matcher.match(cc.Need("transitional housing", near="28607"))
    assert match.location.name == "Confidential location"
    assert match.distance is None
    text = json.dumps(match.to_dict(), default=str)
    assert not any(secret in text for secret in ("Hidden Lane", "36.21", "-81.67"))


def test_bystanders_at_one_point_stay_visible():
    public = read("d10-centroid-point-hides-a-whole-zip").for_audience("public")
    shown = {key: place.point for key, place in public.locations.items()}
    assert shown.pop("1") is None
    assert len(shown) == 6
    assert None not in shown.values()


def test_one_programs_secrecy_does_not_hide_its_agency():
    directory = read("d10b-one-program-hides-the-agency")
    shown = directory.for_audience("public").locations
    assert all(shown[key].point is not None for key in ("2", "3", "4"))


# Identity


@pytest.mark.parametrize(
    "name", ["d01-children-of-id-less-records/two.json", "d01b-flat-services-share-a-phone/two.ndjson"]
)
def test_records_without_ids_keep_their_own_children(name):
    services = read(name).services.values()
    assert sorted(phone.number for s in services for phone in s.phones) == ["828-555-0101", "828-555-0102"]
    assert all(len(s.phones) == 1 for s in services)


def test_houses_of_two_nameless_agencies_are_two():
    assert len(read("d01-children-of-id-less-records/two.json").locations) == 2


def test_rows_that_repeat_an_id_are_all_kept():
    directory = read("d02-repeated-ids-in-child-table")
    assert {x.name for x in named(directory, "Legal Clinic").languages} == {
        "English",
        "Spanish",
        "Haitian Creole",
    }
    assert "Legal Clinic" in offered(directory, "legal help", language="es")
    assert "id-used-twice" in rules(directory)


@pytest.mark.parametrize("name", ["d02b-repeated-schedule-id", "d03-list-in-foreign-key"])
def test_both_owners_of_one_schedule_id_have_it(name):
    directory = read(name)
    assert all(len(s.schedules) == 1 for s in directory.services.values())
    assert {Harm.GUESSED, Harm.MENDED} & harms(directory)


def test_keys_of_another_system_are_followed():
    directory = read("d04-recordid-dialect")
    assert {s.name for s in directory.services.values()} == {"Legal Clinic", "Food Pantry"}
    assert all(s.organization.name == "Laurel House" for s in directory.services.values())
    assert all(place(s).point is not None for s in directory.services.values())
    assert {term.name for term in directory.taxonomy_terms.values()} == {
        "Food Pantry",
        "Legal Aid",
        "Dental Care",
    }
    terms = {s.name: s.attributes[0].taxonomy_term.name for s in directory.services.values()}
    assert terms == {"Legal Clinic": "Legal Aid", "Food Pantry": "Food Pantry"}


def test_a_helper_table_is_no_service():
    directory = read("d05-auxiliary-table-becomes-services")
    assert len(directory.services) == 2
    assert "unknown-table" in rules(directory)


def test_nested_attributes_of_an_older_api_are_read():
    directory = read("d06-ohana-nested-attributes/a.json")
    service = only(directory)
    assert service.name == "Food Pantry"
    assert place(service).point is not None
    assert place(service).addresses[0].address_1 == "1 Laurel Lane"
    offer = directory.offers_of(service.id)[0]
    assert [phone.number for phone in offer.phones] == ["828-555-0101"]


def test_rows_that_belong_to_nothing_are_an_error_with_table_and_count():
    errors = [f for f in read("d15-orphan-rows-silent").findings if f.severity == "error"]
    assert any("eligibility" in (f.file + f.message) and (f.count == 2 or "2" in f.message) for f in errors)


def test_dropped_values_are_reported_separately_and_kept():
    directory = read("d16-cap-hides-dropped")
    (lost,) = [f for f in directory.findings if f.harm is Harm.LOST]
    assert (lost.rule, lost.value) == ("not-a-time", "9:0zz")
    assert directory.findings[0] == lost
    (schedule,) = named(directory, "Health Clinic").schedules
    assert "9:0zz" in schedule.extra.values()


@pytest.mark.parametrize("name", ["anything.json", "schedule.json"])
def test_content_counts_more_than_a_files_name(name):
    assert only(read(f"29-file-name-decides/{name}")).name == "Corner Food Pantry"


def test_a_plain_sheet_is_read_alike_under_any_name():
    ours, services = (read(f"d17-plain-sheet-named-services/{name}.csv") for name in ("ours", "services"))
    for directory in (ours, services):
        service = only(directory)
        assert (service.name, service.organization.name, service.description) == (
            "Food Pantry", "Laurel House", "Groceries",
        )  # fmt: skip
        assert place(service).addresses[0].city == "West Jefferson"
        assert service.phones[0].number == "828-555-0101"


# Forms


def test_a_space_before_a_quote_is_no_part_of_the_value():
    service = only(read("10-space-before-quote/sheet.csv"))
    (address,) = place(service).addresses
    assert (service.name, service.phones[0].number) == ("Food Pantry", "828-555-0101")
    assert (address.address_1, address.city, address.state_province, address.postal_code) == (
        "1 Laurel Lane", "West Jefferson", "NC", "28694",
    )  # fmt: skip


def test_features_of_a_map_are_one_service_each():
    directory = read("11-geojson-as-one-service/shelters.geojson")
    points = {s.name: place(s).point for s in directory.services.values()}
    assert set(points) == {"Riverside Night Shelter", "Hilltop Night Shelter"}
    assert all(point is not None and round(point.latitude, 2) == 38.85 for point in points.values())


@pytest.mark.parametrize(
    ("name", "services"), [("airtable", 1), ("keyed", 1), ("overpass", 1), ("socrata", 1)]
)
def test_json_that_is_not_a_directory_is_read_or_reported_as_unknown(name, services):
    directory = read(f"15-json-not-hsds-vanishes/{name}.json")
    unknown = [f for f in directory.findings if f.rule == "unknown-form"]
    assert len(directory.services) == services or (unknown and "1" in unknown[0].message)
    if directory.services:
        assert "antry" in only(directory).name or "Food Bank" in only(directory).name


@pytest.mark.parametrize("name", ["sep.csv", "title.csv"])
def test_rows_before_the_header_are_skipped_and_reported(name):
    directory = read(f"16-rows-before-header/{name}")
    assert only(directory).name == "Food Pantry"
    if name == "title.csv":
        assert "rows-before-header" in rules(directory)


@pytest.mark.parametrize("name", ["icarol.csv", "site.csv"])
def test_unfamiliar_headers_are_read_or_listed_and_can_be_mapped(name, tmp_path):
    path = CASES / "17-unfamiliar-headers" / name
    assert only(cc.read(path)).name == "Corner Food Pantry"
    mapping = tmp_path / "m.toml"
    command = [sys.executable, "-m", "communityconnector", "check", str(path), "--save-mapping", str(mapping)]
    subprocess.run(command, capture_output=True, check=False, timeout=900)
    assert only(cc.read(path, mapping=mapping)).name == "Corner Food Pantry"


@pytest.mark.parametrize("name", ["comma.csv", "multiline.csv", "wkt.csv"])
def test_a_point_in_one_cell_is_a_point(name):
    service = only(read(f"18-point-in-a-cell/{name}"))
    assert place(service).point is not None
    assert "POINT" not in (place(service).name or "")


def test_layout_rows_are_no_services():
    directory = read("19-section-rows-merged-cells/sections.csv")
    assert {s.name for s in directory.services.values()} == {"Food Pantry", "Night Shelter"}
    merged = read("19-section-rows-merged-cells/merged.csv")
    diapers = named(merged, "Diaper Bank")
    assert (diapers.organization is not None and diapers.organization.name == "Laurel") or any(
        f.harm is Harm.GUESSED for f in merged.findings
    )


def test_numbers_changed_by_a_spreadsheet_program_are_reported():
    directory = read("20-excel-numbers/sheet.csv")
    assert place(only(directory)).addresses[0].postal_code == "02118"
    assert {"zip-without-zero", "number-cut-short"} <= rules(directory)


def test_a_store_locators_export_is_read():
    directory = read("27-store-locator-export/wpsl.csv")
    shown = cc.Matcher(directory).match(cc.Need("food pantry", near="18102"))
    assert [match.service.name.casefold() for match in shown] == ["corner food pantry"]
    assert "<" not in (shown[0].service.description or "")


def test_a_workbook_is_read_sheet_by_sheet(tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes((SHARED / "data" / "formats" / "workbook.xlsx").read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "communityconnector", "check", str(path)],
        capture_output=True, text=True, check=False, timeout=900, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "5 services" in done.stdout
    assert "hidden in the workbook" in done.stdout


def test_columns_under_vendors_names_are_read():
    assert only(read("d18-vendor-columns/icarol.csv")).phones[0].number == "828-555-0101"
    numbers = [phone.number for phone in only(read("d18-vendor-columns/numbered.csv")).phones]
    assert numbers == ["828-555-0101", "828-555-0102"]


def test_shifted_columns_are_reported_and_implausible_values_ignored():
    directory = read("d18-vendor-columns/shifted.csv")
    assert any("shift" in f.rule or "shift" in f.message for f in directory.findings)
    assert not [p for s in directory.services.values() for p in s.phones if p.number == "28694"]


@pytest.mark.parametrize(
    ("name", "names"), [("geo", {"Food Pantry"}), ("rows", {"Laurel House", "Birch House"})]
)
def test_flat_rows_of_json_are_read_as_a_sheet_is(name, names):
    directory = read(f"d21-flat-json-rows/{name}.json")
    assert {s.name for s in directory.services.values()} == names
    assert all(place(s) is not None for s in directory.services.values())


# States, dates, ages, areas


@pytest.mark.parametrize("name", ["active.csv", "inactive.csv", "status.csv", "words.csv"])
def test_a_stopped_service_is_not_offered(name):
    directory = read(f"14-closed-listings-shown/{name}")
    moment = datetime(2026, 12, 2, 10, tzinfo=NEW_YORK)
    matcher = cc.Matcher(directory, zone="America/New_York")
    met = [
        match.service.name
        for match in matcher.match(cc.Need("food pantry", open_at=moment))
        if all(str(r.answer) != "unknown" or r.criterion not in ("status", "open_at") for r in match.reasons)
        or match.service.name == "Food Pantry B1"
    ]
    assert met == ["Food Pantry B1"]
    closed_for_good = {"Food Pantry A1", "Food Pantry A2", "Food Pantry A2 (CLOSED)"}
    if name in ("active.csv", "status.csv", "words.csv"):
        assert not closed_for_good & set(offered(directory, "food pantry"))


def test_saved_is_not_verified():
    directory = read("13-last-updated-as-checked/sheet.csv")
    by_service = answers(directory, "assured", assured_within=timedelta(days=90))
    assert (by_service["A1"], by_service["A2"]) == ("unmet", "unknown")
    modified = {s.organization.name: (s.last_modified or "")[:10] for s in directory.services.values()}
    assert modified == {"A1": "2026-11-01", "A2": "2026-11-02"}


def test_a_directory_without_an_active_service_is_reported_at_once():
    first = read("d19-all-inactive").findings[0]
    assert "inactive" in first.message or "active" in first.rule


def test_part_years_and_no_limit_are_compared_rightly():
    directory = read("22-ages-in-part-years/ages.json")
    by_age = {age: answers(directory, "age", text="play group", age=age) for age in (0, 1, 101)}
    assert by_age[0]["Baby play group"] == "unknown"
    assert by_age[1]["Toddler play group"] == "unknown"
    assert by_age[101]["Senior play group"] != "unmet"


def test_everyone_and_none_ask_no_question():
    by_service = answers(read("24-eligibility-none/sheet.csv"), "situation", situations="women")
    assert "unknown" not in by_service.values()


def test_an_address_without_a_point_is_placed_by_its_zip():
    directory = read("12-address-but-no-point/list.csv")
    result = cc.Matcher(directory).match(cc.Need("food pantry", near="28694", within=cc.miles(10)))
    assert result[0].organization.name == "Laurel"
    assert all(m.organization.name != "Faraway" for m in result) or result[-1].organization.name == "Faraway"
    assert "not on record" not in " ".join(r.text for m in result for r in m.reasons)


def test_a_near_zip_comes_before_a_far_point():
    matcher = cc.Matcher(read("d09-zip-not-used-for-distance"))
    result = matcher.match(cc.Need("I got an eviction notice", near="28694"))
    assert result[0].service.name == "Eviction Defense"
    assert any("28694" in r.text or "about" in r.text.lower() for r in result[0].reasons)


def test_an_area_named_by_zips_is_compared_with_the_zip_asked():
    directory = read("21-zip-catchment/zips.csv")
    assert answers(directory, "area", near="94118") == {"A1": "met", "A2": "met", "A3": "unmet"}
    asked = answers(directory, "area", near="94110")
    assert (asked["A1"], asked["A2"]) == ("unmet", "unmet")


def test_a_shape_of_any_form_is_read_and_swapped_axes_rule_no_one_out():
    directory = read("23-extent-swapped-or-wkt/areas.json")
    by_service = answers(directory, "area", near=(36.40, -81.49))
    assert by_service == {"Food Pantry 0": "unknown", "Food Pantry 1": "met", "Food Pantry 2": "met"}
    assert "extent-swapped" in rules(directory)


# What a service is for


def test_a_category_or_a_name_says_what_a_service_is_for():
    directory = read("d07-category-column-ignored/pantries.csv")
    food = offered(directory, "food pantry", near="28694")
    assert {"All Saints Church", "Quakertown Food Pantry"} <= set(food)
    assert "Grace Church" not in food
    assert offered(directory, "diapers", near="28694") == ["Grace Church"]
    assert not offered(directory, "immigration lawyer", near="28694")


@pytest.mark.parametrize("text", ["I need an ID card", "help with my light bill"])
def test_a_required_document_is_not_taken_for_the_service(text):
    assert not offered(read("d12-requirements-read-as-offers/s.csv"), text)


def test_a_word_is_not_corrected_into_another_need():
    assert offered(read("d13-renta-rent/s.csv"), "ayuda con la renta")[0] == "Rental Assistance"


def test_the_most_urgent_comes_first():
    directory = read("d14-suicide-order/s.csv")
    result = cc.Matcher(directory).match("I'm depressed and thinking of suicide")
    assert result.urgent
    assert result[0].service.name == "Suicide Prevention"


def test_a_url_of_postgres_is_understood():
    with pytest.raises(cc.CommunityConnectorError) as caught:
        cc.Connector.open("postgres://user:pass@127.0.0.1:1/db")
    assert "pass" not in str(caught.value)
    assert "unknown" not in str(caught.value).lower()
