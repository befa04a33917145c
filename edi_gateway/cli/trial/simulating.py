"""`simulate`: scenarios of the other side played against a gateway in a folder of their own."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from edi_gateway.cli.app import app
from edi_gateway.cli.context import Here
from edi_gateway.cli.output import FOUND_ERRORS, WRONG_USAGE, fail, print_json, print_table, say, screen

if TYPE_CHECKING:
    from edi_gateway.cli.trial.simulation import Grounds
    from edi_gateway.simulator.playing.play import Played
    from edi_gateway.simulator.playing.scenario import Scenario

ALL = "all"
_SEEDS = 10**6


@app.command()
def simulate(
    ctx: typer.Context,
    scenario: Annotated[
        str | None, typer.Argument(help="A scenario's name or file, or `all`; without one they are listed.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Of a scenario that orders by chance.")] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Play in this new folder, and leave it to be looked at.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a scenario.")] = False,
) -> None:
    """Play the other side: buyers who order and judge, a warehouse.

    Exit code 1 when something came otherwise than the scenario expects. A working folder is played with its own
    partners and mappings, in a copy.
    """
    here: Here = ctx.obj
    house = _folder(here)
    files = _files(house)
    if scenario is None:
        _list(files, house, json)
        return
    chosen = list(files.values()) if scenario == ALL else [_file(files, scenario)]
    if keep is not None and (len(chosen) > 1 or (keep.exists() and any(keep.iterdir()))):
        fail("--keep takes one scenario and a new folder.", WRONG_USAGE)
    from edi_gateway.cli.trial.simulation import Grounds
    from edi_gateway.simulator.playing.scenario import BEGINS

    with Grounds(BEGINS, here.home if here.is_home else None) as grounds:
        good = [_play(grounds, file, _load(file, house), seed, keep, json) for file in chosen]
    if not all(good):
        raise typer.Exit(FOUND_ERRORS)


def show(name: str, folder: Path) -> bool:
    """Play a scenario of the samples in this new folder, which stays, and tell it; whether all came as expected."""
    from edi_gateway.cli.trial.simulation import Grounds
    from edi_gateway.cli.trial.starter import folder as part
    from edi_gateway.simulator.playing.scenario import BEGINS

    house = part("samples") / "scenarios"
    file = _files(house)[name]
    with Grounds(BEGINS) as grounds:
        return _play(grounds, file, _load(file, house), None, folder, json=False)


def _folder(here: Here) -> Path:
    from edi_gateway.cli.trial.starter import folder

    own = here.home / "samples" / "scenarios"
    return own if own.is_dir() else folder("samples") / "scenarios"


def _files(house: Path) -> dict[str, Path]:
    from edi_gateway.simulator.playing.scenario import HOUSE

    return {file.stem: file for file in sorted(house.glob("*.toml")) if file.name != HOUSE}


def _file(files: dict[str, Path], name: str) -> Path:
    if name in files:
        return files[name]
    file = Path(name)
    if not file.is_file():
        fail(f"There is no scenario {name}; `simulate` alone lists them.", WRONG_USAGE)
    return file


def _load(file: Path, house: Path) -> Scenario:
    """`house`: where the file that all scenarios share lies, unless one lies beside the scenario."""
    from edi_gateway.simulator.playing.scenario import HOUSE, load

    beside = file.parent / HOUSE
    return load(file, beside if beside.exists() else house / HOUSE)


def _list(files: dict[str, Path], house: Path, json: bool) -> None:
    scenarios = {name: _load(file, house) for name, file in files.items()}
    if json:
        for name, each in scenarios.items():
            print_json({"scenario": name, "title": each.title, "edge_cases": each.edge_cases})
        return
    rows = [(name, each.title, " ".join(each.edge_cases)) for name, each in scenarios.items()]
    print_table("", ("scenario", "what happens", "edge cases"), rows, "There are no scenarios.")


def _play(
    grounds: Grounds, file: Path, scenario: Scenario, seed: int | None, keep: Path | None, json: bool
) -> bool:
    from edi_gateway.simulator.playing.play import play

    if scenario.random is not None and seed is None:
        seed = scenario.random.seed if scenario.random.seed is not None else secrets.randbelow(_SEEDS)
    with grounds.ground(keep) as machine:
        played = play(scenario, machine, seed)
    if json:
        print_json(_as_json(file.stem, played))
    else:
        _tell(file.stem, played)
    return played.good


def _as_json(name: str, played: Played) -> dict[str, Any]:
    return {
        "scenario": name,
        "good": played.good,
        "seed": played.seed,
        "documents": played.documents,
        "judged": played.judged,
        "problems": played.problems,
        "story": played.story,
    }


def _tell(name: str, played: Played) -> None:
    colour, word = ("green", "as expected") if played.good else ("red", "not as expected")
    seed = "" if played.seed is None else f"  (seed {played.seed})"
    say(f"[bold]{escape(name)}[/bold]: {escape(played.title)}{seed}")
    for line in played.story:
        screen.print(f"  {line}", style="dim", markup=False)
    came = ", ".join(f"{count} x {code}" for code, count in played.documents.items())
    screen.print(f"  judged: {came or 'nothing came'}", markup=False)
    rows = [(d.document or "ISA", d.about, d.rule.value, d.reason) for d in played.judged]
    if rows:
        print_table("", ("document", "about", "rule", "reason"), rows, "")
    for problem in played.problems:
        say(f"[red]{escape(problem)}[/red]", 2, 2)
    say(f"  [{colour}]{word}[/{colour}]")
