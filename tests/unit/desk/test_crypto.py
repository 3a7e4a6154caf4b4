"""Sealed text opens only for its own name and under its own key; after a change of keys it can still be read and looked up."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
import json
import pickle
import re
import sys
import traceback

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from builders import key_of, keyring
from communityconnector.adapters.crypto import AesGcmKeyring
from communityconnector.errors import InvalidSettingsError, MissingExtraError, SealBrokenError
from communityconnector.notification import Secret


def report(error: BaseException) -> str:
    """All that a report of an error could show, below the test itself."""
    trace = error.__traceback__
    shown = traceback.TracebackException(type(error), error, trace and trace.tb_next, capture_locals=True)
    return "".join(shown.format())


@st.composite
def changed(draw, whole: str) -> str:
    """Return a text with one letter changed."""
    at = draw(st.integers(0, len(whole) - 1))
    # By how much, not to what: what is drawn must not hang on the keys, which are new each time.
    letter = chr(33 + (ord(whole[at]) - 33 + draw(st.integers(1, 93))) % 94)
    return whole[:at] + letter + whole[at + 1 :]


NAMES = st.text(min_size=1, max_size=20)
TEXTS = st.text(max_size=200)


@given(name=NAMES, text=TEXTS)
def test_sealed_text_can_be_opened(name, text):
    ring = keyring()
    wrapped = ring.new_key(name)
    sealed = ring.seal(wrapped, name, text)
    assert ring.unseal(wrapped, name, sealed) == text
    assert sealed != ring.seal(wrapped, name, text)
    assert sealed.isascii()


@given(name=NAMES, other=NAMES, text=TEXTS)
def test_sealed_text_moved_to_another_name_does_not_open(name, other, text):
    ring = keyring()
    wrapped, another = ring.new_key(name), ring.new_key(name)
    sealed = ring.seal(wrapped, name, text)
    with pytest.raises(SealBrokenError):
        ring.unseal(another, name, sealed)
    if other != name:
        with pytest.raises(SealBrokenError):
            ring.unseal(wrapped, other, sealed)
        with pytest.raises(SealBrokenError):
            keyring("b", "a").rewrap(wrapped, other)


@given(text=TEXTS, data=st.data())
def test_changed_sealed_text_does_not_open(text, data):
    ring = keyring()
    wrapped = ring.new_key("r-1")
    sealed = ring.seal(wrapped, "r-1", text)
    with pytest.raises(SealBrokenError):
        ring.unseal(wrapped, "r-1", data.draw(changed(sealed)))
    with pytest.raises(SealBrokenError):
        ring.unseal(data.draw(changed(wrapped)), "r-1", sealed)


@given(name=NAMES, text=TEXTS)
def test_a_new_key_takes_the_place_of_an_old_one(name, text):
    before = keyring("old")
    wrapped = before.new_key(name)
    sealed = before.seal(wrapped, name, text)
    both = keyring("new", "old")
    assert both.unseal(wrapped, name, sealed) == text
    again = both.rewrap(wrapped, name)
    assert both.rewrap(again, name) == again
    after = keyring("new")
    assert after.unseal(again, name, sealed) == text
    with pytest.raises(SealBrokenError, match="lacks the key 'old'"):
        after.unseal(wrapped, name, sealed)


def test_sealed_texts_follow_the_standards():
    """AES-GCM and HKDF as `cryptography` has them, on the parts of what is kept."""
    ring = keyring()
    wrapped = ring.new_key("r-1")
    form, by, key_id, body = wrapped.split(".")
    assert (form, by) == ("1", "a")
    raw = base64.b64decode(body)
    bound = json.dumps(["key", "r-1", "a", key_id]).encode()
    data_key = AESGCM(b"a" * 32).decrypt(raw[:12], raw[12:], bound)
    assert len(data_key) == 32
    sealed = base64.b64decode(ring.seal(wrapped, "r-1", "Quill").removeprefix("1."))
    bound = json.dumps(["text", "r-1", key_id]).encode()
    assert AESGCM(data_key).decrypt(sealed[:12], sealed[12:], bound) == b"Quill"
    made = base64.b64encode(b"0" * 12 + AESGCM(data_key).encrypt(b"0" * 12, "Zoë".encode(), bound)).decode()
    assert ring.unseal(wrapped, "r-1", f"1.{made}") == "Zoë"
    info = b"communityconnector: what patrons are looked up by"
    derived = HKDF(SHA256(), 32, salt=None, info=info).derive(b"i" * 32)
    assert ring.index("token-1") == hmac.new(derived, b"token-1", hashlib.sha256).hexdigest()


def test_no_nonce_is_used_twice():
    ring = keyring()
    wrapped = ring.new_key("r-1")
    sealed = {ring.seal(wrapped, "r-1", "")[2:18] for _ in range(1000)}
    assert len(sealed) == 1000


def test_patrons_are_found_after_a_key_has_changed_and_not_without_the_index_key():
    assert keyring("a").index("token-1") == keyring("new", "a").index("token-1")
    assert keyring("a").index("token-1") != keyring("a", index="j").index("token-1")
    assert keyring("a").index("token-1") != keyring("a").index("token-2")
    assert "token" not in keyring("a").index("token-1")


SHORT = base64.b64encode(b"only 16 bytes...").decode()


@pytest.mark.parametrize(
    ("keys", "index_key"),
    [
        ({}, key_of("i")),
        ({"": key_of("a")}, key_of("i")),
        ({"a.c": key_of("a")}, key_of("i")),
        ({"a": Secret(SHORT)}, key_of("i")),
        ({"a": Secret("no base64 !!")}, key_of("i")),
        ({"a": key_of("a")}, Secret(SHORT)),
    ],
)
def test_invalid_keys_are_refused_and_not_repeated(keys, index_key):
    with pytest.raises(InvalidSettingsError) as refused:
        AesGcmKeyring(keys, index_key)
    shown = report(refused.value)
    assert SHORT not in shown
    assert "no base64" not in shown
    assert not re.search(r"\bb['\"]", shown)


def test_an_error_shows_no_key_and_no_text():
    ring = keyring()
    wrapped = ring.new_key("r-1")
    sealed = ring.seal(wrapped, "r-1", "Quill")
    for opens in (
        lambda: ring.unseal(wrapped, "r-2", sealed),
        lambda: ring.seal(wrapped, "r-2", "x"),
        lambda: keyring("new", "a").rewrap(wrapped, "r-2"),
        lambda: ring.unseal("nothing", "r-1", sealed),
        lambda: ring.unseal(wrapped, "r-1", "2.x"),
    ):
        with pytest.raises(SealBrokenError) as broken:
            opens()
        assert broken.value.__context__ is None
        shown = report(broken.value)
        assert not re.search(r"\bb['\"]", shown)
        assert "Quill" not in shown.replace('"Quill"', "")


def test_a_keyring_shows_no_key_and_is_not_copied():
    ring = keyring("a", "b")
    assert repr(ring) == "<AesGcmKeyring>"
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot be pickled"):
            copied(ring)


def test_without_the_package_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(MissingExtraError, match=r"communityconnector\[crypto\]"):
        keyring()
