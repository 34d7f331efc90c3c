"""RFC 6962 trees: published heads, an implementation straight from the RFC's text, and what must be refused."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing.errors import MerkleError
from signing.merkle import (
    EMPTY_ROOT,
    GrowingTree,
    consistency_path,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The eight leaves and the tree heads used by Certificate Transparency's reference implementations.
LEAVES = [
    bytes.fromhex(h)
    for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
HEADS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def rfc_head(data: list[bytes]) -> bytes:
    """MTH(D[n]) word for word (RFC 6962 2.1)."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    split = 1
    while split * 2 < len(data):
        split *= 2
    return hashlib.sha256(b"\x01" + rfc_head(data[:split]) + rfc_head(data[split:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_published_tree_heads_come_out(size: int) -> None:
    hashes = [leaf_hash(leaf) for leaf in LEAVES[:size]]
    assert root_of(hashes).hex() == HEADS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert root_of([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_any_tree_equals_the_rfc_text(data: list[bytes]) -> None:
    assert root_of([leaf_hash(leaf) for leaf in data]) == rfc_head(data)


@given(st.integers(1, 140), st.data())
def test_every_leaf_is_proved_and_no_other(size: int, data: st.DataObject) -> None:
    hashes = [leaf_hash(bytes([i])) for i in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path, root = inclusion_path(hashes, index), root_of(hashes)
    verify_inclusion(hashes[index], index, size, path, root)
    other = (index + 1) % size
    if size > 1:
        with pytest.raises(MerkleError):
            verify_inclusion(hashes[other], index, size, path, root)
        with pytest.raises(MerkleError):
            verify_inclusion(hashes[index], index, size, path[:-1], root)
    with pytest.raises(MerkleError):
        verify_inclusion(hashes[index], index, size, [*path, root], root)


@given(st.integers(1, 140), st.data())
def test_growth_is_proved_and_rewriting_is_not(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new))
    hashes = [leaf_hash(bytes([i])) for i in range(new)]
    path = consistency_path(hashes, old)
    verify_consistency(old, new, root_of(hashes[:old]), root_of(hashes), path)
    rewritten = [leaf_hash(b"rewritten"), *hashes[1:]]
    with pytest.raises(MerkleError):
        verify_consistency(old, new, root_of(hashes[:old]), root_of(rewritten), consistency_path(rewritten, old))


@pytest.mark.parametrize(("index", "size"), [(0, 3), (0, 4), (1, 4), (2, 5)])
def test_a_path_that_ends_below_the_root_proves_nothing(index: int, size: int) -> None:
    """An inner node passed off as the root of a larger tree: the hashes fit, the size does not."""
    hashes = [leaf_hash(bytes([i])) for i in range(size)]
    below = hashes[index & ~1 : (index | 1) + 1]
    with pytest.raises(MerkleError):
        verify_inclusion(hashes[index], index, size, inclusion_path(below, index % 2), root_of(below))


def test_a_path_that_goes_on_above_the_root_proves_nothing() -> None:
    """A leaf of a larger tree passed off as the only one of a smaller: the hashes fit, the size does not."""
    left, leaf = leaf_hash(b"a"), leaf_hash(b"b")
    verify_inclusion(leaf, 1, 2, [left], root_of([left, leaf]))
    with pytest.raises(MerkleError, match="too long"):
        verify_inclusion(leaf, 0, 1, [left], root_of([left, leaf]))


@pytest.mark.parametrize(("old", "new"), [(1, 2), (2, 3), (3, 7), (4, 7), (6, 8), (5, 13), (8, 13)])
def test_a_consistency_proof_that_ends_below_the_root_proves_nothing(old: int, new: int) -> None:
    """The head of a tree passed off as that of one twice or four times its size: the hashes fit, the size does not."""
    hashes = [leaf_hash(bytes([i])) for i in range(new)]
    heads, path = (root_of(hashes[:old]), root_of(hashes)), consistency_path(hashes, old)
    verify_consistency(old, new, *heads, path)
    for larger in (2 * new, 4 * new):
        with pytest.raises(MerkleError):
            verify_consistency(old, larger, *heads, path)


def test_a_consistency_proof_that_goes_on_above_the_root_proves_nothing() -> None:
    """Two trees of four leaves passed off as trees of one and two: the hashes fit, the sizes do not."""
    first, second, third = (leaf_hash(bytes([i])) for i in range(3))
    old, new = node_hash(third, first), node_hash(third, node_hash(first, second))
    with pytest.raises(MerkleError, match="too long"):
        verify_consistency(1, 2, old, new, [second, third])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_outside_the_tree_is_refused(index: int, size: int) -> None:
    with pytest.raises(MerkleError):
        verify_inclusion(EMPTY_ROOT, index, size, [], EMPTY_ROOT)


@pytest.mark.parametrize("index", [-1, 3, 4])
def test_no_path_leads_to_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(MerkleError, match="is not in a tree of 3"):
        inclusion_path([EMPTY_ROOT] * 3, index)


@pytest.mark.parametrize("old", [-1, 0, 4])
def test_no_proof_starts_at_a_size_that_never_was(old: int) -> None:
    with pytest.raises(MerkleError, match="no earlier size"):
        consistency_path([EMPTY_ROOT] * 3, old)


@pytest.mark.parametrize("size", range(1, 40))
def test_a_leaf_just_outside_the_tree_is_refused_by_name(size: int) -> None:
    with pytest.raises(MerkleError, match="cannot be in a tree"):
        verify_inclusion(EMPTY_ROOT, size, size, [], EMPTY_ROOT)


def test_an_empty_tree_grows_into_any_and_has_one_head() -> None:
    root = leaf_hash(b"a")
    verify_consistency(0, 1, EMPTY_ROOT, root, [])
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    verify_consistency(1, 1, root, root, [])
    for old, new, old_root, new_root, path in (
        (0, 1, root, root, []),
        (0, 1, EMPTY_ROOT, root, [root]),
        (1, 1, root, EMPTY_ROOT, []),
        (1, 1, root, root, [root]),
        (-1, 1, EMPTY_ROOT, root, [root]),
    ):
        with pytest.raises(MerkleError):
            verify_consistency(old, new, old_root, new_root, path)


def test_growth_from_an_odd_size_needs_a_proof() -> None:
    with pytest.raises(MerkleError, match="empty"):
        verify_consistency(3, 5, EMPTY_ROOT, EMPTY_ROOT, [])


@given(st.lists(st.lists(st.binary(min_size=32, max_size=32), max_size=9), max_size=9))
def test_a_tree_that_grows_has_the_head_of_one_built_at_once(steps: list[list[bytes]]) -> None:
    tree, all_of_them = GrowingTree(), []
    for step in steps:
        tree.add(step)
        all_of_them += step
        assert (tree.size, tree.root()) == (len(all_of_them), root_of(all_of_them))


def test_every_growth_up_to_forty_leaves_is_proved() -> None:
    hashes = [leaf_hash(bytes([i])) for i in range(40)]
    for new in range(1, 41):
        for old in range(1, new + 1):
            heads = root_of(hashes[:old]), root_of(hashes[:new])
            verify_consistency(old, new, *heads, consistency_path(hashes[:new], old))


def test_a_shrunken_tree_is_refused() -> None:
    with pytest.raises(MerkleError):
        verify_consistency(3, 2, EMPTY_ROOT, EMPTY_ROOT, [])
    with pytest.raises(MerkleError, match="does not extend"):
        verify_consistency(5, 4, EMPTY_ROOT, EMPTY_ROOT, [EMPTY_ROOT])


def test_leaves_and_nodes_cannot_be_confused() -> None:
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(b"\x01" + left + right) != node_hash(left, right)
