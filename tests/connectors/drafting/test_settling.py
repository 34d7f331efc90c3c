"""What the rest of a file settles: the only column of its kind, the fine in the sentence, the currency of an amount."""

from tests.connectors.drafting.files import drafted, sample
from tests.enterprises import uscc

NUMBERS = range(1, 7)


def columns(spelling):
    return {name: column.from_ for name, column in spelling.fields.items()}


def test_of_a_monthly_dataset_the_only_column_of_months_is_the_period(tmp_path):
    rows = [f"温州甲{n}鞋厂,{uscc(n)},Q{n},2020-0{n}-01,2024-0{n},{n}00" for n in NUMBERS]
    file = sample(tmp_path, "用气", ["户名,统一社会信用代码,户号,立户那天,推送批次月,本月用气量", *rows])
    assert columns(drafted(file, "gas_usage").spelling)["period"] == ["推送批次月"]
    rows = [row + f",2023-0{number}" for number, row in zip(NUMBERS, rows, strict=True)]
    file = sample(tmp_path, "用气", ["户名,统一社会信用代码,户号,立户那天,推送批次月,本月用气量,另一个月", *rows])
    assert "period" not in columns(drafted(file, "gas_usage").spelling)


def test_a_near_heading_is_sure_where_no_other_column_could_be_meant(tmp_path):
    headings = "纳税人名称,纳税人识别号,税种,年末欠税余额合计（万元）"
    rows = [f"温州甲{n}鞋业有限公司,{uscc(n)},增值税,{n}0" for n in NUMBERS]
    found = columns(drafted(sample(tmp_path, "欠税", [headings, *rows]), "tax_arrears").spelling)
    assert found["balance"] == ["年末欠税余额合计（万元）"]
    rows = [f"{row},{number}" for number, row in zip(NUMBERS, rows, strict=True)]
    file = sample(tmp_path, "欠税", [f"{headings},滞纳金（万元）", *rows])
    assert "balance" not in columns(drafted(file, "tax_arrears").spelling)


def test_the_only_body_beside_the_party_is_the_buyer(tmp_path):
    headings = "合同编号,供应商名称,统一社会信用代码,甲方采购单位,合同金额（元）"
    rows = [f"HT{n},温州甲{n}鞋业有限公司,{uscc(n)},某某{n}学院,{n}00" for n in NUMBERS]
    found = columns(drafted(sample(tmp_path, "采购", [headings, *rows]), "gov_procurement").spelling)
    assert found["buyer"][-1] == "甲方采购单位"
    rows = [f"{row},某某{number}医院" for number, row in zip(NUMBERS, rows, strict=True)]
    file = sample(tmp_path, "采购", [f"{headings},使用单位", *rows])
    assert "甲方采购单位" not in columns(drafted(file, "gov_procurement").spelling)["buyer"]


def test_the_fine_is_read_from_the_sentence_where_no_column_holds_it(tmp_path):
    headings = "当事人名称,统一社会信用代码,处罚决定书文号,处罚内容,处罚日期,处罚机关"
    rows = [f"温州甲{n}电镀有限公司,{uscc(n)},环罚{n}号,责令改正，处{n}万元罚款。,2024-05-0{n},某局" for n in NUMBERS]
    found = drafted(sample(tmp_path, "处罚", [headings, *rows]), "penalty_env").spelling.fields["cf_nr_fk"]
    assert (found.from_, found.fine_within) == ([], ["处罚内容"])
    rows = [f"{row},{number}" for number, row in zip(NUMBERS, rows, strict=True)]
    file = sample(tmp_path, "处罚", [f"{headings},罚款金额（万元）", *rows])
    assert drafted(file, "penalty_env").spelling.fields["cf_nr_fk"].fine_within == []


def test_a_capital_that_names_its_currency_tells_it(tmp_path):
    rows = [f"温州甲{n}鞋业有限公司,{uscc(n)},{n}0(万元人民币)" for n in NUMBERS]
    found = columns(drafted(sample(tmp_path, "登记", ["企业名称,统一社会信用代码,注册资金", *rows])).spelling)
    assert found["reg_capital"][-1] == found["currency"][-1] == "注册资金"
