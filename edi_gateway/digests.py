"""The SHA-256 of a text of a few kilobytes, without letting other threads in between.

Takes bytes, gives the digest in hexadecimal. Called where every document is hashed once. Knows nothing of EDI.
"""

from __future__ import annotations

from hashlib import sha256

_UNSHARED = (
    2047  # bytes: from 2,048 on hashlib lets other threads run, and waits longer for its turn than it hashes
)
_LARGE = 1 << 16  # from here on waiting does not count


def sha256_hex(content: bytes) -> str:
    if len(content) <= _UNSHARED or len(content) >= _LARGE:
        return sha256(content).hexdigest()
    digest = sha256()
    for start in range(0, len(content), _UNSHARED):
        digest.update(content[start : start + _UNSHARED])
    return digest.hexdigest()
