"""Sealing with the package `cryptography`: AES-256-GCM, with one data key per referral, wrapped by keys of the host.

A sealed text names the key that sealed it, but not what it belongs to. The name that it belongs to and the id of the key
are bound to it as associated data. So a sealed text that was moved to another referral or key cannot be opened.
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
"""Version of the format. Every sealed text begins with it."""
_NONCE: Final = 12
"""Bytes of a random nonce: 96 bits. NIST SP 800-38D allows 2 to the power of 32 of them under one key. A data key seals
the texts of one referral, and a wrapping key seals one data key per referral."""
_KEY: Final = 32
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INDEX: Final = b"communityconnector: what patrons are looked up by"


class _Wrapped(NamedTuple):
    """A data key in its stored form.

    Attributes:
        by: id of the key that wraps it.
        id: its own id, which does not change when it is wrapped again.
        sealed: the key itself, sealed.
    """

    by: str
    id: str
    sealed: str

    def __str__(self) -> str:
        return ".".join((_FORM, *self))


class AesGcmKeyring:
    """Seals with AES-256-GCM. It may be shared between threads.

    Store the keys with the host's other secrets, and never with the database or its backups. Without the keys, sealed
    data cannot be read by anyone.

    Args:
        keys: keys that wrap data keys, by ids that you choose, the newest first. Each has 32 random bytes in base64. The
            first key wraps, and all keys unwrap. To change keys, put the new one first, call `desk.rewrap_keys()`, and
            then remove the old one.
        index_key: 32 other random bytes in base64, used to look up patrons. It stays the same when the others change.

    Raises:
        InvalidSettingsError: a key or its id is invalid, or there is no key. The message repeats no key.
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
            message = "a keyring needs at least one key, with an id of up to 64 letters, digits, - and _"
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
        data_key = _read(wrapped)
        key = self._unwrapped(data_key, name)
        if key is None:
            _refuse(data_key.by, known=data_key.by in self._keys)
        return f"{_FORM}.{_sealed(self._cipher(key), text.encode(), _bound('text', name, data_key.id))}"

    def unseal(self, wrapped: str, name: str, sealed: str) -> str:
        """See `Keyring.unseal`."""
        data_key = _read(wrapped)
        text = self._unsealed(data_key, name, sealed)
        if text is None:
            _refuse(data_key.by, known=data_key.by in self._keys)
        return text

    def rewrap(self, wrapped: str, name: str) -> str:
        """See `Keyring.rewrap`. A data key that the newest key wraps is returned unchanged.

        Raises:
            SealBrokenError: the data key cannot be unwrapped.
        """
        data_key = _read(wrapped)
        if data_key.by == self._newest:
            return wrapped
        rewrapped = self._rewrapped(data_key, name)
        if rewrapped is None:
            _refuse(data_key.by, known=data_key.by in self._keys)
        return rewrapped

    def index(self, text: str) -> str:
        """See `Keyring.index`: HMAC-SHA-256, with a key derived from the index key (HKDF-SHA-256)."""
        return hmac.new(bytes.fromhex(self._index.reveal()), text.encode(), hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return "<AesGcmKeyring>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        message = "a keyring cannot be pickled or copied"
        raise TypeError(message)

    # The methods below return `None` on failure. Their callers raise, where no key can appear in a traceback.

    def _wrap(self, key: bytes, key_id: str, name: str) -> str:
        bound = _bound("key", name, self._newest, key_id)
        return str(_Wrapped(self._newest, key_id, _sealed(self._keys[self._newest], key, bound)))

    def _unwrapped(self, data_key: _Wrapped, name: str) -> bytes | None:
        cipher = self._keys.get(data_key.by)
        if cipher is None:
            return None
        return self._opened(cipher, data_key.sealed, _bound("key", name, data_key.by, data_key.id))

    def _rewrapped(self, data_key: _Wrapped, name: str) -> str | None:
        key = self._unwrapped(data_key, name)
        return None if key is None else self._wrap(key, data_key.id, name)

    def _unsealed(self, data_key: _Wrapped, name: str, sealed: str) -> str | None:
        key = self._unwrapped(data_key, name)
        form, _, body = sealed.partition(".")
        if key is None or form != _FORM:
            return None
        text = self._opened(self._cipher(key), body, _bound("text", name, data_key.id))
        return None if text is None else text.decode()

    def _opened(self, cipher: AESGCM, body: str, bound: bytes) -> bytes | None:
        try:
            raw = base64.b64decode(body, validate=True)
            if base64.b64encode(raw).decode() != body:
                return None  # the last letter of base64 has unused bits: only one spelling counts
            return cipher.decrypt(raw[:_NONCE], raw[_NONCE:], bound)
        except (self._broken, ValueError):
            return None


def _read(wrapped: str) -> _Wrapped:
    form, *parts = wrapped.split(".")
    if form != _FORM or len(parts) != len(_Wrapped._fields) or not _KEY_ID.fullmatch(parts[0]):
        message = "the wrapped data key is not in this keyring's format"
        raise SealBrokenError(message)
    return _Wrapped(*parts)


def _sealed(cipher: AESGCM, text: bytes, bound: bytes) -> str:
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + cipher.encrypt(nonce, text, bound)).decode()


def _bound(*parts: str) -> bytes:
    """Return what a sealed text is bound to. JSON, because it writes no two lists alike."""
    return json.dumps(parts).encode()


def _refuse(key_id: str, *, known: bool) -> NoReturn:
    message = (
        "the sealed data cannot be opened: it was changed or moved, or was sealed with another key"
        if known
        else f"the keyring lacks the key {key_id!r}, which wrapped this data: add it after the newest key"
    )
    raise SealBrokenError(message)


def _bytes_of(key: Secret, name: str) -> bytes:
    decoded = b""
    with contextlib.suppress(ValueError):
        decoded = base64.b64decode(key.reveal(), validate=True)
    if len(decoded) == _KEY:
        return decoded
    # Even a value of the wrong length may be a real key, so the traceback must not show it.
    del decoded
    message = f"the key {name!r} must be {_KEY} random bytes in base64"
    raise InvalidSettingsError(message)
