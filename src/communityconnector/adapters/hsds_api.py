"""Directories that a server offers through the HSDS API: `GET /services?page=`, tolerant of what servers get wrong.

Endpoints and pages: HSDS API reference 3.0 to 3.2 (docs.openreferral.org) and Open Referral UK 1.0. On the standard
library; the network is touched by calls only, never by importing this module, and through no proxy unless one is given.
"""

from __future__ import annotations

import json
import re
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import attrs

from communityconnector import interchange
from communityconnector.errors import ApiUnreachableError
from communityconnector.model import Directory, Finding, Severity

MOST_BYTES: Final = 256 * 1024**2
"""Largest answer that is read."""

MOST_PAGES: Final = 100_000
"""Most pages that are asked for."""

LONGEST_WAIT: Final = 60.0
"""Longest pause between two tries, in seconds, whatever the server asks for."""

_LISTS: Final = ("contents", "content", "data", "items", "results")


@attrs.frozen
class HsdsApi:
    """A server that speaks the HSDS API.

    Attributes:
        url: its address, the part before `/services`.
        headers: sent with every request, such as a key.
        per_page: how many services to ask for at once.
        timeout: seconds to wait for an answer.
        retries: how often to try again after a failure that may pass (no connection, 429, 5xx).
        proxies: proxies by scheme, as `urllib.request.ProxyHandler` has them; none by default.
        sleep: waits between two tries.
    """

    url: str = attrs.field(repr=lambda url: repr(_bare(url)))
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    per_page: int = 100
    timeout: float = 30.0
    retries: int = 3
    proxies: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    sleep: Callable[[float], object] = attrs.field(default=time.sleep, repr=False)

    @url.validator
    def _check(self, _: object, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            message = f"{_bare(url)}: an address with http:// or https:// expected"
            raise ApiUnreachableError(message)

    def about(self) -> dict[str, Any]:
        """What the server says of itself (`GET /`): version, profile, publisher. Empty where it says nothing usable."""
        try:
            answer = self._get("/")
        except _UnusableError:
            return {}
        return answer if isinstance(answer, dict) else {}

    def services(
        self, *, modified_after: str | None = None, on_finding: Callable[[Finding], object] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Every service as a raw nested object, each once.

        Pages are asked for until one brings nothing new: totals and "last page" marks are often wrong. A server whose
        pages hold only the services' own fields is asked for each service by its id.

        Args:
            modified_after: only services that changed after this time (RFC 3339).
            on_finding: takes what was wrong with the answers.

        Raises:
            ApiUnreachableError: the first page cannot be had.
        """
        tell = on_finding or (lambda _: None)
        seen: set[str] = set()
        repeated = 0
        number = 1
        is_first = True
        while number <= MOST_PAGES:
            try:
                found, page = _contents(self._get(f"/services?{self._query(number, modified_after)}"))
            except _UnusableError as error:
                if number == 1:
                    raise ApiUnreachableError(str(error)) from error
                if number:
                    tell(
                        _finding(
                            "api-answer-unusable", f"page {number}: {error}", "the pages before it are kept"
                        )
                    )
                break
            if number == 1:
                is_first = _is_first(page)
            fresh = [item for item in found if _key(item) not in seen]
            repeated += len(found) - len(fresh) if number else 0
            # An item of a list has no arrays, unless the server honours "full".
            bare = not any(isinstance(value, list) for item in found for value in item.values())
            for item in fresh:
                if _key(item) not in seen:
                    seen.add(_key(item))
                    yield self._whole(item, tell) if bare and item.get("id") else item
                else:
                    repeated += 1
            if number == 0 or (is_first and (not fresh or _ends(page, number))):
                break
            # A server that counts its pages from 0 still has its first one to give.
            number = 0 if not fresh or _ends(page, number) else number + 1
        if repeated:
            tell(
                attrs.evolve(
                    _finding(
                        "repeated-id", "the pages hold services again that were there before", "left out"
                    ),
                    severity=Severity.INFO,
                    count=repeated,
                )
            )

    def _query(self, number: int, modified_after: str | None) -> str:
        asked = {"page": number, "per_page": self.per_page, "full": "true", "modified_after": modified_after}
        return urlencode({name: value for name, value in asked.items() if value is not None})

    def _whole(self, item: dict[str, Any], tell: Callable[[Finding], object]) -> dict[str, Any]:
        """A service with its arrays, which some servers give only one by one."""
        key = str(item["id"])
        try:
            answer = self._get(f"/services/{quote(key, safe='')}")
        except _UnusableError as error:
            tell(
                _finding(
                    "api-answer-unusable", f"a service by its id: {error}", "what the list says is kept", key
                )
            )
            return item
        return answer if isinstance(answer, dict) and answer.get("id") else item

    def _get(self, path: str) -> Any:
        """One answer, parsed."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler(dict(self.proxies)), _SameHost())
        headers = {"Accept": "application/json", "User-Agent": "communityconnector", **self.headers}
        request = urllib.request.Request(self.url.rstrip("/") + path, headers=headers)  # noqa: S310  # http or https
        for trial in range(self.retries + 1):
            try:
                with opener.open(request, timeout=self.timeout) as answer:
                    content = answer.read(MOST_BYTES + 1)
            except urllib.error.HTTPError as error:
                error.close()
                if (error.code != 429 and error.code < 500) or trial == self.retries:
                    what = f"the server answers {error.code}"
                    raise _UnusableError(what) from None
                self.sleep(_pause(trial, error.headers.get("Retry-After")))
            except (OSError, ValueError) as error:
                # No connection, a broken one, TLS that fails, or a header that is none.
                if trial == self.retries:
                    reason = getattr(error, "reason", error)
                    what = f"{_bare(self.url)} cannot be reached ({reason})"
                    raise _UnusableError(what) from None
                self.sleep(_pause(trial, None))
            else:
                return _parsed(content)
        raise AssertionError


class _UnusableError(Exception):
    """An answer that cannot be used; says why."""


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects on the same host only, and never from https to http: headers may hold a key."""

    def redirect_request(  # noqa: PLR0913, PLR0917  # the signature of the standard library
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.netloc != old.netloc or (old.scheme == "https" and new.scheme != "https"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _parsed(content: bytes) -> Any:
    if len(content) > MOST_BYTES:
        what = f"an answer of more than {MOST_BYTES:,} bytes"
        raise _UnusableError(what)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        what = "the answer is no JSON"
        raise _UnusableError(what) from None


def _contents(answer: Any) -> tuple[list[dict[str, Any]], Mapping[str, Any]]:
    """The records of a page, and the page itself."""
    if isinstance(answer, list):
        return [item for item in answer if isinstance(item, dict)], {}
    if not isinstance(answer, dict):
        what = "the answer is no page"
        raise _UnusableError(what)
    for key in _LISTS:
        if isinstance(answer.get(key), list):
            return [item for item in answer[key] if isinstance(item, dict)], answer
    return [], answer


def _key(item: Mapping[str, Any]) -> str:
    """What tells a record from others: its id, else all that it says."""
    return str(item.get("id") or "") or json.dumps(item, sort_keys=True)


def _is_first(page: Mapping[str, Any]) -> bool:
    """Whether an answer to "page 1" says that it is the first page."""
    if page.get("first_page", page.get("first")) is True:
        return True
    return str(page.get("page_number", page.get("number"))) == "1" and page.get("first_page") is not False


def _ends(page: Mapping[str, Any], number: int) -> bool:
    """Whether a page says by two marks that it is the last. One alone is often wrong."""
    said = page.get("last_page", page.get("last")) is True
    total = page.get("total_pages", page.get("totalPages"))
    return not page or (said and isinstance(total, int) and total <= number)


def _pause(trial: int, asked: str | None) -> float:
    """Seconds to wait before the next try: what the server asks for, else twice as long each time."""
    if asked is not None and re.fullmatch(r"\d{1,6}", asked.strip()):
        return min(float(asked), LONGEST_WAIT)
    return min(float(2**trial), LONGEST_WAIT)


def _bare(url: str) -> str:
    """An address without user, password and query, which may hold a key."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))
    except ValueError:
        return "the address"


def _finding(rule: str, message: str, action: str, record_id: str = "") -> Finding:
    return Finding(
        severity=Severity.ERROR if rule == "api-answer-unusable" else Severity.WARNING,
        rule=rule,
        message=message,
        action=action,
        entity="service",
        record_id=record_id,
    )


def read_api(api: HsdsApi | str, *, modified_after: str | None = None, mode: str = "repair") -> Directory:
    """Read a directory from a server.

    Args:
        api: the server, or its address.
        modified_after: only services that changed after this time (RFC 3339).
        mode: what to do with what is wrong (see `interchange.read`).

    Returns:
        The directory; what the server got wrong is among its findings, what it says of itself in `dataset`.

    Raises:
        ApiUnreachableError: the server cannot be reached, or its first page cannot be used.
    """
    server = HsdsApi(api) if isinstance(api, str) else api
    findings: list[Finding] = []
    with tempfile.TemporaryFile(suffix=".ndjson") as lines:
        for raw in server.services(modified_after=modified_after, on_finding=findings.append):
            lines.write(json.dumps(raw).encode() + b"\n")
        lines.seek(0)
        directory = interchange.read(lines, mode=mode)
    dataset = {**server.about(), **directory.dataset}
    return directory.with_findings(findings, dataset=dataset)
