"""A desk in Flask: `flask --app flask_app run`, and `flask --app flask_app dispatch` every minute."""

from __future__ import annotations

from functools import cache

import behind_links
import browsers
import click
import library
from flask import Flask, Response, render_template, request
from library import Page, safely

app = Flask(__name__)
get_desk = cache(library.open_desk)
"""One desk for the process, opened when it is first asked: after the server has forked."""


def show(page: Page) -> tuple[str, int]:
    """A page as an answer."""
    return render_template(page.template, **page.shows), page.status


@app.before_request
def only_our_own_forms() -> tuple[str, int] | None:
    """Refuse what another site has sent in the name of somebody who is logged in here."""
    if request.method == "POST" and not browsers.is_ours(request.path, request.headers, request.host):
        return show(Page("message.html", {"words": browsers.NOT_OURS}, 403))
    return None


@app.after_request
def quietly(response: Response) -> Response:
    """Give every answer the headers."""
    response.headers.update(browsers.HEADERS)
    return response


@app.get("/exit")
def leave() -> Response:
    """Leave quickly. If your staff's login keeps a session here, end it."""
    return Response(status=303, headers=browsers.EXIT_HEADERS)


@app.get("/exit.js")
def exit_script() -> Response:
    """What makes leaving quicker."""
    return Response(browsers.EXIT_SCRIPT, mimetype="text/javascript")


@app.get("/")
def home() -> tuple[str, int]:
    """The form to search by."""
    return show(library.home())


@app.post("/search")
def search() -> tuple[str, int]:
    """What fits."""
    return show(safely(library.results, get_desk(), request.form.to_dict()))


@app.post("/propose")
def propose() -> tuple[str, int]:
    """How to refer."""
    return show(safely(library.proposal, get_desk(), request.form.to_dict()))


@app.post("/refer")
def refer() -> tuple[str, int]:
    """Make the referral."""
    return show(safely(library.referred, get_desk(), request.form.to_dict()))


@app.get("/r/<token>")
def door(token: str) -> tuple[str, int]:
    """A button."""
    return show(behind_links.door(token))


@app.post("/r/<token>")
def opened(token: str) -> tuple[str, int]:
    """What the link leads to."""
    return show(safely(behind_links.opened, get_desk(), token, request.form.to_dict()))


@app.post("/r/<token>/answer")
def answer(token: str) -> tuple[str, int]:
    """The agency's answer."""
    return show(safely(behind_links.answered, get_desk(), token, request.form.to_dict()))


@app.post("/r/<token>/follow-up")
def follow_up(token: str) -> tuple[str, int]:
    """The patron's answer."""
    return show(safely(behind_links.followed_up, get_desk(), token, request.form.to_dict()))


@app.post("/r/<token>/renew")
def renew(token: str) -> tuple[str, int]:
    """A new link for an agency."""
    return show(safely(behind_links.renewed, get_desk(), token, request.form.to_dict()))


@app.cli.command("dispatch")
def dispatch() -> None:
    """Do what is due for referrals, and send what waits."""
    desk = get_desk()
    desk.referrals.run_due()
    click.echo(desk.dispatch_once())
