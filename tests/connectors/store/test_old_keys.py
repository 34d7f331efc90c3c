"""What was stored before keys were folded goes on being found: by the row delivered again, and by lists of keys."""

import hashlib
from datetime import UTC, datetime
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from connectors.catalogue.load import get_dataset
from connectors.conversion.keys import Keys
from connectors.decoding.decode import Table
from connectors.model.folding import heading_key
from connectors.personal.erasure import close_parties
from connectors.personal.sealing import SubjectKeys, is_under
from connectors.records.acts import find_key
from gateway.runtime.database import raw
from signing.merkle import leaf_hash
from tests.enterprises import uscc
from tests.submissions import take_table

HEADER = [
    "行政相对人名称",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "处罚类别",
    "处罚内容",
    "处罚决定日期",
    "处罚机关",
]
SET_BACK = """
    UPDATE record SET business_key = :key, key_id = :key_id, canonical = :canonical, digest = :digest
    WHERE record_id = :record
"""

KNOWN_BEFORE = """
    INSERT INTO layout (layout_id, agency, dataset, header_key, mapping, first_seen)
    VALUES ('old', :agency, :dataset, :keys, 'standard/1', now())
"""


@pytest.fixture
def deliver(gateway):
    async def send(*rows):
        table = Table("utf-8", HEADER, iter(enumerate(rows, start=2)))
        batch, _ = await take_table(
            gateway, get_dataset("penalty_general"), str(uuid4()), uuid4().bytes * 2, lambda: table
        )
        return batch.accepted + batch.unresolved, batch.corrections, batch.duplicates

    return send


def penalty(number, name="甲公司", code=None, content="罚款"):
    return [name, uscc(1) if code is None else code, number, "罚款", content, "2024-03-01", "某局"]


async def stored_before(gateway, key, spelled):
    """Store a record again as it was stored before keys were folded: under its key as it was spelled."""
    async with gateway.database.begin("test.set_back", role="owner") as session:
        found = text("SELECT record_id, dataset, agency, canonical FROM record WHERE business_key = :key")
        row = (await session.execute(found, {"key": key})).one()
        canonical = orjson.dumps(orjson.loads(bytes(row.canonical)) | {"key": spelled}, option=orjson.OPT_SORT_KEYS)
        key_id = hashlib.sha256(f"{row.dataset}|{row.agency}|{spelled}".encode()).digest()[:16]
        values = {"key": spelled, "key_id": key_id, "canonical": canonical, "digest": leaf_hash(canonical)}
        await session.execute(text(SET_BACK), {**values, "record": row.record_id})


async def versions(gateway, like):
    async with gateway.database.begin("test.versions") as session:
        query = "SELECT business_key, version FROM record WHERE business_key LIKE :like ORDER BY 1, 2"
        return [tuple(row) for row in await session.execute(text(query), {"like": like})]


async def test_seven_spellings_of_one_document_are_one_record(gateway, deliver):
    spelled = [
        "测〔2023〕1号",
        "测[2023]1号",
        "测【2023】1号",
        "测（2023）1号",
        "测﹝2023﹞1号",
        "测〔2023〕 1 号",
        "测〔２０２３〕１号\u200b",
    ]
    assert await deliver(*map(penalty, spelled)) == (1, 6, 0)
    assert {key for key, _ in await versions(gateway, "测%")} == {f"测〔2023〕1号|{uscc(1)}"}


async def test_a_document_stored_before_is_a_duplicate_in_its_old_spelling_and_corrected_under_its_old_key(
    gateway, deliver
):
    old, rows = f"旧[2024] 7 号|{uscc(1)}", [penalty("旧[2024] 7 号"), penalty("旧[2024]8号")]
    assert await deliver(rows[0]) == (1, 0, 0)
    await stored_before(gateway, f"旧〔2024〕7号|{uscc(1)}", old)
    assert await deliver(*rows) == (1, 0, 1)
    assert await deliver(penalty("旧[2024] 7 号", content="更正"), rows[1]) == (0, 1, 1)
    assert await versions(gateway, "旧%7%") == [(old, 1), (old, 2)]
    assert [key for key, _ in await versions(gateway, "旧%8%")] == [f"旧〔2024〕8号|{uscc(1)}"]


