"""Refused rows go out with reasons, come back corrected in the very same file, and are counted to the last one."""

import csv
import io

import fastexcel
import pytest

from tests.agencies import HEADER, arrears, workbook
from tests.enterprises import citizen, uscc
from tests.stories import slug


def bad_batch(first, number=6):
    """Rows that all have an unreadable amount; the first also has a cell that starts with "="."""
    lines = [f"=公司{n},{uscc(first + n)},,{n}圆整,增值税" for n in range(number)]
    return "\n".join([HEADER, *lines, f"好公司,{uscc(first + 90)},,1,增值税"]) + "\n"


@pytest.fixture
async def refused(push, get):
    """Push a delivery with bad rows; return its batch and its table of refused rows."""

    async def make(first, form="csv", number=6):
        batch = (await push(bad_batch(first, number))).json()
        file = await get(f"/v1/batches/{batch['batch']}/rejected-rows", params={"format": form})
        assert file.status_code == 200
        return batch["batch"], read(file.content, form)

    return make


def read(content, form="csv"):
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = fastexcel.read_excel(content).load_sheet(0, header_row=None, dtypes="string").to_polars()
    return [["" if cell is None else cell for cell in row] for row in sheet.rows()]


def write(table, form="csv"):
    if form == "xlsx":
        return workbook(table, formulas=False)
    target = io.StringIO()
    csv.writer(target).writerows(table)
    return target.getvalue().encode("utf-8-sig")


def mend(table, but=()):
    """Correct the amounts, but those of some lines."""
    place = table[0].index("欠税金额")
    for line, row in enumerate(table[1:]):
        if line not in but:
            row[place] = row[place].removesuffix("圆整")
    return table


def state(batch):
    return batch["rejected"], batch["corrected"], batch["open"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_a_corrected_file_brings_its_rows_in_order_and_a_row_still_wrong_comes_back(
    push, get, refused, rows, form
):
    first = 1000 if form == "csv" else 1100
    batch, table = await refused(first, form)
    assert [row[0] for row in table[1:]] == ["2", "3", "4", "5", "6", "7"]
    answer = await push(write(mend(table, but=[4, 5]), form), Corrects=batch)
    assert answer.status_code == 201, answer.text
    second = answer.json()
    assert (second["rows"], second["accepted"], second["corrects"]) == (6, 4, batch)
    assert state((await get(f"/v1/batches/{batch}")).json()) == (6, 4, 2)
    again = read((await get(f"/v1/batches/{second['batch']}/rejected-rows", params={"format": form})).content, form)
    assert [row[0] for row in again[1:]] == ["6", "7"]
    assert "不是金额" in again[1][3]
    third = (await push(write(mend(again), form), Corrects=second["batch"])).json()
    assert (third["accepted"], third["corrects"]) == (2, batch)
    assert state((await get(f"/v1/batches/{batch}")).json()) == (6, 6, 0)
    assert state((await get(f"/v1/batches/{second['batch']}")).json()) == (2, 2, 0)
    kept = await rows(
        "SELECT convert_from(canonical, 'UTF8') FROM record WHERE business_key LIKE :k", k=f"{uscc(first)}%"
    )
    assert '"name":"=公司0"' in kept[0][0]


async def test_the_same_corrected_file_is_one_batch_under_whatever_id(push, refused):
    batch, table = await refused(1200)
    body = write(mend(table))
    first, again = await push(body, "mended-1", Corrects=batch), await push(body, "mended-2", Corrects=batch)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["batch"] == again.json()["batch"]


async def test_the_whole_workbook_sent_again_takes_in_only_what_was_open(push, get, refused):
    batch, table = await refused(1300)
    await push(write(mend(table, but=[0])), Corrects=batch)
    rest = (await push(write(mend(table)), Corrects=batch)).json()
    assert (rest["rows"], rest["accepted"]) == (1, 1)
    nothing = await push(write([*table, [""] * 10]), Corrects=batch)
    assert (nothing.status_code, "corrected before" in nothing.text) == (422, True)


async def test_rows_left_out_stay_open(push, get, refused):
    batch, table = await refused(1400)
    await push(write(mend(table)[:3]), Corrects=batch)
    assert state((await get(f"/v1/batches/{batch}")).json()) == (6, 2, 4)


async def test_a_shifted_row_is_put_straight(push, get):
    body = f"{HEADER}\n甲公司,多余,{uscc(1500)},某路,5,增值税\n"
    batch = (await push(body)).json()["batch"]
    table = read((await get(f"/v1/batches/{batch}/rejected-rows", params={"format": "csv"})).content)
    assert table[0][-1] == "第6列"
    still = (await push(write(table), Corrects=batch)).json()
    assert still["reasons"] == {"column_count": 1}
    table[1][5:] = ["甲公司", uscc(1500), "某路", "5", "增值税", ""]
    assert (await push(write(table), Corrects=batch)).json()["accepted"] == 1


def without_column(table):
    return [row[:-1] for row in table]


def renamed(table):
    return [[cell.replace("欠税金额", "金额") for cell in row] for row in table]


def foreign_row(table):
    return [*table, ["999", *table[1][1:]]]


def twice(table):
    return [*table, table[1]]


def no_number(table):
    return [table[0], ["二", *table[1][1:]]]


def overlong(table):
    return [table[0], [*table[1], "more"]]


def no_batch(table):
    return [[table[0][0].partition(" · ")[0], *table[0][1:]], *table[1:]]


def plain(table):
    return [row[5:] for row in table]


def shortened(table):
    return [table[0], [*table[1][:7], "长" * 2000, *table[1][8:]]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without_column, "列被改动过"), (renamed, "缺少 欠税金额，多出 金额"), (foreign_row, "999 was not refused"),
        (twice, "出现两次"), (no_number, "不是行号"), (overlong, "比标题行长"), (no_batch, "lost its batch id"),
        (plain, "不是问题数据表"), (shortened, "从原文件整行重报"),
    ],
)  # fmt: skip
async def test_what_is_no_corrected_file_of_this_batch_is_refused_in_words_and_changes_nothing(
    push, get, refused, change, said
):
    batch, table = await refused(1600)
    answer = await push(write(change(mend(table))), Corrects=batch)
    assert (answer.status_code, slug(answer), said in answer.text) == (422, "correction-refused", True), answer.text
    assert (await get(f"/v1/batches/{batch}")).json()["corrected"] == 0


