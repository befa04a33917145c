"""The profile of a trading partner: what partner.toml may say, with every default.

Read by partners/registry.py only; frozen and hashed when published. Everybody else takes a Profile as an
argument. Every habit of a partner is a field here; there is no code per partner.
"""

from edi_gateway.partners.profile.as2 import (
    As2Connection,
    As2Demands,
    As2Line,
    As2Receipts,
    As2Retry,
    As2Sending,
)
from edi_gateway.partners.profile.connections import DirectoryConnection, SftpConnection
from edi_gateway.partners.profile.exchange import Acknowledging, Documents, Schedule, Watching, Writing
from edi_gateway.partners.profile.goods import Fulfilment, Invoicing, Penalty, Shipping
from edi_gateway.partners.profile.judgement import Answering, Blackout, Policies, Tolerance
from edi_gateway.partners.profile.part import Address, Calendar, ContactPerson, Part
from edi_gateway.partners.profile.profile import Connection, Profile

__all__ = [
    "Acknowledging",
    "Address",
    "Answering",
    "As2Connection",
    "As2Demands",
    "As2Line",
    "As2Receipts",
    "As2Retry",
    "As2Sending",
    "Blackout",
    "Calendar",
    "Connection",
    "ContactPerson",
    "DirectoryConnection",
    "Documents",
    "Fulfilment",
    "Invoicing",
    "Part",
    "Penalty",
    "Policies",
    "Profile",
    "Schedule",
    "SftpConnection",
    "Shipping",
    "Tolerance",
    "Watching",
    "Writing",
]