async def test_the_official_spelling_finds_what_was_stored_before_without_being_told(gateway, deliver):
    assert await deliver(penalty("官〔2024〕1号")) == (1, 0, 0)
    assert await deliver(penalty("官（２０２４） 1号")) == (0, 1, 0)


@pytest.mark.parametrize("name", ["甲【北京】有限公司", "王大【北京】鞋店"])  # an enterprise's, and one that is sealed
async def test_a_party_known_by_a_name_keeps_its_record_too(gateway, deliver, name):
    number = f"名{len(name)}号"
    assert await deliver(penalty(number, name, "")) == (1, 0, 0)
    hashed = gateway.protector.name_hash if name.endswith("店") else str
    folded, former = (
        f"{number}|{hashed(name.replace('【', left).replace('】', right))}" for left, right in ("()", "[]")
    )
    await stored_before(gateway, folded, former)
    assert await deliver(penalty(number, name, "")) == (0, 0, 1)
    assert await versions(gateway, f"{number}%") == [(former, 1)]


async def test_a_list_of_keys_finds_the_old_key_and_the_folded_one(gateway, deliver):
    await deliver(penalty("单[2024]1号"), penalty("单[2024]2号"))
    old = f"单[2024]1号|{uscc(1)}"
    await stored_before(gateway, f"单〔2024〕1号|{uscc(1)}", old)
    async with gateway.database.begin("test.find") as session:
        for number, expected in ((1, old), (2, f"单〔2024〕2号|{uscc(1)}")):
            keys = Keys(f"单〔2024〕{number}号|{uscc(1)}", f"单[2024]{number}号|{uscc(1)}")
            assert (await find_key(session, get_dataset("penalty_general"), keys)).key == expected


async def test_who_was_erased_under_the_old_spelling_of_a_name_stays_erased(gateway, deliver):
    name, hashed = "赵钱【城】鞋店", gateway.protector.name_hash("赵钱[城]鞋店")
    ref = gateway.protector.ref_of("name", hashed)
    async with gateway.database.begin("test.erase") as session:
        await close_parties(session, [ref], datetime.now(UTC))
    assert await deliver(penalty("删1号", name, "")) == (1, 0, 0)
    async with gateway.database.begin("test.sealed") as session:
        query = "SELECT canonical, identifier_value FROM record WHERE business_key LIKE '删1号%'"
        row = (await session.execute(text(query))).one()
    record = orjson.loads(bytes(row.canonical))
    assert row.identifier_value == hashed
    assert is_under(ref, record["name"])
    keys = SubjectKeys(gateway.protector)
    async with gateway.database.begin("test.open") as session:
        await keys.load(await raw(session), [ref])
    assert keys.open_many("name", [record["name"]]) == [None]


async def test_columns_that_were_compared_otherwise_are_the_same_columns(gateway):
    dataset, header = (
        get_dataset("abnormal_operation"),
        ["企业名称", "统一社会信用代码", "列入原因", "列入日期", "备注【一】"],
    )

    async def send(number):
        table = Table("utf-8", header, iter([(2, ["某公司", uscc(number), "未年报", "2020-01-01", ""])]))
        return (await take_table(gateway, dataset, str(uuid4()), uuid4().bytes * 2, lambda: table))[0].accepted

    keys = [*(heading_key(name) for name in header[:-1]), "备注【一】"]
    async with gateway.database.begin("test.layout", role="owner") as session:
        await session.execute(text(KNOWN_BEFORE), {"agency": dataset.agency, "dataset": dataset.dataset, "keys": keys})
    assert await send(72) == 1
