"""Is it meant for real, and whose is it? (spec B4 PARTNER_TEST, CUSTOMER_STOP; D36)"""

from __future__ import annotations

from collections.abc import Iterator

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.finding import Code, Finding
from edi_gateway.orders.judging.effects import found
from edi_gateway.orders.judging.order_facts import OrderFacts


def usage_flag_agrees(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The interchange says test (ISA15 T) while the partner is live here, or production while it is in test.

    Hold PARTNER_TEST on the order. To do: ask the partner what it meant; release it, or void the order.
    """
    said_test, in_test = facts.facts.test, facts.facts.profile.test
    if said_test and not in_test and facts.facts.production:
        yield found(
            Code.TEST_IN_PRODUCTION,
            "purpose",
            "The interchange is marked as a test (ISA15 T), but this partner is live.",
            "Ask the partner. Release the hold if the order is real, void it if it was a test.",
            value="T",
        )
    elif in_test and not said_test:
        yield found(
            Code.PRODUCTION_IN_TEST,
            "purpose",
            "The interchange is marked as production (ISA15 P), but this partner is still in test here.",
            "Take the partner live (profile: test = false) and replay, or tell it to send T.",
            value="P",
        )


def customer_known(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """Nothing says which of our customers orders, or the number is not on file.

    Hold INCOMPLETE on the order. To do: import the customer, or name it in the profile (customer, customers_by).
    """
    if facts.customer is None:
        number = facts.customer_number
        yield found(
            Code.CUSTOMER_UNKNOWN,
            "parties",
            f"Customer {number} is not on file."
            if number
            else "Nothing says which of our customers this is.",
            "Import the customer."
            if number
            else "Set the partner's customer, or customers_by, in its profile.",
            value=number,
        )


def customer_may_buy(order: PurchaseOrder, facts: OrderFacts) -> Iterator[Finding]:
    """The customer is stopped in our books.

    Hold CUSTOMER_STOP on the order; the 855 says no more than "on hold". To do: a supervisor clears the stop or
    releases this order.
    """
    if facts.customer is not None and facts.customer.stopped:
        yield found(
            Code.CUSTOMER_STOPPED,
            "parties",
            f"Customer {facts.customer.number} is stopped.",
            "A supervisor clears the stop on the customer, or releases this one order.",
            value=facts.customer.number,
        )


CHECKS = (usage_flag_agrees, customer_known, customer_may_buy)
