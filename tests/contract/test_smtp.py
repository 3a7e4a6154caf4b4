"""The notifier for mail keeps its contract, sends nothing unprotected by default, and lets no text add a header."""

from __future__ import annotations

import re
import smtplib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receivers import HOST, Mails, certificate, logging_in, proving, saying

from communityconnector.adapters.smtp import SmtpNotifier, _address, _line, from_settings
from communityconnector.errors import InvalidSettingsError, NotDeliveredError
from communityconnector.notification import Message, Secret
from communityconnector.plugins import Plugins
from communityconnector.testing.notifiers import NotifierContract

SENDER = "desk@library.example.org"
TO = "intake@agency.example.org"


@pytest.fixture(scope="module")
def proof(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), HOST)


@pytest.fixture
def plain():
    with Mails() as running:
        yield running


@pytest.fixture
def starttls(proof):
    """A server that takes mails from its account alone, and nothing in the clear."""
    options = {"require_starttls": True, "auth_required": True, "authenticator": logging_in("desk", "p4ss")}
    with Mails(tls_context=proving(proof), **options) as running:
        yield running


def notifier(server, **parts):
    given = {"security": "none", "port": server.port, "timeout": 5, **parts}
    return SmtpNotifier(HOST, SENDER, **given)


def message(to=TO, **parts):
    return Message(**{"id": "m-1", "to": Secret(to), "subject": "A referral", "body": "r-7", **parts})


def composed(**parts):
    """The mail that is sent, without a server."""
    return SmtpNotifier(HOST, SENDER)._mail(message(**parts), TO)  # noqa: SLF001  # quicker than a server, a thousand times


def failure(using, *args, **parts):
    with pytest.raises(NotDeliveredError) as caught:
        using.send(message(*args, **parts))
    return caught.value


class TestSmtp(NotifierContract):
    target = "canary-target-7q3x@canary-host-7q3x.example.org"
    telling = ("canary-target-7q3x", "canary-host-7q3x")

    @pytest.fixture(autouse=True)
    def _serve(self, plain):
        self.server = plain

    def make_notifier(self):
        return notifier(self.server)

    def make_failing(self):
        self.server.answers["RCPT"] = "550 5.1.1 {}: no such user"
        return self.make_notifier()

    def received(self, _notifier):
        return [
            "\n".join((*(f"{name}: {value}" for name, value in mail.items()), "", mail.get_content()))
            for mail in self.server.mails()
        ]


class TestSmtpByStartTls(TestSmtp):
    @pytest.fixture(autouse=True)
    def _serve(self, starttls, proof):
        self.server = starttls
        self.proof = proof

    def make_notifier(self):
        account = {"username": "desk", "password": Secret("p4ss")}
        return notifier(self.server, security="starttls", ca_file=str(self.proof), **account)

    def make_failing(self):
        return notifier(self.server, security="starttls", ca_file=None)


FAILING = {
    "an address refused": {"RCPT": "550 5.1.1 {}: no such user"},
    "an address refused for now": {"RCPT": "450 4.2.1 {} is busy"},
    "a text refused": {"DATA": "554 5.7.1 not to {}"},
    "a sender refused": {"MAIL": "553 5.1.8 no"},
}


@pytest.mark.parametrize("answers", FAILING.values(), ids=FAILING)
def test_no_refusal_repeats_the_address(plain, answers, caplog, capfd):
    class Failing(TestSmtp):
        def make_failing(self):
            plain.answers.update(answers)
            return notifier(plain)

    Failing().test_a_failure_is_not_delivered_and_names_nobody(caplog, capfd)


