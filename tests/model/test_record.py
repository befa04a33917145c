"""Records made without validation are the records that validation makes (model/documents/record.py)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edi_gateway.model.documents.acknowledgment import Answer, AnsweredLine
from edi_gateway.model.documents.shared import ItemId

_TEXT = st.text(max_size=5)
_NUMBER = st.decimals(allow_nan=False, allow_infinity=False, places=2)
_ANSWERS = st.fixed_dictionaries({"status": _TEXT}, optional={"quantity": _NUMBER, "unit": _TEXT})
_IDS = st.lists(st.builds(ItemId, qualifier=_TEXT, value=_TEXT), max_size=3).map(tuple)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "line": st.integers(0, 99),
            "buyer_line": _TEXT,
            "quantity": _NUMBER,
            "price": st.none() | _NUMBER,
            "ids": _IDS,
            "answers": st.lists(st.builds(Answer.of_known, _ANSWERS), max_size=3).map(tuple),
        },
    )
)
def test_a_line_of_known_values_is_the_line_that_validation_makes(values: dict[str, Any]) -> None:
    made, validated = AnsweredLine.of_known(dict(values)), AnsweredLine.model_validate(dict(values))
    assert made == validated
    assert list(made.__dict__) == list(validated.__dict__)  # the order in which JSON is written
    assert made.model_fields_set == validated.model_fields_set
    assert made.model_dump_json(exclude_defaults=True) == validated.model_dump_json(exclude_defaults=True)
    assert made.model_copy(update={"unit": "EA"}) == validated.model_copy(update={"unit": "EA"})


@pytest.mark.parametrize(
    ("values", "wrong"),
    [({"quantity": Decimal(1)}, "status"), ({"status": "IA", "amount": Decimal(1)}, "amount")],
)
def test_a_name_that_is_missing_or_unknown_is_refused_as_ever(values: dict[str, Any], wrong: str) -> None:
    with pytest.raises(ValidationError, match=wrong):
        Answer.of_known(values)


def test_two_records_do_not_share_what_can_be_changed() -> None:
    one, other = AnsweredLine.of_known({}), AnsweredLine.of_known({})
    assert one.amounts == {}
    assert one.amounts is not other.amounts
