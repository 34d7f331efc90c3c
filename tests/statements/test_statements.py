"""The monthly statement: every question of the month, denied ones too, signed, made once, for the enterprise alone."""

import csv
import importlib.util
import io
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from gateway.runtime.actor import PROGRAM, Actor
from gateway.runtime.denial import DeniedError
from gateway.statements.due import make_due
from gateway.statements.making import STATEMENT_TYPE, get_statement, list_statements, make_statement
from gateway.statements.months import Month, month_of, read_month
from gateway.statements.pdf import as_pdf
from gateway.statements.sheet import HEADER, as_csv, rows_of
from signing.canonical import canonical_bytes, sha256_hex
from signing.jws import verify_jws
from tests.enterprises import uscc
from tests.persons import signed_in
from tests.stories import registration, slug

NOW = datetime(2026, 3, 1, tzinfo=UTC)  # 08:00 in China


def test_a_month_is_chinas_and_over():
    assert str(month_of(datetime(2026, 2, 28, 16, tzinfo=UTC))) == "2026-03"
    assert str(month_of(datetime(2026, 2, 28, 15, 59, tzinfo=UTC))) == "2026-02"
    assert (str(Month(2026, 1).stepped(-1)), str(Month(2026, 12).stepped(1))) == ("2025-12", "2027-01")
    assert read_month("2026-02", NOW) == Month(2026, 2)
    assert Month(2026, 2).until == Month(2026, 3).since
    for wrong in ("2026-03", "2027-01", "2026-13", "2026-2", "２０２６-02", "2026-02-01", ""):
        with pytest.raises(DeniedError):
            read_month(wrong, NOW)


@pytest.fixture(scope="module")
def whole():
    """The month of now, as if it were over."""
    return month_of(datetime.now(UTC))


@pytest.fixture
async def asked(story):
    """An enterprise that was asked about, answered and denied, and asked for its consent."""
    if "bank-1" not in story.keys:
        await story.account("bank-1", "bank")
        await story.push("market_regulation", "ent_registration", registration(1))
        await story.push("market_regulation", "ent_registration", registration(2))
        assert (await story.ask("bank-1", 1)).status_code == 403
        await story.consent("bank-1", 1)
        assert (await story.ask("bank-1", 1)).status_code == 200
        await story.request("bank-1", 2)
    return story


async def make(gateway, code, month):
    async with gateway.units.begin("test.make", PROGRAM) as work:
        return await make_statement(work, code, month)


async def test_a_statement_holds_every_question_and_is_signed_and_made_once(gateway, asked, whole):
    row = await make(gateway, uscc(1), whole)
    again = await make(gateway, uscc(1), whole)
    assert (row.content, row.signature) == (again.content, again.signature)
    content = json.loads(row.content)
    assert canonical_bytes(content) == row.content
    assert content["counts"] == {"all": 3, "answered": 1, "denied": 1, "failed": 0, "open": 0, "consent-request": 1}
    assert [one["outcome"] for one in content["questions"]] == ["denied", "active", "answered"]
    claims = verify_jws(row.signature, gateway.keys.publics("answer"), STATEMENT_TYPE)
    assert (claims["sha256"], claims["enterprise"]) == (sha256_hex(row.content), uscc(1))
    rows = list(csv.reader(io.StringIO(as_csv(content).decode("utf-8-sig"))))
    assert [one[8] for one in rows][::3] == ["结果", "已应答"]
    assert rows[1][8] == "未准"
    assert rows[1][9] == "企业尚未授权"
    assert asked


async def test_the_worker_makes_it_for_everybody_who_was_asked_about_and_stops(gateway, asked, whole):
    async with gateway.database.begin("test.anew", role="owner") as session:
        await session.execute(text("DELETE FROM statement_month"))
    for _ in range(2):
        async with gateway.units.begin("test.due", PROGRAM) as work:
            assert not await make_due(work, whole)
    async with gateway.units.begin("test.read", Actor("s-2", "signatory", subject=uscc(2))) as work:
        (row,) = await list_statements(work)
    assert json.loads(row.content)["counts"]["consent-request"] == 1
    async with gateway.units.begin("test.due", PROGRAM) as work:
        assert not await make_due(work)
    assert asked


