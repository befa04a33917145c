"""What cannot work, or would not be safe, in a connection by AS2 (RFC 4130; DESIGN sections 10 and 13)."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from edi_gateway.model.finding import Finding
from edi_gateway.partners.checks.connection import ENVIRONMENT_NAME
from edi_gateway.partners.checks.surroundings import Surroundings
from edi_gateway.partners.draft import Draft, KeyPath, dotted

_LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost")


def identifier_unusable(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """An AS2 identifier that no header can carry (RFC 4130 section 6.2), or one that is both sides'."""
    if not _is_as2(draft):
        return
    for side in ("us", "them"):
        name = draft.text("connection", side)
        if name is None:
            continue
        if any(not " " <= c <= "~" for c in name):
            yield draft.mistake(
                ("connection", side),
                f"connection.{side} holds a character that an AS2 identifier cannot have.",
                "Letters, digits, blanks and signs of ASCII only.",
            )
        elif name != name.strip():
            yield draft.mistake(
                ("connection", side), f"connection.{side} begins or ends with a blank.", "Take it away."
            )
    if draft.text("connection", "us") == draft.text("connection", "them") is not None:
        yield draft.mistake(
            ("connection", "them"),
            "connection.us and connection.them are the same AS2 identifier.",
            "Each side has its own.",
        )


