"""Numbers that are no persons, and parties that are: what is dropped, what is refused, what is kept."""

from datetime import date

import orjson
import pytest

from connectors.catalogue.load import get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.cells import HIDDEN, CellError, without_citizens
from connectors.conversion.free_text import without_contacts
from connectors.conversion.identifiers import is_citizen
from connectors.conversion.normalise import read_document
from connectors.conversion.party import PERSON
from connectors.conversion.persons import is_persons_name
from connectors.conversion.rows import Mapped, Refused, RowMapper
from tests.enterprises import citizen, sole_trader, uscc

TODAY = date(2026, 1, 2)
LICENCE = [
    "行政相对人名称",
    "统一社会信用代码",
    "行政许可决定书文号",
    "许可编号",
    "许可内容",
    "许可决定日期",
    "许可机关",
]
PENALTY = ["行政相对人名称", "统一社会信用代码", "行政处罚决定书文号", "处罚类别", "处罚决定日期", "处罚机关"]
PERMITS = [f"11010620240719{number:04d}" for number in range(9301, 9434)]


def mapped(header, row, dataset):
    return RowMapper(bind(get_dataset(dataset), header), TODAY).map(row)


def test_permit_numbers_with_a_day_in_them_are_no_citizen_numbers():
    assert any(is_citizen(number) for number in PERMITS)  # one in eleven has a check digit that fits
    for number in PERMITS:
        row = ["甲乙有限公司", uscc(1), number, number, f"批准施工，许可证号{number}", "2024-07-19", "某区住建委"]
        record = mapped(LICENCE, row, "license_general")
        assert isinstance(record, Mapped), record
        fields = orjson.loads(record.canonical)["fields"]
        assert (fields["xk_wsh"], fields["xk_xkbh"], fields["xk_nr"]) == (number, number, row[4])


@pytest.mark.parametrize("dataset", ["license_general", "penalty_general"])
def test_fields_that_number_documents_are_known_by_their_names(dataset):
    fields = get_dataset(dataset).fields
    assert next(iter(fields.values())).is_document or fields["xk_wsh"].is_document
    assert not any(field.is_document for field in fields.values() if field.personal or field.type != "text")


def test_a_declared_document_may_be_any_number_but_not_one_with_a_person_in_it():
    assert read_document("330302198001011234", keyed=True) == "330302198001011234"
    assert read_document(citizen(3), keyed=True) == citizen(3)
    assert read_document("施工许可证号110106202407199301") == "施工许可证号110106202407199301"
    assert read_document(f"罚字 {citizen(3)}") == f"罚字 {HIDDEN}"
    with pytest.raises(CellError, match="key_personal"):
        read_document(f"罚字 {citizen(3)}", keyed=True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"当事人{citizen(4)}", f"当事人{HIDDEN}"),
        (
            f"许可证号{citizen(4)}",
            f"许可证号{HIDDEN}",
        ),  # the check digit and the year of birth fit: a person, whatever is said
        ("身份证号330302198001011239", f"身份证号{HIDDEN}"),  # a slip in the check digit
        ("身份证号33030220150101123X", "身份证号33030220150101123X"),  # no check digit, and no grown-up
        ("证书编号：330302199901011239", "证书编号：330302199901011239"),
        ("许可证号110106202407199301", "许可证号110106202407199301"),
        ("京〔2024〕第110106202407199301号", "京〔2024〕第110106202407199301号"),
    ],
)
def test_citizen_numbers_are_told_by_check_digit_age_and_what_stands_before(text, kept):
    assert without_citizens(text) == kept


@pytest.mark.parametrize(
    "text", ["银行卡6222021234567890128", "卡号：6222 0212 3456 7890 128", "收款账户6222021234567890128"]
)
def test_a_card_is_masked_where_it_is_said_to_be_one(text):
    assert "卡号已隐去" in without_contacts(text)


@pytest.mark.parametrize(
    "text",
    ["出厂编号6222021234567890128", "6222021234567890128", "设备序列号4111111111111111", "账号6222021234567890129"],
)
def test_a_factory_number_and_a_number_that_fails_the_check_are_no_cards(text):
    assert without_contacts(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "张三",
        "王某某",
        "欧阳某",
        "欧阳小明",
        "李某",
        "某某",
        "Zhang San",
        "买买提·某某江",
        "张三、李四",
        "张某某（身份证〔证件号已隐去〕）",
    ],
)
def test_a_persons_name(name):
    assert is_persons_name(name)


@pytest.mark.parametrize(
    "name",
    ["同仁堂", "中国石化", "某某镇政府", "张三早点铺", "北京市某某区张三早点铺",
     "王府井商场", "华联超市", "Blue Sky Trading", "ACME LIMITED",
     "张三、某某有限公司", "国家电网", ""],
)  # fmt: skip
def test_a_name_that_may_be_an_enterprises(name):
    assert not is_persons_name(name)


def penalised(name, code="", dataset="penalty_general"):
    return mapped(PENALTY, [name, code, "罚1号", "罚款", "2024-03-01", "某局"], dataset)


@pytest.mark.parametrize("name", ["张三", "王某某", "Zhang San", "买买提·某某江", "张三、李四", "张\u200b三"])
def test_a_persons_name_without_a_code_is_refused_where_no_persons_are_expected_and_dropped_where_they_are(name):
    refused = penalised(name)
    assert isinstance(refused, Refused)
    assert [reason.code for reason in refused.reasons] == ["party_personal"]
    assert penalised(name, dataset="penalty_market") == PERSON


@pytest.mark.parametrize("dataset", ["penalty_general", "penalty_market"])
def test_an_enterprise_with_a_short_name_is_kept_in_either(dataset):
    for name in ("同仁堂", "中国石化", "某某镇政府"):
        assert isinstance(penalised(name, dataset=dataset), Mapped)
    assert isinstance(penalised("张三", sole_trader(1), dataset), Mapped)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("李*", ""),
        ("张＊", uscc(1)),
        ("欧阳某", "110105199001011234"),
        ("张三 ", "1101051990********"),
        (f"张某某（身份证{citizen(5)}）", ""),
    ],
)
def test_a_person_is_dropped_in_every_dataset(name, code):
    assert penalised(name, code) == PERSON


def test_a_party_declared_to_be_an_enterprise_is_none():
    header = [*PENALTY, "行政相对人类别"]
    row = ["张小泉", "", "罚1号", "罚款", "2024-03-01", "某局", "法人及非法人组织"]
    assert isinstance(mapped(header, row, "penalty_market"), Mapped)
    assert mapped(header, [*row[:-1], " 自然人\u200b"], "penalty_market") == PERSON


@pytest.mark.parametrize("name", ["#N/A", "/", "无", "-", "－", ""])
def test_what_stands_for_nothing_is_no_name(name):
    header = ["企业名称", "统一社会信用代码", "成立日期"]
    for code, dataset in ((uscc(1), "ent_registration"), ("", "ent_registration")):
        outcome = mapped(header, [name, code, "2020-01-02"], dataset)
        assert isinstance(outcome, Refused) or (code and orjson.loads(outcome.canonical)["name"] == "")
