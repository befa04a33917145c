"""Where it goes (spec B5.7; D6, D7, D8, D21)."""

from __future__ import annotations

from typing import Any

import pytest

from edi_gateway.model.master_data import Customer, ShipTo
from tests.orders.build import acks, answered, books, d, held, judged, line, po, price, states, told

STORE = ShipTo("acme", "92", "0007", "Store 7", kind="store", dc="92:0553")
BY_DUNS = ShipTo(
    "acme",
    "1",
    "123456789",
    "DC South",
    address=("2 Dock Road",),
    city="Ontario",
    region="CA",
    postal_code="91761",
)


def st(**more: Any) -> list[dict[str, Any]]:
    return [{"role": "ST", **more}]


HOME = {
    "name": "Ada Finch",
    "address": ("7 Elm St",),
    "city": "Fallow",
    "region": "VT",
    "postal_code": "05009",
    "country": "US",
}


def test_a_ship_to_is_found_by_its_code() -> None:
    judgement = judged(po())
    assert (judgement.ship_to_key, told(judgement)) == ("92:0553", [])


def test_an_unknown_code_holds_the_order() -> None:
    judgement = judged(po(parties=st(id_qualifier="92", id="9999", name="Nowhere")))
    assert told(judgement) == [("SHIP_TO_UNKNOWN", "ERROR", "parties")]
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, None)]
    assert judgement.findings[0].message == "The order goes to ship-to 9999 (Nowhere), which is not on file."


def test_another_qualifier_of_the_same_place_is_taken_with_a_warning() -> None:
    data = books(ship_tos=[BY_DUNS])
    judgement = judged(po(parties=st(id_qualifier="9", id="123456789")), data)
    assert judgement.ship_to_key == "1:123456789"
    assert told(judgement) == [("SHIP_TO_DIFFERS", "WARNING", "parties")]


def test_one_code_that_means_two_places_under_other_qualifiers_is_unknown() -> None:
    data = books(ship_tos=[ShipTo("acme", "1", "77", "A"), ShipTo("acme", "UL", "77", "B")])
    assert held(judged(po(parties=st(id_qualifier="ZZ", id="77")), data)) == [("SHIPTO_UNKNOWN", None, None)]


def test_an_address_without_code_is_found_when_it_is_exactly_one_on_file() -> None:
    data = books(ship_tos=[BY_DUNS])
    address = {"address": ("2 DOCK RD.",), "city": "ontario", "region": "CA", "postal_code": "91761-0001"}
    judgement = judged(po(parties=st(name="Whoever", **address)), data)
    assert (judgement.ship_to_key, told(judgement)) == ("1:123456789", [])


def test_an_address_without_code_that_is_not_on_file_is_never_made_a_ship_to() -> None:
    judgement = judged(po(parties=st(**HOME)))
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, None)]
    assert judgement.ship_to_key is None


def test_a_known_code_with_another_address_uses_ours_with_a_warning() -> None:
    judgement = judged(po(parties=st(id_qualifier="92", id="0553", address=("99 New Road",))))
    assert told(judgement) == [("SHIP_TO_DIFFERS", "WARNING", "parties")]
    assert judgement.ship_to_key == "92:0553"
    assert judgement.findings[0].message == (
        "Ship-to 0553: they write 99 New Road, on file is 1 Dock Road. Ours is used."
    )


def test_the_same_address_in_other_words_is_the_same() -> None:
    same = {"address": ("1 dock rd",), "city": "FONTANA", "region": "ca", "postal_code": "923361234"}
    assert told(judged(po(parties=st(id_qualifier="92", id="0553", **same)))) == []


def test_no_ship_to_at_all_holds_unless_the_contract_has_a_default() -> None:
    judgement = judged(po(parties=[]))
    assert told(judgement) == [("SHIP_TO_MISSING", "ERROR", "parties")]
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, None)]
    for default in ("0553", "92:0553"):
        assert judged(po(parties=[]), policies={"default_ship_to": default}).ship_to_key == "92:0553"
    assert held(judged(po(parties=[]), policies={"default_ship_to": "404"})) == [
        ("SHIPTO_UNKNOWN", None, None)
    ]


def test_a_buying_store_without_ship_to_is_served_by_its_dc() -> None:
    buyer = [{"role": "BY", "id_qualifier": "92", "id": "0007"}]
    judgement = judged(po(parties=buyer), books(ship_tos=[STORE]))
    assert (judgement.ship_to_key, held(judgement)) == ("92:0553", [])


def test_a_buying_store_without_dc_gets_it_itself() -> None:
    alone = ShipTo("acme", "92", "0008", "Store 8", kind="store")
    buyer = [{"role": "BY", "id_qualifier": "92", "id": "0008"}]
    assert judged(po(parties=buyer), books(ship_tos=[alone])).ship_to_key == "92:0008"


# consumers (D6)


