"""The published layout of a log (C2SP tlog-tiles): paths of tiles, and what a bundle of entries looks like. Pure."""

import struct
from collections.abc import Iterator, Sequence

from audit.errors import ProofError
from audit.tiles import WIDTH


def number_path(n: int) -> str:
    """Write a tile number as path segments of three digits: 1234067 is x001/x234/067."""
    parts = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        parts.insert(0, f"x{n % 1000:03d}")
    return "/".join(parts)


def tile_path(level: int | str, n: int, width: int) -> str:
    """Return the path of a tile; `level` is "entries" for a bundle, and a partial one names its width."""
    partial = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{number_path(n)}{partial}"


def widths(size: int, level: int) -> Iterator[tuple[int, int]]:
    """Yield number and width of every tile of a level in a tree of `size` leaves."""
    hashes = size >> 8 * level
    for n in range(hashes // WIDTH):
        yield n, WIDTH
    if hashes % WIDTH:
        yield hashes // WIDTH, hashes % WIDTH


def write_bundle(leaves: Sequence[bytes]) -> bytes:
    """Join entries, each after its length as a big-endian uint16."""
    return b"".join(struct.pack(">H", len(leaf)) + leaf for leaf in leaves)


def read_bundle(bundle: bytes, width: int) -> list[bytes]:
    """Cut a bundle of `width` entries. Raises ProofError when it holds more, fewer or half ones."""
    leaves, at = [], 0
    while at + 2 <= len(bundle):
        (length,) = struct.unpack_from(">H", bundle, at)
        leaves.append(bundle[at + 2 : at + 2 + length])
        at += 2 + length
    if at != len(bundle) or len(leaves) != width:
        raise ProofError(f"条目包必须恰有 {width} 条完整条目 a bundle must hold exactly {width} whole entries")
    return leaves
