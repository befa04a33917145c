"""What a call loads: a command starts without the modules of all others, and is whole all the same."""

from __future__ import annotations

import json
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


ALONE = """
import json, sys
from edi_gateway.cli.app import MODULES, load, program

def paths(command):
    if not hasattr(command, "commands"):
        return [command.name]
    return [f"{command.name} {path}" for each in command.commands.values() for path in paths(each)]

told = {}
for name in MODULES:
    if sys.argv[1] == "one by one":
        load(name)
    else:
        load()
    told[name] = sorted(paths(program().commands[name]))
print(json.dumps(told))
"""


def test_each_command_is_whole_when_it_is_loaded_alone() -> None:
    """One process loads a command at a time and looks at it before the next, one loads all at once."""
    alone, together = (
        json.loads(subprocess.run([sys.executable, "-c", ALONE, how], capture_output=True, check=True).stdout)
        for how in ("one by one", "all")
    )
    assert alone == together
    assert len(together["cases"]) > 10
