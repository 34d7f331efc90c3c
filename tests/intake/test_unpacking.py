"""The province's returned flow: rows that each hold a record of another dataset become batches of those datasets."""

import csv
import io
import json
from uuid import UUID

import pytest
from sqlalchemy import text

from connectors.decoding import unpacking
from gateway.intake.documents import OUTCOMES
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.enterprises import citizen, uscc
from tests.persons import signed_in
from tests.submissions import accept_held, take_file
from tests.visits import client_of

HEADER = ["记录编号", "主体名称", "统一社会信用代码", "来源目录编码", "数据类别", "数据内容", "接收时间"]
FEED = "prov_public_credit_feed"
AGENCY = "prov_credit_platform"
CLERK = Actor(AGENCY, "agency", person="person:prov-clerk-1")
BATCHES = text("SELECT * FROM batch WHERE sender_batch = :sender ORDER BY dataset")
RECORDS = text("SELECT dataset, agency, producer, canonical, row_number FROM record WHERE batch_id = :batch")
REFUSED = text("SELECT row_number, reasons FROM rejected_row WHERE batch_id = :batch ORDER BY row_number")


def penalty(number, **changes):
    said = {
        "处罚决定书文号": f"浙环罚〔2025〕{number}号", "处罚类别": ["警告", "罚款"], "罚款金额（万元）": 1.5,
        "处罚日期": "2025-03-01",
        "处罚机关": "某省生态环境厅", "处罚内容": f"联系人身份证{citizen(number)}",
    }  # fmt: skip
    return json.dumps(said | changes, ensure_ascii=False)


def row(number, kind, payload, name="", code="", catalog="ZJ01"):
    name = name or f"瓯海第{number}鞋业有限公司"
    return [f"R{number}", name, code or uscc(7000 + number), catalog, kind, payload, "2025-04-01"]


ROWS = [
    row(1, "行政处罚", penalty(1)),
    row(2, "行政许可", "许可文书号=浙许〔2025〕2号;许可决定日期=2025/2/1;许可机关=某省厅;许可内容=甲；乙"),
    row(3, "红名单", '{"名单名称": "纳税信用A级", "列入日期": "2025-01-01", "认定机关": "某省税务局"}'),
    row(4, "黑名单", '{"名单名称": "拖欠工资", "列入日期": "2025-01-01", "移出日期": "2035-01-01"}'),
    row(5, "天气预报", penalty(5)),
    row(6, "行政处罚", '{"处罚决定书文号": {"a": 1}}'),
    row(7, "", penalty(7), catalog="XZCF-2025"),
    row(8, "行政处罚", penalty(8, 处罚日期="")),
    row(9, "行政处罚", penalty(9, 行政相对人类别="自然人")),
    ["R10", "张三", "", "ZJ01", "行政处罚", penalty(10), "2025-04-01"],
    row(11, "行政处罚", "乱码"),
]  # fmt: skip


@pytest.fixture
def take(gateway, tmp_path):
    async def run(rows, batch):
        (tmp_path / "feed.csv").write_text(table_of([HEADER, *rows]), "utf-8", newline="")
        return await take_file(gateway, tmp_path / "feed.csv", FEED, batch)

    return run


@pytest.fixture
def read(gateway):
    async def run(query, **values):
        async with gateway.database.begin("test.read") as session:
            return [row._asdict() for row in await session.execute(query, values)]

    return run


def table_of(lines):
    target = io.StringIO()
    csv.writer(target).writerows(lines)
    return target.getvalue()


def counts(batch):
    names = ("row_count", "accepted", "unresolved", "natural_persons", "rejected")
    return tuple(batch[name] if isinstance(batch, dict) else getattr(batch, name) for name in names)


async def test_every_row_of_the_feed_is_counted_and_every_record_within_becomes_one_of_its_kind(take, read, get):
    batch, _ = await take(ROWS, "feed-1")
    assert counts(batch) == (11, 7, 0, 1, 3)
    refused = {
        row["row_number"]: [one["code"] for one in row["reasons"]] for row in await read(REFUSED, batch=batch.batch_id)
    }
    assert refused == {6: ["code_unknown"], 7: ["payload_unreadable"], 12: ["payload_unreadable"]}
    parts = await read(BATCHES, sender=f"unpacked:{batch.batch_id}")
    assert [(part["dataset"], part["row_count"]) for part in parts] == [
        ("prov_black_list", 1), ("prov_license", 1), ("prov_penalty", 4), ("prov_red_list", 1),
    ]  # fmt: skip
    assert sum(part["row_count"] for part in parts) == batch.row_count - batch.rejected - batch.natural_persons
    assert {part["digest"] for part in parts} == {batch.digest}
    told = (await get(f"/v1/batches/{batch.batch_id}", AGENCY)).json()
    assert [(one["dataset"], one["rows"]) for one in told["unpacked"]] == [
        (part["dataset"], part["row_count"]) for part in parts
    ]  # fmt: skip
    for one in told["unpacked"]:
        assert one["rows"] == sum(one[name] for name in OUTCOMES)
    assert (await get(f"/v1/batches/{told['unpacked'][0]['batch']}", AGENCY)).json()["unpacked"] == []
    of = {part["dataset"]: part for part in parts}
    assert (of["prov_penalty"]["natural_persons"], of["prov_penalty"]["rejected"]) == (1, 1)
    [missing] = await read(REFUSED, batch=of["prov_penalty"]["batch_id"])
    assert (missing["row_number"], [one["code"] for one in missing["reasons"]]) == (9, ["required"])


