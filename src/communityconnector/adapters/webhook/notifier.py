"""The notifier that posts to web hooks."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import ClassVar, Final, NamedTuple
from urllib.parse import quote, urlsplit

import attrs

from communityconnector import webhooks
from communityconnector.adapters.webhook.addresses import Resolve, is_public, resolve
from communityconnector.adapters.webhook.connection import Deadline, PinnedConnection
from communityconnector.errors import InvalidSettingsError, InvalidSignatureError, NotDeliveredError
from communityconnector.notification import Message, Receipt, Secret
from communityconnector.settings import SettingsReader

KIND: Final = "org.communityconnector.message.v1"
"""The CloudEvents type of the events."""

LONGEST_WAIT: Final = 24 * 3600.0
"""The longest wait before the next attempt, in seconds, even if a receiver asks for more."""

PAUSES: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""Seconds before each further attempt: the example schedule of Standard Webhooks."""

_MAY_PASS: Final = frozenset({408, 425, 429})
_HOST: Final = re.compile(r"[a-z0-9._:-]{1,255}")
_UNQUOTED: Final = "!$%&'()*+,-./:;=?@_~"


class _Target(NamedTuple):
    """The parts of a URL to post to."""

    secure: bool
    host: str
    port: int
    path: str


@attrs.frozen
class WebhookNotifier:
    """Posts each message to its URL, as a signed CloudEvent.

    It uses only `https`, only addresses on the public Internet, and exactly the address that was checked. It follows no
    redirects and uses no proxies. May be shared between threads.

    Attributes:
        keys: secrets to sign with (`webhooks.sign`): one, or several while one replaces another.
        source: a URI for the sender: the `source` of the events.
        http_hosts: hosts that may receive messages without TLS: in-house servers and test servers.
        private_hosts: hosts that may be in a closed network. Each name or address as it is written in URLs.
        ca_file: certificates of the authorities that are trusted, instead of the system's.
        timeout: seconds that a delivery may take.
        resolve: returns the addresses of a host.
        clock: returns the current time.
        pauses: seconds to wait before each further attempt (`Notifier`).
    """

    keys: Sequence[Secret]
    source: str
    # Host names reveal partners, so logs do not get them.
    http_hosts: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    private_hosts: frozenset[str] = attrs.field(default=frozenset(), repr=False)
    ca_file: str | None = None
    timeout: float = 20.0
    resolve: Resolve = attrs.field(default=resolve, repr=False)
    clock: Callable[[], datetime] = attrs.field(default=lambda: datetime.now(UTC), repr=False)
    _tls: ssl.SSLContext = attrs.field(init=False, repr=False, eq=False)
    pauses: ClassVar[tuple[int, ...]] = PAUSES

    def __attrs_post_init__(self) -> None:
        webhooks.key_bytes(self.keys)

    @_tls.default
    def _trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca_file)

    def send(self, message: Message) -> Receipt:
        """Post a message. It counts as accepted if the receiver answers 2xx.

        Raises:
            NotDeliveredError: the receiver cannot be reached, is not allowed, or gives another answer. `retry` is true
                unless the URL is wrong or the answer is 3xx or 4xx (except 408, 425 and 429).
        """
        failure = self._failure(message)
        if failure:
            # Raised here, where no error and no variable in the traceback contains the URL.
            raise failure
        return Receipt(accepted=True)

    def _failure(self, message: Message) -> NotDeliveredError | None:
        """Post a message. Return the failure, if any."""
        target = self._target(message.to)
        if target is None:
            return _failed("its target is not an allowed URL: expected https and a host")
        try:
            addresses = self.resolve(target.host, target.port)
        except UnicodeError:
            return _failed("the host of its target is not a valid name")
        except OSError:
            return _failed("the host of its target cannot be looked up", retry=True)
        if not addresses:
            return _failed("the host of its target has no address", retry=True)
        # One closed address refuses all: a name with public and closed addresses is likely an attack.
        if target.host not in self.private_hosts and not all(map(is_public, addresses)):
            return _failed("its target is in a closed network and not listed in `private_hosts`")
        return self._posted(message, target, addresses)

    def _posted(
        self, message: Message, target: _Target, addresses: Sequence[str]
    ) -> NotDeliveredError | None:
        data = {"subject": message.subject, "body": message.body, "language": message.language}
        optional = {"referral_id": message.referral_id, "template": message.template, "link": message.link}
        data |= {name: text for name, text in optional.items() if text}
        body = webhooks.envelope(message.id, self.source, KIND, data)
        at = self.clock()
        try:
            headers = {
                "Content-Type": webhooks.CONTENT_TYPE,
                "User-Agent": "communityconnector",
                "Connection": "close",
                "webhook-id": message.id,
                "webhook-timestamp": webhooks.timestamp(at),
                "webhook-signature": webhooks.sign(self.keys, message.id, at, body),
            }
        except InvalidSignatureError:
            return _failed("its id cannot be sent: expected visible ASCII characters without a full stop")
        tls = self._tls if target.secure else None
        connection = PinnedConnection(target.host, target.port, addresses, tls, Deadline(self.timeout))
        try:
            connection.request("POST", target.path, body, headers)
            # The body of the answer is not read: it is not needed and may be endless.
            answer = connection.getresponse()
            return _judged(answer.status, answer.getheader("Retry-After"), at)
        except ssl.SSLCertVerificationError:
            return _failed(
                "the certificate of the receiver does not match its URL, or is not trusted", retry=True
            )
        except TimeoutError:
            return _failed(f"the receiver does not answer within {self.timeout:g} seconds", retry=True)
        except (OSError, HTTPException, ValueError):
            # ValueError: TLS does not accept the host as a name.
            return _failed("the receiver cannot be reached, or gives no valid answer", retry=True)
        finally:
            connection.close()

    def _target(self, to: Secret) -> _Target | None:
        """Return the parts of a URL, or `None` if nothing may be sent there."""
        url = to.reveal()
        if any(letter.isspace() or not letter.isprintable() for letter in url):
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
            host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        except ValueError:
            return None
        secure = parts.scheme == "https"
        if not secure and not (parts.scheme == "http" and host in self.http_hosts):
            return None
        if not _HOST.fullmatch(host) or parts.username is not None or parts.password is not None:
            return None
        path = quote(parts.path or "/", safe=_UNQUOTED)
        query = f"?{quote(parts.query, safe=_UNQUOTED)}" if parts.query else ""
        return _Target(secure, host, port or (443 if secure else 80), path + query)


