"""What holds for every order: judgement never fails, and an answer's quantities add up (spec C2, DESIGN section 4)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from edi_gateway.model.documents.purchase_order import Line, PurchaseOrder
from edi_gateway.model.finding import Effect, Family
from edi_gateway.model.order import LineState, OrderLine, OrderState
from edi_gateway.orders.answering.answers import answer
from edi_gateway.orders.checks import ROOMS
from edi_gateway.orders.holds import blocked
from edi_gateway.orders.judging.effects import CONSEQUENCES
from edi_gateway.orders.judging.facts import needs
from edi_gateway.orders.judging.identity import business_key, content_hash
from edi_gateway.orders.judging.judge import judge, judge_again
from edi_gateway.orders.judging.order_facts import understand
from edi_gateway.orders.judging.revision import differences
from edi_gateway.orders.judging.standing import NEW
from edi_gateway.orders.meaning import pricing
from edi_gateway.partners.profile import Policies
from tests.orders.build import books, facts, judged, line, po, profile, standing, unit

WORDS = (
    "|  |EA|CA|ca|LB|MUG|BOLT|VN|UP|92|0553|ST|BY|00|05|04|01|02|SA|DS|RL|USD|CAD|PE|HP|NC|038|012345678905|A"
)
texts = st.sampled_from(WORDS.split("|")) | st.text(max_size=6)
numbers = (
    st.integers(-5, 200).map(Decimal)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-1000, max_value=100000)
    | st.sampled_from(
        [Decimal("1E+999999"), Decimal("1E-999999"), Decimal("0E+5"), Decimal("-0"), Decimal("1E+25")]
    )
)
days = st.dates() | st.dates(date(2025, 2, 1), date(2025, 4, 1)) | st.sampled_from([date.min, date.max])


def of(annotation: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values for a field of a model: mostly small, with the absurd among them."""
    arguments = get_args(annotation)
    if type(None) in arguments:
        inner = next(a for a in arguments if a is not type(None))
        return st.none() | of(inner, depth)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return models(annotation, depth + 1)
    origin = getattr(annotation, "__origin__", None)
    if origin is tuple:
        return st.lists(of(arguments[0], depth), max_size=2 if depth < 2 else 1).map(tuple)
    if origin is dict:
        return st.dictionaries(texts, of(arguments[1], depth), max_size=2)
    if annotation is Decimal or (arguments and arguments[0] is Decimal):
        return numbers
    return {str: texts, int: st.integers(-3, 10**7), date: days, bool: st.booleans()}[annotation]


def models(model: type[BaseModel], depth: int = 0) -> st.SearchStrategy[Any]:
    required: dict[str, st.SearchStrategy[Any]] = {}
    optional: dict[str, st.SearchStrategy[Any]] = {}
    for name, field in model.model_fields.items():
        kind = Decimal if field.metadata and field.annotation is Decimal else field.annotation
        into = required if field.is_required() else optional
        into[name] = st.deferred(lambda kind=kind: of(kind, depth))
    return st.fixed_dictionaries(required, optional=optional).map(model.model_validate)


def field_of(model: type[BaseModel], name: str) -> st.SearchStrategy[Any]:
    field = model.model_fields[name]
    return of(Decimal if field.metadata and field.annotation is Decimal else field.annotation, 1)


@st.composite
def almost_good(draw: st.DrawFn) -> PurchaseOrder:
    """A good order with a few fields of its header and lines gone wild: it gets further than pure chance."""
    order = po(
        line(48),
        line(4, "CA", "48.00", ids=[("UK", "10012345678902")]),
        line(200, "EA", "6.20", "HP", ids=[("VN", "BOLT")]),
        line("12.5", "LB", "5.25", ids=[("VN", "CHEESE")]),
    )
    lines = []
    for each in order.lines:
        names = draw(st.lists(st.sampled_from(list(Line.model_fields)), max_size=3, unique=True))
        lines.append(each.model_copy(update={name: draw(field_of(Line, name)) for name in names}))
    header = [name for name in PurchaseOrder.model_fields if name != "lines"]
    names = draw(st.lists(st.sampled_from(header), max_size=3, unique=True))
    update = {name: draw(field_of(PurchaseOrder, name)) for name in names}
    return order.model_copy(update={**update, "lines": tuple(lines)})


