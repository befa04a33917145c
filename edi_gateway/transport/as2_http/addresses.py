"""Where a host name leads, and whether that is inside of our own network (no request forgery, DESIGN section 13).

Takes a host, gives the addresses to connect to; whoever connects uses exactly these, so that a name that changes
its mind in between leads nowhere else. Called by http_wire.py.
"""

from __future__ import annotations

import ipaddress
import socket

from edi_gateway.transport.as2_http.errors import InsideAddress
from edi_gateway.transport.errors import Unreachable


def resolve(where: str, host: str, port: int, *, inside: bool) -> list[str]:
    """Addresses of the host, in the system's order. InsideAddress when any of them is one of ours and `inside` is
    not allowed; Unreachable when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as problem:
        said = getattr(problem, "strerror", None) or "it is no host name"
        raise Unreachable(where=where, problem=said) from None
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        if not inside and is_inside(address):
            raise InsideAddress(where=where, address=address)
    return addresses


def is_inside(address: str) -> bool:
    """Whether the address is not one of the public internet: loopback, private, link-local (cloud metadata) ..."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        embedded = number.ipv4_mapped or number.sixtofour
        if embedded is not None:
            return is_inside(str(embedded))
        if number in _NAT64:
            return is_inside(str(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)))
    return not number.is_global or number.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
