"""What guards the console's door, made of this installation's key. For `web` and `users`."""

from __future__ import annotations

import os
import secrets

from edi_gateway.cli.context import Here
from edi_gateway.commands.people.locks import Locks
from edi_gateway.model.clock import system_clock
from edi_gateway.transport.sealing import Seal, key_of
from edi_gateway.transport.secrets import secrets_from


def locks_of(here: Here) -> Locks:
    """What guards the door of this installation; its key is made when there is none."""
    said = here.settings.console
    if said.key_env is not None:
        key, where = secrets_from(os.environ, here.home)("env", said.key_env), f"${said.key_env}"
    else:
        file = here.home / said.key_file
        key, where = key_of(file, secrets.token_bytes), str(file)
    return Locks(Seal(key, where), secrets.token_bytes, system_clock)
