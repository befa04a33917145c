"""Where the pages of this room do fixes: the console's works, and a desk of whoever is signed in."""

from __future__ import annotations

from edi_gateway.flow.replays.fixing import Workshop
from edi_gateway.web.console.call import Called


def bench(call: Called) -> Workshop:
    folders = call.deps.folders
    return Workshop(call.deps.gateway.works, call.desk_at, folders.partners, folders.mappings)
