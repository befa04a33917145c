"""What can be said about a document, and where.

One analysis, many projections: the 997, the triage case, the console row and the metric are all
made from findings; nothing analyses twice. Data never raises: a stage returns an Outcome.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Severity(StrEnum):
    """INFO: nothing to do. WARNING: look when you can. ERROR: something does not go through because of it."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class Effect(StrEnum):
    """How much a finding stops. Set by policy, never by the stage that found it."""

    NONE = "none"
    HOLD = "hold"
    REJECT_LINE = "reject line"
    REJECT_ORDER = "reject order"
    REJECT_SET = "reject set"
    REJECT_GROUP = "reject group"
    REJECT_INTERCHANGE = "reject interchange"


class Family(StrEnum):
    """Cause families of spec B14.1."""

    TRANSPORT = "TRANSPORT"
    SYNTAX = "SYNTAX"
    MAPPING = "MAPPING"
    MASTER_DATA = "MASTER_DATA"
    DUPLICATE = "DUPLICATE"
    PRICE = "PRICE"
    QTY_PACK = "QTY_PACK"
    ITEM = "ITEM"
    DATE = "DATE"
    CREDIT = "CREDIT"
    STOCK = "STOCK"
    SUBSTITUTION = "SUBSTITUTION"
    CHANGE = "CHANGE"
    TERMS = "TERMS"
    ACK_997 = "ACK_997"
    ANSWER = "ANSWER"
    WAREHOUSE = "WAREHOUSE"
    CARRIER = "CARRIER"
    DOCS = "DOCS"
    ASN_824 = "ASN_824"
    INVOICE = "INVOICE"
    ERP_POST = "ERP_POST"
    SYSTEM = "SYSTEM"


