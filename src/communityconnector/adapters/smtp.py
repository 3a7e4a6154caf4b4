"""Messages as e-mail, through a mail server on which the library has an account."""

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
from communityconnector.settings import SettingsReader

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
# A dot-atom of RFC 5322 on both sides. Its other forms are not in use and easy to misread.
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_LONGEST_ID: Final = 200
_LOGIN_FIRST: Final = 530
_LASTING: Final = 500


@attrs.frozen
class SmtpNotifier:
    """Sends each message as a mail of plain text, over a connection of its own. May be shared between threads.

    The mail is marked as made by a program (`Auto-Submitted`), so that no absence notice comes back, and states its
    language. Its `Message-ID` is derived from the message's id, so a message that arrives twice has the same one. It
    contains nothing that reveals whether it was read.

    Attributes:
        host: the mail server.
        port: the server's port.
        security: `starttls` (a server without TLS is refused), `tls` from the first byte on, or `none`.
        sender: the sender's address.
        sender_name: the sender's name.
        username: the account on the server; empty if it requires none.
        password: the password of that account.
        ca_file: certificates of the trusted authorities, instead of the system's.
        timeout: seconds to wait for each response of the server.
        clock: returns the current time.
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
        # A misspelt `security` must not count as "none".
        if self.security not in _PORTS:
            message = f"`security` of a SmtpNotifier must be one of {', '.join(_PORTS)}"
            raise InvalidSettingsError(message)
        if self.password is not None and self.security == "none":
            message = (
                "a SmtpNotifier with `security` none must have no `password`: it would be sent unprotected"
            )
            raise InvalidSettingsError(message)
        if _address(Secret(self.sender)) != self.sender:
            message = "`sender` of a SmtpNotifier must be one e-mail address of ASCII letters"
            raise InvalidSettingsError(message)

    @_tls.default
    def _trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)

    def send(self, message: Message) -> Receipt:
        """Send a message. It counts as accepted once the server has taken it.

        Returns:
            The receipt, with the `Message-ID` as its reference.

        Raises:
            NotDeliveredError: the server refused it or cannot be reached. `retry` is true unless the server refused the
                address or the message permanently (5xx).
        """
        failure = self._failure(message)
        if failure:
            # Raised here, where no error and no variable in the traceback contains the address.
            raise failure
        return Receipt(accepted=True, reference=self._message_id(message.id))

    def _failure(self, message: Message) -> NotDeliveredError | None:
        """Send a message. Return the failure, if any."""
        to = _address(message.to)
        if to is None:
            return _failed(
                "its target is not an e-mail address, or has letters beyond ASCII before the @", retry=False
            )
        try:
            server = self._opened()
        except (OSError, smtplib.SMTPException, ValueError) as error:
            # ValueError: `host` is not a host name. Any failure to connect, even a wrong password, concerns our account
            # and no recipient. Once that is corrected the same message can be delivered, so it is tried again.
            return _failed(_unopened(error), retry=True)
        try:
            # `send_message` would insert a character before lines that begin with "From ".
            server.sendmail(self.sender, [to], self._mail(message, to).as_bytes())
        except (OSError, smtplib.SMTPException) as error:
            return _unsent(error)
        finally:
            # By now it is settled whether the message was delivered, so failures of `quit` do not matter.
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
            server.close()
        return None

    def _opened(self) -> smtplib.SMTP:
        """Return a connection to the server that is ready for mails."""
        # The name for the greeting. By default the machine's own would be looked up and appear in every mail.
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
        # This encoding is safe for lines of any length, and for characters that end a mail or a line on some servers.
        body = message.body.encode("utf-8", "replace").decode("utf-8")
        mail.set_content(body, charset="utf-8", cte="quoted-printable")
        if _LANGUAGE.fullmatch(message.language):
            # Set last, because setting the content removes all headers that describe content.
            mail["Content-Language"] = message.language
        return mail

    def _message_id(self, message_id: str) -> str:
        """Return the `Message-ID` for a message's id. Different ids give different ones."""
        word = quote(message_id.encode("utf-8", "replace"), safe="").replace(".", "%2E")
        if not 0 < len(word) <= _LONGEST_ID:
            # The header cannot be folded, and lines have a maximum length.
            word = hashlib.sha256(message_id.encode("utf-8", "replace")).hexdigest()
        return f"<{word}@{_domain(self.sender)}>"


def from_settings(settings: Mapping[str, str]) -> SmtpNotifier:
    """Make the notifier from a host's settings, named like the attributes of `SmtpNotifier`.

    Raises:
        InvalidSettingsError: a setting is missing or invalid.
    """
    reader = SettingsReader("smtp", settings)
    host = reader.text("host", "the name of the mail server, such as smtp.example.org")
    security = reader.choice("security", tuple(_PORTS), "starttls")
    port = reader.number("port", _PORTS[security], least=1, most=65_535)
    sender = reader.text("sender", "the sender's address, such as desk@library.example.org")
    sender_name = reader.text("sender_name", "", default="")
    username = reader.text("username", "", default="")
    password = reader.secret("password")
    ca_file = reader.authorities("ca_file")
    timeout = reader.number("timeout", 20, least=1, most=300)
    address = _address(Secret(sender))
    if sender and address is None:
        reader.wrong("sender", "must be one e-mail address, with ASCII letters before the @")
    if _line(sender_name) != sender_name:
        reader.wrong("sender_name", "must be one line")
    if bool(username) != (password is not None):
        reader.wrong("username", "and `password` must be set together, or neither")
    if password is not None:
        if security == "none":
            reader.wrong("password", "would be sent unprotected: `security` must be starttls or tls")
        if not (username + password.reveal()).isascii():
            reader.wrong("password", "and `username` must be ASCII: servers take no other letters")
    reader.done()
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
    """Return an e-mail address with its domain in DNS form, or `None` for anything else."""
    name, _, domain = to.reveal().rpartition("@")
    try:
        written = f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None
    return written if _ADDRESS.fullmatch(written) and len(written) <= 254 else None


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def _line(text: str) -> str:
    """Return a text as one line without control characters, some of which would end a header."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.split())


def _failed(why: str, *, retry: bool) -> NotDeliveredError:
    return NotDeliveredError(f"a message was not delivered: {why}", retry=retry)


def _unopened(error: Exception) -> str:
    """Return why no mail can be sent over the connection, without repeating any text of the server."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the certificate of the mail server does not match `host`, or is not trusted"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server offers no TLS, or no supported way to log in"
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"the mail server rejects `username` and `password` ({error.smtp_code})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server refuses the connection ({error.smtp_code})"
    return "the mail server cannot be reached"


def _unsent(error: Exception) -> NotDeliveredError:
    """Return the failure for a mail that was not taken."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = next((code for code, _ in error.recipients.values()), 0)
        return _failed(f"the mail server refuses the address ({code})", retry=code < _LASTING)
    if isinstance(error, smtplib.SMTPResponseException):
        code = error.smtp_code
        # A request to log in first is not yet a refusal of this message.
        return _failed(
            f"the mail server refuses the message ({code})", retry=code < _LASTING or code == _LOGIN_FIRST
        )
    return _failed("the connection to the mail server broke", retry=True)
