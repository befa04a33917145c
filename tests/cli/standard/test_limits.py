"""`check`, `ack` and `map` read a file within the limits of the working folder, as the gateway itself does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.papers import HEADER, interchange, order
from tests.cli.terminal import Terminal

TEXT = f"N9*L1*1~\nMTX**{'X' * 150_000}~\n"
LONG = interchange(7, order("K-1", header=HEADER.replace("N1*ST", f"{TEXT}N1*ST")))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "long.edi"
    path.write_bytes(LONG)
    return path


def codes(terminal: Terminal, file: Path) -> list[str]:
    told = terminal("check", "--json", file).one()
    checked = told["interchanges"][0]["groups"][0]["sets"][0]
    return [finding["code"] for finding in checked["findings"]]


def test_a_segment_beyond_the_limit_is_left_out_and_said(empty: Terminal, file: Path) -> None:
    """65,536 bytes where config.toml says nothing; the bytes of MTX are left out, and nothing follows from it."""
    assert codes(empty, file) == ["SEGMENT_TOO_LONG"]
    assert "AK2*850*0001~\nAK5*R*5~" in empty("ack", file).out
    assert empty("map", "--json", file).one()["document"] is None


def test_config_toml_says_how_long_a_segment_may_be(empty: Terminal, file: Path) -> None:
    config = empty.home / "config.toml"
    config.write_text(config.read_text().replace("# segment_bytes = 65536", "segment_bytes = 200000"))
    assert codes(empty, file) == ["ELEMENT_TOO_LONG"]  # element 1551 has 4,096 characters at the most
    assert f"AK3*MTX*11**8~\nAK4*2*1551*5*{'X' * 99}~\n" in empty("ack", file).out


def test_outside_a_working_folder_the_limit_is_that_of_the_reader(tmp_path: Path, file: Path) -> None:
    assert codes(Terminal(tmp_path), file) == ["ELEMENT_TOO_LONG"]
