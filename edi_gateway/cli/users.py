"""`users`: who may do what. While nobody is listed everybody may do everything; from the first on, who is listed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import WRONG_USAGE, fail, money, print_json, print_table, sentence

group = typer.Typer(no_args_is_help=True, help="Who may do what.")
app.add_typer(group, name="users")

UserArgument = Annotated[str, typer.Argument(metavar="USER", help="A login of the system.")]


@group.command("list")
def list_(
    ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """List users with their roles and limits."""
    from edi_gateway.store import users

    here: Here = ctx.obj
    with here.reading() as conn:
        found = users.every(conn)
    if json:
        for user in found:
            print_json({"user": user.name, "roles": sorted(user.roles), "limit": user.limit_amount})
        return
    print_table(
        "Users",
        ("user", "roles", "decides up to"),
        ((user.name, ", ".join(sorted(user.roles)), money(user.limit_amount)) for user in found),
        "No user is listed, and so everybody may do everything. The first one must have the role ADMIN.",
    )


@group.command()
def put(
    ctx: typer.Context,
    user: UserArgument,
    roles: Annotated[
        list[str],
        typer.Argument(
            metavar="ROLE",
            help="CSR, LEAD, SUPERVISOR, CREDIT, WAREHOUSE, BILLING, EDI_ANALYST, MASTER_DATA, AUDITOR or ADMIN; "
            "several may be given.",
        ),
    ],
    limit: Annotated[
        str | None, typer.Option("--limit", help="Decides over holds up to this amount.")
    ] = None,
) -> None:
    """Add a user, or give one other roles or another limit."""
    from edi_gateway.commands.partners import users

    here: Here = ctx.obj
    amount = None
    if limit is not None:
        try:
            amount = Decimal(limit)
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            fail(f"--limit {limit!r} is not an amount.", WRONG_USAGE)
    with here.desk() as desk:
        users.put(desk, user, [role.upper() for role in roles], amount)
    sentence(f"{user}: {', '.join(sorted(role.upper() for role in roles))}.")


@group.command()
def remove(ctx: typer.Context, user: UserArgument) -> None:
    """Remove a user; what they did keeps their name."""
    from edi_gateway.commands.partners import users

    here: Here = ctx.obj
    with here.desk() as desk:
        users.remove(desk, user)
    sentence(f"{user} is removed.")
