"""Deliveries unlike those before them: held, told in words, and taken in or thrown away when a person says so."""

import os
from datetime import timedelta
from uuid import UUID

import pytest
import xlsxwriter
from sqlalchemy import text

from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.agencies import HEADER, arrears
from tests.enterprises import tax_number, uscc
from tests.stories import slug
from tests.submissions import (
    CLERK,
    accept_held,
    add_source,
    discard_held,
    expire_held,
    held_file,
    pull_due,
    take_file,
)

WIDER = f"{HEADER},联系人"


def wider(number) -> str:
    return arrears([number], WIDER).replace(",增值税", ",增值税,王五")


@pytest.fixture
async def known(push):
    """A history of 60 sound rows."""
    assert (await push(arrears(range(60), amount="500000"), "known")).status_code in {200, 201}


async def waiting(rows):
    return [row[0] for row in await rows("SELECT held_id FROM held_delivery WHERE status = 'waiting' ORDER BY held_id")]


async def events(rows, kind):
    return (await rows("SELECT count(*) FROM audit_event WHERE type = :t", t=kind))[0][0]


async def test_a_new_column_is_held_told_and_known_once_it_was_accepted(gateway, push, get, known, rows):
    before = (await rows("SELECT count(*) FROM record"))[0][0]
    answer = await push(wider(100), "wider-1")
    assert (answer.status_code, slug(answer)) == (202, "delivery-held")
    body = answer.json()
    assert [(finding["kind"], finding["column"]) for finding in body["findings"]] == [("column_new", "联系人")]
    assert body["detail"].count("联系人") == 1
    assert "xinqiao agency held accept" in body["detail"]
    assert (await rows("SELECT count(*) FROM record"))[0][0] == before
    again = await push(wider(100), "wider-1")
    assert (again.status_code, again.json()["held"]) == (202, body["held"])
    held = UUID(body["held"])
    assert await waiting(rows) == [held]
    assert "王五".encode() not in held_file(gateway, held).read_bytes()
    batch = await accept_held(gateway, held, CLERK)
    assert (batch.accepted, batch.sender_batch, batch.way) == (1, "wider-1", "push")
    assert not held_file(gateway, held).exists()
    assert (await push(wider(100), "wider-1")).status_code == 200
    assert (await push(wider(101), "wider-2")).status_code == 201
    assert (await events(rows, "batch.held"), await events(rows, "held.accepted")) == (1, 1)
    with pytest.raises(DeniedError, match="was decided on"):
        await accept_held(gateway, held, CLERK)
    with pytest.raises(DeniedError, match="was decided on"):
        await discard_held(gateway, held, CLERK)


async def test_a_file_that_cannot_be_read_to_its_end_is_refused_at_once_and_not_held(push, known, rows):
    header = f"{HEADER},税种,联系人"
    answer = await push(f"{header}\n某公司,{uscc(130)},某路,5,增值税,消费税,王五\n", "twins")
    assert (answer.status_code, slug(answer)) == (422, "malformed-delivery")
    assert "都叫“税种”" in answer.json()["detail"]
    assert await waiting(rows) == []


