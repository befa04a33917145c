"""Items, cross-references, prices, ship-tos and customers as they stand; the history of a row; unresolved names."""

from __future__ import annotations

from fastapi import Response
from starlette.exceptions import HTTPException

from edi_gateway.reports.master import lists, unresolved
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(
    Nav("Master data", "/master", may="see master data", place=60, key="b", group="Master data"),
    Nav("Unresolved names", "/master/unresolved", may="see master data", place=61, group="Master data"),
)

_PAGE = 100


@room.page("/master", may="see master data")
def overview(call: Call) -> Response:
    with call.reading() as conn:
        counts = lists.counts(conn)
        found = unresolved.unresolved(conn, limit=50)
    return call.show("master/overview.html", counts=counts, unresolved=found)


@room.page("/master/unresolved", may="see master data")
def names(call: Call, partner: str = "") -> Response:
    with call.reading() as conn:
        found = unresolved.unresolved(conn, partner or None)
    return call.show("master/unresolved.html", unresolved=found, partner=partner)


@room.page("/master/{kind}", may="see master data")
def rows(call: Call, kind: str, search: str = "", partner: str = "", page: int = 1) -> Response:
    page = min(max(page, 1), 100_000)
    with call.reading() as conn:
        found = lists.list_rows(
            conn,
            _known(kind),
            search=search or None,
            partner=partner or None,
            limit=_PAGE + 1,
            offset=(page - 1) * _PAGE,
        )
    return call.show(
        "master/rows.html",
        kind=kind,
        kinds=list(lists.KINDS),
        rows=found[:_PAGE],
        more=len(found) > _PAGE,
        search=search,
        partner=partner,
        page=page,
    )


@room.page("/master/{kind}/{row_id}", may="see master data")
def history(call: Call, kind: str, row_id: int) -> Response:
    with call.reading() as conn:
        found = lists.history(conn, _known(kind), row_id)
    if not found:
        raise HTTPException(404, "There is no such row.")
    return call.show("master/history.html", kind=kind, rows=found)


def _known(kind: str) -> str:
    if kind not in lists.KINDS:
        raise HTTPException(404, "There is no such kind of master data.")
    return kind
