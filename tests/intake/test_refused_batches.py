"""The round trip of refused rows: what is open, what was sent back and refused again, what is mended."""

import io
from uuid import UUID, uuid4

import fastexcel
import pytest
import xlsxwriter

from gateway.intake.batches import export_rejected
from gateway.intake.corrections import read_refused_batches, read_refused_rows, take_corrections
from gateway.runtime.actor import Actor
from gateway.runtime.denial import DeniedError
from tests.agencies import HEADER
from tests.enterprises import uscc
from tests.submissions import CLERK, take_file

OTHER = Actor("drc", "agency", person="person:else")


@pytest.fixture
def refuse(gateway, tmp_path):
    """Take in a file of which three rows are refused; return its batch."""

    async def taken(first):
        path = tmp_path / "refused.csv"
        rows = [f"公司{n},{uscc(first + n)},,{n}圆整,增值税" for n in range(3)]
        path.write_text("\n".join([HEADER, f"甲,{uscc(first + 9)},,1,增值税", *rows]), "utf-8")
        batch, _ = await take_file(gateway, path, batch=str(uuid4()))
        return batch.batch_id

    return taken


async def workbook(gateway, batch_id, language):
    target = io.BytesIO()
    async with gateway.units.begin("test.export", CLERK) as work:
        await export_rejected(work, gateway.protector, batch_id, target, "xlsx", language)
    sheet = fastexcel.read_excel(target.getvalue()).load_sheet(0, header_row=None, dtypes="string")
    return [[cell or "" for cell in row] for row in sheet.to_polars().rows()]


async def send_back(gateway, tmp_path, batch_id, table, actor=CLERK):
    path = tmp_path / f"{uuid4()}.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            sheet.write_row(number, 0, row)
    return await take_corrections(gateway.units, actor, gateway.intake, batch_id, path)


async def states(gateway, batch_id, state="", actor=CLERK):
    async with gateway.units.begin("test.rows", actor) as work:
        batch, rows, total, counts = await read_refused_rows(work, gateway.protector, batch_id, state, 0, 10)
    return batch, rows, total, counts


@pytest.mark.parametrize(
    ("language", "front", "reason"),
    [
        ("zh", ["列", "原值", "原因", "代码"], "不是金额，应为以元计的数字"),
        ("en", ["column", "value", "reason", "code"], "not an amount: write a number in 元"),
    ],
)
async def test_a_workbook_in_one_language_comes_back_and_is_told_row_by_row(
    gateway, refuse, tmp_path, language, front, reason
):
    first = await refuse(800 if language == "zh" else 830)
    table = await workbook(gateway, first, language)
    assert table[0][1:5] == front
    assert table[0][0] == f"{'行号' if language == 'zh' else 'row'} · {first}"
    assert {row[3] for row in table[1:]} == {reason}
    for row in table[1:3]:
        row[8] = row[8].removesuffix("圆整")
    done = await send_back(gateway, tmp_path, first, table)
    batch, rows, total, counts = await states(gateway, done.batch_id)  # of the corrected rows: the batch they correct
    assert (batch.batch_id, total, dict(counts)) == (first, 3, {"open": 0, "again": 1, "mended": 2})
    assert [(row.number, row.state, row.corrected_by) for row in rows] == [
        (3, "mended", done.batch_id), (4, "mended", done.batch_id), (5, "again", None)
    ]  # fmt: skip
    assert (rows[2].cells["欠税金额"], rows[2].reasons[0]["code"]) == ("2圆整", "money_unreadable")
    assert [row.number for row in (await states(gateway, first, "again"))[1]] == [5]
    table[3][8] = "2"
    await send_back(gateway, tmp_path, first, table)
    assert (await states(gateway, first))[3] == {"open": 0, "again": 0, "mended": 3}


async def test_batches_with_refused_rows_are_found_by_what_is_left_to_do(gateway, refuse, tmp_path):
    first, second = await refuse(860), await refuse(890)
    table = await workbook(gateway, second, "zh")
    for row in table[1:]:
        row[8] = row[8].removesuffix("圆整")
    await send_back(gateway, tmp_path, second, table)

    async def found(state, actor=CLERK, dataset="tax_arrears", offset=0, most=50):
        async with gateway.units.begin("test.batches", actor) as work:
            batches, total = await read_refused_batches(work, dataset, state, offset, most)
        return [batch.batch_id for batch in batches], total

    opened, mended = (await found("open"))[0], (await found("mended"))[0]
    assert (first in opened, first in mended, second in opened, second in mended) == (True, False, False, True)
    everything, total = await found("")
    assert (everything[:2], total) == ([second, first], len(everything))
    assert (await found("", offset=1, most=1)) == ([first], total)
    assert await found("", dataset="penalty_tax") == ([], 0)
    assert await found("", OTHER) == ([], 0)


async def test_another_agencys_rows_are_neither_read_nor_corrected(gateway, refuse, tmp_path):
    first = await refuse(920)
    table = await workbook(gateway, first, "zh")
    for door in (
        lambda: states(gateway, first, actor=OTHER),
        lambda: send_back(gateway, tmp_path, first, table, OTHER),
        lambda: states(gateway, UUID(int=1)),
    ):
        with pytest.raises(DeniedError) as refused:
            await door()
        assert refused.value.denial.reason == "batch-not-found"
