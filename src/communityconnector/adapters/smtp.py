"""Messages as e-mail, through a mail server that the library's own account may send by."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import quote

import attrs

from communityconnector.errors import InvalidSettingsError, NotDeliveredError
from communityconnector.notification import Message, Receipt, Secret
from communityconnector.settings import Given

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
# What RFC 5322 calls a dot-atom, on both sides. What it allows besides is in no use, and made to be misread.
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_LONGEST_ID: Final = 200
_LOGIN_FIRST: Final = 530
_LASTING: Final = 500


@attrs.frozen
class SmtpNotifier:
    """Sends each message as a mail of plain text, over a connection of its own. May be shared between threads.

    A mail says that it was made by a program (`Auto-Submitted`), so that no holiday notice comes back, and in which
    language it is. Its `Message-ID` follows from the message's id: a message that comes twice has the same one.
    Nothing in it tells whether it was read.

    Attributes:
        host: the mail server.
        port: of the server.
        security: `starttls` (a server that offers no TLS is not spoken to), `tls` from the first byte on, or `none`.
        sender: the address that mails are from.
        sender_name: the name that mails are from.
        username: of the account on the server; empty where it asks for none.
        password: of that account.
        ca_file: certificates of the authorities that are trusted, instead of the system's.
        timeout: seconds to wait for each answer of the server.
        clock: says what time it is.
    """

    host: str
    sender: str
    security: str = "starttls"
    port: int = attrs.field(default=attrs.Factory(lambda self: _PORTS.get(self.security, 0), takes_self=True))
    sender_name: str = ""
    username: str = ""
    password: Secret | None = None
    ca_file: str | None = None
    timeout: float = 20.0
    clock: Callable[[], datetime] = attrs.field(default=lambda: datetime.now(UTC), repr=False)
    _tls: ssl.SSLContext = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        # A misspelt `security` must not come to mean none.
        if self.security not in _PORTS:
            message = f"`security` of a SmtpNotifier must be one of {', '.join(_PORTS)}"
            raise InvalidSettingsError(message)
        if self.password is not None and self.security == "none":
            message = (
                "a SmtpNotifier without `security` must have no `password`, for it would be sent unprotected"
            )
            raise InvalidSettingsError(message)
        if _address(Secret(self.sender)) != self.sender:
            message = "`sender` of a SmtpNotifier must be one e-mail address of ASCII letters"
            raise InvalidSettingsError(message)

    @_tls.default
    def _trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)

    def send(self, message: Message) -> Receipt:
        """Send a message. It is accepted once the server has taken it on.

        Returns:
            The receipt; its reference is the `Message-ID`.

        Raises:
            NotDeliveredError: the server refused it or is out of reach. It is worth trying again unless the server
                refused the address or the message for good (5xx).
        """
        failure = self._failure(message)
        if failure:
            # Here, where neither an error nor a variable that holds the address is at hand.
            raise failure
        return Receipt(accepted=True, reference=self._message_id(message.id))

    def _failure(self, message: Message) -> NotDeliveredError | None:
        """Send a message, and say what went wrong."""
        to = _address(message.to)
        if to is None:
            return _failed(
                "its target is no e-mail address, or one with letters beyond ASCII before the @", retry=False
            )
        try:
            server = self._opened()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # The last is for a `host` that is no name. All that keeps us from the server, a wrong password included, concerns our account and no recipient.
            # Once it is put right, the same message can be delivered, so no message is given up for it.
            return _failed(_unopened(error), retry=True)
        try:
            # `send_message` would put a mark before lines that begin with "From ".
            server.sendmail(self.sender, [to], self._mail(message, to).as_bytes())
        except (OSError, smtplib.SMTPException) as error:
            return _unsent(error)
        finally:
            # Whatever the server says to this, the message is delivered or not by now.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()
        return None

    def _opened(self) -> smtplib.SMTP:
        """A connection to the server on which mails may be sent."""
        # By this name the server is greeted. The machine's own would be looked up, and stand in every mail.
        name = _domain(self.sender)
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, name, timeout=self.timeout, context=self._tls
            )
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=self.timeout)
        try:
            server.ehlo_or_helo_if_needed()
            if self.security == "starttls":
                server.starttls(context=self._tls)
            if self.password is not None:
                server.login(self.username, self.password.reveal())
        except BaseException:
            server.close()
            raise
        return server

    def _mail(self, message: Message, to: str) -> EmailMessage:
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address(_line(self.sender_name), addr_spec=self.sender)
        mail["To"] = Address(addr_spec=to)
        mail["Subject"] = _line(message.subject)
        mail["Date"] = format_datetime(self.clock())
        mail["Message-ID"] = self._message_id(message.id)
        mail["Auto-Submitted"] = "auto-generated"
        # Lines of any length, and letters that end a mail or a line for some servers, are safe in this encoding.
        body = message.body.encode("utf-8", "replace").decode("utf-8")
        mail.set_content(body, charset="utf-8", cte="quoted-printable")
        if _LANGUAGE.fullmatch(message.language):
            # Only now: new content takes all headers away that describe content.
            mail["Content-Language"] = message.language
        return mail

    def _message_id(self, message_id: str) -> str:
        """`Message-ID` for a message's id, another one for every other."""
        word = quote(message_id.encode("utf-8", "replace"), safe="").replace(".", "%2E")
        if not 0 < len(word) <= _LONGEST_ID:
            # It cannot be folded, and lines have an end.
            word = hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()
        return f"<{word}@{_domain(self.sender)}>"


