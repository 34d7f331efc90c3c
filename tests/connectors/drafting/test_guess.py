"""Which dataset a file is of: told by columns, words, title and bureau; where none is, the three nearest and why."""

import pytest

from connectors.catalogue.load import get_dataset
from connectors.catalogue.trial import try_out
from connectors.decoding.decode import decode
from connectors.drafting.guess import UnguessableError
from tests.connectors.drafting.files import drafted, sample
from tests.connectors.drafting.test_draft import TODAY
from tests.enterprises import uscc

# Lists that cities publish: what the file is called, its headings, and a row of it ({n} counts, {c} is a code).
PUBLISHED = {
    "transport_operator_grade": [
        (
            "小客车租赁企业信用等级",
            "序号,企业名称,统一社会信用代码,信用等级,评价年度",
            "{n},甲{n}汽车租赁有限公司,{c},AAA,2024年",
        ),
        (
            "省际旅游客运企业质量信誉考核结果",
            "业户名称,经营类别,考核等级,考核年度",
            "甲{n}旅游客运有限公司,旅游客运,优良,2023",
        ),
    ],
    "key_polluter": [
        (
            "2024年重点排污单位名录",
            "序号,区县,单位名称,统一社会信用代码,重点排污单位类别",
            "{n},瓯海区,甲{n}电镀有限公司,{c},水环境;土壤环境",
        ),
        (
            "环境监管重点单位",
            "企业名称,社会信用代码,名录类别,所属行业,地址",
            "甲{n}热电有限公司,{c},大气环境,火力发电,某路{n}号",
        ),
    ],
    "land_grant": [
        (
            "土地成交信息",
            "地块编号,宗地位置,规划用途,出让面积（平方米）,出让方式,起始价（万元）,成交价（万元）,竞得单位,成交时间",
            "地{n},某街道,工业,1200.5,挂牌,300,45{n},甲{n}置业有限公司,2024-03-0{n}",
        ),
    ],
    "court_seizure": [
        (
            "法院查封信息",
            "执行裁定书文号,被查封人,统一社会信用代码,查封法院,查封财产,查封日期,查封到期日期",
            "（2024）浙0302执{n}号,甲{n}鞋业有限公司,{c},某区人民法院,厂房一幢,2024-01-0{n},2027-01-0{n}",
        ),
    ],
    "safety_inspection": [
        (
            "市应急管理局行政检查信息",
            "检查单号,被检查单位,统一社会信用代码,检查类型,检查时间,存在问题,检查结果,检查部门",
            "应急检{n},甲{n}化工有限公司,{c},日常检查,2024/5/{n},未见异常,合格,某市应急管理局",
        ),
    ],
    "license_local_finance": [
        (
            "融资担保公司经营许可",
            "机构名称,统一社会信用代码,机构类型,经营许可证编号,业务范围,发证日期,有效期至,发证机关",
            "甲{n}融资担保有限公司,{c},融资担保公司,浙{n},借款担保,2022-03-0{n},2027-03-0{n},某省地方金融监督管理局",
        ),
        (
            "小额贷款公司名单",
            "公司名称,统一社会信用代码,公司类型,许可证编号,批准日期",
            "甲{n}小额贷款有限公司,{c},小额贷款,浙贷{n},2020-03-0{n}",
        ),
    ],
    "trading_venue": [
        (
            "地方交易场所名录",
            "序号,交易场所名称,统一社会信用代码,交易品种,批准文号,住所",
            "{n},甲{n}产权交易中心有限公司,{c},产权,某政函〔2020〕{n}号,某路{n}号",
        ),
    ],
    "park_enterprise": [
        (
            "高新区企业名单",
            "序号,企业名称,统一社会信用代码,所在园区,产业领域",
            "{n},甲{n}科技有限公司,{c},某某软件园,软件和信息服务",
        ),
    ],
}
# Files of bureaux that send what several datasets could hold.
TOLD_APART = {
    "license_culture": (
        "市文旅局旅行社许可信息",
        "旅行社名称,统一社会信用代码,许可证编号,许可类别,有效期至",
        "甲{n}旅行社有限公司,{c},L-ZJ{n},旅行社业务,2030-01-0{n}",
    ),
    "penalty_general": (
        "市住建委行政处罚信息",
        "行政相对人名称,统一社会信用代码,处罚决定书文号,违法行为类型,违法事实,处罚依据,处罚类别,处罚内容,处罚决定日期,处罚机关",
        "甲{n}建设有限公司,{c},建罚{n}号,无证施工,未领证施工,建筑法第六十四条,罚款,罚款5000元,2024-05-0{n},某市住房和城乡建设委员会",
    ),
    "spot_check": (
        "市场监管局食品检查",
        "抽查单号,被抽查单位,统一社会信用代码,抽查类型,抽查时间,抽查结果,抽查机关",
        "查{n},甲{n}食品有限公司,{c},食品安全检查,2024-05-0{n},未发现问题,某市市场监督管理局",
    ),
    "penalty_env": (
        "环境行政处罚",
        "当事人名称,统一社会信用代码,处罚决定书文号,违法类型,处罚依据,处罚内容,处罚日期,处罚机关",
        "甲{n}电镀有限公司,{c},环罚{n}号,超标排放,水污染防治法,罚款5000元,2024-05-0{n},某市生态环境局",
    ),
}
PROVINCIAL = (
    "DW_NB_SCJDGL_XZCFGSXX",
    "UNI_SOCIAL_CRD_CD,TAXER_NM,ADMIN_PUNISH_DOC,PUNISH_REA,PUNISH_DT,PUNISH_RESULT",
    "{c},甲{n}鞋业有限公司,温税罚（2018）{n}号,税收征收管理法第六十二条,2018-07-2{n} 00:00:00,罚款2000元",
)


