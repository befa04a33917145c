"""Sending: in order, in the partner's way and time, the same bytes however often, and told when it does not work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from edi_gateway.commands.desk import ROLES, Actor, Desk, Refused
from edi_gateway.commands.triage import documents
from edi_gateway.flow.steps import Direct
from edi_gateway.flow.taking import inbound
from edi_gateway.flow.telling import outbound
from edi_gateway.flow.telling.outbound import pause
from edi_gateway.flow.windows import is_open
from edi_gateway.partners.profile import Profile
from edi_gateway.store import tables
from edi_gateway.store.ids import Ids
from edi_gateway.transport.directory import DirectoryTransport
from edi_gateway.transport.errors import FolderMissing, TransportError, Unreachable
from tests.flow import papers
from tests.flow.shop import PARTNER, Shop
from tests.samples.sample import SAMPLES

DOWN = Unreachable(where="the folder", problem="no route")
GONE = FolderMissing(where="the folder", path="in")


@contextmanager
def trouble(error: TransportError) -> Iterator[None]:
    """Nothing can be sent."""

    def fail(_self: DirectoryTransport, _name: str, _content: bytes) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DirectoryTransport, "send", fail)
        yield


def transmissions(shop: Shop) -> list[tuple[str, int]]:
    return [(row["state"], row["attempts"]) for row in shop.rows(tables.transmissions)]


def test_several_files_at_once_are_for_as2_alone(shop: Shop) -> None:
    works = shop.start().works
    with works.writer.begin() as conn:
        works.live.refresh(conn)
        partner = works.live.get(PARTNER)
        assert partner is not None
        with pytest.raises(Refused, match="only an AS2 message bears several files"):
            documents.send_files(works.desk(conn), partner.profile, [("a.edi", b"A"), ("b.edi", b"B")])


def test_what_cannot_be_sent_waits_longer_each_time_and_goes_out_as_it_was(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    with trouble(DOWN):
        shop.run()
        assert transmissions(shop) == [("READY", 1), ("READY", 0)]
        shop.run()
        assert transmissions(shop) == [("READY", 1), ("READY", 0)]  # its time has not come
        shop.clock.skip(minutes=2)
        shop.run()
        assert transmissions(shop) == [("READY", 2), ("READY", 0)]
        assert shop.cases() == []
        shop.clock.skip(minutes=3)
        shop.run()
    assert shop.cases() == ["DELIVERY_FAILED"]
    shop.clock.skip(minutes=5)
    shop.run()
    assert transmissions(shop) == [("SENT", 4), ("SENT", 1)]
    assert shop.cases() == []
    sent = {row["name"]: bytes(row["bytes"]) for row in shop.rows(tables.transmissions)}
    assert {file.name: file.read_bytes() for file in shop.outbox(PARTNER).iterdir()} == sent
    assert len({digest for _, digest in shop.sendings()}) == 2


def test_what_cannot_be_mended_by_waiting_is_a_case_and_goes_after_a_replay(shop: Shop) -> None:
    shop.drop("a.edi", papers.orders(501, "K1"))
    with trouble(GONE):
        shop.run()
    assert [state for state, _ in transmissions(shop)] == ["FAILED", "FAILED"]
    assert shop.cases() == ["DELIVERY_FAILED", "DELIVERY_FAILED"]
    case = shop.rows(tables.cases)[0]["id"]
    with shop.start() as gateway:
        replayed = gateway.replay([case], Actor("ann", ROLES))
    assert [(one.kind, one.cured) for one in replayed] == [("transmission", True)] * 2
    assert [state for state, _ in transmissions(shop)] == ["SENT", "SENT"]
    assert shop.cases() == []


def test_the_pause_between_attempts_doubles_up_to_an_hour() -> None:
    assert [pause(n).total_seconds() / 60 for n in (0, 1, 2, 5, 6, 50)] == [1, 2, 4, 32, 60, 60]


def test_a_partner_who_wants_one_document_a_file_gets_it_so(shop: Shop) -> None:
    order = (
        b"ISA*00*          *00*          *12*5550140        *ZZ*TARNBROOK      *260302*0812*U*00401*000000301*0*P*>~"
        b"GS*PO*PINWHEEL*TARNBROOK*20260302*0812*301*X*004010~"
        + b"".join(_parcel(f"PW-{n}", f"{n:04d}") for n in (1, 2))
        + b"GE*2*301~IEA*1*000000301~"
    )
    shop.drop("a.edi", order, "pinwheel")
    shop.outbox("pinwheel").mkdir(parents=True)
    shop.run(["pinwheel"])
    assert sorted(row["sets"] for row in shop.rows(tables.transmissions)) == ["855", "855", "997"]


@pytest.fixture
def together(shop: Shop) -> Shop:
    """aldermere gets all that waits in one interchange: the 997 for its order beside the 855."""
    sample = SAMPLES / "02-department-store" / "input.edi"
    shop.drop("a.edi", sample.read_bytes(), "aldermere")
    shop.outbox("aldermere").mkdir(parents=True)
    shop.run(["aldermere"])
    assert [row["sets"] for row in shop.rows(tables.transmissions)] == ["855 997"]
    return shop


def _along(shop: Shop) -> dict[str, str]:
    return {row["set_code"]: row["state"] for row in shop.rows(tables.documents, direction="out")}


def test_a_997_that_goes_along_with_others_is_not_to_be_acknowledged(together: Shop) -> None:
    answer = (
        b"ISA*00*          *00*          *ZZ*ALDERMERE      *ZZ*TARNBROOK      *260302*1800*U*00401*000000202*0*P*:~"
        b"GS*FA*ALDERMERE850*TARNBROOK*20260302*1800*202*X*004010VICS~"
        + papers.whole("997", ["AK1*PR*1", "AK2*855*0001", "AK5*A", "AK9*A*1*1*1"], "0001").encode()
        + b"GE*1*202~IEA*1*000000202~"
    )
    together.drop("b.edi", answer, "aldermere")
    together.run(["aldermere"])
    together.clock.skip(hours=25)
    together.run(["aldermere"])
    assert [row["ack_state"] for row in together.rows(tables.transmissions)] == ["ACCEPTED"]
    assert (_along(together), together.cases()) == ({"855": "ACKED", "997": "SENT"}, [])


def test_of_an_interchange_that_nobody_acknowledges_the_997_is_not_late(together: Shop) -> None:
    together.clock.skip(hours=25)
    together.run(["aldermere"])
    assert together.cases() == ["ACK_OVERDUE"]
    assert _along(together) == {"855": "ACK_OVERDUE", "997": "SENT"}


def _parcel(number: str, control: str) -> bytes:
    body = [
        f"BEG*00*DS*{number}**20260302",
        "DTM*038*20260305",
        "N1*ST*EDDA LINDQVIST",
        "N3*14 ORCHARD LANE",
        "N4*FALLOWMERE*VT*05009*US",
        "PO1**2*EA*9.99**SK*PW-1010",
        "CTT*1",
    ]
    return papers.whole("850", body, control).encode()


@pytest.mark.parametrize(
    ("window", "hour", "opened"),
    [
        (None, 3, True),
        ("06:00-22:00", 5, False),
        ("06:00-22:00", 6, True),
        ("06:00-22:00", 22, False),
        ("22:00-06:00", 23, True),
        ("22:00-06:00", 5, True),
        ("22:00-06:00", 12, False),
    ],
)
def test_a_sending_window_is_open_by_the_partners_clock(window: str | None, hour: int, opened: bool) -> None:
    profile = Profile.model_validate(
        {
            "key": "p",
            "name": "P",
            "them": {"qualifier": "ZZ", "id": "THEM"},
            "us": {"qualifier": "ZZ", "id": "US"},
            "connection": {"kind": "directory", "inbound": "in", "outbound": "out"},
            "documents": [],
            "schedule": {"sending_window": window},
            "calendar": {"zone": "America/New_York"},
        }
    )
    assert is_open(profile, datetime(2026, 1, 15, (hour + 5) % 24, 0, tzinfo=UTC)) is opened


def test_what_is_being_sent_cannot_be_cancelled(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be at the partner's already: to call it cancelled would be a lie."""
    refused: list[str] = []

    def try_to_cancel(_: DirectoryTransport, name: str, _content: bytes) -> None:
        (row,) = [one for one in shop.rows(tables.transmissions) if one["name"] == name]
        with shop.engine.begin() as conn:
            desk = Desk(conn, Ids(shop.clock, 9), shop.clock, Actor("ann", ROLES))
            with pytest.raises(Refused, match="being sent at this moment"):
                documents.cancel_transmission(desk, row["id"], "a mistake")
        refused.append(name)

    shop.drop("a.edi", papers.orders(501, "K1"))
    monkeypatch.setattr(DirectoryTransport, "send", try_to_cancel)
    shop.run()
    assert len(refused) == 2
    assert [state for state, _ in transmissions(shop)] == ["SENT", "SENT"]


def test_what_is_cancelled_after_it_was_taken_in_hand_does_not_go(shop: Shop) -> None:
    gateway = shop.start()
    works, steps = gateway.works, Direct(gateway.works.writer)
    receipt = gateway.receive("cli", "a.edi", [papers.orders(501, "K1")])
    inbound.work_small(works, steps, [receipt])
    partner = works.live.get(PARTNER)
    assert partner is not None
    with works.writer.begin() as conn:
        first, second = outbound.bundle(works, conn, partner)
    with works.writer.begin() as conn:
        desk = Desk(conn, works.ids, shop.clock, Actor("ann", ROLES))
        documents.cancel_transmission(desk, first, "a mistake")
    outbound.send(works, steps, PARTNER, [first, second])
    assert {row["id"]: row["state"] for row in shop.rows(tables.transmissions)} == {
        first: "CANCELLED",
        second: "SENT",
    }
    assert len(shop.sent()) == 1
