"""From a connection record to a logged-in SSH connection: host key pinned, strong algorithms, time limits.

Takes an SftpConnection and the reader of secrets; gives a Link. Called by transport/sftp.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import io
import logging
import socket
import threading
from collections.abc import Iterator

import paramiko
from paramiko.pkey import UnknownKeyType

from edi_gateway.partners.profile import SftpConnection
from edi_gateway.transport import errors
from edi_gateway.transport.secrets import SecretMissing, SecretReader
from edi_gateway.transport.sftp_session import Session

# What paramiko offers by default and we do not: CBC (plaintext recovery), 3DES, SHA-1 and MD5.
WEAK_ALGORITHMS = {
    "ciphers": ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc"),
    "macs": ("hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"),
    "kex": (
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
    ),
    "keys": ("ssh-rsa", "ssh-dss"),
    "pubkeys": ("ssh-rsa", "ssh-dss"),
}

_KEEPALIVE_SECONDS = 30  # for firewalls that drop idle connections; a stalled server answers to none of it

# Our errors tell what paramiko would print, tracebacks and all.
_LOG_CHANNEL = "edi_gateway.transport.paramiko"
logging.getLogger(_LOG_CHANNEL).addHandler(logging.NullHandler())
logging.getLogger(_LOG_CHANNEL).propagate = False


class Link:
    """One SSH connection, logged in; a session (SFTP channel) for each thread that asks."""

    def __init__(self, transport: paramiko.Transport, seconds: float) -> None:
        self.proved = False  # whether any request was answered on it; set by the transport that uses it
        self.timed_out = False
        self._transport = transport
        self._seconds = seconds
        self._of_thread = threading.local()
        self._sessions: list[Session] = []
        self._spare: Session | None = None  # of a thread that is done

    @property
    def alive(self) -> bool:
        return self._transport.is_active()

    def session(self) -> Session:
        session: Session | None = getattr(self._of_thread, "session", None)
        if session is None and self._spare is not None:
            session, self._spare = self._spare, None
            self._of_thread.session = session
        if session is None or session.sock.closed:
            with self.deadline():
                channel = self._transport.open_session(timeout=self._seconds)
                channel.settimeout(self._seconds)
                channel.invoke_subsystem("sftp")
                session = Session(channel)
            self._of_thread.session = session
            self._sessions.append(session)
        return session

    def rest(self) -> None:
        """No thread uses it now: one channel waits for the next one, the others end (servers allow only so many)."""
        sessions = [session for session in self._sessions if not session.sock.closed]
        self._of_thread = threading.local()
        self._sessions = sessions[:1]
        self._spare = sessions[0] if sessions else None
        for session in sessions[1:]:
            session.close()

    @contextlib.contextmanager
    def deadline(self) -> Iterator[None]:
        """Hang up when the block takes longer than the connection's timeout; `timed_out` tells that it did.

        Hanging up is the one thing that ends every blocked call of paramiko.
        """
        timer = threading.Timer(self._seconds, self._expire)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _expire(self) -> None:
        self.timed_out = True
        self.close()

    def close(self) -> None:
        self._transport.close()
        self._transport.sock.close()  # paramiko leaves it open when the handshake failed


def log_in(connection: SftpConnection, read_secret: SecretReader) -> Link:
    """Connect, compare the host key, authenticate. Raises the TransportErrors of these."""
    where = whereabouts(connection)
    pinned = _pinned_keys(connection)
    try:
        wire = socket.create_connection((connection.host, connection.port), connection.timeout_seconds)
    except TimeoutError:
        raise errors.TimedOut(where=where, seconds=connection.timeout_seconds, action="connect") from None
    except OSError as problem:
        raise errors.Unreachable(where=where, problem=problem.strerror or problem) from None
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # many small requests: do not gather them
    disabled = {} if connection.allow_weak_algorithms else WEAK_ALGORITHMS
    transport = paramiko.Transport(wire, disabled_algorithms=disabled)
    link = Link(transport, connection.timeout_seconds)
    try:
        transport.set_log_channel(_LOG_CHANNEL)
        transport.set_keepalive(_KEEPALIVE_SECONDS)
        transport.banner_timeout = transport.handshake_timeout = connection.timeout_seconds
        transport.auth_timeout = transport.channel_timeout = connection.timeout_seconds
        _prefer(transport, pinned)
        with link.deadline():
            transport.start_client()  # its own timeout would return as if the handshake were done
            shown = transport.get_remote_server_key()
        if shown.asbytes() not in {key.asbytes() for key in pinned}:
            raise errors.HostKeyChanged(
                where=where,
                shown=f"{shown.get_name()} {fingerprint(shown)}",
                pinned=" or ".join(f"{key.get_name()} {fingerprint(key)}" for key in pinned),
            )
        with link.deadline():
            _authenticate(transport, connection, read_secret)
    except BaseException as problem:
        link.close()
        if isinstance(problem, (OSError, EOFError, paramiko.SSHException)):
            raise _login_error(problem, connection, link.timed_out) from None
        raise
    return link


def whereabouts(connection: SftpConnection) -> str:
    """How errors name the connection."""
    return f"sftp://{connection.user}@{connection.host}:{connection.port}"


def fingerprint(key: paramiko.PKey) -> str:
    """As ssh-keygen and ssh-keyscan show it."""
    digest = hashlib.sha256(key.asbytes()).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def _pinned_keys(connection: SftpConnection) -> list[paramiko.PKey]:
    """One key a line, so that the next one can be pinned before the partner changes; known_hosts lines do."""
    keys = []
    for line in filter(str.strip, connection.host_key.splitlines()):
        words = line.split()
        at = next((i for i, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-"))), None)
        if at is None or at + 1 >= len(words):
            raise errors.BadHostKey(where=whereabouts(connection), problem="a type and a key belong there")
        try:
            blob = base64.b64decode(words[at + 1], validate=True)
            keys.append(paramiko.PKey.from_type_string(words[at], blob))
        except (binascii.Error, ValueError, paramiko.SSHException, UnknownKeyType) as problem:
            raise errors.BadHostKey(
                where=whereabouts(connection), problem=str(problem) or "no such key"
            ) from None
    if not keys:
        raise errors.BadHostKey(where=whereabouts(connection), problem="it is empty")
    return keys


def _prefer(transport: paramiko.Transport, pinned: list[paramiko.PKey]) -> None:
    """Ask for the kind of key that is pinned: a server has several, and shows the first that both know."""
    options = transport.get_security_options()
    names = {key.get_name() for key in pinned}
    if "ssh-rsa" in names:  # a kind of key; these are the ways to sign with it
        names |= {"rsa-sha2-512", "rsa-sha2-256"}
    options.key_types = sorted(options.key_types, key=lambda kind: kind not in names)


def _authenticate(
    transport: paramiko.Transport, connection: SftpConnection, read_secret: SecretReader
) -> None:
    key, password = _credentials(connection, read_secret)
    if key is not None:
        try:
            transport.auth_publickey(connection.user, key)
        except paramiko.AuthenticationException:
            if password is None or not transport.is_active():
                raise
    if password is not None and not transport.is_authenticated():
        transport.auth_password(connection.user, password)  # falls back to keyboard-interactive
    if not transport.is_authenticated():
        raise paramiko.AuthenticationException("it wants more than we have: a key and a password")


def _credentials(
    connection: SftpConnection, read_secret: SecretReader
) -> tuple[paramiko.PKey | None, str | None]:
    key = password = None
    try:
        if connection.key_file:
            passphrase = connection.key_passphrase_env and read_secret("env", connection.key_passphrase_env)
            key = _private_key(connection, read_secret("file", connection.key_file), passphrase)
        if connection.password_env:
            password = read_secret("env", connection.password_env)
        elif connection.password_file:
            password = read_secret("file", connection.password_file).rstrip("\r\n")
    except SecretMissing as problem:
        raise errors.BadCredentials(where=whereabouts(connection), problem=str(problem).rstrip(".")) from None
    if key is None and password is None:
        raise errors.BadCredentials(
            where=whereabouts(connection), problem="neither a password nor a key is given"
        )
    return key, password


def _private_key(connection: SftpConnection, text: str, passphrase: str | None) -> paramiko.PKey:
    problem = "it is no private key that we know (Ed25519, ECDSA, RSA)"
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text), password=passphrase)
        except paramiko.PasswordRequiredException:
            problem = "it is encrypted, and key_passphrase_env is not given"
        except (paramiko.SSHException, ValueError, IndexError, TypeError):
            continue
    if passphrase:
        problem += ", or its passphrase is wrong"
    raise errors.BadCredentials(
        where=whereabouts(connection), problem=f"the key file {connection.key_file} cannot be used: {problem}"
    )


def _login_error(problem: Exception, connection: SftpConnection, timed_out: bool) -> errors.TransportError:
    where = whereabouts(connection)
    text = str(problem)
    if timed_out or isinstance(problem, TimeoutError) or "timeout" in text.lower():
        return errors.TimedOut(where=where, seconds=connection.timeout_seconds, action="log in")
    if isinstance(problem, paramiko.ssh_exception.IncompatiblePeer):
        return errors.NoCommonAlgorithm(where=where, problem=text)
    if isinstance(problem, paramiko.AuthenticationException) and "EOF" not in text:
        return errors.AuthenticationFailed(where=where, problem=text.rstrip("."))
    return errors.ConnectionLost(where=where, action="log in", problem=text or type(problem).__name__)
