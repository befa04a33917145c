"""How long data is kept, and the erasing of personal data: looked at first, then done."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Response

from edi_gateway.commands.privacy import erasing
from edi_gateway.reports import privacy
from edi_gateway.reports.book import orders
from edi_gateway.web.console.rooms import Call, Nav, Room

room = Room(Nav("Retention", "/retention", may="see audit", place=82, group="Control"))
Text = Annotated[str, Form(max_length=2000)]


@room.page("/retention", may="see audit")
def retention(call: Call) -> Response:
    works = call.deps.gateway.works
    with call.reading() as conn:
        works.live.refresh(conn)
        consumers = erasing.consumer_partners(one.profile for one in works.live.all())
        found = privacy.erased(conn)
        kept = privacy.kept(conn, consumers)
    return call.show(
        "watch/retention.html", options=works.options, consumers=consumers, kept=kept, erased=found
    )


@room.change("/retention/look", may="erase personal data")
def look(call: Call, order: Text = "") -> Response:
    """What erasing would do: nothing is changed."""
    order_id = _order(call, order)
    if order_id is None:
        return call.go("/retention", "No order is called that, or several are: say our number.", "wrong")
    keep = timedelta(days=call.deps.gateway.works.options.keep_invoice_days)
    with call.desk() as desk:
        found = erasing.preview(desk, order_id, keep)
    return call.show("watch/erasing.html", found=found)


@room.change("/retention/erase", may="erase personal data")
def erase(call: Call, order_id: Annotated[int, Form()] = 0, why: Text = "") -> Response:
    keep = timedelta(days=call.deps.gateway.works.options.keep_invoice_days)
    with call.desk() as desk:
        done = erasing.erase(desk, order_id, why, keep)
    return call.go("/retention", f"The personal data of {done.number} is erased.")


def _order(call: Call, name: str) -> int | None:
    with call.reading() as conn:
        found = orders.find(conn, name.strip()) if name.strip() else []
    live = [one for one in found if one.state != "VOID"] or found
    return live[0].order_id if len(live) == 1 else None
