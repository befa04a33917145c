"""`web`: the console by itself, beside a daemon that works."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import sentence

if TYPE_CHECKING:
    from edi_gateway.flow.gateway import Gateway

_TURN_SECONDS = 0.001


def take_short_turns() -> None:
    """At the start of a process that answers beside its work: a thread that computes gives way to others after this
    time. With Python's own 5 ms an answer, which takes many turns, waits too long."""
    sys.setswitchinterval(_TURN_SECONDS)


@app.command()
def web(
    ctx: typer.Context,
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, help="0: one that is free. Default: port of [console], or 0."
        ),
    ] = None,
) -> None:
    """Serve the console until told to stop; a daemon does the work.

    The first start makes the user `admin` and shows its password, once.
    """
    from edi_gateway import logs, scheduler
    from edi_gateway.cli.composition import compose
    from edi_gateway.cli.console_parts import address_of, first_admin, serving
    from edi_gateway.cli.locks import locks_of

    here: Here = ctx.obj
    here.require_home()
    take_short_turns()
    logs.configure(here.settings.logging.format, here.settings.logging.level)
    gateway, locks = compose(here), locks_of(here)
    said = here.settings.console.port
    wanted = port if port is not None else said if said is not None else 0
    with scheduler.stopping() as stop, serving(here, gateway, locks, wanted) as listener:
        _tell_first(first_admin(here, locks))
        sentence(f"The console is at {address_of(here, listener)}")
        stop.wait()


@contextmanager
def beside(here: Here, gateway: Gateway) -> Iterator[None]:
    """The console beside the daemon's work, where config.toml gives it a port."""
    port = here.settings.console.port
    if port is None:
        yield
        return
    from edi_gateway.cli.console_parts import first_admin, serving
    from edi_gateway.cli.locks import locks_of

    locks = locks_of(here)
    with serving(here, gateway, locks, port):
        _tell_first(first_admin(here, locks))
        yield


def _tell_first(password: str | None) -> None:
    if password is None:
        return
    sentence(
        f"Sign in as admin with the password {password}, which is shown this once; you will choose another."
    )
    sentence(
        "From now on only listed users may change anything, also on the command line: "
        "`edi-gateway --as admin users put YOU ROLE`."
    )
