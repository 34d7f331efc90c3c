"""Tiles of height 8 (C2SP tlog-tiles): growing the tree at its right edge, and proofs. Pure but for `read`."""

from collections.abc import Awaitable, Callable, Iterable

from audit.errors import ProofError
from signing.merkle import EMPTY_ROOT, HASH_BYTES, node_hash, root_of

WIDTH = 256
Place = tuple[int, int]  # level, number
Read = Callable[[int, int], Awaitable[bytes]]


def edge_places(size: int) -> list[Place]:
    """Return the partial tiles at the right edge of a tree of `size` leaves, lowest level first."""
    return [(level, size >> 8 * (level + 1)) for level in range(levels(size)) if (size >> 8 * level) % WIDTH]


def levels(size: int) -> int:
    """Return how many levels of tiles a tree of `size` leaves has."""
    return max(1, (size.bit_length() + 7) // 8)


def split(hashes: bytes) -> list[bytes]:
    """Cut a tile into its hashes."""
    return [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]


def grow(size: int, edge: dict[Place, bytes], leaves: Iterable[bytes]) -> tuple[int, dict[Place, bytes]]:
    """Append leaf hashes to a tree given by its edge tiles; return the new size and every tile that changed."""
    changed: dict[Place, bytes] = {}
    for leaf in leaves:
        level, carried, count = 0, leaf, size
        while True:
            place = (level, count // WIDTH)
            tile = changed.get(place, edge.get(place, b"")) + carried
            changed[place] = tile
            if len(tile) < WIDTH * HASH_BYTES:
                break
            level, carried, count = level + 1, root_of(split(tile)), count // WIDTH
        size += 1
    return size, changed


def edge_root(size: int, edge: dict[Place, bytes]) -> bytes:
    """Return the root of a tree from its edge tiles alone: fold its complete subtrees from the right (RFC 6962 2.1)."""
    peaks: list[bytes] = []
    for place in reversed(edge_places(size)):
        hashes = split(edge[place])[: (size >> 8 * place[0]) % WIDTH]
        start = 0
        for bit in range(7, -1, -1):
            if len(hashes) >> bit & 1:
                peaks.append(root_of(hashes[start : start + (1 << bit)]))
                start += 1 << bit
    if not peaks:
        return EMPTY_ROOT
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


async def range_root(read: Read, low: int, high: int) -> bytes:
    """Return the hash over leaves low..high-1, for any range the recursion of RFC 6962 2.1 visits."""
    count = high - low
    if count == 0:
        return EMPTY_ROOT
    if count & (count - 1) == 0 and low % count == 0:
        height = count.bit_length() - 1
        level, span = divmod(height, 8)
        first = low >> 8 * level
        tile = split(await read(level, first // WIDTH))
        chunk = tile[first % WIDTH : first % WIDTH + (1 << span)]
        if len(chunk) != 1 << span:
            raise ProofError(f"哈希块不全 tile {level}/{first // WIDTH} lacks hashes the tree must have")
        return root_of(chunk)
    middle = low + (1 << (count - 1).bit_length() - 1)
    return node_hash(await range_root(read, low, middle), await range_root(read, middle, high))


async def inclusion(read: Read, index: int, size: int) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves, nearest sibling first (RFC 6962 2.1.1)."""
    if not 0 <= index < size:
        raise ProofError(f"{size} 条的日志中没有第 {index} 条 entry {index} is not in a tree of {size}")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if index < middle:
            path.append(await range_root(read, middle, high))
            high = middle
        else:
            path.append(await range_root(read, low, middle))
            low = middle
    return path[::-1]


async def consistency(read: Read, old: int, size: int) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is a prefix of that of `size` (RFC 6962 2.1.2)."""
    if not 0 < old <= size:
        raise ProofError(f"{old} 不是此前的大小 {old} is no earlier size of a tree of {size}")
    low, high, path, whole = 0, size, [], True
    while old != high:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        if old <= middle:
            path.append(await range_root(read, middle, high))
            high = middle
        else:
            path.append(await range_root(read, low, middle))
            low, whole = middle, False
    if not whole:
        path.append(await range_root(read, low, high))
    return path[::-1]
