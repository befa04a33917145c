"""`db` and `audit`: the database made, moved and proved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, print_json, sentence

db_group = typer.Typer(no_args_is_help=True, help="Make, migrate, back up and restore the database.")
audit_group = typer.Typer(no_args_is_help=True, help="The record of who did what.")
app.add_typer(db_group, name="db")
app.add_typer(audit_group, name="audit")


@db_group.command()
def upgrade(ctx: typer.Context) -> None:
    """Make the tables, or bring them up to this version."""
    from edi_gateway.store import database

    here: Here = ctx.obj
    database.upgrade(here.database)
    sentence(f"The database is at version {database.version(here.database)}.")


@db_group.command()
def backup(ctx: typer.Context, target: Annotated[Path, typer.Argument(help="A file to be made.")]) -> None:
    """Copy the database to a file, while the daemon runs."""
    from edi_gateway.store import database

    here: Here = ctx.obj
    if target.exists():
        fail(f"{target} is there already; name a new file.")
    database.backup(here.engine, target)
    sentence(f"Backed up to {target}.")


@db_group.command()
def restore(
    ctx: typer.Context,
    source: Annotated[Path, typer.Argument(help="A file made by backup.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put a backup in place of the database.

    Stop the daemon first. What was sent since the backup is sent again with the same bytes.
    """
    from edi_gateway.store import database

    here: Here = ctx.obj
    here.require_home()
    if not source.is_file():
        fail(f"There is no file {source}.", WRONG_USAGE)
    if running := _running(here):
        fail(f"The database is in use by {', '.join(running)}: stop it first.")
    if not yes:
        typer.confirm("What the database holds now is replaced. Go on?", abort=True)
    here.close()
    database.restore(here.settings.database_url(here.home), source)
    sentence(f"Restored from {source}. What was sent since the backup is sent again with the same bytes.")


def _running(here: Here) -> list[str]:
    """Daemons and workers that are alive, as far as the database can still tell."""
    from sqlalchemy.exc import SQLAlchemyError

    from edi_gateway.reports.status import status
    from edi_gateway.store.database import reading

    try:
        with reading(here.database) as conn:
            return [worker.name for worker in status(conn, here.clock()).workers if worker.alive]
    except SQLAlchemyError:  # broken, or without tables: that may be why it is restored
        return []


@audit_group.command()
def verify(
    ctx: typer.Context, json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False
) -> None:
    """Prove that nobody changed the audit log."""
    from edi_gateway.store import audit

    here: Here = ctx.obj
    with here.reading() as conn:
        broken = audit.verify(conn)
        count, head = audit.head(conn)
    if json:
        print_json({"rows": count, "head": head, "broken": broken})
    elif broken is None:
        sentence(f"The audit log is whole: {count} rows, the last one's hash is {head}.")
    if broken is not None:
        fail(f"The audit log is broken at row {broken.n}: {broken.problem}", FOUND_ERRORS)
