"""Signatures of web hooks are those of Standard Webhooks: what one side signs the other side verifies, and nothing else."""

from __future__ import annotations

import base64
import json
import pickle
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st

from communityconnector.errors import InvalidSettingsError, InvalidSignatureError
from communityconnector.notification import Secret
from communityconnector.webhooks import TOLERANCE, envelope, sign, timestamp, verify

NOW = datetime(2026, 11, 3, 9, 30, 15, 250_000, tzinfo=UTC)

secrets = st.binary(min_size=24, max_size=64).map(
    lambda secret: Secret("whsec_" + base64.b64encode(secret).decode())
)
ids = st.text(
    st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="."), min_size=1, max_size=255
)
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.timezones())  # noqa: DTZ001  # the strategy adds the zone
texts = st.text().map(str.encode)


def signed(keys, message_id="m-1", at=NOW, body=b"{}"):
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp(at),
        "webhook-signature": sign(keys, message_id, at, body),
    }


def why(*args, **options):
    with pytest.raises(InvalidSignatureError) as caught:
        verify(*args, **options)
    return caught.value.reason


@given(secrets, ids, moments, texts)
def test_a_signature_is_the_one_that_the_reference_makes(key, message_id, at, body):
    reference = standardwebhooks.Webhook(key.reveal())
    assert sign([key], message_id, at, body) == reference.sign(message_id, at.astimezone(UTC), body.decode())


@given(secrets, ids, st.text())
def test_the_reference_verifies_our_signatures(key, message_id, text):
    body = json.dumps(text).encode()
    headers = signed([key], message_id, datetime.now(UTC), body)
    assert standardwebhooks.Webhook(key.reveal()).verify(body, headers) == text


@given(secrets, ids, moments, texts)
def test_we_verify_signatures_of_the_reference(key, message_id, at, body):
    signature = standardwebhooks.Webhook(key.reveal()).sign(message_id, at.astimezone(UTC), body.decode())
    headers = {"Webhook-Id": message_id, "WEBHOOK-TIMESTAMP": timestamp(at), "Webhook-Signature": signature}
    assert verify([key], headers, body, at) == message_id


@given(st.lists(secrets, min_size=1, max_size=4, unique=True), st.data())
def test_any_common_secret_is_enough_while_secrets_change(keys, data):
    signing = data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    taken = data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    headers = signed(signing)
    if set(signing) & set(taken):
        assert verify(taken, headers, b"{}", NOW) == "m-1"
    else:
        assert why(taken, headers, b"{}", NOW) == "no-match"


@given(secrets, ids, texts, st.data())
def test_a_changed_message_is_refused(key, message_id, body, data):
    headers = signed([key], message_id, NOW, body)
    other = data.draw(
        st.one_of(
            ids.map(lambda other_id: ({**headers, "webhook-id": other_id}, body)),
            texts.map(lambda other_body: (headers, other_body)),
            st.integers(-299, 299).map(
                lambda shift: (
                    {**headers, "webhook-timestamp": timestamp(NOW + timedelta(seconds=shift))},
                    body,
                )
            ),
        ).filter(lambda changed: changed != (headers, body))
    )
    assert why([key], *other, NOW) == "no-match"


@given(secrets, ids, st.integers(0, 10**11), texts)
def test_no_end_of_an_id_passes_for_a_time(key, start, end, body):
    """With a full stop in an id, one message could be shown as another: id and time would be cut elsewhere."""
    for refused in (
        lambda odd: sign([key], odd, NOW, body),
        lambda odd: why([key], {**signed([key]), "webhook-id": odd}, b"{}", NOW),
    ):
        try:
            assert refused(f"{start}.{end}") == "malformed"
        except InvalidSignatureError as error:
            assert error.reason == "malformed"  # noqa: PT017  # `sign` raises where `verify` is asked why


@given(st.floats(-600, 600), st.integers(0, 400))
def test_the_tolerance_is_the_same_both_ways(shift, seconds):
    key = Secret("whsec_" + base64.b64encode(b"k" * 24).decode())
    headers = signed([key])
    now = NOW.replace(microsecond=0) + timedelta(seconds=shift)
    tolerance = timedelta(seconds=seconds)
    apart = (now - NOW.replace(microsecond=0)).total_seconds()
    if abs(apart) <= seconds:
        assert verify([key], headers, b"{}", now, tolerance) == "m-1"
    else:
        assert why([key], headers, b"{}", now, tolerance) == ("too-old" if apart > 0 else "too-new")


KEY = Secret("whsec_" + base64.b64encode(bytes(range(32))).decode())