def from_settings(settings: Mapping[str, str]) -> SmtpNotifier:
    """Make the notifier from a host's settings, which are named as the attributes of `SmtpNotifier`.

    Raises:
        InvalidSettingsError: one is missing or wrong.
    """
    given = Given("smtp", settings)
    host = given.text("host", "the name of the mail server, such as smtp.example.org")
    security = given.choice("security", tuple(_PORTS), "starttls")
    port = given.number("port", _PORTS[security], least=1, most=65_535)
    sender = given.text("sender", "the address that mails are from, such as desk@library.example.org")
    sender_name = given.text("sender_name", "", default="")
    username = given.text("username", "", default="")
    password = given.secret("password")
    ca_file = given.authorities("ca_file")
    timeout = given.number("timeout", 20, least=1, most=300)
    address = _address(Secret(sender))
    if sender and address is None:
        given.wrong("sender", "must be one e-mail address, with ASCII letters before the @")
    if _line(sender_name) != sender_name:
        given.wrong("sender_name", "must be one line")
    if bool(username) != (password is not None):
        given.wrong("username", "and `password` must be set both, or neither")
    if password is not None:
        if security == "none":
            given.wrong("password", "would be sent unprotected: `security` must be starttls or tls")
        if not (username + password.reveal()).isascii():
            given.wrong("password", "and `username` must be of ASCII letters, for servers take no others")
    given.done()
    return SmtpNotifier(
        host,
        address or "",
        security=security,
        port=port,
        sender_name=sender_name,
        username=username,
        password=password,
        ca_file=ca_file,
        timeout=timeout,
    )


def _address(to: Secret) -> str | None:
    """One e-mail address, its domain as the DNS writes it; `None` for anything else."""
    name, _, domain = to.reveal().rpartition("@")
    try:
        written = f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return written if _ADDRESS.fullmatch(written) and len(written) <= 254 else None


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _line(text: str) -> str:
    """A text as one line without control characters, of which some end a line, and so a header."""
    seen = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(seen.split())


def _failed(why: str, *, retry: bool) -> NotDeliveredError:
    return NotDeliveredError(f"a message was not delivered: {why}", retry=retry)


def _unopened(error: Exception) -> str:
    """Why there is no connection on which mails may be sent, in words that repeat nothing of the server's."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the mail server does not prove that it is who `host` names"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server offers no TLS, or no way to log in that is known here"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server does not take `username` and `password` ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server turns us away ({error.smtp_code})"
    return "the mail server cannot be reached"


def _unsent(error: Exception) -> NotDeliveredError:
    """Why a mail was not taken."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), 0)
        return _failed(f"the mail server refuses the address ({code})", retry=code < _LASTING)
    if isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        # Who has to log in first has not said anything about this message yet.
        return _failed(
            f"the mail server refuses the message ({code})", retry=code < _LASTING or code == _LOGIN_FIRST
        )
    return _failed("the connection to the mail server broke", retry=True)
