"""What can go wrong on the wire or in a partner's folder, each with what to do about it.

Raised by the transports; flow decides by `permanent` whether to try again by itself or to call a person.
"""

from __future__ import annotations

from typing import ClassVar

from edi_gateway.model.errors import GatewayError


class TransportError(GatewayError):
    """{where}: {problem}"""

    permanent: ClassVar[bool] = False  # True: trying again does no good until somebody changes something
    at_login: ClassVar[bool] = (
        False  # True: each further attempt is one more knock at a door that is shut to us
    )


class Unreachable(TransportError):
    """{where} cannot be reached: {problem}. We try again; if it goes on, check host and port of this partner's
    connection, and our firewall."""


class TimedOut(TransportError):
    """{where} was silent for {seconds:g} s while we wanted to {action}. We hung up and try again; a slow server
    needs a larger connection.timeout_seconds."""


class ConnectionLost(TransportError):
    """{where} hung up while we wanted to {action} ({problem}). We try again."""


class HostKeyChanged(TransportError):
    """{where} shows the host key {shown}, but {pinned} is pinned. We neither logged in nor sent anything. Ask
    the partner, by telephone, whether the key was changed; if so, put the new one into connection.host_key."""

    permanent = True
    at_login = True


class BadHostKey(TransportError):
    """{where}: connection.host_key cannot be read ({problem}). It reads like "ssh-ed25519 AAAA...", as the
    partner tells it or `ssh-keyscan` shows it (compare the fingerprint with the partner before you trust it)."""

    permanent = True
    at_login = True


class NoCommonAlgorithm(TransportError):
    """{where} and we share no way to encrypt ({problem}). Ask the partner to renew the server; until then
    connection.allow_weak_algorithms = true lets this one partner use CBC ciphers and SHA-1 or MD5 MACs."""

    permanent = True
    at_login = True


class AuthenticationFailed(TransportError):
    """{where} refuses our login ({problem}). Check user, password and key with the partner. We try again ever less
    often, so that the account is not locked."""

    permanent = True
    at_login = True


class BadCredentials(TransportError):
    """{where}: {problem}. See password_env, password_file, key_file and key_passphrase_env of this partner's
    connection."""

    permanent = True
    at_login = True


class FolderMissing(TransportError):
    """{where}: there is no folder {path}. Create it, or correct the folder in this partner's connection (a
    network drive may not be mounted). We do not create it: files would go where nobody looks."""

    permanent = True


class NoPermission(TransportError):
    """{where}: we may not {action} {path} ({problem}). Give our user that right, or correct the folder in this
    partner's connection."""

    permanent = True


class Refused(TransportError):
    """{where}: we could not {action} {path} ({problem}). We try again; if it goes on, the disk or the quota may
    be full: ask whoever runs it."""


class FileGone(TransportError):
    """{where}: {path} is not there any more; somebody else took it. The next look shows what there is."""


class FileChanged(TransportError):
    """{where}: {path} changed while we read it ({expected} bytes expected, {read} read); its writer is not done.
    We take it at a later look. If that happens often, raise connection.settle_seconds or agree on a done-file."""


class NameTaken(TransportError):
    """{where}: {path} is there already, with other bytes. We overwrite nothing. See what it is; if the partner's
    file names are not unique, put {{sequence}} or {{control}} into writing.file_name."""

    permanent = True


class BadName(TransportError):
    """{name!r} cannot be a file's name: {problem}. See writing.file_name of this partner."""

    permanent = True


class BadNamePattern(TransportError):
    """writing.file_name = {pattern!r}: {problem}."""

    permanent = True
