"""What an agency is told of the rows of its file, over HTTP and in words; what does not add up is not stored."""

import hashlib
from uuid import uuid4

import pytest

from connectors.catalogue.load import get_dataset
from connectors.decoding.decode import Table
from connectors.model.counting import Tally
from gateway.cli.counting import counting_lines
from gateway.runtime.denial import DeniedError
from tests.agencies import HEADER, arrears
from tests.enterprises import uscc
from tests.intake.test_upload_pages import hand_in
from tests.stories import slug
from tests.submissions import take_table

FILE = "\n".join([
    "欠税公告,,,,", "", HEADER, f"甲公司,{uscc(1)},,1,增值税", f"乙公司,{uscc(2)},,2,增值税", HEADER, ",,,,",
    f"甲公司,{uscc(1)},,3,增值税", f"甲公司,{uscc(1)},,4,增值税", f"甲公司,{uscc(1)},,4,增值税", "李*,,,5,增值税",
    "丙公司,,,若干,增值税", "合计,,,15,", "填表人：王某,,,,", "",
]) + "\n"  # fmt: skip


async def test_every_row_of_the_file_is_told_by_what_it_was(push, get, rows):
    answer = await push(FILE)
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert (batch["rows"], batch["accepted"], batch["corrections"], batch["duplicates"]) == (7, 2, 2, 1)
    assert (batch["natural_persons"], batch["rejected"]) == (1, 1)
    counting = batch["counting"]
    assert (counting["file_rows"], counting["data_rows"]) == (15, 7)
    assert {name: told for name, told in counting.items() if isinstance(told, dict)} == {
        "titles": {"count": 1, "rows": ["1"]},
        "header": {"count": 1, "rows": ["3"]},
        "blank": {"count": 3, "rows": ["2", "7", "15"]},
        "repeated_headers": {"count": 1, "rows": ["6"]},
        "footers": {"count": 2, "rows": ["13-14"]},
        "natural_persons": {"count": 1, "rows": ["11"]},
        "conflicts": {"count": 1, "rows": [[4, 8, 9]]},
    }
    assert (await get(f"/v1/batches/{batch['batch']}")).json()["counting"] == counting
    lines = "\n".join(counting_lines(counting))
    for said in ("rows in the file: 15", "footer rows: 2（行 rows 13-14）", "自然人", "4、8、9"):
        assert said in lines
    assert "李" not in str(counting)
    latest = "SELECT convert_from(canonical, 'UTF8') FROM record WHERE business_key = :k AND superseded_at IS NULL"
    assert '"4"' in (await rows(latest, k=f"{uscc(1)}|增值税"))[0][0]


async def test_rows_that_contradict_those_of_an_earlier_batch_are_corrections_alone(push):
    await push(arrears([21, 22]))
    counting = (await push(arrears([21, 22], amount="6"))).json()["counting"]
    assert counting["conflicts"] == {"count": 0, "rows": []}


async def test_rows_far_apart_that_contradict_each_other_are_told(push, monkeypatch):
    monkeypatch.setattr("connectors.store.taking.CHUNK_ROWS", 100)
    lines = arrears(range(1000, 1450)).splitlines()
    body = "\n".join([*lines, lines[1].replace(",5,", ",6,"), lines[300].replace(",5,", ",7,")]) + "\n"
    counting = (await push(body)).json()["counting"]
    assert counting["conflicts"] == {"count": 2, "rows": [[2, 452], [301, 453]]}


@pytest.mark.parametrize("mark", ['"某路', '"某路1号""'])
async def test_a_file_with_an_open_quotation_mark_stores_nothing(push, rows, mark):
    before = await rows("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM rejected_row)")
    body = arrears(range(2000, 2300)).splitlines()
    body[150] = body[150].replace("某路1号", mark)
    answer = await push("\n".join(body) + "\n")
    assert (answer.status_code, slug(answer)) == (422, "malformed-delivery")
    assert "line 151 opens" in answer.json()["detail"]
    assert await rows("SELECT (SELECT count(*) FROM record), (SELECT count(*) FROM rejected_row)") == before


@pytest.mark.parametrize("total", [2, 4])
async def test_rows_that_do_not_add_up_to_the_file_store_nothing(gateway, rows, total):
    lines = [["甲公司", uscc(3), "", "1", "增值税"], ["乙公司", uscc(4), "", "2", "增值税"]]

    def read():
        given = iter([(number, list(cells)) for number, cells in enumerate(lines, start=2)])
        return Table("utf-8", HEADER.split(","), given, tally=Tally(total=total))

    before = await rows("SELECT count(*) FROM record")
    digest = hashlib.sha256(str(total).encode()).digest()
    with pytest.raises(DeniedError, match=f"has {total} rows, 3 were counted"):
        await take_table(gateway, get_dataset("tax_arrears"), str(uuid4()), digest, read)
    assert await rows("SELECT count(*) FROM record") == before


async def test_the_console_shows_what_the_rows_of_a_file_were(clerk):
    answer = await hand_in(clerk, FILE.replace(uscc(1), uscc(31)).encode(), batch="counted")
    shown = (await clerk.get(answer.headers["location"])).text
    for said in ("尾注行", "13-14", "重复的列名行", "4、8、9"):
        assert said in shown