class Code(StrEnum):
    """Everything that can be wrong, closed. The docstring of each stands in DESCRIPTIONS."""

    # bytes and interchange
    EMPTY_INPUT = "EMPTY_INPUT"
    NOT_X12 = "NOT_X12"
    JUNK_BETWEEN_INTERCHANGES = "JUNK_BETWEEN_INTERCHANGES"
    ISA_BADLY_PADDED = "ISA_BADLY_PADDED"
    ISA_TRUNCATED = "ISA_TRUNCATED"
    ISA_ELEMENT_INVALID = "ISA_ELEMENT_INVALID"
    DELIMITERS_COLLIDE = "DELIMITERS_COLLIDE"
    REPETITION_SEPARATOR_DOUBTFUL = "REPETITION_SEPARATOR_DOUBTFUL"
    LINES_WRAPPED = "LINES_WRAPPED"
    BYTE_ORDER_MARK = "BYTE_ORDER_MARK"
    EMPTY_SEGMENT = "EMPTY_SEGMENT"
    SEGMENT_TOO_LONG = "SEGMENT_TOO_LONG"
    SEGMENT_UNTERMINATED = "SEGMENT_UNTERMINATED"
    IEA_MISSING = "IEA_MISSING"
    IEA_CONTROL_DIFFERS = "IEA_CONTROL_DIFFERS"
    IEA_COUNT_WRONG = "IEA_COUNT_WRONG"
    INTERCHANGE_CONTROL_INVALID = "INTERCHANGE_CONTROL_INVALID"
    INTERCHANGE_CONTROL_REPEATED = "INTERCHANGE_CONTROL_REPEATED"
    INTERCHANGE_VERSION_UNKNOWN = "INTERCHANGE_VERSION_UNKNOWN"
    SEGMENT_OUTSIDE_GROUP = "SEGMENT_OUTSIDE_GROUP"
    SEGMENT_OUTSIDE_SET = "SEGMENT_OUTSIDE_SET"
    # group
    GROUP_CODE_UNKNOWN = "GROUP_CODE_UNKNOWN"
    GROUP_VERSION_UNKNOWN = "GROUP_VERSION_UNKNOWN"
    GROUP_VERSION_READ_AS_NEAREST = "GROUP_VERSION_READ_AS_NEAREST"
    GROUP_CONTROL_INVALID = "GROUP_CONTROL_INVALID"
    GROUP_CONTROL_REPEATED = "GROUP_CONTROL_REPEATED"
    GROUP_ELEMENT_INVALID = "GROUP_ELEMENT_INVALID"
    GE_MISSING = "GE_MISSING"
    GE_CONTROL_DIFFERS = "GE_CONTROL_DIFFERS"
    GE_COUNT_WRONG = "GE_COUNT_WRONG"
    # set
    SET_UNKNOWN = "SET_UNKNOWN"
    SET_NOT_OF_GROUP = "SET_NOT_OF_GROUP"
    SET_CONVENTION_UNKNOWN = "SET_CONVENTION_UNKNOWN"
    SET_CONTROL_INVALID = "SET_CONTROL_INVALID"
    SET_CONTROL_REPEATED = "SET_CONTROL_REPEATED"
    SE_MISSING = "SE_MISSING"
    SE_CONTROL_DIFFERS = "SE_CONTROL_DIFFERS"
    SE_COUNT_WRONG = "SE_COUNT_WRONG"
    SET_TOO_LONG = "SET_TOO_LONG"
    # segment
    SEGMENT_UNKNOWN = "SEGMENT_UNKNOWN"
    SEGMENT_UNEXPECTED = "SEGMENT_UNEXPECTED"
    SEGMENT_NOT_IN_SET = "SEGMENT_NOT_IN_SET"
    SEGMENT_OUT_OF_SEQUENCE = "SEGMENT_OUT_OF_SEQUENCE"
    SEGMENT_MISSING = "SEGMENT_MISSING"
    SEGMENT_OVER_MAXIMUM = "SEGMENT_OVER_MAXIMUM"
    LOOP_OVER_MAXIMUM = "LOOP_OVER_MAXIMUM"
    SEGMENT_NOT_USED_BY_GUIDE = "SEGMENT_NOT_USED_BY_GUIDE"
    # element
    ELEMENT_MISSING = "ELEMENT_MISSING"
    CONDITIONAL_ELEMENT_MISSING = "CONDITIONAL_ELEMENT_MISSING"
    ELEMENT_EXCLUDED = "ELEMENT_EXCLUDED"
    TOO_MANY_ELEMENTS = "TOO_MANY_ELEMENTS"
    TOO_MANY_COMPONENTS = "TOO_MANY_COMPONENTS"
    TOO_MANY_REPETITIONS = "TOO_MANY_REPETITIONS"
    ELEMENT_TOO_SHORT = "ELEMENT_TOO_SHORT"
    ELEMENT_TOO_LONG = "ELEMENT_TOO_LONG"
    CHARACTER_INVALID = "CHARACTER_INVALID"
    NUMBER_INVALID = "NUMBER_INVALID"
    CODE_INVALID = "CODE_INVALID"
    CODE_UNLISTED = "CODE_UNLISTED"
    DATE_INVALID = "DATE_INVALID"
    TIME_INVALID = "TIME_INVALID"
    ELEMENT_NOT_USED_BY_GUIDE = "ELEMENT_NOT_USED_BY_GUIDE"
    GUIDE_CONDITION_BROKEN = "GUIDE_CONDITION_BROKEN"
    TRAILING_EMPTY_ELEMENTS = "TRAILING_EMPTY_ELEMENTS"
    TRAILING_BLANKS = "TRAILING_BLANKS"
    LOWER_CASE = "LOWER_CASE"
    # writing
    DELIMITER_IN_DATA = "DELIMITER_IN_DATA"
    NOT_ENCODABLE = "NOT_ENCODABLE"
    NO_PLACE_TO_WRITE = "NO_PLACE_TO_WRITE"
    OWN_DOCUMENT_INVALID = "OWN_DOCUMENT_INVALID"
    # mapping
    VALUE_UNREADABLE = "VALUE_UNREADABLE"
    CODE_NOT_IN_TABLE = "CODE_NOT_IN_TABLE"
    MAPPING_MISSING = "MAPPING_MISSING"
    FIELD_MISSING = "FIELD_MISSING"
    HL_ID_WRONG = "HL_ID_WRONG"
    HL_PARENT_WRONG = "HL_PARENT_WRONG"
    HL_LEVEL_UNEXPECTED = "HL_LEVEL_UNEXPECTED"
    HL_CHILDREN_DIFFER = "HL_CHILDREN_DIFFER"
    # identity and transport
    PARTNER_UNKNOWN = "PARTNER_UNKNOWN"
    DOCUMENT_NOT_AGREED = "DOCUMENT_NOT_AGREED"
    TEST_IN_PRODUCTION = "TEST_IN_PRODUCTION"
    PRODUCTION_IN_TEST = "PRODUCTION_IN_TEST"
    INTERCHANGE_CONTROL_CONFLICT = "INTERCHANGE_CONTROL_CONFLICT"
    # judgement
    PO_REPEATED = "PO_REPEATED"
    PO_DIFFERS = "PO_DIFFERS"
    CHANGE_WITHOUT_ORDER = "CHANGE_WITHOUT_ORDER"
    CHANGE_TOO_LATE = "CHANGE_TOO_LATE"
    CHANGE_AMBIGUOUS = "CHANGE_AMBIGUOUS"
    VALUE_OVERRULED = "VALUE_OVERRULED"
    INFORMATION_COPY = "INFORMATION_COPY"
    PURPOSE_NOT_HANDLED = "PURPOSE_NOT_HANDLED"
    ORDER_TYPE_NOT_AGREED = "ORDER_TYPE_NOT_AGREED"
    CUSTOMER_UNKNOWN = "CUSTOMER_UNKNOWN"
    CUSTOMER_STOPPED = "CUSTOMER_STOPPED"
    SHIP_TO_UNKNOWN = "SHIP_TO_UNKNOWN"
    SHIP_TO_MISSING = "SHIP_TO_MISSING"
    SHIP_TO_DIFFERS = "SHIP_TO_DIFFERS"
    ADDRESS_INCOMPLETE = "ADDRESS_INCOMPLETE"
    PO_BOX_FOR_FREIGHT = "PO_BOX_FOR_FREIGHT"
    STORE_UNKNOWN = "STORE_UNKNOWN"
    ALLOCATION_SUM_DIFFERS = "ALLOCATION_SUM_DIFFERS"
    ITEM_UNKNOWN = "ITEM_UNKNOWN"
    ITEM_AMBIGUOUS = "ITEM_AMBIGUOUS"
    ITEM_BLOCKED = "ITEM_BLOCKED"
    ITEM_DISCONTINUED = "ITEM_DISCONTINUED"
    ITEM_NOT_YET = "ITEM_NOT_YET"
    ITEM_NOT_SOLD_THERE = "ITEM_NOT_SOLD_THERE"
    ITEM_ID_INVALID = "ITEM_ID_INVALID"
    UNIT_UNKNOWN = "UNIT_UNKNOWN"
    UNIT_MISSING = "UNIT_MISSING"
    UNIT_ALIAS_USED = "UNIT_ALIAS_USED"
    PACK_DIFFERS = "PACK_DIFFERS"
    PACK_MULTIPLE = "PACK_MULTIPLE"
    QUANTITY_MISSING = "QUANTITY_MISSING"
    QUANTITY_ZERO = "QUANTITY_ZERO"
    QUANTITY_NEGATIVE = "QUANTITY_NEGATIVE"
    QUANTITY_FRACTIONAL = "QUANTITY_FRACTIONAL"
    QUANTITY_TOO_LARGE = "QUANTITY_TOO_LARGE"
    QUANTITY_BELOW_MINIMUM = "QUANTITY_BELOW_MINIMUM"
    PRICE_DIFFERS = "PRICE_DIFFERS"
    PRICE_FAVOURABLE = "PRICE_FAVOURABLE"
    PRICE_ABSENT = "PRICE_ABSENT"
    PRICE_NOT_ON_FILE = "PRICE_NOT_ON_FILE"
    PRICE_ZERO = "PRICE_ZERO"
    PRICE_BASIS_UNKNOWN = "PRICE_BASIS_UNKNOWN"
    CURRENCY_DIFFERS = "CURRENCY_DIFFERS"
    TERMS_DIFFER = "TERMS_DIFFER"
    FREIGHT_TERMS_DIFFER = "FREIGHT_TERMS_DIFFER"
    ALLOWANCE_NOT_AGREED = "ALLOWANCE_NOT_AGREED"
    DATE_WINDOW_EMPTY = "DATE_WINDOW_EMPTY"
    DATE_PAST = "DATE_PAST"
    DATE_BELOW_LEAD_TIME = "DATE_BELOW_LEAD_TIME"
    DATE_MISSING = "DATE_MISSING"
    ORDER_STALE = "ORDER_STALE"
    ORDER_DATE_IN_FUTURE = "ORDER_DATE_IN_FUTURE"
    CANCEL_DATE_NEAR = "CANCEL_DATE_NEAR"
    CANCEL_DATE_PASSED = "CANCEL_DATE_PASSED"
    LINE_COUNT_DIFFERS = "LINE_COUNT_DIFFERS"
    HASH_TOTAL_DIFFERS = "HASH_TOTAL_DIFFERS"
    TOTAL_DIFFERS = "TOTAL_DIFFERS"
    ORDER_BELOW_MINIMUM = "ORDER_BELOW_MINIMUM"
    LINE_KEY_REPEATED = "LINE_KEY_REPEATED"
    NO_LINES = "NO_LINES"
    BLANKET_MISSING = "BLANKET_MISSING"
    NOTE_NEEDS_READING = "NOTE_NEEDS_READING"
    # stock and shipping
    STOCK_SHORT = "STOCK_SHORT"
    STOCK_NEGATIVE = "STOCK_NEGATIVE"
    STOCK_DIFFERS = "STOCK_DIFFERS"
    SITE_UNKNOWN = "SITE_UNKNOWN"
    PROMISE_LATER = "PROMISE_LATER"
    SHIP_COMPLETE_STUCK = "SHIP_COMPLETE_STUCK"
    CONFIRM_OVERDUE = "CONFIRM_OVERDUE"
    CONFIRM_UNMATCHED = "CONFIRM_UNMATCHED"
    CONFIRM_LINE_UNKNOWN = "CONFIRM_LINE_UNKNOWN"
    CONFIRM_OVER_RELEASED = "CONFIRM_OVER_RELEASED"
    CONFIRM_ORDERED_DIFFERS = "CONFIRM_ORDERED_DIFFERS"
    CONFIRM_TOTALS_DIFFER = "CONFIRM_TOTALS_DIFFER"
    CONFIRM_UNIT_DIFFERS = "CONFIRM_UNIT_DIFFERS"
    CONFIRM_SHORT = "CONFIRM_SHORT"
    CONFIRM_AFTER_CANCEL = "CONFIRM_AFTER_CANCEL"
    CONFIRM_CORRECTED = "CONFIRM_CORRECTED"
    CONFIRM_SITE_DIFFERS = "CONFIRM_SITE_DIFFERS"
    CONFIRM_NUMBER_INVALID = "CONFIRM_NUMBER_INVALID"
    SHIPPED_AFTER_CANCEL_DATE = "SHIPPED_AFTER_CANCEL_DATE"
    SSCC_INVALID = "SSCC_INVALID"
    SSCC_REPEATED = "SSCC_REPEATED"
    SSCC_MISSING = "SSCC_MISSING"
    NOTICE_INCOMPLETE = "NOTICE_INCOMPLETE"
    NOTICE_OVERDUE = "NOTICE_OVERDUE"
    NOTICE_REJECTED = "NOTICE_REJECTED"
    # invoices and payments
    INVOICE_BLOCKED = "INVOICE_BLOCKED"
    INVOICE_REJECTED = "INVOICE_REJECTED"
    TAX_RATE_MISSING = "TAX_RATE_MISSING"
    PAYMENT_UNMATCHED = "PAYMENT_UNMATCHED"
    PAYMENT_DIFFERS = "PAYMENT_DIFFERS"
    ADVICE_UNMATCHED = "ADVICE_UNMATCHED"
    GATE_BREACH = "GATE_BREACH"
    # afterwards
    POSTING_FAILED = "POSTING_FAILED"
    DELIVERY_FAILED = "DELIVERY_FAILED"
    ACK_OVERDUE = "ACK_OVERDUE"
    ACK_REJECTED = "ACK_REJECTED"
    ACK_UNMATCHED = "ACK_UNMATCHED"
    ANSWER_DUE = "ANSWER_DUE"
    ANSWER_OVERDUE = "ANSWER_OVERDUE"
    POLL_FAILED = "POLL_FAILED"
    # AS2
    AS2_SENDER_UNKNOWN = "AS2_SENDER_UNKNOWN"
    AS2_MESSAGE_REFUSED = "AS2_MESSAGE_REFUSED"
    AS2_MESSAGE_ID_REUSED = "AS2_MESSAGE_ID_REUSED"
    AS2_RECEIPT_REFUSES = "AS2_RECEIPT_REFUSES"
    AS2_RECEIPT_INVALID = "AS2_RECEIPT_INVALID"
    AS2_RECEIPT_UNMATCHED = "AS2_RECEIPT_UNMATCHED"
    AS2_RECEIPT_OVERDUE = "AS2_RECEIPT_OVERDUE"
    AS2_RECEIPT_UNSENT = "AS2_RECEIPT_UNSENT"
    CERTIFICATE_ENDS = "CERTIFICATE_ENDS"
    CERTIFICATE_MISSING = "CERTIFICATE_MISSING"
    # the machine itself
    WORKER_FAILED = "WORKER_FAILED"
    PROFILE_INVALID = "PROFILE_INVALID"


