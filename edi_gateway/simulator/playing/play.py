"""Plays a scenario: both sides in turn, the gateway between them, the clock as the file says; tells what came of it.

Takes a Scenario and a Machine, the gateway under test, which the command line puts together; gives a Played. Nothing of
the gateway is asked but what its own commands tell.
"""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.simulator.buyer import Buyer
from edi_gateway.simulator.judge.rules import Disagreement
from edi_gateway.simulator.playing import compare, ground, ordering
from edi_gateway.simulator.playing.catalogue import Catalogue
from edi_gateway.simulator.playing.our_side import Machine, OurSide
from edi_gateway.simulator.playing.scenario import Expected, Habits, Scenario, ScenarioInvalid, Step, span
from edi_gateway.simulator.side import Side
from edi_gateway.simulator.warehouse import Shipping, Warehouse

_ALL: Final = "*"
_MOST_TURNS: Final = 10  # far more than an acknowledgment of an acknowledgment would take


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a scenario. `problems`: where it came otherwise than expected; none: as it should be."""

    title: str
    judged: tuple[Disagreement, ...]
    problems: tuple[str, ...]
    documents: dict[str, int]
    story: tuple[str, ...]
    seed: int | None = None

    @property
    def good(self) -> bool:
        return not self.problems


def play(scenario: Scenario, machine: Machine, seed: int | None = None) -> Played:
    """Play it from beginning to end."""
    return _Play(scenario, machine, seed).play()


@dataclass
class _Play:
    scenario: Scenario
    machine: Machine
    seed: int | None
    at: datetime = field(init=False)
    sides: dict[str, Side] = field(default_factory=dict)
    judged: list[Disagreement] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    story: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    spoiled: list[Step] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)  # by order name, as they went the last time
    _read: set[Path] = field(default_factory=set)
    _dropped: int = 0

    def __post_init__(self) -> None:
        self.at = self.scenario.begins
        self.orders = dict(self.scenario.orders)
        self.ours = OurSide(self.machine, self._po)
        self.catalogue = Catalogue(self.machine.home / "samples" / "master-data")

    def play(self) -> Played:
        self._prepare()
        for n, step in enumerate(self.scenario.steps, 1):
            try:
                getattr(self, f"_{step.verb}")(step)
            except ScenarioInvalid as error:
                raise ScenarioInvalid(file=f"step {n}", problem=str(error)) from error
        self._goods_arrive()
        for side in self.sides.values():
            self.judged += side.judge.closing(self.at)
        expected = self.scenario.expected
        nothing = {what: () for what in ("cases", "holds") if getattr(expected, what) is None}
        self._compare(expected.model_copy(update=nothing), "at the end", final=True)
        counted: Counter[str] = Counter()
        for side in self.sides.values():
            counted.update(received.set_code for received in side.came)
        return Played(
            self.scenario.title,
            tuple(self.judged),
            tuple(self.problems),
            dict(sorted(counted.items())),
            tuple(self.story),
            self.seed if self.scenario.random is not None else None,
        )

    # --- before it begins

    def _prepare(self) -> None:
        ground.lay(self.machine.home, self.scenario)
        self.machine.set_clock(self.at)
        self.machine.run()  # the partners as they were laid go live
        for kind, text in ground.csv_files(self.scenario):
            with tempfile.NamedTemporaryFile("w", suffix=f"-{kind}.csv", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                code, said = self.machine.call(["import", kind, file.name], "lead")
            if code:
                raise ScenarioInvalid(file=self.scenario.title, problem=f"import {kind}: {said}")
        for waiting in self.ours.rows("import", "pending"):
            self.machine.call(["import", "approve", str(waiting["import_id"])], "second")
        for agreement in ground.agreements(self.machine.home, self.scenario):
            profile = agreement.profile
            habits = self._habits(profile.key)
            plays = Warehouse if profile.document("940", "out") is not None else Buyer
            self.sides[profile.key] = plays(agreement, habits.acknowledges == "at once")
        if self.scenario.random is not None:
            assert self.seed is not None  # whoever plays says one
            wanted = self.scenario.random
            customer = self.sides[wanted.partner].agreement.profile.customer or ""
            habits = self._habits(wanted.partner)
            made = ordering.by_chance(wanted, self.seed, habits, self.catalogue, customer, self.at.date())
            self.orders |= made

    def _habits(self, partner: str) -> Habits:
        return self.scenario.habits.get(partner, Habits())

    # --- the buyer

    def _order(self, step: Step) -> None:
        assert step.order is not None
        names = [step.order, *step.together_with]
        if step.order == _ALL:
            names = [name for name in self.orders if name not in self.scenario.orders]
        buyer = self._buyer(self._table(names[0])["partner"])
        if step.same_file:
            content = self.files[step.order]
            for group in buyer.wire.groups(content):
                buyer.expect([group])
        else:
            composed = [self._composed(name, step) for name in names]
            content = buyer.place(composed, self.at, test=step.test, rejected=len(step.broken))
        for change in step.changes:
            content = _changed(content, change.was, change.becomes)
        self.files[step.order] = content
        self._tell(f"{buyer.key} orders {', '.join(names)}")
        self._drop(buyer, content)

    def _table(self, name: str) -> dict[str, Any]:
        if name not in self.orders:
            raise ScenarioInvalid(file=self.scenario.title, problem=f"there is no [orders.{name}]")
        said = dict(self.orders[name])
        if "like" in said:
            said = {**self._table(said["like"]), "po_number": said["like"], **said}
        return said

    def _composed(self, name: str, step: Step) -> PurchaseOrder:
        said = self._table(name)
        partner = said["partner"]
        customer = self.sides[partner].agreement.profile.customer or ""
        today = self.scenario.begins.date()
        order = ordering.compose(name, said, self._habits(partner), self.catalogue, customer, today)
        return order.model_copy(update={"purpose": step.purpose}) if step.purpose else order

    def _acknowledge(self, step: Step) -> None:
        for side in self._sides(step):
            content = side.acknowledge(self.at, step.acknowledge or "accept", step.of)
            if content is not None:
                self._tell(f"{side.key} answers by 997: {step.acknowledge}")
                self._drop(side, content)

    def _advise(self, step: Step) -> None:
        for buyer in self._buyers(step):
            rejects = step.advise == "reject"
            content = buyer.advise(self.at, step.of or "856", reject=rejects, error=step.error)
            if content is not None:
                self._tell(f"{buyer.key} says by 824: {step.advise} the {step.of or '856'}")
                self._drop(buyer, content)

    def _pay(self, step: Step) -> None:
        assert step.pay is not None
        for buyer in self._buyers(step):
            content = buyer.pay(
                self.at, step.pay, amount=step.amount, reason=step.reason, reference=step.reference
            )
            if content is not None:
                self.files["820"] = content
                self._tell(f"{buyer.key} pays {step.pay}")
                self._drop(buyer, content)

    def _grant(self, step: Step) -> None:
        assert step.grant is not None
        said = self._table(step.grant)
        book = self._buyer(said["partner"]).judge.book
        deal = book.deal(self._po(step.grant), said.get("release_number"))
        if deal is None or step.last_day is None:
            raise ScenarioInvalid(
                file=self.scenario.title, problem=f"{step.grant} was not placed, or no last_day"
            )
        deal.last_day = self.scenario.begins.date() + timedelta(days=int(step.last_day))

    # --- the warehouse

    def _ship(self, step: Step) -> None:
        assert step.ship is not None
        po = None if step.of is None else self._po(step.of)
        shipping = Shipping(
            step.ship,
            step.lines,
            step.status,
            step.reporting,
            step.cartons,
            step.again,
            step.days_ago,
            step.shipment,
            po,
            step.one_bill,
        )
        shipped = False
        for side in self.sides.values():
            if isinstance(side, Warehouse):
                content = side.ship(self.at, shipping)
                if content is not None:
                    shipped = True
                    self._tell(f"{side.key} ships: {step.ship}")
                    self._drop(side, content)
        if not shipped:
            self.problems.append(
                f"{self._when()}: a warehouse was to ship ({step.ship}), and was asked for nothing"
            )

    def _count(self, step: Step) -> None:
        assert step.count is not None
        for side in self._sides(step):
            if isinstance(side, Warehouse):
                self._tell(f"{side.key} counts {len(step.count)} items")
                self._drop(side, side.stock(self.at, step.count, step.kind, step.site))

    def _goods_arrive(self) -> None:
        """What a warehouse has sent off comes to whoever ordered it, on its day."""
        for house in self.sides.values():
            for carton in house.sent_off if isinstance(house, Warehouse) else ():
                for side in self.sides.values():
                    book = side.judge.book
                    mine = any(po == carton.po_number for po, _ in book.deals)
                    if mine and carton.number is None:
                        book.unnumbered = True
                    elif mine and carton.number is not None and carton.arrives <= side.today(self.at):
                        book.arrived[carton.number] = carton.pieces

    # --- the line and the clock

    def _run(self, step: Step) -> None:
        self._turn()

    def _wait(self, step: Step) -> None:
        assert step.wait is not None
        self.at += span(step.wait)
        self.machine.set_clock(self.at)

    def _restart(self, step: Step) -> None:
        self._tell("the gateway stops, and starts again")
        self.machine.restart()

    def _lose(self, step: Step) -> None:
        assert step.lose is not None
        self.lost.append(step.lose)

    def _spoil(self, step: Step) -> None:
        self.spoiled.append(step)

    def _turn(self) -> None:
        """The gateway runs; both sides read what came and acknowledge it; and so on until nobody has more to say."""
        for _ in range(_MOST_TURNS):
            before = self._dropped
            self._once()
            if self._dropped == before:
                return

    def _once(self) -> None:
        self.machine.run()
        for side in self.sides.values():
            folder = self.machine.home / "exchange" / side.key / "out"
            for file in sorted(folder.iterdir()) if folder.exists() else ():
                if file in self._read or not file.is_file():
                    continue
                self._read.add(file)
                content = self._carried(file.read_bytes())
                if content is None:
                    self._tell(f"{file.name} to {side.key} is lost")
                    continue
                self._tell(f"{side.key} gets {file.name}")
                self.judged += side.read(content, file.name, self.at)
            if side.acknowledges:
                answer = side.acknowledge(self.at)
                if answer is not None:
                    self._drop(side, answer)

    def _carried(self, content: bytes) -> bytes | None:
        """What arrives of a file; None: nothing does."""
        text = content.decode("latin-1")
        sets = re.findall(rf"(?:^|[{re.escape(text[105])}\s])ST{re.escape(text[3])}(\d{{3}})", text)
        for code in self.lost:
            if code in sets:
                self.lost.remove(code)
                return None
        for step in [step for step in self.spoiled if step.spoil in sets]:
            self.spoiled.remove(step)
            for change in step.changes:
                content = _changed(content, change.was, change.becomes)
        return content

    def _drop(self, side: Side, content: bytes) -> None:
        """A file lies in the folder that the gateway looks into for this partner."""
        self._dropped += 1
        inbox = self._inbox(side)
        inbox.mkdir(parents=True, exist_ok=True)
        (inbox / f"{self._dropped:05d}.edi").write_bytes(content)

    def _inbox(self, side: Side) -> Path:
        return self.machine.home / "exchange" / side.key / "in"

    # --- our side

    def _command(self, step: Step) -> None:
        typed, code, said = self.ours.types(step.command or (), step.by)
        words = " ".join(typed)
        self._tell(f"{step.by} types {words}")
        if bool(code) != step.fails:
            ended = f"ended with {code}" if code else "went well"
            self.problems.append(f"{self._when()}: `{words}` {ended}: {said.strip()[-300:]}")

    def _po(self, name: str) -> str:
        return str(self._table(name).get("po_number", name))

    # --- what came of it

    def _expect(self, step: Step) -> None:
        assert step.expect is not None
        self._compare(step.expect, self._when(), final=False)

    def _compare(self, expected: Expected, when: str, *, final: bool) -> None:
        if final:
            self.problems += compare.judged(expected, self.judged, when)
        self.problems += compare.counted(
            expected, {what: self.ours.rows(what, "list") for what in ("cases", "holds")}, when
        )
        for name, state in expected.orders.items():
            self.problems += compare.order(name, state, self.ours.order(name), when)
        for set_code, count in expected.sent.items():
            got = sum(side.count(set_code) for side in self.sides.values())
            if got != count:
                self.problems.append(f"{when}: {got} x {set_code} came, expected were {count}")

    # --- words

    def _sides(self, step: Step) -> Iterator[Side]:
        for side in self.sides.values():
            if step.partner in (None, side.key):
                yield side

    def _buyers(self, step: Step) -> Iterator[Buyer]:
        for side in self._sides(step):
            if isinstance(side, Buyer) and side.judge.book.deals:
                yield side

    def _buyer(self, key: str) -> Buyer:
        side = self.sides.get(key)
        if not isinstance(side, Buyer):
            raise ScenarioInvalid(file=self.scenario.title, problem=f"{key} is no buyer of this folder")
        return side

    def _when(self) -> str:
        return f"{self.at:%d %b %H:%M}"

    def _tell(self, what: str) -> None:
        self.story.append(f"{self._when()}  {what}")


def _changed(content: bytes, was: str, becomes: str) -> bytes:
    if was.encode("latin-1") not in content:
        raise ScenarioInvalid(file=was, problem="this text does not stand in the file that was to be changed")
    return content.replace(was.encode("latin-1"), becomes.encode("latin-1"))