async def test_another_batchs_file_corrects_nothing_here(push, refused):
    batch, _ = await refused(1700)
    _, other = await refused(1710)
    answer = await push(write(mend(other)), Corrects=batch)
    assert (slug(answer), "的问题数据" in answer.text) == ("correction-refused", True)
    assert slug(await push(write(other), Corrects="018f0000-0000-7000-8000-000000000000")) == "correction-refused"
    unnamed = await push(write(mend(other)))
    assert (slug(unnamed), "Corrects" in unnamed.text) == ("correction-refused", True)


async def test_a_formula_is_refused_and_its_cell_named(push, refused):
    batch, table = await refused(1800, "xlsx")
    table = [[cell.removeprefix("=") for cell in row] for row in mend(table)]
    table[3][table[0].index("欠税金额")] = "=1+1"
    answer = await push(workbook(table), Corrects=batch)
    assert (slug(answer), "I4" in answer.text) == ("correction-refused", True), answer.text


async def test_a_damaged_workbook_is_refused(push, refused):
    batch, table = await refused(1850, "xlsx")
    for body in (b"PK\x03\x04" + b"x" * 100, workbook(table)[:900], b"", b"\xff\xfe\x00"):
        answer = await push(body, Corrects=batch)
        assert (answer.status_code, slug(answer) in {"correction-refused", "malformed-delivery"}) == (422, True)