orders = almost_good() | models(PurchaseOrder)

SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

policies = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(get_args(field.annotation))
        for name, field in Policies.model_fields.items()
        if get_args(field.annotation) and all(isinstance(a, str) for a in get_args(field.annotation))
    }
    | {name: st.booleans() for name, field in Policies.model_fields.items() if field.annotation is bool},
)


@SETTINGS
@given(orders, policies, st.booleans())
def test_judgement_never_fails_and_says_only_what_it_may(
    order: PurchaseOrder, chosen: dict[str, Any], known: bool
) -> None:
    data = books()
    today = facts(data, chosen)
    if known:
        data.known[business_key(order, today.profile)] = (standing(po()),)
    needs([order], today.profile)
    for judgement in (judge(order, today), judge_again(order, today)):
        assert isinstance(judgement.state, OrderState)
        for finding in judgement.findings:
            assert finding.rule
            assert finding.family is not Family.SYNTAX
            assert (finding.effect is Effect.NONE) or finding.severity == "ERROR"
        numbers_of_lines = {ours.line for ours in judgement.lines}
        for hold in judgement.holds:
            assert hold.line is None or hold.line in numbers_of_lines
        assert judgement.lines == () or len(judgement.lines) == len((judgement.revised or order).lines)
        if judgement.state is OrderState.ACCEPTED and judgement.verdict in ("new", "conflict"):
            assert not blocked(judgement.holds, "A").order
        said = answer(
            judgement.revised or order,
            judgement.lines,
            judgement.holds,
            profile=today.profile,
            order_number="SO-9",
            today=today.today,
            rejected=judgement.reject_code,
        )
        assert said.po_number == order.po_number or judgement.revised is not None


@settings(SETTINGS, max_examples=12)
@given(almost_good(), almost_good())
def test_differences_are_none_exactly_between_equal_contents(
    one: PurchaseOrder, other: PurchaseOrder
) -> None:
    assert differences(one, one) == ()
    if content_hash(one) == content_hash(other):
        assert differences(one, other) == ()


# an answer's quantities

whole = st.integers(1, 500).map(Decimal) | st.decimals("0.001", 5000, places=3, allow_nan=False)


@st.composite
def outcomes(draw: st.DrawFn) -> tuple[PurchaseOrder, tuple[OrderLine, ...], list[Any]]:
    """An order with stores on some lines, and any fate of its lines that judgement and people can bring about."""
    made, fates = [], []
    for _ in range(draw(st.integers(1, 5))):
        ordered = draw(whole)
        stores: list[dict[str, Any]] = []
        if draw(st.booleans()):
            first = (ordered / 2).quantize(Decimal("0.001"))
            stores = [
                {"location": "0553", "quantity": first},
                {"location": "0666", "quantity": ordered - first},
            ]
        made.append(line(ordered, allocations=stores))
        accepted = min(ordered, draw(whole | st.just(ordered)))
        fates.append(
            {
                "state": draw(st.sampled_from(LineState)),
                "accepted_quantity": draw(st.sampled_from([ordered, accepted, Decimal(0)])),
                "reject_code": draw(st.sampled_from(["R2", "R3", "IR", None])),
                "price": draw(st.none() | st.just(Decimal("4.10"))),
                "promised_ship": draw(st.none() | st.just(date(2025, 3, 20))),
                "substitute": draw(st.none() | st.just("BOLT")),
            }
        )
    order = po(*made)
    judgement = judged(order)
    fated = [replace(ours, **fate) for ours, fate in zip(judgement.lines, fates, strict=True)]
    holds = [h for h in judgement.holds if draw(st.booleans())]
    return order, tuple(draw(st.permutations(fated))), holds


