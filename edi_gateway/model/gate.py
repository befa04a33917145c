"""The rules that buyers charge back on, by id: of which document each speaks, and what a breach does if nobody says.

The closed list; a profile may name these ids in [[chargebacks]]. What each looks for stands in orders/gate/, in a
function of its name; docs/reference/gate.md is made of both.
"""

from __future__ import annotations

from typing import Final, Literal

GateSeverity = Literal["hold", "warn", "off"]
_Row = tuple[str, GateSeverity]


def _rules(document: str, severity: GateSeverity, names: str) -> dict[str, _Row]:
    return dict.fromkeys(names.split(), (document, severity))


#: rule -> (X12 set, what a breach does by default)
GATE_RULES: Final[dict[str, _Row]] = {
    **_rules(
        "855",
        "hold",
        "answer_names_order answer_names_lines answers_every_line answers_add_up accepts_within_order "
        "accepts_what_stands keeps_what_shipped price_within_order price_as_booked promise_within_window "
        "promise_before_cancel_date answer_type_fits_lines original_answer_once",
    ),
    **_rules("855", "warn", "answer_in_time"),
    **_rules(
        "856",
        "hold",
        "notice_names_orders notice_names_lines answered_before_shipment shipped_within_acknowledged "
        "shipped_within_order store_within_order notice_tells_shipment noticed_within_shipped shipped_unit_as_ordered "
        "shipped_item_as_acknowledged store_marked carton_number_valid carton_number_new carton_count_right "
        "weight_fits_cartons ship_date_true shipped_in_window shipped_before_cancel_date bill_of_lading_told "
        "bill_of_lading_for_one_place carrier_as_routed freight_as_ordered shipped_to_ordered_place "
        "original_notice_once",
    ),
    **_rules("856", "warn", "notice_in_time notice_before_arrival"),
    **_rules(
        "810",
        "hold",
        "invoice_names_order invoice_names_lines noticed_before_invoice billed_within_shipped "
        "billed_price_as_acknowledged billed_unit_as_ordered billed_item_as_shipped invoice_not_before_shipment "
        "invoice_number_new invoice_in_order_currency credit_within_invoice credit_quantity_within_invoice "
        "credit_as_invoiced credit_charges_within_invoice rebill_after_credit credit_not_before_invoice "
        "invoice_total_adds_up invoice_says_what_is_issued allowances_taken_once bill_back_left_out charges_agreed "
        "freight_charged_once tax_stated_once tax_as_ordered terms_as_ordered",
    ),
}