async def test_csv_opens_in_a_spreadsheet_without_running_anything(push, get, refused):
    batch, _ = await refused(1900)
    for more in ({"params": {"format": "csv"}}, {"headers": {"Accept": "text/csv"}}):
        file = await get(f"/v1/batches/{batch}/rejected-rows", **more)
        assert file.headers["content-type"].startswith("text/csv")
        assert file.content.startswith(b"\xef\xbb\xbf")
        cells = [cell for row in csv.reader(io.StringIO(file.content.decode("utf-8-sig"))) for cell in row]
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
        assert "'=公司0" in cells
    assert (await get(f"/v1/batches/{batch}/rejected-rows", params={"format": "pdf"})).status_code == 400
    assert (await get(f"/v1/batches/{batch}/rejected-rows", "market_regulation")).status_code == 404


async def test_nothing_that_a_spreadsheet_takes_for_a_formula_stands_at_the_front_of_a_cell(push, get):
    fronts = ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t=", "\r=", "\n="]
    lines = [f'"{front}1",{uscc(2030 + number)},某路,一,增值税' for number, front in enumerate(fronts)]
    batch = (await push("\r\n".join([HEADER, *lines]) + "\r\n")).json()["batch"]
    table = read((await get(f"/v1/batches/{batch}/rejected-rows", params={"format": "csv"})).content)
    assert table[1:]
    assert not [cell for row in table for cell in row if cell.startswith(tuple(front[0] for front in fronts))]
    shown = {cell[1] for row in table[1:] for cell in row if cell.startswith("'")}
    assert shown >= {"＝", "＋", "－", "＠", "="}


async def test_a_citizen_number_is_in_neither_form_of_the_file(push, get):
    batch = (await push(f"{HEADER}\n辛店,{uscc(2050)},{citizen(3)}宅,一,增值税\n")).json()["batch"]
    for form in ("csv", "xlsx"):
        table = read((await get(f"/v1/batches/{batch}/rejected-rows", params={"format": form})).content, form)
        assert (citizen(3) in str(table), "证件号已隐去" in str(table)) == (False, True)


async def test_a_correction_whose_event_cannot_be_recorded_settles_nothing(gateway, push, get, refused, monkeypatch):
    batch, table = await refused(2000)
    record = type(gateway.audit).record

    async def fail(recorder, session, event, now=None):
        if event.type == "batch.sealed":
            raise OSError("the log cannot be written")
        return await record(recorder, session, event, now)

    monkeypatch.setattr(type(gateway.audit), "record", fail)
    assert (await push(write(mend(table)), Corrects=batch)).status_code == 500
    monkeypatch.undo()
    assert state((await get(f"/v1/batches/{batch}")).json()) == (6, 0, 6)
    assert (await push(write(mend(table)), Corrects=batch)).status_code == 201


async def test_a_correction_is_a_new_version_where_the_row_was_on_record(push, get, rows):
    await push(arrears([2100], amount="5"))
    batch = (await push(arrears([2100], amount="六"))).json()["batch"]
    table = read((await get(f"/v1/batches/{batch}/rejected-rows", params={"format": "csv"})).content)
    table[1][table[0].index("欠税金额")] = "6"
    assert (await push(write(table), Corrects=batch)).json()["corrections"] == 1
    versions = await rows("SELECT version FROM record WHERE business_key LIKE :k ORDER BY 1", k=f"{uscc(2100)}%")
    assert [row[0] for row in versions] == [1, 2]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_auditors_see_why_rows_were_refused_and_no_persons_name(push, get, form):
    body = arrears([70], amount="若干", name="张三水果店", address="人民路5号")
    batch = (await push(f"{HEADER}\n{body.partition(chr(10))[2]}")).json()["batch"]
    shown = {}
    for who in ("tax", "auditor-1"):
        answer = await get(f"/v1/batches/{batch}/rejected-rows?format={form}", who)
        assert answer.status_code == 200, answer.text
        shown[who] = (
            answer.text if form == "csv" else str(fastexcel.read_excel(answer.content).load_sheet(0).to_polars().rows())
        )
    assert ("张三水果店" in shown["tax"], "若干" in shown["tax"], uscc(70) in shown["tax"]) == (True, True, True)
    assert ("张三" in shown["auditor-1"], "人民路" in shown["auditor-1"]) == (False, False)
    assert ("已隐去" in shown["auditor-1"], "若干" in shown["auditor-1"]) == (True, True)
    assert uscc(70) in shown["auditor-1"]
