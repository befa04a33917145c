"""What a scenario file says: who orders what, what the warehouse does, what goes wrong, and what must come of it.

Takes a TOML file, gives a Scenario; raises ScenarioInvalid with everything that is wrong. `house.toml` beside the
scenarios holds what all of them share. docs/reference/scenarios.md tells every key.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from edi_gateway.model.errors import GatewayError
from edi_gateway.simulator.judge.rules import Rule

HOUSE: Final = "house.toml"
BEGINS: Final = datetime(
    2026, 3, 2, 15, 0, tzinfo=UTC
)  # the Monday for which samples and master data are written
_SPAN: Final = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?")


class ScenarioInvalid(GatewayError):
    """{file} is no scenario: {problem}"""


class Said(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Change(Said):
    """A text on the wire that is not what was sent."""

    was: str
    """As it was sent."""
    becomes: str
    """As it arrives."""


class Step(Said):
    """One thing that happens; exactly one of the first group of keys, and what belongs to it."""

    order: str | None = None
    """The buyer places this order; `*`: all random ones at once."""
    run: bool | None = None
    """The gateway runs once; then both sides read what came."""
    wait: str | None = None
    """The clock goes on: `2d`, `3h 30m`."""
    ship: Literal["right", "short", "over", "nothing", "unknown item", "unknown release"] | None = None
    """The warehouse answers what it was asked to ship, and has not shipped, with a 945."""
    count: dict[str, Decimal] | None = None
    """The warehouse tells its stock (846): SKU and quantity on hand."""
    acknowledge: Literal["accept", "reject", "in part"] | None = None
    """The buyer answers what waits for its 997, where it does not by itself."""
    advise: Literal["accept", "reject"] | None = None
    """The buyer says by 824 what it thinks of a document."""
    pay: Literal["in full", "with discount", "short", "with deduction", "unknown invoice"] | None = None
    """The buyer pays all that was invoiced and is not paid (820)."""
    grant: str | None = None
    """The buyer grants this order another last day to ship; tell us by a command."""
    restart: bool | None = None
    """The gateway is stopped and started again."""
    lose: str | None = None
    """The next file with this set (855 ...) is lost on its way to the buyer."""
    spoil: str | None = None
    """The next file with this set comes to the buyer with other words in it."""
    command: tuple[str, ...] | None = None
    """Somebody on our side types this; {po:K1}, {order:K1} stand for numbers."""
    expect: Expected | None = None
    """What must be so now."""

    # order
    purpose: str | None = None
    """BEG01 of it."""
    together_with: tuple[str, ...] = ()
    """More orders in the same interchange."""
    same_file: bool = False
    """The very bytes that went the last time."""
    test: bool = False
    """ISA15 T."""
    broken: tuple[str, ...] = ()
    """Of these orders, sent together, the gateway must reject: they break the standard."""
    changes: tuple[Change, ...] = ()
    """order, spoil: texts in the file that are changed on the way."""
    # ship
    lines: dict[str, Decimal] = {}
    """How many left of a line, by the buyer's line number."""
    status: str | None = None
    """W12-01 of lines that did not ship whole."""
    of: str | None = None
    """ship: this order only; advise, acknowledge: this set (856, 810) only."""
    reporting: Literal["F", "N", "X"] = "F"
    """W06-01: all is told, nothing, or exceptions."""
    cartons: Literal[
        "one a line", "one for all", "two a line", "none", "without numbers", "wrong check digit"
    ] = "one a line"
    """How it is packed; none: nobody says."""
    again: bool = False
    """The last 945 of the order once more, with what this step says else."""
    days_ago: int = 0
    """It left so many days before it is told."""
    shipment: str | None = None
    """W06-04; else the warehouse counts."""
    one_bill: bool = False
    """All that leaves now leaves on one bill of lading."""
    # count
    site: str | None = None
    """Which of the warehouse's sites it has counted."""
    kind: str = "33"
    """QTY01: 33 available, 17 on hand ..."""
    # advise
    error: str = "024"
    """TED01."""
    # pay
    amount: Decimal | None = None
    """What is paid less, or taken off."""
    reason: str = "01"
    """Why it is taken off (DE426)."""
    reference: str | None = None
    """TRN02, else counted; the same again is the same payment."""
    # grant
    last_day: str | None = None
    """`+20`: so many days after the scenario's first."""
    # command
    by: str = "lead"
    """Who types it."""
    fails: bool = False
    """It must end with an exit code other than 0."""
    partner: str | None = None
    """Whose: pay, advise, acknowledge, count. Else the only one who has ordered, or the warehouse."""

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        said = [name for name in VERBS if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError(f"a step says one of {', '.join(VERBS)}, not {' and '.join(said) or 'none'}")
        if self.wait is not None:
            span(self.wait)
        return self

    @property
    def verb(self) -> str:
        return next(name for name in VERBS if getattr(self, name) is not None)


class Held(Said):
    """A disagreement that the judge must find. `about`: PO, shipment, invoice; a PO stands for its documents too."""

    rule: Rule
    """Its name in docs/reference/judge.md."""
    about: str | None = None
    """The number that it is about; left out: any."""
    times: int = 1
    """How often."""


class Expected(Said):
    """What must come of it. Cases and holds by code, as often as they are open; orders by state; documents counted."""

    judged: tuple[Held, ...] = ()
    """What the judge must hold against us; nothing else."""
    cases: tuple[str, ...] | None = None
    """Codes of open cases, each as often as it is open; left out in a step: not looked at, at the end: none."""
    holds: tuple[str, ...] | None = None
    """Codes of active holds, likewise."""
    orders: dict[str, str] = {}
    """State or stage of an order in our book, by its name here."""
    sent: dict[str, int] = {}
    """How many of a set (855, 856 ...) the other side got."""


class Random(Said):
    """Orders made by chance from the master data; the same seed makes the same ones."""

    partner: str
    """Who orders."""
    orders: int = Field(5, ge=1, le=500)
    """How many."""
    lines: tuple[int, int] = (1, 6)
    """Lines of each, from and to."""
    quantity: tuple[int, int] = (1, 60)
    """Quantity of each line, from and to."""
    seed: int | None = None
    """Left out: another one each time, which is told."""


class Site(Said):
    code: str
    """As in `import sites`."""
    name: str
    """What people call it."""
    warehouse: str | None = None
    """The partner who runs it; left out: we do."""
    address: str = ""
    """Its street; like what follows for notices and papers."""
    city: str = ""
    """Its city."""
    region: str = ""
    """Its state or province."""
    postal_code: str = ""
    """Its postal code."""
    country: str = ""
    """Its country (ISO 3166)."""


class Stock(Said):
    sku: str
    """The item."""
    site: str
    """Where it lies."""
    on_hand: Decimal
    """How many, in base units."""


class Habits(Said):
    """How a buyer writes its orders, and answers what it gets."""

    ids: tuple[str, ...] = ()
    """Kinds of item numbers, in order: UK, UP, IN, VN, SK ..."""
    unit: str = "EA"
    """What they order in."""
    line_numbers: Literal["001", "1", "none"] = "1"
    """How they number lines."""
    order: dict[str, Any] = {}
    """What stands in every order; dates as `+14`."""
    line: dict[str, Any] = {}
    """What stands in every line."""
    acknowledges: Literal["at once", "never"] = "at once"
    """Its 997s."""


class Scenario(Said):
    """A file. What `house.toml` says holds too, where the scenario does not say otherwise."""

    title: str
    """What happens, in one line."""
    about: str = ""
    """What else is worth knowing."""
    edge_cases: tuple[str, ...] = ()
    """Edge cases of the domain that it plays: D7 ..."""
    begins: AwareDatetime = BEGINS
    """When the clock begins; else on the Monday for which the master data are written."""
    partners: dict[str, dict[str, Any]] = {}
    """Laid over partner.toml, on both sides."""
    believes: dict[str, dict[str, Any]] = {}
    """Laid over partner.toml on the other side only: what it thinks was agreed."""
    files: dict[str, str] = {}
    """More files of the working folder: guides, mapping rows."""
    habits: dict[str, Habits] = {}
    """How each buyer writes its orders."""
    sites: tuple[Site, ...] = ()
    """Where our goods lie; all of them, when the scenario says any."""
    stock: tuple[Stock, ...] = ()
    """What lies there at first, in base units; all of it, when the scenario says any."""
    csv: dict[str, str] = {}
    """More master data: kind of import and CSV text."""
    orders: dict[str, dict[str, Any]] = {}
    """What is ordered, by a name that the steps use; also its PO number, unless it says another."""
    random: Random | None = None
    """Orders by chance, placed all at once by `order = "*"`."""
    steps: tuple[Step, ...]
    """What happens, in order."""
    expected: Expected = Expected()
    """What must have come of it at the end."""


VERBS: Final = (
    *("order", "run", "wait", "ship", "count", "acknowledge", "advise", "pay", "grant"),
    *("restart", "lose", "spoil", "command", "expect"),
)


def load(file: Path, house: Path | None = None) -> Scenario:
    """The scenario of a file, with what the house says beneath it."""
    said = _toml(file)
    shared = _toml(house) if house is not None and house.exists() else {}
    try:
        return Scenario.model_validate(laid_over(shared, said))
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise ScenarioInvalid(file=str(file), problem=problems) from None


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioInvalid(file=str(file), problem=str(error)) from None


def laid_over(under: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Tables are joined key by key; anything else of the upper one replaces, but [[documents]], which are added to."""
    joined = dict(under)
    for key, value in over.items():
        below = joined.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            joined[key] = laid_over(below, value)
        elif key == "documents" and isinstance(below, list):
            said = {(row.get("set"), row.get("direction")) for row in value}
            kept = [row for row in below if (row.get("set"), row.get("direction")) not in said]
            joined[key] = [*kept, *value]
        else:
            joined[key] = value
    return joined


def span(text: str) -> timedelta:
    """`2d 3h 30m`."""
    found = _SPAN.fullmatch(text.strip())
    if found is None or not any(found.groups()):
        raise ValueError(f"{text!r} is no span of time like 2d 3h 30m")
    days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


Step.model_rebuild()
Scenario.model_rebuild()
