"""Penalties for tests, delivered by the development commission over HTTP."""

from tests.enterprises import uscc
from tests.stories import as_csv

HEADER = (
    "行政相对人名称",
    "统一社会信用代码",
    "行政处罚决定书文号",
    "处罚类别",
    "罚款金额（万元）",
    "处罚决定日期",
    "公示截止期",
    "处罚机关",
)


def penalty(number: int, document: str, fine="0.5", on="2026-01-05", until="2099-12-31", **changes) -> list[str]:
    row = {
        "行政相对人名称": f"瓯海第{number}鞋业有限公司",
        "统一社会信用代码": uscc(number),
        "行政处罚决定书文号": document,
        "处罚类别": "罚款",
        "罚款金额（万元）": fine,
        "处罚决定日期": on,
        "公示截止期": until,
        "处罚机关": "某局",
        **changes,
    }
    return [row[name] for name in HEADER]


def penalties(*rows) -> str:
    return as_csv(HEADER, *rows)
