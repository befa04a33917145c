"""Where secrets come from: an environment variable or a file, never a profile, never the database.

`secrets_from` is composed by cli/main.py once; transports get the function and ask it when they log in, so a
changed password or key counts from the next connection on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from edi_gateway.model.errors import GatewayError

SecretReader = Callable[[Literal["env", "file"], str], str]


class SecretMissing(GatewayError):
    """The secret in {kind} {name} cannot be read: {problem}."""


def secrets_from(environment: Mapping[str, str], root: Path) -> SecretReader:
    """A reader over these variables and files (relative ones below `root`); it raises SecretMissing."""

    def read(kind: Literal["env", "file"], name: str) -> str:
        if kind == "env":
            if not environment.get(name):
                raise SecretMissing(kind="environment variable", name=name, problem="it is not set, or empty")
            return environment[name]
        try:
            return (root / name).read_text(encoding="utf-8")
        except OSError as problem:
            raise SecretMissing(kind="file", name=root / name, problem=problem.strerror) from None
        except UnicodeDecodeError:
            raise SecretMissing(kind="file", name=root / name, problem="it is no text") from None

    return read
