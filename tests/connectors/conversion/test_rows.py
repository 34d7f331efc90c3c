"""Rows with every trap found in real deliveries: what becomes of each, and that no person is kept."""

from datetime import date

import orjson
import pytest

from connectors.catalogue.files_check import CatalogueError, load_catalogue
from connectors.catalogue.load import agencies, datasets, get_dataset
from connectors.conversion.binding import bind
from connectors.conversion.party import PERSON
from connectors.conversion.rows import Mapped, Refused, RowMapper
from connectors.errors import MalformedError
from tests.enterprises import citizen, organisation, sole_trader, tax_number, uscc

TODAY = date(2026, 1, 2)
PENALTY = [
    "行政相对人名称",
    "行政相对人代码1(统一社会信用代码)",
    "行政相对人代码3(组织机构代码)",
    "行政处罚决定书文号",
    "处罚类别",
    "罚款金额（万元）",
    "处罚决定日期",
    "处罚有效期",
    "公示截止期",
    "处罚机关",
    "处罚机关统一社会信用代码",
    "行政相对人类别",
]
AUTHORITY = uscc(900)


def penalty(**changes):
    row = {
        "行政相对人名称": "瓯海某某鞋业有限公司",
        "行政相对人代码1(统一社会信用代码)": uscc(1),
        "行政相对人代码3(组织机构代码)": "/",
        "行政处罚决定书文号": "温罚〔2024〕1号",
        "处罚类别": "警告;罚款",
        "罚款金额（万元）": "0.5",
        "处罚决定日期": "2024/3/1",
        "处罚有效期": "2099-12-31",
        "公示截止期": "/",
        "处罚机关": "某局",
        "处罚机关统一社会信用代码": AUTHORITY,
        "行政相对人类别": "法人",
    }
    return [{**row, **changes}[name] for name in PENALTY]


def mapped(cells, dataset="penalty_general", header=PENALTY):
    return RowMapper(bind(get_dataset(dataset), header), TODAY).map(cells)


def codes(outcome):
    assert isinstance(outcome, Refused), outcome
    return [reason.code for reason in outcome.reasons]


def test_a_sound_row_becomes_a_canonical_record():
    record = mapped(penalty())
    assert isinstance(record, Mapped)
    assert (record.key, record.event_date) == (f"温罚〔2024〕1号|{uscc(1)}", "2024-03-01")
    assert record.publish_until == "2027-03-01"  # no day is given: three years at most
    assert mapped(penalty(公示截止期="2024-09-01")).publish_until == "2024-09-01"
    content = orjson.loads(record.canonical)
    assert content["fields"]["cf_cflb"] == ["警告", "罚款"]
    assert content["fields"]["cf_nr_fk"] == "0.5"
    assert content["fields"]["cf_yxq"] is None


CODE, NAME = "行政相对人代码1(统一社会信用代码)", "行政相对人名称"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({CODE: "9.13303E+17"}, ["identifier_unreadable"]),
        ({CODE: "00000000000000000X"}, ["identifier_unreadable"]),
        ({CODE: AUTHORITY}, ["authority_code"]),
        (
            {CODE: "罚款5612", "处罚决定日期": "某局", "处罚类别": "/"},
            ["identifier_unreadable", "required", "date_unreadable"],
        ),
        ({CODE: "/", NAME: "/"}, ["party_missing", "required"]),
        ({"处罚决定日期": "2027-01-01"}, ["date_future"]),
        ({"行政处罚决定书文号": f"温罚 {citizen(4)}"}, ["key_personal"]),
        ({"罚款金额（万元）": "五千"}, ["money_unreadable"]),
    ],
)
def test_a_bad_row_names_all_that_is_wrong_with_it(changes, expected):
    assert codes(mapped(penalty(**changes))) == expected


