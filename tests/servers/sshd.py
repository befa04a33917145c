"""A real OpenSSH sshd on loopback: own configuration, own host key, own port; the login is whoever runs the tests.

`Sshd(folder)` in a temporary folder; `start`, `stop`, `stall`, `resume`; `connection(...)` gives the record for
SftpTransport. Without sshd the test is skipped (fails when CI=true).
"""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from edi_gateway.partners.profile import SftpConnection
from tests.servers.process import absent, find_binary, free_port, listens, start, stop, wait_until

_NOT_ON_PATH = (Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/sbin"))


class Sshd:
    """A server whose files are below `folder`: `home/outbox` is what it offers, `home/inbox` what it takes."""

    def __init__(
        self, folder: Path, *, subsystem: str = "internal-sftp", settings: str = "", host_key: str = "ed25519"
    ) -> None:
        """`subsystem` serves SFTP (internal-sftp -R: read only; -P NAMES: requests that are denied), `settings`
        are further lines of sshd_config."""
        self._binary = _sshd()
        self.home = folder / "home"
        self.outbox = self.home / "outbox"
        self.inbox = self.home / "inbox"
        for made in (folder, self.home, self.outbox, self.inbox):
            made.mkdir(exist_ok=True)
        self._folder = folder
        self.user = pwd.getpwuid(os.getuid()).pw_name
        self.client_key = new_key(folder / "client_key")
        self.change_host_key(host_key)
        self.port = free_port()
        self._subsystem = subsystem
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def change_host_key(self, kind: str = "ed25519") -> None:
        """A new host key, shown by the next start."""
        self._host_key = new_key(self._folder / "host_key", kind)
        self.host_key = self._host_key.with_suffix(".pub").read_text().strip()

    def start(self) -> None:
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd as root does not start without it
        log = self._folder / "sshd.log"
        for _ in range(5):  # the free port may be taken meanwhile
            config = self._folder / "sshd_config"
            config.write_text(self._config(), encoding="utf-8")
            process = start([self._binary, "-D", "-e", "-f", config], log=log, last_signal=signal.SIGTERM)
            if wait_until(functools.partial(listens, self.port), process, log=log):
                self._process = process
                return
            self.port = free_port()
        raise RuntimeError(f"sshd did not start; it said:\n{log.read_text('utf-8', 'replace')}")

    def _config(self) -> str:
        return f"""
            ListenAddress 127.0.0.1
            Port {self.port}
            HostKey {self._host_key}
            AuthorizedKeysFile {self.client_key.with_suffix(".pub")}
            PidFile none
            StrictModes no
            UsePAM no
            UseDNS no
            PermitRootLogin yes
            PasswordAuthentication yes
            KbdInteractiveAuthentication no
            MaxStartups 50
            LogLevel VERBOSE
            Subsystem sftp {self._subsystem}
            {self._settings}
        """

    def stop(self) -> None:
        """End every session and the server: to a client, the machine is gone."""
        if self._process is not None:
            for pid in list(_descendants(self._process.pid)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.resume()  # a stalled one would not hear
            stop(self._process, signal.SIGTERM)
            self._process = None

    def stall(self) -> None:
        """Stop the server and its sessions where they are: they hold their connections and say nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        for pid in (self._process.pid, *_descendants(self._process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def connection(self, **changes: object) -> SftpConnection:
        """How a partner's profile would describe this server; `changes` are fields of SftpConnection."""
        fields: dict[str, object] = {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "host_key": self.host_key,
            "key_file": str(self.client_key),
            "inbound": str(self.outbox),
            "outbound": str(self.inbox),
            "settle_seconds": 0,
            "timeout_seconds": 10,
        }
        return SftpConnection.model_validate(fields | changes)


@contextlib.contextmanager
def running_sshd(
    folder: Path, *, subsystem: str = "internal-sftp", settings: str = "", host_key: str = "ed25519"
) -> Iterator[Sshd]:
    """A started server for the length of a block."""
    server = Sshd(folder, subsystem=subsystem, settings=settings, host_key=host_key)
    server.start()
    try:
        yield server
    finally:
        server.stop()


def new_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    """A key pair of ssh-keygen's at path and path.pub."""
    for old in (path, path.with_suffix(".pub")):
        old.unlink(missing_ok=True)
    keygen = shutil.which("ssh-keygen") or absent("ssh-keygen")
    quick = ["-a", "4", *(["-b", "2048"] if kind == "rsa" else [])]
    subprocess.run([keygen, "-q", "-t", kind, *quick, "-N", passphrase, "-f", path], check=True)
    return path


def _sshd() -> Path:
    return find_binary("sshd", iter(_NOT_ON_PATH)) or absent("OpenSSH's sshd")


def _descendants(pid: int) -> Iterator[int]:
    """Children and theirs, by /proc: a session runs in a child, as root in a grandchild."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for child in map(int, children.read_text().split()):
            yield child
            yield from _descendants(child)