def test_a_mail_has_the_expected_headers_and_no_more(plain):
    at = datetime(2026, 11, 3, 9, tzinfo=UTC)
    using = notifier(plain, sender_name="Ashe Library, Main", clock=lambda: at)
    receipt = using.send(message(body="¿Aceptada?\r\n.\nFrom here", language="es"))
    ((sender, recipients, content, _),) = plain.arrived
    assert (sender, recipients) == (SENDER, [TO])
    (mail,) = plain.mails()
    assert mail.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Type"),
        *("Content-Transfer-Encoding", "MIME-Version", "Content-Language"),
    ]
    assert mail["From"] == '"Ashe Library, Main" <desk@library.example.org>'
    assert mail["To"] == TO
    assert mail["Subject"] == "A referral"
    assert parsedate_to_datetime(mail["Date"]) == at
    assert mail["Message-ID"] == receipt.reference == "<m-1@library.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "es"
    assert (mail.get_content_type(), mail.get_content_charset()) == ("text/plain", "utf-8")
    assert mail.get_content() == "¿Aceptada?\r\n.\r\nFrom here\r\n"
    assert content.isascii()
    assert max(map(len, content.split(b"\r\n"))) < 998


def test_a_resent_mail_has_the_same_message_id_and_no_other_mail_has(plain):
    using = notifier(plain)
    keys = [
        "m-1",
        "m-1",
        "m.1",
        "m 1",
        "m%201",
        "",
        "<m>",
        "ü",
        "x" * 500,
        "x" * 501,
        "\r\nBcc: x@example.org",
    ]
    keys += [".m", "m.", "m..1", "m%2E1"]
    references = [using.send(message(id=key)).reference for key in keys]
    assert references == [mail["Message-ID"] for mail in plain.mails()]
    assert references[0] == references[1]
    assert len(set(references)) == len(keys) - 1
    for reference in references:
        assert re.fullmatch(r"<[\w%~-]+@library\.example\.org>", reference, re.ASCII)
        assert len(reference) < 250


@pytest.mark.parametrize("odd", ["", "es\r\nBcc: x@example.org", "español", "e" * 99])
def test_an_invalid_language_is_left_out(plain, odd):
    notifier(plain).send(message(language=odd))
    (mail,) = plain.mails()
    assert "Content-Language" not in mail
    assert "Bcc" not in mail


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029\0:")))
def test_no_subject_ends_its_line(subject):
    mail = composed(subject=subject)
    head, _, _ = mail.as_bytes().partition(b"\r\n\r\n")
    names = [line.partition(b":")[0] for line in head.split(b"\r\n") if line[:1] not in (b" ", b"\t")]
    assert names == [name.encode() for name in mail]
    assert len(mail.keys()) == 10
    assert mail["Subject"].splitlines() in ([], [mail["Subject"]])
    assert _line(subject).replace(" ", "") == str(mail["Subject"]).replace(" ", "")


@given(st.text())
def test_any_text_can_be_a_body(body):
    mail = composed(body=body)
    mail.as_bytes().decode("ascii")


def test_a_lone_surrogate_does_not_prevent_a_mail(plain):
    notifier(plain).send(message(body="\ud83c", subject="\ud83c"))
    assert plain.mails()[0].get_content() == "?\r\n"


@pytest.mark.parametrize(
    "odd",
    [
        *(
            "",
            "x",
            "@agency.example.org",
            "intake@",
            "a@b@c.example.org",
            "Intake <intake@agency.example.org>",
        ),
        *(
            "a@example.org, b@example.org",
            "a@example.org\r\nBcc: b@example.org",
            "a@example.org\n",
            "a b@example.org",
        ),
        *(
            "a@example.org> SIZE=1",
            "a@" + "x" * 64 + ".org",
            "mailto:a@example.org, b@example.org",
            "a@exa\0mple.org",
        ),
        *(
            "büro@agency.example.org",
            "a..b@example.org",
            ".a@example.org",
            '"a b"@example.org',
            "a@[127.0.0.1]",
        ),
        *("a" * 250 + "@example.org", "a@.org", "a@example..org", "a@ex ample.org", "a\u2028@example.org"),
    ],
)
def test_a_target_that_is_not_one_address_is_refused_permanently(plain, odd):
    error = failure(notifier(plain), odd)
    assert not error.retry
    assert "not an e-mail address" in str(error)
    assert plain.arrived == []


