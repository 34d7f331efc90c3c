"""A file is looked at before it is handed in; nothing is stored until whoever looks at it confirms."""

import asyncio
import hashlib
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import text

from connectors.store.tables import Batch
from gateway.intake import preview_judging, preview_rows, previews
from gateway.intake.preview_rows import PreviewRequest, list_previews, preview_file
from gateway.intake.previews import (
    LOST,
    answer_preview,
    confirm_preview,
    discard_preview,
    expire_previews,
    judge_again,
    preview,
    read_preview,
    unanswered,
)
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.gates import held
from tests.submissions import CLERK, accept_held

OTHER = Actor("market_regulation", "agency", person="person:else")
SYSTEM = Actor("person:boss", "system", person="person:boss")
MOST = 1 << 20


@pytest.fixture
def look(gateway, tmp_path):
    """Preview a file as a clerk; return the preview's id."""

    async def open_file(body, actor=CLERK, preview_id=None, batch=None, dataset="tax_arrears", most=MOST):
        path = tmp_path / "file"
        path.write_text(body, "utf-8")
        request = PreviewRequest(preview_id or uuid4(), dataset, batch or f"p-{uuid4()}", "欠税.csv")
        digest = hashlib.sha256(path.read_bytes()).digest()
        row = await preview(gateway.units, actor, gateway.intake, request, path, digest, most)
        return row.preview_id

    return open_file


@pytest.fixture
def read(gateway):
    async def told_of(preview_id, actor=CLERK):
        async with gateway.units.begin("test.read", actor) as work:
            row, told = await read_preview(work, preview_id)
            work.session.expunge(row)
            return row, told

    return told_of


@pytest.fixture
def confirm(gateway):
    async def handed_in(preview_id, actor=CLERK):
        batch_id = await confirm_preview(gateway.units, actor, gateway.intake, preview_id)
        async with gateway.database.begin("test.batch") as session:
            return await session.get(Batch, batch_id)

    return handed_in


@pytest.fixture
async def count(rows):
    async def stored():
        return (await rows("SELECT (SELECT count(*) FROM batch), (SELECT count(*) FROM record)"))[0]

    return stored


async def reason_of(denied):
    with pytest.raises(DeniedError) as found:
        await denied
    return found.value.denial.reason


async def test_nothing_is_stored_until_the_file_is_handed_in_and_then_the_very_same_rows(
    look, read, confirm, count, rows, gateway
):
    before = await count()
    shown = await look(f"{HEADER}\n甲公司,{uscc(700)},某路,1.5,增值税\n乙,{uscc(701)},,若干,增值税\n")
    row, told = await read(shown)
    assert await count() == before
    assert (row.state, told["rows"], told["accepted"], told["rejected"]) == ("ready", 2, 1, 1)
    assert (told["mapping"], told["fits"][0]["missing"]) == ("open-data/1", [])
    columns = {column["column"]: column for column in told["columns"]}
    assert columns["欠税金额"]["state"] == "read"
    assert (columns["欠税金额"]["uses"][0]["name"], columns["欠税金额"]["samples"]) == ("balance", ["1.5"])
    assert told["first_rows"][0]["fields"]["balance"] == "1.5"
    assert (told["rejected_rows"][0]["row"], told["rejected_rows"][0]["value"]) == (3, "若干")
    assert told["refusals"][0]["code"] == "money_unreadable"
    batch = await confirm(shown)
    assert (batch.row_count, batch.rejected, batch.way) == (2, 1, "console")
    assert (await read(shown))[0].batch_id == (await confirm(shown)).batch_id == batch.batch_id
    assert not preview_file(gateway.intake.spool, shown).exists()
    (entry,) = await rows("SELECT actor FROM audit_event WHERE event_id = :e", e=batch.event_id)
    assert entry[0] == CLERK.name


