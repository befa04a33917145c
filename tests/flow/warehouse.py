"""Harbour, an invented 3PL that takes 940s and sends 945s: its profile, for tests that ship through it."""

from __future__ import annotations

from typing import Final

HARBOUR: Final = "harbour"
PROFILE: Final = """
name = "Harbour Logistics"

[them]
qualifier = "ZZ"
id = "HARBOUR"

[us]
qualifier = "ZZ"
id = "TARNBROOK"

[connection]
kind = "directory"
inbound = "exchange/harbour/in"
outbound = "exchange/harbour/out"

[[documents]]
set = "940"
direction = "out"
version = "005010"

[[documents]]
set = "945"
direction = "in"
version = "005010"
"""
