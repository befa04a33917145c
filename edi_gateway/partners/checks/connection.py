"""How files travel: folders, servers, keys and secrets (DESIGN sections 10 and 13)."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from edi_gateway.model.finding import Finding
from edi_gateway.partners.checks.surroundings import Surroundings
from edi_gateway.partners.draft import Draft

_KEY_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)
ENVIRONMENT_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")


def folders_collide(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Two of inbound, outbound and archive are one folder: we would read what we have written."""
    named = {key: _folder(draft, key) for key in ("inbound", "outbound", "archive")}
    for key, other in (("outbound", "inbound"), ("archive", "inbound"), ("archive", "outbound")):
        if named[key] is not None and named[key] == named[other]:
            yield draft.mistake(
                ("connection", key),
                f'connection.{key} and connection.{other} are the same folder, "{named[key]}".',
                "What is read, what is written and what is done need a folder each.",
            )


def folder_shared_with_neighbour(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A directory that another partner's profile reads or writes too."""
    if draft.text("connection", "kind") != "directory":
        return
    for other in around.neighbours:
        if other.text("connection", "kind") != "directory":
            continue
        for key in ("inbound", "outbound"):
            mine = _folder(draft, key)
            if mine is not None and mine in {_folder(other, "inbound"), _folder(other, "outbound")}:
                yield draft.mistake(
                    ("connection", key),
                    f'connection.{key} is "{mine}", which {other.name.split("/")[0]} uses too.',
                    "Give each partner folders of its own.",
                )


def host_key_malformed(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A pinned host key that no server can ever show."""
    key = draft.text("connection", "host_key")
    if key is None:
        return
    hint = "Take the line from `ssh-keyscan HOST`, without the host name, and compare it by another way."
    words = key.split()
    if len(words) < 2 or words[0] not in _KEY_TYPES:
        yield draft.mistake(
            ("connection", "host_key"),
            f"connection.host_key does not open with a key type ({_KEY_TYPES[0]} ...).",
            hint,
        )
        return
    try:
        blob = base64.b64decode(words[1], validate=True)
    except binascii.Error:
        yield draft.mistake(("connection", "host_key"), "connection.host_key is not base64.", hint)
        return
    parts = _parts(blob)
    if len(parts) < 2 or parts[0] != words[0].encode():
        yield draft.mistake(
            ("connection", "host_key"), f"connection.host_key is cut short or is no {words[0]} key.", hint
        )


def no_way_to_log_in(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """An SFTP connection without password or key, or with two passwords."""
    if draft.text("connection", "kind") != "sftp":
        return
    given = [
        k for k in ("password_env", "password_file", "key_file") if draft.get("connection", k) is not None
    ]
    if not given:
        yield draft.mistake(
            ("connection",),
            "connection has no way to log in.",
            "Add key_file, or password_env (the name of an environment variable), or password_file.",
        )
    if {"password_env", "password_file"} <= set(given):
        yield draft.mistake(
            ("connection", "password_file"), "connection has password_env and password_file.", "Keep one."
        )


def secret_in_the_file(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """`..._env` holds something that is no name of an environment variable: most likely the secret itself."""
    for key in ("password_env", "key_passphrase_env"):
        value = draft.text("connection", key)
        if value is not None and not ENVIRONMENT_NAME.fullmatch(value):
            finding = draft.mistake(
                ("connection", key),
                f"connection.{key} must be the name of an environment variable, in capitals.",
                "If a secret was typed here: take it out, and change it at the partner's.",
            )
            yield Finding(
                finding.code,
                finding.severity,
                finding.message,
                finding.hint,
                at=finding.at,
                rule=finding.rule,
                family=finding.family,
            )


def port_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A port outside 1 to 65535, or a host with more than a host name in it."""
    port = draft.number("connection", "port")
    if port is not None and not 1 <= port <= 65535:
        yield draft.mistake(("connection", "port"), f"connection.port is {port}; it must be 1 to 65535.")
    host = draft.text("connection", "host")
    if host is not None and not re.fullmatch(r"[A-Za-z0-9.\-]+|[0-9A-Fa-f:.]+", host):
        yield draft.mistake(
            ("connection", "host"),
            f'connection.host is "{host}", which is no host name.',
            "Only the name, no sftp://.",
        )


def _parts(blob: bytes) -> list[bytes]:
    """The length-prefixed parts of a public key (RFC 4253 section 6.6); none when the last is cut short."""
    parts: list[bytes] = []
    while blob:
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            return []
        parts.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return parts


def _folder(draft: Draft, key: str) -> str | None:
    value = draft.text("connection", key)
    return str(PurePosixPath(value)) if value else None
