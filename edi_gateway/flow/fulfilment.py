"""After the 855: what waits for a step of fulfilment is taken, a batch a commit, by commands that the machine gives.

Takes `work` rows that commands left, and rows whose time has come; a step that fails on one order does not stop the
others. Called by flow/gateway.py in every pass. A step added to STEPS is taken from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from edi_gateway import logs
from edi_gateway.commands.allocation.ageing import end_old
from edi_gateway.commands.allocation.allocating import AGE, allocate_parts
from edi_gateway.commands.allocation.planning import plan_orders
from edi_gateway.commands.billing import invoicing, issuing
from edi_gateway.commands.desk import Desk, Partners
from edi_gateway.commands.master_data.importing import RETAX
from edi_gateway.commands.ordering.repromising import repromise
from edi_gateway.commands.shipping import releasing
from edi_gateway.commands.shipping.recalling import recall
from edi_gateway.commands.stocking import negative_stock
from edi_gateway.commands.telling.notices import due, follow, make, make_all, wake
from edi_gateway.commands.triage.cases import About, NewCase, open_cases
from edi_gateway.flow.collecting import not_collecting
from edi_gateway.flow.telling.answers import Published
from edi_gateway.flow.works import Works
from edi_gateway.model.finding import Code, Family, Finding, Severity
from edi_gateway.model.fulfilment import Release
from edi_gateway.store import work
from edi_gateway.store.book import notices, orders
from edi_gateway.store.money import invoices

_AT_ONCE: Final = 200  # work rows in one commit


@dataclass(frozen=True, slots=True)
class Step:
    """`waits`: whether there is anything to do, asked without a lock; `do`: do some of it, in one commit; how much."""

    name: str
    waits: Callable[[Connection, datetime], bool]
    do: Callable[[Works, Connection], int]


def left_as(kind: str) -> Callable[[Connection, datetime], bool]:
    """Whether work of this kind waits."""
    return lambda conn, now: work.waits(conn, kind, now)


def carry(works: Works) -> int:
    """One pass over all steps, each batch in a commit of its own; how many things were done."""
    done = 0
    with works.writer.reading() as conn:
        now = works.clock()
        waiting = [step for step in STEPS if step.waits(conn, now)]
    for step in waiting:
        with logs.unit(f"fulfilment {step.name}") as line:
            with not_collecting():
                count = works.writer.run(partial(step.do, works))
            line.add(done=count)
            if not count:  # what waits may wait for something else than us
                line.skip()
        done += count
    return done


def _plan(works: Works, conn: Connection) -> int:
    """Orders that were accepted or have changed: their parts, and stock for them."""

    def act(desk: Desk, partners: Partners, subjects: Sequence[object]) -> None:
        planned = plan_orders(desk, partners, [subject for subject in subjects if isinstance(subject, int)])
        done = allocate_parts(desk, partners, order_ids=planned)
        repromise(desk, partners, done.orders)
        wake(desk, planned)
        invoicing.look_again(desk, partners, planned)

    return take(works, conn, "plan", "order", act)


def _restock(works: Works, conn: Connection) -> int:
    """Items of which more may be free."""

    def act(desk: Desk, partners: Partners, subjects: Sequence[object]) -> None:
        skus = [str(subject) for subject in subjects]
        promised = orders.backordered(desk.conn, skus)
        done = allocate_parts(desk, partners, skus=skus, also=promised)
        repromise(desk, partners, done.orders | promised)

    return take(works, conn, "restock", "sku", act)


def _recall(works: Works, conn: Connection) -> int:
    """Orders that do not want any more what the warehouse has."""

    def act(desk: Desk, partners: Partners, subjects: Sequence[object]) -> None:
        recall(desk, partners, [subject for subject in subjects if isinstance(subject, int)])

    return take(works, conn, "recall", "order", act)


def _age(works: Works, conn: Connection) -> int:
    """Orders of which something has waited for stock as long as it may."""

    def act(desk: Desk, partners: Partners, subjects: Sequence[object]) -> None:
        end_old(desk, partners, [subject for subject in subjects if isinstance(subject, int)])

    return take(works, conn, AGE, "order", act)


def _uncounted(works: Works, conn: Connection) -> int:
    """What waits for stock that was below zero."""
    return negative_stock.cure(works.desk(conn))


def _release(works: Works, conn: Connection) -> int:
    """Goods whose day has come to go to the warehouse. An order on which the program fails does not stop the others."""
    works.live.refresh(conn)
    desk, partners = works.desk(conn), Published(works.live)

    def act(order_ids: Sequence[int]) -> int:
        try:
            with conn.begin_nested():
                return len(releasing.release_orders(desk, partners, order_ids))
        except DBAPIError:
            raise
        except Exception as error:
            logs.say("warning", "batch failed, each by itself", kind="release", error=str(error)[:300])
        made: list[Release] = []

        def one(order_id: int) -> None:
            made.extend(releasing.release_orders(desk, partners, [order_id]))

        for order_id in order_ids:
            alone(desk, "release", order_id, partial(one, order_id))
        return len(made)

    return releasing.release_due(desk, act)


def _notice(works: Works, conn: Connection) -> int:
    """Goods that have left and whose time to be told has come."""
    works.live.refresh(conn)
    desk, partners = works.desk(conn), Published(works.live)
    groups = due(desk, partners)
    try:
        with conn.begin_nested():
            make_all(desk, partners, groups)
    except DBAPIError:
        raise
    except Exception as error:
        logs.say("warning", "batch failed, each by itself", kind="notice", error=str(error)[:300])
        for group in groups:
            if not alone(desk, "notice", group[0].number, partial(make, desk, partners, group)):
                notices.change(conn, [each.id for each in group], notice_state=notices.HELD)
    told = {order.order_id for group in groups for each in group for order in each.shipped.orders}
    # an invoice that somebody wanted before its notice goes now
    alone(desk, "invoice", "after notices", partial(invoicing.look_again, desk, partners, told))
    return sum(map(len, groups))


def _follow(works: Works, conn: Connection) -> int:
    """Notices that were sent, or acknowledged."""
    return follow(works.desk(conn))


def _invoice(works: Works, conn: Connection) -> int:
    """What has shipped, and whose notice is as far as the partner wants."""
    works.live.refresh(conn)
    desk, partners = works.desk(conn), Published(works.live)
    looked = 0
    for profile, ids in invoicing.due(desk, partners):
        looked += len(ids)
        try:
            with conn.begin_nested():
                invoicing.bill(desk, partners, profile, ids)
        except DBAPIError:
            raise
        except Exception as error:
            logs.say("warning", "batch failed, each by itself", kind="invoice", error=str(error)[:300])
            for number in ids:
                act = partial(invoicing.bill, desk, partners, profile, [number])
                if not alone(desk, "invoice", f"shipment {number}", act):
                    invoicing.postpone(desk, number)
    return looked


def _billed(works: Works, conn: Connection) -> int:
    """Invoices whose 810 was sent, acknowledged or refused."""
    return issuing.follow(works.desk(conn))


def _retax(works: Works, conn: Connection) -> int:
    """Rates of tax, or certificates, have come."""
    return take(works, conn, RETAX, "import", lambda desk, partners, _: invoicing.tax_came(desk, partners))


def take(
    works: Works,
    conn: Connection,
    kind: str,
    name: str,
    act: Callable[[Desk, Partners, Sequence[object]], None],
) -> int:
    """Do what waits of one kind of work, all of it together, and where that fails each by itself. `name`: the key
    of the payload that says what it is about; the same thing several times is done once."""
    works.live.refresh(conn)
    items = work.ready(conn, kind, _AT_ONCE, works.clock())
    if not items:
        return 0
    desk, partners = works.desk(conn), Published(works.live)
    subjects = list(dict.fromkeys(item.payload[name] for item in items))
    work.done(conn, [item.id for item in items])
    try:
        with conn.begin_nested():
            act(desk, partners, subjects)
    except DBAPIError:
        raise
    except Exception as error:
        logs.say(
            "warning",
            "batch failed, each by itself",
            kind=kind,
            subjects=len(subjects),
            error=str(error)[:300],
        )
        for subject in subjects:
            alone(desk, kind, subject, partial(act, desk, partners, [subject]))
    return len(items)


def alone(desk: Desk, kind: str, subject: object, act: Callable[[], object]) -> bool:
    """Do one thing; when the program fails on it (False) a person hears of it, and the others go on."""
    try:
        with desk.conn.begin_nested():
            act()
        return True
    except DBAPIError:
        raise
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"[:300]
        logs.say("error", "fulfilment failed", kind=kind, subject=subject, error=problem)
        finding = Finding(
            Code.WORKER_FAILED,
            Severity.ERROR,
            message=f"The step {kind!r} failed on {subject}: {problem}.",
            hint="Report it; do by hand what was to be done.",
            rule=f"fulfilment {kind}",
            family=Family.SYSTEM,
        )
        about = About(order_id=subject) if isinstance(subject, int) else About()
        open_cases(desk, [NewCase(finding, None, about)])
        return False


STEPS: Final[list[Step]] = [
    Step("plan", left_as("plan"), _plan),
    Step("restock", left_as("restock"), _restock),
    Step("recall", left_as("recall"), _recall),
    Step("age", left_as(AGE), _age),
    Step("uncounted", negative_stock.waits, _uncounted),
    Step("release", releasing.waits, _release),
    Step("notice", notices.waits, _notice),
    Step("follow", lambda conn, now: bool(notices.followed(conn)), _follow),
    Step("retax", left_as(RETAX), _retax),
    Step("invoice", invoices.waits, _invoice),
    Step("billed", lambda conn, now: bool(invoices.followed(conn)), _billed),
]
