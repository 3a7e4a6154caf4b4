"""A desk in FastAPI: `uvicorn fastapi_app:app`, and `python -m fastapi_app` as the dispatcher.

The routes are plain functions, which FastAPI runs on threads: a desk may be shared by threads, and asking it never holds
up the others.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Annotated

import behind_links
import browsers
import library
from fastapi import Depends, FastAPI, Request, Response
from fastapi.templating import Jinja2Templates
from library import Page, safely

import communityconnector as cc

app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
templates = Jinja2Templates(Path(__file__).parent / "templates")
get_desk = cache(library.open_desk)


async def read_form(request: Request) -> dict[str, str]:
    """What was filled in."""
    return {name: str(value) for name, value in (await request.form()).items()}


Desk = Annotated[cc.Connector, Depends(get_desk)]
Form = Annotated[dict[str, str], Depends(read_form)]


def show(request: Request, page: Page) -> Response:
    """A page as an answer."""
    return templates.TemplateResponse(request, page.template, dict(page.shows), status_code=page.status)


@app.middleware("http")
async def quietly(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Only forms of our own are taken, and every answer has the headers."""
    ours = browsers.is_ours(request.url.path, request.headers, request.headers.get("host", ""))
    if request.method == "POST" and not ours:
        response = show(request, Page("message.html", {"words": browsers.NOT_OURS}, 403))
    else:
        response = await call_next(request)
    response.headers.update(browsers.HEADERS)
    return response


@app.exception_handler(Exception)
def broken(request: Request, _: Exception) -> Response:
    """What went wrong in the program is told outside of `quietly`, so it needs the headers too."""
    response = show(request, Page("message.html", {"words": "Something went wrong."}, 500))
    response.headers.update(browsers.HEADERS)
    return response


@app.get("/exit")
def leave() -> Response:
    """Leave quickly. If your staff's login keeps a session here, end it."""
    return Response(status_code=303, headers=browsers.EXIT_HEADERS)


@app.get("/exit.js")
def exit_script() -> Response:
    """What makes leaving quicker."""
    return Response(browsers.EXIT_SCRIPT, media_type="text/javascript")


@app.get("/")
def home(request: Request) -> Response:
    """The form to search by."""
    return show(request, library.home())


@app.post("/search")
def search(request: Request, desk: Desk, form: Form) -> Response:
    """What fits."""
    return show(request, safely(library.results, desk, form))


@app.post("/propose")
def propose(request: Request, desk: Desk, form: Form) -> Response:
    """How to refer."""
    return show(request, safely(library.proposal, desk, form))


@app.post("/refer")
def refer(request: Request, desk: Desk, form: Form) -> Response:
    """Make the referral."""
    return show(request, safely(library.referred, desk, form))


@app.get("/r/{token}")
def door(request: Request, token: str) -> Response:
    """A button."""
    return show(request, behind_links.door(token))


@app.post("/r/{token}")
def opened(request: Request, token: str, desk: Desk, form: Form) -> Response:
    """What the link leads to."""
    return show(request, safely(behind_links.opened, desk, token, form))


@app.post("/r/{token}/answer")
def answer(request: Request, token: str, desk: Desk, form: Form) -> Response:
    """The agency's answer."""
    return show(request, safely(behind_links.answered, desk, token, form))


@app.post("/r/{token}/follow-up")
def follow_up(request: Request, token: str, desk: Desk, form: Form) -> Response:
    """The patron's answer."""
    return show(request, safely(behind_links.followed_up, desk, token, form))


@app.post("/r/{token}/renew")
def renew(request: Request, token: str, desk: Desk, form: Form) -> Response:
    """A new link for an agency."""
    return show(request, safely(behind_links.renewed, desk, token, form))


def main() -> None:
    """Dispatch until SIGTERM or SIGINT; a process of its own, so that restarting the pages stops no message."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with get_desk() as desk:
        print(desk.messages.run_dispatcher(stop))


if __name__ == "__main__":
    main()
