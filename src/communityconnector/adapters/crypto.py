"""Sealing with the package `cryptography`: AES-256-GCM, a data key for each referral, wrapped by keys of the host's.

What is sealed says by what, but not for what: that is bound to it as associated data (the name that it belongs to, and
the id of the key), so a sealed text that is moved to another referral, or put under another key, is not opened.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from communityconnector.errors import InvalidSettingsError, MissingExtraError, SealBrokenError
from communityconnector.notification import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORM: Final = "1"
"""Every sealed text begins with the form that it has."""
_NONCE: Final = 12
"""96 bits, at random: NIST SP 800-38D allows 2 to the power of 32 of them under one key. A data key seals one referral;
a wrapping key, one text for each referral."""
_KEY: Final = 32
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INDEX: Final = b"communityconnector: what patrons are looked up by"


class _Wrapped(NamedTuple):
    """A data key as it is kept.

    Attributes:
        by: id of the key that it is wrapped by.
        id: its own id, which stays when it is wrapped anew.
        sealed: the key itself, sealed.
    """

    by: str
    id: str
    sealed: str

    def __str__(self) -> str:
        return ".".join((_FORM, *self))


class AesGcmKeyring:
    """Seals with AES-256-GCM. It may be shared between threads.

    Keep the keys where the host keeps its other secrets, and never beside the database or its backups. Without them
    what is sealed cannot be read, by anybody.

    Args:
        keys: keys that wrap data keys, by ids of your own, the newest first: each 32 random bytes in base64. The first
            wraps; all unwrap. To take a new one, put it first, call `desk.rewrap_keys()`, and then leave the old one out.
        index_key: 32 other random bytes in base64, by which patrons are looked up. It stays when the others change.

    Raises:
        InvalidSettingsError: a key or its id is none, or there is no key. No key is repeated.
        MissingExtraError: the package is not installed.
    """

    def __init__(self, keys: Mapping[str, Secret], index_key: Secret) -> None:
        try:
            from cryptography.exceptions import InvalidTag
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
            from cryptography.hazmat.primitives.hashes import SHA256
            from cryptography.hazmat.primitives.kdf.hkdf import HKDF
        except ImportError:
            message = "this keyring needs the extra \"crypto\": pip install 'communityconnector[crypto]'"
            raise MissingExtraError(message) from None
        if not keys or not all(_KEY_ID.fullmatch(key_id) for key_id in keys):
            message = "a keyring has at least one key, and ids of up to 64 letters, digits, - and _"
            raise InvalidSettingsError(message)
        self._broken = InvalidTag
        self._cipher = AESGCM
        self._keys = {key_id: AESGCM(_bytes_of(key, key_id)) for key_id, key in keys.items()}
        self._newest = next(iter(keys))
        derived = HKDF(SHA256(), _KEY, salt=None, info=_INDEX).derive(_bytes_of(index_key, "index_key"))
        self._index = Secret(derived.hex())

    def new_key(self, name: str) -> str:
        """See `Keyring.new_key`."""
        return self._wrap(self._cipher.generate_key(bit_length=_KEY * 8), os.urandom(8).hex(), name)

    def seal(self, wrapped: str, name: str, text: str) -> str:
        """See `Keyring.seal`.

        Raises:
            SealBrokenError: the data key cannot be unwrapped.
        """
        found = _read(wrapped)
        key = self._unwrapped(found, name)
        if key is None:
            _refuse(found.by, known=found.by in self._keys)
        return f"{_FORM}.{_sealed(self._cipher(key), text.encode(), _bound('text', name, found.id))}"

    def unseal(self, wrapped: str, name: str, sealed: str) -> str:
        """See `Keyring.unseal`."""
        found = _read(wrapped)
        text = self._unsealed(found, name, sealed)
        if text is None:
            _refuse(found.by, known=found.by in self._keys)
        return text

    def rewrap(self, wrapped: str, name: str) -> str:
        """See `Keyring.rewrap`. A key that the newest has wrapped stays as it is.

        Raises:
            SealBrokenError: the data key cannot be unwrapped.
        """
        found = _read(wrapped)
        if found.by == self._newest:
            return wrapped
        again = self._rewrapped(found, name)
        if again is None:
            _refuse(found.by, known=found.by in self._keys)
        return again

    def index(self, text: str) -> str:
        """See `Keyring.index`: HMAC-SHA-256, with a key that is derived for it from the index key (HKDF-SHA-256)."""
        return hmac.new(bytes.fromhex(self._index.reveal()), text.encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return "<AesGcmKeyring>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = "a keyring is not pickled or copied"
        raise TypeError(message)

    # A failure is `None` in here, and raised where no key is at hand that a traceback could show.

    def _wrap(self, key: bytes, key_id: str, name: str) -> str:
        bound = _bound("key", name, self._newest, key_id)
        return str(_Wrapped(self._newest, key_id, _sealed(self._keys[self._newest], key, bound)))

    def _unwrapped(self, found: _Wrapped, name: str) -> bytes | None:
        by = self._keys.get(found.by)
        return None if by is None else self._opened(by, found.sealed, _bound("key", name, found.by, found.id))

    def _rewrapped(self, found: _Wrapped, name: str) -> str | None:
        key = self._unwrapped(found, name)
        return None if key is None else self._wrap(key, found.id, name)

    def _unsealed(self, found: _Wrapped, name: str, sealed: str) -> str | None:
        key = self._unwrapped(found, name)
        form, _, body = sealed.partition(".")
        if key is None or form != _FORM:
            return None
        text = self._opened(self._cipher(key), body, _bound("text", name, found.id))
        return None if text is None else text.decode()

    def _opened(self, cipher: AESGCM, body: str, bound: bytes) -> bytes | None:
        try:
            raw = base64.b64decode(body, validate=True)
            if base64.b64encode(raw).decode() != body:
                return None  # the last letter of base64 has bits that mean nothing: only one writing counts
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], bound)
        except (self._broken, ValueError):
            return None


def _read(wrapped: str) -> _Wrapped:
    form, *parts = wrapped.split(".")
    if form != _FORM or len(parts) != len(_Wrapped._fields) or not _KEY_ID.fullmatch(parts[0]):
        message = "what should be a wrapped data key is none of this keyring's form"
        raise SealBrokenError(message)
    return _Wrapped(*parts)


def _sealed(cipher: AESGCM, text: bytes, bound: bytes) -> str:
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + cipher.encrypt(nonce, text, bound)).decode()


def _bound(*parts: str) -> bytes:
    """What a sealed text is bound to; as JSON, in which no two lists are written alike."""
    return json.dumps(parts).encode()


def _refuse(key_id: str, *, known: bool) -> NoReturn:
    message = (
        "what was sealed cannot be opened: it has been changed or moved, or was sealed with another key"
        if known
        else f"the keyring has no key {key_id!r}, by which this was wrapped: put it in, behind the newest"
    )
    raise SealBrokenError(message)


def _bytes_of(key: Secret, name: str) -> bytes:
    found = b""
    with contextlib.suppress(ValueError):
        found = base64.b64decode(key.reveal(), validate=True)
    if len(found) == _KEY:
        return found
    # What was given may be a key all the same.
    del found
    message = f"the key {name!r} must be {_KEY} random bytes in base64"
    raise InvalidSettingsError(message)
