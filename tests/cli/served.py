"""A command that serves the console, in the background, as its users start it."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 120.0


class Served:
    """A command in the background, and the console that it serves; killed at the end if it still runs."""

    def __init__(self, home: Path, *words: str) -> None:
        self._file = home.parent / f"{words[0]}.log"
        self._log = self._file.open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "edi_gateway", "--home", str(home), *words],
            stdout=self._log, stderr=self._log, cwd=home.parent,
        )  # fmt: skip

    def __enter__(self) -> Served:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._log.close()

    @property
    def told(self) -> str:
        return self._file.read_text("utf-8")

    def says(self, pattern: str) -> str:
        """What the first group of the pattern found, once it has been said."""
        deadline = time.monotonic() + PATIENCE
        while (found := re.search(pattern, self.told)) is None:
            assert self.process.poll() is None, self.told
            assert time.monotonic() < deadline, self.told
            time.sleep(0.05)
        return found[1]

    def end(self, by: signal.Signals) -> int:
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)
