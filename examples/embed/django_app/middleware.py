"""Headers that keep a visit to itself, beside Django's own protection of forms."""

from collections.abc import Callable

import library
from django.http import HttpRequest, HttpResponse


class Quietly:
    """Gives every answer the headers.

    A page that names no referrer is posted from the origin `null`, and Django would refuse its own forms. The browser
    says itself whether the form was ours, in a header that no page can write. Django's token is looked at all the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        ours = request.headers.get("Sec-Fetch-Site") == "same-origin"
        if ours and request.headers.get("Origin") == "null":
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        response = self.get_response(request)
        for name, value in library.HEADERS.items():
            response[name] = value
        return response