def written(folder, name, headings, row):
    return sample(folder, name, [headings, *(row.format(n=number, c=uscc(number)) for number in range(1, 9))])


@pytest.mark.parametrize(("dataset", "case"), [(name, case) for name, cases in PUBLISHED.items() for case in cases])
def test_what_cities_publish_has_a_dataset_that_takes_it_as_it_is(tmp_path, dataset, case):
    file = written(tmp_path, *case)
    trial = try_out(get_dataset(dataset), decode(file), TODAY)
    assert (trial.counts["rows"], trial.counts["rejected"]) == (8, 0), trial.refused[:1]
    unused = set(trial.layout.binding.unused)
    assert unused <= {"序号"}
    assert drafted(file).dataset.dataset == dataset, drafted(file).scores


@pytest.mark.parametrize(("dataset", "case"), TOLD_APART.items(), ids=TOLD_APART)
def test_the_bureau_and_the_words_tell_datasets_apart(tmp_path, dataset, case):
    found = drafted(written(tmp_path, *case))
    assert found.dataset.dataset == dataset, found.scores
    assert found.lacking == []


def test_the_provincial_exchanges_names_are_known(tmp_path):
    found = drafted(written(tmp_path, *PROVINCIAL), "penalty_tax")
    assert found.spelling.party.codes[0] == "UNI_SOCIAL_CRD_CD"
    read = {name: column.from_ for name, column in found.spelling.fields.items()}
    assert read == {
        "doc_no": ["ADMIN_PUNISH_DOC"], "taxpayer_name": ["TAXER_NM"], "cause": ["PUNISH_REA"],
        "penalty_date": ["PUNISH_DT"], "result": ["PUNISH_RESULT"], "amount": [],
    }  # fmt: skip
    assert found.spelling.fields["amount"].fine_within == ["PUNISH_RESULT"]


def test_where_no_dataset_fits_the_three_nearest_are_named_with_what_they_lack(tmp_path):
    with pytest.raises(UnguessableError) as refusal:
        drafted(sample(tmp_path, "气温", ["日期,气温,风向", "2024-01-01,5,北", "2024-01-02,6,南"]))
    said = str(refusal.value)
    assert said.count("认得") == 3
    assert "缺" in said
    assert "no dataset fits" in said


def test_a_number_of_a_penalty_is_no_number_of_a_licence(tmp_path):
    file = sample(
        tmp_path, "公示情况", ["行政相对人名称,行政处罚决定书文号,行政决定日期", "甲鞋业有限公司,罚1号,2024-01-02"]
    )
    spelling = drafted(file, "license_general").spelling
    assert "xk_wsh" not in spelling.fields
    assert drafted(file, "penalty_general").spelling.fields["cf_wsh"].from_ == ["行政处罚决定书文号"]


def test_the_bureau_that_issues_speaks_against_datasets_of_others(tmp_path):
    _, headings, row = TOLD_APART["penalty_general"]
    for bureau, dataset in (("某区交通局", "penalty_transport"), ("某区水务局", "penalty_general")):
        issued = row.replace("某市住房和城乡建设委员会", bureau)
        found = drafted(written(tmp_path, f"{bureau}行政处罚", headings, issued))
        assert found.dataset.dataset == dataset, found.scores