@pytest.mark.parametrize("how", [{"type": "DS"}, {"type": "DR"}])
def test_a_consumers_address_is_normal_on_a_drop_ship_order(how: dict[str, Any]) -> None:
    judgement = judged(po(parties=st(**HOME), **how))
    assert told(judgement) == []
    assert judgement.ship_to_key is None


def test_a_consumers_address_is_normal_where_the_profile_says_so() -> None:
    assert told(judged(po(parties=st(**HOME)), policies={"consumer_ship_to": True})) == []


@pytest.mark.parametrize(
    ("change", "lacks"),
    [
        ({"name": None}, "a name"),
        ({"address": ()}, "a street"),
        ({"address": ("  ",)}, "a street"),
        ({"city": None}, "a city"),
        ({"region": None}, "a state"),
        ({"region": "XX"}, "a state"),
        ({"postal_code": None}, "a postal code"),
        ({"postal_code": "0500"}, "a postal code of US (0500 is none)"),
        ({"country": "CA", "region": "ON", "postal_code": "05009"}, "a postal code of CA (05009 is none)"),
        ({"country": "CA", "region": "VT", "postal_code": "K1A 0B1"}, "a province"),
    ],
)
def test_a_consumers_address_must_do_for_a_parcel(change: dict[str, Any], lacks: str) -> None:
    judgement = judged(po(parties=st(**{**HOME, **change}), type="DS"))
    assert told(judgement) == [("ADDRESS_INCOMPLETE", "ERROR", "parties")]
    assert judgement.findings[0].message == f"The consumer's address lacks {lacks}."
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, None)]


@pytest.mark.parametrize(
    "change",
    [
        {"postal_code": "05009-1234"},
        {"postal_code": "050091234"},
        {"country": None},
        {"country": "USA"},
        {"country": "CA", "region": "ON", "postal_code": "K1A 0B1"},
        {"country": "FR", "region": None, "postal_code": "75001"},
    ],
)
def test_usual_forms_of_an_address_will_do(change: dict[str, Any]) -> None:
    assert told(judged(po(parties=st(**{**HOME, **change}), type="DS"))) == []


# stores (D7)


def sdq(*stores: tuple[str, int], unit: str | None = "EA") -> list[dict[str, Any]]:
    return [
        {"location_qualifier": "92", "location": store, "quantity": d(n), "unit": unit} for store, n in stores
    ]


OTHER = ShipTo("acme", "92", "0008", "Store 8", kind="store", dc="92:0553")
STORES = books(ship_tos=[STORE, OTHER])


def test_an_order_for_stores_needs_no_ship_to() -> None:
    judgement = judged(po(line(allocations=sdq(("0007", 20), ("0008", 28))), parties=[]), STORES)
    assert (told(judgement), states(judgement)) == ([], ["ACCEPTED"])


def test_an_unknown_store_holds_only_what_it_gets() -> None:
    order = po(
        line(allocations=sdq(("0007", 20), ("0666", 28))),
        line(10, allocations=sdq(("0007", 10))),
        line(8, allocations=sdq(("0666", 8))),
        parties=[],
    )
    judgement = judged(order, STORES)
    assert told(judgement) == [("STORE_UNKNOWN", "ERROR", "lines[0].allocations[1].location")]
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, "92:0666")]
    assert states(judgement) == ["ACCEPTED", "ACCEPTED", "HELD"]
    assert judgement.state == "ACCEPTED"
    assert acks(answered(order, STORES)) == [["IA 20 EA", "IH 28 EA"], ["IA 10 EA"], ["IH 8 EA"]]
    assert answered(order, STORES).type == "AC"


def test_an_order_that_ships_complete_waits_for_its_unknown_store() -> None:
    order = po(line(allocations=sdq(("0007", 20), ("0666", 28))), parties=[])
    judgement = judged(order, STORES, {"ship_complete": True})
    assert (judgement.state, states(judgement)) == ("ON_HOLD", ["HELD"])


def test_stores_that_do_not_add_up_hold_their_line() -> None:
    judgement = judged(po(line(allocations=sdq(("0007", 20), ("0008", 27))), line(), parties=[]), STORES)
    assert told(judgement) == [("ALLOCATION_SUM_DIFFERS", "ERROR", "lines[0].allocations")]
    assert held(judgement) == [("TOTALS", 1, None)]
    assert "the stores get 47, the line orders 48" in judgement.findings[0].message
    assert states(judgement) == ["HELD", "ACCEPTED"]


def test_stores_in_another_unit_hold_their_line() -> None:
    judgement = judged(po(line(4, "CA", "48.00", allocations=sdq(("0007", 4))), parties=[]), STORES)
    assert told(judgement) == [("ALLOCATION_SUM_DIFFERS", "ERROR", "lines[0].allocations")]


def test_five_hundred_stores_are_no_trouble() -> None:
    """D38: the unknown ones are told once each, however many lines name them."""
    stores = [(f"{n:04}", 1) for n in range(1, 501)]
    known = books(ship_tos=[ShipTo("acme", "92", s, s, kind="store") for s, _ in stores if s != "0250"])
    order = po(*[line(500, allocations=sdq(*stores)) for _ in range(10)], parties=[])
    judgement = judged(order, known)
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, "92:0250")]
    assert acks(answered(order, known)) == [["IA 499 EA", "IH 1 EA"]] * 10


