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
from communityconnector.settings import Given

KIND: Final = "org.communityconnector.message.v1"
"""The type of the events that are sent."""

LONGEST_WAIT: Final = 24 * 3600.0
"""Seconds that are waited at most before the next try, whatever a receiver asks for."""

PAUSES: Final = (5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
"""Seconds before each further try: the schedule that Standard Webhooks gives as its example."""

_MAY_PASS: Final = frozenset({408, 425, 429})
_HOST: Final = re.compile(r"[a-z0-9._:-]{1,255}")
_KEPT: Final = "!$%&'()*+,-./:;=?@_~"


class _Target(NamedTuple):
    """Where to post to."""

    secure: bool
    host: str
    port: int
    path: str


@attrs.frozen
class WebhookNotifier:
    """Posts each message to the URL that it is for, as a signed CloudEvent.

    Only `https` is spoken, only to addresses on the Internet, and to the very address that was checked. Redirects are
    not followed, proxies are not used. May be shared between threads.

    Attributes:
        keys: secrets to sign with (`webhooks.sign`): one, or several while one takes another's place.
        source: who sends, a URI: the `source` of the events.
        http_hosts: hosts that may be written to without TLS: in-house servers, and those of tests.
        private_hosts: hosts that may lie in a closed network. Each name or address as it stands in URLs.
        ca_file: certificates of the authorities that are trusted, instead of the system's.
        timeout: seconds that a delivery may take.
        resolve: says which addresses a host has.
        clock: says what time it is.
        pauses: how long is waited before each further try (`Notifier`).
    """

    keys: Sequence[Secret]
    source: str
    # Who the partners are is not for every log either.
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
        """Post a message. It is accepted where the receiver answers 2xx.

        Raises:
            NotDeliveredError: the receiver is out of reach, may not be written to, or answers otherwise. It is worth
                trying again unless the URL is wrong or the answer is 3xx or 4xx (408, 425 and 429 apart).
        """
        failure = self._failure(message)
        if failure:
            # Here, where neither an error nor a variable that holds the URL is at hand.
            raise failure
        return Receipt(accepted=True)

    def _failure(self, message: Message) -> NotDeliveredError | None:
        """Post a message, and say what went wrong."""
        target = self._target(message.to)
        if target is None:
            return _failed("its target is no URL that may be written to: https and a host expected")
        try:
            addresses = self.resolve(target.host, target.port)
        except UnicodeError:
            return _failed("the target's host is no name")
        except OSError:
            return _failed("the target's host cannot be looked up", retry=True)
        if not addresses:
            return _failed("the target's host has no address", retry=True)
        # One that is refused refuses all: a name that leads to both is made to be mistaken.
        if target.host not in self.private_hosts and not all(map(is_public, addresses)):
            return _failed("the target lies in a closed network, and is not among `private_hosts`")
        return self._posted(message, target, addresses)

    def _posted(
        self, message: Message, target: _Target, addresses: Sequence[str]
    ) -> NotDeliveredError | None:
        said = {"subject": message.subject, "body": message.body, "language": message.language}
        told = {"referral_id": message.referral_id, "template": message.template, "link": message.link}
        said |= {name: text for name, text in told.items() if text}
        body = webhooks.envelope(message.id, self.source, KIND, said)
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
            return _failed("its id cannot be sent: visible ASCII letters without a full stop expected")
        tls = self._tls if target.secure else None
        connection = PinnedConnection(target.host, target.port, addresses, tls, Deadline(self.timeout))
        try:
            connection.request("POST", target.path, body, headers)
            # The body of the answer is left unread: it says nothing that is needed, and may be endless.
            answer = connection.getresponse()
            return _judged(answer.status, answer.getheader("Retry-After"), at)
        except ssl.SSLCertVerificationError:
            return _failed("the receiver does not prove that it is who the URL names", retry=True)
        except TimeoutError:
            return _failed(f"the receiver does not answer within {self.timeout:g} seconds", retry=True)
        except (OSError, HTTPException, ValueError):
            # The last for names that TLS takes for none.
            return _failed("the receiver cannot be reached, or gives no proper answer", retry=True)
        finally:
            connection.close()

    def _target(self, to: Secret) -> _Target | None:
        """Where a URL leads; `None` where nothing may be sent there."""
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
        path = quote(parts.path or "/", safe=_KEPT)
        query = f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
        return _Target(secure, host, port or (443 if secure else 80), path + query)


def from_settings(settings: Mapping[str, str]) -> WebhookNotifier:
    """Make the notifier from a host's settings: `secrets`, `source`, `http_hosts`, `private_hosts`, `ca_file`, `timeout`.

    Raises:
        InvalidSettingsError: one is missing or wrong.
    """
    given = Given("webhook", settings)
    keys = tuple(map(Secret, given.words("secrets")))
    if not keys:
        given.wrong(
            "secrets",
            "is missing: whsec_ and 24 to 64 random bytes in base64, or several with spaces between",
        )
    elif not _are_keys(keys):
        given.wrong(
            "secrets", "must be whsec_ and 24 to 64 random bytes in base64, or several with spaces between"
        )
    source = given.text("source", "the URI that stands for your library, such as https://library.example.org")
    http_hosts = frozenset(name.lower() for name in given.words("http_hosts"))
    private_hosts = frozenset(name.lower() for name in given.words("private_hosts"))
    ca_file = given.authorities("ca_file")
    timeout = given.number("timeout", 20, least=1, most=300)
    given.done()
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
    """What an answer's status means."""
    if 200 <= status < 300:
        return None
    if status in _MAY_PASS or status >= 500:
        return _failed(f"the receiver answers {status}", retry=True, after=_seconds(retry_after, now))
    if 300 <= status < 400:
        return _failed(f"the receiver answers {status}, a redirect, and redirects are not followed")
    if status == 410:
        return _failed("the receiver answers 410: it wants no more messages at this URL")
    return _failed(f"the receiver answers {status}")


def _seconds(retry_after: str | None, now: datetime) -> float | None:
    """What a header `Retry-After` asks for; `None` where it asks for nothing that is understood."""
    asked = (retry_after or "").strip()
    if re.fullmatch(r"[0-9]{1,9}", asked):
        return min(float(asked), LONGEST_WAIT)
    try:
        date = parsedate_to_datetime(asked)
    except (ValueError, TypeError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return min(max((date - now).total_seconds(), 0.0), LONGEST_WAIT)
