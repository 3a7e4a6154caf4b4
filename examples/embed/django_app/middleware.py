"""Headers that keep a visit to itself, beside Django's own protection of forms."""

from collections.abc import Callable

import browsers
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class Quietly:
    """Takes only forms of our own, and gives every answer the headers.

    A page that names no referrer is posted from the origin `null`, and Django would refuse its own forms. So what was
    found to be ours is said to be. Django's token is looked at all the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a request."""
        ours = browsers.is_ours(request.path, request.headers, request.get_host())
        if request.method == "POST" and not ours:
            response = render(request, "message.html", {"words": browsers.NOT_OURS}, status=403)
        else:
            if ours and request.headers.get("Origin") == "null":
                request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
            response = self.get_response(request)
        for name, value in browsers.HEADERS.items():
            response[name] = value
        return response