@dataclass(frozen=True, slots=True)
class Location:
    """A place in the bytes of a receipt. Positions count from 1; offset and length are bytes."""

    segment: str | None = None
    position: int | None = None  # ordinal of the segment in its set, ST = 1
    loop: str | None = None  # path of loops, e.g. "PO1/N1"
    element: int | None = None
    component: int | None = None
    repetition: int | None = None
    offset: int | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class GuideBreach:
    """How a 999 says that a partner's guide is broken: `code` is IK304 or IK403, `trigger` the place that made a
    conditional rule apply, `reference` the number of the element there."""

    code: str
    trigger: Location | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is so, said once: what, where, how bad, and what to do about it."""

    code: Code
    severity: Severity
    message: str
    hint: str = ""
    at: Location | str | None = None  # a place in the bytes, or a canonical path such as "lines[3].price"
    rule: str | None = None  # id of the guide rule, check or mapping row
    value: str | None = None
    ack: str | None = None  # acknowledgment segment it turns into, e.g. "AK4*4*353*7*XX"
    effect: Effect = Effect.NONE
    family: Family = Family.SYNTAX
    breach: GuideBreach | None = None  # of a partner's guide

    def as_json(self) -> dict[str, object]:
        """The stable form of `check --json` (docs/reference/json.md)."""
        at = self.at if isinstance(self.at, Location) else Location()
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "segment": at.segment,
            "position": at.position,
            "loop": at.loop,
            "element": at.element,
            "component": at.component,
            "repetition": at.repetition,
            "offset": at.offset,
            "length": at.length,
            "value": self.value,
            "rule": self.rule,
            "ack": self.ack,
            "message": self.message,
            "hint": self.hint,
            **({"path": self.at} if isinstance(self.at, str) else {}),
        }


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a stage returns: a value (None when nothing could be made) and all that was found on the way."""

    value: T | None
    findings: tuple[Finding, ...] = ()


def worst(findings: Iterable[Finding]) -> Severity | None:
    """The gravest severity among findings, None if there are none."""
    order = (Severity.INFO, Severity.WARNING, Severity.ERROR)
    return max((f.severity for f in findings), key=order.index, default=None)