async def test_a_required_column_under_another_name_is_asked_about_and_read_as_told(look, read, confirm, gateway, rows):
    file = f"企业或单位名称,纳税人识别号,应补缴款（万元）,税种\n甲公司,{uscc(705)},0.2,增值税\n"
    shown = await look(file)
    row, told = await read(shown)
    assert (row.state, "missing columns" in told["fault"]) == ("refused", True)
    states = {column["uses"][0]["name"]: column["state"] for column in told["columns"] if column["uses"]}
    assert states["balance"] == "missing"
    assert await reason_of(confirm(shown)) == "malformed-delivery"
    await answer_preview(gateway.units, CLERK, gateway.intake, shown, "应补缴款（万元）", "balance")
    row, told = await read(shown)
    assert (row.state, told["first_rows"][0]["fields"]["balance"]) == ("ready", "2000")
    assert await reason_of(confirm(shown)) == "delivery-held"  # its columns are not those of the batch before
    (kept,) = await rows("SELECT held_id FROM held_delivery WHERE status = 'waiting'")
    batch = await accept_held(gateway, kept[0], CLERK)
    assert (batch.accepted, batch.mapping["fields"]["balance"]["columns"]) == (1, ["应补缴款（万元）"])


async def test_a_column_whose_loss_matters_is_answered_first(look, read, confirm, gateway):
    file = f"{HEADER},罚款金额\n" + "".join(f"甲公司,{uscc(710 + n)},,1,增值税,50{n}\n" for n in range(3))
    shown = await look(file)
    row, told = await read(shown)
    assert [column["column"] for column in unanswered(row, told)] == ["罚款金额"]
    assert await reason_of(confirm(shown)) == "preview-unready"
    for column, use in (("没有这列", "balance"), ("罚款金额", "nothing")):
        told_so = answer_preview(gateway.units, CLERK, gateway.intake, shown, column, use)
        assert await reason_of(told_so) == "invalid-request"
    await answer_preview(gateway.units, CLERK, gateway.intake, shown, "罚款金额", LOST)
    row, told = await read(shown)
    assert unanswered(row, told) == []
    assert await reason_of(confirm(shown)) == "delivery-held"  # it has a column more than the batch before
    assert await reason_of(confirm(shown)) == "delivery-held"
    assert (await read(shown))[0].held_id


async def test_bytes_or_a_mapping_that_changed_in_between_are_noticed(look, read, confirm, count, gateway, monkeypatch):
    before = await count()
    kept = await look(arrears([720]))
    path = preview_file(gateway.intake.spool, kept)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert await reason_of(confirm(kept)) == "malformed-delivery"
    path.write_bytes(whole)
    real = previews.known_dataset

    def changed(name):
        return msgspec.structs.replace(real(name), schema_version=99)

    with monkeypatch.context() as patch:
        for module in (previews, preview_judging):
            patch.setattr(module, "known_dataset", changed)
        assert await reason_of(confirm(kept)) == "preview-changed"
        assert await count() == before
        assert (await confirm(kept)).row_count == 1  # it was judged anew, by what stands now


async def test_another_agencys_preview_is_nobodys_business(look, read, confirm, gateway):
    shown = await look(arrears([730]))
    auditor = Actor("person:a", "auditor", person="person:a")
    units, intake = gateway.units, gateway.intake
    for actor in (OTHER, auditor):
        for door in (
            lambda who: read(shown, who),
            lambda who: confirm(shown, who),
            lambda who: answer_preview(units, who, intake, shown, "税种", LOST),
            lambda who: judge_again(units, who, intake, shown),
            lambda who: discard_preview(units, who, intake.spool, shown),
        ):
            assert await reason_of(door(actor)) in {"preview-not-found", "clerk-needed"}, actor
    assert await reason_of(look(arrears([731]), OTHER)) == "dataset-not-yours"
    assert await reason_of(look(arrears([731]), Actor("tax", "agency"))) == "clerk-needed"
    assert await reason_of(look(arrears([731]), OTHER, preview_id=shown, dataset="ent_registration"))
    async with gateway.units.begin("test.list", OTHER) as work:
        assert await list_previews(work) == []
    assert (await read(shown, SYSTEM))[0].agency == "tax"


