"""The notifier for web hooks keeps its contract, speaks to nobody that it must not, and says what an answer means."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st
from receivers import HOST, Receiver, certificate, proving, saying

from communityconnector import webhooks
from communityconnector.adapters.webhook import WebhookNotifier, from_settings
from communityconnector.adapters.webhook.addresses import is_public, resolve
from communityconnector.adapters.webhook.connection import Deadline, PinnedConnection
from communityconnector.adapters.webhook.notifier import LONGEST_WAIT, _seconds
from communityconnector.errors import InvalidSettingsError, NotDeliveredError
from communityconnector.notification import Message, Receipt, Secret
from communityconnector.plugins import Plugins
from communityconnector.testing.notifiers import NotifierContract

NAME = "hook.library-partner.example.org"
KEYS = (
    Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    Secret("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
)
SETTINGS = {"secrets": KEYS[0].reveal(), "source": "https://library.example.org"}


@pytest.fixture(scope="module")
def proof(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), NAME)


@pytest.fixture
def receiver():
    with Receiver() as running:
        yield running


@pytest.fixture
def proven(proof):
    with Receiver(proving(proof)) as running:
        yield running


def notifier(**parts):
    """One that may speak to this machine in plain HTTP."""
    given = {"http_hosts": frozenset({HOST}), "private_hosts": frozenset({HOST}), **parts}
    return WebhookNotifier(**{"keys": KEYS[:1], "source": SETTINGS["source"], "timeout": 5, **given})


def message(url, **parts):
    fields = {
        "id": "m-1",
        "to": Secret(url),
        "subject": "A referral",
        "body": "r-7",
        "language": "es",
        **parts,
    }
    return Message(**fields)


def failure(using, url, **parts):
    with pytest.raises(NotDeliveredError) as caught:
        using.send(message(url, **parts))
    return caught.value


class TestWebhook(NotifierContract):
    telling = ("canary-host-7q3x", "canary-path-7q3x", "canary-query-7q3x")

    @pytest.fixture(autouse=True)
    def _serve(self, receiver):
        self.receiver = receiver
        self.host = "canary-host-7q3x.example.org"
        self.target = f"http://{self.host}:{receiver.port}/canary-path-7q3x?key=canary-query-7q3x"

    def make_notifier(self):
        hosts = frozenset({self.host})
        return notifier(http_hosts=hosts, private_hosts=hosts, resolve=lambda *_: [HOST])

    def make_failing(self):
        self.receiver.status = 500
        return self.make_notifier()

    def received(self, _notifier):
        return [f"{headers['webhook-id']}\n{body.decode()}" for _, headers, body in self.receiver.arrived]


@pytest.mark.parametrize(
    "url",
    [
        *("http://[canary-host-7q3x/canary-path-7q3x", "canary-host-7q3x", "https://canary-host-7q3x.:x/"),
        *(
            "http://canary-host-7q3x.example.org:9/canary-path-7q3x",
            "https://canary-host-7q3x.example.org:9/",
        ),
        *("https://user:canary-path-7q3x@canary-host-7q3x.example.org/", "https://unknown-canary-host-7q3x/"),
    ],
)
def test_the_error_for_a_missing_answer_reveals_nothing(url, caplog, capfd):
    def looked_up(host, _port):
        if host.startswith("unknown"):
            raise socket.gaierror(socket.EAI_NONAME, f"{host} is unknown")
        return [HOST]

    class OutOfReach(TestWebhook):
        target = url

        def make_failing(self):
            hosts = frozenset({"canary-host-7q3x.example.org"})
            return notifier(http_hosts=hosts, private_hosts=hosts, resolve=looked_up)

    OutOfReach().test_a_failure_is_not_delivered_and_names_nobody(caplog, capfd)


def test_a_signed_event_arrives_that_others_can_verify(receiver):
    using = notifier(keys=KEYS)
    assert using.send(message(f"http://{HOST}:{receiver.port}/in?a=b%20c")) == Receipt(accepted=True)
    ((path, headers, body),) = receiver.arrived
    assert path == "/in?a=b%20c"
    assert headers["Content-Type"] == "application/cloudevents+json; charset=UTF-8"
    assert headers["Host"] == f"{HOST}:{receiver.port}"
    for key in KEYS:
        event = standardwebhooks.Webhook(key.reveal()).verify(body, dict(headers))
        assert event == {
            "specversion": "1.0",
            "id": "m-1",
            "source": "https://library.example.org",
            "type": "org.communityconnector.message.v1",
            "datacontenttype": "application/json",
            "data": {"subject": "A referral", "body": "r-7", "language": "es"},
        }
        assert webhooks.verify([key], headers, body, datetime.now(UTC)) == "m-1"


def test_a_receiver_learns_the_referral_and_the_link_without_reading_the_text(receiver):
    parts = {"referral_id": "r-7", "template": "agency_request", "link": "https://library.example.org/r/abc"}
    notifier().send(message(f"http://{HOST}:{receiver.port}/", **parts))
    ((_, headers, body),) = receiver.arrived
    event = standardwebhooks.Webhook(KEYS[0].reveal()).verify(body, dict(headers))
    assert event["data"] == {"subject": "A referral", "body": "r-7", "language": "es", **parts}


def test_a_resent_message_has_the_same_id_and_bytes(receiver):
    times = iter([datetime(2026, 11, 3, 9, tzinfo=UTC), datetime(2026, 11, 3, 10, tzinfo=UTC)])
    using = notifier(clock=lambda: next(times))
    using.send(message(f"http://{HOST}:{receiver.port}/"))
    using.send(message(f"http://{HOST}:{receiver.port}/"))
    (_, first, body), (_, second, repeated) = receiver.arrived
    assert (first["webhook-id"], body) == (second["webhook-id"], repeated)
    assert first["webhook-timestamp"] != second["webhook-timestamp"]


def test_a_short_message_is_far_below_what_receivers_take(receiver):
    notifier().send(message(f"http://{HOST}:{receiver.port}/", body="図" * 1_000))
    assert len(receiver.arrived[0][2]) < 20_000


@pytest.mark.parametrize("odd", ["", "m.1", "m 1", "m\r\nX: 1", "ü", "x" * 256])
def test_an_id_that_fits_no_header_is_refused_permanently(receiver, odd):
    error = failure(notifier(), f"http://{HOST}:{receiver.port}/", id=odd)
    assert not error.retry
    assert "its id cannot be sent" in str(error)
    assert receiver.arrived == []


# What an answer means.


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_accepted(receiver, status):
    receiver.status = status
    assert notifier().send(message(f"http://{HOST}:{receiver.port}/")).accepted


@pytest.mark.parametrize(
    ("status", "retry"),
    [
        *((status, False) for status in (301, 302, 307, 308, 400, 401, 403, 404, 405, 410, 413, 422)),
        *((status, True) for status in (408, 425, 429, 500, 502, 503, 504)),
    ],
)
def test_any_other_answer_is_a_permanent_or_temporary_failure(receiver, status, retry):
    receiver.status = status
    receiver.headers = {"Location": f"http://{HOST}:{receiver.port}/elsewhere"}
    error = failure(notifier(), f"http://{HOST}:{receiver.port}/")
    assert (error.retry, error.after) == (retry, None)
    assert str(status) in str(error)
    assert [path for path, *_ in receiver.arrived] == ["/"]


NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("120", 120.0),
        ("0", 0.0),
        ("Tue, 03 Nov 2026 09:02:00 GMT", 120.0),
        ("Tue, 03 Nov 2026 08:00:00 GMT", 0.0),
        ("999999999", LONGEST_WAIT),
        ("Tue, 03 Nov 2099 09:02:00 GMT", LONGEST_WAIT),
        *((odd, None) for odd in ("", "soon", "-1", "1.5", "Tue, 99 Nov 2026 09:02:00 GMT", "9" * 400)),
    ],
)
def test_a_receiver_can_set_the_time_of_the_next_attempt(receiver, header, after):
    receiver.status = 503
    receiver.headers = {"Retry-After": header}
    error = failure(notifier(clock=lambda: NOW), f"http://{HOST}:{receiver.port}/")
    assert (error.retry, error.after) == (True, after)


@given(st.text() | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ \S+"))
def test_any_retry_after_header_gives_a_valid_wait_or_none(header):
    after = _seconds(header, NOW)
    assert after is None or 0 <= after <= LONGEST_WAIT


@pytest.mark.parametrize(
    "parts",
    [
        [b""],
        [b"SSH-2.0-OpenSSH_9.2\r\n"],
        [b"HTTP/1.1 abc OK\r\n\r\n"],
        [b"HTTP/1.1 204 " + b"x" * 70_000],
        [b"HTTP/1.1 204 No Content\r\n" + b"x: y\r\n" * 200],
    ],
)
def test_an_invalid_answer_is_retried(parts):
    with saying(*parts) as port:
        error = failure(notifier(), f"http://{HOST}:{port}/")
    assert error.retry
    assert "no valid answer" in str(error)


@pytest.mark.parametrize(
    ("start", "forever"),
    [
        (b"HTTP/1.1 204 No Content\r\n", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 204 No Con", b"t"),
    ],
)
def test_an_endless_answer_is_cut_off(start, forever):
    with saying(start, forever=forever) as port:
        error = failure(notifier(timeout=0.4), f"http://{HOST}:{port}/")
    assert error.retry
    assert "within 0.4 seconds" in str(error)


def test_a_silent_receiver_is_given_up_after_the_timeout():
    with socket.create_server((HOST, 0)) as silent:
        error = failure(notifier(timeout=0.2), f"http://{HOST}:{silent.getsockname()[1]}/")
        assert error.retry
        # Nor does the handshake of TLS wait.
        private = notifier(timeout=0.2)
        assert failure(private, f"https://{HOST}:{silent.getsockname()[1]}/").retry


def test_an_endless_body_is_not_read():
    with saying(b"HTTP/1.1 200 OK\r\n\r\n", forever=b"x" * 1_000, pause=0.01) as port:
        assert notifier().send(message(f"http://{HOST}:{port}/")).accepted


def test_an_unreachable_receiver_is_retried():
    with socket.create_server((HOST, 0)) as gone:
        port = gone.getsockname()[1]
    assert failure(notifier(), f"http://{HOST}:{port}/").retry


# Whom is spoken to.


HOSTILE = [
    *(
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0",
        "localhost",
        "127。0。0。1",
        "①27.0.0.1",
    ),
    *(
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104  # not bound to, but refused
    ),
    *("192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1"),
    *(
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:8.8.8.8]",
        "[::127.0.0.1]",
        "[fe80::1]",
    ),
    *("[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[2001::1]", "[2002:7f00:1::1]"),
    *("[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[100::1]", "[3fff::1]", "[5f00::1]"),
    *("[fec0::1]", "[::ffff:0:127.0.0.1]", "[2001:2::1]", "[2001:20::1]"),
]


@pytest.mark.parametrize("host", HOSTILE)
def test_a_private_network_gets_no_request(host):
    # A connection that is tried anywhere but to this machine fails the test by itself; here it would find a receiver.
    with socket.create_server(("", 0)) as trap:
        error = failure(WebhookNotifier(KEYS, "x:y"), f"https://{host}:{trap.getsockname()[1]}/")
        trap.setblocking(False)  # noqa: FBT003  # the standard library's argument
        with pytest.raises(BlockingIOError):
            trap.accept()
    assert not error.retry
    assert "closed network" in str(error) or "not an allowed URL" in str(error)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "192.0.1.1",
        "2606:4700::1111",
        "2a00:1450::1",
        "64:ff9b::808:808",
    ],
)
def test_the_internet_is_public(address):
    assert is_public(address)


@given(st.ip_addresses())
def test_addresses_that_python_calls_private_are_not_public(address):
    mapped = getattr(address, "ipv4_mapped", None)
    translated = address.version == 6 and str(address).startswith("64:ff9b::")
    if not translated and (mapped or not address.is_global or address.is_multicast or address.is_reserved):
        assert not is_public(str(address))


def test_one_private_address_among_public_ones_refuses_all():
    using = WebhookNotifier(KEYS, "x:y", resolve=lambda *_: ["8.8.8.8", "127.0.0.1"])
    assert "closed network" in str(failure(using, "https://partner.example.org/"))


def test_the_checked_address_is_the_one_that_is_used(proven, proof):
    """A name that leads elsewhere when it is looked up again is looked up once."""
    asked = []

    def rebinding(host, _port):
        asked.append(host)
        # Nobody listens at the second address, and going there is an error in itself.
        return [HOST] if len(asked) == 1 else ["192.0.2.1"]

    using = notifier(private_hosts=frozenset({NAME}), ca_file=str(proof), resolve=rebinding)
    assert using.send(message(f"https://{NAME}:{proven.port}/in")).accepted
    assert asked == [NAME]
    assert proven.arrived[0][1]["Host"] == f"{NAME}:{proven.port}"


def test_a_name_that_later_resolves_to_a_private_network_is_refused(proven, proof):
    answers = iter([[HOST], ["169.254.169.254"]])
    using = notifier(
        private_hosts=frozenset(),
        ca_file=str(proof),
        resolve=lambda *_: next(answers),
        http_hosts=frozenset(),
    )
    for _ in range(2):
        assert "closed network" in str(failure(using, f"https://{NAME}:{proven.port}/in"))
    assert proven.arrived == []


def test_the_next_address_is_tried_if_one_does_not_answer(receiver):
    using = notifier(resolve=lambda *_: ["127.0.0.1", "127.0.0.1"])
    using.send(message(f"http://{HOST}:{receiver.port}/"))
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as free:
        assert resolve("::1", free.getsockname()[1]) == ["::1"]
    dead_first = notifier(resolve=lambda *_: ["::1", "127.0.0.1"])
    dead_first.send(message(f"http://{HOST}:{receiver.port}/"))
    assert len(receiver.arrived) == 2


def test_a_certificate_must_prove_the_name_of_the_url(proven, proof):
    other = "other.library-partner.example.org"
    hosts = frozenset({NAME, other})
    using = notifier(private_hosts=hosts, ca_file=str(proof), resolve=lambda *_: [HOST])
    error = failure(using, f"https://{other}:{proven.port}/")
    assert error.retry
    assert "the certificate of the receiver does not match" in str(error)
    # And by an authority that is trusted.
    untrusting = notifier(private_hosts=hosts, resolve=lambda *_: [HOST])
    assert "the certificate of the receiver does not match" in str(
        failure(untrusting, f"https://{NAME}:{proven.port}/")
    )
    assert proven.arrived == []


@pytest.mark.parametrize(
    "url",
    [
        *("", "x", "/in", "//partner.example.org/", "ftp://partner.example.org/", "file:///etc/passwd"),
        *("http://partner.example.org/", "HTTP://partner.example.org/", "gopher://127.0.0.1:6379/_x"),
        *("https://", "https:///in", "https://user@partner.example.org/", "https://a:b@partner.example.org/"),
        *("https://partner.example.org:99999/", "https://partner.example.org:x/", "https://[::1/", "https://[fe80::1%25eth0]/"),
        *("https://partner.example.org\\@127.0.0.1/", "https://partner.example.org/\r\nX: 1", "https://par tner.example.org/"),
        *("https://partner.example.org/\ta", "https://" + "a" * 64 + ".example.org/", "https://a..example.org/"),
        *("https://partner.example.org%00.example.org/", "https://\u2100.example.org/"),
    ],
)  # fmt: skip
def test_a_target_without_an_https_url_is_never_resolved(url):
    def never(*_):
        raise AssertionError

    error = failure(notifier(resolve=never), url)
    assert not error.retry
    assert "not an allowed URL" in str(error)


@given(st.text() | st.from_regex(r"\Ahttps?://[^/]{0,20}[/?#]?.{0,20}"))
def test_any_target_gives_a_receipt_or_a_delivery_failure(url):
    using = notifier(resolve=lambda *_: ["10.0.0.1"], private_hosts=frozenset())
    assert not failure(using, url).retry


def test_non_ascii_letters_of_a_url_are_encoded(receiver):
    using = notifier(
        http_hosts=frozenset({"xn--bcher-kva.example.org"}),
        private_hosts=frozenset({"xn--bcher-kva.example.org"}),
        resolve=lambda *_: [HOST],
    )
    using.send(message(f"http://bücher.example.org:{receiver.port}/für?wen=dich&x=%41#part"))
    ((path, headers, _),) = receiver.arrived
    assert path == "/f%C3%BCr?wen=dich&x=%41"
    assert headers["Host"] == f"xn--bcher-kva.example.org:{receiver.port}"


# Settings.


def test_a_notifier_is_made_from_settings(proof):
    made = (
        Plugins(entry_points=False)
        .notifiers()["webhook"]
        .make(
            {
                "secrets": f"{KEYS[0].reveal()} {KEYS[1].reveal()}",
                "source": "https://library.example.org",
                "http_hosts": "hooks.example.org 127.0.0.1",
                "private_hosts": "LOCALHOST 127.0.0.1",
                "ca_file": str(proof),
                "timeout": "15",
            }
        )
    )
    assert made == WebhookNotifier(
        KEYS,
        "https://library.example.org",
        frozenset({"hooks.example.org", "127.0.0.1"}),
        frozenset({"localhost", "127.0.0.1"}),
        str(proof),
        15,
    )
    assert "whsec_" not in repr(made)


def test_by_default_only_https_to_public_addresses_is_allowed():
    made = from_settings(SETTINGS)
    assert (made.http_hosts, made.private_hosts, made.ca_file, made.timeout) == (
        frozenset(),
        frozenset(),
        None,
        20,
    )


@pytest.mark.parametrize(
    ("settings", "faults"),
    [
        ({}, ["`secrets` is missing", "`source` is missing"]),
        ({**SETTINGS, "secrets": "whsec_canary"}, ["`secrets` must be whsec_"]),
        ({**SETTINGS, "secrets": f"{SETTINGS['secrets']} canary"}, ["`secrets` must be whsec_"]),
        ({**SETTINGS, "timeout": "canary"}, ["`timeout` must be a whole number from 1 to 300"]),
        ({**SETTINGS, "timeout": "301"}, ["`timeout` must be"]),
        ({**SETTINGS, "ca_file": "/canary"}, ["`ca_file` must be a file of certificates"]),
        ({**SETTINGS, "canary": "1"}, ["1 unknown setting (expected: secrets, source,"]),
        (
            {**SETTINGS, "canary": "1", "canary2": "1", "source": ""},
            ["2 unknown settings", "`source` is missing"],
        ),
        ({**SETTINGS, "source": 7}, ["`source` must be a string, not int"]),
    ],
)
def test_all_faults_of_settings_are_reported_without_values(settings, faults):
    with pytest.raises(InvalidSettingsError) as caught:
        from_settings(settings)
    assert str(caught.value).startswith("settings of webhook: ")
    for words in faults:
        assert words in str(caught.value)
    assert "canary" not in str(caught.value)
    assert caught.value.code == "invalid-settings"


@pytest.mark.parametrize("keys", [(), (Secret("canary"),), (*KEYS, Secret("whsec_canary"))])
def test_a_notifier_that_cannot_sign_is_refused(keys):
    with pytest.raises(InvalidSettingsError) as caught:
        WebhookNotifier(keys, "x:y")
    assert "canary" not in str(caught.value)


def test_the_default_port_is_not_in_the_host_header():
    for tls, port in ((None, 80), (ssl.create_default_context(), 443)):
        connection = PinnedConnection(NAME, port, [HOST], tls, Deadline(1))
        assert connection.default_port == connection.port == port


def test_proxies_of_the_environment_are_not_used(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    assert notifier().send(message(f"http://{HOST}:{receiver.port}/")).accepted


def test_a_timestamp_is_that_of_the_attempt(receiver):
    notifier(clock=lambda: NOW + timedelta(seconds=0.9)).send(message(f"http://{HOST}:{receiver.port}/"))
    assert receiver.arrived[0][1]["webhook-timestamp"] == str(int(NOW.timestamp()))