@settings(max_examples=120, deadline=None)
@given(
    outcomes(),
    st.sampled_from(["IR", "ID", "IB"]),
    st.sampled_from(["IA", "AC", "AR"]),
    st.sampled_from([None, "RD"]),
)
def test_the_answers_of_a_line_add_up_to_what_was_ordered(
    outcome: tuple[PurchaseOrder, tuple[OrderLine, ...], list[Any]],
    cut: str,
    accepted: str,
    rejected: str | None,
) -> None:
    order, lines, holds = outcome
    partner = profile({"cut_quantity_as": cut}, answering={"accepted_code": accepted})
    said = answer(
        order, lines, holds, profile=partner, order_number="SO-9", today=date(2025, 3, 3), rejected=rejected
    )
    assert len(said.lines) == len(order.lines)
    for theirs, told in zip(order.lines, said.lines, strict=True):
        assert sum((a.quantity or Decimal(0) for a in told.answers), Decimal(0)) == theirs.quantity
        assert all(a.unit == theirs.unit for a in told.answers)
        assert (told.buyer_line, told.quantity, told.ids) == (theirs.buyer_line, theirs.quantity, theirs.ids)
    statuses = {a.status for told in said.lines for a in told.answers}
    if said.type == "AD":
        assert statuses <= {"IA", "AC", "AR"}
    if said.type == "AH":
        assert statuses == {"IH"}
    if said.type == "RD":
        assert rejected or statuses <= {"IR", "ID", "R2", "R3"}


@SETTINGS
@given(st.integers(1, 400), st.sampled_from(["up", "down", "nearest"]), st.integers(1, 24))
def test_what_is_rounded_is_a_whole_number_of_packs_and_close(
    quantity: int, rounding: str, pack: int
) -> None:
    data = books(units=[unit("MUG", "EA", 1, multiple=Decimal(pack))])
    accepted = judged(po(line(quantity)), data, {"pack_rounding": rounding}).lines[0]
    if accepted.state is LineState.REJECTED:
        assert quantity < pack
        return
    assert accepted.accepted_quantity % pack == 0
    assert abs(accepted.accepted_quantity - quantity) < pack
    if rounding == "down":
        assert accepted.accepted_quantity <= quantity
    if rounding == "up":
        assert accepted.accepted_quantity >= quantity


def test_every_consequence_is_of_a_code_of_judgement() -> None:
    """Each check's code is in the table; each code of the table is yielded by some check."""
    written = "".join(Path(room.__file__ or "").read_text("utf-8") for room in ROOMS)
    yielded = set(re.findall(r"Code\.([A-Z_]+)", written))
    assert yielded == {code.name for code in CONSEQUENCES}


@given(st.lists(almost_good(), min_size=2, max_size=4))
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_what_a_batch_has_learned_changes_no_judgement(orders: list[PurchaseOrder]) -> None:
    """Facts remember items, units, packs, prices, windows and addresses; each order is judged as if it came alone."""
    shared = facts()
    for order in orders:
        assert judge(order, shared) == judge(order, facts())


@given(almost_good())
@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_price_that_is_ours_at_once_is_what_the_comparison_says(order: PurchaseOrder) -> None:
    known = understand(order, facts(), NEW)
    for each in known.lines:
        row, unit = each.quote.row, each.unit.row
        if each.quote.kind != "equal" or each.line.allowances or each.quantity is None:
            continue
        if row is not None and unit is not None:
            assert each.quote == pricing.compare(
                price=each.line.price,
                basis_code=each.line.price_basis,
                quantity=each.quantity,
                unit=unit,
                units=each.item_units,
                row=row,
                lower=known.policies.price_buyer_lower,
                higher=known.policies.price_buyer_higher,
                is_free=False,
            )
