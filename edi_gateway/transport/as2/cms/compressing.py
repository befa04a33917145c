"""CompressedData (RFC 3274, for EDI by RFC 5402): zlib, streamed both ways, with a cap on what comes out."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from edi_gateway.transport.as2.cms.algorithms import COMPRESSED_DATA, DATA, ZLIB, oid
from edi_gateway.transport.as2.cms.ber import (
    INTEGER,
    OBJECT_IDENTIFIER,
    OCTET_STRING,
    SEQUENCE,
    children,
    der,
    header,
    tagged,
)
from edi_gateway.transport.as2.cms.identifying import Opening, asn1_read, dotted
from edi_gateway.transport.as2.extents import CHUNK, Extent, Scratch, joined
from edi_gateway.transport.as2.faults import Fault, malformed
from edi_gateway.transport.as2.terms import DECOMPRESSION_FAILED, Compressed, Limits


def compress(content: Extent, scratch: Scratch) -> Extent:
    """The content compressed, as a whole CMS structure."""
    packed = scratch.keep(_deflated(content.chunks()))
    octets = header(OCTET_STRING, packed.size)
    explicit = header(tagged(0), len(octets) + packed.size) + octets
    described = oid(DATA) + explicit
    inner = (
        der(INTEGER, b"\0")
        + der(SEQUENCE, oid(ZLIB))
        + header(SEQUENCE, len(described) + packed.size)
        + described
    )
    compressed = header(SEQUENCE, len(inner) + packed.size) + inner
    outer = header(tagged(0), len(compressed) + packed.size) + compressed
    kind = oid(COMPRESSED_DATA)
    return joined(header(SEQUENCE, len(kind) + len(outer) + packed.size) + kind + outer, packed)


def unpack(structure: Extent, limits: Limits, scratch: Scratch) -> tuple[Compressed, Extent]:
    """What was compressed. Raises Fault when it is damaged, or more than `limits.unpacked` bytes."""
    shell = Opening(structure, COMPRESSED_DATA, limits)
    reader = shell.reader
    with asn1_read():
        name, *_ = children(reader.element(SEQUENCE))
    if dotted(name) != ZLIB:
        raise Fault(DECOMPRESSION_FAILED, "It is compressed by something else than zlib.")
    frame = reader.enter(SEQUENCE)
    if dotted(reader.element(OBJECT_IDENTIFIER)) != DATA:
        raise malformed("what is compressed is no data", DECOMPRESSION_FAILED)
    inner = reader.enter(tagged(0))
    content = scratch.keep(_inflated(reader.octets(), limits.unpacked))
    reader.leave(inner)
    reader.leave(frame)
    shell.close()
    return Compressed(content.size), content


def _deflated(chunks: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj()
    for chunk in chunks:
        yield packer.compress(chunk)
    yield packer.flush()


def _inflated(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    size = 0
    try:
        for chunk in chunks:
            while chunk:
                if unpacker.eof:
                    raise malformed("something follows what is compressed", DECOMPRESSION_FAILED)
                piece = unpacker.decompress(chunk, CHUNK)
                size += len(piece)
                if size > most:
                    raise Fault(DECOMPRESSION_FAILED, f"It unpacks to more than {most} bytes.")
                yield piece
                chunk = unpacker.unconsumed_tail or unpacker.unused_data
        rest = unpacker.flush()
    except zlib.error:
        raise malformed("what is compressed is damaged", DECOMPRESSION_FAILED) from None
    if size + len(rest) > most:
        raise Fault(DECOMPRESSION_FAILED, f"It unpacks to more than {most} bytes.")
    yield rest
    if not unpacker.eof:
        raise malformed("what is compressed is cut off", DECOMPRESSION_FAILED)
