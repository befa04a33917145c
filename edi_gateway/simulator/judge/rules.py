"""Every rule of the judge, closed, and what it is that disagrees. docs/reference/judge.md is made from it.

A Disagreement names the rule, the document, what it is about, and why, in words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Rule(StrEnum):
    """What a buyer can hold against us. The sentence of each stands in MEANING."""

    # interchanges and groups
    ENVELOPE_UNREADABLE = "ENVELOPE_UNREADABLE"
    ENVELOPE_ADDRESS = "ENVELOPE_ADDRESS"
    ENVELOPE_TEST_FLAG = "ENVELOPE_TEST_FLAG"
    ENVELOPE_CONTROL_GAP = "ENVELOPE_CONTROL_GAP"
    ENVELOPE_CONTROL_REPEATED = "ENVELOPE_CONTROL_REPEATED"
    ENVELOPE_VERSION = "ENVELOPE_VERSION"
    SET_NOT_AGREED = "SET_NOT_AGREED"
    SET_BREAKS_STANDARD = "SET_BREAKS_STANDARD"
    # acknowledgments of what the buyer sent
    ACK_UNKNOWN_GROUP = "ACK_UNKNOWN_GROUP"
    ACK_REPEATED = "ACK_REPEATED"
    ACK_COUNTS = "ACK_COUNTS"
    ACK_VERDICT = "ACK_VERDICT"
    ACK_LATE = "ACK_LATE"
    ACK_MISSING = "ACK_MISSING"
    # 855
    ANSWER_ORDER_UNKNOWN = "ANSWER_ORDER_UNKNOWN"
    ANSWER_ORDER_DATE = "ANSWER_ORDER_DATE"
    ANSWER_PURPOSE = "ANSWER_PURPOSE"
    ANSWER_REPEATED = "ANSWER_REPEATED"
    ANSWER_TYPE = "ANSWER_TYPE"
    ANSWER_LINE_MISSING = "ANSWER_LINE_MISSING"
    ANSWER_LINE_UNKNOWN = "ANSWER_LINE_UNKNOWN"
    ANSWER_LINE_NUMBER = "ANSWER_LINE_NUMBER"
    ANSWER_ITEM = "ANSWER_ITEM"
    ANSWER_QUANTITY = "ANSWER_QUANTITY"
    ANSWER_QUANTITY_SUM = "ANSWER_QUANTITY_SUM"
    ANSWER_SUBSTITUTE = "ANSWER_SUBSTITUTE"
    ANSWER_UNIT = "ANSWER_UNIT"
    ANSWER_PRICE = "ANSWER_PRICE"
    ANSWER_DATE_MISSING = "ANSWER_DATE_MISSING"
    ANSWER_DATE_TOO_LATE = "ANSWER_DATE_TOO_LATE"
    ANSWER_DATE_PAST = "ANSWER_DATE_PAST"
    ANSWER_TOTALS = "ANSWER_TOTALS"
    ANSWER_LATE = "ANSWER_LATE"
    ANSWER_MISSING = "ANSWER_MISSING"
    ANSWER_CANCELLED_ORDER = "ANSWER_CANCELLED_ORDER"
    ANSWER_BELOW_SHIPPED = "ANSWER_BELOW_SHIPPED"
    # 856
    NOTICE_ORDER_UNKNOWN = "NOTICE_ORDER_UNKNOWN"
    NOTICE_ORDER_DATE = "NOTICE_ORDER_DATE"
    NOTICE_SHIPMENT_REPEATED = "NOTICE_SHIPMENT_REPEATED"
    NOTICE_CORRECTS_NOTHING = "NOTICE_CORRECTS_NOTHING"
    NOTICE_BEFORE_ANSWER = "NOTICE_BEFORE_ANSWER"
    NOTICE_NOT_ACKNOWLEDGED = "NOTICE_NOT_ACKNOWLEDGED"
    NOTICE_QUANTITY_OVER = "NOTICE_QUANTITY_OVER"
    NOTICE_LINE_UNKNOWN = "NOTICE_LINE_UNKNOWN"
    NOTICE_ITEM = "NOTICE_ITEM"
    NOTICE_UNIT = "NOTICE_UNIT"
    NOTICE_EMPTY = "NOTICE_EMPTY"
    NOTICE_LEVEL_NUMBER = "NOTICE_LEVEL_NUMBER"
    NOTICE_LEVEL_PARENT = "NOTICE_LEVEL_PARENT"
    NOTICE_LEVEL_CHILDREN = "NOTICE_LEVEL_CHILDREN"
    NOTICE_STRUCTURE = "NOTICE_STRUCTURE"
    NOTICE_STRUCTURE_NOT_AGREED = "NOTICE_STRUCTURE_NOT_AGREED"
    NOTICE_TOTALS = "NOTICE_TOTALS"
    NOTICE_CARTON_NUMBER_MISSING = "NOTICE_CARTON_NUMBER_MISSING"
    NOTICE_CARTON_NUMBER_WRONG = "NOTICE_CARTON_NUMBER_WRONG"
    NOTICE_CARTON_NUMBER_REPEATED = "NOTICE_CARTON_NUMBER_REPEATED"
    NOTICE_CARTON_MARK = "NOTICE_CARTON_MARK"
    NOTICE_CARTON_COUNT = "NOTICE_CARTON_COUNT"
    NOTICE_WEIGHT = "NOTICE_WEIGHT"
    NOTICE_TRACKING_MISSING = "NOTICE_TRACKING_MISSING"
    NOTICE_SHIP_TO = "NOTICE_SHIP_TO"
    NOTICE_STORE_MISSING = "NOTICE_STORE_MISSING"
    NOTICE_STORE_UNKNOWN = "NOTICE_STORE_UNKNOWN"
    NOTICE_STORE_QUANTITY = "NOTICE_STORE_QUANTITY"
    NOTICE_SHIP_DATE_FUTURE = "NOTICE_SHIP_DATE_FUTURE"
    NOTICE_SHIPPED_EARLY = "NOTICE_SHIPPED_EARLY"
    NOTICE_SHIPPED_LATE = "NOTICE_SHIPPED_LATE"
    NOTICE_ARRIVES_OUTSIDE_WINDOW = "NOTICE_ARRIVES_OUTSIDE_WINDOW"
    NOTICE_AFTER_ARRIVAL = "NOTICE_AFTER_ARRIVAL"
    NOTICE_LATE = "NOTICE_LATE"
    # the goods themselves
    GOODS_WITHOUT_NOTICE = "GOODS_WITHOUT_NOTICE"
    GOODS_NOT_COME = "GOODS_NOT_COME"
    GOODS_DIFFER = "GOODS_DIFFER"
    # 810
    INVOICE_NUMBER_REPEATED = "INVOICE_NUMBER_REPEATED"
    INVOICE_ORDER_UNKNOWN = "INVOICE_ORDER_UNKNOWN"
    INVOICE_ORDER_DATE = "INVOICE_ORDER_DATE"
    INVOICE_DATE = "INVOICE_DATE"
    INVOICE_BEFORE_NOTICE = "INVOICE_BEFORE_NOTICE"
    INVOICE_NOTICE_REJECTED = "INVOICE_NOTICE_REJECTED"
    INVOICE_QUANTITY_OVER = "INVOICE_QUANTITY_OVER"
    INVOICE_LINE_UNKNOWN = "INVOICE_LINE_UNKNOWN"
    INVOICE_ITEM = "INVOICE_ITEM"
    INVOICE_UNIT = "INVOICE_UNIT"
    INVOICE_PRICE = "INVOICE_PRICE"
    INVOICE_CURRENCY = "INVOICE_CURRENCY"
    INVOICE_SHIP_TO = "INVOICE_SHIP_TO"
    INVOICE_STORE = "INVOICE_STORE"
    INVOICE_ALLOWANCE_MISSING = "INVOICE_ALLOWANCE_MISSING"
    INVOICE_ALLOWANCE_AMOUNT = "INVOICE_ALLOWANCE_AMOUNT"
    INVOICE_ALLOWANCE_REPEATED = "INVOICE_ALLOWANCE_REPEATED"
    INVOICE_ALLOWANCE_NOT_AGREED = "INVOICE_ALLOWANCE_NOT_AGREED"
    INVOICE_BILL_BACK = "INVOICE_BILL_BACK"
    INVOICE_FREIGHT = "INVOICE_FREIGHT"
    INVOICE_TAX_AMOUNT = "INVOICE_TAX_AMOUNT"
    INVOICE_TAX_TWICE = "INVOICE_TAX_TWICE"
    INVOICE_TAX_EXEMPT = "INVOICE_TAX_EXEMPT"
    INVOICE_TOTAL = "INVOICE_TOTAL"
    INVOICE_TOTALS = "INVOICE_TOTALS"
    INVOICE_DISCOUNT = "INVOICE_DISCOUNT"
    INVOICE_TERMS = "INVOICE_TERMS"
    INVOICE_DUE_DATE = "INVOICE_DUE_DATE"
    CREDIT_WITHOUT_ORIGINAL = "CREDIT_WITHOUT_ORIGINAL"
    CREDIT_OVER_ORIGINAL = "CREDIT_OVER_ORIGINAL"
    CREDIT_SIGN = "CREDIT_SIGN"
    CREDIT_LINE = "CREDIT_LINE"
    CREDIT_MISSING = "CREDIT_MISSING"


MEANING: Final[Mapping[Rule, str]] = {
    Rule.ENVELOPE_UNREADABLE: "What came is no X12, or an interchange or group in it is broken.",
    Rule.ENVELOPE_ADDRESS: "ISA05 to ISA08, GS02 or GS03 are not the agreed addresses.",
    Rule.ENVELOPE_TEST_FLAG: "ISA15 says test for what was ordered in earnest, or the other way round.",
    Rule.ENVELOPE_CONTROL_GAP: "ISA13 or GS06 skips a number: something was lost, or never sent.",
    Rule.ENVELOPE_CONTROL_REPEATED: "ISA13 or GS06 came before.",
    Rule.ENVELOPE_VERSION: "GS08 is not the version agreed for the document.",
    Rule.SET_NOT_AGREED: "A set that was never agreed to be sent.",
    Rule.SET_BREAKS_STANDARD: "A set breaks the standard or the buyer's guide; the 997 would reject it.",
    Rule.ACK_UNKNOWN_GROUP: "A 997 or 999 answers a group that was never sent.",
    Rule.ACK_REPEATED: "A group was acknowledged more often than it was sent.",
    Rule.ACK_COUNTS: "AK902 to AK904 do not agree with the sets that were sent.",
    Rule.ACK_VERDICT: "What was right is rejected, or what was broken is accepted.",
    Rule.ACK_LATE: "The acknowledgment of a group came later than agreed.",
    Rule.ACK_MISSING: "A group was never acknowledged.",
    Rule.ANSWER_ORDER_UNKNOWN: "The 855 answers an order, or a release, that was never placed.",
    Rule.ANSWER_ORDER_DATE: "BAK04 is not the date of the order.",
    Rule.ANSWER_PURPOSE: "BAK01: the first answer is an original, a later one says that it replaces.",
    Rule.ANSWER_REPEATED: "Another original answer, or the same answer again, that nobody asked for.",
    Rule.ANSWER_TYPE: "BAK02 does not agree with the lines: AD with a change, AC without, RD with goods to come.",
    Rule.ANSWER_LINE_MISSING: "A line of the order is not answered; a buyer takes it as refused.",
    Rule.ANSWER_LINE_UNKNOWN: "A line is answered that was never ordered, or one is answered twice.",
    Rule.ANSWER_LINE_NUMBER: "PO101 is not the buyer's, byte for byte.",
    Rule.ANSWER_ITEM: "The item numbers of a line are not those that were ordered.",
    Rule.ANSWER_QUANTITY: "PO102 or PO103 is not what was ordered.",
    Rule.ANSWER_QUANTITY_SUM: "The quantities in ACK do not add up to what was ordered.",
    Rule.ANSWER_SUBSTITUTE: "A line is answered with IS, and no item is named in ACK07 and on.",
    Rule.ANSWER_UNIT: "ACK03 is not the unit of the order.",
    Rule.ANSWER_PRICE: "Another price or price basis without saying so (IP, IC), or IP with the same price.",
    Rule.ANSWER_DATE_MISSING: "Backordered or rescheduled (IB, DR, BP), and no date says to when.",
    Rule.ANSWER_DATE_TOO_LATE: "The promised date lies after the last day of the order.",
    Rule.ANSWER_DATE_PAST: "The promised date lies before the day of the answer.",
    Rule.ANSWER_TOTALS: "CTT does not count the lines, or does not add up their quantities.",
    Rule.ANSWER_LATE: "The answer came later than agreed.",
    Rule.ANSWER_MISSING: "The order was never answered, and the time is over.",
    Rule.ANSWER_CANCELLED_ORDER: "A cancelled order is answered as if goods were still to come.",
    Rule.ANSWER_BELOW_SHIPPED: "A later answer takes back what was shipped already.",
    Rule.NOTICE_ORDER_UNKNOWN: "The 856 names an order, or a release, that was never placed.",
    Rule.NOTICE_ORDER_DATE: "PRF04 is not the date of the order.",
    Rule.NOTICE_SHIPMENT_REPEATED: "An original bears a shipment number that was used before.",
    Rule.NOTICE_CORRECTS_NOTHING: "A correction or cancellation (BSN01 05, 01) of a shipment that was never told.",
    Rule.NOTICE_BEFORE_ANSWER: "Goods are told for an order that was not answered yet.",
    Rule.NOTICE_NOT_ACKNOWLEDGED: "Goods are told of a line that was refused, or is on hold.",
    Rule.NOTICE_QUANTITY_OVER: "More is told, over all shipments, than was acknowledged.",
    Rule.NOTICE_LINE_UNKNOWN: "An item names no line of its order, or none that can be told from another.",
    Rule.NOTICE_ITEM: "The item numbers are not those of the line.",
    Rule.NOTICE_UNIT: "SN103 is not the unit of the line.",
    Rule.NOTICE_EMPTY: "No item, or a quantity that is none.",
    Rule.NOTICE_LEVEL_NUMBER: "HL01 does not count 1, 2, 3 ...",
    Rule.NOTICE_LEVEL_PARENT: "HL02 names no level before it, or the shipment has one.",
    Rule.NOTICE_LEVEL_CHILDREN: "HL04 does not say whether there are levels beneath.",
    Rule.NOTICE_STRUCTURE: "The levels do not stand as BSN05 says.",
    Rule.NOTICE_STRUCTURE_NOT_AGREED: "BSN05 is not the agreed structure.",
    Rule.NOTICE_TOTALS: "CTT does not count as agreed, or does not add up what was shipped.",
    Rule.NOTICE_CARTON_NUMBER_MISSING: "A carton without its SSCC.",
    Rule.NOTICE_CARTON_NUMBER_WRONG: "An SSCC that has not 18 digits (GM: 20, 00 before them), or a wrong check digit.",
    Rule.NOTICE_CARTON_NUMBER_REPEATED: "An SSCC that stands twice, or came with another shipment.",
    Rule.NOTICE_CARTON_MARK: "MAN01 is not the agreed one.",
    Rule.NOTICE_CARTON_COUNT: "TD102 is not the number of cartons.",
    Rule.NOTICE_WEIGHT: "A weight that is none.",
    Rule.NOTICE_TRACKING_MISSING: "No tracking number where one is agreed.",
    Rule.NOTICE_SHIP_TO: "The goods go to another place than was ordered.",
    Rule.NOTICE_STORE_MISSING: "Goods of an order for several stores, and for which one is not said.",
    Rule.NOTICE_STORE_UNKNOWN: "Goods for a store that the line was not ordered for.",
    Rule.NOTICE_STORE_QUANTITY: "A store gets more of a line than it was to get.",
    Rule.NOTICE_SHIP_DATE_FUTURE: "The goods are said to have left on a day that has not come.",
    Rule.NOTICE_SHIPPED_EARLY: "The goods left before the first day on which they might.",
    Rule.NOTICE_SHIPPED_LATE: "The goods left after the last day of the order.",
    Rule.NOTICE_ARRIVES_OUTSIDE_WINDOW: "The goods will arrive outside of the days on which they may.",
    Rule.NOTICE_AFTER_ARRIVAL: "The notice came when the goods were to be there already.",
    Rule.NOTICE_LATE: "The notice came later after the goods left than agreed.",
    Rule.GOODS_WITHOUT_NOTICE: "A carton arrived that no notice has told.",
    Rule.GOODS_NOT_COME: "A carton that a notice has told never came.",
    Rule.GOODS_DIFFER: "A carton holds another quantity than its notice tells.",
    Rule.INVOICE_NUMBER_REPEATED: "An invoice number that was used before.",
    Rule.INVOICE_ORDER_UNKNOWN: "The 810 names an order, or a release, that was never placed.",
    Rule.INVOICE_ORDER_DATE: "BIG03 is not the date of the order.",
    Rule.INVOICE_DATE: "The invoice is dated before the goods left, or on a day that has not come.",
    Rule.INVOICE_BEFORE_NOTICE: "Goods are invoiced that no notice has told.",
    Rule.INVOICE_NOTICE_REJECTED: "Goods are invoiced whose notice was rejected and not corrected yet.",
    Rule.INVOICE_QUANTITY_OVER: "More is invoiced, over all invoices less credits, than was shipped.",
    Rule.INVOICE_LINE_UNKNOWN: "An invoiced line is no line of the order, or none that can be told from another.",
    Rule.INVOICE_ITEM: "The item numbers are not those of the line.",
    Rule.INVOICE_UNIT: "IT103 is not the unit of the line.",
    Rule.INVOICE_PRICE: "The price is not the acknowledged one.",
    Rule.INVOICE_CURRENCY: "The invoice is in another currency than the order.",
    Rule.INVOICE_SHIP_TO: "The invoice names another ship-to or store than the order.",
    Rule.INVOICE_STORE: "An invoice for a store names none, or bills more than the order gives it.",
    Rule.INVOICE_ALLOWANCE_MISSING: "An off-invoice allowance or charge of the order is not taken.",
    Rule.INVOICE_ALLOWANCE_AMOUNT: "An allowance or charge is not what the order's SAC makes of this invoice.",
    Rule.INVOICE_ALLOWANCE_REPEATED: "An amount that the order names once is taken more than once.",
    Rule.INVOICE_ALLOWANCE_NOT_AGREED: "An allowance or charge that the order does not name.",
    Rule.INVOICE_BILL_BACK: "A bill-back allowance (SAC12 01) is on the invoice; the buyer claims it by itself.",
    Rule.INVOICE_FREIGHT: "Freight is charged, though the order's FOB01 is not prepaid and charged, or twice.",
    Rule.INVOICE_TAX_AMOUNT: "A tax is not its percentage of what it is taken of.",
    Rule.INVOICE_TAX_TWICE: "A tax stands at the lines and in the summary.",
    Rule.INVOICE_TAX_EXEMPT: "Tax is charged on an order that is exempt.",
    Rule.INVOICE_TOTAL: "TDS01 is not lines + charges - allowances + taxes.",
    Rule.INVOICE_TOTALS: "CTT01 does not count the lines.",
    Rule.INVOICE_DISCOUNT: "TDS02 to TDS04 do not go together with the terms.",
    Rule.INVOICE_TERMS: "The terms of payment are not those of the order.",
    Rule.INVOICE_DUE_DATE: "A due date or discount date does not follow from the terms.",
    Rule.CREDIT_WITHOUT_ORIGINAL: "A credit memo or rebill names no invoice that came.",
    Rule.CREDIT_OVER_ORIGINAL: "More is credited than was invoiced.",
    Rule.CREDIT_SIGN: "The amounts of a credit memo do not have the agreed sign.",
    Rule.CREDIT_LINE: "A line is credited at another price than it was invoiced, or more of it.",
    Rule.CREDIT_MISSING: "An invoice is billed again that was not credited in full.",
}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """What is held against a document. `about` is a PO, shipment, invoice or control number."""

    rule: Rule
    document: str  # set code; "" for an interchange
    about: str
    reason: str
