"""At a branch, services whose staff are in the building come first; no answer names a contact person."""

from __future__ import annotations

import asyncio
import json
import logging
import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest

import communityconnector as cc
from builders import location, service
from communityconnector.errors import InvalidVisitError, SourceNotFoundError
from communityconnector.model import Contact
from communityconnector.partners import KeyContact, Partnership, Visit, monthly, weekly
from communityconnector.partners.table import COLUMNS, read_visits

ZONE = ZoneInfo("America/New_York")
NOW = datetime(2026, 12, 8, 14, 30, tzinfo=ZONE)
"""A second Tuesday."""
PRIVATE = ("Pat Example", "555-0100")


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["memory", "sqlite"])
def desk(request, tmp_path, clock):
    url = None if request.param == "memory" else f"sqlite:///{tmp_path}/desk.db"
    with cc.Connector.open(url, create=True, clock=clock, holidays="us-federal") as opened:
        opened.load(cc.Directory.of([pantry(f"p{number:02}", 36.0 + number / 100) for number in range(30)]))
        yield opened


def pantry(key, latitude, **fields):
    return service(key, location(f"{key}-place", point=(latitude, -81.5)), **fields)


def visit(service, key="visit", **fields):
    given = {
        "organization_id": "o", "branch": "main", "role": "nurse", "zone": "America/New_York",
        "schedule": monthly("2TU", "14:00", "16:00"),
    }  # fmt: skip
    return Visit(id=key, service_ids=[service], **{**given, **fields})


NEED = cc.Need("food pantry", near=cc.Point(36.0, -81.5))


def ids(result):
    return [match.service_id for match in result]


def test_services_in_the_building_come_first(desk):
    plain = ids(desk.match(NEED, limit=None))
    assert plain == [f"p{number:02}" for number in range(30)]
    desk.visits.put(visit("p29"))
    desk.visits.put(visit("p17", "other"))
    result = desk.match(NEED, branch="main", limit=4)
    assert ids(result) == ["p17", "p29", "p00", "p01"]
    assert [match.reasons[1].text for match in result[:2]] == [
        "The nurse is in the building today until 4 pm"
    ] * 2
    assert [reason.criterion for reason in result[2].reasons] == ["need", "status", "distance"]
    assert result.total == 30
    assert ids(desk.match(NEED, limit=None)) == plain
    assert ids(desk.match(NEED, limit=None, branch="annex")) == plain
    pages = [ids(desk.match(NEED, branch="main", limit=7, offset=offset)) for offset in range(0, 35, 7)]
    assert sum(pages, []) == ids(desk.match(NEED, branch="main", limit=None))  # noqa: RUF017  # five short lists


def test_scores_are_unchanged_and_add_up(desk):
    desk.visits.put(visit("p29"))
    plain = {match.service_id: match for match in desk.match(NEED, limit=None)}
    for match in desk.match(NEED, limit=None, branch="main"):
        assert math.fsum(part.points for part in match.contributions) == match.score
        assert match.score == plain[match.service_id].score


def test_a_visit_counts_until_it_ends(desk, clock):
    desk.visits.put(visit("p29"))
    clock.now = NOW.replace(hour=8)
    assert (
        desk.match(NEED, branch="main")[0].reasons[1].text
        == "The nurse is in the building today from 2 pm to 4 pm"
    )
    for later in (NOW.replace(hour=16, minute=0), NOW + timedelta(days=1), NOW - timedelta(days=7)):
        clock.now = later
        assert ids(desk.match(NEED, branch="main", limit=1)) == ["p00"]


def test_a_visiting_service_that_does_not_fit_stays_a_near_miss(desk):
    desk.visits.put(visit("p29"))
    near = attrs.evolve(NEED, within=cc.miles(1))
    result = desk.match(near, branch="main", limit=None)
    assert "p29" not in ids(result)
    desk.visits.put(visit("p03", "closer"))
    widened = desk.match(near, branch="main").widened
    assert {m.service_id: m.reasons[1].criterion for m in widened}["p03"] == "visiting"


def test_a_visiting_service_for_unknown_needs_keeps_its_rank(desk):
    desk.load(cc.Directory.of([pantry("p", 36.0), pantry("q", 36.0, name="The Annex")]))
    desk.visits.put(visit("q"))
    result = desk.match(cc.Need(terms=["food-pantry"]), branch="main", limit=None)
    matches = {match.service_id: match for match in result}
    assert ids(result).index("q") > ids(result).index("p")
    assert matches["q"].reasons[1].criterion == "visiting"


def test_on_a_holiday_a_visit_is_a_question_and_ranks_nothing_first(desk, clock):
    clock.now = datetime(2026, 12, 25, 9, tzinfo=ZONE)
    desk.visits.put(visit("p05", schedule=weekly("FR", "10:00", "12:00")))
    result = desk.match(NEED, branch="main")
    assert ids(result) == ids(desk.match(NEED))
    text = "Ask whether the nurse comes today from 10 am to noon (it is Christmas Day)"
    assert text in result[5].questions


def test_the_json_of_a_match_has_the_reason(desk):
    desk.visits.put(visit("p29", sign_up=True))
    reason = desk.match(NEED, branch="main", limit=1).to_dict()["matches"][0]["reasons"][1]
    assert json.loads(json.dumps(reason)) == {
        "criterion": "visiting",
        "answer": "met",
        "text": "The nurse is in the building today until 4 pm; sign-up required",
        "evidence": {
            "visit_id": "visit", "branch": "main", "opens_at": "14:00", "closes_at": "16:00", "sign_up": True,
        },
    }  # fmt: skip


