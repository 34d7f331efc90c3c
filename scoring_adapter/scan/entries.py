"""One subject's parts in a few bytes: only those that differ from what a subject without rows has. Pure.

An entry is a place and a value: two bytes that hold the place and how wide the value is, then the value in 1, 2, 4 or 8
bytes, all little-endian, places rising.
"""

from collections.abc import Mapping

SHIFT = 14
MOST_PLACES = 1 << SHIFT


def pack_one(values: Mapping[int, int]) -> bytes:
    """Return one row's bytes, given its entries by place."""
    parts = []
    for place in sorted(values):
        value = values[place]
        kind = sum(not -(1 << bits) <= value < 1 << bits for bits in (7, 15, 31))
        parts.append((place | kind << SHIFT).to_bytes(2, "little"))
        parts.append(value.to_bytes(1 << kind, "little", signed=True))
    return b"".join(parts)


def unpack(packed: bytes) -> dict[int, int]:
    """Return a row's entries by place."""
    entries: dict[int, int] = {}
    at = 0
    while at < len(packed):
        head = packed[at] | packed[at + 1] << 8
        end = at + 2 + (1 << (head >> SHIFT))
        entries[head & (MOST_PLACES - 1)] = int.from_bytes(packed[at + 2 : end], "little", signed=True)
        at = end
    return entries
