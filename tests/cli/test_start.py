"""What a call loads: `check` starts without the modules of all other commands."""

from __future__ import annotations

import subprocess
import sys

import pytest

from edi_gateway.cli import main
from tests.cli.terminal import ROOT, SAMPLES

LOADED = """
import sys
from edi_gateway.cli.main import main
sys.argv = ["edi-gateway", *sys.argv[1:]]
try:
    main()
finally:
    print(*sorted(name for name in sys.modules if name.startswith("edi_gateway.") or name == "sqlalchemy"))
"""


def test_check_loads_neither_the_other_commands_nor_the_database() -> None:
    words = ["--home", str(ROOT), "check", str(SAMPLES / "22-odd-separators" / "input.edi")]
    done = subprocess.run([sys.executable, "-c", LOADED, *words], capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert "edi_gateway.cli.standard.checking" in loaded
    assert not {"edi_gateway.cli.book.orders", "edi_gateway.flow", "edi_gateway.mapping", "sqlalchemy"} & set(
        loaded
    )


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["check", "a.edi"], "check"),
        (["--home", "check", "orders", "list"], "orders"),
        (["--as", "maria", "--home=x", "check"], "check"),
        (["--help"], ""),
        (["--home"], ""),
    ],
)
def test_the_command_is_the_first_word_that_belongs_to_no_option(words: list[str], command: str) -> None:
    assert main._command(words) == command
