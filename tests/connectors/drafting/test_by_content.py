"""Columns whose headings say nothing: what stands below them is guessed, and a person confirms it."""

import pytest

from connectors.conversion.shapes import Shape
from connectors.drafting.draft_text import write_snippet
from connectors.drafting.guess import UnguessableError
from connectors.drafting.looks import look_of, says_nothing
from tests.connectors.drafting.files import drafted, sample
from tests.enterprises import uscc


def row(n):
    return f"{uscc(n)},温州甲{n}有限公司,2024-03-{n:02d},{n}000.50,温罚〔2024〕{n}号,某区城管局"


HEADINGS = ("列1,列2,列3,列4,列5,列6", "A,B,C,D,E,F", "第1列,第2列,第3列,第4列,第5列,第6列", "F1,F2,F3,F4,F5,F6")


@pytest.mark.parametrize("header", HEADINGS)
def test_dates_amounts_numbers_of_documents_names_and_codes_are_guessed(tmp_path, header):
    found = drafted(sample(tmp_path, "处罚", [header, *(row(n) for n in range(1, 21))]), "penalty_general")
    first, second, day, amount, number, body = header.split(",")
    lines = {doubt.about: doubt.line for doubt in found.doubts if not doubt.text.startswith("没有注明单位")}
    assert lines == {
        "party.codes": f"codes: [{first}]",
        "party.name": f"name: [{second}]",
        "cf_xdr_mc": f"cf_xdr_mc: {{from: [{second}]}}",
        "cf_cfjg": f"cf_cfjg: {{from: [{body}]}}",
        "cf_jdrq": f"cf_jdrq: {{from: [{day}]}}",
        "cf_wsh": f"cf_wsh: {{from: [{number}]}}",
        "cf_nr_fk": f"cf_nr_fk: {{from: [{amount}]}}",
    }
    assert not {"cf_jdrq", "cf_nr_fk", "cf_wsh"} & set(found.spelling.fields)  # none is taken for sure
    guessed = [doubt for doubt in found.doubts if doubt.about == "cf_jdrq"]
    assert "猜测，请确认" in guessed[0].text
    assert "a guess to confirm" in guessed[0].text
    assert found.left_columns[day] == "日期 dates 100%"
    assert f"{day}（日期 dates 100%）" in write_snippet(found)


def test_a_column_without_a_heading_is_guessed_by_its_place(tmp_path):
    lines = [
        "行政相对人名称,统一社会信用代码,,处罚类别",
        *(f"甲{n}有限公司,{uscc(n)},2024/3/{n},警告" for n in range(1, 9)),
    ]
    found = drafted(sample(tmp_path, "处罚", lines), "penalty_general")
    assert [doubt.line for doubt in found.doubts if doubt.about == "cf_jdrq"] == ["cf_jdrq: {from: [第3列]}"]


def test_of_two_columns_of_names_the_one_that_differs_most_is_guessed_to_be_the_partys(tmp_path):
    bodies = ("甲区城管局", "乙区城管局", "丙区城管局")
    lines = ["A,B,C", *(f"{bodies[n % 3]},{uscc(n)},温州甲{n}有限公司" for n in range(1, 11))]
    lines_of = {doubt.about: doubt.line for doubt in drafted(sample(tmp_path, "处罚", lines), "penalty_general").doubts}
    assert (lines_of["party.name"], lines_of["cf_xdr_mc"]) == ("name: [C]", "cf_xdr_mc: {from: [C]}")
    assert lines_of["cf_cfjg"] == "cf_cfjg: {from: [A]}"


def test_an_unknown_heading_is_offered_to_required_fields_alone(tmp_path):
    lines = ["纳税人名称,纳税人识别号,某某甲数,某某乙数", *(f"甲{n}有限公司,{uscc(n)},{n}.5,{n}7" for n in range(1, 9))]
    found = drafted(sample(tmp_path, "欠税", lines), "tax_arrears")
    guessed = [doubt.about for doubt in found.doubts if "猜测" in doubt.text]
    assert guessed
    assert all(found.dataset.fields[name].required for name in guessed)


def test_who_cannot_be_told_a_dataset_is_told_what_the_columns_are(tmp_path):
    with pytest.raises(UnguessableError, match="C 日期 dates 100%"):
        drafted(sample(tmp_path, "甲", ["A,B,C,D,E,F", *(row(n) for n in range(1, 21))]))


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "2", "3", "4"], None),  # it counts the rows
        (["13800000000", "13800000001"], None),  # telephone numbers
        (["", "", ""], None),
        (["无照经营", "占道经营"], None),
        (["2024.1.2", "2024.1.3"], "dates"),
        (["1.5", "", "20000元"], "amounts or numbers"),
        (["（2024）浙0302执1号", "（2024）浙0302执2号"], "document numbers"),
        (["某某区城管局", "甲乙有限公司"], "names"),
    ],
)
def test_what_cells_are_is_told(cells, kind):
    look = look_of(Shape(tuple(cells)))
    assert (look.kind if look else None) == kind


@pytest.mark.parametrize("heading", ["", "列1", "B", "AA", "Column1", "Unnamed: 3", "字段二", "7", "？"])
def test_headings_that_say_nothing(heading):
    assert says_nothing(heading)


@pytest.mark.parametrize("heading", ["日期", "金额", "名称", "ID", "No", "备注", "cf_wsh"])
def test_headings_that_say_something(heading):
    assert not says_nothing(heading)