async def test_previews_are_counted_and_end(look, read, gateway, rows, monkeypatch):
    for (one,) in await rows("SELECT preview_id FROM preview"):
        await discard_preview(gateway.units, SYSTEM, gateway.intake.spool, one)
    monkeypatch.setattr(preview_rows, "MOST_OPEN", 2)
    body = arrears([740])
    first, second = await look(body), await look(body)
    assert await reason_of(look(body)) == "too-many-uploads"
    assert await look(body, preview_id=first) == first  # the same form sent twice
    assert await reason_of(look(arrears([741]), preview_id=first)) == "preview-not-found"
    await discard_preview(gateway.units, CLERK, gateway.intake.spool, second)
    assert not preview_file(gateway.intake.spool, second).exists()
    most = -(-2 * len(body.encode()) // 2)
    third = await look(body, most=most)  # as many bytes together as may be
    await discard_preview(gateway.units, CLERK, gateway.intake.spool, third)
    assert await reason_of(look(body, most=most - 1)) == "too-many-uploads"
    async with gateway.database.begin("test.old", role="owner") as session:
        await session.execute(text("UPDATE preview SET expires_at = now() WHERE preview_id = :id"), {"id": first})
    assert await reason_of(read(first)) == "preview-not-found"
    await expire_previews(gateway.units, gateway.intake.spool)
    assert await rows("SELECT 1 FROM preview WHERE preview_id = :id", id=first) == []
    last = "SELECT outcome FROM audit_event WHERE type = 'preview.ended' ORDER BY event_id DESC LIMIT 1"
    assert await rows(last) == [("expired",)]


async def test_a_file_unlike_those_before_says_so_and_leads_to_where_it_is_held(look, read, confirm, rows):
    await confirm(await look(arrears([750])))
    shown = await look(arrears([751], f"{HEADER},联系人").replace("增值税", "增值税,王五"))
    _, told = await read(shown)
    assert (told["would_be_held"], told["findings"][0]["kind"]) == (True, "column_new")
    assert await reason_of(confirm(shown)) == "delivery-held"
    assert await rows("SELECT state FROM preview WHERE preview_id = :id", id=shown) == [("held",)]


async def test_of_two_who_confirm_both_see_the_one_batch_and_what_is_given_up_is_not_stored(
    look, confirm, count, gateway
):
    lock = "SELECT FROM preview WHERE preview_id = :id FOR UPDATE"
    shown = await look(arrears([760]))
    batches = await asyncio.gather(confirm(shown), confirm(shown))
    assert batches[0].batch_id == batches[1].batch_id
    shown, before = await look(arrears([761])), await count()
    async with held(gateway.database, lock, id=shown) as gate:
        giving_up = asyncio.create_task(discard_preview(gateway.units, CLERK, gateway.intake.spool, shown))
        await gate.waiting(1)
        confirming = asyncio.create_task(confirm(shown))
        await gate.waiting(2)
    await giving_up
    assert await reason_of(confirming) == "preview-not-found"
    assert await count() == before


async def test_the_judging_of_a_large_file_tells_how_far_it_is(look, read, rows, monkeypatch):
    monkeypatch.setattr(preview_judging, "LARGE_BYTES", 0)
    monkeypatch.setattr(preview_judging, "TOLD_SECONDS", 0.0)
    seen = []
    real = preview_judging.set_done

    async def noting(session, preview_id, done, of):
        seen.append((done, of))
        await real(session, preview_id, done, of)

    monkeypatch.setattr(preview_judging, "set_done", noting)
    shown = await look(arrears(range(2_500)))
    assert any(of == 2_500 for _, of in seen)
    assert all(done <= 2_500 for done, _ in seen)
    assert (await read(shown))[1]["rows"] == 2_500


def test_the_folder_of_previews_is_the_spools():
    one = UUID(int=1)
    assert preview_file(Path("/spool"), one) == Path(f"/spool/previews/{one}")
