"""Read directories from a server's HSDS API: `GET /services?page=`, tolerant of common server faults.

Endpoints and pages follow the HSDS API reference 3.0 to 3.2 (docs.openreferral.org) and Open Referral UK 1.0. Only
Python's standard library is used. The network is used by calls only, never on import, and without a proxy unless one is
given.
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
"""The largest answer that is read, in bytes."""

MOST_PAGES: Final = 100_000
"""The largest number of pages that are requested."""

LONGEST_WAIT: Final = 60.0
"""The longest pause between two attempts, in seconds, even if the server asks for more."""

_LISTS: Final = ("contents", "content", "data", "items", "results")


@attrs.frozen
class HsdsApi:
    """A server that speaks the HSDS API.

    Attributes:
        url: the address, up to before `/services`.
        headers: sent with every request, such as a key.
        per_page: the number of services to request at once.
        timeout: seconds to wait for an answer.
        retries: how often to try again after a temporary failure (no connection, 429, 5xx).
        proxies: proxies by scheme, as `urllib.request.ProxyHandler` takes them; by default there are none.
        sleep: waits between two attempts.
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
            message = f"{_bare(url)}: expected an address with http:// or https://"
            raise ApiUnreachableError(message)

    def about(self) -> dict[str, Any]:
        """Return the server's own description (`GET /`): version, profile, publisher. Empty if it is unusable."""
        try:
            answer = self._get("/")
        except _UnusableError:
            return {}
        return answer if isinstance(answer, dict) else {}

    def services(
        self, *, modified_after: str | None = None, on_finding: Callable[[Finding], object] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield every service as a raw nested object, each once.

        Pages are requested until one brings nothing new, because totals and "last page" marks are often wrong. If the
        pages contain only the services' own fields, each service is also requested by its id.

        Args:
            modified_after: only services that changed after this time (RFC 3339).
            on_finding: receives the faults of the answers.

        Raises:
            ApiUnreachableError: the first page cannot be read.
        """
        report = on_finding or (lambda _: None)
        seen: set[str] = set()
        repeated = 0
        number = 1
        is_first = True
        while number <= MOST_PAGES:
            try:
                items, page = _contents(self._get(f"/services?{self._query(number, modified_after)}"))
            except _UnusableError as error:
                if number == 1:
                    raise ApiUnreachableError(str(error)) from error
                if number:
                    report(
                        _finding(
                            "api-answer-unusable", f"page {number}: {error}", "the pages before it remain"
                        )
                    )
                break
            if number == 1:
                is_first = _is_first(page)
            fresh = [item for item in items if _key(item) not in seen]
            repeated += len(items) - len(fresh) if number else 0
            # Items of a list have no arrays unless the server supports "full".
            is_bare = not any(isinstance(value, list) for item in items for value in item.values())
            for item in fresh:
                if _key(item) not in seen:
                    seen.add(_key(item))
                    yield self._whole(item, report) if is_bare and item.get("id") else item
                else:
                    repeated += 1
            if number == 0 or (is_first and (not fresh or _ends(page, number))):
                break
            # A server that counts pages from 0 still has its first page to give.
            number = 0 if not fresh or _ends(page, number) else number + 1
        if repeated:
            report(
                attrs.evolve(
                    _finding("repeated-id", "the pages repeat services from earlier pages", "left out"),
                    severity=Severity.INFO,
                    count=repeated,
                )
            )

    def _query(self, number: int, modified_after: str | None) -> str:
        query = {"page": number, "per_page": self.per_page, "full": "true", "modified_after": modified_after}
        return urlencode({name: value for name, value in query.items() if value is not None})

    def _whole(self, item: dict[str, Any], report: Callable[[Finding], object]) -> dict[str, Any]:
        """Return a service with its arrays, which some servers give only for single services."""
        key = str(item["id"])
        try:
            answer = self._get(f"/services/{quote(key, safe='')}")
        except _UnusableError as error:
            report(
                _finding(
                    "api-answer-unusable",
                    f"a service by its id: {error}",
                    "the fields from the list remain",
                    key,
                )
            )
            return item
        return answer if isinstance(answer, dict) and answer.get("id") else item

    def _get(self, path: str) -> Any:
        """Return the parsed answer to a request."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler(dict(self.proxies)), _SameHost())
        headers = {"Accept": "application/json", "User-Agent": "communityconnector", **self.headers}
        request = urllib.request.Request(self.url.rstrip("/") + path, headers=headers)  # noqa: S310  # http or https
        for attempt in range(self.retries + 1):
            try:
                with opener.open(request, timeout=self.timeout) as answer:
                    content = answer.read(MOST_BYTES + 1)
            except urllib.error.HTTPError as error:
                error.close()
                if (error.code != 429 and error.code < 500) or attempt == self.retries:
                    what = f"the server answers {error.code}"
                    raise _UnusableError(what) from None
                self.sleep(_pause(attempt, error.headers.get("Retry-After")))
            except (OSError, ValueError) as error:
                # No connection, a broken connection, a TLS failure, or an invalid header.
                if attempt == self.retries:
                    reason = getattr(error, "reason", error)
                    what = f"{_bare(self.url)} cannot be reached ({reason})"
                    raise _UnusableError(what) from None
                self.sleep(_pause(attempt, None))
            else:
                return _parsed(content)
        raise AssertionError


class _UnusableError(Exception):
    """An answer that cannot be used, with the reason."""


class _SameHost(urllib.request.HTTPRedirectHandler):
    """Follows redirects only on the same host, and never from https to http, because headers may contain a key."""

    def redirect_request(  # noqa: PLR0913, PLR0917  # the signature of the standard library
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.netloc != old.netloc or (old.scheme == "https" and new.scheme != "https"):
            return None
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _parsed(content: bytes) -> Any:
    if len(content) > MOST_BYTES:
        what = f"the answer has more than {MOST_BYTES:,} bytes"
        raise _UnusableError(what)
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        what = "the answer is not JSON"
        raise _UnusableError(what) from None


def _contents(answer: Any) -> tuple[list[dict[str, Any]], Mapping[str, Any]]:
    """Return the records of a page, and the page itself."""
    if isinstance(answer, list):
        return [item for item in answer if isinstance(item, dict)], {}
    if not isinstance(answer, dict):
        what = "the answer is not a page of services"
        raise _UnusableError(what)
    for key in _LISTS:
        if isinstance(answer.get(key), list):
            return [item for item in answer[key] if isinstance(item, dict)], answer
    return [], answer


def _key(item: Mapping[str, Any]) -> str:
    """Return what distinguishes a record from others: its id, or without one its whole content."""
    return str(item.get("id") or "") or json.dumps(item, sort_keys=True)


def _is_first(page: Mapping[str, Any]) -> bool:
    """Return whether an answer to "page 1" states that it is the first page."""
    if page.get("first_page", page.get("first")) is True:
        return True
    return str(page.get("page_number", page.get("number"))) == "1" and page.get("first_page") is not False


def _ends(page: Mapping[str, Any], number: int) -> bool:
    """Return whether two marks of a page state that it is the last. One mark alone is often wrong."""
    is_marked_last = page.get("last_page", page.get("last")) is True
    total = page.get("total_pages", page.get("totalPages"))
    return not page or (is_marked_last and isinstance(total, int) and total <= number)


def _pause(attempt: int, retry_after: str | None) -> float:
    """Return the seconds to wait before the next attempt: as the server asks, or else twice as long each time."""
    if retry_after is not None and re.fullmatch(r"\d{1,6}", retry_after.strip()):
        return min(float(retry_after), LONGEST_WAIT)
    return min(float(2**attempt), LONGEST_WAIT)


def _bare(url: str) -> str:
    """Return an address without user, password and query, which may contain a key."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))
    except ValueError:
        return "the address"


def _finding(rule: str, message: str, action: str, record_id: str = "") -> Finding:
    return Finding(
        Severity.ERROR if rule == "api-answer-unusable" else Severity.WARNING,
        rule,
        message,
        action,
        entity="service",
        record_id=record_id,
    )


def read_api(api: HsdsApi | str, *, modified_after: str | None = None, mode: str = "repair") -> Directory:
    """Read a directory from a server.

    Args:
        api: the server, or its address.
        modified_after: only services that changed after this time (RFC 3339).
        mode: how to treat faults (see `interchange.read`).

    Returns:
        The directory, with the server's faults among its findings and the server's own description in `dataset`.

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
