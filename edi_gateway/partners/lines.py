"""Where in a TOML file each key stands. tomllib gives no lines, and a mistake without a line is hard to find.

Takes the text of a file that tomllib has accepted, gives path -> line number; used by whoever reports mistakes.
"""

from __future__ import annotations

import tomllib

Path = tuple[str | int, ...]

_BARE_END = ",]}#\n"
_ESCAPED_QUOTE = "\\"


def lines_of(text: str) -> dict[Path, int]:
    """Line (from 1) of every table, array item and key, by its path, e.g. ("documents", 0, "set").

    The file's own path () is line 1. The text must be valid TOML: read it with tomllib first.
    """
    return _Scan(text).run()


def line_of(places: dict[Path, int], path: Path) -> int:
    """The line of a path; where it is not written itself, that of the nearest table around it."""
    while path not in places and path:
        path = path[:-1]
    return places.get(path, 1)


class _Scan:
    def __init__(self, text: str) -> None:
        self.text = text.replace("\r\n", "\n")
        self.at = 0
        self.places: dict[Path, int] = {(): 1}
        self.counts: dict[Path, int] = {}  # tables in each [[array]] so far

    def run(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank():
            if self.text.startswith("[[", self.at):
                self.at += 2
                table = self._header(repeated=True)
                self.at += 2
            elif self.text[self.at] == "[":
                self.at += 1
                table = self._header(repeated=False)
                self.at += 1
            else:
                self._pair(table)
        return self.places

    def _header(self, *, repeated: bool) -> Path:
        line, keys = self._line(), self._keys()
        path: Path = ()
        for depth, key in enumerate(keys):
            path = (*path, key)
            self.places.setdefault(path, line)
            if repeated and depth == len(keys) - 1:
                self.counts[path] = self.counts.get(path, 0) + 1
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
                self.places.setdefault(path, line)
        self._skip_blank()
        return path

    def _pair(self, table: Path) -> None:
        line, keys = self._line(), self._keys()
        path = table
        for key in keys:
            path = (*path, key)
            self.places.setdefault(path, line)
        self._skip_blank()
        self.at += 1  # the equals sign
        self._skip_blank()
        self._value(path)

    def _keys(self) -> list[str]:
        """A dotted key, each part bare or quoted; stops before `=` or `]`."""
        keys: list[str] = []
        while True:
            self._skip_blank()
            if self.text[self.at] in "\"'":
                start = self.at
                self._string()
                quoted = self.text[start : self.at]
                keys.append(next(iter(tomllib.loads(f"{quoted} = 0"))))
            else:
                start = self.at
                while self.text[self.at].isalnum() or self.text[self.at] in "-_":
                    self.at += 1
                keys.append(self.text[start : self.at])
            self._skip_blank()
            if self.text[self.at] != ".":
                return keys
            self.at += 1

    def _value(self, path: Path) -> None:
        first = self.text[self.at]
        if first in "\"'":
            self._string()
        elif first == "[":
            self._array(path)
        elif first == "{":
            self._inline_table(path)
        else:
            while self.at < len(self.text) and self.text[self.at] not in _BARE_END:
                self.at += 1

    def _array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self._skip_blank() and self.text[self.at] != "]":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self.places.setdefault((*path, index), self._line())
            self._value((*path, index))
            index += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip_blank() and self.text[self.at] != "}":
            if self.text[self.at] == ",":
                self.at += 1
                continue
            self._pair(path)
        self.at += 1

    def _string(self) -> None:
        quote = self.text[self.at]
        fence = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        self.at += len(fence)
        while not self.text.startswith(fence, self.at):
            self.at += 2 if quote == '"' and self.text[self.at] == _ESCAPED_QUOTE else 1
        self.at += len(fence)
        while len(fence) == 3 and self.text.startswith(quote, self.at):  # """a"""" ends in a quote of its own
            self.at += 1

    def _skip_blank(self) -> bool:
        """Past blanks, line ends and comments; False at the end of the file."""
        while self.at < len(self.text):
            if self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.text[self.at].isspace() or self.text[self.at] == "\ufeff":
                self.at += 1
            else:
                return True
        return False

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1
