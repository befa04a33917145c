"""What the killed runs are given, stage by stage, and what must stand after each, counted by hand.

`road`: orders come in over a folder, small ones, a large one, a rejected set, repetitions. `dealings`: what commits
besides: a line that is down and comes back, a held order, their 997s, a change, a cancellation, deadlines. `sftp`:
the road over a real server, killed between its acts too. `shipping`: from the 850 over 940, 945, 856 and 810 to the
820. Used by zygote.py.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from edi_gateway.commands.desk import Numbers
from edi_gateway.flow.works import Options
from edi_gateway.partners.profile import Profile, SftpConnection
from edi_gateway.transport import errors, sftp
from edi_gateway.transport.base import Incoming, Transport
from edi_gateway.transport.secrets import SecretReader, secrets_from
from edi_gateway.transport.sftp_session import Session
from tests.crash import shipping
from tests.crash.commits import Points
from tests.crash.laws import Ships, Stands
from tests.flow import papers
from tests.flow.shop import PARTNER, NotingTransport, Shop, note
from tests.samples.house import stock
from tests.servers.sshd import Sshd

# a chunk of two sets, a batch of two receipts and a large file of 4 kB: the paths of many and large ones are walked
NARROW = Options(sets_per_commit=2, large_bytes=4000, receipts_per_batch=2, sending_per_commit=2)


@dataclass(frozen=True)
class Stage:
    """One run of the program: what comes in before it, `later` than the day of the samples, and what stands then.
    A file of another partner than PARTNER is named "partner/name"."""

    name: str
    stands: Stands
    files: Mapping[str, bytes] | Callable[[Shop], Mapping[str, bytes]] = field(default_factory=dict)
    later: timedelta = timedelta(0)
    line_is_down: bool = False

    def prepare(self, shop: Shop) -> None:
        """The files lie there; the folder is read by time, so they get rising ones."""
        down = shop.home / "line is down"
        down.unlink(missing_ok=True)
        if self.line_is_down:
            down.touch()
        files = self.files(shop) if callable(self.files) else self.files
        for n, (place, content) in enumerate(files.items()):
            partner, _, name = place.rpartition("/")
            shop.drop(name, content, partner or PARTNER)
            os.utime(shop.inbox(partner or PARTNER) / name, (1_700_000_000 + n, 1_700_000_000 + n))


class TriedShop(Shop):
    """A shop whose line may be down, and whose program passes `points`."""

    def __init__(self, engine: Engine, home: Path, options: Options, node: int, points: Points) -> None:
        super().__init__(engine, home, options, node)
        self.points = points

    def transport(self, profile: Profile) -> Transport:
        made = super().transport(profile)
        assert isinstance(made, NotingTransport)
        if (self.home / "line is down").exists():
            made.send = _nobody_answers  # type: ignore[method-assign]
        return made


def _nobody_answers(name: str, content: bytes) -> None:
    raise errors.ConnectionLost(where="their server", action=f"write {name}", problem="connection reset")


# ------------------------------------------------------------------------------------------------------- the road

_GOOD = papers.orders(501, "K1", "K2")
_LARGE_ORDERS = ("L1", "L2", "L3", "L4", "L5")
_LARGE = papers.interchange(
    504, [papers.purchase_order(name, 20, f"{n:04d}", lines=20) for n, name in enumerate(_LARGE_ORDERS, 1)]
)
_ROAD_ORDERS = ("K1", "K2", "K3", *_LARGE_ORDERS)

ROAD = (
    Stage(
        "road",
        files={
            "a.edi": _GOOD,
            "b.edi": papers.orders(502, "K1"),  # the same order in a new envelope
            "c.edi": papers.interchange(
                503, [papers.bad_purchase_order("K9"), papers.purchase_order("K3", control="0002")]
            ),
            "d.edi": _LARGE,
            "e.edi": _GOOD,  # the same file once more
        },
        stands=Stands(
            receipts={
                "a.edi": "DONE",
                "b.edi": "DONE",
                "c.edi": "DONE",
                "d.edi": "DONE",
                "e.edi": "DUPLICATE",
            },
            sets=2 + 1 + 2 + 5,  # those of the second a.edi are not worked
            orders={
                n: ("ACCEPTED", 1, sum(range(20, 40)) if n in _LARGE_ORDERS else 20) for n in _ROAD_ORDERS
            },
            # a file is acknowledged by a 997 a group, the file that came twice twice; K1 is answered twice
            documents={("997", "SENT"): 5, ("855", "SENT"): len(_ROAD_ORDERS) + 1},
            answers=dict.fromkeys(_ROAD_ORDERS, 1) | {"K1": 2},
            postings=len(_ROAD_ORDERS),
            cases=("CODE_INVALID",),
        ),
    ),
)


# ---------------------------------------------------------------------------------------------------- the dealings

_GTIN, _ = papers.MUG
_UNKNOWN = papers.orders(502, "H1").replace(_GTIN.encode(), b"10499999000011")
_ONE_BY_ONE = Options(attempts_before_case=1)


def _what_they_say(shop: Shop) -> Mapping[str, bytes]:
    """Their 997s to the groups that bore the first answers: yes to all but A2's."""
    said: dict[str, bytes] = {}
    for n, text in enumerate(text for text in shop.sent() if "ST*855*" in text):
        group = text.split("GS*PR*")[1].split("~")[0].split("*")[4]
        sets = text.split("ST*855*")[1:]
        verdicts = [(one.split("~")[0], "R" if "*A2*" in one else "A") for one in sets]
        said[f"997-{n}.edi"] = papers.functional_ack(601 + n, group, verdicts)
    changed = papers.purchase_order("C1", quantity=30).replace("BEG*00*", "BEG*04*")
    cancelled = papers.purchase_order("X1", control="0002").replace("BEG*00*", "BEG*01*")
    return said | {"changes.edi": papers.interchange(504, [changed, cancelled])}


