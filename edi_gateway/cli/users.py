"""`users`: who may do what. While nobody is listed everybody may do everything; from the first on, who is listed."""

from __future__ import annotations

import sys
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
    """List users with their roles and limits.

    And whether they sign in to the console.
    """
    from edi_gateway.reports import people

    here: Here = ctx.obj
    with here.reading() as conn:
        found = people.everybody(conn)
    if json:
        for each in found:
            print_json(
                {
                    "user": each.name,
                    "roles": each.roles,
                    "limit": each.limit,
                    "signs_in": each.signs_in,
                    "second_factor": each.second_factor,
                    "seen_at": each.seen_at,
                }
            )
        return
    print_table(
        "Users",
        ("user", "roles", "decides up to", "signs in", "second factor", "last seen"),
        ((u.name, ", ".join(u.roles), money(u.limit), u.signs_in, u.second_factor, u.seen_at) for u in found),
        "No user is listed, and so everybody may do everything. The first one must have the role ADMIN.",
    )


@group.command()
def roles(
    ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """List what each permission takes: one of its roles."""
    from edi_gateway.commands.reference import may_do

    found = [(what, sorted(having)) for what, having in may_do()]
    if json:
        for what, having in found:
            print_json({"permission": what, "roles": having})
        return
    print_table("Roles", ("to", "takes one of"), ((what, ", ".join(having)) for what, having in found), "")


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


@group.command()
def password(
    ctx: typer.Context,
    user: UserArgument,
    ask: Annotated[
        bool,
        typer.Option(
            "--ask",
            help="Ask for the password (or read the line of a pipe); else one is drawn by chance, shown once.",
        ),
    ] = False,
    lasting: Annotated[
        bool, typer.Option("--lasting", help="The user need not choose another at the next sign-in.")
    ] = False,
    take: Annotated[bool, typer.Option("--take", help="Take it away: the user signs in no more.")] = False,
) -> None:
    """Give a user a password for the console.

    In place of the one before; their sessions end.
    """
    from edi_gateway.cli.locks import locks_of
    from edi_gateway.commands.people import passwords

    here: Here = ctx.obj
    here.require_home()
    if take:
        with here.desk() as desk:
            passwords.take_login(desk, user)
        sentence(f"{user} signs in no more.")
        return
    given = _asked() if ask else None
    with here.desk() as desk:
        made = passwords.set_password(desk, locks_of(here), user, given, must_change=not lasting)
    shown = "" if ask else f": {made} (shown this once)"
    sentence(f"{user} has a new password{shown}.")


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt="Again"))


@group.command()
def totp(
    ctx: typer.Context,
    user: Annotated[
        str | None, typer.Argument(metavar="[USER]", help="Whose is taken away. None: set up your own.")
    ] = None,
    take: Annotated[
        bool, typer.Option("--take", help="Take it away: the phone is lost. Their sessions end.")
    ] = False,
) -> None:
    """Set up your second factor, or take away another's.

    Shows the key for an authenticator app, and asks for the code that it gives.
    """
    from edi_gateway.cli.locks import locks_of
    from edi_gateway.commands.people import passwords

    here: Here = ctx.obj
    here.require_home()
    if take != (user is not None):
        fail("Say `users totp` for your own, or `users totp USER --take`.", WRONG_USAGE)
    if user is not None:
        with here.desk() as desk:
            passwords.drop_factor(desk, user)
        sentence(f"{user} signs in by password alone.")
        return
    locks = locks_of(here)
    factor = passwords.offer_factor(locks, here.user)
    sentence(f"The key for your app: {factor.secret}")
    sentence(f"Or its address: {factor.address}")
    code = typer.prompt("The code that it shows")
    with here.desk() as desk:
        passwords.take_factor(desk, locks, factor.secret, code)
    sentence("From now on signing in asks for a code as well.")


machines = typer.Typer(no_args_is_help=True, help="Tokens by which machines use the JSON API.")
group.add_typer(machines, name="tokens")


@machines.command("list")
def tokens_list(
    ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False
) -> None:
    """List tokens, the newest first.

    The tokens themselves are kept nowhere.
    """
    from edi_gateway.reports import people

    here: Here = ctx.obj
    with here.reading() as conn:
        found = people.machines(conn, here.clock())
    if json:
        for each in found:
            print_json(each)
        return
    print_table(
        "Tokens",
        ("token", "name", "roles", "state", "made", "by", "ends", "last used"),
        (
            (
                t.token_id,
                t.name,
                ", ".join(t.roles),
                t.state,
                t.created_at,
                t.created_by,
                t.ends_at,
                t.used_at,
            )
            for t in found
        ),
        "No machine has a token.",
    )


@machines.command("add")
def tokens_add(
    ctx: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What it is for; what it does is recorded under it.")
    ],
    roles: Annotated[list[str], typer.Argument(metavar="ROLE", help="What it may do; several may be given.")],
    days: Annotated[int, typer.Option("--days", help="It holds so long; at most 730.")] = 90,
) -> None:
    """Make a token for a machine and show it, once."""
    from edi_gateway.cli.locks import locks_of
    from edi_gateway.commands.people import tokens

    here: Here = ctx.obj
    here.require_home()
    with here.desk() as desk:
        made = tokens.add(desk, locks_of(here), name, [role.upper() for role in roles], days)
    sentence(f"The token of {name} for {days} days, shown this once: {made}")


@machines.command("revoke")
def tokens_revoke(
    ctx: typer.Context,
    token: Annotated[int, typer.Argument(metavar="TOKEN", help="An id of `users tokens list`.")],
) -> None:
    """From now on the token opens nothing."""
    from edi_gateway.commands.people import tokens

    here: Here = ctx.obj
    with here.desk() as desk:
        tokens.revoke(desk, token)
    sentence("The token is revoked.")