def test_names_and_authorities_keep_no_persons_numbers():
    record = mapped(penalty(处罚机关=f"某局 {citizen(4)}", 行政相对人名称="瓯海某某鞋厂13800138000"))
    assert not {citizen(4), "13800138000"} & {*record.producer.split(), record.name[-11:]}
    assert (record.producer, record.name) == ("某局 〔证件号已隐去〕", "瓯海某某鞋厂〔电话已隐去〕")
    assert b"13800138000" not in record.canonical


def test_a_row_with_too_few_or_too_many_cells_and_a_blank_one_are_refused():
    assert codes(mapped(penalty()[:-1])) == ["column_count"]
    assert codes(mapped([*penalty(), "x"])) == ["column_count"]
    assert isinstance(mapped([*penalty(), "", " "]), Mapped)  # a spreadsheet's trailing empties are nothing
    assert codes(mapped([""] * len(PENALTY))) == ["row_blank"]


@pytest.mark.parametrize(
    "changes",
    [{"行政相对人类别": "自然人"}, {CODE: citizen(7), NAME: "张三"}, {CODE: "330302********12", NAME: "欧阳某某"}],
)
def test_a_natural_person_is_dropped(changes):
    assert mapped(penalty(**changes)) == PERSON


@pytest.mark.parametrize("name", ["张*", "欧**", "王*宇"])
def test_a_starred_name_is_a_persons_whatever_enterprise_he_works_for(name):
    assert mapped(penalty(**{NAME: name})) == PERSON
    assert mapped(penalty(**{NAME: name, CODE: "/"})) == PERSON
    assert isinstance(mapped(penalty(**{NAME: name, CODE: sole_trader(1)})), Mapped)


def test_a_short_name_that_is_a_schools_is_no_persons():
    header = ["机构名称", "统一社会信用代码", "信用等级", "认定时间"]
    for name in ("某某大学", "某某医院"):
        assert isinstance(mapped([name, "", "A", "2024-01-02"], "research_credit_grade", header), Mapped)
    assert mapped(["欧阳某某", "", "A", "2024-01-02"], "research_credit_grade", header) == PERSON


def test_a_number_without_a_check_digit_leaves_the_name():
    record = mapped(penalty(**{CODE: "3303021012389"}))
    assert (record.identifier.value, record.key.split("|")[1]) == ("", record.name_key)


def test_a_declared_placeholder_stands_for_no_code_and_no_name():
    header = [
        "许可/处罚行政相对人名称",
        "许可/处罚行政相对人统一社会信用代码",
        "许可/处罚文书号",
        "许可/处罚决定日期",
        "许可/处罚机关",
        "异议完成时间",
    ]
    row = ["某某理发店", "00000000000000000X", "许1号", "2022-07-11 00:00:00", "某局", "1900/1/0 0:00:00"]
    record = mapped(row, "license_general", header)
    assert (record.identifier.value, orjson.loads(record.canonical)["fields"]["objection_closed"]) == ("", None)
    header = ["合同代码", "合同名称", "单位名称", "供应商名称", "金额"]
    assert codes(mapped(["H1", "", "某局", "供应商", "1"], "gov_procurement", header)) == ["party_missing"]


def test_a_shop_known_by_its_owners_number_is_kept_by_name_alone():
    record = mapped(penalty(**{CODE: citizen(7), NAME: "鹿城区某某小吃店"}))
    assert isinstance(record, Mapped)
    assert citizen(7) not in record.canonical.decode() + record.key
    assert orjson.loads(record.canonical)["identifier"] == {"type": "masked", "value": ""}


def test_the_first_sound_code_decides_and_full_width_is_put_right():
    wide = "".join(chr(ord(c) + 0xFEE0) for c in uscc(1)).lower()
    assert mapped(penalty(**{CODE: wide})).identifier.value == uscc(1)
    second = mapped(penalty(**{CODE: "/", "行政相对人代码3(组织机构代码)": organisation(2)}))
    assert second.identifier.value == organisation(2)