_TAKEN = Stands(
    receipts={"a.edi": "DONE", "h.edi": "DONE"},
    sets=3 + 1,
    orders={**dict.fromkeys(("A1", "C1", "X1"), ("ACCEPTED", 1, 20)), "H1": ("ON_HOLD", 1, 20)},
    documents={("997", "BUNDLED"): 2, ("855", "BUNDLED"): 3},  # H1 waits for its deadline
    answers=dict.fromkeys(("A1", "C1", "X1"), 1),
    postings=3,
    cases=("ITEM_UNKNOWN", "DELIVERY_FAILED"),
    transmissions=frozenset({"READY"}),
)
_SENT = replace(
    _TAKEN,
    receipts={**_TAKEN.receipts, "b.edi": "DONE"},
    sets=_TAKEN.sets + 1,
    orders={**_TAKEN.orders, "A2": ("ACCEPTED", 1, 20)},
    documents={("997", "SENT"): 3, ("855", "SENT"): 4},
    answers={**_TAKEN.answers, "A2": 1},
    postings=4,
    cases=("ITEM_UNKNOWN",),  # what could not be sent went out, so nobody needs to look after it
    transmissions=frozenset({"SENT"}),
)
_ANSWERED = replace(
    _SENT,
    receipts={**_SENT.receipts, "997-0.edi": "DONE", "997-1.edi": "DONE", "changes.edi": "DONE"},
    sets=_SENT.sets + 2 + 2,
    orders={**_SENT.orders, "C1": ("ACCEPTED", 2, 30), "X1": ("CANCELLED", 2, 20)},
    # a 997 for the changes and none for their 997s; C1 and X1 are answered anew
    documents={("997", "SENT"): 4, ("855", "ACKED"): 3, ("855", "REJECTED"): 1, ("855", "SENT"): 2},
    answers={**_SENT.answers, "C1": 2, "X1": 2},
    postings=6,  # C1 as it is now, and that X1 is no more
    cases=("ITEM_UNKNOWN", "ACK_REJECTED"),
)
_DUE = replace(
    _ANSWERED,
    # H1 is answered as on hold, and nobody has acknowledged the answers to the changes
    documents={
        ("997", "SENT"): 4,
        ("855", "ACKED"): 3,
        ("855", "REJECTED"): 1,
        ("855", "ACK_OVERDUE"): 2,
        ("855", "SENT"): 1,
    },
    answers={**_ANSWERED.answers, "H1": 1},
    cases=("ITEM_UNKNOWN", "ACK_REJECTED", "ACK_OVERDUE"),
)
DEALINGS = (
    Stage(
        "the line is down",
        _TAKEN,
        files={"a.edi": papers.orders(501, "A1", "C1", "X1"), "h.edi": _UNKNOWN},
        line_is_down=True,
    ),
    Stage(
        "the line is back",
        _SENT,
        files={"b.edi": papers.orders(503, "A2")},
        later=timedelta(hours=1),
    ),
    Stage("they say what they think", _ANSWERED, files=_what_they_say, later=timedelta(hours=2)),
    Stage("deadlines", _DUE, later=timedelta(hours=24, minutes=10)),
)

# -------------------------------------------------------------------------------------------------------- over SFTP


class SftpShop(TriedShop):
    """The partner's folders are on a real server; the program is killed around what it does there as well."""

    server: Sshd

    def watch(self) -> None:
        """Giving a whole file its name is a point too, for the rest of this process's life."""
        rename = sftp._rename

        def watched(session: Session, temporary: bytes, target: bytes) -> None:
            self.points.pass_by(lambda: rename(session, temporary, target))

        sftp._rename = watched

    def transport(self, profile: Profile) -> Transport:
        folders = {"inbound": str(self.inbox(profile.key)), "outbound": str(self.outbox(profile.key))}
        connection = self.server.connection(**folders)
        read_secret = secrets_from(os.environ, self.home)
        return _Watched(connection, read_secret, self.points, self.home / "sendings")


class _Watched(sftp.SftpTransport):
    """Notes each sending, and passes a point when a file is archived."""

    def __init__(
        self, connection: SftpConnection, read_secret: SecretReader, points: Points, notes: Path
    ) -> None:
        super().__init__(connection, read_secret)
        self._points = points
        self._notes = notes

    def settle(self, file: Incoming) -> None:
        self._points.pass_by(lambda: super(_Watched, self).settle(file))

    def send(self, name: str, content: bytes) -> None:
        note(self._notes, name, content)
        super().send(name, content)


