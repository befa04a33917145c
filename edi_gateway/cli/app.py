"""The command line's root: global options, and the application that each module of cli/ adds its commands to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from edi_gateway.cli.context import Here, login
from edi_gateway.cli.output import WRONG_USAGE, fail

LONGEST_NAME = 80  # of a user

# as a newcomer meets them: a folder, a file, the gateway at work, the orders, what went wrong, the keeping of it
_ORDER = (
    *("init", "demo", "check", "ack", "map", "run", "daemon", "worker", "status"),
    *("orders", "holds", "cases", "documents", "transmissions"),
    *("partners", "mapping", "import", "users", "db", "audit"),
)


class _InOrder(TyperGroup):
    """Lists the commands in the order of _ORDER."""

    def list_commands(self, ctx: object) -> list[str]:
        return sorted(self.commands, key=_ORDER.index)


app = typer.Typer(
    cls=_InOrder,
    name="edi-gateway",
    help="EDI gateway: X12 850 in; 997 and 855 out; the order in the book.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(version("edi-gateway"))
        raise typer.Exit


@app.callback()
def _settle(
    ctx: typer.Context,
    home: Annotated[
        Path,
        typer.Option("--home", envvar="EDI_GATEWAY_HOME", help="The working folder.", show_default="here"),
    ] = Path("."),
    as_user: Annotated[
        str | None,
        typer.Option("--as", help="Who is asking; recorded with every change. Default: your login."),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    user = login() if as_user is None else as_user.strip()
    if not 0 < len(user) <= LONGEST_NAME:
        fail(f"--as names a user, in 1 to {LONGEST_NAME} characters.", WRONG_USAGE)
    here = Here(home.resolve(), user)
    ctx.obj = here
    ctx.call_on_close(here.close)
