"""Columns that no mapping reads: counted, and recognised where a code, an amount or a required field would be lost."""

from datetime import date

import pytest

from connectors.catalogue.files_check import read_mappings
from connectors.catalogue.load import agencies, get_dataset
from connectors.catalogue.trial import try_rows
from connectors.decoding.decode import decode
from connectors.decoding.layout import lay_out
from connectors.drafting.draft import propose
from connectors.drafting.draft_text import write_snippet
from connectors.drafting.unread import Leftovers
from tests.enterprises import uscc

HEADER = ["行政相对人名称", "统一社会信用代码", "行政处罚决定书文号", "处罚类别", "处罚决定日期", "处罚机关"]


def row(number, name="", **more):
    return [
        name or f"甲乙{number}有限公司",
        uscc(number),
        f"罚{number}号",
        "罚款",
        "2024-03-01",
        "某局",
        *more.values(),
    ]


def unread(tmp_path, header, rows, dataset="penalty_general"):
    path = tmp_path / "a.csv"
    path.write_text("\n".join(",".join(cells) for cells in [header, *rows]) + "\n", "utf-8")
    layout = lay_out(get_dataset(dataset), decode(path))
    leftovers = Leftovers(layout.binding)
    trial = try_rows(leftovers.watch(layout), date(2026, 1, 2))
    assert trial.counts["rows"] == len(rows)
    return leftovers.columns()


@pytest.mark.parametrize(
    ("heading", "cells", "seems", "warning"),
    [
        ("罚款金额", ["0.5", "", "12"], "cf_nr_fk", True),
        ("处罚金额（元）", ["5000", "", "7"], "cf_nr_fk", True),
        ("相对人证号", [uscc(5), "/", uscc(7)], "party.codes", True),
        ("缴款金额（元）", ["1", "无", "3"], "amount", True),
        ("罚没款", ["500.00", "7000.50"], "amount", True),
        ("应缴未缴数", ["7000.50", "12"], "amount", True),
        ("从业人数", ["500", "12"], "", False),
        ("联系人", ["王五", "", "赵六"], "", False),
        ("序号", ["1", " ", "2"], "", False),
        ("", ["1", "", "2"], "", False),
    ],
)
def test_a_column_is_counted_and_recognised(tmp_path, heading, cells, seems, warning):
    rows = [row(number, extra=cell) for number, cell in enumerate(cells, start=1)]
    (column,) = unread(tmp_path, [*HEADER, heading], rows)
    assert (column.column, column.values) == (heading or "第7列", 2)
    assert (column.seems, column.warning) == (seems, warning)
    document = column.document()
    assert ("2 个值不入库" in document["zh"], "2 values" in document["en"]) == (True, True)
    assert ("请在映射中写明" in document["zh"]) == warning


def test_what_is_lost_comes_first_and_an_empty_column_is_no_loss(tmp_path):
    rows = [row(number, note="x", fine="" if number else "1", lost="5") for number in range(3)]
    columns = unread(tmp_path, [*HEADER, "去向", "没收金额", "罚款金额"], rows)
    assert [(column.column, column.values, column.warning) for column in columns] == [
        ("罚款金额", 3, True), ("没收金额", 1, True), ("去向", 3, False),
    ]  # fmt: skip
    assert unread(tmp_path, [*HEADER, "罚款金额"], [row(1, fine="/")]) == []


@pytest.mark.parametrize("rows", [3, 300])
def test_what_closes_a_sheet_is_no_value_of_a_column(tmp_path, rows):
    path = tmp_path / "closed.csv"
    data = [row(number, fine="5" if number == 1 else "", note="", who="张三") for number in range(1, rows + 1)]
    closing = [
        ["合计", *[""] * 5, "5", "", "1"],
        ["单位（盖章）", *[""] * 5, "", "填表人：李四", ""],
        [""] * 7 + ["第1页"],
    ]
    header = [*HEADER, "罚款金额", "备用", "联系人"]
    path.write_text("\n".join(",".join(cells) for cells in [header, *data, *closing]) + "\n", "utf-8")
    layout = lay_out(get_dataset("penalty_general"), decode(path))
    leftovers = Leftovers(layout.binding)
    trial = try_rows(leftovers.watch(layout), date(2026, 1, 2))
    assert (trial.counts["rows"], trial.layout.tally.footers.count) == (rows, 3)
    for _ in range(2):  # asked again, it says the same
        found = {column.column: column.values for column in leftovers.columns()}
        assert found == {"罚款金额": 1, "联系人": rows}


def test_the_authoritys_own_code_and_a_second_spelling_of_what_is_read_are_no_loss(tmp_path):
    rows = [row(number, fine="0.5", again="5000", own=uscc(900)) for number in range(30)]
    columns = unread(tmp_path, [*HEADER, "罚款金额（万元）", "罚款金额（元）", "承办单位编码"], rows)
    assert [(column.column, column.warning) for column in columns] == [
        ("罚款金额（元）", False),
        ("承办单位编码", False),
    ]


def test_a_file_whose_columns_are_all_read_passes_by_untouched(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",".join(HEADER) + "\n" + ",".join(row(1)) + "\n", "utf-8")
    layout = lay_out(get_dataset("penalty_general"), decode(path))
    assert Leftovers(layout.binding).watch(layout) is layout


def test_a_draft_of_a_file_without_the_kind_lets_no_person_in_wherever_it_is_pasted(tmp_path):
    plain, mixed = tmp_path / "plain.csv", tmp_path / "mixed.csv"
    rows = [row(number) for number in range(30)]
    plain.write_text("\n".join(map(",".join, [HEADER, *rows])), "utf-8")
    kinds = [[*cells, "自然人" if number < 5 else "法人及非法人组织"] for number, cells in enumerate(rows)]
    mixed.write_text("\n".join(map(",".join, [[*HEADER, "行政相对人类别"], *kinds])), "utf-8")
    of = get_dataset("penalty_general")
    drafted = propose({of.dataset: of}, agencies(), decode(plain), "plain")
    with_draft = read_mappings("draft", write_snippet(drafted), of)
    for mappings in (with_draft.mappings, with_draft.mappings[::-1]):
        with_draft.mappings[:] = mappings
        trial = try_rows(lay_out(with_draft, decode(mixed)), date(2026, 1, 2))
        assert (trial.counts["natural_persons"], trial.counts["accepted"]) == (5, 25)
