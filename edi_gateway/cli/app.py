"""The command line's root: global options, and the application that each module of cli/ adds its commands to.

`program` is the whole of it, with what may be said before and after a command alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from edi_gateway.cli.context import Here, login
from edi_gateway.cli.output import WRONG_USAGE, fail

LONGEST_NAME = 80  # of a user

# as a newcomer meets them: a folder, a file, the gateway at work, the orders, what went wrong, the keeping of it
_ORDER = (
    *("init", "demo", "simulate", "check", "mend", "ack", "map", "run", "daemon", "worker", "web", "status"),
    *(
        "orders",
        "holds",
        "cases",
        "replays",
        "improvements",
        "stock",
        "releases",
        "ship",
        "shipments",
        "warehouse",
        "papers",
    ),
    *("invoices", "payments"),
    *("documents", "transmissions", "acknowledgments", "ledger"),
    *("incidents", "switches", "pause", "resume", "alerts", "figures"),
    *(
        "partners",
        "try",
        "certificates",
        "guide",
        "dictionary",
        "mapping",
        "import",
        "master",
        "users",
        "db",
        "audit",
        "purge",
    ),
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

_AS = "Who is asking; recorded with every change. Default: your login."


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
        typer.Option("--as", help=_AS),
    ] = None,
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    here = Here(home.resolve(), login() if as_user is None else _user(as_user))
    here.said_user = as_user is not None
    ctx.obj = here
    ctx.call_on_close(here.close)


def _user(name: str) -> str:
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        fail(f"--as names a user, in 1 to {LONGEST_NAME} characters.", WRONG_USAGE)
    return name


def program() -> Any:
    """Every command that was registered, each with an --as of its own. Any: typer brings a click of its own, whose
    names are not public."""
    root = typer.main.get_command(app)
    for command in _commands(root):
        command.params.append(_as_option())
    return root


def _as_option() -> Any:
    """Typer makes options of commands only: this is the one of a command that has nothing else."""
    one = typer.Typer(add_completion=False, rich_markup_mode=None)
    one.command()(_nothing)
    (option,) = (p for p in typer.main.get_command(one).params if p.name == "as_user")
    return option


def _commands(command: Any) -> Iterator[Any]:
    for each in getattr(command, "commands", {}).values():
        if hasattr(each, "commands"):
            yield from _commands(each)
        else:
            yield each


def _said_after(ctx: typer.Context, value: str | None) -> None:
    """`--as` after the command; said before it as well, it must be the same person."""
    here: Here = ctx.obj
    if value is None:
        return
    user = _user(value)
    if here.said_user and here.user != user:
        fail(f"--as names {here.user} and {user}: who is asking?", WRONG_USAGE)
    here.user = user


def _nothing(
    as_user: Annotated[
        str | None, typer.Option("--as", help=_AS, callback=_said_after, expose_value=False)
    ] = None,
) -> None:
    """Carries the option."""
