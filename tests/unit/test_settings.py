"""Settings are read by name, all faults are reported at once, and no value is repeated."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.errors import InvalidSettingsError
from communityconnector.notification import Secret
from communityconnector.settings import SettingsReader


def read(settings):
    """Settings of a part that has one of each kind."""
    reader = SettingsReader("sms", settings)
    values = (
        reader.text("host", "the name of the gateway"),
        reader.text("from", "", default="Library"),
        reader.secret("token"),
        reader.words("hosts"),
        reader.choice("kind", ("short", "long"), "short"),
        reader.number("tries", 3, least=1, most=9),
        reader.authorities("ca_file"),
    )
    reader.done()
    return values


def test_a_missing_setting_has_its_default():
    assert read({"host": "gateway.example.org"}) == (
        "gateway.example.org",
        "Library",
        None,
        (),
        "short",
        3,
        None,
    )


def test_a_blank_setting_counts_as_missing():
    blank = dict.fromkeys(("from", "token", "hosts", "kind", "tries", "ca_file"), "")
    assert read({"host": " gateway.example.org ", **blank}) == read({"host": "gateway.example.org"})


def test_settings_are_read_by_their_types():
    settings = {
        "host": "h",
        "from": " Desk ",
        "token": " t ",
        "hosts": " a  b\n",
        "kind": "long",
        "tries": "9",
    }
    assert read(settings) == ("h", "Desk", Secret(" t "), ("a", "b"), "long", 9, None)


def test_all_faults_are_reported_at_once():
    with pytest.raises(InvalidSettingsError) as caught:
        read(
            {
                "kind": "wide",
                "tries": "ten",
                "ca_file": "no/such/file",
                "from": None,
                "hots": "x",
                "port": "1",
            }
        )
    assert str(caught.value) == (
        "settings of sms: `host` is missing: the name of the gateway; `from` must be a string, not NoneType; "
        "`kind` must be one of short, long; `tries` must be a whole number from 1 to 9; "
        "`ca_file` must be a file of certificates (PEM); 2 unknown settings "
        "(expected: host, from, token, hosts, kind, tries, ca_file)"
    )
    assert caught.value.__context__ is None


@pytest.mark.parametrize("bound", ["1", "9"])
def test_the_bounds_of_a_number_are_in_it(bound):
    assert read({"host": "h", "tries": bound})[5] == int(bound)


@pytest.mark.parametrize("odd", ["0", "10", "-1", "1.0", "1e1", "٣", "+3", "9" * 5_000, "0x3"])
def test_a_number_is_plain_and_within_its_bounds(odd):
    with pytest.raises(InvalidSettingsError, match="`tries` must be a whole number from 1 to 9"):
        read({"host": "h", "tries": odd})


NAMES = st.sampled_from(["host", "from", "token", "hosts", "kind", "tries", "ca_file", "other"])


@given(st.dictionaries(NAMES, st.text().map("canary{}".format) | st.just("canary\0"), min_size=1))
def test_no_error_repeats_a_setting(settings):
    try:
        read(settings)
    except InvalidSettingsError as error:
        assert "canary" not in str(error)  # noqa: PT017  # settings may be right as well
