"""A draft that only adds to a mapping of the dataset takes its place; one that reads otherwise stands beside it."""

from connectors.catalogue.files_check import read_mappings
from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import try_out
from connectors.decoding.decode import decode
from connectors.drafting.draft_text import write_snippet
from tests.connectors.drafting.files import drafted, sample
from tests.connectors.drafting.test_draft import TODAY
from tests.enterprises import uscc

NUMBERS = range(1, 7)
ARREARS = "纳税人名称,纳税人识别号,税种,欠税金额"


def rows(end=""):
    return [f"温州甲{n}有限公司,{uscc(n)},增值税,{n}000{end}" for n in NUMBERS]


def test_a_draft_of_a_file_that_a_mapping_reads_is_that_mapping_with_what_the_file_adds(tmp_path):
    file = sample(tmp_path, "欠税公告", [ARREARS, *rows(), "制表人：某某,,,"])
    found, shipped = drafted(file, "tax_arrears"), get_dataset("tax_arrears").mappings[0]
    assert (found.spelling.id, found.spelling.version) == (shipped.id, shipped.version + 1)
    assert found.spelling.footers == ["制表"]
    assert set(shipped.fields["balance"].from_) <= set(found.spelling.fields["balance"].from_)
    snippet = write_snippet(found)
    assert f"in the place of {shipped.id}" in snippet
    mapped = read_mappings("draft.yaml", snippet, found.dataset)
    assert [mapping.id for mapping in mapped.mappings].count(shipped.id) == 1
    assert try_out(mapped, decode(file), TODAY).counts["accepted"] == 6


def test_a_new_heading_joins_those_a_field_is_read_from(tmp_path):
    file = sample(tmp_path, "欠税公告", [f"{ARREARS},公告时间", *rows(",2024-05-01")])
    spelling = drafted(file, "tax_arrears").spelling
    assert (spelling.id, spelling.fields["publish_date"].from_) == ("open-data", ["公告时间"])


def test_what_the_mapping_does_to_cells_stays(tmp_path):
    headings = "行政相对人名称,统一社会信用代码,行政许可决定文书号,许可类别,许可决定日期,许可机关"
    lines = [f"温州甲{n}有限公司,{uscc(n)},许{n},其他-补正,2024-05-0{n},某局" for n in NUMBERS]
    spelling = drafted(sample(tmp_path, "行政许可", [headings, *lines]), "license_general").spelling
    assert spelling.fields["xk_xklb"].extract


def test_a_draft_that_reads_otherwise_has_a_name_of_its_own(tmp_path):
    file = sample(tmp_path, "欠税公告", [ARREARS.replace("纳税人名称", "欠税的那家"), *rows()])
    assert drafted(file, "tax_arrears").spelling.id == "draft"
