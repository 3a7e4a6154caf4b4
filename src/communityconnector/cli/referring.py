"""The commands that refer, show what is due, and send what waits to be sent."""

from __future__ import annotations

import json
import signal
import sys
import threading
from typing import Any, Final

import attrs
import click

import communityconnector as cc
from communityconnector.cli.desk import URL_HELP
from communityconnector.cli.output import console_of, handle_errors, line_of
from communityconnector.cli.settings import open_desk, settings_option
from communityconnector.desk import DispatchReport, DueReport

NOT_DELIVERED: Final = 1


@click.command()
@click.argument("service_id")
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@click.option("--by", "desk_id", required=True, metavar="DESK", help="Which desk refers: an id, no name.")
@click.option(
    "--need", "needs", required=True, multiple=True, metavar="CONCEPT",
    help="Id of a need, such as food-pantry. May be repeated.",
)  # fmt: skip
@click.option("--area", default="", help="Where it was asked for, coarsely: 286, a county, a branch.")
@click.option("--language", default="", help="Language that it was asked for in: es, vi, ...")
@settings_option
@click.option("--json", "as_json", is_flag=True, help="The referral, as JSON.")
@handle_errors
def refer(  # noqa: PLR0913  # one argument an option
    service_id: str,
    *,
    url: str,
    desk_id: str,
    needs: tuple[str, ...],
    area: str,
    language: str,
    settings: str | None,
    as_json: bool,
) -> None:
    """Write down that a patron was given the details of SERVICE_ID.

    Nothing is sent to anybody, and nothing of the patron is kept.
    """
    with open_desk(url, settings) as desk:
        actor = cc.Actor("staff", desk_id)
        made = desk.refer(service_id, actor=actor, concepts=needs, area=area, language=language)
    if as_json:
        click.echo(json.dumps(made.to_dict(), indent=1))
    else:
        console_of().print(line_of((f"Referral {made.id}: {made.status}. Nothing was sent.", "")))


@click.command()
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@settings_option
@click.option("--json", "as_json", is_flag=True, help="The same, as JSON.")
@handle_errors
def due(*, url: str, settings: str | None, as_json: bool) -> None:
    """Show what is due for referrals, longest first: whom to remind, to ask, to look at again."""
    with open_desk(url, settings) as desk:
        found = desk.due()
    if as_json:
        told = [
            {
                "at": one.at.isoformat(),
                "clock": one.clock,
                "referral_id": one.referral.id,
                "status": one.referral.status,
                "organization_id": one.referral.organization_id,
            }
            for one in found
        ]
        click.echo(json.dumps(told, indent=1))
        return
    console = console_of()
    for one in found:
        console.print(line_of((f"{one.at:%Y-%m-%d %H:%M} UTC  ", "bold"), (f"{one.clock}  ", "")), end="")
        console.print(line_of((f"{one.referral.id} ({one.referral.status})", "")))
    if not found:
        console.print(line_of(("Nothing is due.", "")))


@click.command()
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@settings_option
@click.option("--once", is_flag=True, help="Do what is due now, and end. This is the default.")
@click.option(
    "--every", type=click.FloatRange(0.01, 86_400), metavar="SECONDS",
    help="Go on until stopped, and wait so long where nothing is due.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="What was done, as one line of JSON each time.")
@handle_errors
def dispatch(*, url: str, settings: str | None, once: bool, every: float | None, as_json: bool) -> None:
    """Do what is due for referrals, and send the messages that wait. Exits with 1 if one cannot be delivered.

    SIGTERM and SIGINT end it after the message that is being sent.
    """
    if once and every is not None:
        message = "give --once or --every, not both"
        raise click.UsageError(message)
    stop = threading.Event()

    def show(done: DueReport, sent: DispatchReport) -> None:
        counts = {**attrs.asdict(done), **attrs.asdict(sent)}
        if every is None or any(counts.values()):
            _show_counts(counts, as_json=as_json)

    # Opened first, so that a wait for a database can still be ended at once.
    with open_desk(url, settings) as desk:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        if every is None:
            done, sent = desk.referrals.run_due(), desk.dispatch_once(stop=stop)
            show(done, sent)
        else:
            sent = desk.messages.run_dispatcher(stop, every=every, on_round=show)
    sys.exit(NOT_DELIVERED if sent.dead else 0)


def _show_counts(counts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(counts))
    else:
        words = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        click.echo(words or "Nothing to do")
