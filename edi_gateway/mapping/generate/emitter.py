"""Lines of Python in the making, and the objects that they refer to by name. Base of the generators of this room."""

from __future__ import annotations

from typing import Any

from edi_gateway.mapping.plan import Plan


class Emitter:
    """`depth` counts blanks of indentation: one a level, so that deep nesting stays within Python's limits."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lines: list[str] = []
        self.constants: dict[str, Any] = {}

    def emit(self, depth: int, line: str) -> None:
        self.lines.append(" " * depth + line)

    def constant(self, prefix: str, value: Any) -> str:
        """A name under which the generated code finds a value."""
        name = f"{prefix}{len(self.constants)}"
        self.constants[name] = value
        return name
