"""Merkle trees of RFC 6962 section 2: roots, inclusion and consistency proofs over SHA-256."""

import hashlib
from collections.abc import Sequence

from signing.errors import MerkleError

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_BYTES = 32


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf: SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash an inner node: SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """Return the tree head over leaf hashes; the empty tree has SHA-256 of nothing (2.1)."""
    if not hashes:
        return EMPTY_ROOT
    level = list(hashes)
    while len(level) > 1:
        level = _parents(level)
    return level[0]


def _parents(level: list[bytes]) -> list[bytes]:
    """Pair a level up; a last odd node rises unchanged, which gives the split at the largest power of two."""
    sha256 = hashlib.sha256
    above = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
    if len(level) % 2:
        above.append(level[-1])
    return above


def inclusion_path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the audit path of leaf `index` (0-based), nearest sibling first (2.1.1)."""
    if not 0 <= index < len(hashes):
        raise MerkleError(f"{len(hashes)} 个叶的树中没有第 {index} 个 leaf {index} is not in a tree of {len(hashes)}")
    path: list[bytes] = []
    level = list(hashes)
    while len(level) > 1:
        sibling = index ^ 1
        if sibling < len(level):
            path.append(level[sibling])
        index //= 2
        level = _parents(level)
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Check an audit path (RFC 9162 2.1.3.2). Raises MerkleError."""
    if not 0 <= index < size:
        raise MerkleError(f"{size} 个叶的树中不可能有第 {index} 个 leaf {index} cannot be in a tree of {size}")
    node, last, digest = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise MerkleError("路径过长 the path is too long")
        if node % 2 or node == last:
            digest = node_hash(step, digest)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            digest = node_hash(digest, step)
        node, last = node // 2, last // 2
    if last or digest != root:
        raise MerkleError


def consistency_path(hashes: Sequence[bytes], old: int) -> list[bytes]:
    """Return the proof that the first `old` leaves are a prefix of the tree over `hashes` (2.1.2)."""
    if not 0 < old <= len(hashes):
        raise MerkleError(f"{old} 不是此前的大小 size {old} is no earlier size of a tree of {len(hashes)}")
    return _subproof(hashes, old, whole=True)


def _subproof(hashes: Sequence[bytes], old: int, *, whole: bool) -> list[bytes]:
    size = len(hashes)
    if old == size:
        return [] if whole else [root_of(hashes)]
    split = 1 << (size - 1).bit_length() - 1
    if old <= split:
        return [*_subproof(hashes[:split], old, whole=whole), root_of(hashes[split:])]
    return [*_subproof(hashes[split:], old - split, whole=False), root_of(hashes[:split])]


def verify_consistency(  # noqa: C901 - the steps of RFC 9162 2.1.4.2 in its order
    old: int, new: int, old_root: bytes, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Check that the tree of size `new` extends the tree of size `old` (RFC 9162 2.1.4.2). Raises MerkleError."""
    if old > new or old < 0:
        raise MerkleError(f"{new} 个叶的树不是 {old} 个叶的延伸 a tree of {new} does not extend a tree of {old}")
    if old in {0, new}:
        if path or (old == new and old_root != new_root) or (old == 0 and old_root != EMPTY_ROOT):
            raise MerkleError
        return
    steps = list(path) if old & (old - 1) else [old_root, *path]  # an exact power of two is its own first node
    if not steps:
        raise MerkleError("证明为空 the proof is empty")
    node, last = old - 1, new - 1
    while node % 2:
        node, last = node // 2, last // 2
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise MerkleError("证明过长 the proof is too long")
        if node % 2 or node == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while node % 2 == 0 and node:
                node, last = node // 2, last // 2
        else:
            after = node_hash(after, step)
        node, last = node // 2, last // 2
    if last or before != old_root or after != new_root:
        raise MerkleError


class GrowingTree:
    """The tree head over leaves that come one after the other, in memory of the tree's height."""

    def __init__(self) -> None:
        """Start empty."""
        self.size = 0
        self._peaks: list[bytes] = []  # of the perfect subtrees, the largest first: one per bit of the size

    def add(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes."""
        sha256, peaks, size = hashlib.sha256, self._peaks, self.size
        for leaf in leaves:
            digest, bits = leaf, size
            while bits & 1:
                digest, bits = sha256(b"\x01" + peaks.pop() + digest).digest(), bits >> 1
            peaks.append(digest)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """Return the tree head (RFC 6962 2.1)."""
        if not self._peaks:
            return EMPTY_ROOT
        *others, digest = self._peaks
        for peak in reversed(others):
            digest = node_hash(peak, digest)
        return digest
