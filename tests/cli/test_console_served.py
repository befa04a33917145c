"""The console as it is served: beside the daemon and by itself, its first admin, its end."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.cli.terminal import Terminal
from tests.web.console.browsing import Browser

pytestmark = pytest.mark.slow

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


def test_the_daemon_and_web_serve_the_console_and_the_first_start_makes_one_admin(empty: Terminal) -> None:
    config = empty.home / "config.toml"
    text = config.read_text("utf-8")
    section = text.index("[console]")
    config.write_text(text[:section] + text[section:].replace('# port = "..."', "port = 0", 1), "utf-8")
    with Served(empty.home, "daemon") as daemon:
        port = daemon.says(r"console listening .*port=(\d+)")
        password = daemon.says(r"with the password (\S+), which is shown this once")
        with Served(empty.home, "web") as web:
            address = web.says(r"The console is at (http://127\.0\.0\.1:\d+)/")
            assert "password" not in web.told
            for where in (f"http://127.0.0.1:{port}", address):
                assert httpx.get(f"{where}/readyz").json()["ok"] is True
                browser = Browser(where)
                browser.get("/sign-in").post("/sign-in", name="admin", password=password)
                assert browser.path == "/sign-in/password"
                browser.client.close()
            assert web.end(signal.SIGTERM) == 0
        assert daemon.end(signal.SIGTERM) == 0
    assert "Traceback" not in daemon.told + web.told


def test_make_console_serves_cases_of_one_cause_to_an_analyst_and_a_lead_until_ctrl_c(tmp_path: Path) -> None:
    with Served(tmp_path / "x", "demo", str(tmp_path / "shown"), "--console") as demo:
        address = demo.says(r"The console is at (http://127\.0\.0\.1:\d+)/")
        demo.says("(Ctrl-C ends it)")
        for name in ("analyst", "lead"):
            browser = Browser(address)
            browser.sign_in(name, demo.says(rf"{name} +(\S+) "))
            assert name in browser.text
            browser.client.close()
        shop = Terminal(tmp_path / "shown")
        counted: dict[str, list[int]] = {}
        for cause in shop.ok("cases", "list", "--json").json():
            counted.setdefault(cause["code"], []).append(cause["cases"])
        assert (sorted(counted["CODE_INVALID"]), sorted(counted["ITEM_UNKNOWN"])) == ([1, 9], [1, 6])
        assert demo.end(signal.SIGINT) == 0
    assert "Traceback" not in demo.told