@given(st.text() | st.emails() | st.from_regex(r"[ -~\r\n]{1,10}@[ -~\r\n]{1,20}"))
def test_an_address_is_a_single_one_on_one_line(text):
    address = _address(Secret(text))
    if address is not None:
        assert len(address.split()) == 1
        assert address.isascii()
        assert address.count("@") == 1


def test_an_international_domain_is_written_in_ascii(plain):
    notifier(plain).send(message("intake@bücher.example.org"))
    assert plain.arrived[0][1] == ["intake@xn--bcher-kva.example.org"]


# What a server's answer means.


@pytest.mark.parametrize(
    ("command", "answer", "retry"),
    [
        *(("RCPT", f"{code} {{}}", False) for code in (550, 551, 553)),
        *(("RCPT", f"{code} {{}}", True) for code in (421, 450, 451, 452)),
        ("MAIL", "552 too big", False),
        ("MAIL", "530 log in first", True),
        ("MAIL", "421 closing", True),
        ("DATA", "554 refused", False),
        ("DATA", "452 no room", True),
    ],
)
def test_permanent_failures_are_given_up_and_temporary_ones_retried(plain, command, answer, retry):
    plain.answers[command] = answer
    error = failure(notifier(plain))
    assert (error.retry, error.after) == (retry, None)
    assert f"({answer[:3]})" in str(error)


def test_an_error_after_a_mail_was_accepted_is_no_failure(plain):
    plain.answers["QUIT"] = "421 out of order"
    assert notifier(plain).send(message()).accepted


@pytest.mark.parametrize(
    "answers", [[b""], [b"554 go away\r\n"], [b"HTTP/1.1 400 Bad Request\r\n\r\n"], [b"220 x\r\n"]]
)
def test_a_refused_connection_is_retried(answers):
    with saying(*answers, greeting=True) as port:
        using = SmtpNotifier(HOST, SENDER, security="none", port=port, timeout=2)
        assert failure(using).retry


def test_an_unreachable_server_is_retried():
    with Mails() as server:
        using = notifier(server)
    error = failure(using)
    assert error.retry
    assert "cannot be reached" in str(error)


@pytest.mark.parametrize("host", ["a..example.org", "x" * 64, ".example.org"])
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_host_without_a_valid_name_cannot_be_reached(host, security):
    assert "cannot be reached" in str(failure(SmtpNotifier(host, SENDER, security=security)))


def test_a_wrong_password_is_retried_and_not_repeated(starttls, proof):
    wrong = {"username": "desk", "password": Secret("canary-word")}
    error = failure(notifier(starttls, security="starttls", ca_file=str(proof), **wrong))
    assert error.retry
    assert "(535)" in str(error)
    assert "canary-word" not in str(error)


# How a server is spoken to.


def test_no_mail_is_sent_unprotected_by_default(plain):
    error = failure(SmtpNotifier(HOST, SENDER, port=plain.port, timeout=5))
    assert error.retry
    assert "offers no TLS" in str(error)
    assert plain.arrived == []


def test_a_server_must_prove_its_name(starttls, proof):
    using = notifier(starttls, security="starttls")
    error = failure(using)
    assert error.retry
    assert "the certificate of the mail server does not match" in str(error)
    other = SmtpNotifier("localhost", SENDER, port=starttls.port, ca_file=str(proof), timeout=5)
    assert "the certificate of the mail server does not match" in str(failure(other))
    assert starttls.arrived == []


def test_tls_from_the_first_byte(proof):
    with Mails(ssl_context=proving(proof)) as server:
        using = notifier(server, security="tls", ca_file=str(proof))
        assert using.send(message()).accepted
        assert "the certificate of the mail server does not match" in str(
            failure(notifier(server, security="tls"))
        )
        assert len(server.arrived) == 1


def test_a_mail_over_starttls_went_over_tls(starttls, proof):
    account = {"username": "desk", "password": Secret("p4ss")}
    notifier(starttls, security="starttls", ca_file=str(proof), **account).send(message())
    assert [tls for *_, tls in starttls.arrived] == [True]


