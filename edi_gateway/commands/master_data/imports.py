"""The second person of an import of prices or terms: approves what another one imported, or rejects it (spec B1, S39).

Takes the id of an import that waits; gives the ImportReport of what was applied. What holds afterwards is what was
shown: when something else stands by now, the approval is refused. Called by cli/.
"""

from __future__ import annotations

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.master_data.importing import ImportReport, apply, as_shown, compare, today
from edi_gateway.commands.permissions import PERMISSIONS
from edi_gateway.store.ids import short
from edi_gateway.store.master import imports, master_data
from edi_gateway.store.master.imports import APPROVED, PENDING, REJECTED, Waiting


def approve(desk: Desk, import_id: int) -> ImportReport:
    """Apply an import that waits. Where a row does not say since when, it holds from the day of the approval.

    The orders that may go on now are for commands/ordering/rejudge.py, `waiting_for(report.kind)`.
    """
    what = f"Approving import {short(import_id)}"
    desk.require(what, PERMISSIONS["approve an import"])
    waiting = _open(desk, import_id, what)
    if waiting.imported_by == desk.actor.name:
        raise Refused(what=what, why=f"{waiting.imported_by} imported it; somebody else must approve it")
    number = master_data.begin_import(desk.conn)
    shown, _ = compare(desk, waiting.kind, waiting.content, waiting.source, waiting.day)
    if shown.problems or as_shown(shown.changes) != waiting.difference:
        why = "what stands has changed since it was imported; reject it, and import the file again"
        raise Refused(what=what, why=f"{why}: {shown.problems[0]}" if shown.problems else why)
    report, plans = compare(desk, waiting.kind, waiting.content, waiting.source, today(desk))
    imports.decide(desk.conn, import_id, APPROVED, by=desk.actor.name, at=desk.clock())
    desk.record(
        "import approved", f"import {import_id}", imported_by=waiting.imported_by, sha256=waiting.sha256
    )
    apply(desk, report, plans, number, waiting.content, by=waiting.imported_by)
    return report


def reject(desk: Desk, import_id: int, reason: str) -> Waiting:
    """Let an import that waits never hold; who imported it may do so as well."""
    what = f"Rejecting import {short(import_id)}"
    desk.require(what, PERMISSIONS["reject an import"])
    waiting = _open(desk, import_id, what)
    if not reason.strip():
        raise Refused(what=what, why="it needs a reason")
    imports.decide(desk.conn, import_id, REJECTED, by=desk.actor.name, at=desk.clock(), reason=reason.strip())
    desk.record(
        "import rejected",
        f"import {import_id}",
        imported_by=waiting.imported_by,
        sha256=waiting.sha256,
        reason=reason.strip(),
    )
    return waiting


def _open(desk: Desk, import_id: int, what: str) -> Waiting:
    waiting = imports.load(desk.conn, import_id)
    if waiting is None:
        raise Refused(what=what, why="there is no such import")
    if waiting.state != PENDING:
        raise Refused(what=what, why=f"it is {waiting.state.lower()} already")
    return waiting
