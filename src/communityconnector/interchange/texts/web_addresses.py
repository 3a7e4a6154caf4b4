"""Web and e-mail addresses."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import quote

from communityconnector.interchange.texts.repaired import ABSENT, Problem, Repaired

_MARK: Final = r"[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}"
_URI: Final = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.-]*:"
    rf"(?://(?:(?:{_MARK}|:)*@)?(?:\[(?P<address>[0-9A-Fa-f:.]+)\]|(?:{_MARK})*)(?::\d*)?(?=[/?#]|$)"
    rf"|(?=[^/]|/[^/]))"
    rf"(?:{_MARK}|[:@/])*(?:\?(?:{_MARK}|[:@/?])*)?(?:\#(?:{_MARK}|[:@/?])*)?"
)
"""A URI by RFC 3986, appendix A."""
_HOST: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?:[/?#:][^\s<>\"{}|\\^`]*)?")
_UNWRITTEN: Final = re.compile(r"[^\x00-\x7f]+|%(?![0-9A-Fa-f]{2})")
_SERVER: Final = re.compile(r"[^/?#]*//[^/?#]*")


def repair_uri(raw: str) -> Repaired:
    """Return a web address with its scheme, and with all that needs it encoded."""
    if _is_uri(raw) and not _HOST.fullmatch(raw):
        return raw, None
    whole = f"http://{raw}" if _HOST.fullmatch(raw) else raw
    encoded = _percent_encoded(whole)
    if not _is_uri(encoded):
        return ABSENT, Problem("not-a-uri", "not a web address", mended=False)
    if whole is not raw:
        return encoded, Problem("uri-without-scheme", "a web address without http:// or https://")
    return encoded, Problem("uri-not-encoded", "a web address with characters that it has to write as %XX")


def _is_uri(text: str) -> bool:
    match = _URI.fullmatch(text)
    if match is None:
        return False
    try:
        return match["address"] is None or bool(IPv6Address(match["address"]))
    except ValueError:
        return False


def _percent_encoded(text: str) -> str:
    """Encode a web address as RFC 3987, section 3.1 has it, and browsers do."""
    try:
        text = _UNWRITTEN.sub(lambda match: quote(match[0], safe="", errors="strict"), text)
    except UnicodeEncodeError:  # half a letter
        return text
    server = _SERVER.match(text)
    begin = server.end() if server else 0
    rest, sharp, fragment = text[begin:].partition("#")
    rest, fragment = (part.replace("[", "%5B").replace("]", "%5D") for part in (rest, fragment))
    return text[:begin] + rest + sharp + fragment.replace("#", "%23")


EMAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(?:\.[^@\s,;<>.]+)+")


def repair_email(raw: str) -> Repaired:
    """Return an e-mail address."""
    if EMAIL.fullmatch(raw):
        return raw, None
    return ABSENT, Problem("not-an-email", "not one e-mail address", mended=False)