SFTP = (
    Stage(
        "over SFTP",
        Stands(
            receipts={"a.edi": "DONE", "b.edi": "DUPLICATE"},
            sets=2,
            orders={"K1": ("ACCEPTED", 1, 20), "K2": ("ACCEPTED", 1, 20)},
            documents={("997", "SENT"): 2, ("855", "SENT"): 2},
            answers={"K1": 1, "K2": 1},
            postings=2,
            cases=(),
        ),
        files={"a.edi": _GOOD, "b.edi": _GOOD},
    ),
)


# ---------------------------------------------------------------------------------------- shipping and invoicing

_OURS = Options(sending_per_commit=1, numbers=Numbers(gs1_prefix="0614141"))
_RELEASED = Stands(
    receipts={"a.edi": "DONE"},
    sets=2,
    orders={"K1": ("ACCEPTED", 1, 20), "K2": ("ACCEPTED", 1, 20)},
    documents={("997", "SENT"): 1, ("855", "SENT"): 2, ("940", "SENT"): 2},
    answers={"K1": 1, "K2": 1},
    postings=2,
    cases=(),
    # thirty cases of twelve are there
    ships=Ships(
        stages={"K1": "IN_FULFILMENT", "K2": "IN_FULFILMENT"},
        parts=(("K1", 20, "RELEASED"), ("K2", 10, "RELEASED"), ("K2", 10, "BACKORDERED")),
        stock=(360, 360),
    ),
)
_INVOICED = replace(
    _RELEASED,
    receipts={**_RELEASED.receipts, "945.edi": "DONE", "997-940.edi": "DONE", "997-855.edi": "DONE"},
    sets=2 + 2 + 1 + 1,
    documents={
        **{("997", "SENT"): 2, ("855", "ACKED"): 2, ("940", "ACKED"): 2},
        **{("856", "SENT"): 2, ("810", "SENT"): 2},
    },
    ships=Ships(
        stages={"K1": "INVOICED", "K2": "PARTIALLY_SHIPPED"},
        parts=(("K1", 20, "SHIPPED"), ("K2", 10, "SHIPPED"), ("K2", 10, "BACKORDERED")),
        stock=(0, 0),
        shipments=2,
        cartons=2,
        # 20 and 10 cases at 44.40
        invoices={"INV00000001": ("K1", "888.00", "SENT"), "INV00000002": ("K2", "444.00", "SENT")},
    ),
)
assert _INVOICED.ships is not None
_PAID = replace(
    _INVOICED,
    receipts={**_INVOICED.receipts, "997-856.edi": "DONE", "997-810.edi": "DONE", "820.edi": "DONE"},
    sets=_INVOICED.sets + 3,
    documents={
        **{("997", "SENT"): 3, ("855", "ACKED"): 2, ("940", "ACKED"): 2},
        **{("856", "ACKED"): 2, ("810", "ACKED"): 2},
    },
    ships=replace(
        _INVOICED.ships,
        stages={"K1": "CLOSED", "K2": "PARTIALLY_SHIPPED"},
        invoices={"INV00000001": ("K1", "888.00", "PAID"), "INV00000002": ("K2", "444.00", "PAID")},
    ),
)
SHIPPING = (
    Stage("released", _RELEASED, files={"a.edi": papers.orders(501, "K1", "K2")}),
    Stage("shipped and invoiced", _INVOICED, files=shipping.goods_leave, later=timedelta(days=11)),
    Stage("paid", _PAID, files=shipping.they_pay, later=timedelta(days=13)),
)


@dataclass(frozen=True)
class Scenario:
    """Stages one after the other, each tried with all kills from where a clean run of the one before has ended.

    `both_sides`: on SQLite each point is killed at before and after, on PostgreSQL once, in turn before and after; else
    only SQLite's are, once. For time: EDI_GATEWAY_CRASH_ALL=1 does all of it.
    `partners`: whose folders are looked into; `stocked`: makes the database to begin with; `tables`: only commits that
    write one of these are killed at, none: all are.
    """

    stages: tuple[Stage, ...]
    options: Options
    over_sftp: bool = False
    both_sides: bool = True
    partners: tuple[str, ...] = (PARTNER,)
    stocked: Callable[[str], None] = stock
    tables: frozenset[str] = frozenset()


# what allocates, releases, ships, invoices, sends and takes payments writes one of these; the engine's own commits are
# killed at on the other roads
_BOOKS = frozenset(
    {"line_parts", "stock", "releases", "shipments", "invoices", "payments", "documents", "transmissions"}
)
SCENARIOS = {
    "road": Scenario(ROAD, NARROW),
    "dealings": Scenario(DEALINGS, _ONE_BY_ONE, both_sides=False),
    "sftp": Scenario(SFTP, _ONE_BY_ONE, over_sftp=True, both_sides=False),
    "shipping": Scenario(
        SHIPPING,
        _OURS,
        partners=(PARTNER, shipping.HARBOUR),
        stocked=shipping.stocked,
        tables=_BOOKS,
    ),
}