# Settings.


def test_a_notifier_is_made_from_settings(proof):
    given = {
        "host": "smtp.example.org",
        "sender": SENDER,
        "sender_name": "Ashe Library",
        "security": "tls",
        "port": "4650",
        "username": "desk",
        "password": " canary-word ",
        "ca_file": str(proof),
        "timeout": "30",
    }
    made = Plugins(entry_points=False).notifiers()["smtp"].make(given)
    account = {"username": "desk", "password": Secret(" canary-word ")}
    assert made == SmtpNotifier(
        "smtp.example.org",
        SENDER,
        "tls",
        4650,
        "Ashe Library",
        ca_file=str(proof),
        timeout=30,
        clock=made.clock,
        **account,
    )
    assert "canary" not in repr(made)


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_security(security, port):
    made = from_settings({"host": "smtp.example.org", "sender": SENDER, "security": security})
    assert (made.security, made.port, made.timeout) == (security, port, 20)
    assert SmtpNotifier("smtp.example.org", SENDER, security).port == port
    assert from_settings({"host": "smtp.example.org", "sender": SENDER}).security == "starttls"


GOOD = {"host": "smtp.example.org", "sender": SENDER}


@pytest.mark.parametrize(
    ("settings", "faults"),
    [
        ({}, ["`host` is missing", "`sender` is missing"]),
        ({**GOOD, "sender": "canary"}, ["`sender` must be one e-mail address"]),
        ({**GOOD, "sender": "canary@a.example.org, b@example.org"}, ["`sender` must be"]),
        ({**GOOD, "sender": "cañary@example.org"}, ["`sender` must be"]),
        ({**GOOD, "sender_name": "canary\r\nBcc: x"}, ["`sender_name` must be one line"]),
        ({**GOOD, "security": "canary"}, ["`security` must be one of starttls, tls, none"]),
        ({**GOOD, "port": "0"}, ["`port` must be a whole number from 1 to 65535"]),
        ({**GOOD, "port": "canary"}, ["`port` must be"]),
        ({**GOOD, "username": "canary"}, ["`username` and `password` must be set together"]),
        ({**GOOD, "password": "canary"}, ["`username` and `password` must be set together"]),
        (
            {**GOOD, "username": "u", "password": "canary", "security": "none"},
            ["`password` would be sent unprotected"],
        ),
        ({**GOOD, "username": "u", "password": "cañary"}, ["`username` must be ASCII"]),
        ({**GOOD, "ca_file": "/canary"}, ["`ca_file` must be a file of certificates"]),
        ({**GOOD, "pasword": "canary", "timeout": "0"}, ["1 unknown setting", "`timeout` must be"]),
    ],
)
def test_all_faults_of_settings_are_reported_without_values(settings, faults):
    with pytest.raises(InvalidSettingsError) as caught:
        from_settings(settings)
    assert str(caught.value).startswith("settings of smtp: ")
    for words in faults:
        assert words in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ({"security": "STARTTLS", "port": 25}, "must be one of starttls, tls, none"),
        ({"security": "none", "username": "u", "password": Secret("canary")}, "would be sent unprotected"),
        ({"sender": "canary"}, "must be one e-mail address"),
        ({"sender": "canary@bücher.example.org"}, "must be one e-mail address"),
    ],
)
def test_a_program_cannot_make_an_unsafe_notifier_by_mistake(parts, fault):
    with pytest.raises(InvalidSettingsError, match=fault) as caught:
        SmtpNotifier(**{"host": HOST, "sender": SENDER, **parts})
    assert "canary" not in str(caught.value)


def test_the_standard_library_raises_the_mapped_errors():
    """So that a class that is renamed does not slip through."""
    for name in (
        "SMTPRecipientsRefused",
        "SMTPResponseException",
        "SMTPNotSupportedError",
        "SMTPAuthenticationError",
    ):
        assert issubclass(getattr(smtplib, name), smtplib.SMTPException)
