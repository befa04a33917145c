"""The parties of the AS2 tests: keys made once, certificates that are good through 2026."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from edi_gateway.transport.as2.extents import Scratch
from tests.transport.as2.parties import Parties, party


@pytest.fixture(scope="session")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    folder: Path = tmp_path_factory.mktemp("as2-keys")
    rsa_keys = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)]
    return Parties(
        north=party("north", rsa_keys[0], folder),
        south=party("south", rsa_keys[1], folder),
        stranger=party("stranger", rsa_keys[2], folder),
        p256=party("p256", ec.generate_private_key(ec.SECP256R1()), folder),
        p384=party("p384", ec.generate_private_key(ec.SECP384R1()), folder),
        folder=folder,
    )


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    with Scratch(tmp_path) as scratch:
        yield scratch
