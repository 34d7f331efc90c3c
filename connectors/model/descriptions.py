"""What each member of a catalogue file means, for editors: Chinese, then English."""

from collections.abc import Mapping as Table

import msgspec

from connectors.model.datasets import Agency, Dataset, Disclosure, Field, Title, Unpack
from connectors.model.mapping import CodesWhere, Column, Mapping, Party, Producer

FILE: Table[str, str] = {
    "agency": "部门；只补充或替换目录时写其代码 The agency, or its code alone where only datasets are added.",
    "datasets": "按代码列出的数据目录 Datasets by code; a dataset of the city's own folder replaces the shipped one.",
}
DESCRIPTIONS: Table[type[msgspec.Struct], Table[str, str]] = {
    Title: {"zh": "中文 In Chinese.", "en": "英文 In English."},
    Agency: {
        "code": "代码，也是其客户端编号 Its code, which is also its client id: a-z, 0-9 and _.",
        "zh": "中文名称 Its name in Chinese.",
        "en": "英文名称 Its name in English.",
        "kind": "单位性质 What it is: a government department, a bank, the provincial platform …",
        "province_code": "省级目录中的部门编码 Its code in the province's list.",
        "reconstructed": "名称由省级清单推定 Not named by the city's list, taken from the provincial one.",
    },
    Field: {
        "zh": "中文名称，也按此列名查找 Its Chinese name, also sought among the columns of a delivery.",
        "type": "类型；until 为截止日期，可为长期 Type; `until` is a last day, which may be open.",
        "required": "缺少则该行拒收 A row without it is rejected.",
        "unit": "金额、数量的单位 The unit of money and numbers, such as 元 or 万元.",
        "codes": "代码表：代码 → 含义 Codes and their words; other values are refused.",
        "otherwise": "表外各词的代码；未写则拒收 The code of every word that is not in the list, instead of a refusal.",
        "personal": "个人信息：always 总是，sole_trader 仅个体工商户 Personal data: always, or only of sole traders.",
        "document": "是否文书、证照编号；未写则由名称判断 Whether it holds a document's number; else its name decides.",
    },
    Disclosure: {
        "field": "公示截止日期所在字段 The field that names the last day a record may be shown.",
        "months": "自事件日起的公示月数 Months after the event, where no field names the day.",
        "cap_months": "法定最长公示月数，自事件日起；无法定期限写 null "
        "The longest the law allows, in months after the event, whatever day is named; null where no law does.",
    },
    Dataset: {
        "title": "名称 Its title.",
        "category": "类别，见 categories.yaml Its category, one of categories.yaml.",
        "key": "业务主键：字段或 party What tells records apart: fields, or `party` for whom the row is about.",
        "fields": "字段 The fields of a record, by their code.",
        "sharing": "公开、共享或受限 Who may learn of its records: anybody, those permitted, or by exception.",
        "polarity": "对信用的影响 What a record says: positive, negative or neither.",
        "schema_version": "字段版本，改字段时加一 Raised when the fields change.",
        "freshness_days": "更新承诺：最多相隔天数 The promise: days between deliveries at most.",
        "list_per": "year：全量清单只涵盖其中各行所属的年度，其他年度的不终止 "
        "year: a full list is all there is of the years of its rows, and ends none of another year.",
        "delivery": "full_list 每批都是全部记录，其中没有的主键即告终止；delta 只增补和更正 "
        "full_list: each batch is all there is, a key missing from it has ended; delta: it adds and corrects.",
        "most_ended_percent": "一份全量清单最多终止现有主键的百分之几，超过即暂存 "
        "The share of the current keys, in percent, that one full list may end; one that would end more is held.",
        "key_type": "主体标识的种类 The kind of identifier its parties are given by.",
        "granularity": "日期精度 Whether dates name a day, a month or a year.",
        "party": "主体所在列 Columns that say whom a row is about.",
        "producer": "出具机关所在列 Columns that say who issued the document.",
        "event_date": "事件日期字段 The field with the day the record is about.",
        "disclosure": "公示期限 How long a record may be shown.",
        "unpack": "各行内含其他目录的一条记录，按类别拆出 Each row holds a record of another dataset.",
        "registers": "主体登记目录 Its names and codes identify subjects.",
        "mixes_persons": "夹有自然人 Rows about natural persons, known by name alone, stand among the others.",
        "retention_years": "保存年限，自记录失效起算 Years a record is kept after its end.",
        "mappings": "来源写法，依次尝试 Spellings of sources, tried in this order before the standard's own.",
    },
    Unpack: {
        "kind": "说明类别的字段（代码） The field that says which dataset the record is of: a code.",
        "payload": "内含记录的字段（packed） The field that holds the record: of type packed.",
        "into": "类别 → 本部门的目录 The code, and the dataset of the same agency that it stands for.",
    },
    Mapping: {
        "id": "编号 Its id.",
        "version": "版本，改动时加一 Raised when it changes.",
        "party": "主体所在列 Columns that say whom a row is about.",
        "producer": "出具机关所在列 Columns that say who issued the document.",
        "fields": "字段取自何列；未写的按自己的名称查找 Where fields come from; others are sought under their names.",
        "fill_down": "合并单元格的列，向下填充 Columns whose merged cells are filled down.",
        "footers": "表尾行的开头 Words that a row below the data begins with.",
        "without": "有这些列则不是这种写法 Columns whose presence says that the delivery is spelled otherwise.",
        "header": "none：第一行就是数据，按第几列找 The first row is data: columns go by their places.",
    },
    Column: {
        "from": "列名，取第一个存在的；没有列名时写 第3列、第C列、金额的右列、金额的左列 "
        "Columns, of which the first that is there is taken; without a heading, by place or beside another.",
        "value": "常数：每行都是它 What every row says, where no column does.",
        "join": "把 from 的各列连起来，中间是它 What stands between the columns of `from`, put together.",
        "unit": "来源的单位 The source's unit, where it is not the field's.",
        "codes": "来源的代码表 The source's codes, where they are not the field's.",
        "codes_where": "另一列为某些词时才适用的代码表 Codes that apply where another column says so.",
        "nulls": "表示空值的词 Words that stand for nothing.",
        "day_first": "日在月前 Dates are written day first.",
        "extract": "正则表达式，保留第一个括号组 A regular expression with one group, which is kept.",
        "first_filled": "逐行取第一个非空的列 Row by row, the first of the columns that is not empty.",
        "fine_within": "金额为空时从这些列的文字中取 Columns whose words hold the fine, if the amount is empty.",
    },
    CodesWhere: {
        "column": "看哪一列 The column that decides.",
        "is": "它是这些词之一时 The words of which it must say one.",
        "codes": "来源的代码表 The source's codes then.",
    },
    Party: {
        "name": "主体名称所在列 Columns of the name.",
        "codes": "主体代码所在列，按优先次序 Columns of the codes, in order of preference.",
        "kind": "主体类别所在列 Columns of the kind of party.",
        "nulls": "代表无代码的占位代码 Codes that stand for none.",
    },
    Producer: {
        "name": "机关名称所在列 Columns of its name.",
        "codes": "机关代码所在列，绝不作为主体代码 Columns of its own code, which is never the party's.",
    },
}  # fmt: skip
