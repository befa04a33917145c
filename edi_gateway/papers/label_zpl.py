"""Carton labels in ZPL II, the language of label printers: one format (^XA ... ^XZ) a carton.

The elements are those of the PDF. Text travels as UTF-8 (^CI28) with everything outside plain ASCII letters written
in hexadecimal (^FH), so that no text can be a command.
"""

from __future__ import annotations

from typing import Final, Literal

from edi_gateway.papers.drawing.gs1_128 import QUIET
from edi_gateway.papers.drawing.lettering import PrinterLettering
from edi_gateway.papers.drawing.sheet import INCH, LABEL, WIDEST_MODULE, Paper
from edi_gateway.papers.label import require
from edi_gateway.papers.label_layout import Code, Element, Rule, Words, layout
from edi_gateway.papers.records import Shipment

_PLAIN: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .,:;()-/#&'+*=>")


def draw(shipment: Shipment, dots_per_inch: Literal[203, 300, 600] = 203) -> Paper:
    """The labels as bytes to send to the printer. Raises Incomplete, DoesNotFit."""
    require(shipment)
    letters = PrinterLettering()
    scale = dots_per_inch / INCH
    formats = []
    for carton in shipment.cartons:
        fields = "".join(_field(element, scale) for element in layout(shipment, carton, letters))
        width, length = (round(side * scale) for side in LABEL)
        formats.append(f"^XA\n^CI28\n^PW{width}\n^LL{length}\n^LH0,0\n{fields}^XZ\n")
    return Paper("".join(formats).encode("ascii"), "application/zpl", len(formats), letters.notes)


def escaped(text: str) -> str:
    r"""Field data under ^FH\: a backslash and two hexadecimal digits for each byte that is not plain."""
    return "".join(
        char if char in _PLAIN else "".join(f"\\{byte:02X}" for byte in char.encode("utf-8")) for char in text
    )


def _field(element: Element, scale: float) -> str:
    match element:
        case Words(x, top, size, text, _):
            high = max(10, round(size * scale))
            return f"^FO{round(x * scale)},{round(top * scale)}^A0N,{high},{high}^FH\\^FD{escaped(text)}^FS\n"
        case Rule(x1, y1, x2, y2):
            weight = max(1, round(scale))
            wide, high = round((x2 - x1) * scale) or weight, round((y2 - y1) * scale) or weight
            return f"^FO{round(x1 * scale)},{round(y1 * scale)}^GB{wide},{high},{weight}^FS\n"
        case Code(x, top, width, height, symbol):
            # whole dots: the printer cannot draw others
            module = min(int(WIDEST_MODULE * scale), int(width * scale / symbol.modules))
            left = x * scale + (width * scale - symbol.modules * module) / 2 + QUIET * module
            return (
                f"^FO{round(left)},{round(top * scale)}^BY{module}^BCN,{round(height * scale)},N,N,N,N"
                f"^FH\\^FD{escaped(symbol.zpl)}^FS\n"
            )
