"""Spoiled deliveries taken in by a real instance: a batch whose counts add up, or nothing of it in the database."""

import hashlib
import io
from functools import partial
from uuid import uuid4

from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlalchemy import text

from connectors.catalogue.load import datasets, get_dataset
from connectors.decoding.decode import Table, decode
from gateway.intake.quarantine import write_rejected
from gateway.intake.submission import digest_of
from gateway.runtime.denial import DeniedError
from tests.enterprises import uscc
from tests.fuzz.bytes_of_deliveries import NAMES, TEXTS, spoiled
from tests.submissions import take_table

COUNTS = text("""
    SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM record), (SELECT count(*) FROM rejected_row),
           (SELECT count(*) FROM subject)
""")
OF_BATCH = text("""
    SELECT (SELECT count(*) FROM record WHERE batch_id = :batch),
           (SELECT count(*) FROM rejected_row WHERE batch_id = :batch)
""")
SHARED = how(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
UGLY = st.one_of(
    st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40),
    st.sampled_from([
        "x" * 5000, "甲" * 3000, "9" * 400, "1e400", "-0", "Infinity", "NaN", "9999-12-31", "0001-01-01", "10000-01-01",
        "2024-02-30", "99999999", "1" * 18, uscc(1), "９１３３", "=1+1", "\u202e", "\ufeff", "\U0010ffff",
        "'; DROP TABLE record",
        "999999999999999999999999999亿", "0.000000000000000000000000000000001", "\r\n", "\x1f", "、" * 3000,
    ]),
)  # fmt: skip


async def counted(gateway):
    async with gateway.database.begin("test.counts") as session:
        return tuple((await session.execute(COUNTS)).one())


async def check(gateway, dataset, digest, read):
    before = await counted(gateway)
    try:
        batch, new = await take_table(gateway, dataset, str(uuid4()), digest, read)
    except DeniedError as refusal:
        str(refusal).encode()
        assert await counted(gateway) == before
        return
    async with gateway.database.begin("test.batch") as session:
        records, rejected = (await session.execute(OF_BATCH, {"batch": batch.batch_id})).one()
        await write_rejected(session, batch.batch_id, target := io.BytesIO(), "xlsx", gateway.protector)
    assert target.getvalue()
    assert new
    assert (records, rejected) == (batch.accepted + batch.unresolved + batch.corrections, batch.rejected)


@SHARED
@given(spoiled(TEXTS))
async def test_spoiled_bytes_are_a_batch_or_nothing(gateway, tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "fuzzed"
    path.write_bytes(content)
    await check(gateway, get_dataset("tax_arrears"), digest_of(path), partial(decode, path))


@SHARED
@given(st.sampled_from(sorted(datasets())), st.data())
async def test_ugly_cells_in_any_dataset_are_a_batch_or_nothing(gateway, name, data):
    dataset = get_dataset(name)
    columns = [
        *dict.fromkeys([*dataset.party.name[:1], *dataset.party.codes[:1], *(f.zh for f in dataset.fields.values())])
    ]
    rows = data.draw(st.lists(st.lists(UGLY, min_size=len(columns), max_size=len(columns)), min_size=1, max_size=4))

    def read():
        return Table("utf-8", columns, iter(enumerate([list(row) for row in rows], start=2)))

    await check(gateway, dataset, hashlib.sha256(repr((name, rows)).encode()).digest(), read)


async def test_a_key_longer_than_an_index_holds_does_not_stop_the_service(gateway, tmp_path):
    """A text of a kilobyte and more as part of a key is a record or a refused row."""
    path = tmp_path / "long"
    text_of_tax = "".join(chr(0x4E00 + (n * 7919) % 20000) for n in range(20_000))
    path.write_text(f"{','.join(NAMES)}\n甲公司,{uscc(1)},,1,{text_of_tax}\n")
    await check(gateway, get_dataset("tax_arrears"), digest_of(path), partial(decode, path))
    path.write_text(f"{','.join(NAMES)}\n{text_of_tax},,,1,增值税\n")
    await check(gateway, get_dataset("tax_arrears"), digest_of(path), partial(decode, path))
