"""Pushing batches over HTTP: what an agency sees, and what is in the store afterwards."""

import hashlib
import io
from uuid import uuid4

import fastexcel
import pytest
import xlsxwriter
from sqlalchemy import text

from connectors.model.statements import SIGNATURE_TYPE
from signing.jws import sign_jws, verify_jws
from signing.merkle import leaf_hash, verify_inclusion
from tests.enterprises import citizen, tax_number, uscc
from tests.identities import login, register

ARREARS = "企业或单位名称,纳税人识别号,经营地点,欠税金额,税种\n"


@pytest.fixture(scope="module")
async def keys(gateway):
    return {name: await register(gateway, name, "agency") for name in ("tax", "market_regulation", "science_tech")}


@pytest.fixture
async def push(gateway, client, keys):
    async def send(agency, dataset, body, batch=None, **headers):
        access = await login(client, keys[agency], agency, gateway.settings.issuer)
        sent = {"Batch-Id": batch or str(uuid4()), **access, **headers}
        content = body.encode() if isinstance(body, str) else body
        return await client.post(f"/v1/datasets/{dataset}/batches", content=content, headers=sent)

    return send


async def count(gateway, query, **values):
    async with gateway.database.begin("test.count") as session:
        return (await session.execute(text(query), values)).scalar_one()


async def test_a_batch_is_stored_sealed_and_each_record_proved(gateway, client, push, keys):
    answer = await push(
        "tax", "tax_arrears", f"{ARREARS}甲公司,{uscc(11)},某路1号,100.50,增值税\n乙店,{uscc(12)},,7,增值税\n"
    )
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert (batch["rows"], batch["accepted"]) == (2, 2)
    statement = verify_jws(batch["statement"], [gateway.keys.public("batch")], "xinqiao-batch+jws")
    record = await count(gateway, "SELECT record_id FROM record WHERE business_key = :k", k=f"{uscc(12)}|增值税")
    access = await login(client, keys["tax"], "tax", gateway.settings.issuer)
    proof = (await client.get(f"/v1/records/{record}/proof", headers=access)).json()
    path = [bytes.fromhex(step) for step in proof["path"]]
    leaf = leaf_hash(proof["canonical"].encode())
    verify_inclusion(leaf, proof["leaf_index"], 2, path, bytes.fromhex(str(statement["root"])))
    other = await login(client, keys["science_tech"], "science_tech", gateway.settings.issuer)
    assert (await client.get(f"/v1/records/{record}/proof", headers=other)).status_code == 404


