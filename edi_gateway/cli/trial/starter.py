"""The files that a new working folder starts with: mappings, invented partners, samples, config.toml.

They lie at the top of a checkout, and inside the package when it was installed from a wheel. config.toml is
made from the settings' own model.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from edi_gateway.model.errors import GatewayError
from edi_gateway.settings import Connections, Settings, as_toml

_PACKAGE = Path(__file__).parents[2]
PARTS = ("mappings", "partners", "samples")


class FolderTaken(GatewayError):
    """{folder} holds {found} already. Choose another folder, or remove it first."""


def folder(part: str) -> Path:
    """Where the shipped `mappings`, `partners` or `samples` lie."""
    packed = _PACKAGE / "starter" / part
    return packed if packed.exists() else _PACKAGE.parent / part


SETTINGS = Settings(connections=Connections(directory_root="exchange"))


def config(settings: Settings = SETTINGS) -> str:
    """config.toml of a new working folder: every key commented, connections replaced by folders at first."""
    return as_toml(settings)


def lay_out(target: Path, settings: Settings = SETTINGS, source: Path | None = None) -> list[str]:
    """Make a working folder; says what was made. Nothing that is there is overwritten. `source`: a working folder
    whose mappings, partners and samples are taken in place of the shipped ones."""
    taken = [name for name in (*PARTS, "config.toml") if (target / name).exists()]
    if taken:
        raise FolderTaken(folder=str(target), found=", ".join(taken))
    target.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        own = source / part if source is not None else folder(part)
        shutil.copytree(
            own if own.exists() else folder(part), target / part, ignore=shutil.ignore_patterns("__pycache__")
        )
    (target / "config.toml").write_text(config(settings), "utf-8")
    return ["config.toml", *(f"{part}/" for part in PARTS)]
