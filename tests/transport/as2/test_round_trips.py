"""Whatever is packed comes out again, and both sides work out the same MIC."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from edi_gateway.transport.as2.extents import Extent, Scratch
from edi_gateway.transport.as2.mime.head import Head
from edi_gateway.transport.as2.opening import open_message
from edi_gateway.transport.as2.receipts import judge, write_receipt
from edi_gateway.transport.as2.terms import (
    PROCESSED,
    Cipher,
    Compression,
    Digest,
    KeyTransport,
    Opened,
    Packing,
    Payload,
    Receipt,
    ReceiptWish,
    Scheme,
    Verdict,
)
from tests.transport.as2.parties import EVERYTHING, LAX, NOW, Parties, heading, opened, packed

PACKINGS = st.builds(
    Packing,
    digest=st.none() | st.sampled_from(Digest),
    scheme=st.none() | st.sampled_from(Scheme),
    cipher=st.none() | st.sampled_from(Cipher),
    key_transport=st.sampled_from(KeyTransport),
    compression=st.sampled_from(Compression),
    wish=st.builds(
        ReceiptWish,
        signed=st.booleans(),
        digests=st.lists(st.sampled_from(Digest), max_size=3, unique=True).map(tuple),
        url=st.none() | st.just("https://north.example/as2"),
    ),
)
AWKWARD = st.sampled_from(
    [b"", b"\r", b"\n", b"\r\n", b"\r\n--", b"\r\n\r\n", b"--=_x", b"\r\n--=_x--\r\n", b"~\x1a"]
)
CONTENT = st.lists(st.binary(max_size=40) | AWKWARD, max_size=6).map(b"".join)
NAMES = st.none() | st.text(min_size=1, max_size=40).filter(
    lambda name: name.isprintable() and name == name.strip()
)
PAYLOADS = st.builds(
    lambda content, kind, name: Payload(Extent.of(content), kind, name),
    CONTENT,
    st.sampled_from(["application/edi-x12", "application/octet-stream", "text/plain"]),
    NAMES,
)


@given(
    st.lists(PAYLOADS, min_size=1, max_size=3),
    PACKINGS,
    st.sampled_from(["north", "p256", "p384"]),
    st.sampled_from([str.title, str.lower, str.upper]),
)
@settings(max_examples=120, deadline=None)
def test_any_documents_in_any_packing_come_out_as_they_went_in(
    parties: Parties, payloads: list[Payload], packing: Packing, signer: str, http_case: object
) -> None:
    with Scratch() as scratch:
        party = getattr(parties, signer)
        sent = packed(parties, scratch, packing, payloads, by=party)
        assert callable(http_case)
        headers = [(http_case(name), value) for name, value in sent.headers]
        found = opened(parties, scratch, headers, sent.body, theirs=[party.trusted])
        assert isinstance(found, Opened), found
        assert [(each.content.read(), each.content_type, each.filename) for each in found.payloads] == [
            (each.content.read(), each.content_type, each.filename) for each in payloads
        ]
        assert any(found.mic.equals(mic) for mic in sent.awaited.mics)

        theirs = heading(sent.headers)
        answer = write_receipt(
            theirs,
            PROCESSED,
            found.mic,
            identity=parties.south.identity,
            policy=EVERYTHING,
            message_id="<r1@south.example>",
            user_agent="edi-gateway",
            at=NOW,
        )
        receipt = open_message(
            Head.of(answer.headers),
            Extent.of(answer.body),
            None,
            policy=EVERYTHING,
            ours=[party.identity],
            theirs=[parties.south.trusted],
            at=NOW,
            scratch=scratch,
        )
        assert isinstance(receipt, Receipt), receipt
        assert judge(receipt, heading(answer.headers), sent.awaited) == Verdict(True)
        assert packing.wish is not None
        assert (receipt.signer is not None) == packing.wish.signed


def test_a_large_message_goes_through_files_and_leaves_none(parties: Parties, tmp_path: Path) -> None:
    content = bytes(range(256)) * (1 << 13)  # 2 MiB, eight times what a spool holds in memory
    with Scratch(tmp_path) as scratch:
        for compression in Compression:
            sent = packed(parties, scratch, Packing(compression=compression), content)
            found = opened(parties, scratch, sent.headers, sent.body, LAX)
            assert isinstance(found, Opened), found
            assert b"".join(found.payloads[0].content.chunks()) == content
            assert not any(tmp_path.iterdir())  # they have no names


def test_a_large_message_costs_little_memory(parties: Parties, tmp_path: Path) -> None:
    """24 MB through every layer, packed and opened, within four of memory."""
    content = (bytes(range(256)) * 3 + b"ISA*00*~") * 32_000
    tracemalloc.start()
    try:
        with Scratch(tmp_path) as scratch:
            large = scratch.keep([content[at : at + 1000] for at in range(0, len(content), 1000)])
            del content
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            for packing in (
                Packing(cipher=Cipher.AES128_CBC, compression=Compression.BEFORE_SIGNING),
                Packing(cipher=Cipher.AES256_GCM),
            ):
                sent = packed(parties, scratch, packing, [Payload(large)])
                found = opened(parties, scratch, sent.headers, sent.body, LAX)
                assert isinstance(found, Opened), found
                assert found.payloads[0].content.size == large.size
            _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert large.size > 24_000_000
    assert peak - before < 4_000_000
