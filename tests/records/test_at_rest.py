"""What lies in the database after deliveries that name persons: nothing in clear, and all of it still usable."""

import csv
import io

import fastexcel
import pytest
from sqlalchemy import text

from signing.merkle import leaf_hash
from tests.enterprises import citizen, sole_trader, uscc
from tests.records.penalties import penalties, penalty
from tests.stories import as_csv, registration

OWNER, SHOP, HOME = "欧阳小明", "欧阳小明鞋店", "鹿城区五马街九十九号"
OTHER_SHOP, PHONE = "司马大力理发店", "13912345678"
PLANTED = (OWNER, HOME, OTHER_SHOP, "司马大力", PHONE, citizen(9), "诸葛亮亮")
LISTED = ("企业名称", "统一社会信用代码", "列入原因", "列入日期", "联系人")


@pytest.fixture(scope="module")
async def delivered(gateway, story_keys):
    """Deliveries about sole traders: by code, by name alone, unresolved, and refused rows full of persons."""
    import httpx

    from gateway.app import create_app
    from tests.identities import add_proof
    from tests.stories import Story

    transport = httpx.ASGITransport(app=create_app(gateway.settings, gateway), raise_app_exceptions=False)
    hooks = {"request": [add_proof]}
    async with httpx.AsyncClient(transport=transport, base_url=gateway.settings.issuer, event_hooks=hooks) as client:
        story = Story(gateway, client, story_keys)
        row = (SHOP, "", f"无法联系，电话{PHONE}，证件{citizen(9)}", "2026-01-02", "诸葛亮亮")
        early = await story.push("market_regulation", "abnormal_operation", as_csv(LISTED, row))
        assert early["unresolved"] == 1
        await story.push("market_regulation", "ent_registration", registration(
            1, 企业名称=SHOP, 统一社会信用代码=sole_trader(1), 住所=HOME))  # fmt: skip
        await story.push("market_regulation", "ent_registration", registration(2))
        bad = [(OTHER_SHOP, "9.1E+17", "某某原因", "2026-01-02", HOME), (OWNER, "x", "y", "z"),
               (OTHER_SHOP, "", f"电话{PHONE}", "昨天", "诸葛亮亮")]  # fmt: skip
        refused = await story.push("market_regulation", "abnormal_operation", as_csv(LISTED, *bad))
        assert refused["rejected"] == 3
        by_name = penalty(1, "A1", 行政相对人名称=OTHER_SHOP, 统一社会信用代码="")
        await story.push("drc", "penalty_general", penalties(by_name))
        yield early, refused


@pytest.fixture
async def told(delivered, story):
    return story, *delivered


async def dump(gateway) -> dict[str, str]:
    """Return every table's rows as text; bytes stand in hex."""
    async with gateway.database.begin("test.dump", role="owner") as session:
        names = "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
        tables = (await session.execute(text(names))).scalars().all()
        return {
            table: "\n".join((await session.execute(text(f'SELECT t::text FROM "{table}" t'))).scalars())
            for table in tables
        }


async def test_no_table_holds_a_planted_name_number_or_address_in_clear(told):
    story, *_ = told
    found = await dump(story.gateway)
    assert len(found["record"]) > 100
    assert uscc(2) in found["record"]
    for table, held in found.items():
        for planted in PLANTED:
            spellings = (planted, planted.encode().hex(), json_escaped(planted), planted.encode("gb18030").hex())
            assert not any(spelling in held for spelling in spellings), (table, planted)


def json_escaped(value):
    return value.encode("ascii", "backslashreplace").decode()


async def test_a_company_is_left_readable(told):
    story, *_ = told
    found = await dump(story.gateway)
    assert "瓯海第2鞋业有限公司".encode().hex() in found["record"]
    assert "瓯海第2鞋业有限公司" in found["subject"]


async def test_a_record_by_name_alone_found_its_subject_through_the_hash(told):
    story, *_ = told
    query = "SELECT count(*) FROM record JOIN subject USING (subject_id) WHERE uscc = :u AND status = 'resolved'"
    async with story.gateway.database.begin("test.count") as session:
        assert (await session.execute(text(query), {"u": sole_trader(1)})).scalar_one() == 2


async def test_the_same_delivery_again_is_made_of_duplicates(told):
    story, *_ = told
    again = await story.push("market_regulation", "ent_registration", registration(
        1, 企业名称=SHOP, 统一社会信用代码=sole_trader(1), 住所=HOME))  # fmt: skip
    assert (again["duplicates"], again["corrections"]) == (1, 0)
    by_name = penalty(1, "A1", 行政相对人名称=OTHER_SHOP, 统一社会信用代码="")
    assert (await story.push("drc", "penalty_general", penalties(by_name)))["duplicates"] == 1


async def test_the_owning_agency_and_the_enterprise_read_what_is_theirs_and_auditors_the_seals(told):
    story, *_ = told
    await story.enrol("owner", "signatory", subject=sole_trader(1))
    await story.enrol("auditor-1", "auditor")
    own = (await story.client.get("/v1/records", headers=await story.headers("owner"))).json()["records"]
    registered = next(record for record in own if record["dataset"] == "ent_registration")
    fields = registered["content"]["fields"]
    assert (fields["entity_name"], fields["domicile"], registered["content"]["name"]) == (SHOP, HOME, SHOP)
    url = f"/v1/records/{registered['record']}/history"
    for reader, readable in (("market_regulation", True), ("auditor-1", False)):
        history = (await story.client.get(url, headers=await story.headers(reader))).json()
        seen = history["versions"][0]["content"]["fields"]["domicile"]
        assert (seen == HOME) is readable
        assert seen.startswith("sealed:v1:") is not readable


async def test_a_proof_is_over_the_sealed_bytes(told):
    story, *_ = told
    async with story.gateway.database.begin("test.record") as session:
        query = "SELECT record_id, digest FROM record WHERE dataset = 'ent_registration' AND identifier_value = :u"
        row = (await session.execute(text(query), {"u": sole_trader(1)})).one()
    headers = await story.headers("market_regulation")
    proof = (await story.client.get(f"/v1/records/{row.record_id}/proof", headers=headers)).json()
    assert leaf_hash(proof["canonical"].encode()) == row.digest
    assert SHOP not in proof["canonical"]


async def test_the_agency_gets_its_refused_rows_back_as_they_came(told):
    story, _, refused = told
    headers = await story.headers("market_regulation")
    sheet = await story.client.get(f"/v1/batches/{refused['batch']}/rejected-rows", headers=headers)
    rows = fastexcel.read_excel(sheet.content).load_sheet(0, dtypes="string").to_polars().rows()
    whole = csv_of(rows)
    for planted in (OTHER_SHOP, HOME, "诸葛亮亮", OWNER, "9.1E+17"):
        assert planted in whole
    assert PHONE not in whole
    assert "sealed:v1:" not in whole


def csv_of(rows):
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()
