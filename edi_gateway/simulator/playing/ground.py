"""The working folder that a scenario is played in: partners laid over, more files, sites, stock.

Takes a folder that holds the shipped files and a Scenario; changes the files. Called by play.py.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final

from edi_gateway.partners.profile import Profile
from edi_gateway.simulator.agreement import Agreement, agreed, of_profile
from edi_gateway.simulator.playing.scenario import Scenario, ScenarioInvalid, laid_over

_MAY_HOLD: Final = ("partners", "mappings")


def lay(home: Path, scenario: Scenario) -> None:
    """Partners' profiles and files as the scenario says."""
    for name, text in scenario.files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or path.parts[0] not in _MAY_HOLD:
            raise ScenarioInvalid(file=name, problem="a file of a scenario lies in partners/ or mappings/")
        target = home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    for key, over in scenario.partners.items():
        file = home / "partners" / key / "partner.toml"
        file.parent.mkdir(parents=True, exist_ok=True)
        under = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
        file.write_text(_toml(laid_over(under, over)), "utf-8")


def agreements(home: Path, scenario: Scenario) -> Iterator[Agreement]:
    """What each partner of the folder believes was agreed."""
    for folder in sorted((home / "partners").iterdir()):
        if not (folder / "partner.toml").exists():
            continue
        agreement = agreed(folder, home / "mappings")
        other = scenario.believes.get(folder.name)
        if other is not None:
            said = laid_over(agreement.profile.model_dump(mode="json"), other)
            agreement = of_profile(Profile.model_validate(said), folder, home / "mappings")
        yield agreement


def csv_files(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Kind of import and CSV text, in the order in which they are to be imported."""
    if scenario.sites:
        where = ("city", "region", "postal_code", "country")
        rows = [
            (
                site.code,
                site.name,
                site.warehouse or "",
                site.address,
                *(getattr(site, name) for name in where),
            )
            for site in scenario.sites
        ]
        yield "sites", _csv(("code", "name", "warehouse", "address_1", *where), rows)
    yield from ((kind, text) for kind, text in scenario.csv.items() if kind != "stock")
    if scenario.stock:
        yield "stock", _csv(("site", "sku", "on_hand"), [(s.site, s.sku, s.on_hand) for s in scenario.stock])
    if "stock" in scenario.csv:
        yield "stock", scenario.csv["stock"]


def _csv(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def _toml(table: Mapping[str, Any], path: str = "") -> str:
    """A profile as TOML: values, then tables, then lists of tables."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in table.items() if not _is_table(value)]
    for key, value in table.items():
        name = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(value, dict):
            lines += ["", f"[{name}]", _toml(value, name)]
        elif _is_table(value):
            for each in value:
                lines += ["", f"[[{name}]]", _toml(each, name)]
    return "\n".join(lines) + "\n"


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and bool(value) and isinstance(value[0], dict))


def _key(key: str) -> str:
    return key if key.replace("_", "").replace("-", "").isalnum() and key.isascii() else json.dumps(key)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return json.dumps(str(value), ensure_ascii=False)
