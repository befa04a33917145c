"""Names of outbound files, from the pattern in a partner's profile (writing.file_name).

Takes the pattern and the facts of one interchange, gives a name. By default names sort in the order of sending:
a partner who reads by name must not see an invoice before its ship notice. Called by flow/outbound.
"""

from __future__ import annotations

import string
from datetime import date, datetime, time

from edi_gateway.transport.errors import BadName, BadNamePattern
from edi_gateway.transport.listing import outbound_name

DEFAULT_PATTERN = "{sequence:012d}_{set}_{control}.edi"

FIELDS = {
    "sequence": "number of the sending, counted up for all partners together",
    "set": "X12 set, 855",
    "control": "interchange control number, ISA13",
    "partner": "key of the partner",
    "date": "day of the sending, 20260115; {date:%d%m%y} writes it otherwise",
    "time": "time of the sending, 101500; {time:%H%M} writes it otherwise",
}

_EXAMPLE = (1, "855", "000000001", "partner", datetime(2026, 1, 15, 10, 15))  # noqa: DTZ001  # only for its looks


class _Written(string.Formatter):
    """str.format without its ways into objects; date and time without separators unless told otherwise."""

    def format_field(self, value: object, format_spec: str) -> str:
        if not format_spec and isinstance(value, date):
            format_spec = "%Y%m%d"
        if not format_spec and isinstance(value, time):
            format_spec = "%H%M%S"
        return str(super().format_field(value, format_spec))


class FileNames:
    """A pattern, checked. BadNamePattern when it names what we do not know or cannot give a file's name."""

    def __init__(self, pattern: str = DEFAULT_PATTERN) -> None:
        self._pattern = pattern
        try:
            parts = list(string.Formatter().parse(pattern))
        except ValueError as problem:
            raise BadNamePattern(pattern=pattern, problem=f"{problem}; write {{{{ for a brace") from None
        self._parts = [(text, field, form or "") for text, field, form, _ in parts]
        fields = [field for _, field, _ in self._parts if field is not None]
        for field in fields:
            if field not in FIELDS:
                known = ", ".join(FIELDS)
                raise BadNamePattern(pattern=pattern, problem=f"unknown field {{{field}}}; known are {known}")
        if any("{" in form for _, _, form in self._parts) or any(part[3] for part in parts):
            raise BadNamePattern(pattern=pattern, problem="no braces or conversions inside a field")
        if not {"sequence", "control"} & set(fields):
            raise BadNamePattern(
                pattern=pattern, problem="without {sequence} or {control} two files would have the same name"
            )
        try:
            self._name(*_EXAMPLE)
        except (ValueError, TypeError) as problem:
            raise BadNamePattern(pattern=pattern, problem=problem) from None
        except BadName as problem:
            raise BadNamePattern(pattern=pattern, problem=str(problem.facts["problem"])) from None

    @property
    def sorted_as_sent(self) -> bool:
        """Whether names of this pattern sort in the order of sending: it begins with the padded sequence."""
        _, field, form = next(part for part in self._parts if part[1] is not None)
        digits = form.removesuffix("d")
        return field == "sequence" and digits[:1] == "0" and digits.isdigit() and int(digits) >= 9

    def name(self, *, sequence: int, set_code: str, control: str, partner: str, at: datetime) -> str:
        """The name of one file. `at` is aware, in the zone whose date the name shall show. BadName when a value
        cannot stand in a name."""
        return self._name(sequence, set_code, control, partner, at)

    def _name(self, sequence: int, set_code: str, control: str, partner: str, at: datetime) -> str:
        values = {
            "sequence": sequence,
            "set": set_code,
            "control": control,
            "partner": partner,
            "date": at.date(),
            "time": at.time(),
        }
        name = _Written().vformat(self._pattern, (), values)
        outbound_name(name)
        return name
