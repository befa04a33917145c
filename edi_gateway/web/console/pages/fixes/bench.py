"""Where the pages of this room do fixes: the console's works, and a desk of whoever is signed in; what addresses and
fields may hold."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Path

from edi_gateway.flow.replays.fixing import Workshop
from edi_gateway.web.console.call import Called

NO_NUL: Final = r"^[^\x00]*$"  # PostgreSQL keeps no such text
Digits = Annotated[str, Path(pattern=r"^[0-9a-f]{1,64}$", description="The fingerprint of a cause.")]


def bench(call: Called) -> Workshop:
    folders = call.deps.folders
    return Workshop(call.deps.gateway.works, call.desk_at, folders.partners, folders.mappings)
