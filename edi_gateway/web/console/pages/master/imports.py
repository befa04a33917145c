"""CSV imports: every bad cell and every change shown before a file holds; and those that wait for approval.

What was shown is what is imported: the previewed bytes come back with the form, not another file of the same name.
"""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import Annotated, Final, Protocol

from fastapi import Form, Response, UploadFile
from starlette.exceptions import HTTPException

from edi_gateway.commands.desk import Desk, Refused
from edi_gateway.commands.master_data import csv_kinds, importing
from edi_gateway.commands.master_data import imports as second_person
from edi_gateway.commands.master_data.importing import ImportReport
from edi_gateway.commands.ordering import rejudge
from edi_gateway.commands.stocking import csv_stock, stock_imports
from edi_gateway.flow.trial.imports import Otherwise, judged_otherwise
from edi_gateway.reports.imports import list_imports
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Imports", "/imports", may="see master data", place=62, group="Master data"))

KINDS: Final = (*csv_kinds.LAYOUTS, *csv_stock.LAYOUTS)
_LARGEST: Final = 8 << 20  # bytes of a file; a larger one is imported at the command line
_SHOWN: Final = 500  # changes and problems of a preview
_TRIED: Final = 100  # orders that wait, judged again with the file


class _Bring(Protocol):
    """An import: of master data, or of stock."""

    def __call__(
        self, desk: Desk, kind: str, content: bytes, source: str, *, dry_run: bool = False
    ) -> ImportReport: ...


Kind = Annotated[str, Form(max_length=40)]
Name = Annotated[str, Form(max_length=300)]


@room.page("/imports", may="see master data")
def waiting(call: Call) -> Response:
    """What waits for approval, what was decided lately, and where a file is given."""
    with call.reading() as conn:
        found = list_imports(conn)
        decided = [row for row in list_imports(conn, decided=True, limit=30) if row.state != "PENDING"]
    return call.show("master/imports.html", waiting=found, decided=decided, kinds=KINDS)


@room.page("/imports/{import_id}", may="see master data")
def one(call: Call, import_id: int) -> Response:
    with call.reading() as conn:
        found = list_imports(conn, import_id=import_id)
    if not found:
        raise HTTPException(404, "There is no such import.")
    return call.show("master/import.html", row=found[0], changes=found[0].changes[:_SHOWN])


@room.change("/imports/preview", may="import master data")
def preview(call: Call, file: UploadFile, kind: Kind = "") -> Response:
    """What the file would change, cell by cell what is wrong with it; nothing is kept."""
    content = file.file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise Refused(
            what="The preview", why=f"the file has more than {_LARGEST >> 20} MiB; use `import {kind}`"
        )
    name = (file.filename or "file.csv")[:300]
    with call.desk() as desk:
        report = _bring(kind)(desk, kind, content, name, dry_run=True)
        wait = [] if report.problems or kind in csv_stock.LAYOUTS else rejudge.waiting_for(desk, kind)
    tried, others = _judged(call, kind, content, wait)
    return call.show(
        "master/preview.html",
        report=report,
        problems=report.problems[:_SHOWN],
        changes=importing.in_words(report.changes[:_SHOWN]),
        content=base64.b64encode(content).decode("ascii"),
        name=name,
        waiting=len(wait),
        tried=tried,
        others=others,
    )


def _judged(call: Call, kind: str, content: bytes, orders: list[int]) -> tuple[int, list[Otherwise]]:
    """The orders that wait for such a file, as they would stand with it: how many were tried, those that move."""
    some = orders[:_TRIED]
    looked = judged_otherwise(call.deps.gateway.works, kind, content, some)
    return len(some), [
        each.otherwise for each in itertools.islice(looked, _TRIED) if each.otherwise is not None
    ]


@room.change("/imports", may="import master data")
def bring(
    call: Call, kind: Kind = "", name: Name = "", content: Annotated[str, Form(max_length=12 << 20)] = ""
) -> Response:
    """The bytes that were previewed."""
    try:
        sent = base64.b64decode(content.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Refused(what="Importing", why="the file did not come back whole; preview it again") from error
    with call.desk() as desk:
        report = _bring(kind)(desk, kind, sent, name or "file.csv")
        moved = 0
        if report.applied and kind not in csv_stock.LAYOUTS:
            moved = len(rejudge.rejudge(desk, call.deps.partners(desk.conn), rejudge.waiting_for(desk, kind)))
    if report.problems:
        return call.go("/imports", f"Nothing was imported: {report.problems[0]}", "wrong")
    return call.go("/imports", _told(report, moved))


@room.change("/imports/{import_id}/approve", may="approve an import")
def approve(call: Call, import_id: int) -> Response:
    with call.desk() as desk:
        report = second_person.approve(desk, import_id)
        waiting = rejudge.waiting_for(desk, report.kind)
        moved = len(rejudge.rejudge(desk, call.deps.partners(desk.conn), waiting))
    return call.go("/imports", _told(report, moved))


@room.change("/imports/{import_id}/reject", may="reject an import")
def reject(call: Call, import_id: int, reason: Annotated[str, Form(max_length=500)] = "") -> Response:
    with call.desk() as desk:
        rejected = second_person.reject(desk, import_id, reason)
    return call.go("/imports", f"{rejected.source} is rejected; nothing was changed.")


def _bring(kind: str) -> _Bring:
    if kind not in KINDS:
        raise Refused(what="Importing", why=f"there are only {', '.join(KINDS)}")
    return stock_imports.import_stock if kind in csv_stock.LAYOUTS else importing.import_csv


def _told(report: ImportReport, moved: int) -> str:
    counts = f"{report.added} added, {report.changed} changed, {report.closed} closed"
    if report.waits is not None:
        return f"{report.source} waits for another person's approval: {counts}."
    went = f" {moved} order{'s' * (moved != 1)} that waited went on." if moved else ""
    return f"{report.source} is imported: {counts}.{went}"
