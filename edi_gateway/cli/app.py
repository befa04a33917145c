"""The command line's root: global options, and the application that each module of cli/ adds its commands to.

`program` is the whole of it, with what may be said before and after a command alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from edi_gateway.cli.context import Here, login
from edi_gateway.cli.output import WRONG_USAGE, fail

LONGEST_NAME = 80  # of a user

# every command with the modules of cli/ that it is made of; in the order in which a newcomer meets them: a folder, a
# file, the gateway at work, the orders, what went wrong, the keeping of it
MODULES: Mapping[str, tuple[str, ...]] = {
    "init": ("folders",),
    "demo": ("folders",),
    "simulate": ("trial.simulating",),
    "check": ("standard.checking",),
    "mend": ("standard.mending",),
    "ack": ("standard.acknowledging",),
    "map": ("standard.mapping",),
    "run": ("running",),
    "daemon": ("running",),
    "worker": ("running",),
    "web": ("serving",),
    "status": ("running",),
    "orders": ("book.orders", "book.daily"),
    "holds": ("book.holds",),
    "cases": ("triage.cases", "triage.working", "triage.fixes", "triage.replays", "triage.causes"),
    "replays": ("triage.replays",),
    "improvements": ("triage.improvements",),
    "stock": ("goods.stock",),
    "releases": ("goods.releases",),
    "ship": ("goods.shipping",),
    "shipments": ("goods.shipping", "goods.notices"),
    "warehouse": ("goods.releases",),
    "papers": ("goods.papers",),
    "invoices": ("book.invoices",),
    "payments": ("book.payments",),
    "documents": ("traffic.documents", "traffic.finding"),
    "transmissions": ("traffic.documents",),
    "acknowledgments": ("traffic.acknowledgments",),
    "ledger": ("traffic.acknowledgments",),
    "incidents": ("watch.incidents",),
    "switches": ("watch.switches",),
    "pause": ("watch.switches",),
    "resume": ("watch.switches",),
    "alerts": ("watch.alerts",),
    "figures": ("watch.figures",),
    "partners": ("traffic.partners", "traffic.versions", "traffic.proposing", "traffic.trials"),
    "try": ("traffic.trying",),
    "certificates": ("traffic.certificates",),
    "guide": ("standard.guides",),
    "dictionary": ("standard.dictionary",),
    "mapping": ("standard.mapping",),
    "import": ("master_data.imports",),
    "master": ("master_data.master",),
    "users": ("users",),
    "db": ("database",),
    "audit": ("database", "watch.auditing"),
    "purge": ("watch.purging",),
}
_ORDER = tuple(MODULES)


class _InOrder(TyperGroup):
    """Lists the commands in the order of MODULES."""

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


def load(command: str = "") -> None:
    """Registers that command; every command for a name that is none. What a call does not run costs it no start."""
    for module in MODULES.get(command) or dict.fromkeys(chain.from_iterable(MODULES.values())):
        import_module(f"edi_gateway.cli.{module}")


def program() -> Any:
    """Every command that was registered, each with an --as of its own. Any: typer brings a click of its own, whose
    names are not public."""
    return _program(_registered(app))


@cache
def _program(_count: int) -> Any:
    """Put together once for all that is registered: that takes longer than most commands."""
    root, option = typer.main.get_command(app), _as_option()
    for command in _commands(root):
        command.params.append(option)
    return root


def _registered(group: typer.Typer) -> int:
    """How many commands and groups, at any depth; a registration is never taken back."""
    groups = (one.typer_instance for one in group.registered_groups)
    return len(group.registered_commands) + sum(1 + _registered(one) for one in groups if one is not None)


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
