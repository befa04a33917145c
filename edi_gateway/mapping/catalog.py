"""The only reader of mappings/ and of the mapping rows in a partner's folder: files in, one checked Mapping out.

`load` takes the folder, the set and, if there is one, the partner's file; it raises MappingInvalid with every mistake
at once. A Mapping is data, hashed, and can be rebuilt from its texts alone. Called by the flow, the CLI and publish.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from pathlib import Path

from edi_gateway.mapping.files.notation import Element, Row, rows_of
from edi_gateway.mapping.files.problems import MappingInvalid, Origin, Problem, Problems
from edi_gateway.mapping.files.schema import Checker, standard
from edi_gateway.mapping.files.sources import Merger, RawRow, Source, lay_over, spread_picks
from edi_gateway.mapping.files.tables import Table, read_table
from edi_gateway.mapping.files.tree import Tree
from edi_gateway.model.documents.acknowledgment import PurchaseOrderAcknowledgment
from edi_gateway.model.documents.application_advice import ApplicationAdvice
from edi_gateway.model.documents.inventory import InventoryReport
from edi_gateway.model.documents.invoice import Invoice
from edi_gateway.model.documents.purchase_order import PurchaseOrder
from edi_gateway.model.documents.record import Record
from edi_gateway.model.documents.remittance import Remittance
from edi_gateway.model.documents.ship_notice import ShipNotice
from edi_gateway.model.documents.shipping_advice import ShippingAdvice
from edi_gateway.model.documents.warehouse_order import WarehouseOrder

__all__ = [
    "Described",
    "Mapping",
    "MappingInvalid",
    "Origin",
    "Problem",
    "describe",
    "load",
    "load_texts",
    "texts_of",
]

#: The document models that a mapping file may name.
MODELS: MappingOf[str, type[Record]] = {
    m.__name__: m
    for m in (
        PurchaseOrder,
        PurchaseOrderAcknowledgment,
        ShipNotice,
        Invoice,
        Remittance,
        ApplicationAdvice,
        WarehouseOrder,
        ShippingAdvice,
        InventoryReport,
    )
}
TABLES = "tables/"
LAYERS = "layers/"
PARTNER = "partner/"


@dataclass(frozen=True, slots=True, eq=False)
class Mapping:
    """The rows of one set as they apply: merged, checked, in order. `texts` are the files they came from, by name.

    `tree` is there for a set of HL levels, and `levels` the record of each of them.
    """

    set_code: str
    model: type[Record]
    rows: tuple[Row, ...]
    tables: MappingOf[str, Table]
    hash: str
    texts: MappingOf[str, str]
    tree: Tree | None
    levels: MappingOf[str, type[Record]]

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(self.texts)


def load(folder: Path, set_code: str, partner_file: Path | None = None) -> Mapping:
    """The mapping of a set, with a partner's rows over it. Raises MappingInvalid, or OSError for an unreadable file."""
    return load_texts(texts_of(folder, partner_file), set_code)


def texts_of(folder: Path, partner_file: Path | None = None) -> dict[str, str]:
    """All mapping files by the names that mistakes call them: 850.toml, tables/units.csv, partner/KEY/850.toml.

    Raises MappingInvalid for a file that is not UTF-8.
    """
    texts = {path.name: _text(path, path.name) for path in sorted(folder.glob("*.toml"))}
    for kind, pattern in ((TABLES, "*.csv"), (LAYERS, "*/*.toml")):
        for path in sorted((folder / kind).glob(pattern)):
            name = path.relative_to(folder).as_posix()
            texts[name] = _text(path, name)
    if partner_file is not None and partner_file.exists():
        name = f"{PARTNER}{partner_file.parent.name}/{partner_file.name}"
        texts[name] = _text(partner_file, name)
    return texts


def load_texts(texts: MappingOf[str, str], set_code: str) -> Mapping:
    """As `load`, from texts: a published snapshot gives the very mapping that its files once gave."""
    problems = Problems()
    merger = Merger(texts, problems)
    base = merger.source(f"{set_code}.toml")
    if base is None:
        raise MappingInvalid(
            set_code, (Problem(Origin(f"{set_code}.toml", 1), "there is no such mapping file"),)
        )
    if "tree" in base.values and base.tree is None:  # every row of a level would be a mistake as well
        raise MappingInvalid(set_code, tuple(problems.found))
    known, model = standard(set_code), _model(base, set_code, problems)
    raw: dict[str, RawRow] = {}
    used = [base.name]
    for source in _stack(merger, texts, base, set_code, problems):
        if base.tree and base.tree.top in source.removals:
            at = source.removals[base.tree.top]
            problems.add(at, f"level {base.tree.top} is the document itself; take its rows away one by one")
        lay_over(raw, source, merger.layer(source), problems)
        used.append(source.name)
    for source in merger.parsed.values():
        if source is not base and "tree" in source.values:
            problems.add(source.values["tree"][1], f"[tree] stands in {base.name} only, and holds for all")
    rows = rows_of(spread_picks(raw, problems), base.tree, problems)
    tables = _tables(texts, rows, problems)
    if known is None:
        problems.add(Origin(base.name, 1), f"the dictionary has no set {set_code}")
    if model is None or known is None:
        raise MappingInvalid(set_code, tuple(problems.found))
    checker = Checker(rows, model, known, tables, base.tree, problems)
    checker.run()
    problems.raise_if_any(set_code)
    kept = {
        name: text for name, text in texts.items() if name in merger.parsed or _table_name(name) in tables
    }
    hashed = _hash(set_code, model, checker.kept, tables, checker.levels)
    return Mapping(set_code, model, checker.kept, tables, hashed, kept, base.tree, checker.levels)


