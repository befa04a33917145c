"""Allocated goods go to the warehouse on their day: releases, the 940, holds that keep them (spec B9, B4, C8)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import Engine, select

from edi_gateway.commands.desk import Refused
from edi_gateway.commands.holding import holds
from edi_gateway.commands.shipping import releasing
from edi_gateway.store.tables import deadlines, line_parts
from tests.commands.depot import Depot
from tests.commands.desks import SYSTEM
from tests.orders import build


@pytest.fixture
def depot(stocked: Engine) -> Depot:
    return Depot(stocked)


def states(depot: Depot) -> list[tuple[int, str]]:
    c = line_parts.c
    return depot.rows(select(c.line, c.state).order_by(c.line, c.id))


def test_goods_go_to_the_warehouse_a_working_day_before_they_ship(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=100)
    order = depot.one(build.po(build.line(48)))  # it ships on Monday, 10 March
    depot.carry()
    assert depot.releases() == []
    depot.clock.move(days=3)  # Thursday
    depot.carry()
    assert depot.releases() == []
    depot.clock.move(days=1)
    depot.carry()
    assert [(site, state) for _, site, state, _ in depot.releases()] == [("WEST", "RELEASED")]
    assert states(depot) == [(1, "RELEASED")]
    assert depot.levels() == {"WEST": ("100", "0", "48")}
    assert "released" in depot.events(order)


def test_the_940_says_what_to_ship_where_and_by_when(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=100)
    (number,) = depot.released(
        build.po(
            build.line(48, ids=[("VN", "MUG"), ("IN", "A-77")], messages=["Leave the price tag on."]),
            freight=[{"payment": "CC"}],
            carriers=[{"id_qualifier": "2", "id": "ABCD", "mode": "M", "routing": "By Abcd"}],
            references=[{"qualifier": "DP", "value": "042"}, {"qualifier": "ZZ", "value": "other"}],
            notes=[{"lines": ["Happy birthday, Mia"]}],
            dates={
                "ship_not_before": date(2025, 3, 10),
                "ship_no_later": date(2025, 3, 14),
                "cancel_after": date(2025, 3, 20),
            },
        )
    )
    (part,) = depot.part_ids()
    order = number.removesuffix("-1")
    ((state, body),) = depot.bodies()
    assert state == "QUEUED"
    assert body.replace("~", "~\n").splitlines() == [
        f"W05*N*{number}*PO-1~",
        "N1*WH*West house*91*WEST~",
        "N3*9 Dock Street~",
        "N4*Reno*NV*89501~",
        "N1*DE**1*123456789~",
        "N1*ST*DC North*92*0553~",
        "N3*1 Dock Road~",
        "N4*Fontana*CA*92336~",
        "N9*PO*PO-1~",
        f"N9*VN*{order}~",
        "N9*DP*042~",
        "G62*01*20250320~",
        "G62*04*20250301~",
        "G62*10*20250310~",
        "G62*37*20250310~",
        "G62*38*20250314~",
        "NTE*GEN*Happy birthday, Mia~",
        "W66*CC*M***By Abcd*****ABCD~",
        "LX*1~",
        "W01*48*EA**VN*MUG*IN*A-77********UP*012345678905~",
        "G69*Blue mug~",
        f"N9*LI*{part}~",
        "N9*PL*1~",
        "NTE*GEN*Leave the price tag on.~",
        "W76*48~",
    ]


def test_without_a_warehouse_partner_the_release_is_a_pick_list(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    depot.released(build.po(build.line(48)))
    assert [(site, state) for _, site, state, _ in depot.releases()] == [("EAST", "RELEASED")]
    assert depot.bodies() == []


def test_each_site_gets_a_release_of_its_own_and_numbers_count(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=30, WEST=20)
    numbers = depot.released(build.po(build.line(50)))
    assert [number[-2:] for number in numbers] == ["-1", "-2"]
    assert [(site, state) for _, site, state, _ in depot.releases()] == [
        ("EAST", "RELEASED"),
        ("WEST", "RELEASED"),
    ]


def sdq(*stores: tuple[str, int]) -> list[dict[str, object]]:
    return [{"location_qualifier": "92", "location": code, "quantity": n, "unit": "EA"} for code, n in stores]


def test_each_store_is_handed_over_by_itself_marked_for_it(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=100)
    for code in ("0101", "0102"):
        _store(depot, code)
    depot.released(build.po(build.line(30, allocations=sdq(("0101", 10), ("0102", 20)))))
    assert [[(p.role, p.id) for p in each.parties if p.role in ("ST", "Z7")] for each in depot.asked()] == [
        [("ST", "0553"), ("Z7", "0101")],
        [("ST", "0553"), ("Z7", "0102")],
    ]
    assert [[str(item.quantity) for item in each.items] for each in depot.asked()] == [["10"], ["20"]]


def test_stores_go_on_one_release_where_the_profile_says_so_a_group_each(stocked: Engine) -> None:
    depot = Depot(stocked, {"order_per": "order"}, {"mark_for": "BY"})
    depot.stock_up("MUG", WEST=100)
    for code in ("0101", "0102"):
        _store(depot, code)
    depot.released(build.po(build.line(30, allocations=sdq(("0101", 10), ("0102", 20)))))
    (made,) = depot.asked()
    assert [
        (g.number, g.party and (g.party.role, g.party.id), str(g.items[0].quantity)) for g in made.groups
    ] == [(1, ("BY", "0101"), "10"), (2, ("BY", "0102"), "20")]


def _store(depot: Depot, code: str) -> None:
    from edi_gateway.commands.master_data.importing import import_csv

    text = f"partner,qualifier,code,name,kind,dc\nacme,92,{code},Store {code},store,92:0553\n"
    with depot.desk() as desk:
        assert not import_csv(desk, "ship-tos", text.encode(), "stores.csv").problems


def test_a_hold_that_blocks_the_release_keeps_its_line_only(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    depot.stock_up("BOLT", EAST=100)
    order = depot.one(build.po(build.line(48), build.line(20, price="0.062", ids=[("VN", "BOLT")])))
    depot.carry()
    with depot.desk() as desk:
        held = holds.place(desk, depot.partners, order, text="Wait for the label", line=2, blocks="R")
    depot.clock.move(days=4)
    depot.carry()
    assert states(depot) == [(1, "RELEASED"), (2, "ALLOCATED")]
    with depot.desk("bob") as desk:
        holds.release(desk, depot.partners, held, reason="OTHER", text="it is here")
    depot.carry()
    assert states(depot) == [(1, "RELEASED"), (2, "RELEASED")]


def test_an_order_that_ships_complete_goes_as_a_whole_or_waits(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    depot.stock_up("BOLT", EAST=100)
    lines = build.line(48), build.line(20, price="0.062", ids=[("VN", "BOLT")])
    order = depot.one(build.po(*lines, sales_requirements=[{"code": "SC"}]))
    depot.carry()
    with depot.desk() as desk:
        held = holds.place(desk, depot.partners, order, text="Wait for the label", line=2, blocks="R")
    depot.clock.move(days=4)
    depot.carry()
    assert states(depot) == [(1, "ALLOCATED"), (2, "ALLOCATED")]
    with depot.desk("bob") as desk:
        holds.release(desk, depot.partners, held, reason="OTHER", text="it is here")
    depot.carry()
    assert states(depot) == [(1, "RELEASED"), (2, "RELEASED")]


def test_what_would_leave_after_the_last_day_stays_and_a_person_hears_of_it(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    dates = {"ship_not_before": date(2025, 3, 6), "cancel_after": date(2025, 3, 7)}
    depot.one(build.po(build.line(48), dates=dates))
    depot.carry()
    depot.clock.move(days=7)  # nobody was there in between
    depot.carry()
    assert states(depot) == [(1, "ALLOCATED")]
    assert depot.open_cases() == ["CANCEL_DATE_PASSED"]


def test_a_person_may_release_early_but_not_what_is_not_there(depot: Depot) -> None:
    depot.stock_up("MUG", EAST=100)
    order = depot.one(build.po(build.line(48)))
    with depot.desk() as desk, pytest.raises(Refused, match="nothing is allocated"):
        releasing.release_order(desk, depot.partners, order, early=True)
    depot.carry()
    with depot.desk("joe", "BILLING") as desk, pytest.raises(Refused, match="none of the roles"):
        releasing.release_order(desk, depot.partners, order, early=True)
    with depot.desk() as desk:
        (made,) = releasing.release_order(desk, depot.partners, order, early=True)
    assert made.ship_on == date(2025, 3, 10)
    assert states(depot) == [(1, "RELEASED")]


def test_the_confirm_is_due_a_day_after_the_ship_date(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=100)
    depot.released(build.po(build.line(48)))
    c = deadlines.c
    ((due,),) = [(row,) for row in depot.rows(select(c.due_at).where(c.kind == "confirm"))]
    assert due.isoformat() == "2025-03-12T00:00:00+00:00"  # the end of 10 March, and 24 hours


def test_the_940_is_made_again_as_a_change_where_one_went(depot: Depot) -> None:
    depot.stock_up("MUG", WEST=100)
    (number,) = depot.released(build.po(build.line(48)))
    with depot.desk(actor=SYSTEM) as desk:
        releasing.send_again(desk, depot.partners, number)
    assert [each.status for each in depot.asked()] == ["N", "R"]
    assert depot.releases()[0][2:] == ("RELEASED", 2)
