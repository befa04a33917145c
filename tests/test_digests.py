"""SHA-256 in pieces is SHA-256."""

from __future__ import annotations

import hashlib

import pytest

from edi_gateway.digests import sha256_hex


@pytest.mark.parametrize("size", [0, 1, 2047, 2048, 4094, 4095, 65_535, 65_536, 70_000])
def test_the_digest_is_that_of_the_whole_text(size: int) -> None:
    content = bytes(n % 251 for n in range(size))
    assert sha256_hex(content) == hashlib.sha256(content).hexdigest()


def test_the_digest_of_a_known_text() -> None:  # FIPS 180-2, appendix B.1
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
