"""A packed body is unpacked with pauses: others are served between its pieces and its members."""

import asyncio
import gzip

import pytest

from gateway.web.body import MOST_MEMBERS, receive
from tests.house.limits import request

EMPTY = gzip.compress(b"", mtime=0)


@pytest.mark.parametrize("more", [0, 50_000], ids=["as many as there may be", "many more"])
async def test_others_are_served_between_the_members_of_a_packed_body(tmp_path, more):
    turns = 0

    async def other():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    serving = asyncio.create_task(other())
    taken = receive(request(EMPTY * (MOST_MEMBERS + more), content_encoding="gzip"), tmp_path / "file", 10**9)
    await asyncio.gather(taken, return_exceptions=True)
    serving.cancel()
    assert MOST_MEMBERS <= turns < MOST_MEMBERS + 100


async def test_what_is_packed_in_many_blocks_is_one_file(tmp_path):
    blocks = [bytes([number % 251]) * number for number in range(500)]
    packed = b"".join(gzip.compress(block) for block in blocks)
    taken = await receive(request(packed, content_encoding="gzip"), tmp_path / "file", 10**9)
    assert (tmp_path / "file").read_bytes() == b"".join(blocks)
    assert taken.size == sum(range(500))