async def test_a_statement_is_the_enterprises_alone(gateway, asked, whole):
    for actor in (Actor("bank-1", "account", "bank"), Actor("a", "auditor"), Actor("person:x", "person")):
        async with gateway.units.begin("test.stranger", actor) as work:
            with pytest.raises(DeniedError) as fault:
                await get_statement(work, str(whole.stepped(-1)))
        assert fault.value.denial.reason == "insufficient-scope"
    async with gateway.units.begin("test.late", Actor("s-1", "signatory", subject=uscc(1))) as work:
        for month in (whole, whole.stepped(-37)):
            with pytest.raises(DeniedError) as fault:
                await get_statement(work, str(month))
            assert fault.value.denial.reason == "no-such-month"
        assert (await get_statement(work, str(whole.stepped(-36)))).questions == 0
    assert asked


async def test_over_http_and_on_its_page_it_is_made_when_it_is_asked_for(gateway, client, asked, whole):
    last = str(whole.stepped(-1))
    shown = await client.get(f"/v1/statements/{last}", headers=await asked.headers("s-1"))
    assert shown.status_code == 200, shown.text
    assert sha256_hex(shown.json()["content"].encode()) == shown.json()["sha256"]
    file = await client.get(f"/v1/statements/{last}/csv", headers=await asked.headers("s-1"))
    assert file.status_code == 200, file.text
    assert f'filename="statement-{uscc(1)}-{last}.csv"' in file.headers["content-disposition"]
    printed = await client.get(f"/v1/statements/{last}/pdf", headers=await asked.headers("s-1"))
    if printed.status_code == 200:
        assert printed.content.startswith(b"%PDF-")
    else:
        assert slug(printed) == "pdf-unavailable"
    assert slug(await client.get(f"/v1/statements/{whole}", headers=await asked.headers("s-1"))) == "no-such-month"
    listed = (await client.get("/v1/statements", headers=await asked.headers("s-1"))).json()["statements"]
    assert last in {one["month"] for one in listed}
    await signed_in(gateway, client, "owner-of-one", "owner", enterprise=uscc(1))
    assert last in (await client.get("/console/enterprise/statements")).text
    for form in ("csv", "json", "jws"):
        assert (await client.get(f"/console/enterprise/statements/{last}/{form}")).status_code == 200
    assert (await client.get(f"/console/enterprise/statements/{whole}/csv")).status_code == 404


async def test_what_a_name_holds_is_set_as_text_and_never_run(gateway, asked, whole):
    row = await make(gateway, uscc(1), whole)
    content = json.loads(row.content) | {"name": '#panic("x") $a$ [', "month": str(uuid4())}
    if importlib.util.find_spec("typst") is None:
        with pytest.raises(DeniedError) as fault:
            as_pdf(canonical_bytes(content), "sig")
        assert fault.value.denial.reason == "pdf-unavailable"
    else:
        assert as_pdf(canonical_bytes(content), "sig").startswith(b"%PDF-")
    assert asked


def test_nothing_in_a_table_is_taken_for_a_formula():
    one = {
        "asked_at": (NOW - timedelta(days=1)).isoformat(), "institution_name": "=1+1", "account": "-a",
        "intermediary": None, "kind": "inquiry", "products": ["score"], "purpose": "pre_loan", "consent": None,
        "outcome": "denied", "reason": None, "entry": "e",
    }  # fmt: skip
    rows = list(csv.reader(io.StringIO(as_csv({"questions": [one]}).decode("utf-8-sig"))))
    assert (rows[1][1], rows[1][2]) == ("'=1+1", "'-a")
    assert rows[1][9].startswith("与本企业无关")


@pytest.mark.parametrize(("told", "said"), [
    ({"kind": "consent"}, "授权"), ({"kind": "public"}, "公示信息"),
    ({"kind": "duty", "duty": "subsidy-2026", "law": "某条例第三条"}, "职责：某条例第三条"), (None, ""),
])  # fmt: skip
def test_a_row_says_on_which_basis_it_was_answered(told, said):
    one = {
        "asked_at": "2026-11-27T01:08:10+00:00", "institution_name": "某局", "account": "a", "intermediary": None,
        "kind": "inquiry", "products": ["public_record"], "purpose": "subsidy", "consent": None, "legal_basis": told,
        "outcome": "answered", "reason": None, "entry": "e",
    }  # fmt: skip
    (row,) = rows_of({"questions": [one]})
    assert (row[HEADER.index("依据")], row[HEADER.index("产品")]) == (said, "公示信息")
    before = {name: value for name, value in one.items() if name != "legal_basis"}
    assert rows_of({"questions": [before]})[0][HEADER.index("依据")] == ""
