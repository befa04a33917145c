"""`daemon` and `worker` as processes of their own: files are taken within seconds, SIGTERM ends them cleanly."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.papers import interchange, order
from tests.cli.terminal import SAMPLES, Terminal, segments

pytestmark = pytest.mark.slow

PATIENCE = 120.0  # seconds; on an idle machine two or three are enough


@contextmanager
def running(shop: Terminal, command: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command in the background; killed at the end if it still runs."""
    with (shop.home / f"{command}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "edi_gateway", "--as", "maria", command],
            cwd=shop.home,
            stdout=log,
            stderr=log,
        )
    try:
        until(lambda: any(w["alive"] for w in shop("status", "--json").one()["workers"]), process)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def until(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert process.poll() is None, f"it ended with {process.returncode}"
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def stop(process: subprocess.Popen[bytes]) -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def log(shop: Terminal, command: str) -> str:
    return (shop.home / f"{command}.log").read_text("utf-8")


def looked_at_each_second(shop: Terminal, partner: str) -> Path:
    profile = shop.home / "partners" / partner / "partner.toml"
    text = profile.read_text().replace("poll_seconds = 30", "poll_seconds = 1")
    profile.write_text(text.replace("poll_seconds = 300", "poll_seconds = 1"))
    return profile


def test_a_dropped_file_is_answered_within_seconds_and_sigterm_ends_with_0(shop: Terminal) -> None:
    looked_at_each_second(shop, "pinwheel")
    out = shop.home / "exchange" / "pinwheel" / "out"
    with running(shop, "daemon") as process:
        shop.drop_sample("pinwheel", "03-marketplace")
        until(lambda: len(list(out.glob("*.edi"))) == 2, process)
        assert stop(process) == 0
    sent = [segments(text)[2] for text in shop.sent("pinwheel")]
    assert sent == ["ST*997*0001", "ST*855*0001"]
    assert shop.orders() == {"PW-20260302-7781": "ACCEPTED"}
    assert shop.ok("status", "--json").one()["workers"] == []
    said = log(shop, "daemon")
    assert "asked to stop" in said
    assert "Traceback" not in said


def test_sigterm_in_the_middle_of_work_finishes_what_is_in_hand(shop: Terminal) -> None:
    """Forty files are there at once; whatever was begun is finished, whatever was not is done by the next run."""
    looked_at_each_second(shop, "kestrelmoor")
    names = [f"K-{n:03}" for n in range(40)]
    for number, name in enumerate(names, 1):
        shop.drop("kestrelmoor", f"{name}.edi", interchange(number, order(name)))
    with running(shop, "daemon") as process:
        until(lambda: count(shop, "SELECT count(*) FROM receipts") > 0, process)
        assert stop(process) == 0
    assert count(shop, "SELECT count(*) FROM receipts WHERE state = 'WORKING'") == 0
    assert "Traceback" not in log(shop, "daemon")
    shop.ok("run", "--once")
    booked = [o["po_number"] for o in shop.ok("orders", "list", "--limit", "100", "--json").json()]
    assert sorted(booked) == names
    sent = "".join(shop.sent("kestrelmoor"))
    assert sent.count("ST*855*") == 40
    assert sent.count("AK1*PO*") == 40


def test_a_worker_does_what_commands_leave_and_polls_nobody(held: Terminal) -> None:
    looked_at_each_second(held, "pinwheel")
    held.drop_sample("pinwheel", "03-marketplace")
    held.ok("orders", "answer", "K7001004")
    out = held.home / "exchange" / "kestrelmoor" / "out"
    before = len(list(out.iterdir()))
    held.ok("db", "backup", "before.db")
    with running(held, "worker") as process:
        assert "stop it first" in held.refused("db", "restore", "before.db", "--yes")
        until(lambda: len(list(out.glob("*.edi"))) > before, process)
        assert stop(process) == 0
    (answered,) = held.sent("kestrelmoor")
    assert "ACK*IH*10*CA" in segments(answered)
    assert set(held.orders()) == {"K7001004"}  # the other file still lies there
    assert "Traceback" not in log(held, "worker")


def test_the_daemon_follows_the_partners_files_and_keeps_the_last_good_ones(shop: Terminal) -> None:
    profile = shop.home / "partners" / "pinwheel" / "partner.toml"
    good = profile.read_text()
    before = published(shop)
    with running(shop, "daemon") as process:
        profile.write_text(good.replace("within_hours = 4", "within_hours = 6"))
        until(lambda: published(shop) != before, process)
        edited = published(shop)
        profile.write_text(good.replace("within_hours = 4", 'within_hours = "soon"'))
        until(lambda: bool(shop.cases()), process)
        assert published(shop) == edited
        (case,) = shop.cases()
        assert (case["code"], "pinwheel/partner.toml" in case["message"]) == ("PROFILE_INVALID", True)
        assert stop(process) == 0


def test_two_signals_end_at_once(shop: Terminal) -> None:
    with running(shop, "daemon") as process:
        process.send_signal(signal.SIGTERM)
        time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) in (0, -signal.SIGTERM)


def published(shop: Terminal) -> str:
    (one,) = (p for p in shop.ok("partners", "list", "--json").json() if p["partner"] == "pinwheel")
    return str(one["published"])


def count(shop: Terminal, query: str) -> int:
    db = sqlite3.connect(shop.home / "gateway.db")
    try:
        return int(db.execute(query).fetchone()[0])
    finally:
        db.close()


# ---------------------------------------------------------------- as a process


def process(words: list[str], home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edi_gateway", *words],
        cwd=home,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("words", ["--json --lineage", "--lineage"])
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path, words: str) -> None:
    many = interchange(7, *(order(f"K-{n}", control=f"{n:04}") for n in range(1, 101)))
    (tmp_path / "many.edi").write_bytes(many)  # what it says is more than a pipe holds
    command = f"{sys.executable} -m edi_gateway map many.edi {words} | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_terminal_that_knows_ascii_only_is_shown_what_it_can_show(tmp_path: Path) -> None:
    done = process(
        ["check", str(SAMPLES / "14-bad-date" / "input.edi")],
        tmp_path,
        PYTHONIOENCODING="ascii",
        PYTHONUTF8="0",
    )
    assert done.returncode == 1
    assert done.stderr == ""
    assert "20261316" in done.stdout


def test_check_is_the_same_as_a_process_of_its_own(tmp_path: Path) -> None:
    good = process(["check", str(SAMPLES / "01-mass-merchant" / "input.edi")], tmp_path)
    assert (good.returncode, good.stderr) == (0, "")
    assert "Nothing to find fault with." in good.stdout
    assert process(["check", "nowhere"], tmp_path).returncode == 2