async def test_the_same_delivery_is_the_same_batch_and_other_bytes_under_its_id_are_refused(push):
    body = f"{ARREARS}丙公司,{uscc(13)},,5,增值税\n"
    first = await push("tax", "tax_arrears", body, "arrears-1")
    again = await push("tax", "tax_arrears", body, "arrears-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await push("tax", "tax_arrears", body.replace("5", "6"), "arrears-1")
    assert (other.status_code, other.json()["type"].rpartition("/")[2]) == (409, "batch-conflict")


async def test_a_corrected_upload_counts_nothing_twice(gateway, push):
    body = f"{ARREARS}丁公司,{uscc(14)},,5,增值税\n戊公司,{uscc(15)},,9,增值税\n"
    await push("tax", "tax_arrears", body)
    corrected = (await push("tax", "tax_arrears", body.replace(",9,", ",8,"))).json()
    assert (corrected["duplicates"], corrected["corrections"], corrected["accepted"]) == (1, 1, 0)
    current = "SELECT count(*) FROM record WHERE business_key = :k AND superseded_at IS NULL"
    versions = "SELECT count(*) FROM record WHERE business_key = :k"
    assert await count(gateway, current, k=f"{uscc(15)}|增值税") == 1
    assert await count(gateway, versions, k=f"{uscc(15)}|增值税") == 2


async def test_a_record_known_by_name_finds_its_subject_when_the_registration_arrives(gateway, push):
    listed = (await push("market_regulation", "abnormal_operation", "企业名称\n己（温州）鞋业有限公司\n")).json()
    assert (listed["accepted"], listed["unresolved"]) == (0, 1)
    owed = (await push("tax", "tax_arrears", f"{ARREARS}己鞋业,{tax_number(16)},,5,营业税\n")).json()
    assert owed["unresolved"] == 1
    await push("market_regulation", "ent_registration", f"企业名称,统一社会信用代码\n己(温州)鞋业有限公司,{uscc(16)}\n")
    query = "SELECT count(*) FROM record JOIN subject USING (subject_id) WHERE uscc = :u AND status = 'resolved'"
    assert await count(gateway, query, u=uscc(16)) == 3


async def test_two_enterprises_of_one_name_resolve_nothing(gateway, push):
    registrations = f"企业名称,统一社会信用代码\n同名商行,{uscc(17)}\n同名商行,{uscc(18)}\n"
    await push("market_regulation", "ent_registration", registrations)
    listed = (await push("market_regulation", "abnormal_operation", "企业名称\n同名商行\n")).json()
    assert listed["unresolved"] == 1


async def test_refused_rows_open_in_a_spreadsheet_with_chinese_reasons(gateway, client, push, keys):
    bad = f"{ARREARS}庚公司,9.1E+17,,若干,增值税\n=cmd(),{uscc(19)},,-3,增值税\n辛店,x{citizen(3)},,1,增值税\n"
    batch = (await push("tax", "tax_arrears", bad)).json()
    assert (batch["rejected"], batch["reasons"]["money_unreadable"], batch["reasons"]["money_negative"]) == (3, 1, 1)
    access = await login(client, keys["tax"], "tax", gateway.settings.issuer)
    sheet = await client.get(f"/v1/batches/{batch['batch']}/rejected-rows", headers=access)
    rows = fastexcel.read_excel(sheet.content).load_sheet(0, dtypes="string").to_polars().rows()
    assert [row[0] for row in rows] == ["2", "3", "4"]
    assert "Excel" in rows[0][3]
    assert "不是有效的企业代码" in rows[2][3]
    assert rows[1][5] == "=cmd()"
    other = await login(client, keys["science_tech"], "science_tech", gateway.settings.issuer)
    assert (await client.get(f"/v1/batches/{batch['batch']}/rejected-rows", headers=other)).status_code == 404


async def test_persons_are_dropped_and_leave_their_row_numbers_alone(gateway, push):
    header = "机构名称,统一社会信用代码,信用等级,评定机构,认定时间\n"
    body = f"{header}欧阳某,{citizen(4)},A,局,2024-01-01\n某所,{citizen(5)},A,局,2024-01-01\n"
    batch = (await push("science_tech", "research_credit_grade", body)).json()
    assert batch["counting"]["natural_persons"] == {"count": 2, "rows": ["2-3"]}  # their numbers alone
    for table, column in (("record", "canonical"), ("rejected_row", "cells::text::bytea")):
        found = f"SELECT count(*) FROM {table} WHERE position(CAST(:n AS bytea) IN {column}) > 0"
        assert await count(gateway, found, n=citizen(5).encode()) == 0


def workbook(rows):
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


def forms(number):
    names, row = ARREARS.strip().split(","), ["壬公司", uscc(number), "某路", "5.5", "增值税"]
    pairs = "".join(f'"{n}":"{v}",' for n, v in zip(names, row, strict=True)).rstrip(",")
    tags = "".join(f"<{n}>{v}</{n}>" for n, v in zip(names, row, strict=True))
    return {
        "gb18030": f"{ARREARS}{','.join(row)}\n".encode("gb18030"),
        "utf-8 with a mark": f"{ARREARS}{','.join(row)}\n".encode("utf-8-sig"),
        "a spreadsheet": workbook([names, row]),
        "json": f"[{{{pairs}}}]",
        "ndjson": f"{{{pairs}}}\n",
        "xml": f"<rows><row>{tags}</row></rows>",
    }


async def test_every_form_of_a_delivery_is_told_by_its_content_and_gives_the_same_record(push):
    answers = {form: (await push("tax", "tax_arrears", body)).json() for form, body in forms(20).items()}
    assert [answer.get("accepted") for answer in answers.values()] == [1, 0, 0, 0, 0, 0], answers
    assert [answer["duplicates"] for answer in answers.values()] == [0, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        ("", 422, "malformed-delivery"),
        ("a,b\n1,2\n", 422, "malformed-delivery"),
        (",".join(f"c{i}" for i in range(500)) + "\n", 422, "malformed-delivery"),
        (b"\x00\x01", 422, "malformed-delivery"),
        ("[1]", 422, "malformed-delivery"),
        ("[" * 100_000, 422, "malformed-delivery"),
        ('[{"a": {}}]', 422, "malformed-delivery"),
        ("<a><b>", 422, "malformed-delivery"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b><c>&x;</c></b></a>', 422, "malformed-delivery"),
    ],
)
async def test_a_delivery_that_is_not_as_agreed_is_refused_whole_and_recorded(gateway, push, body, status, slug):
    refusals = "SELECT count(*) FROM audit_event WHERE type = 'batch.refused'"
    before = await count(gateway, refusals)
    answer = await push("tax", "tax_arrears", body)
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (status, slug)
    assert (
        await count(
            gateway,
            "SELECT count(*) FROM batch WHERE digest = :d",
            d=hashlib.sha256(body if isinstance(body, bytes) else body.encode()).digest(),
        )
        == 0
    )
    assert await count(gateway, refusals) == before + 1


async def test_a_file_that_breaks_in_its_middle_stores_nothing(gateway, push):
    body = ARREARS + "".join(f"癸公司,{uscc(30 + n)},,5,增值税\n" for n in range(50)) + '"' + "x" * (1 << 21)
    assert (await push("tax", "tax_arrears", body)).status_code == 422
    assert await count(gateway, "SELECT count(*) FROM record WHERE business_key LIKE :k", k=f"{uscc(30)}%") == 0


async def test_an_unknown_dataset_a_foreign_one_and_a_missing_id_are_refused(gateway, client, push, keys):
    assert (await push("tax", "no_such_dataset", "a\n")).status_code == 404
    assert (await push("tax", "honor_award", "a\n")).status_code == 403
    access = await login(client, keys["tax"], "tax", gateway.settings.issuer)
    assert (await client.post("/v1/datasets/tax_arrears/batches", content=b"a", headers=access)).status_code == 400
    assert (await client.post("/v1/datasets/tax_arrears/batches", content=b"a")).status_code == 401


async def test_a_signed_delivery_is_verified_against_the_agencys_key(gateway, push, keys):
    body = f"{ARREARS}子公司,{uscc(21)},,5,增值税\n"
    claims = {"batch": "signed-1", "dataset": "tax_arrears", "sha256": hashlib.sha256(body.encode()).hexdigest()}
    good = sign_jws(claims, keys["tax"], SIGNATURE_TYPE)
    forged = sign_jws(claims, keys["science_tech"], SIGNATURE_TYPE)
    other = sign_jws({**claims, "sha256": "0" * 64}, keys["tax"], SIGNATURE_TYPE)
    for signature in (forged, other, "x.y.z"):
        refused = await push("tax", "tax_arrears", body, "signed-1", **{"Batch-Signature": signature})
        assert refused.status_code == 400, refused.text
    assert (await push("tax", "tax_arrears", body, "signed-1", **{"Batch-Signature": good})).status_code == 201


async def test_a_delivery_whose_event_cannot_be_recorded_is_not_stored(gateway, push, monkeypatch):
    record = type(gateway.audit).record

    async def fail(recorder, session, event, now=None):
        if event.type == "batch.sealed":
            raise OSError("the log cannot be written")
        return await record(recorder, session, event, now)

    monkeypatch.setattr(type(gateway.audit), "record", fail)
    assert (await push("tax", "tax_arrears", f"{ARREARS}丑公司,{uscc(22)},,5,增值税\n")).status_code == 500
    monkeypatch.undo()
    assert await count(gateway, "SELECT count(*) FROM record WHERE business_key LIKE :k", k=f"{uscc(22)}%") == 0