async def test_a_discarded_delivery_is_gone_and_its_columns_stay_unknown(gateway, push, known, rows):
    body = arrears([110], HEADER.replace("经营地点", "地点"))
    held = UUID((await push(body, "gone-1")).json()["held"])
    with pytest.raises(DeniedError, match="no held submission"):
        await discard_held(gateway, held, Actor("market_regulation", "agency", person="person:x"))
    with pytest.raises(DeniedError, match="A clerk"):
        await discard_held(gateway, held, Actor("tax", "agency"))
    with pytest.raises(DeniedError, match="A clerk"):
        await discard_held(gateway, held, Actor("auditor-1", "auditor"))
    await discard_held(gateway, held, CLERK)
    assert not held_file(gateway, held).exists()
    again = await push(body, "gone-1")
    assert again.status_code == 202
    assert again.json()["held"] != str(held)
    assert await events(rows, "held.discarded") == 1
    await discard_held(gateway, UUID(again.json()["held"]))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (arrears(range(200, 260), amount="50"), "unit"),
        (arrears(range(200, 260), amount="500000", address=""), "empty"),
        (arrears(range(200, 260), amount="五十多万元"), "rejected"),
        ("\n".join([HEADER, *(f"某{n},{tax_number(900 + n)},某路,500000,增值税" for n in range(60))]), "unresolved"),
    ],
)
async def test_values_that_jump_are_held_and_nothing_of_them_is_stored(gateway, push, known, rows, body, kind):
    before = (await rows("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM rejected_row)"))[0]
    answer = await push(body)
    assert (answer.status_code, [finding["kind"] for finding in answer.json()["findings"]]) == (202, [kind])
    assert (await rows("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM rejected_row)"))[0] == before
    assert "balance" not in answer.json()["findings"][0]["zh"]
    await discard_held(gateway, UUID(answer.json()["held"]))


async def test_what_a_person_accepted_is_the_new_normal(gateway, push, access, client):
    header = "企业名称,统一社会信用代码,成立日期,核准日期,企业类型,注册资本,经营范围,住所\n"

    def sound(first, capital):
        return header + "\n".join(
            f"企业{n},{uscc(n)},2010-05-01,2024-01-01,有限责任公司,{capital},鞋,某路" for n in range(first, first + 60)
        )

    async def send(body, batch):
        return await push(body, batch, "market_regulation", "ent_registration")

    assert (await send(sound(3000, "500万元"), "r1")).status_code == 201
    jumped = await send(sound(3100, "5000000万元"), "r2")
    assert jumped.status_code == 202
    await accept_held(gateway, UUID(jumped.json()["held"]))
    assert (await send(sound(3200, "5000000万元"), "r3")).status_code == 201
    assert (await send(sound(3300, "500万元"), "r4")).status_code == 202


async def test_a_required_column_that_is_missing_refuses_the_file_and_the_rows_order_means_nothing(push, known):
    answer = await push(arrears([300], "企业或单位名称,纳税人识别号,经营地点,金额,税种"))
    assert (answer.status_code, slug(answer)) == (422, "malformed-delivery")
    turned = "税种,欠税金额,经营地点,纳税人识别号,企业或单位名称\n增值税,5,某路,91330302MA0000001X,某公司\n"
    assert (await push(turned)).status_code == 201


async def test_what_nobody_decided_on_expires_and_leftovers_are_swept(gateway, push, known, rows):
    held = UUID((await push(arrears([310], f"{HEADER},x").replace("增值税", "增值税,1"), "late-1")).json()["held"])
    kept = (await rows("SELECT expires_at - held_at FROM held_delivery WHERE held_id = :h", h=held))[0][0]
    assert kept == timedelta(days=30)
    orphan = held_file(gateway, UUID(int=7))
    orphan.write_text("left over")
    os.utime(orphan, (0, 0))
    await expire_held(gateway)
    assert (held_file(gateway, held).exists(), orphan.exists()) == (True, False)
    async with gateway.database.begin("test.age", role="owner") as session:
        await session.execute(text("UPDATE held_delivery SET expires_at = now() WHERE held_id = :h"), {"h": held})
    os.utime(held_file(gateway, held), (0, 0))
    await expire_held(gateway)
    assert not held_file(gateway, held).exists()
    assert (await rows("SELECT status, decided_by FROM held_delivery WHERE held_id = :h", h=held))[0] == (
        "expired", "worker",
    )  # fmt: skip
    assert await events(rows, "held.expired") == 1


async def test_bytes_that_changed_while_they_were_held_are_not_taken_in(gateway, push, known, rows):
    held = UUID((await push(arrears([320], f"{HEADER},y").replace("增值税", "增值税,1"), "tampered-1")).json()["held"])
    held_file(gateway, held).write_text(arrears([321]))
    with pytest.raises(DeniedError, match="lost or changed"):
        await accept_held(gateway, held)
    held_file(gateway, held).unlink()
    with pytest.raises(DeniedError, match="lost or changed"):
        await accept_held(gateway, held)
    await discard_held(gateway, held)


