"""Web hooks that a receiver can trust: signatures after Standard Webhooks, in an envelope after CloudEvents.

Signatures: github.com/standard-webhooks/standard-webhooks, `spec/standard-webhooks.md`, symmetric scheme `v1`.
Envelope: CloudEvents 1.0.2, JSON format. The standard library is all that is needed on both ends.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import floor
from typing import Any, Final

from communityconnector.errors import InvalidSettingsError, InvalidSignatureError
from communityconnector.notification import Secret

TOLERANCE: Final = timedelta(minutes=5)
"""How far the clocks of sender and receiver may be apart; what is older may be a copy of what was sent before."""

CONTENT_TYPE: Final = "application/cloudevents+json; charset=UTF-8"
"""The media type of an `envelope`."""

_PREFIX: Final = "whsec_"
_SCHEME: Final = "v1"
_LEAST: Final = 24
_MOST: Final = 64

# A full stop stands between id, time and body in what is signed. One within an id would let a receiver be shown the
# end of the id as the time, and the time as the beginning of the body.
_ID: Final = re.compile(r"[!-\-/-~]{1,255}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")

_MISSING: Final = "missing-header"
_REPEATED: Final = "repeated-header"
_ODD_ID: Final = "malformed", "`webhook-id` must be 1 to 255 visible ASCII letters, no full stop among them"
_ODD_TIME: Final = "malformed", "`webhook-timestamp` must be whole seconds since 1970"
_TOO_OLD: Final = "too-old", "`webhook-timestamp` lies too far back"
_TOO_NEW: Final = "too-new", "`webhook-timestamp` lies in the future"
_NO_MATCH: Final = "no-match", "no signature fits any of the secrets"


def sign(keys: Sequence[Secret], message_id: str, at: datetime, body: bytes) -> str:
    """The value of the header `webhook-signature`.

    Args:
        keys: one secret, or several while one takes another's place: `whsec_` and 24 to 64 bytes in base64. The
            receiver needs to know one of them.
        message_id: the value of the header `webhook-id`: visible ASCII letters without a full stop.
        at: when it is sent. The header `webhook-timestamp` has it in whole seconds (`timestamp`).
        body: exactly what is sent.

    Returns:
        One signature for each key, with spaces between them.

    Raises:
        InvalidSettingsError: a key is none, or there is none.
        InvalidSignatureError: nothing with this id can be signed.
    """
    _check_id(message_id)
    return " ".join(_signature(key, message_id, timestamp(at), body) for key in key_bytes(keys))


def timestamp(at: datetime) -> str:
    """The value of the header `webhook-timestamp`: whole seconds since 1970."""
    return str(floor(at.timestamp()))


def verify(
    keys: Sequence[Secret],
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
    tolerance: timedelta = TOLERANCE,
) -> str:
    """Make sure that a message comes from somebody who knows a secret, and is no old copy.

    Args:
        keys: the secrets that are taken.
        headers: the headers of the request, in capitals or not.
        body: exactly what came, before anything is read out of it.
        now: the time.
        tolerance: how far `webhook-timestamp` may lie before or after `now`.

    Returns:
        The message's id. The same id may come again within the tolerance: take it once.

    Raises:
        InvalidSignatureError: it is not to be trusted; `reason` says why.
        InvalidSettingsError: a key is none, or there is none.
    """
    decoded = key_bytes(keys)
    message_id = _header(headers, "webhook-id")
    sent = _header(headers, "webhook-timestamp")
    given = _header(headers, "webhook-signature").encode("utf-8", "replace").split(b" ")
    _check_id(message_id)
    if not _SECONDS.fullmatch(sent):
        raise InvalidSignatureError(*_ODD_TIME)
    late = now.timestamp() - int(sent)
    if late > tolerance.total_seconds():
        raise InvalidSignatureError(*_TOO_OLD)
    if -late > tolerance.total_seconds():
        raise InvalidSignatureError(*_TOO_NEW)
    expected = [_signature(key, message_id, sent, body).encode() for key in decoded]
    # All are compared whatever is found, so that time does not tell which was right.
    if not sum(hmac.compare_digest(one, other) for one in expected for other in given):
        raise InvalidSignatureError(*_NO_MATCH)
    return message_id


def key_bytes(keys: Sequence[Secret]) -> list[bytes]:
    """The bytes that secrets stand for: one secret may be written in several ways.

    Raises:
        InvalidSettingsError: one is none, or there is none; the message does not repeat it.
    """
    if not keys:
        message = "there is no secret to sign or verify with"
        raise InvalidSettingsError(message)
    return [_decoded(key) for key in keys]


def envelope(message_id: str, source: str, kind: str, data: Mapping[str, Any]) -> bytes:
    """A message as CloudEvents has it: the same message is always the same bytes.

    It bears no time, for the only one that is known here is that of an attempt, which `webhook-timestamp` tells.

    Args:
        message_id: the message's id.
        source: who sends it, a URI. Source and id together are one message's alone.
        kind: what it is, in reversed DNS, such as `org.communityconnector.message.v1`.
        data: what it says.
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


def _header(headers: Mapping[str, str], name: str) -> str:
    found = [value for key, value in headers.items() if key.lower() == name]
    if len(found) > 1:
        words = f"`{name}` comes twice"
        raise InvalidSignatureError(_REPEATED, words)
    if not found or not found[0]:
        words = f"`{name}` is missing"
        raise InvalidSignatureError(_MISSING, words)
    return found[0]


def _signature(key: bytes, message_id: str, sent: str, body: bytes) -> str:
    digest = hmac.digest(key, f"{message_id}.{sent}.".encode() + body, hashlib.sha256)
    return f"{_SCHEME},{base64.b64encode(digest).decode('ascii')}"


def _decoded(key: Secret) -> bytes:
    found = _bytes_of(key)
    if not _LEAST <= len(found) <= _MOST:
        message = f"a secret must be {_PREFIX} and {_LEAST} to {_MOST} bytes in base64"
        raise InvalidSettingsError(message)
    return found


def _bytes_of(key: Secret) -> bytes:
    """The bytes of a secret; none where it is malformed. It raises nothing, for an error would hold the secret."""
    prefix, _, rest = key.reveal().partition("_")
    try:
        # Some senders leave the padding out.
        found = base64.b64decode(rest + "=" * (-len(rest) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
    return found if f"{prefix}_" == _PREFIX else b""