def test_visits_outlive_the_directory(desk):
    desk.visits.put(visit("p29"))
    desk.load(cc.Directory.of([pantry("p00", 36.0), pantry("new", 36.1)]), drop_missing=True)
    assert ids(desk.match(NEED, branch="main")) == ["p00", "new"]
    assert [visit.id for visit in desk.visits.all()] == ["visit"]


def test_an_asynchronous_desk_shows_visits_too():
    async def ask():
        async with await cc.AsyncConnector.open(clock=lambda: NOW) as desk:
            await desk.run(desk.desk.visits.put, visit("p"))
            return await desk.run(desk.desk.visits.between, "main", date(2026, 12, 1), date(2027, 2, 1))

    assert [occurrence.begins.date() for occurrence in asyncio.run(ask())] == [
        date(2026, 12, 8),
        date(2027, 1, 12),
    ]


def test_partnerships_are_in_no_match_no_export_and_no_log(desk, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    contact = KeyContact(role="intake coordinator", name=PRIVATE[0], reach=PRIVATE[1])
    desk.partnerships.put(Partnership(organization_id="o", status="connected", contacts=[contact]))
    desk.visits.put(visit("p29"))
    texts = [
        json.dumps(desk.match(NEED, branch="main", limit=None).to_dict()),
        json.dumps(
            [
                occurrence.to_dict()
                for occurrence in desk.visits.between("main", date(2026, 1, 1), date(2027, 1, 1))
            ]
        ),
        repr((desk, desk.partnerships.all(), desk.partnerships.due(), desk.partnerships.get("o").contacts)),
        caplog.text,
    ]
    for name in ("out.json", "out.ndjson"):
        cc.write(desk.directory.read(), tmp_path / name, audience="steward")
        texts.append((tmp_path / name).read_text(encoding="utf-8"))
    assert not [text for text in texts for private in (*PRIVATE, "intake") if private in text]


def test_the_check_above_sees_contacts_of_the_directory(tmp_path):
    """Shows that the check can fail: what a directory says of its contacts is exported."""
    open_to_all = pantry("p", 36.0, contacts=(Contact(id="c", name=PRIVATE[0]),))
    cc.write(cc.Directory.of([open_to_all]), tmp_path / "out.json")
    assert PRIVATE[0] in (tmp_path / "out.json").read_text(encoding="utf-8")


# Visits from a table

HEADER = ",".join(COLUMNS)


def written(tmp_path, *rows, header=HEADER, encoding="utf-8"):
    path = tmp_path / "visits.csv"
    path.write_text("\n".join((header, *rows, "")), encoding=encoding)
    return path


def row(**cells):
    given = {
        "id": "v", "organization_id": "o", "branch": "main", "role": "nurse", "zone": "America/New_York",
        "freq": "MONTHLY", "byday": "2TU", "opens_at": "14:00", "closes_at": "16:00",
    }  # fmt: skip
    return ",".join({**given, **cells}.get(name, "") for name in COLUMNS)


def test_a_row_of_a_table_becomes_a_visit(tmp_path):
    full = row(
        service_ids="a; b", interval="3", dtstart="2026-12-01", sign_up="Yes", note="Room 2",
        left_out="2027-03-09", besides="2027-03-16;2027-03-17",
    )  # fmt: skip
    plain, every = read_visits(written(tmp_path, row(), full, encoding="utf-8-sig"))
    assert plain == attrs.evolve(visit("s", "v", schedule=plain.schedule), service_ids=[])
    assert (plain.schedule.freq, plain.schedule.byday, plain.schedule.interval) == ("MONTHLY", "2TU", None)
    days = [occurrence.begins.date() for occurrence in every.occurrences(date(2026, 12, 1), date(2027, 7, 1))]
    assert days == [date(2026, 12, 8), date(2027, 3, 16), date(2027, 3, 17), date(2027, 6, 8)]
    assert (every.service_ids, every.sign_up, every.note) == (("a", "b"), True, "Room 2")


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"id": ""}, "row 2: a visit needs an id"),
        ({"interval": "often"}, "row 2: the column interval has an invalid value"),
        ({"sign_up": "perhaps"}, "row 2: the column sign_up"),
        ({"left_out": "Christmas"}, "row 2: the column left_out"),
        ({"zone": "Ashe"}, "row 2: visit 'v': the zone is not an IANA"),
        ({"note": "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o"}, "row 2 has more cells"),
        ({"note": '"open'}, "is not a CSV file in UTF-8"),
    ],
)
def test_an_invalid_row_is_reported_by_its_number(tmp_path, cells, words):
    with pytest.raises(InvalidVisitError, match=words):
        read_visits(written(tmp_path, row(**cells)))


def test_a_file_without_a_table_of_visits_is_refused(tmp_path):
    with pytest.raises(SourceNotFoundError, match="cannot be opened"):
        read_visits(tmp_path / "nowhere.csv")
    with pytest.raises(InvalidVisitError, match="unknown column"):
        read_visits(written(tmp_path, "x", header="id,shoe"))
    with pytest.raises(InvalidVisitError, match="unknown column"):
        read_visits(written(tmp_path, header=""))
    with pytest.raises(InvalidVisitError, match="in UTF-8"):
        read_visits(written(tmp_path, row(note="é"), encoding="latin-1"))
