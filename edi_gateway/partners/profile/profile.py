"""The whole profile, put together of its parts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from edi_gateway.partners.profile.as2 import As2Connection
from edi_gateway.partners.profile.connections import DirectoryConnection, SftpConnection
from edi_gateway.partners.profile.exchange import Acknowledging, Documents, Schedule, Watching, Writing
from edi_gateway.partners.profile.goods import Fulfilment, Invoicing, Penalty, Shipping
from edi_gateway.partners.profile.judgement import Answering, Policies
from edi_gateway.partners.profile.part import Address, Calendar, ContactPerson, Part

Connection = Annotated[DirectoryConnection | SftpConnection | As2Connection, Field(discriminator="kind")]


class Profile(Part):
    """A trading partner as published: partner.toml, checked. `key` is the folder's name."""

    key: str
    """The name of the folder; not written in the file."""
    name: str
    """What people call them."""
    active: bool = True
    """False: nothing is polled or sent."""
    test: bool = False
    """The whole road with ISA15 T, marked everywhere, posts nowhere."""
    customer: str | None = None
    """Default customer number in our books."""
    customers_by: dict[str, str] = {}
    """"REF 19 0042" or "N1 BY 0007" -> customer number, before the default."""
    them: Address
    """Their interchange address."""
    us: Address
    """Our address as they know it."""
    also_known_as: tuple[Address, ...] = ()
    """Other addresses of theirs."""
    connection: Connection
    """How files travel."""
    schedule: Schedule = Schedule()
    """When we look and send."""
    documents: tuple[Documents, ...]
    """What is exchanged."""
    watching: Watching = Watching()
    """When their traffic is out of the usual."""
    writing: Writing = Writing()
    """How our bytes look."""
    acknowledging: Acknowledging = Acknowledging()
    """997, 999 and TA1."""
    policies: Policies = Policies()
    """How their orders are judged."""
    customer_policies: dict[str, Policies] = {}
    """Policies of one customer number, in place of the above."""
    answering: Answering = Answering()
    """How and when orders are answered (855)."""
    fulfilment: Fulfilment = Fulfilment()
    """What happens after the 855."""
    shipping: Shipping = Shipping()
    """Ship notices (856) and papers."""
    invoicing: Invoicing = Invoicing()
    """Invoices (810) and payments."""
    chargebacks: tuple[Penalty, ...] = ()
    """What they charge back for."""
    calendar: Calendar = Calendar()
    """Their time zone and working days."""
    posting: Literal["files", "none"] = "files"
    """Where accepted orders go."""
    contacts: tuple[ContactPerson, ...] = ()
    """People there."""

    def document(self, set_code: str, direction: Literal["in", "out"]) -> Documents | None:
        return next((d for d in self.documents if d.set == set_code and d.direction == direction), None)

    def policies_of(self, customer: str | None) -> Policies:
        """Customer's policies when it has its own, else the partner's."""
        return self.customer_policies.get(customer or "", self.policies)
