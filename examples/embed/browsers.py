"""What every answer to a browser has, and which forms are taken: the same in all three apps.

A second person may sit at the same keyboard, and another site may send a form in a patron's or a member of staff's name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
}
"""For every answer: nothing is kept, and nothing tells another site where somebody was."""

EXIT_TO = "https://www.weather.gov/"
"""Where "Exit this page" leads: a page that anybody may have open."""
EXIT_HEADERS = {"Location": EXIT_TO, "Clear-Site-Data": '"cookies", "storage"'}
"""The browser forgets what this site has set, and with it whoever was logged in. It does so over HTTPS alone."""
EXIT_SCRIPT = (Path(__file__).parent / "exit.js").read_text(encoding="utf-8")
"""Makes the exit quicker; without it the exit is a plain link."""

NOT_OURS = "This form was not sent from our own page. Open the page again by https."


def is_ours(path: str, headers: Mapping[str, str], host: str) -> bool:
    """Whether a form was sent by a page of our own.

    A browser says so itself in `Sec-Fetch-Site`, which no page can write. Old ones do not, nor does any over plain HTTP;
    then the site that is named must be ours. A page without a referrer may name none: that is let through only behind a
    link, whose token lets nobody in who does not have it.

    Args:
        path: where it was sent to.
        headers: the request's headers, by name in any case.
        host: the name and port by which we were asked.
    """
    site = headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    named = next((one for one in map(headers.get, ("Origin", "Referer")) if one and one != "null"), "")
    return urlsplit(named).netloc == host if named else path.startswith("/r/")
