"""Enterprises that do not exist, with codes whose check digits are sound, and deliveries about them.

A number makes an enterprise, the same one wherever it is asked for. Every name holds 示例 (example).
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.catalogue.load import get_dataset
from connectors.catalogue.samples import sample_header
from connectors.conversion.identifiers import organisation_check, uscc_check

SHOES, PUMPS = 1, 2  # the two that the demonstration tells of
MOST_ENTERPRISES = 10_000
_SOLE_TRADERS_EVERY = 25
_PLACES = ("瓯海", "永嘉", "鹿城", "龙湾")
_TRADES = (
    "鞋业", "泵阀", "服装", "眼镜", "电器", "汽配", "包装", "印刷", "塑料", "五金", "家具", "食品", "纺织", "仪表",
    "建材", "物流", "软件", "玩具", "制笔", "锁具", "陶瓷",
)  # fmt: skip
_FIRST = "青云江海星河瑞嘉恒泰丰和"
_SECOND = "禾帆舟桥岭川屿湾松竹梅棠"
_STEP = 4793  # shares no divisor with how many names there are: neighbours differ, and no two are alike


@dataclass(frozen=True)
class Enterprise:
    """An enterprise that does not exist: its name, its unified social credit code, where it is and its trade."""

    number: int
    name: str
    code: str
    place: str
    trade: str

    @property
    def is_sole_trader(self) -> bool:
        """Whether it is an individually owned business, which nobody else holds a share of."""
        return self.number % _SOLE_TRADERS_EVERY == 0


def enterprise(number: int) -> Enterprise:
    """Return an enterprise, `number` from 1 to MOST_ENTERPRISES; every 25th is an individually owned business."""
    rest, where = divmod((number - 1) * _STEP, len(_PLACES))
    rest, trade = divmod(rest, len(_TRADES))
    rest, first = divmod(rest, len(_FIRST))
    word = _FIRST[first] + _SECOND[rest % len(_SECOND)]
    form = "有限公司" if number % _SOLE_TRADERS_EVERY else "经营部"
    name = f"{_PLACES[where]}示例{word}{_TRADES[trade]}{form}"
    return Enterprise(number, name, uscc(number), _PLACES[where], _TRADES[trade])


def uscc(number: int) -> str:
    """Return the unified social credit code of an enterprise that does not exist (GB 32100-2015)."""
    organisation = f"MAX{number:05d}"
    kind = "91" if number % _SOLE_TRADERS_EVERY else "92"
    body = f"{kind}330300{organisation}{organisation_check(organisation)}"
    return body + uscc_check(body)


NAMES = {number: enterprise(number).name for number in (SHOES, PUMPS)}


def penalties(number: int, day: str) -> str:
    """Return a delivery of penalties: one of the enterprise, one of a person, one with a code a spreadsheet rounded."""
    parties = (
        (NAMES[number], uscc(number), "法人"),
        ("王某某", "/", "自然人"),
        ("瑞安示例五金厂", "9.13303E+17", "法人"),
    )
    common = {"违法行为类型": "未按规定公示", "处罚类别": "罚款", "罚款金额（万元）": "0.5", "处罚决定日期": day,
              "公示截止期": "2099-12-31", "处罚机关": "示例执法局"}  # fmt: skip
    rows = [
        {"行政相对人名称": name, "行政相对人代码1(统一社会信用代码)": code, "行政相对人类别": kind,
         "行政处罚决定书文号": f"温示罚〔{day[:4]}〕{place}号", **common}
        for place, (name, code, kind) in enumerate(parties, start=1)
    ]  # fmt: skip
    return file_of("penalty_general", rows)


def abnormal() -> str:
    """Return a list that names an enterprise and nothing else, blanks written around it."""
    return file_of("abnormal_operation", [{"企业名称": f" {NAMES[PUMPS]} "}])


def file_of(dataset: str, rows: Sequence[Mapping[str, str]]) -> str:
    """Return rows under all the headings of a dataset's form: those that the rest of the city has too."""
    header, target = sample_header(get_dataset(dataset)), io.StringIO()
    csv.writer(target).writerows([header, *([row.get(heading, "") for heading in header] for row in rows)])
    return target.getvalue()
