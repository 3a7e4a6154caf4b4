"""Web hooks that a receiver can trust: signed as in Standard Webhooks, in an envelope as in CloudEvents.

Signatures: github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`, symmetric scheme `v1`.
Envelope: CloudEvents 1.0.2, JSON format. Both ends need only Python's standard library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import floor
from typing import Any, Final, Protocol

from communityconnector.errors import InvalidSettingsError, InvalidSignatureError
from communityconnector.notification import Secret

TOLERANCE: Final = timedelta(minutes=5)
"""How far the clocks of sender and receiver may differ. An older message may be a replayed copy."""

CONTENT_TYPE: Final = "application/cloudevents+json; charset=UTF-8"
"""The media type of an `envelope`."""


class Headers(Protocol):
    """The headers of a request, as any framework has them: by name, in any letter case."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Return names and values."""


_PREFIX: Final = "whsec_"
_SCHEME: Final = "v1"
_LEAST: Final = 24
_MOST: Final = 64

# The signed text separates id, time and body by full stops. With one in the id, an attacker could present the end of the
# id as the time, and the time as the beginning of the body.
_ID: Final = re.compile(r"[!-\-/-~]{1,255}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")

_MISSING: Final = "missing-header"
_REPEATED: Final = "repeated-header"
_ODD_ID: Final = "malformed", "`webhook-id` must be 1 to 255 visible ASCII characters without a full stop"
_ODD_TIME: Final = "malformed", "`webhook-timestamp` must be whole seconds since 1970"
_TOO_OLD: Final = "too-old", "`webhook-timestamp` is too old"
_TOO_NEW: Final = "too-new", "`webhook-timestamp` is in the future"
_NO_MATCH: Final = "no-match", "no signature matches any of the secrets"


def sign(keys: Sequence[Secret], message_id: str, at: datetime, body: bytes) -> str:
    """Return the value of the header `webhook-signature`.

    Args:
        keys: one secret, or several while one replaces another: `whsec_` and 24 to 64 bytes in base64. The receiver
            needs to know one of them.
        message_id: the value of the header `webhook-id`: visible ASCII characters without a full stop.
        at: when it is sent. The header `webhook-timestamp` has the same time in whole seconds (`timestamp`).
        body: the exact body.

    Returns:
        One signature for each key, separated by spaces.

    Raises:
        InvalidSettingsError: a key is invalid, or there is no key.
        InvalidSignatureError: the id is malformed.
    """
    _check_id(message_id)
    return " ".join(_signature(key, message_id, timestamp(at), body) for key in key_bytes(keys))


def timestamp(at: datetime) -> str:
    """Return the value of the header `webhook-timestamp`: whole seconds since 1970."""
    return str(floor(at.timestamp()))


def verify(
    keys: Sequence[Secret],
    headers: Headers,
    body: bytes,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """Check that the sender of a message knows a secret, and that the message is not an old copy.

    Args:
        keys: the accepted secrets.
        headers: the headers of the request, in any letter case.
        body: the exact body as received, before parsing.
        now: the current time.
        tolerance: how far `webhook-timestamp` may be before or after `now`.

    Returns:
        The message's id. The same id may arrive again within the tolerance: process it once.

    Raises:
        InvalidSignatureError: the message cannot be trusted. `reason` states why.
        InvalidSettingsError: a key is invalid, or there is no key.
    """
    decoded = key_bytes(keys)
    message_id = _header(headers, "webhook-id")
    sent = _header(headers, "webhook-timestamp")
    received = _header(headers, "webhook-signature").encode("utf-8", "replace").split(b" ")
    _check_id(message_id)
    if not _SECONDS.fullmatch(sent):
        raise InvalidSignatureError(*_ODD_TIME)
    age = now.timestamp() - int(sent)
    if age > tolerance.total_seconds():
        raise InvalidSignatureError(*_TOO_OLD)
    if -age > tolerance.total_seconds():
        raise InvalidSignatureError(*_TOO_NEW)
    expected = [_signature(key, message_id, sent, body).encode() for key in decoded]
    # All pairs are compared even after a match, so that the time taken does not reveal which one matched.
    if not sum(hmac.compare_digest(ours, theirs) for ours in expected for theirs in received):
        raise InvalidSignatureError(*_NO_MATCH)
    return message_id


def key_bytes(keys: Sequence[Secret]) -> list[bytes]:
    """Return the bytes that secrets encode. One secret may be written in several ways.

    Raises:
        InvalidSettingsError: a secret is invalid, or there is none. The message does not repeat it.
    """
    if not keys:
        message = "at least one secret is needed to sign or verify"
        raise InvalidSettingsError(message)
    return [_decoded(key) for key in keys]


def envelope(message_id: str, source: str, kind: str, data: Mapping[str, Any]) -> bytes:
    """Return a message as a CloudEvent. The same message always gives the same bytes.

    It has no time, because the only known time is that of the attempt, which `webhook-timestamp` states.

    Args:
        message_id: the message's id.
        source: a URI for the sender. Source and id together identify the message.
        kind: its type, in reversed DNS, such as `org.communityconnector.message.v1`.
        data: its content.
    """
    event = {
        "specversion": "1.0",
        "id": message_id,
        "source": source,
        "type": kind,
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(event, separators=(",", ":")).encode("ascii")


def _check_id(message_id: str) -> None:
    if not _ID.fullmatch(message_id):
        raise InvalidSignatureError(*_ODD_ID)


def _header(headers: Headers, name: str) -> str:
    values = [value for key, value in headers.items() if key.lower() == name]
    if len(values) > 1:
        message = f"`{name}` is repeated"
        raise InvalidSignatureError(_REPEATED, message)
    if not values or not values[0]:
        message = f"`{name}` is missing"
        raise InvalidSignatureError(_MISSING, message)
    return values[0]


def _signature(key: bytes, message_id: str, sent: str, body: bytes) -> str:
    digest = hmac.digest(key, f"{message_id}.{sent}.".encode() + body, hashlib.sha256)
    return f"{_SCHEME},{base64.b64encode(digest).decode('ascii')}"


def _decoded(key: Secret) -> bytes:
    secret = _bytes_of(key)
    if not _LEAST <= len(secret) <= _MOST:
        message = f"a secret must be {_PREFIX} and {_LEAST} to {_MOST} bytes in base64"
        raise InvalidSettingsError(message)
    return secret


def _bytes_of(key: Secret) -> bytes:
    """Return the bytes of a secret, or no bytes if it is malformed. An exception here would contain the secret."""
    prefix, _, rest = key.reveal().partition("_")
    try:
        # Some senders omit the padding.
        secret = base64.b64decode(rest + "=" * (-len(rest) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return secret if f"{prefix}_" == _PREFIX else b""
