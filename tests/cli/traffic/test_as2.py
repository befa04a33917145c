"""AS2 at the command line: two working folders on one machine, from the agreement to the receipt."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.terminal import SAMPLES, Terminal

pytestmark = pytest.mark.slow

AS2 = """
[connection]
kind = "as2"
us = "{us}"
them = "{them}"
url = "http://127.0.0.1:{port}/as2"
[connection.line]
internal_addresses = true
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def on_as2(terminal: Terminal, partner: str, us: str, them: str, port: int) -> None:
    """The partner's connection by AS2, and everybody's keys under a passphrase."""
    file = terminal.home / "partners" / partner / "partner.toml"
    lines: list[str] = []
    inside = False
    for line in file.read_text().splitlines():
        inside = line == "[connection]" or (inside and not line.startswith("["))
        if not inside:
            lines.append(line)
    file.write_text("\n".join(lines) + AS2.format(us=us, them=them, port=port))
    (terminal.home / "passphrase").write_text("a wren in the hedge\n")


def configure(terminal: Terminal, port: int | None) -> None:
    config = terminal.home / "config.toml"
    text = config.read_text().replace('# key_passphrase_file = "..."', 'key_passphrase_file = "passphrase"')
    as2, *_ = text.partition("[as2]")[2].partition("[engine]")
    if port is not None:
        text = text.replace(
            as2, as2.replace('# port = "..."', f"port = {port}", 1)
        )  # the console has one, too
    config.write_text(text.replace("\ndirectory_root = ", "\n# directory_root = "))  # no folders stand in


def certificate(terminal: Terminal, file: Path) -> None:
    """Our certificate, for the other side."""
    one = terminal.ok("certificates", "list", "--json").json()[0]
    file.write_bytes(terminal.ok("certificates", "export", str(one["certificate_id"])).raw)


@pytest.fixture
def daemons() -> Iterator[list[subprocess.Popen[bytes]]]:
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for each in running:
        each.send_signal(signal.SIGTERM)
    for each in running:
        assert each.wait(60) == 0


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("nobody listens")


def test_an_order_comes_by_as2_and_its_answers_go_back(
    shop: Terminal, tmp_path: Path, daemons: list[subprocess.Popen[bytes]]
) -> None:
    """The buyer is a gateway too, which sends its order as a file."""
    ours, theirs = free_port(), free_port()
    shutil.copytree(shop.home, tmp_path / "buyer")
    buyer = Terminal(tmp_path / "buyer")
    on_as2(shop, "kestrelmoor", "TARNBROOK", "KESTRELMOOR", theirs)
    on_as2(buyer, "kestrelmoor", "KESTRELMOOR", "TARNBROOK", ours)
    for terminal, port in ((shop, ours), (buyer, theirs)):
        configure(terminal, port)
        terminal.ok("partners", "publish", "kestrelmoor", "--why", "agreed")
        terminal.ok("certificates", "new", "--name", terminal.home.name)
    certificate(shop, tmp_path / "shop.pem")
    certificate(buyer, tmp_path / "buyer.pem")
    shop.ok("certificates", "import", "kestrelmoor", str(tmp_path / "buyer.pem"))
    buyer.ok("certificates", "import", "kestrelmoor", str(tmp_path / "shop.pem"))
    buyer.ok("transmissions", "send", "kestrelmoor", str(SAMPLES / "01-mass-merchant" / "input.edi"))
    for terminal in (shop, buyer):
        command = [sys.executable, "-m", "edi_gateway", "--home", str(terminal.home), "daemon"]
        log = (terminal.home / "daemon.log").open("wb")
        daemons.append(subprocess.Popen(command, stdout=log, stderr=log))
        log.close()
    wait_for(ours)
    wait_for(theirs)
    until = time.monotonic() + 60
    while time.monotonic() < until:
        came = shop.ok("transmissions", "incoming", "--json").json()
        gone = shop.ok("transmissions", "list", "--json").json()
        if came and gone and all(row["as2"] == "RECEIPTED" for row in gone) and len(gone) >= 2:
            break
        time.sleep(0.5)
    assert [(row["state"], row["disposition"]) for row in came] == [("TAKEN", "processed")]
    assert {row["sets"] for row in gone} == {"997", "855"}
    assert {row["as2"] for row in gone} == {"RECEIPTED"}
    shown = shop.ok("transmissions", "show", str(gone[0]["transmission_id"])).out
    assert "AS2 message" in shown
    assert "their receipt: SETTLES" in shown
    evidence = shop.ok("transmissions", "show", str(gone[0]["transmission_id"]), "--receipts").raw
    assert b"disposition-notification" in evidence
    settled = shop.ok("transmissions", "receipts", "--state", "SETTLES", "--json").json()
    assert {row["as2_message_id"] is not None for row in settled} == {True}
    ours = [r for r in settled if r["original_message_id"].encode() in evidence]
    assert shop.ok("transmissions", "show", str(ours[0]["receipt_id"]), "--receipts").raw == evidence
    message = shop.ok("transmissions", "show", str(came[0]["as2_message_id"]), "--json").one()["as2"][0]
    assert message["layers"] == "encrypted aes256-cbc rsa-v1_5, signed sha256 rsa-v1_5"
    assert message["receipts"][0]["state"] == "ANSWERED"
