"""How far an order and its lines are, for every state of spec B3.2 and B3.3, and the ladder of quantities (spec B2)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi_gateway.model.fulfilment import Part, PartState
from edi_gateway.orders.fulfilment.stages import Ladder, broken, ladder, line_stage, stage
from tests.orders.build import d
from tests.orders.fulfilment.goods import part


def parts(*words: str) -> list[Part]:
    """ "30 SHIPPED 7" thirty that an invoice of the number 7 stands for; "over 5 SHIPPED", "free 4 OPEN"."""
    made = []
    for n, text in enumerate(words, 1):
        said = text.split()
        kind = said.pop(0) if said[0] in ("over", "free") else "goods"
        invoice = int(said[2]) if len(said) > 2 else None
        made.append(part(said[0], said[1], id=n, kind=kind, invoice_id=invoice))
    return made


# ------------------------------------------------------------------------------------------------- the ladder


def test_every_quantity_is_the_sum_of_the_parts_that_count() -> None:
    found = ladder(
        parts(
            *("1 OPEN", "2 BACKORDERED", "4 ALLOCATED", "8 RELEASED", "16 PICKED", "32 PACKED"),
            *("64 SHIPPED", "128 SHIPPED 7", "256 CANCELLED"),
            *("over 512 SHIPPED", "over 5000 CANCELLED", "free 1024 ALLOCATED", "free 2048 SHIPPED"),
            "free 5000 CANCELLED",
        )
    )
    assert found == Ladder(
        ordered=d("511"),
        cancelled=d("256"),
        backordered=d("2"),
        allocated=d("60"),  # 4 + 8 + 16 + 32
        released=d("56"),
        picked=d("48"),
        shipped=d("192"),
        invoiced=d("128"),
        over=d("512"),
        free=d("3072"),
    )
    assert (found.open, found.remaining) == (d("255"), d("63"))
    assert broken(found) == []


def test_the_ladder_is_in_base_units() -> None:
    found = ladder([part(3, "ALLOCATED", per=12, unit="CA"), part(2, "SHIPPED", per=12, unit="CA", id=2)])
    assert (found.ordered, found.allocated, found.shipped) == (d("60"), d("36"), d("24"))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (
            Ladder(ordered=d("1"), cancelled=d("2")),
            ["cancelled is more than ordered", "shipped is more than open", "allocated is more than remains"],
        ),
        (
            Ladder(ordered=d("5"), cancelled=d("1"), shipped=d("5")),
            ["shipped is more than open", "allocated is more than remains"],
        ),
        (Ladder(ordered=d("5"), shipped=d("2"), allocated=d("4")), ["allocated is more than remains"]),
        (Ladder(ordered=d("5"), released=d("1")), ["released is more than allocated"]),
        (
            Ladder(ordered=d("5"), allocated=d("2"), released=d("1"), picked=d("2")),
            ["picked is more than released"],
        ),
        (Ladder(ordered=d("5"), shipped=d("2"), invoiced=d("3")), ["invoiced is more than shipped"]),
        (Ladder(ordered=d("5"), cancelled=d("-1")), ["cancelled is more than ordered"]),
    ],
)
def test_what_cannot_be_is_told(wrong: Ladder, words: list[str]) -> None:
    assert broken(wrong) == words


_states = st.sampled_from(list(PartState))
_some = st.lists(
    st.builds(
        lambda n, state, kind, invoice: replace(
            part(n, state.value, kind=kind), invoice_id=invoice if state is PartState.SHIPPED else None
        ),
        st.integers(1, 99),
        _states,
        st.sampled_from(["goods", "goods", "free", "over"]),
        st.sampled_from([None, 7]),
    ),
    max_size=12,
)


@given(_some)
def test_whatever_the_parts_their_quantities_cannot_come_apart(some: list[Part]) -> None:
    found = ladder(some)
    assert broken(found) == []
    goods = [each for each in some if each.kind == "goods"]
    assert found.ordered == sum(each.base_quantity for each in goods)
    assert found.open == found.shipped + found.remaining
    # open, backordered and allocated parts are all that remains
    waits = sum(each.base_quantity for each in goods if each.state is PartState.OPEN)
    assert found.remaining == waits + found.backordered + found.allocated


# ---------------------------------------------------------------------------------------------- of the order


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], None),
        (["48 OPEN"], None),
        (["48 BACKORDERED"], None),
        (["48 CANCELLED"], None),
        (["48 CANCELLED", "12 OPEN"], None),
        (["48 ALLOCATED"], "IN_FULFILMENT"),
        (["30 ALLOCATED", "18 BACKORDERED"], "IN_FULFILMENT"),
        (["48 RELEASED"], "IN_FULFILMENT"),
        (["48 PICKED"], "IN_FULFILMENT"),
        (["48 PACKED"], "IN_FULFILMENT"),
        (["free 4 ALLOCATED", "40 BACKORDERED"], "IN_FULFILMENT"),
        (["30 SHIPPED", "18 BACKORDERED"], "PARTIALLY_SHIPPED"),
        (["30 SHIPPED 7", "18 PACKED"], "PARTIALLY_SHIPPED"),
        (["30 SHIPPED", "18 OPEN"], "PARTIALLY_SHIPPED"),
        (["40 SHIPPED", "free 4 BACKORDERED"], "PARTIALLY_SHIPPED"),
        (["48 SHIPPED"], "SHIPPED"),
        (["48 SHIPPED", "over 2 SHIPPED"], "SHIPPED"),
        (["30 SHIPPED", "18 CANCELLED"], "SHIPPED"),
        (["30 SHIPPED 7", "18 SHIPPED"], "PARTIALLY_INVOICED"),
        (["48 SHIPPED 7", "over 2 SHIPPED"], "PARTIALLY_INVOICED"),
        (["48 SHIPPED 7"], "INVOICED"),
        (["30 SHIPPED 7", "10 SHIPPED 8", "8 CANCELLED"], "INVOICED"),
    ],
)
def test_an_order_is_as_far_as_its_parts(words: list[str], expected: str | None) -> None:
    found = stage(parts(*words))
    assert (None if found is None else found.value) == expected


def test_an_order_is_closed_when_all_of_it_is_invoiced_and_settled() -> None:
    assert stage(parts("48 SHIPPED 7"), settled=True) == "CLOSED"
    assert stage(parts("30 SHIPPED 7", "18 CANCELLED"), settled=True) == "CLOSED"
    assert stage(parts("30 SHIPPED 7", "18 SHIPPED"), settled=True) == "PARTIALLY_INVOICED"
    assert stage(parts("30 SHIPPED 7", "18 BACKORDERED"), settled=True) == "PARTIALLY_SHIPPED"
    assert stage(parts("48 CANCELLED"), settled=True) is None


def test_an_order_of_which_a_line_is_on_hold_has_not_shipped_all() -> None:
    for words in (["48 SHIPPED"], ["30 SHIPPED 7", "18 SHIPPED"], ["48 SHIPPED 7"]):
        assert stage(parts(*words), held=True) == "PARTIALLY_SHIPPED"
        assert stage(parts(*words), held=True, settled=True) == "PARTIALLY_SHIPPED"
    assert stage(parts("48 ALLOCATED"), held=True) == "IN_FULFILMENT"
    assert stage(parts("48 OPEN"), held=True) is None


# ------------------------------------------------------------------------------------------------ of the line


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], None),
        (["48 CANCELLED"], "CANCELLED"),
        (["48 OPEN"], "OPEN"),
        (["48 BACKORDERED"], "BACKORDERED"),
        (["30 ALLOCATED", "18 BACKORDERED"], "BACKORDERED"),
        (["30 ALLOCATED", "18 RELEASED"], "ALLOCATED"),
        (["30 RELEASED", "18 PICKED"], "RELEASED"),
        (["30 PICKED", "18 PACKED"], "PICKED"),
        (["30 PACKED", "18 SHIPPED"], "PACKED"),
        (["30 SHIPPED", "18 CANCELLED"], "SHIPPED"),
        (["30 SHIPPED 7", "18 SHIPPED"], "SHIPPED"),
        (["30 SHIPPED 7", "18 SHIPPED 8"], "INVOICED"),
        (["48 SHIPPED 7", "over 2 SHIPPED"], "SHIPPED"),
        (["40 SHIPPED 7", "free 4 BACKORDERED"], "BACKORDERED"),
    ],
)
def test_a_line_is_as_far_as_what_of_it_is_least_far(words: list[str], expected: str | None) -> None:
    assert line_stage(parts(*words)) == expected
