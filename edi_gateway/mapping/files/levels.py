"""Which record each level of a [tree] is: the union of the field that holds them, and what they must have.

Takes a Tree and the document's model, gives the record by level. Called by schema.py.
"""

from __future__ import annotations

from edi_gateway.mapping.files.fields import literals, members
from edi_gateway.mapping.files.problems import Problems
from edi_gateway.mapping.files.tree import LEVEL, Tree
from edi_gateway.model.documents.record import Record


def records_of(tree: Tree, model: type[Record], problems: Problems) -> dict[str, type[Record]]:
    """The record of each level, the document's for the top; those that cannot be are left out, and told."""
    known = members(model, tree.children)
    if not known:
        problems.add(tree.at, f"{model.__name__}.{tree.children} is not a list of the records of levels")
        return {}
    found: dict[str, type[Record]] = {}
    for code, level in tree.levels.items():
        record = model if not level.record else known.get(level.record)
        if record is None:
            problems.add(
                level.at, f"level {code}: there is no record {level.record}; known are {', '.join(known)}"
            )
        elif level.record and code not in (codes := literals(record, LEVEL)):
            problems.add(
                level.at, f"level {code}: a {level.record} is of level {' or '.join(codes) or 'none'}"
            )
        elif tree.children not in record.model_fields:
            problems.add(level.at, f"level {code}: {record.__name__} has no {tree.children}")
        else:
            found[code] = record
    return found
