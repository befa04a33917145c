"""What a route may ask for, and who has it. The names are those of commands/permissions.py, and three more."""

from __future__ import annotations

from typing import Final

from edi_gateway.commands.permissions import PERMISSIONS, SEEING

ANYBODY: Final = "anybody"  # even who has not signed in
SIGNED_IN: Final = "signed in"  # whatever their roles
NEAR: Final = "from this machine"  # or with the token of a machine that may see figures

_ROLES: Final = {**PERMISSIONS, **SEEING}


class Undeclared(Exception):
    """A route names a permission that commands/permissions.py does not know."""


def known(may: str) -> str:
    """The permission itself; raises Undeclared."""
    if may not in (ANYBODY, SIGNED_IN, NEAR) and may not in _ROLES:
        raise Undeclared(may)
    return may


def has(roles: frozenset[str], may: str) -> bool:
    """Whether somebody signed in with these roles has the permission."""
    return may in (ANYBODY, SIGNED_IN) or bool(roles & _ROLES[may])


def roles_for(may: str) -> frozenset[str]:
    """The roles that have a permission of commands/permissions.py."""
    return _ROLES[may]