async def test_an_acceptance_that_cannot_be_recorded_takes_nothing_in_and_can_be_repeated(
    gateway, push, known, rows, monkeypatch
):
    held = UUID((await push(arrears([330], f"{HEADER},z").replace("增值税", "增值税,1"), "broken-1")).json()["held"])
    record = type(gateway.audit).record

    async def fail(recorder, session, event, *more):
        if event.type == "held.accepted":
            raise OSError("the log cannot be written")
        return await record(recorder, session, event, *more)

    monkeypatch.setattr(type(gateway.audit), "record", fail)
    with pytest.raises(OSError, match="log"):
        await accept_held(gateway, held)
    monkeypatch.undo()
    assert (await rows("SELECT count(*) FROM batch WHERE sender_batch = 'broken-1'"))[0][0] == 0
    assert (await accept_held(gateway, held)).accepted == 1


async def test_a_file_of_the_command_line_is_held_like_any_other(gateway, known, tmp_path, rows):
    path = tmp_path / "a.csv"
    path.write_text(arrears([340], f"{HEADER},w").replace("增值税", "增值税,1"))
    with pytest.raises(DeniedError, match="已暂存") as fault:
        await take_file(gateway, path, batch="by-hand")
    assert fault.value.denial.reason == "delivery-held"
    (held,) = await rows("SELECT held_id, actor FROM held_delivery WHERE sender_batch = 'by-hand'")
    assert held.actor.startswith("operator-cli:")
    assert (await accept_held(gateway, held.held_id)).accepted == 1


async def test_a_pulled_slice_is_held_and_the_source_goes_on(gateway, known, tmp_path, rows):
    file = tmp_path / "drop.csv"
    file.write_text(arrears([350]))
    await add_source(
        gateway, source_id="drop", dataset="tax_arrears", connector="file", config={"path": str(file)},
        every_seconds=10,
    )  # fmt: skip
    await pull_due(gateway)
    file.write_text(arrears([351], f"{HEADER},v").replace("增值税", "增值税,1"))
    async with gateway.database.begin("test.due") as session:
        await session.execute(text("UPDATE source SET due_at = now()"))
    await pull_due(gateway)
    (source,) = await rows("SELECT last_refusal, watermark FROM source WHERE source_id = 'drop'")
    assert "已暂存" in source[0]
    assert source[1] == f"{file.stat().st_mtime_ns}:{file.stat().st_size}"
    held = (await rows("SELECT held_id FROM held_delivery WHERE way = 'drop'"))[0][0]
    assert (await accept_held(gateway, held)).accepted == 1


async def test_a_pulled_workbook_is_held_with_all_its_sheets(gateway, known, tmp_path, rows):
    header = [*HEADER.split(","), "备用"]
    with xlsxwriter.Workbook(str(tmp_path / "sheets.xlsx")) as book:
        book.add_worksheet("说明").write_row(0, 0, ["填报说明"])
        sheet = book.add_worksheet("明细")
        sheet.write_row(0, 0, ["欠税公告"])
        sheet.write_row(1, 0, header)
        sheet.write_row(2, 0, ["某公司", tax_number(990), "某路", "500000", "增值税", "1"])
    await add_source(
        gateway, source_id="sheets", dataset="tax_arrears", connector="file",
        config={"path": str(tmp_path / "sheets.xlsx")}, every_seconds=10,
    )  # fmt: skip
    while not await rows("SELECT 1 FROM source WHERE source_id = 'sheets' AND last_refusal IS NOT NULL"):
        assert await pull_due(gateway)
    (held,) = await rows("SELECT held_id FROM held_delivery WHERE way = 'sheets'")
    stored = await accept_held(gateway, held[0])
    assert (stored.row_count, stored.rejected) == (1, 0)