def test_five_minutes_are_the_default():
    assert timedelta(minutes=5) == TOLERANCE
    headers = signed([KEY])
    sent = NOW.replace(microsecond=0)
    assert verify([KEY], headers, b"{}", sent + TOLERANCE) == verify([KEY], headers, b"{}", sent - TOLERANCE)
    assert why([KEY], headers, b"{}", sent + timedelta(seconds=301)) == "too-old"
    assert why([KEY], headers, b"{}", sent - timedelta(seconds=301)) == "too-new"


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_each_header_is_present_exactly_once(name):
    headers = signed([KEY])
    missing = {key: value for key, value in headers.items() if key != name}
    assert why([KEY], missing, b"{}", NOW) == "missing-header"
    assert why([KEY], {**headers, name: ""}, b"{}", NOW) == "missing-header"
    assert why([KEY], {**headers, name.title(): headers[name]}, b"{}", NOW) == "repeated-header"


@pytest.mark.parametrize("odd", ["now", "-1", "1e9", "1.5", " 1793698215", "١٧٩٣", "9" * 13, "1793698215\n"])
def test_a_time_is_whole_seconds(odd):
    assert why([KEY], {**signed([KEY]), "webhook-timestamp": odd}, b"{}", NOW) == "malformed"


@pytest.mark.parametrize("odd", ["v1", "v1,", ",", "v1a,abc", "v2,abc", "ü", "v1,ü", "\ud800", " "])
def test_invalid_signatures_among_valid_ones_are_ignored(odd):
    headers = signed([KEY])
    good = headers["webhook-signature"]
    assert why([KEY], {**headers, "webhook-signature": odd}, b"{}", NOW) == "no-match"
    assert verify([KEY], {**headers, "webhook-signature": f"{odd} {good}"}, b"{}", NOW) == "m-1"
    # Another scheme with the same bytes is another scheme.
    assert why([KEY], {**headers, "webhook-signature": good.replace("v1,", "v1a,")}, b"{}", NOW) == "no-match"


@pytest.mark.parametrize(
    "odd",
    [
        *("", "canary", "whsec_", "whsec_canary!", "canary_" + base64.b64encode(b"k" * 32).decode()),
        *("whsec_" + base64.b64encode(b"k" * size).decode() for size in (1, 23, 65, 500)),
        *(
            "whsec_ü" * 9,
            "whsk_" + base64.b64encode(b"k" * 32).decode(),
            base64.b64encode(b"k" * 32).decode(),
        ),
    ],
)
def test_an_invalid_secret_is_reported_without_repeating_it(odd):
    for asking in (
        lambda keys: sign(keys, "m-1", NOW, b""),
        lambda keys: verify(keys, signed([KEY]), b"", NOW),
    ):
        with pytest.raises(
            InvalidSettingsError, match="a secret must be whsec_ and 24 to 64 bytes"
        ) as caught:
            asking([KEY, Secret(odd)])
        error = caught.value
        assert error.__cause__ is error.__context__ is None
        assert len(odd) < 8 or odd not in str(error)


def test_without_a_secret_nothing_is_signed_or_verified():
    for asking in (lambda: sign([], "m-1", NOW, b""), lambda: verify([], signed([KEY]), b"", NOW)):
        with pytest.raises(InvalidSettingsError, match="at least one secret"):
            asking()


def test_a_secret_without_padding_is_the_same_secret():
    bare = Secret(KEY.reveal().rstrip("="))
    assert bare != KEY
    assert sign([bare], "m-1", NOW, b"{}") == sign([KEY], "m-1", NOW, b"{}")


def test_an_error_gives_the_reason_and_nothing_of_the_message():
    with pytest.raises(InvalidSignatureError) as caught:
        verify([KEY], signed([KEY], "canary-id"), b"canary-body", NOW)
    error = pickle.loads(pickle.dumps(caught.value))  # noqa: S301  # our own bytes
    assert (error.reason, error.code, str(error)) == ("no-match", "invalid-signature", str(caught.value))
    assert "canary" not in repr(error)
    assert KEY.reveal() not in repr(error)


@given(ids, st.dictionaries(st.text(), st.text()))
def test_an_envelope_has_the_fields_of_cloudevents(message_id, data):
    made = envelope(message_id, "https://library.example.org", "org.example.x.v1", data)
    assert made == envelope(message_id, "https://library.example.org", "org.example.x.v1", data)
    event = json.loads(made)
    assert event.pop("data") == data
    assert event == {
        "specversion": "1.0",
        "id": message_id,
        "source": "https://library.example.org",
        "type": "org.example.x.v1",
        "datacontenttype": "application/json",
    }
