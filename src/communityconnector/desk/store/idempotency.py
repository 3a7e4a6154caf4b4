"""Requests that count once: the same one under the same key gets the same answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import attrs

from communityconnector.desk.store.ledger import Ledger
from communityconnector.desk.store.record_kinds import BY_PURGE, REQUEST, stamp
from communityconnector.errors import (
    IdempotencyConflictError,
)
from communityconnector.notification import Secret
from communityconnector.referrals import (
    Referral,
)
from communityconnector.storage import ABSENT, Put, Write


@attrs.frozen
class RequestKey:
    """The name under which a request is remembered, if at all.

    Attributes:
        name: the name; empty for not at all.
        fingerprint: distinguishes the request from others.
        kept: for how long.
    """

    name: str = ""
    fingerprint: str = ""
    kept: timedelta = timedelta()

    def put(self, answer: Referral, at: datetime) -> list[Write]:
        """The write that remembers the request and its answer."""
        if not self.name:
            return []
        document = {"fingerprint": self.fingerprint, "referral": answer.to_dict()}
        return [Put(REQUEST, self.name, document, ABSENT, {BY_PURGE: stamp(at + self.kept)})]


NO_KEY: Final = RequestKey()


def run_once(
    ledger: Ledger, key: str, request: Any, write: Callable[[RequestKey], Referral], *, use: str = "request"
) -> Referral:
    """Do what a request asks, once: the same request under the same key gets the same answer.

    Args:
        ledger: remembers requests.
        key: what the request is called; empty for one that is not remembered.
        request: what it asks for.
        write: does it.
        use: whose keys these are; those of another use are others.
    """
    if not key:
        return ledger.retry(lambda: write(NO_KEY))
    fingerprint = ledger.keyed_hash("fingerprint", json.dumps(request, default=_plain, sort_keys=True))

    def answered() -> Referral:
        name, record = ledger.find_request(use, key)
        if record is None:
            return write(RequestKey(name, fingerprint, ledger.policy.keep_keys))
        if record.document["fingerprint"] != fingerprint:
            message = "this idempotency key was used for another request: take a new key for a new request"
            raise IdempotencyConflictError(message)
        return Referral.from_dict(record.document["referral"])

    return ledger.retry(answered)


def _plain(value: Any) -> Any:
    """What a request says, for its fingerprint alone."""
    if isinstance(value, Secret):
        return value.reveal()
    if attrs.has(type(value)):
        return attrs.asdict(value, recurse=False)
    return str(value)
