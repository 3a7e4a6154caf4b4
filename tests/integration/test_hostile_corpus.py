"""Every file of the real data is read without an exception, and nearly all of the hostile corpus gives a service."""

from __future__ import annotations

import io
import json
from collections import Counter

import communityconnector as cc
from communityconnector import interchange
from communityconnector.model import Severity


def test_no_file_of_the_real_data_makes_reading_raise(shared_data):
    read = 0
    for path in sorted(shared_data.rglob("*")):
        if path.is_file() and path.stat().st_size < 20_000_000:
            for mode in ("repair", "collect"):
                directory = cc.read(path, mode=mode)
                assert isinstance(directory, cc.Directory)
            assert sum(1 for _ in interchange.records(path)) >= 0
            read += 1
    print(f"{read} files read")  # noqa: T201  # the figure
    assert read > 100
    for folder in sorted(path for path in shared_data.iterdir() if path.is_dir()):
        assert isinstance(cc.read(folder), cc.Directory)


def usable(directory):
    """Whether a service has a name and a contact, an address or hours."""
    for offer in directory.offers.values():
        agency = offer.organization
        contact = offer.phones or offer.contacts or offer.service.email or (agency and agency.email)
        address = offer.location is not None and (offer.location.addresses or offer.location.point)
        if offer.service.name and (contact or address or offer.schedules):
            return True
    return False


def test_at_least_85_in_100_hostile_files_are_usable_and_the_rest_report_why(shared_data):
    lines = (shared_data / "haarrrvest" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    good = 0
    why = Counter()
    for line in lines:
        directory = cc.read(io.StringIO(json.loads(line)["text"]))
        if usable(directory):
            good += 1
            continue
        rules = {f.rule for f in directory.findings if f.severity is not Severity.INFO}
        assert rules, "a text that gives nothing must say why"
        first = (
            "not-json",
            "unknown-form",
            "empty-file",
            "no-services",
            "no-location",
            "dangling-reference",
            "missing-field",
        )
        why[next((rule for rule in first if rule in rules), min(rules))] += 1
    print(f"{good} of {len(lines)} ({good / len(lines):.1%}); the others: {dict(why)}")  # noqa: T201  # the figure
    assert len(lines) == 953
    assert good / len(lines) >= 0.92
