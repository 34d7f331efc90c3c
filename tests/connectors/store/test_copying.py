"""Texts and digests spelled as arrays are read by PostgreSQL as they were given."""

import random

import pytest

from connectors.store.arrays import bytes_array, text_array
from gateway.runtime.database import raw

ALPHABET = "ab,{}\"\\' \t\n中（ＮULnul"


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["91330302MA2850N8XB", "330203000030639"],
        ["NULL", "null", "nulls"],
        ["abcde", "NULL"],
        ["abcde", ""],
        ["abcde", 'a"b\\c', "{a,b}", " a ", "温州"],
    ],
)
async def test_texts_come_back(session, texts):
    async with (await raw(session)).cursor() as cursor:
        await cursor.execute("SELECT %s::text[]", [text_array(texts)])
        assert await cursor.fetchone() == (texts,)


async def test_any_texts_and_digests_come_back(session):
    chance = random.Random(7)
    async with (await raw(session)).cursor() as cursor:
        for _ in range(200):
            texts = ["".join(chance.choices(ALPHABET, k=chance.randrange(7))) for _ in range(chance.randrange(4))]
            digests = [chance.randbytes(16) for _ in range(chance.randrange(4))]
            await cursor.execute("SELECT %s::text[], %s::bytea[]", [text_array(texts), bytes_array(digests)])
            assert await cursor.fetchone() == (texts, digests)
