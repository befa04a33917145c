"""A person or organization by name (NM1), as remittances (820) and application advices (824) have it.

Orders and invoices name their parties by N1: that is `shared.Party`. Filled by mapping/.
"""

from __future__ import annotations

from edi_gateway.model.documents.record import Record
from edi_gateway.model.documents.shared import Contact, Reference


class NamedParty(Record):
    """NM1 loop. `role` is DE98; `name` is an organization's name or a last name, as `kind` says (DE1065)."""

    role: str
    kind: str  # 1 person, 2 organization
    name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    prefix: str | None = None
    suffix: str | None = None
    id_qualifier: str | None = None
    id: str | None = None
    relation: str | None = None
    second_role: str | None = None
    second_name: str | None = None  # from 005010 on
    more_names: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    location_qualifier: str | None = None
    location: str | None = None
    subdivision: str | None = None
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()