def relation_used_twice(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Another partner has the same pair of identifiers: nobody could say whose a message is."""
    mine = _pair(draft)
    if not _is_as2(draft) or None in mine:
        return
    for other in around.neighbours:
        if _is_as2(other) and _pair(other) == mine:
            yield draft.mistake(
                ("connection", "them"),
                f'connection.them is "{mine[1]}", and {other.name.split("/")[0]} has the same pair of identifiers.',
                "Ask the partner for an AS2 identifier of its own, or take the wrong one out.",
            )


def url_unusable(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A URL that leads nowhere, or inside our own network, or carries our documents in clear."""
    if not _is_as2(draft):
        return
    for path in (("connection", "url"), ("connection", "receipts", "receipt_url")):
        text = draft.text(*path)
        if text is None:
            continue
        wrong = _wrong(text)
        if wrong:
            yield draft.mistake(path, f'{dotted(path)} is "{_without_login(text)}": {wrong}.', _EXAMPLE)
    url = draft.text("connection", "url") or ""
    if _wrong(url):
        return
    inside = draft.get("connection", "line", "internal_addresses") is True
    if _is_internal(urlsplit(url)) and not inside:
        yield draft.mistake(
            ("connection", "url"),
            f'connection.url is "{url}", an address inside of our own network.',
            "If that is meant, say internal_addresses = true in [connection.line].",
        )
    if url.startswith("http:") and draft.text("connection", "sending", "encrypt") == "none":
        yield draft.mistake(
            ("connection", "url"),
            "connection.url is http:// and connection.sending.encrypt is none: anyone on the way could read it.",
            "Use https://, or encrypt.",
        )


def url_for_receipts_unusable(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Where they may have receipts sent to: something that is no URL, or that anyone's server would fit."""
    for n, text in enumerate(draft.items("connection", "receipts", "may_ask_at")):
        path = ("connection", "receipts", "may_ask_at", n)
        if not isinstance(text, str):
            continue
        plain = text.removesuffix("*")
        wrong = _wrong(plain) or ("a * may stand at the end only" if "*" in plain else "")
        if not wrong and text != plain and not urlsplit(plain).path.startswith("/"):
            wrong = "a * behind the host would let any host in that begins so"
        if wrong:
            name = dotted(path[:-1])
            yield draft.mistake(path, f'{name} holds "{_without_login(text)}": {wrong}.', _EXAMPLE)


def receipts_contradict(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Asynchronous receipts without a place to go to, or a wait that ends before the next sending."""
    if not _is_as2(draft):
        return
    at = ("connection", "receipts")
    if draft.text(*at, "ask") == "async" and draft.text(*at, "receipt_url") is None:
        yield draft.mistake(
            (*at, "ask"),
            'connection.receipts.ask is "async", and there is no receipt_url.',
            "Give our AS2 address as they reach it.",
        )
    pauses = [p for p in draft.items("connection", "retry", "minutes") if isinstance(p, int)]
    wait = draft.number(*at, "wait_minutes")
    longest = max(pauses, default=60)
    if wait is not None and wait < 1:  # said elsewhere
        return
    if (wait if wait is not None else 120) <= longest:
        yield draft.mistake(
            (*at, "wait_minutes"),
            f"connection.receipts.wait_minutes is {wait if wait is not None else 120}, no longer than the longest "
            f"pause of connection.retry.minutes ({longest}).",
            "A receipt must have more time than a new sending.",
        )


def retry_impossible(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """No pauses, or pauses of nothing, or an end before the first of them."""
    at = ("connection", "retry", "minutes")
    minutes = draft.get(*at)
    if not isinstance(minutes, list):
        return
    if not minutes:
        yield draft.mistake(at, "connection.retry.minutes is empty.", "The default is [1, 5, 15, 60].")
    short = [p for p in minutes if isinstance(p, int) and not isinstance(p, bool) and p < 1]
    if short:
        yield draft.mistake(at, f"connection.retry.minutes holds {short[0]}; a pause is at least 1.")


_WAYS = (
    ("signed", "digests"),
    ("signed", "signatures"),
    ("encrypted", "ciphers"),
    ("encrypted", "key_transports"),
)


def nothing_counts(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """Their messages must be signed or encrypted, but no way of doing so is accepted."""
    for demand, ways in _WAYS:
        at = ("connection", "demands")
        if draft.get(*at, ways) == [] and draft.get(*at, demand) is not False:
            yield draft.mistake(
                (*at, ways),
                f"connection.demands.{ways} is empty, and connection.demands.{demand} is true: nothing would be taken.",
                f"Name what is accepted, or say {demand} = false.",
            )


def line_contradicts(draft: Draft, around: Surroundings) -> Iterator[Finding]:
    """A login without a password, two passwords, a key without its certificate, two ways to trust their server."""
    at: KeyPath = ("connection", "line")
    line = draft.table(*at)
    passwords = [key for key in ("password_env", "password_file") if key in line]
    if len(passwords) == 2:
        yield draft.mistake(
            (*at, "password_file"), "connection.line has password_env and password_file.", "Keep one."
        )
    if "user" in line and not passwords:
        yield draft.mistake(
            (*at, "user"),
            "connection.line.user has no password.",
            "Add password_env (the name of an environment variable), or password_file.",
        )
    if passwords and "user" not in line:
        yield draft.mistake(
            (*at, passwords[0]), f"connection.line has {passwords[0]} and no user.", "Add user."
        )
    if "client_key_file" in line and "client_certificate_file" not in line:
        yield draft.mistake(
            (*at, "client_key_file"),
            "connection.line has client_key_file and no client_certificate_file.",
            "Name the certificate of that key.",
        )
    if {"ca_file", "pinned_certificate_file"} <= set(line):
        yield draft.mistake(
            (*at, "pinned_certificate_file"),
            "connection.line has ca_file and pinned_certificate_file.",
            "Keep one: a pinned certificate is trusted whoever issued it.",
        )
    for key in ("password_env", "client_key_passphrase_env"):
        value = draft.text(*at, key)
        if value is not None and not ENVIRONMENT_NAME.fullmatch(value):
            yield draft.mistake(
                at,
                f"connection.line.{key} must be the name of an environment variable, in capitals.",
                "If a secret was typed here: take it out, and change it at the partner's.",
            )


_EXAMPLE = "It reads like https://as2.example.com:4080/as2."


def _is_as2(draft: Draft) -> bool:
    return draft.text("connection", "kind") == "as2"


def _pair(draft: Draft) -> tuple[str | None, str | None]:
    return draft.text("connection", "us"), draft.text("connection", "them")


def _wrong(text: str) -> str:
    """Why this is no URL to post to; nothing when it is one."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return "it is no URL"
    if url.scheme not in ("http", "https"):
        return "it does not begin with https:// or http://"
    if not url.hostname or any(c.isspace() or not c.isprintable() or not c.isascii() for c in text):
        return "it is no URL" if url.hostname else "it names no host"
    if url.username is not None or url.password is not None:
        return "a login does not belong in it; see [connection.line]"
    if url.fragment or port == 0:
        return "it is no URL"
    return ""


def _without_login(text: str) -> str:
    """A URL as it may be shown: a password that somebody typed into it is not repeated."""
    scheme, _, rest = text.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}" if rest else text


def _is_internal(url: SplitResult) -> bool:
    """Whether the host is by its name or number one of our own network. (A name is resolved when we connect.)"""
    host = (url.hostname or "").rstrip(".")
    if host in _LOCAL_NAMES or host.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
