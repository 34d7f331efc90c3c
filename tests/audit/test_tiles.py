"""Tiles agree with RFC 6962 computed the plain way, at every size and for every proof."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import tiles
from audit.errors import ProofError
from signing import merkle

AWKWARD = (0, 1, 2, 3, 255, 256, 257, 511, 512, 513, 1299, 65_535, 65_536, 65_537)


def leaves(count):
    return [hashlib.sha256(i.to_bytes(4, "big")).digest() for i in range(count)]


def edge_of(size, stored):
    return {place: stored[place] for place in tiles.edge_places(size)}


@pytest.mark.parametrize("size", AWKWARD)
def test_the_root_from_the_edge_is_the_root_over_all_leaves(size):
    hashes = leaves(size)
    grown, stored = tiles.grow(0, {}, hashes)
    assert grown == size
    assert tiles.edge_root(size, edge_of(size, stored)) == merkle.root_of(hashes)


@given(st.lists(st.integers(0, 400), max_size=5))
@settings(deadline=None, max_examples=60)
def test_growing_in_steps_gives_the_same_tree_as_growing_at_once(steps):
    hashes, size, stored = leaves(sum(steps)), 0, {}
    for step in steps:
        size, changed = tiles.grow(size, edge_of(size, stored), hashes[size : size + step])
        stored |= changed
    assert stored == tiles.grow(0, {}, hashes)[1]
    assert tiles.edge_root(size, edge_of(size, stored)) == merkle.root_of(hashes)


@given(st.data())
@settings(deadline=None, max_examples=60)
async def test_proofs_from_tiles_verify_and_equal_the_plain_ones(data):
    size = data.draw(st.integers(1, 1300))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    hashes = leaves(1400)  # the tiles hold more than the tree that is proved, as a growing log's do
    _, stored = tiles.grow(0, {}, hashes)

    async def read(level, n):
        return stored[level, n]

    path = await tiles.inclusion(read, index, size)
    assert path == merkle.inclusion_path(hashes[:size], index)
    merkle.verify_inclusion(hashes[index], index, size, path, merkle.root_of(hashes[:size]))
    proof = await tiles.consistency(read, old, size)
    assert proof == merkle.consistency_path(hashes[:size], old)


@pytest.mark.parametrize(("size", "levels"), [(0, 1), (1, 1), (255, 1), (256, 2), (65_535, 2), (65_536, 3)])
def test_a_log_has_a_level_for_every_256_times(size, levels):
    assert tiles.levels(size) == levels


async def test_a_proof_of_what_is_not_there_is_refused():
    async def read(level, n):
        return b""

    for index, size in ((-1, 5), (5, 5), (0, 0)):
        with pytest.raises(ProofError):
            await tiles.inclusion(read, index, size)
    with pytest.raises(ProofError, match="lacks hashes"):
        await tiles.inclusion(read, 0, 5)
    for old, size in ((0, 5), (6, 5)):
        with pytest.raises(ProofError, match="no earlier size"):
            await tiles.consistency(read, old, size)