async def test_the_issuing_bureau_is_the_producer_and_what_is_personal_is_gone(take, read):
    batch, _ = await take([row(20, "行政处罚", penalty(20))], "feed-2")
    [part] = await read(BATCHES, sender=f"unpacked:{batch.batch_id}")
    [record] = await read(RECORDS, batch=part["batch_id"])
    assert (record["agency"], record["producer"], record["row_number"]) == ("prov_credit_platform", "某省生态环境厅", 2)
    fields = json.loads(record["canonical"])["fields"]
    assert (fields["cf_wsh"], fields["cf_jdrq"], fields["cf_nr_fk"]) == ("浙环罚〔2025〕20号", "2025-03-01", "1.5")
    assert (fields["cf_cflb"], fields["record_id"], fields["source_catalog"]) == (["警告", "罚款"], "R20", "ZJ01")
    [whole] = await read(RECORDS, batch=batch.batch_id)
    assert citizen(20) not in str((record, whole))
    assert "浙环罚" not in str(whole)  # what came is kept sealed


async def test_sent_again_nothing_is_new(take, read):
    rows = [row(30, "行政处罚", penalty(30)), row(31, "行政处罚", penalty(31))]
    first, new = await take(rows, "feed-3")
    again, known = await take(rows, "feed-3")
    assert (again.batch_id, new, known) == (first.batch_id, True, False)
    later, _ = await take([*rows, row(32, "行政处罚", penalty(32))], "feed-4")
    [part] = await read(BATCHES, sender=f"unpacked:{later.batch_id}")
    assert (part["row_count"], part["duplicates"]) == (3, 2)


async def test_a_refused_row_is_unpacked_when_it_comes_back_corrected(push, get, rows):
    who = "prov_credit_platform"
    sent = table_of([HEADER, row(40, "行政处罚", "乱码"), row(41, "行政处罚", penalty(41))])
    first = (await push(sent, agency=who, dataset=FEED)).json()
    assert (first["rejected"], first["open"]) == (1, 1)
    file = await get(f"/v1/batches/{first['batch']}/rejected-rows", who, params={"format": "csv"})
    refused = [
        [cell.replace("乱码", penalty(40)) for cell in line]
        for line in csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    ]
    second = (await push(table_of(refused), agency=who, dataset=FEED, Corrects=first["batch"])).json()
    assert (second["rows"], second["rejected"]) == (1, 0), second
    [part] = await rows(str(BATCHES), sender=f"unpacked:{second['batch']}")
    assert (part.dataset, part.row_count, part.rejected) == ("prov_penalty", 1, 0)


async def test_too_many_rows_at_once_are_refused_as_a_whole(take, monkeypatch):
    monkeypatch.setattr(unpacking, "MOST_UNPACKED", 2)
    assert (await take([row(n, "行政处罚", penalty(n)) for n in (50, 51)], "feed-5"))[1]
    with pytest.raises(DeniedError, match="请分批"):
        await take([row(n, "行政处罚", penalty(n)) for n in (52, 53, 54)], "feed-6")


async def test_the_page_of_a_batch_leads_to_what_was_unpacked_and_back(gateway, take, read):
    batch, _ = await take([row(60, "行政处罚", penalty(60)), row(61, "天气预报", "{}")], "feed-7")
    [part] = await read(BATCHES, sender=f"unpacked:{batch.batch_id}")
    async with client_of(gateway) as browser:
        await signed_in(gateway, browser, "prov-clerk", "clerk", agency=AGENCY)
        whole = (await browser.get(f"/console/uploads/{batch.batch_id}")).text
        assert f'href="/console/uploads/{part["batch_id"]}"' in whole
        assert "本批 2 行：1 行为问题数据，0 行属自然人，其余 1 行全部拆出" in whole
        back = (await browser.get(f"/console/uploads/{part['batch_id']}")).text
        assert f'href="/console/uploads/{batch.batch_id}"' in back


def fines(first, many, fine):
    return [row(n, "行政处罚", penalty(n, **{"罚款金额（万元）": fine})) for n in range(first, first + many)]


async def test_what_is_unpacked_and_drifts_is_held_once_and_never_within_corrections(gateway, push, rows, get):
    """Fines in 元 where they were in 万元: accepted once, the next ones come in."""

    async def send(lines, batch, **headers):
        return await push(table_of(lines), batch, agency=AGENCY, dataset=FEED, **headers)

    sound, refused = fines(100, 150, 1.5), [row(n, "行政处罚", "乱码") for n in range(250, 300)]
    first = await send([HEADER, *sound, *refused], "drift-1")
    assert first.status_code == 201
    file = await get(f"/v1/batches/{first.json()['batch']}/rejected-rows", AGENCY, params={"format": "csv"})
    lines = csv.reader(io.StringIO(file.content.decode("utf-8-sig")))
    fixed = [
        [penalty(250, **{"罚款金额（万元）": 15000}) if "乱码" in cell else cell for cell in line] for line in lines
    ]
    corrected = await send(fixed, "drift-2", Corrects=first.json()["batch"])
    assert (corrected.status_code, corrected.json()["unpacked"][0]["rows"]) == (201, 50), corrected.text
    held = await send([HEADER, *fines(500, 250, 15000)], "drift-3")
    assert held.status_code == 202, held.text
    [finding] = held.json()["findings"]
    assert (finding["kind"], finding["zh"].startswith("拆出的“省回流行政处罚信息”：")) == ("unit", True)
    batch = await accept_held(gateway, UUID(held.json()["held"]), CLERK)
    [part] = await rows(str(BATCHES), sender=f"unpacked:{batch.batch_id}")
    assert part.row_count == 250
    assert (await send([HEADER, *fines(800, 50, 15000)], "drift-4")).status_code == 201
