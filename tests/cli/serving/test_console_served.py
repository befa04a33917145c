"""The console as it is served: beside the daemon and by itself, its first admin, its end."""

from __future__ import annotations

import signal
from pathlib import Path

import httpx
import pytest

from tests.cli.served import Served
from tests.cli.terminal import Terminal
from tests.web.console.browsing import Browser

pytestmark = pytest.mark.slow


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
