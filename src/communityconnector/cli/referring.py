"""The commands that record a referral, list due tasks, and send waiting messages."""

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
@click.option(
    "--by", "desk_id", required=True, metavar="DESK", help="Id of the desk that refers; not a person's name."
)
@click.option(
    "--need", "needs", required=True, multiple=True, metavar="CONCEPT",
    help="Id of a need, such as food-pantry. May be repeated.",
)  # fmt: skip
@click.option("--area", default="", help="Coarse area of the patron: 286, a county, a branch.")
@click.option("--language", default="", help="Language in which the patron asked: es, vi, ...")
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
    """Record that a patron was given the details of SERVICE_ID.

    Nothing is sent, and nothing about the patron is stored.
    """
    with open_desk(url, settings) as desk:
        actor = cc.Actor("staff", desk_id)
        referral = desk.refer(service_id, actor=actor, concepts=needs, area=area, language=language)
    if as_json:
        click.echo(json.dumps(referral.to_dict(), indent=1))
    else:
        console_of().print(line_of((f"Referral {referral.id}: {referral.status}. Nothing was sent.", "")))


@click.command()
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@settings_option
@click.option("--json", "as_json", is_flag=True, help="The list, as JSON.")
@handle_errors
def due(*, url: str, settings: str | None, as_json: bool) -> None:
    """List due tasks of referrals, those due longest first: whom to remind, to ask, to review."""
    with open_desk(url, settings) as desk:
        tasks = desk.due()
    if as_json:
        rows = [
            {
                "at": task.at.isoformat(),
                "clock": task.clock,
                "referral_id": task.referral.id,
                "status": task.referral.status,
                "organization_id": task.referral.organization_id,
            }
            for task in tasks
        ]
        click.echo(json.dumps(rows, indent=1))
        return
    console = console_of()
    for task in tasks:
        console.print(line_of((f"{task.at:%Y-%m-%d %H:%M} UTC  ", "bold"), (f"{task.clock}  ", "")), end="")
        console.print(line_of((f"{task.referral.id} ({task.referral.status})", "")))
    if not tasks:
        console.print(line_of(("Nothing is due.", "")))


@click.command()
@click.option("--desk", "url", required=True, metavar="URL", help=URL_HELP)
@settings_option
@click.option("--once", is_flag=True, help="Do what is due now, and end. This is the default.")
@click.option(
    "--every", type=click.FloatRange(0.01, 86_400), metavar="SECONDS",
    help="Run until stopped, and wait this long when nothing is due.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The counts of each round, as one line of JSON.")
@handle_errors
def dispatch(*, url: str, settings: str | None, once: bool, every: float | None, as_json: bool) -> None:
    """Do what is due for referrals, and send waiting messages. Exits with 1 if a message cannot be delivered.

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

    # Signals are handled from here on, so that waiting for a database can still be ended at once.
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
