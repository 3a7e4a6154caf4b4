"""The routes, each a view of its own."""

from functools import cache

import behind_links
import browsers
import library
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from library import Page, safely

get_desk = cache(library.open_desk)
"""One desk for the process, opened when it is first asked: after the server has forked."""


def show(request: HttpRequest, page: Page) -> HttpResponse:
    """A page as an answer."""
    return render(request, page.template, dict(page.shows), status=page.status)


@require_GET
def leave(_: HttpRequest) -> HttpResponse:
    """Leave quickly. If your staff's login keeps a session here, end it (`django.contrib.auth.logout`)."""
    return HttpResponse(status=303, headers=browsers.EXIT_HEADERS)


@require_GET
def exit_script(_: HttpRequest) -> HttpResponse:
    """What makes leaving quicker."""
    return HttpResponse(browsers.EXIT_SCRIPT, content_type="text/javascript")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The form to search by."""
    return show(request, library.home())


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """What fits."""
    return show(request, safely(library.results, get_desk(), request.POST.dict()))


@require_POST
def propose(request: HttpRequest) -> HttpResponse:
    """How to refer."""
    return show(request, safely(library.proposal, get_desk(), request.POST.dict()))


@require_POST
def refer(request: HttpRequest) -> HttpResponse:
    """Make the referral."""
    return show(request, safely(library.referred, get_desk(), request.POST.dict()))


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """A button; and, once it is pressed, what the link leads to."""
    if request.method == "GET":
        return show(request, behind_links.door(token))
    return show(request, safely(behind_links.opened, get_desk(), token, request.POST.dict()))


@require_POST
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The agency's answer."""
    return show(request, safely(behind_links.answered, get_desk(), token, request.POST.dict()))


@require_POST
def follow_up(request: HttpRequest, token: str) -> HttpResponse:
    """The patron's answer."""
    return show(request, safely(behind_links.followed_up, get_desk(), token, request.POST.dict()))


@require_POST
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """A new link for an agency."""
    return show(request, safely(behind_links.renewed, get_desk(), token, request.POST.dict()))


urlpatterns = [
    path("", home),
    path("exit", leave),
    path("exit.js", exit_script),
    path("search", search),
    path("propose", propose),
    path("refer", refer),
    path("r/<str:token>", link),
    path("r/<str:token>/answer", answer),
    path("r/<str:token>/follow-up", follow_up),
    path("r/<str:token>/renew", renew),
]
