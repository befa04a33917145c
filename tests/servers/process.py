"""A server process of a test: found on this machine, started, awaited, stopped by its own pid.

Takes a command and a log file; gives the running process. Called by the servers beside it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest

_PR_SET_PDEATHSIG = 1


def absent(what: str) -> NoReturn:
    """Skip the test, with the reason; on CI a server that is absent is a failure, or nobody would notice."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is not on this machine, and on CI it has to be", pytrace=False)
    pytest.skip(f"{what} is not on this machine")


def find_binary(name: str, folders: Iterator[Path]) -> Path | None:
    """The program, from PATH or from folders that are not on it."""
    on_path = shutil.which(name)
    if on_path:
        return Path(on_path)
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def free_port() -> int:
    """A port of loopback that was free a moment ago."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start(
    command: Sequence[str | Path], *, log: Path, user: str | None = None, last_signal: signal.Signals
) -> subprocess.Popen[bytes]:
    """Start the server; it gets `last_signal` when this process dies, so a killed test run leaves none."""
    libc = ctypes.CDLL(None)

    def die_with_parent() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(last_signal))

    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            user=user,
            group=user and _group_of(user),
            extra_groups=[] if user else None,
            preexec_fn=die_with_parent if hasattr(libc, "prctl") else None,
        )


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], *, log: Path, seconds: float = 30.0
) -> bool:
    """True once `ready` says so; False when the process ended before; fails with its log in the end."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            return False
        if ready():
            return True
        time.sleep(0.02)
    stop(process, signal.SIGKILL)
    raise RuntimeError(
        f"the server did not answer within {seconds} s; it said:\n{log.read_text('utf-8', 'replace')}"
    )


def listens(port: int) -> bool:
    """Whether somebody accepts connections at this port of loopback."""
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def stop(process: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """End this one process, and wait for it."""
    if process.poll() is None:
        process.send_signal(how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