# a ship-to of a line's own (D8)


def test_a_line_may_go_elsewhere() -> None:
    data = books(ship_tos=[BY_DUNS])
    judgement = judged(po(line(), line(parties=st(id_qualifier="1", id="123456789"))), data)
    assert [ln.ship_to for ln in judgement.lines] == [None, "1:123456789"]
    assert (judgement.ship_to_key, told(judgement)) == ("92:0553", [])


def parts(*places: tuple[str, int | None]) -> list[dict[str, Any]]:
    """N1 ST under a line, each with its QTY."""
    return [
        {
            "role": "ST",
            "id_qualifier": "92",
            "id": place,
            "quantities": [] if n is None else [{"qualifier": "38", "quantity": d(n), "unit": "EA"}],
        }
        for place, n in places
    ]


def test_several_ship_tos_of_a_line_divide_it_like_stores() -> None:
    order = po(line(48, parties=parts(("0007", 20), ("0666", 28))))
    judgement = judged(order, STORES)
    assert told(judgement) == [("STORE_UNKNOWN", "ERROR", "lines[0].parties[1].id")]
    assert held(judgement) == [("SHIPTO_UNKNOWN", None, "92:0666")]
    assert acks(answered(order, STORES)) == [["IA 20 EA", "IH 28 EA"]]


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ((("0007", 20), ("0008", 27)), "line 1 (MUG): the stores get 47, the line orders 48."),
        (
            (("0007", None), ("0008", None)),
            "line 1 (MUG): it goes to 2 places, and how many each gets is not said.",
        ),
    ],
)
def test_ship_tos_of_a_line_must_say_how_many_and_add_up(places: Any, wrong: str) -> None:
    judgement = judged(po(line(48, parties=parts(*places))), STORES)
    assert told(judgement) == [("ALLOCATION_SUM_DIFFERS", "ERROR", "lines[0].parties")]
    assert judgement.findings[0].message == wrong
    assert held(judgement) == [("TOTALS", 1, None)]


def test_a_line_that_goes_to_an_unknown_place_waits_alone() -> None:
    judgement = judged(po(line(), line(parties=st(id_qualifier="92", id="404"))))
    assert held(judgement) == [("SHIPTO_UNKNOWN", 2, None)]
    assert states(judgement) == ["ACCEPTED", "HELD"]


def test_lines_that_all_say_where_they_go_need_no_ship_to_of_the_order() -> None:
    assert told(judged(po(line(parties=st(id_qualifier="92", id="0553")), parties=[]))) == []


# whose order it is


def test_the_customer_comes_from_the_ship_to_before_the_profile() -> None:
    outlet = ShipTo("acme", "92", "0790", "Outlet", customer="C9")
    data = books(ship_tos=[outlet], prices=[price("MUG", "EA", "4.00")])
    data.customers["C9"] = Customer("C9", "Outlets", "USD")
    assert judged(po(parties=st(id_qualifier="92", id="0790")), data).customer == "C9"
    assert judged(po(), data).customer == "C1"


def test_a_division_or_a_buyer_names_the_customer() -> None:
    data = books()
    data.customers["C7"] = Customer("C7", "Division", "USD")
    by = {"REF 19 0042": "C7", "N1 BY 0007": "C7"}
    reference = po(references=[{"qualifier": "19", "value": "0042"}])
    buyer = po(parties=[*st(id_qualifier="92", id="0553"), {"role": "BY", "id": "0007"}])
    assert judged(reference, data, customers_by=by).customer == "C7"
    assert judged(buyer, data, customers_by=by).customer == "C7"
    assert judged(po(), data, customers_by=by).customer == "C1"


def test_a_customer_that_is_not_on_file_holds_the_order() -> None:
    judgement = judged(po(), books(customer=None))
    assert told(judgement) == [("CUSTOMER_UNKNOWN", "ERROR", "parties")]
    assert held(judgement) == [("INCOMPLETE", None, None)]
    assert told(judged(po(), customer=None)) == [("CUSTOMER_UNKNOWN", "ERROR", "parties")]


def test_a_stopped_customer_holds_all_and_the_answer_does_not_say_why() -> None:
    order = po()
    data = books(customer=Customer("C1", "Corner Shop", "USD", stopped=True))
    judgement = judged(order, data)
    assert told(judgement) == [("CUSTOMER_STOPPED", "ERROR", "parties")]
    assert [(h.code.value, h.blocks) for h in judgement.holds] == [("CUSTOMER_STOP", "ABRS")]
    reply = answered(order, data)
    assert (reply.type, acks(reply)) == ("AH", [["IH 48 EA"]])
    assert "stop" not in reply.model_dump_json().lower()
    assert reply.notes == ()
    assert reply.lines[0].notes == ()
