"""How much money a role may decide over, unless the settings say otherwise; None: any (the highest of a person's roles
counts). Read by orders.holds and by the settings, which is why nothing else stands here: each command loads it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

LIMITS: Final[Mapping[str, Decimal | None]] = {
    "CSR": Decimal(1000),
    "LEAD": Decimal(25000),
    "BILLING": Decimal(25000),
    "SUPERVISOR": None,
}