def from_settings(settings: Mapping[str, str]) -> WebhookNotifier:
    """Make the notifier from a host's settings: `secrets`, `source`, `http_hosts`, `private_hosts`, `ca_file`, `timeout`.

    Raises:
        InvalidSettingsError: a setting is missing or invalid.
    """
    reader = SettingsReader("webhook", settings)
    keys = tuple(map(Secret, reader.words("secrets")))
    if not keys:
        reader.wrong(
            "secrets",
            "is missing: give whsec_ and 24 to 64 random bytes in base64, or several separated by spaces",
        )
    elif not _are_keys(keys):
        reader.wrong(
            "secrets", "must be whsec_ and 24 to 64 random bytes in base64, or several separated by spaces"
        )
    source = reader.text("source", "a URI for your library, such as https://library.example.org")
    http_hosts = frozenset(name.lower() for name in reader.words("http_hosts"))
    private_hosts = frozenset(name.lower() for name in reader.words("private_hosts"))
    ca_file = reader.authorities("ca_file")
    timeout = reader.number("timeout", 20, least=1, most=300)
    reader.done()
    return WebhookNotifier(keys, source, http_hosts, private_hosts, ca_file, timeout)


def _are_keys(keys: Sequence[Secret]) -> bool:
    try:
        webhooks.key_bytes(keys)
    except InvalidSettingsError:
        return False
    return True


def _failed(why: str, *, retry: bool = False, after: float | None = None) -> NotDeliveredError:
    return NotDeliveredError(f"a message was not delivered: {why}", retry=retry, after=after)


def _judged(status: int, retry_after: str | None, now: datetime) -> NotDeliveredError | None:
    """Return the failure that an answer's status means, or `None` for success."""
    if 200 <= status < 300:
        return None
    if status in _MAY_PASS or status >= 500:
        return _failed(f"the receiver answers {status}", retry=True, after=_seconds(retry_after, now))
    if 300 <= status < 400:
        return _failed(f"the receiver answers {status}, a redirect, and redirects are not followed")
    if status == 410:
        return _failed("the receiver answers 410: it takes no more messages at this URL")
    return _failed(f"the receiver answers {status}")


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """Return the seconds that a header `Retry-After` asks for, or `None` if it cannot be understood."""
    text = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(float(text), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return min(max((date - now).total_seconds(), 0.0), LONGEST_WAIT)
