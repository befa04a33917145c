"""An index of the orders of which something has to leave yet: those late to ship are counted on the first page.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
_TO_SHIP = sa.text(
    "state IN ('ON_HOLD', 'ACCEPTED') AND "
    "(stage IS NULL OR stage NOT IN ('SHIPPED', 'PARTIALLY_INVOICED', 'INVOICED', 'CLOSED'))"
)


def upgrade() -> None:
    op.create_index(
        "ix_orders_to_ship", "orders", ["ship_until"], sqlite_where=_TO_SHIP, postgresql_where=_TO_SHIP
    )
