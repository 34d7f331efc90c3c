"""Where a sample's headings are: told by what stands below them."""

from connectors.catalogue.load import datasets
from connectors.decoding.decode import decode
from connectors.drafting.sample import read_sample
from tests.connectors.drafting.files import drafted, sample
from tests.enterprises import uscc


def found(folder, lines):
    return read_sample(datasets().values(), decode(sample(folder, "file", lines)))


def test_a_row_of_slashes_is_no_header(tmp_path):
    header = (
        "序号,行政决定部门,行政相对人名称/项目名称,统一社会信用代码,行政处罚决定书文号,行政决定日期,不公示原因,备注"
    )
    rows = [
        "1,某区住建委,张*民,/,京测罚字[2021]第1号,2021/01/19,/,/",
        f"2,某区住建委,甲乙测试2有限公司,{uscc(2)},京测罚字[2021]第2号,2021/01/19,/,/",
    ]
    seen = found(tmp_path, [header, *rows])
    assert seen.headings == header.split(",")
    assert [len(row) for row in seen.rows] == [8, 8]


def test_words_that_the_next_rows_say_again_are_no_headings(tmp_path):
    rows = [f"罚款,警告,{number}" for number in range(5)]
    assert found(tmp_path, ["种类一,种类二,某数", *rows]).headings == ["种类一", "种类二", "某数"]


def test_an_unknown_word_over_dates_or_codes_counts_for_a_header(tmp_path):
    rows = [f"2024-0{number}-01,{uscc(number)}" for number in range(1, 6)]
    assert found(tmp_path, ["某某区统计,", "那天,那码", *rows]).headings == ["那天", "那码"]


def test_a_draft_below_a_row_of_slashes_reads_the_right_columns(tmp_path):
    header = (
        "行政相对人名称/项目名称,统一社会信用代码,行政处罚决定书文号,处罚类别,处罚决定日期,处罚机关,不公示原因,备注"
    )
    rows = [
        f"甲乙测试{n}有限公司,{uscc(n)},京测罚字[2021]第{n}号,警告,2021/01/1{n},某区城管局,/,/" for n in range(1, 6)
    ]
    spelling = drafted(sample(tmp_path, "行政处罚", [header, *rows]), "penalty_general").spelling
    assert spelling.party.name == ["行政相对人名称/项目名称"]
    assert spelling.fields["cf_wsh"].from_ == ["行政处罚决定书文号"]
