"""docs/reference/gate.md is what the rules say of themselves, and the table of ids is that of the functions."""

from __future__ import annotations

from pathlib import Path

from edi_gateway.model.gate import GATE_RULES
from edi_gateway.orders.gate import reference
from edi_gateway.orders.gate.judging import RULES
from tests.orders.gate import test_answer, test_invoice, test_notice

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "gate.md"


def test_the_page_is_not_stale() -> None:
    assert PAGE.read_text("utf-8") == reference.page(), "run `make docs`"


def test_each_id_of_the_table_is_a_function_and_each_function_is_in_the_table() -> None:
    functions = [(rule.__name__, document) for document, rules in RULES.items() for rule in rules]
    assert len(functions) == len(GATE_RULES)
    assert set(functions) == {(name, document) for name, (document, _) in GATE_RULES.items()}


def test_each_rule_is_broken_by_a_story() -> None:
    by_itself = {*test_answer.BROKEN, *test_notice.BROKEN, *test_invoice.BROKEN}
    together = {  # what breaks these breaks others too; tests of their own say which
        *("notice_names_orders", "notice_names_lines", "shipped_within_order", "carton_number_valid"),
        *("invoice_names_order", "invoice_names_lines"),
    }
    assert by_itself | together == set(GATE_RULES)


def test_each_rule_says_what_is_wrong() -> None:
    for rules in RULES.values():
        for rule in rules:
            assert (rule.__doc__ or "").strip().endswith((".", ")."))