def test_persons_in_a_list_that_mixes_them_in_are_told_by_name():
    header = ["序号", "机构名称", "统一社会信用代码", "信用等级", "评定机构", "认定时间"]
    row = ["1", "某某", "565938804", "信用良好A", "市科委", "2021/1/18"]
    assert mapped(row, "research_credit_grade", header) == PERSON
    row[1] = "某某科学研究院"
    assert codes(mapped(row, "research_credit_grade", header)) == ["identifier_unreadable"]


def test_a_split_heading_does_not_key_honours_to_the_body_that_gave_them():
    header = ["ID", "荣誉名称", "机构名称", "统一社会", "信用代码"]
    record = mapped(["1", "优秀集体", "某旅行社有限公司", uscc(3), AUTHORITY], "honor_award", header)
    assert record.identifier.value == uscc(3)
    assert codes(mapped(["1", "优秀集体", "某社", AUTHORITY, AUTHORITY], "honor_award", header)) == ["authority_code"]


def test_a_fine_inside_the_result_fills_an_empty_amount():
    header = ["纳税人识别号", "纳税人名称", "行政处罚文号", "处罚结果", "罚款金额", "处罚机构", "处罚日期"]
    record = mapped(
        [tax_number(4), "某公司", "税罚1", "罚款2000元", "", "某税务局", "2020/9/24"], "penalty_tax", header
    )
    assert orjson.loads(record.canonical)["fields"]["amount"] == "2000"
    assert record.identifier.organisation == organisation(4)


def test_missing_columns_refuse_the_whole_delivery_by_name():
    with pytest.raises(MalformedError, match="处罚决定日期"):
        bind(get_dataset("penalty_general"), ["行政相对人名称", "行政处罚决定书文号"])


def test_the_catalogue_is_whole():
    assert len(datasets()) >= 8
    assert {dataset.agency for dataset in datasets().values()} <= set(agencies())
    assert all(name == dataset.dataset and dataset.title.zh for name, dataset in datasets().items())


SOUND = """\
agency: {code: parks, zh: 园林局, en: Parks}
datasets:
  park_penalty:
    title: {zh: 处罚, en: Penalties}
    category: admin_penalty
    key: [doc_no]
    fields:
      doc_no: {zh: 文号, required: true}
      amount: {zh: 金额, type: money, unit: 元}
    mappings:
      - id: old
        fields:
          amount: {from: [罚金], extract: '(\\d+)'}
"""


@pytest.mark.parametrize(
    ("line", "wrong", "place"),
    [
        (1, "agency: {code: parks, zh: 园林局}", "parks.yaml:1: agency"),
        (6, "    key: [nothing]", "parks.yaml:6: datasets.park_penalty.key"),
        (9, "      amount: {zh: 金额, type: cash}", "parks.yaml:9: datasets.park_penalty.fields.amount"),
        (9, "      amount: {zh: 金额, kind: money}", "parks.yaml:9: datasets.park_penalty.fields.amount"),
        (13, '          amount: {from: [罚金], extract: "("}', "parks.yaml:13"),
        (13, "          amounts: {from: [罚金]}", "parks.yaml:13"),
        (13, "          amount: {from: 罚金}", "parks.yaml:13"),
        (5, "    category: nothing", "parks.yaml:5: datasets.park_penalty.category"),
        (3, "  park_penalty: [", "parks.yaml:5"),
        (1, "agency: nobody", "parks.yaml:1: agency"),
        (1, "agencies: {}", "parks.yaml:1"),
    ],
)
def test_a_wrong_catalogue_is_refused_with_file_and_line(tmp_path, line, wrong, place):
    lines = SOUND.splitlines()
    lines[line - 1] = wrong
    (tmp_path / "categories.yaml").write_text("admin_penalty: {zh: 行政处罚, en: Penalties}", "utf-8")
    (tmp_path / "parks.yaml").write_text(SOUND, "utf-8")
    assert "park_penalty" in load_catalogue([tmp_path]).datasets
    (tmp_path / "parks.yaml").write_text("\n".join(lines), "utf-8")
    with pytest.raises(CatalogueError) as refusal:
        load_catalogue([tmp_path])
    assert str(refusal.value).startswith(place)
