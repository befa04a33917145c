"""Tax rates and certificates as they hold on a day (spec B11, D20).

Takes places and customers; gives model.billing records. Called by commands/billing/invoicing.py.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Connection, Table, or_, select

from edi_gateway.model.billing import TaxCertificate, TaxRate
from edi_gateway.store.tables import tax_certificates, tax_rates


def rates(conn: Connection, country: str | None, region: str | None, on: date) -> tuple[TaxRate, ...]:
    """The rates that may hold at a place: of its country, or, where an address leaves that out, of the countries that
    have such a region."""
    c = tax_rates.c
    if country is None:
        if region is None:
            return ()
        named = select(c.country).distinct().where(c.region == region, *_in_force(tax_rates, on))
        countries = list(conn.execute(named).scalars())
    else:
        countries = [country]
    query = select(tax_rates).where(
        c.country.in_(countries), or_(c.region.is_(None), c.region == region), *_in_force(tax_rates, on)
    )
    return tuple(
        TaxRate(
            country=row.country,
            code=row.code,
            percent=row.percent,
            region=row.region,
            postal_code=row.postal_code,
            tax_class=row.tax_class,
            freight=row.freight,
        )
        for row in conn.execute(query.order_by(c.id))
    )


def certificates(conn: Connection, customer: str | None, on: date) -> tuple[TaxCertificate, ...]:
    """The exemptions of a customer, those that have expired among them."""
    if customer is None:
        return ()
    c = tax_certificates.c
    query = select(tax_certificates).where(c.customer == customer, *_in_force(tax_certificates, on))
    return tuple(
        TaxCertificate(row.number, row.region, row.expires_on) for row in conn.execute(query.order_by(c.id))
    )


def _in_force(table: Table, on: date) -> tuple[ColumnElement[bool], ...]:
    c = table.c
    return (c.superseded.is_(False), c.since <= on, or_(c.until.is_(None), c.until > on))
