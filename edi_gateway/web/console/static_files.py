"""The files of static/: read once, served by name, each address bearing the hash of what it names."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    content: bytes
    type: str
    version: str


def read_all() -> dict[str, StaticFile]:
    """Every file of a type that browsers ask for, by its path below static/."""
    return dict(_below(files("edi_gateway.web.console") / "static", ""))


def _below(folder: Traversable, path: str) -> list[tuple[str, StaticFile]]:
    found = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _below(each, f"{path}{each.name}/")
            continue
        kind = _TYPES.get(each.name.rpartition(".")[2])
        if kind is not None:
            content = each.read_bytes()
            found.append((path + each.name, StaticFile(content, kind, sha256(content).hexdigest()[:12])))
    return found