def _stack(
    merger: Merger, texts: MappingOf[str, str], base: Source, set_code: str, problems: Problems
) -> Iterator[Source]:
    """The set's own file, then the layers that the partner's file extends, then the partner's file."""
    yield base
    own = next(
        (name for name in texts if name.startswith(PARTNER) and name.endswith(f"/{set_code}.toml")), None
    )
    source = merger.source(own) if own else None
    chain: list[Source] = []
    while source is not None:
        if source in chain:
            problems.add(chain[-1].values["extends"][1], f"extends leads back to {source.name}")
            break
        chain.append(source)
        extends, at = source.values.get("extends", (None, Origin(source.name, 1)))
        source = merger.source(f"{LAYERS}{extends}/{set_code}.toml") if extends else None
        if extends and source is None:
            problems.add(at, f"extends = {extends!r}: there is no {LAYERS}{extends}/{set_code}.toml")
    yield from reversed(chain)


def _model(base: Source, set_code: str, problems: Problems) -> type[Record] | None:
    at = Origin(base.name, 1)
    code, code_at = base.values.get("set", (None, at))
    if code != set_code:
        problems.add(code_at, f'set = {code!r}; this file is read as "{set_code}"')
    name, name_at = base.values.get("model", (None, at))
    if name not in MODELS:
        problems.add(name_at, f"model = {name!r}; known are {', '.join(MODELS)}")
        return None
    return MODELS[name]


def _tables(texts: MappingOf[str, str], rows: tuple[Row, ...], problems: Problems) -> dict[str, Table]:
    wanted = {element.table for row in rows for element in row.elements if element.table}
    return {
        name: read_table(name, file, text, problems)
        for file, text in texts.items()
        if file.startswith(TABLES) and (name := _table_name(file)) in wanted
    }


def _table_name(file: str) -> str:
    return file.removeprefix(TABLES).removesuffix(".csv") if file.startswith(TABLES) else ""


def _hash(
    set_code: str,
    model: type[Record],
    rows: tuple[Row, ...],
    tables: MappingOf[str, Table],
    levels: MappingOf[str, type[Record]],
) -> str:
    """What a document is read by, without comments, blanks and line numbers."""
    said = [set_code, model.__name__, *(_meaning(row) for row in rows)]
    said += [f"{code} {record.__name__}" for code, record in levels.items()]
    for name, table in sorted(tables.items()):
        said += [name, *(f"{r.theirs} {r.ours} {r.direction}" for r in table.rows)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _meaning(row: Row) -> str:
    told: list[object] = [
        row.selector,
        row.each,
        row.one,
        row.only,
        row.write,
        row.number,
        row.picked,
        *row.conditions,
        *([] if row.level is None else [row.level]),
    ]
    told += [(e.name, e.field, e.table, e.convert, e.pairs, e.compute) for e in row.elements]
    return repr(told)


@dataclass(frozen=True, slots=True)
class Described:
    """A line of `mapping show`: an element (or a whole segment) and the field it goes to, with file and line."""

    selector: str
    element: str
    field: str
    notes: str
    file: str
    line: int


def describe(mapping: Mapping) -> tuple[Described, ...]:
    """The merged mapping, one entry a segment that makes a record and one an element, in the order of the rows."""
    return tuple(entry for row in mapping.rows for entry in _described(row))


def _described(row: Row) -> Iterator[Described]:
    notes = [str(c) for c in row.conditions]
    notes += [f"only {row.only}"] if row.only else []
    notes += [] if row.write else ["read only"]
    notes += [f"numbered in {row.number}"] if row.number else []
    if row.level is not None:
        notes += ["the document itself" if row.opens is None else f"of level {row.level}"]
    if row.opens is not None:
        field = f"{row.opens}[]" if row.each else str(row.opens)
        yield Described(row.selector, "", field, ", ".join(notes), row.file, row.line)
        notes = []
    elif row.level is not None:
        yield Described(row.selector, "", "", ", ".join(notes), row.file, row.line)
    for element in row.elements:
        field, more = _target(element)
        yield Described(
            row.selector, element.name, field, ", ".join([*notes, *more]), element.at.file, element.at.line
        )


def _target(element: Element) -> tuple[str, list[str]]:
    notes = [f"table {element.table}"] if element.table else []
    notes += [f"as {element.convert}"] if element.convert else []
    if element.pairs:
        notes += [f"with {name} from {position:02d}" for position, name in element.pairs.with_]
        return f"{element.pairs.each}[].{', '.join(element.pairs.of)}", notes
    if element.compute:
        what = f"{element.compute.what} {element.compute.counted}"
        what += f"-{element.compute.element:02d}" if element.compute.element else ""
        return str(element.compute.stated or ""), [*notes, f"written as {what}"]
    return str(element.field), notes


def _text(path: Path, name: str) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        at = Origin(name, content[: error.start].count(b"\n") + 1)
        raise MappingInvalid(path.stem, (Problem(at, "the file is not UTF-8; save it as UTF-8"),)) from None
